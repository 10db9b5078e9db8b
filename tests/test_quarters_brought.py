"""A quarter's file dropped in with the exports: it holds for all of them, and a wrong one blocks."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from test_carrying_over import cases_file
from test_corrected_match import FULL, stream

import asreport
from asreport.command_line.cli import main
from asreport.policy.quarter_file import is_quarter

Q2 = asreport.load_quarter("q2-2026")
OWN = '# Ours\nextends = "q2-2026"\nid = "ours"\nname = "Ours"\n\n[measures.school-meeting-5]\ntarget = 55\n'
CASES = "Case Number,Case Type,Referral Date\n00001234,CA,14/04/2026\n"


def read(*texts: str, **options: asreport.Quarter) -> asreport.Exports:
    files = [stream(f"quarter-{n}.txt", text) for n, text in enumerate(texts)]
    return asreport.read_exports([*files[:1], stream("cases.csv", CASES), *files[1:]], **options)


def blocking(exports: asreport.Exports) -> list[str]:
    return exports.findings.loc[exports.findings["severity"] == "blocks", "finding"].tolist()


@pytest.mark.parametrize(
    ("text", "name", "is_one"),
    [
        (OWN, "any name.txt", True),
        ("\ufeff" + OWN.replace("\n", "\r\n"), "q.csv", True),
        (asreport.as_toml(Q2), "q", True),
        ('id = "alone"\n[period]\nstart = 2026-10-01\n', "q", True),
        ("extends = ", "q", True),
        ("nothing of the kind", "q4.TOML", True),
        (CASES, "cases.csv", False),
        (FULL.to_json().decode(), "settings.json", False),
        ('Case Number,Notes\n1,"\nextends = 3"\n', "cases.csv", False),
        ("", "empty.csv", False),
        ('title = "of something else"\n', "config", False),
    ],
)
def test_it_is_told_by_its_content_or_its_name(text: str, name: str, is_one: bool):
    assert is_quarter(name, text.encode()) == is_one


def test_it_is_in_force_and_listed_as_a_quarter_and_no_export():
    exports = read(OWN)
    assert exports.quarter == asreport.load_quarter(OWN.encode()) and "cases" in exports.tables
    assert [(file.name, file.is_quarter, file.is_export) for file in exports.files] == [
        ("quarter-0.txt", True, False), ("cases.csv", False, True),
    ]  # fmt: skip
    assert blocking(exports) == [] and not exports.quarter_refused
    result = asreport.assess(exports.tables, exports.quarter, date(2026, 7, 6))
    assert [one["name"] for one in asreport.receipt(exports, result)["exports"]] == ["cases.csv"]
    assert read().quarter is None and not read().quarter_refused


def test_in_a_zip_too():
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("cases.csv", CASES)
        archive.writestr("folder/q4.toml", OWN)
    zipped.name = "all.zip"
    exports = asreport.read_exports([zipped])
    assert exports.quarter.id == "ours" and "cases" in exports.tables


def test_a_wrong_one_blocks_with_every_line_that_is_wrong():
    exports = read(OWN.replace("55", "155") + '[measures.student-plan]\nsection = "x"\n')
    lines = blocking(exports)
    assert len(lines) == 2 and all(line.startswith("quarter-0.txt, measures.") for line in lines)
    assert "target = 80" in lines[0], "what to write"
    assert exports.tables == {} and exports.quarter_refused and exports.files[0].is_quarter
    (line,) = blocking(read(OWN.replace("q2-2026", "q9-2031")))
    assert "found “q9-2031”" in line and "q3-2026, q2-2026" in line


def test_one_too_large_is_said_and_blocks():
    large = stream("q4.toml", OWN + "#" * 1_000_000)
    exports = asreport.read_exports([stream("cases.csv", CASES), large])
    (line,) = blocking(exports)
    assert "too large" in line and exports.tables == {}


def test_two_that_differ_block_with_one_sentence_and_the_same_twice_does_not():
    exports = read(OWN, OWN.replace("55", "56"))
    (line,) = blocking(exports)
    assert line == (
        "quarter-0.txt and quarter-1.txt are two different quarters, so nothing was assessed by either: "
        "bring one of them."
    )
    assert exports.quarter is None and exports.tables == {}
    assert read(OWN, OWN + "# the same").quarter.id == "ours"
    assert read(OWN, "extends = ").tables == {}, "one of them is wrong"


def test_more_files_than_anybody_needs_block():
    assert blocking(read(*[OWN] * 20)) == []
    (line,) = blocking(read(*[OWN] * 21))
    assert "more than 20" in line


def test_one_that_was_chosen_holds_and_it_is_said():
    for text in (OWN, OWN.replace("55", "155")):
        exports = read(text, quarter=Q2)
        assert exports.quarter == Q2 and "cases" in exports.tables and blocking(exports) == []
        (said,) = exports.findings.loc[exports.findings["file"] == "quarter-0.txt", "finding"]
        assert said.startswith("quarter-0.txt was not used") and "Quarter 2, 2026" in said
    same = read(OWN, quarter=asreport.load_quarter(OWN.encode()))
    assert not len(same.findings[same.findings["file"] == "quarter-0.txt"])


# On the command line


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "ours.toml").write_text(OWN, "utf-8")
    return [cases_file(tmp_path, date(2026, 4, 7)), str(tmp_path / "activities.csv"), str(tmp_path / "ours.toml")]


def assessed(files: list[str], folder: Path, *options: str) -> int:
    return main(["assess", *files, *options, "--as-at", "2026-07-06", "--out", str(folder)])


def test_given_among_the_files_it_is_the_same_as_given_by_option(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
):
    assert assessed(files, tmp_path / "a") == 0
    printed = capsys.readouterr()
    assert "of  55%" in printed.out and "Assessing by Ours, as ours.toml has it." in printed.err
    assert assessed(files[:2], tmp_path / "b", "--quarter", files[2]) == 0
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_the_option_holds_and_it_is_said(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture):
    assert assessed(files, tmp_path / "a", "--quarter", "q2-2026") == 0
    printed = capsys.readouterr()
    assert "of  55%" not in printed.out
    assert "ours.toml was not used, because the quarter was chosen otherwise: Quarter 2, 2026." in printed.err
    assert "ours.toml was not used" in (tmp_path / "a" / "findings.csv").read_text("utf-8-sig")


def test_a_wrong_one_assesses_nothing(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture):
    Path(files[2]).write_text(OWN.replace("55", "155"), "utf-8")
    assert assessed(files, tmp_path / "a") == 1
    printed = capsys.readouterr()
    assert "Nothing could be assessed: ours.toml, measures.school-meeting-5.target" in printed.err
    assert "Taken to be about" not in printed.err and printed.out == ""


def test_the_receipt_holds_the_quarter_whole_however_it_came(files: list[str], tmp_path: Path):
    """Carried over, chosen by name, given as a file, and dropped in."""
    fourth = tmp_path / "fourth.toml"
    main(["quarter", "--new", "q4-2026", "--out", str(fourth)])
    exports = files[:2]
    ways = {
        "carried over": [*exports, "--as-at", "2026-11-20"],
        "chosen": [*exports, "--quarter", "q3-2026", "--as-at", "2026-09-20"],
        "given": [*exports, "--quarter", str(fourth), "--as-at", "2026-11-20"],
        "dropped in": [*exports, str(fourth), "--as-at", "2026-11-20"],
        "ours": [*files, "--as-at", "2026-07-06", "--period-end", "2026-06-20"],
    }
    receipts = {}
    for way, arguments in ways.items():
        main(["assess", *arguments, "--out", str(tmp_path / way)])
        receipts[way] = receipt = json.loads((tmp_path / way / "receipt.json").read_text("utf-8"))
        again = asreport.load_quarter(receipt["quarter_file"].encode())
        assert again.id == receipt["quarter"] and again.period.end.isoformat() == receipt["period"]["end"]
        policy = again.model_dump(mode="json", include=set(receipt["policy"]))
        assert policy == receipt["policy"] and list(policy["measures"]) == list(receipt["policy"]["measures"]), way
    assert receipts["carried over"] == receipts["given"] == receipts["dropped in"]
    assert receipts["chosen"]["quarter"] == "q3-2026" and receipts["ours"]["quarter"] == "ours"
    assert receipts["ours"]["policy"]["measures"]["school-meeting-5"]["target"] == 55
