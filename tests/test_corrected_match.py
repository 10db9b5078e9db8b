"""Correcting the match: columns, header row, words, queues, subjects, and the settings file that remembers them."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import asreport
from asreport.assessing.subjects import other_subjects
from asreport.command_line.cli import main
from asreport.policy.provider_settings import Match, Settings, SettingsError, is_settings, read_settings
from asreport.tables import open_questions

ODD = (
    "Ref,Kind,Came in,Who,Whose\n"
    "00001234,Off roll – Domestic,14/04/2026,Intake,Mia Example\n"
    "00001235,CA,15/04/2026,Intake Officer,Kiri Example\n"
)
EVENTS = (
    "Case Number,Subject,Event Date,Task/Event,Created Date\n"
    "00001235,School visit,15/04/2026,Event,15/04/2026\n"
    "00001235,Initial School Meeting,16/04/2026,Event,16/04/2026\n"
)
COLUMNS = {"case_number": "Ref", "case_type": "Kind", "referral_date": "Came in", "case_owner": "Who"}
MATCH = Match(headers=["Ref", "Kind", "Came in", "Who", "Whose"], tables={"cases": COLUMNS})


def stream(name: str, text: str | bytes) -> io.BytesIO:
    made = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    made.name = name
    return made


def read(text: str, settings: Settings | None = None, *more: io.BytesIO) -> asreport.Exports:
    return asreport.read_exports([stream("odd.csv", text), *more], settings=settings)


def test_without_a_match_the_file_blocks_and_its_sheet_is_shown() -> None:
    exports = read(ODD)
    assert exports.tables == {} and exports.findings["severity"].tolist() == ["blocks"]
    (sheet,) = exports.files[0].sheets
    assert sheet.header_row == 1 and not sheet.matched
    assert sheet.labels(1) == ["Ref", "Kind", "Came in", "Who", "Whose"]
    assert sheet.samples(1)["Came in"] == ["14/04/2026", "15/04/2026"]
    assert sheet.match(1, {"cases": COLUMNS}) == MATCH


def test_a_match_reads_the_file() -> None:
    exports = read(ODD, Settings(matches=[MATCH]))
    assert exports.tables["cases"]["case_number"].tolist() == ["00001234", "00001235"]
    (part,) = exports.files[0].parts
    assert part.columns == COLUMNS and exports.files[0].sheets[0].matched
    assert part.unknown == {"case_type": ("Off roll – Domestic",)}
    assert part.orders == {"referral_date": "day first: 14/04/2026 in row 2"}


@pytest.mark.parametrize(
    "text",
    [
        "Cases of May\n\nStatus not equal to Closed\n\n" + ODD,  # lower down, under a title and a filter
        "Whose;Who;Came in;Kind;Ref ↑\n" + "A;B;14/04/2026;CA;00001234\n",  # in another order, sorted
        ODD.replace("Ref,Kind", "REF ,kind"),
    ],
)
def test_a_match_is_found_by_its_headers_wherever_they_stand(text: str) -> None:
    exports = read(text, Settings(matches=[MATCH]))
    assert exports.tables["cases"]["case_number"].tolist()[0] == "00001234"
    assert set(exports.files[0].parts[0].columns) == set(COLUMNS)


def test_other_headers_are_left_to_themselves() -> None:
    assert read(ODD.replace("Whose", "Student"), Settings(matches=[MATCH])).tables == {}


def test_a_match_overrules_what_would_be_recognised() -> None:
    """Two date columns, of which the other is the referral date."""
    text = "Case Number,Case Type,Referral Date,Date Received\n1,CA,14/04/2026,20/04/2026\n"
    match = Match(
        headers=["Case Number", "Case Type", "Referral Date", "Date Received"],
        tables={"cases": {"case_number": "Case Number", "case_type": "Case Type", "referral_date": "Date Received"}},
    )
    assert read(text).tables["cases"]["referral_date"].tolist() == [pd.Timestamp(2026, 4, 14)]
    assert read(text, Settings(matches=[match])).tables["cases"]["referral_date"].tolist() == [
        pd.Timestamp(2026, 4, 20)
    ]


def test_columns_of_one_name_are_told_apart() -> None:
    text = "Case Number,Case Type,Date,Date\n1,CA,14/04/2026,20/04/2026\n"
    (sheet,) = read(text).files[0].sheets
    assert sheet.labels(1) == ["Case Number", "Case Type", "Date", "Date (2)"]
    columns = {"case_number": "Case Number", "case_type": "Case Type", "referral_date": "Date (2)"}
    exports = read(text, Settings(matches=[sheet.match(1, {"cases": columns})]))
    assert exports.tables["cases"]["referral_date"].tolist() == [pd.Timestamp(2026, 4, 20)]


def test_a_header_row_that_was_not_found() -> None:
    """A row of other headers above, fuller than the right one."""
    text = "Case Number,Case Type,Referral Date,Extra\nNo.,Sort,When,\n00001234,CA,14/04/2026,\n"
    (sheet,) = read(text).files[0].sheets
    assert sheet.header_row == 1
    columns = {"case_number": "No.", "case_type": "Sort", "referral_date": "When"}
    exports = read(text, Settings(matches=[sheet.match(2, {"cases": columns})]))
    assert len(exports.tables["cases"]) == 1 and exports.files[0].parts[0].header_row == 2


def test_likely_columns_for_a_table_not_taken() -> None:
    """By its name, or by its values; but a referral date is no meeting's date, though its values would fit."""
    (sheet,) = read("Case Number,Kind,Referral Date,Subject\n1,CA,14/04/2026,x\n").files[0].sheets
    likely = sheet.likely(1, ("cases", "events"))
    assert likely["cases"] == {"case_number": "Case Number", "case_type": "Kind", "referral_date": "Referral Date"}
    assert likely["events"] == {"case_number": "Case Number", "subject": "Subject"}


