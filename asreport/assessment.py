"""From tables to verdicts and attainment: `assess`, a pure function of its arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from asreport import scope, subjects
from asreport.attainment import attainment, deadline_passed
from asreport.business_days import business_days_late
from asreport.describe import describe_case_owners, describe_events, describe_outcomes, describe_plans
from asreport.evidence import CasesInScope, Evidence, judge_meetings, judge_outcomes, judge_owners, judge_plans
from asreport.quarter import Measure, Quarter
from asreport.tables import Tables, empty_table, places
from asreport.verdicts import decide
from asreport.wording import TABLES

CASE_RESULTS = (
    "case_number",
    "measure_id",
    "verdict",
    "reason",
    "start_date",
    "deadline",
    "completed_date",
    "business_days_late",
    "evidence",
)

# The table, and the column of the cases, without which a kind of evidence cannot be judged.
_TABLE_NEEDED = {"meeting": "events", "plan": "plans", "outcome": "outcomes"}
_COLUMN_NEEDED = {"owner": "case_owner", "outcome": "nsn"}


@dataclass(frozen=True)
class Assessment:
    """What `assess` found.

    `attainment`: a row a measure, columns of section 6 of the rules. `case_results`: a row a measure and case, columns
    `CASE_RESULTS`, dates as datetime64[s], texts missing where empty. `cases`: the table of cases that was assessed.
    `not_assessed`: measure id → why it could not be judged, in words.
    """

    quarter: Quarter
    as_at: date
    attainment: pd.DataFrame
    case_results: pd.DataFrame
    cases: pd.DataFrame
    not_assessed: dict[str, str]

    def only(self, cases: pd.Series) -> Assessment:
        """The same for some of the cases alone (`cases`: True or False for each row of `self.cases`)."""
        kept = self.cases[cases.to_numpy()]
        known = places(self.case_results["case_number"], kept["case_number"]) >= 0
        results = self.case_results[known].reset_index(drop=True)
        figures = attainment(results, self.quarter, self.as_at, self.not_assessed)
        return replace(self, cases=kept.reset_index(drop=True), case_results=results, attainment=figures)


def assess(tables: Tables, quarter: Quarter, as_at: date) -> Assessment:
    """Judge every case of every measure of `quarter` as at `as_at` (rules.md, sections 3 to 6).

    `tables`: cases, events, plans and outcomes as `asreport.tables` describes them; one that was not uploaded is
    absent, and its measures are not assessed. Case numbers are unique in `cases`. Pure: no clock, file or global state.
    Raises `OutsideCalendar` where a deadline would fall in a year whose holidays are not known.
    """
    book = Book.of(tables, quarter, as_at)
    not_assessed = {m.id: why for m in quarter.measures.values() if (why := _why_not(m, tables))}
    judged = {m.id: decided(m, book) for m in quarter.measures.values() if m.id not in not_assessed}
    results = _results(judged, book) if judged else _no_results()
    figures = attainment(results, quarter, as_at, not_assessed)
    return Assessment(quarter, as_at, figures, results, book.cases, not_assessed)


def _why_not(measure: Measure, tables: Tables) -> str:
    """Why a measure cannot be judged from these tables; "" where it can."""
    if "cases" not in tables:
        return "No export of cases was uploaded."
    table = _TABLE_NEEDED.get(measure.evidence.kind)
    if table and table not in tables:
        return f"No export of {TABLES[table].name} was uploaded."
    column = _COLUMN_NEEDED.get(measure.evidence.kind)
    if column and column not in tables["cases"]:
        name = {"case_owner": "case owner", "nsn": "NSN"}[column]
        return f"The export of cases has no column for the {name}."
    return ""


@dataclass(frozen=True)
class Book:
    """The tables made ready once for all measures: cases in order, and which case each record is about."""

    quarter: Quarter
    as_at: date
    cases: pd.DataFrame
    events: pd.DataFrame
    plans: pd.DataFrame
    outcomes: pd.DataFrame
    case_of_event: np.ndarray
    case_of_plan: np.ndarray
    case_outcomes: pd.DataFrame
    subjects: dict[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, tables: Tables, quarter: Quarter, as_at: date) -> Book:
        given = {
            name: tables[name] if name in tables else empty_table(name) for name in ("events", "plans", "outcomes")
        }
        cases = tables["cases"] if "cases" in tables else empty_table("cases")
        # Numbers of one length sort as numbers do; the order of rows in an export must not show in the results.
        order = pd.DataFrame({"length": cases["case_number"].str.len(), "number": cases["case_number"]})
        cases = cases.loc[order.sort_values(["length", "number"]).index].reset_index(drop=True)
        number = cases["case_number"]
        return cls(
            quarter,
            as_at,
            cases,
            **given,
            case_of_event=places(given["events"]["case_number"], number),
            case_of_plan=places(given["plans"]["case_number"], number),
            case_outcomes=_case_outcomes(cases, given["outcomes"]),
            subjects=subjects.classify(given["events"]["subject"], quarter),
        )


def _case_outcomes(cases: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """A row for each case and outcome with the same NSN: the row of the `case` and of the `record`."""
    if "nsn" not in cases:
        return pd.DataFrame({"case": [], "record": []}, dtype="int64")
    left = pd.DataFrame({"nsn": cases["nsn"], "case": np.arange(len(cases))}).dropna()
    right = pd.DataFrame({"nsn": outcomes["nsn"], "record": np.arange(len(outcomes))}).dropna()
    return left.merge(right, on="nsn")[["case", "record"]]


@dataclass(frozen=True)
class Decided:
    """The verdicts of one measure: arrays of one length, an entry a case it is about.

    `position`: the case's row in `Book.cases`; `verdict` and `reason` as `verdicts.decide` gives them; `deadline`:
    numpy days, NaT for none; `evidence`: the record that counted or nearly did.
    """

    position: np.ndarray
    verdict: np.ndarray
    reason: np.ndarray
    deadline: np.ndarray
    evidence: Evidence


def decided(measure: Measure, book: Book) -> Decided:
    """Every case that one measure is about, judged. The one way from records to verdicts."""
    deadline, belongs = scope.cases_of(measure, book.cases, book.quarter, book.as_at)
    position = np.flatnonzero(belongs)
    deadline = deadline[position]
    earliest = scope.earliest_day(measure, book.cases)[position]
    evidence = _evidence(measure, CasesInScope(book.cases, position, earliest, deadline), book)
    verdict, reason = decide(
        excluded=scope.excluded(measure, book.cases, book.quarter)[position],
        missing={name: scope.dates(book.cases, name, missing=True)[position] for name in measure.needs},
        evidence=evidence,
        deadline_passed=deadline_passed(deadline, book.as_at, book.quarter),
        deadline=deadline,
    )
    return Decided(position, verdict, reason, deadline, evidence)


def _results(found: dict[str, Decided], book: Book) -> pd.DataFrame:
    """The verdicts of all measures (id → verdicts): a row a measure and case it is about, columns `CASE_RESULTS`.

    All measures at once, as a provider's few hundred cases take less than what each step costs by itself.
    """
    measures = [book.quarter.measures[measure_id] for measure_id in found]
    which = np.repeat(np.arange(len(measures)), [len(one.position) for one in found.values()])
    position, verdict, reason, deadline, done, record = (
        np.concatenate(arrays)
        for arrays in zip(*((o.position, o.verdict, o.reason, o.deadline, o.evidence.done, o.evidence.record)
                            for o in found.values()), strict=True)
    )  # fmt: skip
    judged = np.isin(verdict, ["met", "missed", "pending"])
    done = np.where(judged, done, np.datetime64("NaT"))
    start = np.full_like(deadline, "NaT")
    for name in {measure.clock.start for measure in measures if measure.clock.start}:
        own = np.array([measure.clock.start == name for measure in measures])[which]
        start[own] = scope.dates(book.cases, name)[position[own]]
    return pd.DataFrame(
        {
            "case_number": book.cases["case_number"].take(position).reset_index(drop=True),
            "measure_id": pd.Series(pd.array(list(found), dtype="str").take(which)),
            "verdict": pd.Series(verdict, dtype="str"),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
            "start_date": start.astype("datetime64[s]"),
            "deadline": deadline.astype("datetime64[s]"),
            "completed_date": done.astype("datetime64[s]"),
            "business_days_late": pd.array(business_days_late(deadline, done), dtype="Float64").astype("Int64"),
            "evidence": _in_words([m.evidence.kind for m in measures], which, record, book).where(judged),
        }
    )


def _in_words(kinds: list[str], which: np.ndarray, record: np.ndarray, book: Book) -> pd.Series:
    """The record that counted or nearly did for each case in scope, in words; `kinds[which]` says what it is."""
    describe = {
        "meeting": lambda records: describe_events(book.events, records),
        "plan": lambda records: describe_plans(book.plans, records),
        "owner": lambda records: describe_case_owners(book.cases, records),
        "outcome": lambda records: describe_outcomes(book.outcomes, records),
    }
    parts, places = [], []
    for kind in dict.fromkeys(kinds):
        places.append(np.flatnonzero(np.array([one == kind for one in kinds])[which]))
        # Measures share records: each is put in words once.
        distinct, back = np.unique(record[places[-1]], return_inverse=True)
        parts.append(describe[kind](distinct).take(back))
    return pd.concat(parts, ignore_index=True).take(np.argsort(np.concatenate(places))).reset_index(drop=True)


def _evidence(measure: Measure, cases: CasesInScope, book: Book) -> Evidence:
    """What the records say of each case in scope."""
    as_at = np.datetime64(book.as_at, "D")
    if measure.evidence.kind == "meeting":
        subject = book.subjects[measure.evidence.subject]
        return judge_meetings(cases, book.events, book.case_of_event, subject, measure, as_at)
    if measure.evidence.kind == "plan":
        return judge_plans(cases, book.plans, book.case_of_plan, measure)
    if measure.evidence.kind == "owner":
        return judge_owners(cases, measure)
    return judge_outcomes(cases, book.outcomes, book.case_outcomes, measure, as_at)


def _no_results() -> pd.DataFrame:
    days = dict.fromkeys(("start_date", "deadline", "completed_date"), "datetime64[s]")
    dtypes = {**dict.fromkeys(CASE_RESULTS, "str"), **days, "business_days_late": "Int64"}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
