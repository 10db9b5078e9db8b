"""One case's story: its records, its calendar, its deadlines, and how every verdict came about, step by step.

Verdicts, reasons and deadlines are those of the assessment. What each single record counts for is judged by the same
rules (case_records.py); here is only the telling.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from asreport.analysing.case_index import CaseIndex
from asreport.analysing.case_records import Judged, judge_records
from asreport.analysing.case_sentences import Record, Teller, day_first
from asreport.assessing import cohort
from asreport.assessing.assessment import Assessment
from asreport.business_days import FIRST_DAY, LAST_DAY, days_between
from asreport.dates import column_in_words, in_words
from asreport.policy.quarter import Measure, Quarter
from asreport.tables import TABLES, Tables
from asreport.words.catalogue import FIELDS, MEANINGS, STORY, explain

# The calendar reaches so far from the as-at date: a year typed wrong must not stretch it.
BACK, AHEAD = timedelta(days=400), timedelta(days=200)
BEFORE_REFERRAL = timedelta(days=21)


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
    `catalogue.explain`) and `steps`, a list of sentences.
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


def story(
    result: Assessment,
    tables: Tables,
    case_number: str,
    index: CaseIndex | None = None,
    shown: tuple[Assessment, Tables] | None = None,
) -> Story:
    """The story of one case of `tables`, which `result` is the assessment of.

    `shown`: the same with pseudonyms for students' names, to be told in place of it; what is judged is `tables`, where
    a subject that names a student is still itself. `index`: made once for an upload, so that a case is found at once;
    without it, it is made here. Raises `KeyError` for an unknown number.
    """
    index = index or CaseIndex.of(result, tables)
    if not len(index.rows["cases"].of(case_number)):
        raise KeyError("no case has this number")
    judged = judge_records(
        index.file_of(tables, case_number),
        result.case_results.iloc[index.results.of(case_number)].itertuples(),
        result.quarter,
        result.as_at,
    )
    result, tables = shown or (result, tables)
    file = index.file_of(tables, case_number)
    results = result.case_results.iloc[index.results.of(case_number)].reset_index(drop=True)
    quarter = result.quarter
    of_case = list(results.itertuples())
    teller = Teller(result, file, of_case, judged)
    words = explain(results, quarter)[["measure", "found", "check", "open"]]
    unordered = teller.records()
    steps = [teller.steps(row, text, unordered) for row, text in zip(of_case, words["found"], strict=True)]
    records = _by_date(unordered)
    return Story(
        case_number,
        _facts(result.cases.iloc[index.listed.of(case_number)[0]]),
        records,
        _days(unordered, results["deadline"], file["cases"], result),
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
        parts = [f"✓ {'; '.join(names)}."] * bool(counts) + ([] if pd.isna(why) else [why if counts else f"✕ {why}"])
        words.append(" ".join(parts) or "–")
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


def _by_date(records: list[Record]) -> pd.DataFrame:
    """The records in the order and the columns of `Story.records`."""
    in_order = sorted(records, key=day_first)
    table = pd.DataFrame(in_order, columns=list(Record._fields))
    return table.assign(
        date=pd.to_datetime(table["date"]).astype("datetime64[s]"),
        counts=table["counts"].astype("bool"),
        why_not=table["why_not"].astype("str"),
    )


def _deadlines(results: pd.DataFrame, measure: pd.Series) -> pd.DataFrame:
    """The deadlines that a case has, in the columns of `Story.deadlines`."""
    table = results.assign(measure=measure, start=results["start_date"])
    table = table[table["deadline"].notna()]
    return table[["measure_id", "measure", "start", "deadline", "verdict"]].reset_index(drop=True)


def _days(records: list[Record], deadlines: pd.Series, case: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """The calendar of `Story.days`; it is empty where no date is known."""
    lowest, highest = max(result.as_at - BACK, FIRST_DAY.astype(date)), min(result.as_at + AHEAD, LAST_DAY.astype(date))
    known = [day.date() for day in (*(record.date for record in records), *deadlines) if pd.notna(day)]
    known = [day for day in known if lowest <= day <= highest]
    referral = cohort.dates(case, "referral_date")[0].astype(object)
    if referral in known:
        # What counts from before the referral is shown; other records of long ago would stretch the calendar.
        counting = [record.date.date() for record in records if record.counts and pd.notna(record.date)]
        known = [day for day in known if day >= referral - BEFORE_REFERRAL or day in counting]
    days = days_between(min(known), max(known)) if known else days_between(result.as_at, result.as_at).head(0)
    return days.assign(number=_numbers(days, case, result.quarter))


def _numbers(days: pd.DataFrame, case: pd.DataFrame, quarter: Quarter) -> pd.Series:
    """Which business day each day is, as the clock of the measures in business days counts."""
    starts = [m.clock.start for m in quarter.measures.values() if m.clock.business_days is not None]
    start = cohort.dates(case, starts[0] if starts and starts[0] else "referral_date")[0]
    day, business = days["date"].to_numpy("datetime64[D]"), (days["kind"] == "business day").to_numpy()
    if not len(days) or np.isnat(start) or start < day[0]:
        return pd.Series(pd.NA, index=days.index, dtype="Int64")
    counted = np.cumsum(business & (day > start - int(quarter.reading("start_day") == "day 1")))
    return pd.Series(counted, index=days.index, dtype="Int64").where(business & (day >= start) | (day == start))


def _others(result: Assessment, case: pd.DataFrame, about: set[str]) -> pd.DataFrame:
    """The measures that are not about the case, in the columns of `Story.others`."""
    rows = [
        (measure.id, measure.name, result.not_assessed.get(measure.id) or _not_about(measure, case, result))
        for measure in result.quarter.measures.values()
        if measure.id not in about
    ]
    return pd.DataFrame(rows, columns=["measure_id", "measure", "why"], dtype="str")


def _not_about(measure: Measure, case: pd.DataFrame, result: Assessment) -> str:
    """Why a measure is not about a case: the first of the conditions of `cohort.cases_of` that does not hold."""
    words, rule, as_at = STORY["not_about"], measure.cases, result.as_at
    referral, closed = cohort.dates(case, "referral_date")[0], cohort.dates(case, "closed_date")[0]
    migrated = bool(cohort.is_migrated(case)[0])
    kind = case["case_type"].iloc[0]
    if migrated != rule.migrated:
        return words["migrated" if migrated else "new"]
    if referral > np.datetime64(as_at):
        return words["after_as_at"].format(day=_day(referral))
    if rule.case_type is not None and kind != rule.case_type:
        unknown = words["case_type_unknown"].format(wanted=rule.case_type)
        return unknown if pd.isna(kind) else words["case_type"].format(type=kind, wanted=rule.case_type)
    if rule.which == "active" and not cohort.is_active(case, as_at)[0]:
        return words["status_closed"] if np.isnat(closed) else words["closed"].format(day=_day(closed))
    deadline = cohort.deadlines(measure, case, result.quarter, np.array([True]))[0]
    return words[rule.which].format(day=_day(referral if rule.which == "referred_in_period" else deadline))


def _day(day: np.datetime64) -> str:
    return in_words(day.astype(date))
