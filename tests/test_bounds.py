"""What a provider brings of its own is bounded, said in one short sentence, and looked at in time whatever it holds."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from bounded import in_time

import asreport
from asreport.policy import bounds
from asreport.policy.provider_settings import Match, Settings, SettingsError, read_settings

FORMAT = {"format": "asreport settings 1"}
MATCH = {"headers": ["Ref"], "tables": {}}


def settings_file(**holds: Any) -> bytes:
    return json.dumps(FORMAT | holds).encode()


def stream(name: str, content: bytes) -> io.BytesIO:
    made = io.BytesIO(content)
    made.name = name
    return made


def nested(deep: int) -> Any:
    return {"a": nested(deep - 1)} if deep else 1


@pytest.mark.parametrize(
    ("holds", "where"),
    [
        ({"subjects": {"school": ["ā"] * (bounds.MAX_ACCEPTED + 1)}}, "subjects.school has 51 entries"),
        ({"subjects": {"school": ["ā" * 301]}}, "subjects.school.1 has 301 letters"),
        ({"queues": [str(n) for n in range(501)]}, "queues has 501 entries"),
        ({"queues": ["q" * 301]}, "queues.1 has 301 letters"),
        ({"matches": [MATCH] * 501}, "matches has 501 entries"),
        ({"matches": [{"headers": ["h"] * 1001, "tables": {}}]}, "matches.1.headers has 1,001 entries"),
        ({"matches": [{"headers": ["h" * 301], "tables": {}}]}, "matches.1.headers.1 has 301 letters"),
        ({"matches": [MATCH | {"tables": {"cases": {"nsn": "h" * 2001}}}]}, "matches.1.tables.cases.nsn has 2,001"),
        ({"values": {"case_type": {f"w{n}": "CA" for n in range(501)}}}, "values.case_type has 501 entries"),
        ({"values": {f"f{n}": {} for n in range(201)}}, "values has 201 entries"),
        ({"values": {"f" * 301: {}}}, "values has a name of 301 letters"),
        ({"k" * 900_000: 1}, "the file has a name of 900,000 letters"),
        ({"values": nested(12)}, "deep"),
        ({"queues": [10**19]}, "queues.1 is a number of more than 18 digits"),
    ],
)
def test_settings_that_hold_too_much_are_refused_in_one_short_sentence(holds: dict[str, Any], where: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(settings_file(**holds))
    assert where in str(refused.value) and len(str(refused.value)) < 250


def test_settings_as_large_as_they_may_be_are_taken() -> None:
    most = Settings(
        queues=[f"{n:0300}" for n in range(500)],
        subjects={"school": [f"{n:ā>300}" for n in range(bounds.MAX_ACCEPTED)]},
        values={"case_type": {f"{n:0300}": "CA" for n in range(500)}},
        matches=[Match(headers=[f"h {'a' * n}" for n in range(1, 200)], tables={})],
    )
    assert read_settings(most.to_json()) == most


@pytest.mark.parametrize(
    "holds",
    [
        {"values": {"k" * 250: {"a": "CA"}}},
        {"k" * 250: 1},
        {"matches": [{"headers": ["h"], "tables": {"k" * 250: {}}}]},
    ],
)
def test_what_is_refused_is_quoted_in_part(holds: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(settings_file(**holds))
    assert "k" * 40 in str(refused.value) and "k" * 41 not in str(refused.value)


def test_a_quotation_stands_on_one_line_and_shows_what_can_be_shown() -> None:
    assert bounds.quoted("a\nb\x1b[31m\ud800") == "a b [31m "


def test_settings_files_that_are_too_much_only_together() -> None:
    """Each is within its bounds; what would go beyond them is not used, and said."""
    halves = [settings_file(subjects={"school": [f"{half}{n}" for n in range(30)]}) for half in "ab"]
    exports = asreport.read_exports([stream(f"{n}.json", half) for n, half in enumerate(halves)])
    assert exports.settings == read_settings(halves[0])
    (sentence,) = exports.findings["finding"]
    assert sentence.startswith("1.json holds more than settings may: subjects.school has 60 entries")
    given = read_settings(halves[1])
    exports = asreport.read_exports([stream("0.json", halves[0])], settings=given)
    assert exports.settings == given and len(exports.findings) == 1, "what is in force already holds"


def test_no_end_of_settings_files() -> None:
    files = [stream(f"{n}.json", settings_file(queues=[f"Queue {n}"])) for n in range(bounds.MAX_SETTINGS_FILES + 1)]
    exports = asreport.read_exports(files)
    assert len(exports.settings.queues) == bounds.MAX_SETTINGS_FILES
    (sentence,) = exports.findings["finding"]
    assert sentence.startswith("20.json is one of more than 20 settings files")


def test_the_last_of_two_matches_for_the_same_headers_holds_in_the_place_of_the_last() -> None:
    one, other, again = (Match(headers=h, tables=t) for h, t in ((["A", "B"], {}), (["C"], {}), (["B", "A"], {})))
    assert Settings(matches=[one, other]).with_match(again).matches == [other, again]
    assert Settings(matches=[one, other]).and_then(Settings(matches=[again])).matches == [other, again]


MANY_MATCHES = """
from asreport.policy.provider_settings import Match, Settings
many = Settings.model_construct(matches=[Match(headers=[f"h {'ab'[n // 2**b % 2]}{b}" for b in range(17)], tables={})
                                         for n in range(40_000)])
