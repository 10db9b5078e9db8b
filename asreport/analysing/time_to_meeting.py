"""Time to meeting: which share of referrals was met by business day 0, 1, 2 …, beside the targets.

For each business day only the cases whose day has passed by the as-at date are counted, those met and those not: to add
only the early successes would flatter the curve, as it would the headline rate (rules.md, section 6). So the point of
a measure's own day is that measure's rate, in whichever way the readings take it. Fewer cases have come as far as a
later day, so a curve may fall where the latest referrals do better than those before them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import deadline_passed, percent
from asreport.business_days import add_business_days, business_days_late
from asreport.evidence.meeting import MeetingEvidence
from asreport.policy.quarter import Measure, Quarter
from asreport.tables import day
from asreport.words import sentences

BEYOND = 5  # how many business days a curve goes on after the longest clock


def timed_measures(quarter: Quarter) -> dict[str, list[Measure]]:
    """The measures that give the meeting of a subject so many business days, by subject, the shortest clock first."""
    timed: dict[str, list[Measure]] = {}
    for measure in quarter.measures.values():
        if isinstance(measure.evidence, MeetingEvidence) and measure.clock.business_days is not None:
            timed.setdefault(measure.evidence.subject, []).append(measure)
    return {subject: sorted(own, key=lambda m: m.clock.business_days or 0) for subject, own in timed.items()}


def time_to_meeting(result: Assessment) -> pd.DataFrame:
    """One row a subject and business day: columns `subject`, `business_day`, `cases`, `met`, `percent`.

    `subject`: a key of `Quarter.subjects`. `cases`: those in scope of the subject's longest measure whose business day
    has passed; `met`: of them, those with a meeting that counts no later than that day, be it in time for a target or
    not. `percent`: floored to two decimals. A day that has passed for no case has no row; nor has a measure that was
    not assessed.
    """
    timed = timed_measures(result.quarter)
    longest = max((own[-1].clock.business_days or 0 for own in timed.values()), default=0)
    curves = [_curve(result, subject, own[-1].id, longest + BEYOND) for subject, own in timed.items()]
    columns = ["subject", "business_day", "cases", "met"]
    table = pd.DataFrame([row for curve in curves for row in curve], columns=columns)
    table = table[table["cases"] > 0].reset_index(drop=True)
    return table.assign(percent=percent(table["met"], table["cases"]))


def _curve(result: Assessment, subject: str, measure_id: str, last: int) -> list[tuple[str, int, int, int]]:
    results, quarter = result.case_results, result.quarter
    judged = results["verdict"].isin(["met", "missed", "pending"])
    own = results[(results["measure_id"] == measure_id) & judged]
    start, done = day(own["start_date"]), day(own["completed_date"])
    first = int(quarter.reading("start_day") == "day 1")
    taken = _day_met(start, done, first)
    starts, which = np.unique(start, return_inverse=True)  # so many cases start on so few days
    rows = []
    for number in range(first, last + 1):
        # Day 0 is the start day itself, also where that is no business day.
        ends = np.maximum(starts, add_business_days(starts - np.timedelta64(first, "D"), number))
        met = taken <= number
        counted = deadline_passed(ends, result.as_at, quarter)[which]
        if quarter.reading("headline_rate") == "decided":
            counted |= met
        rows.append((subject, number, int(counted.sum()), int((counted & met).sum())))
    return rows


def _day_met(start: np.ndarray, done: np.ndarray, first: int) -> np.ndarray:
    """The business day on which each case was met, the start day being day `first`; NaN where it was not.

    A day between business days counts as the next one, as a deadline has it: the Saturday after is past the Friday.
    """
    after = business_days_late(start - np.timedelta64(first, "D"), done)
    return np.where(np.isnat(done), np.nan, np.fmax(after, first))


def curve_in_words(curve: pd.DataFrame, measures: list[Measure]) -> str:
    """What a curve says at each target: `83.82% by business day 5 (target 80%), …`.

    `curve`: the rows of `time_to_meeting` of one subject; `measures`: that subject's, from `timed_measures`.
    """
    reached = dict(zip(curve["business_day"], curve["percent"], strict=True))
    parts = []
    for measure in measures:
        days = measure.clock.business_days
        share = f"**{sentences.percent(reached[days])}**" if days in reached else "none due yet"
        target = "no target" if measure.target is None else f"target {measure.target}%"
        parts.append(f"{share} by business day {days} ({target})")
    return ", ".join(parts) + "."