def test_two_tables_in_one_sheet() -> None:
    text = "No,Sort,When,Matter,Held\n1,CA,14/04/2026,Initial School Meeting,15/04/2026\n1,CA,14/04/2026,,\n"
    cases = {"case_number": "No", "case_type": "Sort", "referral_date": "When"}
    events = {"case_number": "No", "subject": "Matter", "event_date": "Held"}
    match = Match(headers=["No", "Sort", "When", "Matter", "Held"], tables={"cases": cases, "events": events})
    exports = read(text, Settings(matches=[match]))
    assert len(exports.tables["cases"]) == 1 and len(exports.tables["events"]) == 1


def test_a_sheet_left_out_is_said_and_blocks_nothing() -> None:
    settings = Settings(matches=[Match(headers=MATCH.headers, tables={})])
    exports = read(ODD, settings, stream("events.csv", EVENTS))
    assert set(exports.tables) == {"events"}
    said = exports.findings[exports.findings["file"] == "odd.csv"]
    assert said["severity"].tolist() == ["for information"] and "as its match says" in said["finding"].iloc[0]


def test_a_match_without_a_needed_column_says_so() -> None:
    settings = Settings(matches=[Match(headers=MATCH.headers, tables={"cases": {"case_number": "Ref"}})])
    finding = read(ODD, settings).findings["finding"].iloc[0]
    assert "without a column for Case Record Type, Referral Date" in finding


def test_a_word_is_given_a_meaning() -> None:
    settings = Settings(matches=[MATCH], values={"case_type": {"Off roll – Domestic": "NEN"}})
    exports = read(ODD, settings)
    assert exports.tables["cases"]["case_type"].tolist() == ["NEN", "CA"]
    assert not exports.findings["finding"].str.contains("case type").any()
    again = read(ODD.replace("Off roll – Domestic", "off roll  - domestic"), settings)
    assert again.tables["cases"]["case_type"].tolist() == ["NEN", "CA"], "however it is typed"


@pytest.mark.parametrize(
    ("field", "header", "word", "meaning", "becomes"),
    [
        ("migrated", "Migrated", "kei te neke", "yes", True),
        ("contact_details_current", "Contact Details Current", "ngaro", "no", "no"),
    ],
)
def test_meanings_of_every_kind(field: str, header: str, word: str, meaning: str, becomes: object) -> None:
    text = f"Case Number,Case Type,Referral Date,{header}\n1,CA,14/04/2026,{word}\n"
    assert read(text, Settings(values={field: {word: meaning}})).tables["cases"][field].tolist() == [becomes]


def test_marked_owners_are_queues_and_only_they() -> None:
    settings = Settings(queues=["Intake"])
    header = "Case Number,Case Type,Referral Date,Case Owner,Migrated\n"
    text = header + "1,CA,14/04/2026,INTAKE,Yes\n2,CA,14/04/2026,Intake Officer,Yes\n"
    exports = read(text, settings)
    quarter = exports.settings.applied_to(asreport.load_quarter("q2-2026"))
    result = asreport.assess(exports.tables, quarter, as_at=date(2026, 7, 6))
    results = result.case_results.set_index(["measure_id", "case_number"])
    assert results.loc[("migrated-allocated", "1"), "reason"] == "owner_is_queue"
    assert results.loc[("migrated-allocated", "2"), "verdict"] == "met"
    assert quarter.departures == ["The case owner “Intake” is taken for a queue."]


