"""Tables whose records are of no case are not used, with the reason; legitimate exports of other cases too are."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest
from exports.make_joins import renumbered
from exports.world import Rows, Tables, world
from exports.writers import delimited

import asreport
from asreport.importing.texts import as_number, digits_of
from asreport.policy.provider_settings import Settings


def read(tables: Tables, settings: Settings | None = None) -> asreport.Exports:
    streams = []
    for table, rows in tables.items():
        stream = io.BytesIO(delimited(rows))
        stream.name = f"{table}.csv"
        streams.append(stream)
    return asreport.read_exports(streams, settings=settings)


def blocking(exports: asreport.Exports) -> pd.DataFrame:
    return exports.findings[exports.findings["severity"] == "blocks"]


def said(exports: asreport.Exports, words: str) -> pd.DataFrame:
    return exports.findings[exports.findings["finding"].str.contains(words, regex=False)]


def changed(header: str, write: object, *names: str) -> Tables:
    return {t: renumbered(rows, header, write) if t in names else rows for t, rows in world().items()}


def verdicts(exports: asreport.Exports) -> pd.DataFrame:
    quarter = asreport.load_quarter("q2-2026")
    return asreport.assess(exports.tables, quarter, as_at=date(2026, 7, 6)).case_results


@pytest.mark.parametrize(
    ("decorated", "stopped"),
    [(("events",), {"events"}), (("cases",), {"events", "plans"}), (("events", "plans"), {"events", "plans"})],
)
@pytest.mark.parametrize("decoration", ["CASE-{}", "{} - Tester", "Case {} (open)"])
def test_the_repair_that_is_offered_gives_the_same_verdicts(
    decoration: str, decorated: tuple[str, ...], stopped: set[str]
) -> None:
    tables = changed("Case Number", decoration.format, *decorated)
    exports = read(tables)
    assert set(exports.tables) == set(world()) - stopped and exports.digits_offered == ("case_number",)
    assert set(blocking(exports)["file"]) == {f"{table}.csv" for table in stopped}
    result = asreport.assess(exports.tables, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6))
    assert ("school-meeting-5" in result.not_assessed) == ("events" in stopped)
    assert "can be used" in " ".join(result.not_assessed.values())
    repaired = read(tables, Settings().with_digits_alone("case_number"))
    assert blocking(repaired).empty and repaired.digits_offered == ()
    pd.testing.assert_frame_equal(verdicts(repaired), verdicts(read(world())))


def test_the_repair_is_kept_in_the_settings_file() -> None:
    kept = Settings().with_digits_alone("nsn").with_digits_alone("nsn")
    stream = io.BytesIO(kept.to_json())
    stream.name = "settings.json"
    assert asreport.read_exports([stream]).settings.digits_alone == ["nsn"]


def test_numbers_that_would_become_one_are_not_repaired() -> None:
    """CA-1 and NEN-1 are two cases, whatever number the events have."""
    cases: Rows = [["Case Number", "Case Type", "Referral Date"]]
    cases += [[f"{kind}-{n:04}", kind, date(2026, 4, 13)] for n in range(1, 9) for kind in ("CA", "NEN")]
    events: Rows = [["Case Number", "Subject", "Date"]]
    events += [[f"{n:04}", "Initial School Meeting", date(2026, 4, 15)] for n in range(1, 9)]
    exports = read({"cases": cases, "events": events})
    assert "events" not in exports.tables and exports.digits_offered == ()
    assert "written in another way" in blocking(exports)["finding"].item()
    forced = read({"cases": cases, "events": events}, Settings().with_digits_alone("case_number"))
    assert len(forced.tables["cases"]) == 16 and "events" not in forced.tables
    assert len(said(forced, "was not followed")) == 1


def test_nsns_are_repaired_too() -> None:
    tables = changed("NSN", "NSN {}".format, "outcomes")
    exports = read(tables)
    assert "outcomes" not in exports.tables and exports.digits_offered == ("nsn",)
    repaired = read(tables, Settings().with_digits_alone("nsn"))
    pd.testing.assert_frame_equal(verdicts(repaired), verdicts(read(world())))


def test_one_sheet_of_two_written_otherwise_stops_the_table() -> None:
    head, *events = world()["events"]
    north = [row for row in events if str(row[0]) < "00001206"]
    south = renumbered([head, *(row for row in events if row not in north)], "Case Number", "CASE-{}".format)
    exports = read({**world(), "events": [head, *north], "events south": south})
    assert "events" not in exports.tables and exports.digits_offered == ("case_number",)


def test_an_extract_of_the_whole_country_is_used() -> None:
    head, *rows = world()["outcomes"]
    others = [[str(300_000_000 + n), "School", date(2026, 4, 13), "Elsewhere School"] for n in range(400)]
    exports = read({**world(), "outcomes": [head, *rows, *others]})
    assert len(exports.tables["outcomes"]) == 404 and blocking(exports).empty


def _with_strangers(each: int) -> asreport.Exports:
    """For each event, some of cases that the export of cases left out."""
    head, *events = world()["events"]
    others = [[str(int(str(row[0])) + 10_000 * n).zfill(8), *row[1:]] for row in events for n in range(1, each + 1)]
    return read({**world(), "events": [head, *events, *others]})


def test_events_of_cases_left_out_of_the_cases_are_used_with_a_word_on_how_many() -> None:
    exports = _with_strangers(9)
    assert "events" in exports.tables and blocking(exports).empty
    (degree,) = said(exports, "Many rows of this table are of no case").itertuples()
    assert degree.severity == "affects figures" and degree.value.startswith("153 of 170 rows, such as 00011201, ")


def test_a_few_strangers_are_named_row_by_row_alone() -> None:
    head, *events = world()["events"]
    exports = read({**world(), "events": [head, *events, ["00099999", *events[0][1:]]]})
    assert said(exports, "Many rows").empty and len(said(exports, "in no case export")) == 1


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda number: str(int(number) + 5_000_000), "more or fewer digits"),
        (lambda number: str(int(number) % 1000 + 90_000).zfill(8), "outside the range"),
        (lambda number: f"{int(number) * 10**6:.1E}", "shortened"),
        (lambda number: f"5001a00000{int(number) + 777:05}AAK" if number > "00001202" else "1", "record ids"),
        (lambda number: f"X{int(number) + 50_000}", "written in another way"),
        (lambda number: None if number > "00001201" else number, "no number in this column"),
    ],
)
def test_the_likeliest_cause_is_named(write: object, words: str) -> None:
    exports = read(changed("Case Number", write, "events"))
    assert "events" not in exports.tables
    (one,) = blocking(exports).itertuples()
    assert words in one.finding and one.column == "Case Number" and " of 17 rows" in one.value
    (part,) = (part for file in exports.files for part in file.parts if part.table == "events")
    assert (part.rows_used, part.rows_listed) == (0, 17)


@pytest.mark.parametrize(
    ("word", "words"), [(None, "no case number"), ("-", "no case number"), ("TBC", "no case number"), ("####", "###")]
)
def test_a_row_without_a_number_is_never_dropped_in_silence(word: str | None, words: str) -> None:
    exports = read(changed("Case Number", lambda number: word if number == "00001202" else number, "plans"))
    (part,) = (part for file in exports.files for part in file.parts if part.table == "plans")
    assert part.rows_listed == 1 and len(said(exports, words)) == 1


@pytest.mark.parametrize(("word", "words"), [("-", "no number in this column"), ("####", "make it wider in Excel")])
def test_a_column_without_numbers_is_one_line_with_its_own_cause(word: str, words: str) -> None:
    exports = read(changed("Case Number", lambda number: word if number > "00001201" else number, "plans"))
    assert "plans" not in exports.tables
    assert words in blocking(exports)["finding"].item()


def test_cases_most_of_which_lost_their_numbers_are_not_assessed_at_all() -> None:
    exports = read(changed("Case Number", lambda number: f"{int(number) * 10**6:.1E}", "cases"))
    assert exports.tables == {}
    assert "nothing is assessed" in blocking(exports)["finding"].item()


def test_no_case_has_an_nsn() -> None:
    exports = read(changed("NSN", lambda _: None, "cases"))
    assert "outcomes" not in exports.tables
    assert "put NSNs into the report of cases" in blocking(exports)["finding"].item()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ('="00001234"', "00001234"), ("'00001234", "00001234"), ('"00001234"', "00001234"), ("#1234", "1234"),
        ("1,234", "1234"), ("1,234,567.0", "1234567"), ("1,23", "1,23"), ("1.2345E+4", "12345"),
        ("1.23450E+04", "12345"), ("1.23E+08", "1.23E+08"), ("1.5E+0", "1.5E+0"),
        ("1E4", "1E4"), (123456789.0, "123456789"),
    ],
)  # fmt: skip
def test_what_spreadsheets_lend_a_number(typed: object, number: str) -> None:
    assert as_number(typed) == number


@pytest.mark.parametrize(
    ("number", "digits"), [("CASE-00001234", "00001234"), ("2026/00001234", "00001234"), ("none", "none"), ("7", "7")]
)
def test_the_digits_of_a_number(number: str, digits: str) -> None:
    assert digits_of(number) == digits
