"""Business days of the Attendance Service: Monday to Friday without national public holidays (rules.md, section 1).

School holidays and regional anniversary days are business days. A holiday on a weekend is observed on the weekday
that New Zealand law moves it to. Dates are numpy days (`datetime64[D]`); NaT stays NaT. A date outside the calendar's
span raises `OutsideCalendar`: nobody knows those holidays, so nothing is guessed.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd

# Waitangi and Anzac Day have moved off weekends since 2014; the dates of Matariki are set by law up to 2052.
FIRST_DAY = np.datetime64("2014-01-01")
LAST_DAY = np.datetime64("2052-12-31")


class OutsideCalendar(ValueError):
    """A date for which the national public holidays are not known."""


@cache
def _national_holidays() -> pd.Series:
    import holidays  # slow to load, and only needed once a deadline is counted

    years = range(FIRST_DAY.astype(object).year, LAST_DAY.astype(object).year + 1)
    named = holidays.country_holidays("NZ", years=years)  # without a subdivision: national holidays only
    days = sorted(named)
    return pd.Series([named[day] for day in days], index=np.array(days, dtype="datetime64[D]"))


@cache
def _calendar() -> np.busdaycalendar:
    return np.busdaycalendar(holidays=_national_holidays().index.to_numpy(dtype="datetime64[D]"))


def holidays_between(first: date, last: date) -> pd.DataFrame:
    """National public holidays from `first` to `last`, both included: columns `date` (datetime64[s]) and `holiday`."""
    named = _national_holidays()
    inside = named[(named.index >= pd.Timestamp(first)) & (named.index <= pd.Timestamp(last))]
    return pd.DataFrame({"date": inside.index.astype("datetime64[s]"), "holiday": inside.to_numpy()})


def add_business_days(start: np.ndarray, days: int) -> np.ndarray:
    """The `days`-th business day after each `start`; the first business day after it is day 1 (rules.md, section 1).

    A start on a weekend or a holiday makes the next business day day 1. `days` of 0 gives the start's own business
    day, or the last one before it.
    """
    _check_span(start)
    return np.busday_offset(start, days, roll="backward", busdaycal=_calendar())


def count_business_days(first: date, last: date) -> int:
    """How many business days there are from `first` to `last`, both included."""
    ends = np.array([first, last], dtype="datetime64[D]")
    _check_span(ends)
    return int(np.busday_count(ends[0], ends[1] + 1, busdaycal=_calendar()))


def days_between(first: date, last: date) -> pd.DataFrame:
    """Every day from `first` to `last`, both included: columns `date`, `kind` and `holiday`.

    `kind` is "business day", "weekend" or "holiday"; `holiday` is the name of the national public holiday of that day,
    missing where it is none (one that falls on a weekend is named, and the day is a weekend).
    """
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    _check_span(days)
    named = holidays_between(first, last)
    names = dict(zip(named["date"], named["holiday"], strict=True))
    weekend, business = ~np.is_busday(days), np.is_busday(days, busdaycal=_calendar())
    kind = np.select([weekend, business], ["weekend", "business day"], default="holiday")
    dates = pd.Series(days.astype("datetime64[s]"))
    holiday = pd.Series([names.get(day) for day in dates], dtype="str")
    return pd.DataFrame({"date": dates, "kind": pd.Series(kind, dtype="str"), "holiday": holiday})


def business_days_late(deadline: np.ndarray, done: np.ndarray) -> np.ndarray:
    """Business days from each deadline to the day it was done, NaN where either is missing or it was in time.

    A day between business days counts as the next one: the Saturday after a Friday deadline is one business day late.
    """
    late = done > deadline  # False where either is NaT
    _check_span(deadline[late])
    _check_span(done[late])
    result = np.full(len(done), np.nan)
    counted = np.busday_offset(done[late], 0, roll="forward", busdaycal=_calendar())
    result[late] = np.busday_count(deadline[late] + 1, counted + 1, busdaycal=_calendar())
    return result


def _check_span(days: np.ndarray) -> None:
    outside = (days < FIRST_DAY) | (days > LAST_DAY)
    if outside.any():
        raise OutsideCalendar(
            f"Business days are known from {FIRST_DAY.astype(object).year} to {LAST_DAY.astype(object).year}; "
            f"a date in {days[outside][0].astype(object).year} is outside that."
        )
