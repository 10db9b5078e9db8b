"""The calendar of a quarter, day by day: business days, weekends, holidays, and the days that decide something."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from asreport.assessing import cohort
from asreport.business_days import count_business_days, holidays_between
from asreport.policy.quarter import Quarter

BUSINESS, WEEKEND, HOLIDAY = KINDS = ("business", "weekend", "holiday")


def last_deadlines(quarter: Quarter, start: date) -> pd.DataFrame:
    """When each measure's time is up for a case referred and allocated on `start`; a cut-off is the same for all.

    One row a measure that has a clock: columns `measure_id`, `measure`, `date` (datetime64[s]) and `cut_off` (bool).
    """
    case = pd.DataFrame(
        {name: pd.Series([start], dtype="datetime64[s]") for name in ("referral_date", "allocation_date")}
    )
    timed = [m for m in quarter.measures.values() if m.clock.cut_off or m.clock.start]
    days = [cohort.deadlines(m, case, quarter, np.array([True]))[0] for m in timed]
    return pd.DataFrame(
        {
            "measure_id": pd.Series([m.id for m in timed], dtype="str"),
            "measure": pd.Series([m.name for m in timed], dtype="str"),
            "date": pd.Series(days, dtype="datetime64[s]"),
            "cut_off": pd.Series([m.clock.cut_off is not None for m in timed], dtype="bool"),
        }
    )


def marked_days(quarter: Quarter, as_at: date | None = None) -> pd.DataFrame:
    """The days that decide something, in their order: a row a thing.

    Columns: `date` (datetime64[s]), `mark` (a word or two) and `what` (a sentence). They are the period's ends, the
    cut-offs, the last day in time of a case that began on the period's last day where business days are counted, and
    the as-at date.
    """
    period = quarter.period
    last = last_deadlines(quarter, period.end)
    rows = [
        (pd.Timestamp(period.start), "Starts", "The period starts"),
        (pd.Timestamp(period.end), "Ends", "The period ends"),
    ]
    for day, name in zip(last["date"], last["measure_id"], strict=True):
        measure = quarter.measures[name]
        if measure.clock.cut_off:
            rows.append((day, "Cut-off", f"Cut-off: {measure.name}"))
        elif measure.clock.business_days:
            rows.append((day, "Last day", f"Last day in time for a case of the period’s last day: {measure.name}"))
    if as_at:
        rows.append((pd.Timestamp(as_at), "As at", "As at this day: what is dated later does not count yet"))
    table = pd.DataFrame(rows, columns=["date", "mark", "what"])
    table = table.astype({"date": "datetime64[s]", "mark": "str", "what": "str"})
    return table.sort_values("date", kind="stable").reset_index(drop=True)


def calendar_days(quarter: Quarter, as_at: date | None = None) -> pd.DataFrame:
    """Every day of the months from the period's start to the last day that decides something.

    Columns: `date` (datetime64[s]), `kind` (of `KINDS`), `holiday` (its name), `mark` and `what` (of `marked_days`,
    each once), texts missing where there is none, and `in_period` (bool). A holiday on a weekend is a holiday. An as-at
    date further off than the month after the last such day is not drawn.
    """
    marks = marked_days(quarter)
    first, last = quarter.period.start, max(quarter.period.end, marks["date"].max().date())
    if as_at and first <= as_at <= (pd.Timestamp(last) + pd.offsets.MonthEnd(2)).date():
        marks = marked_days(quarter, as_at)
        last = max(last, as_at)
    days = pd.date_range(pd.Timestamp(first).replace(day=1), pd.Timestamp(last) + pd.offsets.MonthEnd(0), unit="s")
    holidays = holidays_between(days[0].date(), days[-1].date()).set_index("date")["holiday"]
    holiday = pd.Series(days).map(holidays)
    weekend = days.day_of_week >= 5
    together = marks.groupby("date")[["mark", "what"]].agg(_each_once)
    return pd.DataFrame(
        {
            "date": days,
            "kind": np.select([holiday.notna(), weekend], [HOLIDAY, WEEKEND], BUSINESS),
            "holiday": holiday.astype("str"),
            "mark": pd.Series(days).map(together["mark"]).astype("str"),
            "what": pd.Series(days).map(together["what"]).astype("str"),
            "in_period": (days >= pd.Timestamp(first)) & (days <= pd.Timestamp(quarter.period.end)),
        }
    ).astype({"kind": "str"})


def month_counts(days: pd.DataFrame) -> pd.DataFrame:
    """Business days and holidays of each month of `calendar_days`: columns `month` (its first day), `business_days`,
    `weekdays_off` (holidays on a weekday)."""
    month = days["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[s]")
    weekday = days["date"].dt.day_of_week < 5
    table = pd.DataFrame(
        {"month": month, "business_days": days["kind"] == BUSINESS, "weekdays_off": (days["kind"] == HOLIDAY) & weekday}
    )
    return table.groupby("month", as_index=False).sum()


def business_days_in_period(quarter: Quarter) -> int:
    """How many business days the period has."""
    return count_business_days(quarter.period.start, quarter.period.end)


def _each_once(texts: pd.Series) -> str:
    return ". ".join(dict.fromkeys(texts))