print(len(many.and_then(many).matches))
"""


def test_settings_are_put_together_in_a_time_that_grows_with_them_alone() -> None:
    assert in_time(MANY_MATCHES) == "40000"


def quarter_of(folder: Path, text: str) -> str:
    """What is said of a quarter's file."""
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(asreport.QuarterError) as refused:
        asreport.load_quarter(file)
    return str(refused.value).removeprefix(str(file))


EXTENDS = 'extends = "q2-2026"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "1" * 5_000, "is not valid TOML"),
        ("a = 0x" + "1" * 5_000, "a number of more than 18 digits"),
        ("a = " + "[" * 100_000, "lists within lists"),
        (f'[subjects.school]\nname = "{"ā" * 301}"', "subjects.school.name has 301 letters"),
        (f'name = "{"n" * 301}"', "name has 301 letters"),
        (f'source = "{"s" * 2_001}"', "source has 2,001 letters"),
        ("".join(f"[measures.m{n}]\n" for n in range(101)), "measures has 101 entries"),
        (f"[subjects.school]\nwho = {['w'] * 51}", "subjects.school.who has 51 entries"),
        (f"[resemblance]\nfirst = {['w'] * 201}", "resemblance.first has 201 entries"),
        (f"[sections]\n{'k' * 301} = 1", "sections has a name of 301 letters"),
        (f"# {'x' * 1_000_001}", "the file is too large"),
    ],
)
def test_a_quarter_that_holds_too_much_is_refused_in_one_short_sentence(tmp_path: Path, text: str, why: str) -> None:
    said = quarter_of(tmp_path, EXTENDS + text)
    assert why in said and len(said) < 250 and "\n" not in said


def test_what_a_quarter_says_wrong_is_quoted_in_part(tmp_path: Path) -> None:
    said = quarter_of(tmp_path, f'{EXTENDS}[measures.student-plan]\nsection = "{"x" * 250}"\ntarget = "{"y" * 2_000}"')
    assert "y" * 20 in said and "y" * 41 not in said


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(b'name = "\xff"')
    with pytest.raises(asreport.QuarterError, match="not a text in UTF-8"):
        asreport.load_quarter(file)


A_LONG_KEY = """
import sys
from pathlib import Path
import asreport
try:
    asreport.load_quarter(Path(sys.argv[1]))
except asreport.QuarterError as refused:
    print(refused)
"""


def test_a_key_of_a_hundred_thousand_parts_takes_no_memory(tmp_path: Path) -> None:
    """The parser keeps each of its beginnings: of so many, all memory there is."""
    file = tmp_path / "own.toml"
    file.write_text("\n" + ".".join("a" * 20_000) + " = 1", "utf-8")
    assert "line 2 of the file has more than 100 points" in in_time(A_LONG_KEY, str(file))
