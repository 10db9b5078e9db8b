"""One case's records and the steps to each verdict, told in sentences; case_story.py puts them together.

What a record counts for comes from case_records.py, the verdicts and dates from the assessment, the words from the
catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asreport.analysing.case_records import Judged
from asreport.assessing.assessment import Assessment
from asreport.business_days import holidays_between
from asreport.dates import in_words
from asreport.evidence import KINDS
from asreport.evidence.kind import EvidenceKind
from asreport.policy.quarter import Measure, Quarter
from asreport.words.catalogue import STORY, placeholders

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


def day_first(record: Record) -> tuple[bool, Any, int]:
    """The key that sorts records by date, those without one last, and those of one day as things happen to a case."""
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
        by_table = {kind.table: kind for kind in KINDS}
        own = [self._of_kind(kind) for table, kind in by_table.items() if table in self.file]
        return [*self._of_case(), *(record for records in own for record in records)]

    def _of_case(self) -> list[Record]:
        """The dates of the case itself."""
        case = self.file["cases"].iloc[0]
        columns = {"referral": "referral_date", "allocation": "allocation_date", "closed": "closed_date"}
        return [
            Record(case[column], kind, STORY["records"][kind], False, (), None, "cases", -1)
            for kind, column in columns.items()
            if column in case and pd.notna(case[column])
        ]

    def _of_kind(self, kind: type[EvidenceKind]) -> list[Record]:
        """The records that a kind of evidence is found among, whatever a measure makes of them."""
        records = self.file[kind.table]
        dates = records[kind.dated_by] if kind.dated_by in records else [pd.NaT] * len(records)
        rows = np.flatnonzero(kind.are_records(records))
        if not len(rows):
            return []
        texts = kind.describe(records, rows)
        marks = kind.marks(records)
        of_kind = []
        for row, text in zip(rows.tolist(), texts, strict=True):
            own = [judged for judged in self.judged if (judged.table, judged.row) == (kind.table, row)]
            met = [judged.measure_id for judged in own if judged.counts]
            why_not = self._why_not(own, kind.table)
            of_kind.append(Record(dates[row], marks[row], text, bool(met), self._names(met), why_not, kind.table, row))
        return of_kind

    def _names(self, measures: list[str]) -> tuple[str, ...]:
        return tuple(self.measure(measure_id).name for measure_id in measures)

    def _why_not(self, own: list[Judged], table: str) -> str | None:
        """Why a record does not count, like reasons together; of one that is no measure's, that alone."""
        if not own:
            # An owner is a fact of the case too: nothing is said of it where no measure asks.
            return None if table == "cases" else _sentence(STORY["why"]["no_measure"])
        meant = [judged for judged in own if judged.faults != (self._irrelevant(judged.measure_id),)]
        if not meant:
            return self._why_irrelevant([judged.measure_id for judged in own])
        why: dict[str, list[str]] = {}
        for judged in meant:
            if not judged.counts:
                because = _sentence(self._clause(judged.measure_id, judged.faults))
                why.setdefault(because, []).append(self.measure(judged.measure_id).name)
        if len(why) == 1 and not any(judged.counts for judged in meant):
            return next(iter(why))
        return " ".join(f"Not for {' and '.join(names)}: {because}" for because, names in why.items()) or None

    def _irrelevant(self, measure_id: str) -> str:
        """What the kind of evidence that a measure asks for says of a record that is none of it."""
        return self.measure(measure_id).evidence.irrelevant

    def _why_irrelevant(self, measures: list[str]) -> str:
        """Why a record is of no kind that these measures ask for, a sentence for each kind of irrelevance."""
        subjects: dict[str, dict[str, None]] = {}
        for measure_id in measures:
            subjects.setdefault(self._irrelevant(measure_id), {})[self._words(measure_id)["subject"]] = None
        whys = STORY["why"]
        return " ".join(_sentence(whys[code].format(subject=" or ".join(of))) for code, of in subjects.items())

    def _clause(self, measure_id: str, faults: tuple[str, ...]) -> str:
        """The faults of a record as the end of a sentence."""
        words = self._words(measure_id)
        return ", and ".join(STORY["why"][fault].format(**words) for fault in faults)

    def _words(self, measure_id: str) -> dict[str, str]:
        """What sentences about a measure say of this case in place of {…}."""
        deadline = next(row.deadline for row in self.results if row.measure_id == measure_id)
        known = {"deadline": in_words(deadline)} if pd.notna(deadline) else {}
        return placeholders(self.measure(measure_id), self.result.quarter, **known)

    # Verdicts

    def steps(self, row: Any, otherwise: str, records: list[Record]) -> list[str]:
        """How one measure's verdict came about. `row`: of `case_results`; `otherwise`: what to say without a record."""
        measure = self.measure(row.measure_id)
        if row.verdict == "excluded":
            return [STORY["steps"]["excluded"]]
        if row.verdict == "cannot_assess":
            return [otherwise]
        of_records = self._of_records(row, measure, records) or [otherwise]
        return [*_of_clock(row, measure, self.result.quarter), *of_records, self._conclusion(row)]

    def _of_records(self, row: Any, measure: Measure, records: list[Record]) -> list[str]:
        """What each record of the kind that the measure asks for says."""
        faults_of = {(j.table, j.row): j.faults for j in self.judged if j.measure_id == row.measure_id}
        asked = [record for record in records if (record.table, record.row) in faults_of]
        asked.sort(key=day_first)
        stray = [faults_of[record.table, record.row] == (measure.evidence.irrelevant,) for record in asked]
        few = sum(stray) <= MOST_OTHERS
        sentences = [
            self._of_record(record.text, row.measure_id, faults_of[record.table, record.row])
            for record, is_stray in zip(asked, stray, strict=True)
            if few or not is_stray
        ]
        if not few:
            words = self._words(row.measure_id)
            others = STORY["others"][measure.evidence.irrelevant]
            sentences.append(others.format(number=sum(stray), subject=words["subject"]))
        return sentences

    def _of_record(self, text: str, measure_id: str, faults: tuple[str, ...]) -> str:
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


def _of_clock(row: Any, measure: Measure, quarter: Quarter) -> list[str]:
    """Sentences that say from when to when a measure's clock runs for a case."""
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
    sentences = [steps[first].format(start=start), steps["business_days"].format(number=clock.business_days, **last)]
    named = holidays_between(row.start_date.date(), row.deadline.date())
    named = named[named["date"].dt.day_of_week < 5]
    if len(named):
        listed = [f"{name}, {in_words(day)}" for day, name in zip(named["date"], named["holiday"], strict=True)]
        sentences.append(steps["holiday"].format(holidays="; ".join(listed)))
    return sentences


def day_and_weekday(day: Any) -> dict[str, str]:
    """A day as a sentence needs it."""
    return {"day": in_words(day), "weekday": f"{day:%A}"}
