"""One case's records and the steps to each verdict, told in sentences; story.py puts them together.

What a record counts for comes from single.py, the verdicts and dates from the assessment, the words from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asreport import describe
from asreport.assessment import Assessment
from asreport.business_days import holidays_between
from asreport.dates import in_words
from asreport.quarter import Measure, Quarter
from asreport.single import OTHER_SUBJECT, Judged
from asreport.wording import STORY

MOST_OTHERS = 2  # events with other subjects told one by one; more are counted

_ORDER = ["referral", "allocation", "owner", "event", "task", "plan", "enrolment", "closed"]


class Record(NamedTuple):
    """A row of `Story.records`."""

    date: Any
    kind: str
    text: str
    counts: bool
    counts_for: tuple[str, ...]
    why_not: str | None
    table: str
    row: int


# Table → the kind of its records, the date each is placed by, and what it is in words.
_TOLD = {
    "events": ("event", "event_date", describe.describe_events),
    "plans": ("plan", "recorded_on", describe.describe_plans),
    "outcomes": ("enrolment", "start_date", describe.describe_outcomes),
}


def day_first(record: Record) -> tuple[bool, Any, int]:
    """By date, without one last; of one day, in the order things happen to a case."""
    dated = pd.notna(record.date)
    return not dated, record.date if dated else 0, _ORDER.index(record.kind)


@dataclass(frozen=True)
class Teller:
    """Tells what the records of one case say."""

    result: Assessment
    file: dict[str, pd.DataFrame]
    results: list[Any]  # the rows of `case_results` about the case
    judged: list[Judged]

    def measure(self, measure_id: str) -> Measure:
        return self.result.quarter.measures[measure_id]

    # Records

    def records(self) -> list[Record]:
        """Every record of the case, in no order."""
        told = self._of_case()
        for table in ("events", "plans", "outcomes"):
            if len(self.file.get(table, ())):
                told += self._of_table(table)
        return told

    def _of_case(self) -> list[Record]:
        """The dates of the case itself, and its owner, whom a measure may ask for."""
        case = self.file["cases"].iloc[0]
        columns = {"referral": "referral_date", "allocation": "allocation_date", "closed": "closed_date"}
        told = [
            Record(case[column], kind, STORY["records"][kind], False, (), None, "cases", -1)
            for kind, column in columns.items()
            if column in case and pd.notna(case[column])
        ]
        # White space alone is no owner's name.
        if "case_owner" in case and pd.notna(case["case_owner"]) and case["case_owner"].strip():
            text = describe.describe_case_owners(self.file["cases"], np.array([0])).iloc[0]
            asked = [row for row in self.results if self.measure(row.measure_id).evidence.kind == "owner"]
            met = [row.measure_id for row in asked if row.verdict == "met"]
            why = [self._because(row.measure_id, (row.reason,)) for row in asked if row.verdict != "met"]
            assigned = case.get("owner_assigned_date", pd.NaT)
            told.append(
                Record(assigned, "owner", text, bool(met), self._names(met), " ".join(why) or None, "cases", -1)
            )
        return told

    def _of_table(self, table: str) -> list[Record]:
        records = self.file[table]
        kind, dated, words = _TOLD[table]
        texts = words(records, np.arange(len(records)))
        dates = records[dated] if dated in records else [pd.NaT] * len(records)
        kinds = [kind] * len(records)
        if table == "events" and "activity_type" in records:
            kinds = ["event" if activity == "Event" else "task" for activity in records["activity_type"]]
        told = []
        for row, (day, its_kind, text) in enumerate(zip(dates, kinds, texts, strict=True)):
            own = [judged for judged in self.judged if (judged.table, judged.row) == (table, row)]
            met = [judged.measure_id for judged in own if judged.counts]
            told.append(Record(day, its_kind, text, bool(met), self._names(met), self._why_not(own), table, row))
        return told

    def _names(self, measures: list[str]) -> tuple[str, ...]:
        return tuple(self.measure(measure_id).name for measure_id in measures)

    def _why_not(self, own: list[Judged]) -> str | None:
        """Why a record does not count, like reasons together; of a subject that is no measure's, that alone."""
        if not own:
            return _sentence(STORY["why"]["no_measure"])
        meant = [judged for judged in own if judged.faults != OTHER_SUBJECT]
        if not meant:
            subjects = dict.fromkeys(self._subject(judged.measure_id) for judged in own)
            return _sentence(STORY["why"]["other_subject"].format(subject=" or ".join(subjects)))
        why: dict[str, list[str]] = {}
        for judged in meant:
            if not judged.counts:
                because = self._because(judged.measure_id, judged.faults)
                why.setdefault(because, []).append(self.measure(judged.measure_id).name)
        if len(why) == 1 and not any(judged.counts for judged in meant):
            return next(iter(why))
        return " ".join(f"Not for {' and '.join(names)}: {because}" for because, names in why.items()) or None

    def _because(self, measure_id: str, faults: tuple[str, ...]) -> str:
        """The faults of a record as one sentence."""
        return _sentence(self._clause(measure_id, faults))

    def _clause(self, measure_id: str, faults: tuple[str, ...]) -> str:
        cut_off = self.measure(measure_id).clock.cut_off
        deadline = next(row.deadline for row in self.results if row.measure_id == measure_id)
        words = {
            "subject": self._subject(measure_id),
            "cut_off": in_words(cut_off) if cut_off else "",
            "deadline": in_words(deadline) if pd.notna(deadline) else "",
        }
        return ", and ".join(STORY["why"][fault].format(**words) for fault in faults)

    def _subject(self, measure_id: str) -> str:
        evidence = self.measure(measure_id).evidence
        return f"“{self.result.quarter.subjects[evidence.subject].name}”" if evidence.kind == "meeting" else ""

    # Verdicts

    def steps(self, row: Any, found: str, records: list[Record]) -> list[str]:
        """How one measure's verdict came about. `row`: of `case_results`; `found`: what was found, in words."""
        measure = self.measure(row.measure_id)
        if row.verdict == "excluded":
            return [STORY["steps"]["excluded"]]
        if row.verdict == "cannot_assess":
            return [found]
        told = self._records_told(row, measure, records) or [found]
        return [*_clock_told(row, measure, self.result.quarter), *told, self._conclusion(row)]

    def _records_told(self, row: Any, measure: Measure, records: list[Record]) -> list[str]:
        """What each record of the kind that the measure asks for says."""
        if measure.evidence.kind == "owner":
            faults = () if row.verdict == "met" else (row.reason,)
            return [self._told(record.text, row.measure_id, faults) for record in records if record.kind == "owner"]
        faults_of = {(j.table, j.row): j.faults for j in self.judged if j.measure_id == row.measure_id}
        asked = [record for record in records if (record.table, record.row) in faults_of]
        asked.sort(key=day_first)
        stray = [faults_of[record.table, record.row] == OTHER_SUBJECT for record in asked]
        few = sum(stray) <= MOST_OTHERS
        told = [
            self._told(record.text, row.measure_id, faults_of[record.table, record.row])
            for record, is_stray in zip(asked, stray, strict=True)
            if few or not is_stray
        ]
        if not few:
            subject = self._subject(row.measure_id)
            told.append(STORY["steps"]["others"].format(number=sum(stray), subject=subject))
        return told

    def _told(self, text: str, measure_id: str, faults: tuple[str, ...]) -> str:
        if not faults:
            return STORY["steps"]["counts"].format(record=text)
        return STORY["steps"]["counts_not"].format(record=text, why=self._clause(measure_id, faults))

    def _conclusion(self, row: Any) -> str:
        steps, as_at = STORY["steps"], in_words(self.result.as_at)
        if row.verdict == "met":
            done = row.completed_date
            return steps["met_done"].format(day=in_words(done)) if pd.notna(done) else steps["met"]
        if row.verdict == "pending" and pd.isna(row.deadline):
            return steps["pending_open"]
        return steps[row.verdict].format(as_at=as_at)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def _clock_told(row: Any, measure: Measure, quarter: Quarter) -> list[str]:
    """From when to when a measure's clock runs for a case."""
    clock, steps = measure.clock, STORY["steps"]
    if pd.isna(row.deadline):
        return [steps["no_deadline"]]
    last = day_and_weekday(row.deadline)
    if clock.start is None:
        return [steps["cut_off"].format(**last)]
    start = steps[clock.start].format(**day_and_weekday(row.start_date))
    if clock.weeks is not None:
        return [steps["weeks_start"].format(start=start), steps["weeks"].format(number=clock.weeks, **last)]
    first = "day_one" if quarter.reading("start_day") == "day 1" else "day_zero"
    told = [steps[first].format(start=start), steps["business_days"].format(number=clock.business_days, **last)]
    named = holidays_between(row.start_date.date(), row.deadline.date())
    named = named[named["date"].dt.day_of_week < 5]
    if len(named):
        listed = [f"{name}, {in_words(day)}" for day, name in zip(named["date"], named["holiday"], strict=True)]
        told.append(steps["holiday"].format(holidays="; ".join(listed)))
    return told


def day_and_weekday(day: Any) -> dict[str, str]:
    """A day as a sentence needs it."""
    return {"day": in_words(day), "weekday": f"{day:%A}"}
