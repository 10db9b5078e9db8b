"""Which cases a measure is about, and by when (rules.md, sections 1 and 3)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from asreport.business_days import add_business_days
from asreport.evidence.outcome import OutcomeEvidence
from asreport.policy.quarter import Measure, Quarter
from asreport.tables import day


def dates(cases: pd.DataFrame, column: str, *, missing: bool = False) -> np.ndarray:
    """A date column as numpy days, all NaT where no export had it; or, with `missing`, where it is missing."""
    days = day(cases[column]) if column in cases else np.full(len(cases), np.datetime64("NaT", "D"))
    return np.isnat(days) if missing else days


def is_migrated(cases: pd.DataFrame) -> np.ndarray:
    """Whether each case was transferred from the previous system; without the column, every case is new."""
    return cases["migrated"].to_numpy(dtype=bool) if "migrated" in cases else np.full(len(cases), False)


def is_active(cases: pd.DataFrame, as_at: date) -> np.ndarray:
    """Whether each case has no closed date, or one after the as-at date; a status that reads closed needs no date."""
    closed = dates(cases, "closed_date")
    without_date = np.full(len(cases), True)
    if "status" in cases:
        codes, words = pd.factorize(cases["status"])  # many cases have few words for it
        reads_closed = pd.Series(words, dtype="str").str.contains(r"\bclosed\b", case=False).to_numpy(dtype=bool)
        without_date = np.append(~reads_closed, True)[codes]  # a blank one, of code -1, does not read closed
    return np.where(np.isnat(closed), without_date, closed > np.datetime64(as_at))


def deadlines(measure: Measure, cases: pd.DataFrame, quarter: Quarter, wanted: np.ndarray) -> np.ndarray:
    """The last day in time for each of the cases that are `wanted`; NaT for the others and where there is none."""
    clock = measure.clock
    result = np.full(len(cases), np.datetime64("NaT", "D"))
    if clock.cut_off is not None:
        result[wanted] = np.datetime64(clock.cut_off)
    elif clock.start is not None:
        start = dates(cases, clock.start)[wanted]
        if clock.weeks is not None:
            result[wanted] = start + np.timedelta64(7 * clock.weeks, "D")
        elif clock.business_days is not None:
            day_one = quarter.reading("start_day") == "day 1"
            # With the start day as day 1, the n-th business day is counted from the day before it.
            result[wanted] = add_business_days(start - np.timedelta64(int(day_one), "D"), clock.business_days)
    return result


def cases_of(measure: Measure, cases: pd.DataFrame, quarter: Quarter, as_at: date) -> tuple[np.ndarray, np.ndarray]:
    """The deadline of each case and whether the measure is about it, as arrays of the length of `cases`.

    A new case without the dates that would tell whether it belongs is in the measure: it cannot be assessed.
    """
    rule = measure.cases
    referral = dates(cases, "referral_date")
    belongs = (is_migrated(cases) == rule.migrated) & ~(referral > np.datetime64(as_at))
    if rule.case_type is not None:
        belongs &= (cases["case_type"] == rule.case_type).to_numpy(dtype=bool, na_value=False)
    if rule.which == "active":
        belongs &= is_active(cases, as_at)
    unknown = np.any([dates(cases, name, missing=True) for name in measure.needs], axis=0) if measure.needs else False
    if rule.which == "referred_in_period":
        belongs &= _in_period(referral, quarter) | unknown & np.isnat(referral)
    deadline = deadlines(measure, cases, quarter, belongs)
    if rule.which == "deadline_in_period":
        belongs &= _in_period(deadline, quarter) | unknown & np.isnat(deadline)
    return deadline, belongs


def earliest_day(measure: Measure, cases: pd.DataFrame) -> np.ndarray:
    """The first day a record of each case may be dated; NaT where there is no lower bound (section 4).

    Records of a new case, and every outcome, count from the referral date on; an outcome of a case without a referral
    date from its allocation date on.
    """
    referral = dates(cases, "referral_date")
    if isinstance(measure.evidence, OutcomeEvidence):
        return np.where(np.isnat(referral), dates(cases, "allocation_date"), referral)
    return np.full_like(referral, "NaT") if measure.cases.migrated else referral


def excluded(measure: Measure, cases: pd.DataFrame, quarter: Quarter) -> np.ndarray:
    """Whether contact details known to be out of date take each case out of the measure."""
    if not measure.cases.contact_details_held:
        return np.full(len(cases), False)
    if "contact_details_current" in cases:
        held = cases["contact_details_current"]
    else:
        held = pd.Series("unknown", index=cases.index)
    out = ["no"] if quarter.reading("unknown_contact_details") == "held" else ["no", "unknown"]
    return held.isin(out).to_numpy(dtype=bool)


def _in_period(days: np.ndarray, quarter: Quarter) -> np.ndarray:
    return (days >= np.datetime64(quarter.period.start)) & (days <= np.datetime64(quarter.period.end))
