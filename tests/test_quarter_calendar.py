"""The calendar of Quarter 2 of 2026, against one on a wall."""

from __future__ import annotations

from datetime import date

import pandas as pd

import asreport
from asreport.analysing.quarter_calendar import (
    business_days_in_period,
    calendar_days,
    last_deadlines,
    marked_days,
    month_counts,
)

QUARTER = asreport.load_quarter("q2-2026")


def day(days: pd.DataFrame, *when: int) -> pd.Series:
    return days[days["date"] == pd.Timestamp(date(2026, *when))].iloc[0]


def test_the_holidays_of_the_quarter():
    days = calendar_days(QUARTER)
    holidays = days[days["kind"] == "holiday"]
    assert dict(zip(holidays["date"].dt.strftime("%d %b"), holidays["holiday"], strict=True)) == {
        "03 Apr": "Good Friday", "06 Apr": "Easter Monday", "25 Apr": "Anzac Day", "27 Apr": "Anzac Day (observed)",
        "01 Jun": "King's Birthday", "10 Jul": "Matariki",
    }  # fmt: skip
    assert day(days, 5, 2)["kind"] == "weekend" and day(days, 5, 4)["kind"] == "business"


def test_whole_months_with_the_period_marked():
    days = calendar_days(QUARTER)
    assert list(days["date"].dt.strftime("%d %b").iloc[[0, -1]]) == ["01 Apr", "31 Jul"] and len(days) == 122
    assert days["in_period"].sum() == 91 and not day(days, 7, 1)["in_period"]


def test_the_days_that_decide_something():
    marks = marked_days(QUARTER, date(2026, 7, 6)).groupby("date")["mark"].agg(set)
    assert {f"{when:%d %b}": words for when, words in marks.items()} == {
        "01 Apr": {"Starts"}, "17 Apr": {"Cut-off"}, "30 Jun": {"Ends"}, "03 Jul": {"Cut-off"}, "06 Jul": {"As at"},
        "07 Jul": {"Last day"}, "15 Jul": {"Last day"}, "22 Jul": {"Last day"},  # Matariki, 10 July, is no business day
    }  # fmt: skip
    three = day(calendar_days(QUARTER, date(2026, 7, 3)), 7, 3)
    assert three["mark"] == "Cut-off. As at" and three["what"].count("Cut-off") == 4


def test_deadlines_follow_the_readings():
    assert last_deadlines(QUARTER, date(2026, 5, 4)).set_index("measure_id")["date"][
        "school-meeting-5"
    ] == pd.Timestamp(2026, 5, 11)
    read = asreport.load_quarter("q2-2026", readings={"start_day": "day 1"})
    assert last_deadlines(read, date(2026, 5, 4)).set_index("measure_id")["date"]["school-meeting-5"] == pd.Timestamp(
        2026, 5, 8
    )


def test_business_days_are_counted_by_month():
    counts = month_counts(calendar_days(QUARTER))
    assert list(counts["business_days"]) == [19, 21, 21, 22] and list(counts["weekdays_off"]) == [3, 0, 1, 1]
    assert business_days_in_period(QUARTER) == 61
