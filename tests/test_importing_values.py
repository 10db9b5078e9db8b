"""Values as they were typed, to the values of the tables."""

import datetime as dt

import pytest

from asreport.importing import date_columns
from asreport.importing.export_words import header
from asreport.importing.findings import AFFECTS, INFORMS
from asreport.importing.grids import Cells
from asreport.importing.texts import as_number, longest_forms
from asreport.importing.values import convert


@pytest.mark.parametrize(
    "value",
    [
        "3/07/2026", "03/07/2026", "3/07/26", "3/07/2026 9:05 AM", "3/07/2026, 9:05 am", "3/07/2026, 9:05\u202fam",
        "3/07/2026 21:05:00", "3-07-2026", "3.07.2026", "3 July 2026", "3 Jul 2026", "3-Jul-26", "3rd July 2026",
        "July 3, 2026", "Friday, 3 July 2026", "Fri 3/07/2026", "2026-07-03", "2026/07/03", "20260703",
        "2026-07-03T09:05:00", "2026-07-03 09:05:00", "2026-07-02T21:05:00.000Z", "2026-07-02T21:05:00.000+0000",
        "2026-07-02T21:05:00+00:00", "2026-07-03T09:05:00+12:00", "2026-07-02 21:05 UTC", "2026-07-03 00:05 NZST",
        "2026-07-02T12:00:00Z", "46206", "46206.0", "46206.378", 46206, 46206.378, dt.datetime(2026, 7, 3, 9, 5),
        dt.date(2026, 7, 3), " 3/07/2026\u00a0",
    ],
)  # fmt: skip
def test_third_of_july(value: object) -> None:
    read = date_columns.read_dates(Cells.of([value, None]))
    assert [str(day) for day in read.days] == ["2026-07-03", "NaT"]
    assert read.failed.tolist() == [False, False]


@pytest.mark.parametrize(
    "value",
    ["N/A", "tomorrow", "31/02/2026", "2026-13-01", "12345", 0, -1, 99999, True, "3/07/2026 25:00", "3/07/206", "-"],
)
def test_no_date(value: object) -> None:
    read = date_columns.read_dates(Cells.of([value]))
    assert read.failed.tolist() == [True]


@pytest.mark.parametrize(
    ("values", "days", "order"),
    [
        (["3/07/2026", "13/07/2026"], ["2026-07-03", "2026-07-13"], date_columns.DAY_FIRST),
        (["7/3/2026", "7/13/2026"], ["2026-07-03", "2026-07-13"], date_columns.MONTH_FIRST),
        (["7/3/2026", "3/3/2026"], ["2026-03-07", "2026-03-03"], date_columns.UNDECIDED),
        (["13/07/2026", "7/14/2026", "2/3/2026"], ["2026-07-13", "NaT", "2026-03-02"], date_columns.CONTRADICTORY),
        (["2026-07-03", "3/3/2026"], ["2026-07-03", "2026-03-03"], ""),
    ],
)
def test_order_is_decided_by_the_column(values: list[str], days: list[str], order: str) -> None:
    read = date_columns.read_dates(Cells.of(values))
    assert [str(day) for day in read.days] == days
    assert read.order == order


def test_what_is_said_of_the_order() -> None:
    assert [note.severity for note in convert(Cells.of(["7/3/2026"]), "date", "x").notes] == [INFORMS]
    assert [note.severity for note in convert(Cells.of(["7/13/2026"]), "date", "x").notes] == [INFORMS]
    note, mixed = convert(Cells.of(["13/07/2026", "7/14/2026"]), "date", "x").notes
    assert mixed.rows is None and "may be wrong" in mixed.sentence
    assert note.severity == AFFECTS and note.rows is not None and note.rows.tolist() == [1]


@pytest.mark.parametrize(
    ("kind", "understood"),
    [
        ("case_type", {"CA": "CA", "Chronic Absence": "CA", "chronic absence case": "CA", "Chronic_Absence": "CA",
                       "NEN": "NEN",
                       "Non-Enrolled": "NEN", "Non‑Enrolled": "NEN", "Non-Enrolment Notification": "NEN",
                       "Not enrolled": "NEN"}),
        ("flag", {"TRUE": True, "true": True, "1": True, "1.0": True, 1.0: True, "Yes": True, "y": True, "✓": True,
                  "No": False, "N": False, "0": False, "FALSE": False, "✗": False, "✘": False}),
        ("held", {"Yes": "yes", "TRUE": "yes", "No": "no", "0": "no", "Unknown": "unknown"}),
        ("activity", {"Event": "Event", "EVENT": "Event", "Task": "Task", "Call": "Task", "Email": "Task"}),
        ("count", {"3": 3, "3.0": 3, 3.0: 3, "0": 0}),
        ("outcome", {"School": "school", "Enrolled": "school", "Re-enrolled": "school", "AE": "alternative_education",
                     "alternative_education": "alternative_education", "Alt Ed": "alternative_education",
                     "Exemption": "exemption", "EXEMPT": "exemption", "Early leaving exemption": "exemption"}),
    ],
)  # fmt: skip
def test_words(kind: str, understood: dict[object, object]) -> None:
    for value, meant in understood.items():
        read = convert(Cells.of([value]), kind, "x")
        assert read.column.tolist() == [meant], value
        assert read.notes == [], value


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        ("flag", "maybe", False),
        ("held", "perhaps", "unknown"),
        ("activity", "Webinar", "Task"),
        ("outcome", "Gone overseas", "other"),
    ],
)
def test_words_not_understood(kind: str, value: str, meant: object) -> None:
    read = convert(Cells.of(["", value]), kind, "x")
    assert read.column.isna().tolist() == [True, False] and read.column[1] == meant
    assert [(note.severity, note.rows is not None and note.rows.tolist()) for note in read.notes] == [(AFFECTS, [1])]


def test_a_case_type_not_understood_is_missing() -> None:
    read = convert(Cells.of(["CA / NEN"]), "case_type", "case_type")
    assert read.column.isna().all() and read.notes[0].severity == AFFECTS


def test_numbers_as_text() -> None:
    assert [as_number(v) for v in (1234.0, "1234.0", " 00001234 ", 1234, "C-12", "123 456 789")] == [
        "1234", "1234", "00001234", "1234", "C-12", "123456789",
    ]  # fmt: skip
    assert longest_forms(["1234", "00001234", "C-1", "0"]) == {
        "1234": "00001234", "00001234": "00001234", "C-1": "C-1", "0": "0",
    }  # fmt: skip


def test_headers() -> None:
    assert header("Plan: Created Date  ↑").parent == "plans"
    assert header("Plan: Created Date  ↑").arrow
    assert "referraldate" in header("Referral_Date__c").names
    assert "referraldate" in header("Referral Date (dd/mm/yyyy)").names
