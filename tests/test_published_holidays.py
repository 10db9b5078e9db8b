"""The calendar of business days against the published national public holidays, 2025 to 2035.

The days below are written out from the Holidays Act 2003 and Te Kāhui o Matariki Public Holiday Act 2022, Schedule 1:
those on which no business is done, a holiday that the law moves off a weekend on the weekday it is moved to.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from asreport.business_days import add_business_days, count_business_days, holidays_between

# In each year: New Year's Day and the day after, Waitangi Day, Good Friday, Easter Monday, Anzac Day, King's Birthday,
# Matariki, Labour Day, Christmas Day, Boxing Day.
PUBLISHED = {
    2025: "01-01 01-02 02-06 04-18 04-21 04-25 06-02 06-20 10-27 12-25 12-26",
    2026: "01-01 01-02 02-06 04-03 04-06 04-27 06-01 07-10 10-26 12-25 12-28",
    2027: "01-01 01-04 02-08 03-26 03-29 04-26 06-07 06-25 10-25 12-27 12-28",
    2028: "01-03 01-04 02-07 04-14 04-17 04-25 06-05 07-14 10-23 12-25 12-26",
    2029: "01-01 01-02 02-06 03-30 04-02 04-25 06-04 07-06 10-22 12-25 12-26",
    2030: "01-01 01-02 02-06 04-19 04-22 04-25 06-03 06-21 10-28 12-25 12-26",
    2031: "01-01 01-02 02-06 04-11 04-14 04-25 06-02 07-11 10-27 12-25 12-26",
    2032: "01-01 01-02 02-06 03-26 03-29 04-26 06-07 07-02 10-25 12-27 12-28",
    2033: "01-03 01-04 02-07 04-15 04-18 04-25 06-06 06-24 10-24 12-26 12-27",
    2034: "01-02 01-03 02-06 04-07 04-10 04-25 06-05 07-07 10-23 12-25 12-26",
    2035: "01-01 01-02 02-06 03-23 03-26 04-25 06-04 06-29 10-22 12-25 12-26",
}


def days_off(year: int) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()]


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_weekdays_off_are_those_published(year: int):
    first = np.datetime64(f"{year}-01-01")
    days = np.arange(first, np.datetime64(f"{year + 1}-01-01"))
    weekdays = days[np.is_busday(days)]
    business = np.unique(add_business_days(days, 0))
    assert np.setdiff1d(weekdays, business).tolist() == days_off(year)
    assert count_business_days(date(year, 1, 1), date(year, 12, 31)) == len(weekdays) - len(days_off(year))


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_published_day_is_named(year: int):
    named = dict(holidays_between(date(year, 1, 1), date(year, 12, 31)).itertuples(index=False, name=None))
    named = {day.date(): name for day, name in named.items()}
    assert set(days_off(year)) <= set(named)
    assert named[days_off(year)[7]].startswith("Matariki")
    assert {day for day in named if day.weekday() < 5} == set(days_off(year))


def test_deadlines_across_the_years_end_and_around_observed_days():
    starts = np.array(["2026-12-24", "2027-02-05", "2027-12-24", "2027-12-31", "2033-12-23"], dtype="datetime64[D]")
    assert add_business_days(starts, 1).tolist() == [
        date(2026, 12, 29), date(2027, 2, 9), date(2027, 12, 29), date(2028, 1, 5), date(2033, 12, 28),
    ]  # fmt: skip
