"""One case's story: its records, its calendar, its deadlines, and how every verdict came about, step by step.

Verdicts, reasons and deadlines are those of the assessment. What each single record counts for is judged by the same
rules (single.py); here is only the telling.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asreport import describe, scope
from asreport.assessment import Assessment
from asreport.business_days import FIRST_DAY, LAST_DAY, days_between, holidays_between
from asreport.casefile import CaseIndex
from asreport.dates import column_in_words, in_words
from asreport.quarter import Measure, Quarter
from asreport.single import OTHER_SUBJECT, Judged, judge_records
from asreport.tables import TABLES, Tables
from asreport.wording import FIELDS, MEANINGS, STORY, explain

# The calendar reaches so far from the as-at date: a year typed wrong must not stretch it.
BACK, AHEAD = timedelta(days=400), timedelta(days=200)
BEFORE_REFERRAL = timedelta(days=21)
MOST_OTHERS = 2  # events with other subjects told one by one; more are counted

_ORDER = ["referral", "allocation", "owner", "event", "task", "plan", "enrolment", "closed"]


@dataclass(frozen=True)
class Story:
    """What happened with one case.

    `facts`: the case's fields, name → words. `records`: a row a record, by date, those without one last: `date`
    (datetime64[s]), `kind` (a key of `story.kinds`), `text`, `counts`, `counts_for` (names of measures), `why_not` (in
    words; missing where it counts for all it could, and for what no measure judges), `table`, `row` (-1 for dates of
    the case).
    `days`: every day from the first to the last: as `days_between`, and `number`, the business day counted as the
    clock of the meetings counts (missing before it starts, and where it is unknown).
    `deadlines`: a row a measure with a deadline: `measure_id`, `measure`, `start`, `deadline`, `verdict`.
    `verdicts`: a row a measure about this case: as `case_results`, and `measure`, `found`, `check`, `open` (words, as
    `wording.explain`) and `steps`, a list of sentences.
    `others`: a row a measure that is not: `measure_id`, `measure`, `why`.
    `judged`: a row a record and measure that asks for such a record, as `judge_records`.
    """

    case_number: str
    facts: dict[str, str]
    records: pd.DataFrame
    days: pd.DataFrame
    deadlines: pd.DataFrame
    verdicts: pd.DataFrame
    others: pd.DataFrame
    judged: pd.DataFrame


def story(result: Assessment, tables: Tables, case_number: str, index: CaseIndex | None = None) -> Story:
    """The story of one case of `tables`, which `result` is the assessment of.

    `result` may have other names in place of the students' own: its cases are what is shown. `index`: made once for an
    upload, so that a case is found at once; without it, it is made here. Raises `KeyError` for an unknown number.
    """
    index = index or CaseIndex.of(result, tables)
    if not len(index.rows["cases"].of(case_number)):
        raise KeyError("no case has this number")
    file = index.file_of(tables, case_number)
    results = result.case_results.iloc[index.results.of(case_number)].reset_index(drop=True)
    quarter = result.quarter
    about = [quarter.measures[measure_id] for measure_id in results["measure_id"]]
    judged = judge_records(file, about, quarter, result.as_at)
    teller = _Teller(result, file, list(results.itertuples()), judged)
    words = explain(results, quarter)[["measure", "found", "check", "open"]]
    told = teller.records()
    steps = [teller.steps(row, found, told) for row, found in zip(teller.results, words["found"], strict=True)]
    records = _by_date(told)
    return Story(
        case_number,
        _facts(result.cases.iloc[index.listed.of(case_number)[0]]),
        records,
        _days(told, results["deadline"], file["cases"], result),
        _deadlines(results, words["measure"]),
        results.join(words).assign(steps=pd.Series(steps, index=results.index, dtype="object")),
        _others(result, file["cases"], set(results["measure_id"])),
        pd.DataFrame(judged, columns=list(Judged._fields)),
    )


def _facts(case: pd.Series) -> dict[str, str]:
    """The fields of a case that are filled in, in words."""
    facts = {}
    for field in TABLES["cases"]:
        value = case.get(field.name)
        if value is None or pd.isna(value):
            continue
        if field.kind == "date":
            words = in_words(value)
        elif field.kind == "flag":
            words = MEANINGS["yes" if value else "no"]
        else:
            words = MEANINGS.get(value, value) if field.kind in ("case_type", "held") else str(value)
        facts[FIELDS["cases"][field.name].name] = words
    return facts


def counts_in_words(records: pd.DataFrame) -> list[str]:
    """What each of `Story.records` counts for, and why not: `✓ Student plan in place`, `✕ It has no date.`"""
    words = []
    for counts, names, why in zip(records["counts"], records["counts_for"], records["why_not"], strict=True):
        said = [f"✓ {'; '.join(names)}."] * bool(counts) + ([] if pd.isna(why) else [why if counts else f"✕ {why}"])
        words.append(" ".join(said) or "–")
    return words


def strip_key(story: Story) -> str:
    """How the drawn calendar is read: its marks, its holidays, and the records that lie outside it."""
    words, days, dates = STORY["strip"], story.days, story.records["date"]
    key = [words["key"]]
    if story.deadlines["start"].notna().any():
        key.append(words["numbers"])
    if days["holiday"].notna().any():
        named = days.dropna(subset="holiday")
        listed = [f"{day}, {name}" for day, name in zip(column_in_words(named["date"]), named["holiday"], strict=True)]
        key.append(words["holidays"].format(days="; ".join(listed)))
    outside = dates.notna() & ~dates.isin(days["date"])
    if outside.any():
        key.append(words["outside"].format(numbers=", ".join(str(place + 1) for place in dates.index[outside])))
    return " ".join(key)


def day_and_weekday(day: Any) -> dict[str, str]:
    """A day as a sentence needs it."""
    return {"day": in_words(day), "weekday": f"{day:%A}"}


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


def _day_first(record: Record) -> tuple[bool, Any, int]:
    """By date, without one last; of one day, in the order things happen to a case."""
    dated = pd.notna(record.date)
    return not dated, record.date if dated else 0, _ORDER.index(record.kind)


def _by_date(records: list[Record]) -> pd.DataFrame:
    """As `Story.records`."""
    in_order = sorted(records, key=_day_first)
    table = pd.DataFrame(in_order, columns=list(Record._fields))
    return table.assign(
        date=pd.to_datetime(table["date"]).astype("datetime64[s]"),
        counts=table["counts"].astype("bool"),
        why_not=table["why_not"].astype("str"),
    )


def _deadlines(results: pd.DataFrame, measure: pd.Series) -> pd.DataFrame:
    """As `Story.deadlines`."""
    table = results.assign(measure=measure, start=results["start_date"])
    table = table[table["deadline"].notna()]
    return table[["measure_id", "measure", "start", "deadline", "verdict"]].reset_index(drop=True)


@dataclass(frozen=True)
class _Teller:
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
        asked.sort(key=_day_first)
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


def _days(records: list[Record], deadlines: pd.Series, case: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """As `Story.days`; empty where no date is known."""
    lowest, highest = max(result.as_at - BACK, FIRST_DAY.astype(date)), min(result.as_at + AHEAD, LAST_DAY.astype(date))
    known = [day.date() for day in (*(record.date for record in records), *deadlines) if pd.notna(day)]
    known = [day for day in known if lowest <= day <= highest]
    referral = scope.dates(case, "referral_date")[0].astype(object)
    if referral in known:
        # What counts from before the referral is shown; other records of long ago would stretch the calendar.
        counting = [record.date.date() for record in records if record.counts and pd.notna(record.date)]
        known = [day for day in known if day >= referral - BEFORE_REFERRAL or day in counting]
    days = days_between(min(known), max(known)) if known else days_between(result.as_at, result.as_at).head(0)
    return days.assign(number=_numbers(days, case, result.quarter))


def _numbers(days: pd.DataFrame, case: pd.DataFrame, quarter: Quarter) -> pd.Series:
    """Which business day each day is, as the clock of the measures in business days counts."""
    starts = [m.clock.start for m in quarter.measures.values() if m.clock.business_days is not None]
    start = scope.dates(case, starts[0] if starts and starts[0] else "referral_date")[0]
    day, business = days["date"].to_numpy("datetime64[D]"), (days["kind"] == "business day").to_numpy()
    if not len(days) or np.isnat(start) or start < day[0]:
        return pd.Series(pd.NA, index=days.index, dtype="Int64")
    counted = np.cumsum(business & (day > start - int(quarter.reading("start_day") == "day 1")))
    return pd.Series(counted, index=days.index, dtype="Int64").where(business & (day >= start) | (day == start))


def _others(result: Assessment, case: pd.DataFrame, about: set[str]) -> pd.DataFrame:
    """As `Story.others`."""
    rows = [
        (measure.id, measure.name, result.not_assessed.get(measure.id) or _not_about(measure, case, result))
        for measure in result.quarter.measures.values()
        if measure.id not in about
    ]
    return pd.DataFrame(rows, columns=["measure_id", "measure", "why"], dtype="str")


def _not_about(measure: Measure, case: pd.DataFrame, result: Assessment) -> str:
    """Why a measure is not about a case: the first of the conditions of `scope.cases_of` that does not hold."""
    words, rule, as_at = STORY["not_about"], measure.cases, result.as_at
    referral, closed = scope.dates(case, "referral_date")[0], scope.dates(case, "closed_date")[0]
    migrated = bool(scope.is_migrated(case)[0])
    kind = case["case_type"].iloc[0]
    if migrated != rule.migrated:
        return words["migrated" if migrated else "new"]
    if referral > np.datetime64(as_at):
        return words["after_as_at"].format(day=_day(referral))
    if rule.case_type is not None and kind != rule.case_type:
        unknown = words["case_type_unknown"].format(wanted=rule.case_type)
        return unknown if pd.isna(kind) else words["case_type"].format(type=kind, wanted=rule.case_type)
    if rule.which == "active" and not scope.is_active(case, as_at)[0]:
        return words["status_closed"] if np.isnat(closed) else words["closed"].format(day=_day(closed))
    deadline = scope.deadlines(measure, case, result.quarter, np.array([True]))[0]
    return words[rule.which].format(day=_day(referral if rule.which == "referred_in_period" else deadline))


def _day(day: np.datetime64) -> str:
    return in_words(day.astype(date))
