"""Which table a sheet holds and which column is which field, where one word or one value decides."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import asreport


def read(text: str) -> asreport.Exports:
    stream = io.BytesIO(text.encode())
    stream.name = "export.csv"
    return asreport.read_exports([stream])


# Plans, and cases that lack what a case needs


@pytest.mark.parametrize(
    "columns",
    [
        {"Case Type": "CA"},
        {"Case Owner": "Wiremu Tidy"},
        {"Allocation Date": "14/04/2026"},
        {"Closed Date": "14/04/2026"},
        {"Migrated": "Yes"},
        {"Subject": "Initial School Meeting"},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_cases_without_a_referral_date_are_not_taken_for_plans(columns: dict[str, str]) -> None:
    exports = read(f"Case Number,Status,{','.join(columns)}\n00000001,In Progress,{','.join(columns.values())}\n")
    assert not exports.tables
    (finding,) = exports.findings.to_dict("records")
    assert finding["severity"] == "blocks" and finding["file"] == "export.csv"


def test_a_number_and_a_status_alone_are_plans() -> None:
    exports = read("Case Number,Status\n00000001,In Progress\n")
    assert set(exports.tables) == {"plans"} and exports.tables["plans"]["status"].to_list() == ["In Progress"]


def test_cases_with_a_status_hold_no_plans() -> None:
    exports = read("Case Number,Case Type,Referral Date,Status\n00000001,CA,14/04/2026,In Progress\n")
    assert set(exports.tables) == {"cases"} and exports.tables["cases"]["status"].to_list() == ["In Progress"]


@pytest.mark.parametrize(
    ("header", "value"),
    [("Plan Name", "P-1"), ("Steps", "2"), ("Step Name", "Ring home"), ("Plan Status", None)],
)
def test_a_column_that_only_plans_have_tells_them_beside_columns_of_the_case(header: str, value: str | None) -> None:
    """A report of plans may show whose case it is; what it may not do is hide that it is of plans."""
    if value is None:
        exports = read(f"Case Number,{header},Case Owner\n00000001,In Progress,Wiremu Tidy\n")
    else:
        exports = read(f"Case Number,Status,{header},Case Owner\n00000001,In Progress,{value},Wiremu Tidy\n")
    assert set(exports.tables) == {"plans"}
    assert exports.tables["plans"]["status"].to_list() == ["In Progress"]


def test_the_name_of_each_step_is_a_step_and_their_number_is_how_many() -> None:
    named = read("Case Number,Status,Steps\n1,In Progress,Ring home\n1,In Progress,Visit school\n")
    assert named.tables["plans"]["steps"].to_list() == [2]
    counted = read("Case Number,Status,Steps\n1,In Progress,3\n")
    assert counted.tables["plans"]["steps"].to_list() == [3]


# A column is what its values say


@pytest.mark.parametrize("days", [["14/04/2026"], ["04/14/2026", "04/15/2026"]], ids=["day first", "month first"])
def test_of_two_headers_for_a_date_the_one_with_dates_under_it_is_taken(days: list[str]) -> None:
    rows = "".join(f"{number},x,to be confirmed,{day}\n" for number, day in enumerate(days, 1))
    events = read(f"Case Number,Subject,Event Date,Date\n{rows}").tables["events"]
    assert events["event_date"].iloc[0] == pd.Timestamp(2026, 4, 14)
    rows = "".join(f"{number},x,{day},to be confirmed\n" for number, day in enumerate(days, 1))
    events = read(f"Case Number,Subject,Event Date,Date\n{rows}").tables["events"]
    assert events["event_date"].iloc[0] == pd.Timestamp(2026, 4, 14)


def test_of_two_headers_for_a_date_with_dates_under_both_the_preferred_is_taken() -> None:
    events = read("Case Number,Subject,Date,Event Date\n1,x,20/04/2026,14/04/2026\n").tables["events"]
    assert events["event_date"].to_list() == [pd.Timestamp(2026, 4, 14)]


# Lines that are no record


@pytest.mark.parametrize(
    "word",
    [
        "subtotal", "subtotals", "sub total", "sub-total", "total", "totals", "grand total", "grand totals", "count",
        "sum", "average", "record count", "total records", "max", "min", "median", "unique count",
    ],
)  # fmt: skip
def test_a_line_of_totals_is_no_record_by_whatever_word(word: str) -> None:
    exports = read(f"Case Number,Case Type,Referral Date,Days Open\n00000001,CA,14/04/2026,9\n{word.title()},,,9\n")
    assert exports.tables["cases"]["case_number"].to_list() == ["00000001"]
    assert exports.findings["finding"].str.contains("totals").sum() == 1
