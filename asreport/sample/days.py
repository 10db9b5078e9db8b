"""The days that a sample turns on, told from the quarter: when the exports were taken, and by when the work was due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import holidays
import numpy as np

from asreport.policy.quarter import Measure, Quarter

NO_DAY = np.datetime64("NaT", "D")
MONDAY = np.datetime64("1970-01-05")
WEEK = 7
# People take the exports on a Monday soon after the quarter, and wait with it for a cut-off that is near.
TAKEN_AFTER, CUT_OFF_NEAR = 4, 21
# Where no measure says how long an outcome may take.
OUTCOME_WITHIN = 70


@dataclass(frozen=True)
class Days:
    """A quarter's days, as numpy days (datetime64[D]), and its business days."""

    quarter: Quarter

    @cached_property
    def start(self) -> np.datetime64:
        return np.datetime64(self.quarter.period.start, "D")

    @cached_property
    def end(self) -> np.datetime64:
        return np.datetime64(self.quarter.period.end, "D")

    @cached_property
    def as_at(self) -> np.datetime64:
        """The day the exports were taken: a Monday on which people work, after the quarter and the cut-offs near it."""
        near = [day for day in _cut_offs(self.quarter.measures.values()) if day <= self.end + CUT_OFF_NEAR]
        monday = max([self.end + TAKEN_AFTER, *(day + 1 for day in near)])
        monday += -int((monday - MONDAY).astype(int)) % WEEK
        year = monday.astype(date).year
        calendar = _calendar(year, year + 1)
        while not np.is_busday(monday, busdaycal=calendar):
            monday += WEEK
        return monday

    @cached_property
    def last_worked(self) -> np.datetime64:
        """The Friday before the exports were taken: the last day on which anything was done."""
        return self.as_at - 3

    @cached_property
    def migrated_by(self) -> np.datetime64:
        """The last cut-off that work on migrated cases was done for; without one, the last day worked."""
        measures = [m for m in self.quarter.measures.values() if m.cases.migrated and m.evidence.kind != "outcome"]
        return max((day for day in _cut_offs(measures) if day <= self.last_worked), default=self.last_worked)

    @cached_property
    def enrolled_by(self) -> np.datetime64:
        """The first cut-off for outcomes of migrated cases; without one, that of other work on them."""
        measures = [m for m in self.quarter.measures.values() if m.cases.migrated and m.evidence.kind == "outcome"]
        return min(_cut_offs(measures), default=self.migrated_by)

    @cached_property
    def outcome_within(self) -> int:
        """How many days an outcome of a new case may take."""
        clocks = [m.clock for m in self.quarter.measures.values() if m.evidence.kind == "outcome" and m.clock.start]
        lengths = [WEEK * (c.weeks or 0) + WEEK * (c.business_days or 0) // 5 for c in clocks]
        return max(WEEK, *lengths[:1]) if lengths else OUTCOME_WITHIN

    @cached_property
    def any_migrated(self) -> bool:
        """Whether any measure is about migrated cases."""
        return any(measure.cases.migrated for measure in self.quarter.measures.values())

    @cached_property
    def calendar(self) -> np.busdaycalendar:
        return _calendar(self.quarter.period.start.year - 1, self.as_at.astype(date).year)

    def business_days_after(self, start: np.ndarray, days: np.ndarray | int) -> np.ndarray:
        """The business day that many business days after each start; 0 is the start's own or the last one before it."""
        return np.busday_offset(start, days, roll="backward", busdaycal=self.calendar)

    def next_business_day(self, start: np.ndarray) -> np.ndarray:
        """Each day itself where it is a business day, else the first one after it."""
        return np.busday_offset(start, 0, roll="forward", busdaycal=self.calendar)

    def between(self, first: np.ndarray, last: np.datetime64, rng: np.random.Generator) -> np.ndarray:
        """A business day somewhere between each first day and the last, evenly spread."""
        span = np.maximum((last - first).astype(int), 0)
        return self.business_days_after(first + (rng.random(len(first)) * (span + 1)).astype(int), 0)


def _cut_offs(measures: Iterable[Measure]) -> list[np.datetime64]:
    return [np.datetime64(m.clock.cut_off, "D") for m in measures if m.clock.cut_off]


def _calendar(first_year: int, last_year: int) -> np.busdaycalendar:
    known = holidays.country_holidays("NZ", years=range(first_year, last_year + 1))
    return np.busdaycalendar(holidays=np.array(sorted(known), dtype="datetime64[D]"))
