"""What the parts of the sample share: the days it turns on, the invented names, and the records of a set of cases."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import holidays
import numpy as np
import pandas as pd

AS_AT = np.datetime64("2026-07-06")  # the Monday the exports were taken
CUT_OFF = np.datetime64("2026-07-03")  # the Friday migrated cases are judged on
ENROLLED_BY = np.datetime64("2026-04-17")
NO_DAY = np.datetime64("NaT", "D")

_HOLIDAYS = np.array(sorted(holidays.country_holidays("NZ", years=(2025, 2026))), dtype="datetime64[D]")
CALENDAR = np.busdaycalendar(holidays=_HOLIDAYS)


@dataclass(frozen=True)
class Records:
    """A set of cases and what is recorded on them; `case` in the other frames is the row number in `cases`.

    cases: case_type, migrated, referral, allocation, owner, owner_assigned, contact, status, closed, region, school,
    manager (the person who does the work, whoever owns the case), and no_referral, no_allocation, no_nsn for what the
    export leaves blank although it is so. events: case, subject, date, activity_type, created. plans: case, status,
    steps, created. enrolments: case, school, type, date.
    """

    cases: pd.DataFrame
    events: pd.DataFrame
    plans: pd.DataFrame
    enrolments: pd.DataFrame


@cache
def invented(file: str) -> dict[str, Any]:
    """The content of a data file of the sample."""
    return tomllib.loads(files("asreport.sample").joinpath(file).read_text(encoding="utf-8"))


@cache
def people_and_schools() -> tuple[pd.DataFrame, pd.DataFrame]:
    """All case managers and all schools: name, strength, region."""
    regions = invented("names.toml")["regions"]
    managers = [{**manager, "region": region["name"]} for region in regions for manager in region["managers"]]
    schools = [{**school, "region": region["name"]} for region in regions for school in region["schools"]]
    return pd.DataFrame(managers), pd.DataFrame(schools)


def places(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """For each of `count` cases a school, its region, a case manager of that region, and how strong they are."""
    managers, schools = people_and_schools()
    share = np.linspace(1, 3, len(schools))[rng.permutation(len(schools))]
    school = rng.choice(len(schools), count, p=share / share.sum())
    region = schools["region"].to_numpy()[school]
    manager = np.zeros(count, dtype=int)
    for name in managers["region"].unique():
        here = region == name
        own = np.flatnonzero(managers["region"] == name)
        manager[here] = own[rng.integers(0, len(own), here.sum())]
    return pd.DataFrame(
        {
            "school": schools["name"].to_numpy()[school],
            "region": region,
            "manager": managers["name"].to_numpy()[manager],
            "manager_strength": managers["strength"].to_numpy()[manager],
            "school_strength": schools["strength"].to_numpy()[school],
        }
    )


def business_days_after(start: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    """The business day that many business days after each start; 0 is the start's own or the last one before it."""
    return np.busday_offset(start, days, roll="backward", busdaycal=CALENDAR)


def next_business_day(start: np.ndarray) -> np.ndarray:
    """Each day itself where it is a business day, else the first one after it."""
    return np.busday_offset(start, 0, roll="forward", busdaycal=CALENDAR)


def between(first: np.ndarray, last: np.datetime64, rng: np.random.Generator) -> np.ndarray:
    """A business day somewhere between each first day and the last, evenly spread."""
    span = np.maximum((last - first).astype(int), 0)
    return business_days_after(first + (rng.random(len(first)) * (span + 1)).astype(int), 0)