def test_an_accepted_subject_counts_and_is_named() -> None:
    cases = stream("cases.csv", "Case Number,Case Type,Referral Date\n00001235,CA,14/04/2026\n")
    events = stream("events.csv", EVENTS.replace("Initial School Meeting", "Other"))
    quarter = asreport.load_quarter("q2-2026")
    exports = asreport.read_exports([cases, events])
    listed = other_subjects(exports.tables["events"]["subject"], quarter)
    assert listed.to_dict("list") == {
        "subject": ["Other", "School visit"],
        "records": [1, 1],
        "resembles": [False, False],
    }

    def verdict(of: asreport.Quarter) -> str:
        results = asreport.assess(exports.tables, of, as_at=date(2026, 7, 6)).case_results
        return results.set_index("measure_id")["verdict"]["school-meeting-5"]

    accepting = Settings(subjects={"school": ["SCHOOL  visit"]}).applied_to(quarter)
    assert (verdict(quarter), verdict(accepting)) == ("missed", "met")
    assert accepting.departures == [
        "“SCHOOL  visit” is accepted as “Initial School Meeting”, which the guide does not."
    ]
    assert Settings().applied_to(accepting) == quarter, "and can be taken back"


# The settings file


FULL = Settings(
    matches=[MATCH],
    values={"case_type": {"Off roll – Domestic": "NEN"}},
    queues=["Intake"],
    subjects={"school": ["School visit"]},
)


def test_the_file_says_the_same_when_it_is_read() -> None:
    assert is_settings(FULL.to_json()) and read_settings(FULL.to_json()) == FULL
    assert "Off roll – Domestic" in FULL.to_json().decode()


def test_dropped_in_with_the_exports_in_any_order_it_holds() -> None:
    for files in (
        [stream("odd.csv", ODD), stream("asreport-settings.json", FULL.to_json())],
        [stream("asreport-settings.json", FULL.to_json()), stream("odd.csv", ODD)],
    ):
        exports = asreport.read_exports(files)
        assert len(exports.tables["cases"]) == 2 and exports.settings == FULL
        assert [file.is_settings for file in exports.files].count(True) == 1


def test_it_holds_no_case() -> None:
    """A record taken for headers is refused, so that no settings file can hold one."""
    (sheet,) = read(ODD).files[0].sheets
    assert sheet.is_record(2) and not sheet.is_record(1)
    with pytest.raises(ValueError, match="a number or a date"):
        sheet.match(2, {})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "is not a settings file"),
        (b'{"format": "asreport settings 9"}', "format"),
        (b'{"format": "asreport settings 1", "other": 1}', "other"),
        (FULL.to_json().replace(b'"NEN"', b'"Nothing"'), "a meaning that asreport does not know"),
        (FULL.to_json().replace(b'"case_owner"', b'"password"'), "a field that asreport does not know"),
        (FULL.to_json().replace(b'"Whose"', b'"00001234"'), "a number or a date"),
        (b"\xff\xfe{", "is not a settings file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read_settings(content)


def test_a_bad_file_among_the_exports_is_a_finding() -> None:
    exports = asreport.read_exports([stream("s.json", b'{"format": "asreport settings 9"}'), stream("e.csv", EVENTS)])
    assert set(exports.tables) == {"events"}
    assert exports.findings.iloc[0]["severity"] == "affects figures" and "s.json" in exports.findings.iloc[0]["finding"]


def test_the_command_line_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.csv").write_text(ODD, "utf-8")
    (tmp_path / "settings.json").write_bytes(FULL.to_json())
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    command = [
        "assess",
        str(tmp_path / "odd.csv"),
        str(tmp_path / "events.csv"),
        "--as-at",
        "2026-07-06",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(command) == 1, "without them nothing can be read"
    assert main([*command, "--settings", str(tmp_path / "settings.json")]) == 0
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text("utf-8"))
    assert receipt["settings"]["queues"] == ["Intake"] and len(receipt["exports"]) == 2
    (tmp_path / "settings.json").write_text("{}")
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--settings", str(tmp_path / "settings.json")])
    assert stopped.value.code == 2 and "settings.json is not a settings file" in capsys.readouterr().err


def test_what_a_word_means_answers_what_was_asked() -> None:
    """A Case Origin in unknown words blocks every measure, until the settings say what each means."""
    rows = [f"{n:08},CA,14/04/2026,{'Legacy load' if n < 3 else 'School request'}\n" for n in range(1, 6)]
    text = "Case Number,Case Type,Referral Date,Case Origin\n" + "".join(rows)
    asked = read(text)
    assert set(open_questions(asked.tables["cases"])) == {"migrated"}
    assert asked.files[0].parts[0].unknown == {"migrated": ("Legacy load", "School request")}
    told = read(text, Settings(values={"migrated": {"Legacy load": "yes", "School request": "no"}}))
    assert not open_questions(told.tables["cases"])
    assert told.tables["cases"]["migrated"].tolist() == [True, True, False, False, False]
