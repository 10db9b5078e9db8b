"""From tables to verdicts and attainment: `assess`, a pure function of its arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from asreport.assessing import cohort, subjects
from asreport.assessing.attainment import attainment, deadline_passed
from asreport.assessing.verdict import decide
from asreport.business_days import business_days_late
from asreport.evidence.kind import CaseEvidence, CasesInScope, EvidenceKind, JudgedRecords, Records
from asreport.policy.quarter import Measure, Quarter
from asreport.tables import Tables, check_tables, empty_table, open_questions, places
from asreport.words.catalogue import FIELDS, TABLES, within_sentence

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
    absent, and its measures are not assessed. Pure: no clock, file or global state. Raises `TablesError` where a table
    is not as described there, and `OutsideCalendar` where a deadline would fall in a year whose holidays are not known.
    """
    check_tables(tables)
    book = Book.of(tables, quarter, as_at)
    not_assessed = {m.id: why for m in quarter.measures.values() if (why := _why_not(m, tables))}
    judged = {m.id: decided(m, book) for m in quarter.measures.values() if m.id not in not_assessed}
    results = _results(judged, book) if judged else _no_results()
    figures = attainment(results, quarter, as_at, not_assessed)
    return Assessment(quarter, as_at, figures, results, book.cases, not_assessed)


def _why_not(measure: Measure, tables: Tables) -> str:
    """Why a measure cannot be judged from these tables; "" where it can."""
    if "cases" not in tables:
        return "No export of cases that can be used was uploaded."
    table, column = measure.evidence.table, measure.evidence.column
    if table not in tables:
        return f"No export of {TABLES[table].name} that can be used was uploaded."
    if column and column not in tables["cases"]:
        return f"The export of cases has no column for the {within_sentence(FIELDS['cases'][column].name)}."
    for name in dict.fromkeys(("cases", table)):
        for field, why in open_questions(tables[name]).items():
            if not field or field in measure.fields_of(name):
                return why
    return ""


@dataclass(frozen=True)
class Book:
    """The tables made ready once for all measures: cases in order, and which case each record is about.

    `records`: for each table, its records and their cases; the record of the table of cases is the case itself.
    """

    quarter: Quarter
    as_at: date
    cases: pd.DataFrame
    records: dict[str, Records]

    @classmethod
    def of(cls, tables: Tables, quarter: Quarter, as_at: date) -> Book:
        events, plans, outcomes = (
            tables[name] if name in tables else empty_table(name) for name in ("events", "plans", "outcomes")
        )
        cases = tables["cases"] if "cases" in tables else empty_table("cases")
        # Numbers of one length sort as numbers do; the order of rows in an export must not show in the results.
        order = pd.DataFrame({"length": cases["case_number"].str.len(), "number": cases["case_number"]})
        cases = cases.loc[order.sort_values(["length", "number"]).index].reset_index(drop=True)
        itself = np.arange(len(cases))
        records = {
            "cases": Records(cases, itself, itself),
            "events": Records(events, *_by_number(events, cases), subjects.classify(events["subject"], quarter)),
            "plans": Records(plans, *_by_number(plans, cases)),
            "outcomes": Records(outcomes, *_by_nsn(outcomes, cases)),
        }
        return cls(quarter, as_at, cases, records)


def _by_number(records: pd.DataFrame, cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The row of the case of each record that is about a known case, and the row of the record."""
    case = places(records["case_number"], cases["case_number"])
    known = np.flatnonzero(case >= 0)
    return case[known], known


def _by_nsn(outcomes: pd.DataFrame, cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The rows of each case and outcome with the same NSN; a student may have several of both."""
    if "nsn" not in cases:
        return np.array([], dtype="int64"), np.array([], dtype="int64")
    left = pd.DataFrame({"nsn": cases["nsn"], "case": np.arange(len(cases))}).dropna()
    right = pd.DataFrame({"nsn": outcomes["nsn"], "row": np.arange(len(outcomes))}).dropna()
    pairs = left.merge(right, on="nsn")
    return pairs["case"].to_numpy(), pairs["row"].to_numpy()


def cases_in_scope(measure: Measure, book: Book) -> CasesInScope:
    """The cases that one measure is about, by when each was due, and from when on its records count."""
    deadline, belongs = cohort.cases_of(measure, book.cases, book.quarter, book.as_at)
    position = np.flatnonzero(belongs)
    earliest = cohort.earliest_day(measure, book.cases)[position]
    return CasesInScope(book.cases, position, earliest, deadline[position])


def judged_records(measure: Measure, cases: CasesInScope, book: Book) -> JudgedRecords:
    """Every record that the measure looks at, with the checks it failed. The one judge of a record."""
    evidence = measure.evidence
    return evidence.judge(cases, book.records[evidence.table], np.datetime64(book.as_at, "D"))


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
    evidence: CaseEvidence


def decided(measure: Measure, book: Book) -> Decided:
    """Every case that one measure is about, judged. The one way from records to verdicts."""
    cases = cases_in_scope(measure, book)
    evidence = measure.evidence.best(judged_records(measure, cases, book), cases)
    verdict, reason = decide(
        excluded=cohort.excluded(measure, book.cases, book.quarter)[cases.position],
        missing={name: cohort.dates(book.cases, name, missing=True)[cases.position] for name in measure.needs},
        evidence=evidence,
        deadline_passed=deadline_passed(cases.deadline, book.as_at, book.quarter),
    )
    return Decided(cases.position, verdict, reason, cases.deadline, evidence)


def _results(decisions: dict[str, Decided], book: Book) -> pd.DataFrame:
    """The verdicts of all measures (id → verdicts): a row a measure and case it is about, columns `CASE_RESULTS`.

    All measures at once, as a provider's few hundred cases take less than what each step costs by itself.
    """
    measures = [book.quarter.measures[measure_id] for measure_id in decisions]
    which = np.repeat(np.arange(len(measures)), [len(one.position) for one in decisions.values()])
    position, verdict, reason, deadline, done, record = (
        np.concatenate(arrays)
        for arrays in zip(*((o.position, o.verdict, o.reason, o.deadline, o.evidence.done, o.evidence.row)
                            for o in decisions.values()), strict=True)
    )  # fmt: skip
    judged = np.isin(verdict, ["met", "missed", "pending"])
    done = np.where(judged, done, np.datetime64("NaT"))
    start = np.full_like(deadline, "NaT")
    for name in {measure.clock.start for measure in measures if measure.clock.start}:
        own = np.array([measure.clock.start == name for measure in measures])[which]
        start[own] = cohort.dates(book.cases, name)[position[own]]
    return pd.DataFrame(
        {
            "case_number": book.cases["case_number"].take(position).reset_index(drop=True),
            "measure_id": pd.Series(pd.array(list(decisions), dtype="str").take(which)),
            "verdict": pd.Series(verdict, dtype="str"),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
            "start_date": start.astype("datetime64[s]"),
            "deadline": deadline.astype("datetime64[s]"),
            "completed_date": done.astype("datetime64[s]"),
            "business_days_late": pd.array(business_days_late(deadline, done), dtype="Float64").astype("Int64"),
            "evidence": _in_words([type(m.evidence) for m in measures], which, record, book).where(judged),
        }
    )


def _in_words(kinds: list[type[EvidenceKind]], which: np.ndarray, record: np.ndarray, book: Book) -> pd.Series:
    """The record that counted or nearly did for each case in scope, in words; `kinds[which]` says what it is."""
    parts, places = [], []
    for kind in dict.fromkeys(kinds):
        places.append(np.flatnonzero(np.array([one is kind for one in kinds])[which]))
        # Measures share records: each is put in words once.
        distinct, back = np.unique(record[places[-1]], return_inverse=True)
        parts.append(kind.describe(book.records[kind.table].table, distinct).take(back))
    return pd.concat(parts, ignore_index=True).take(np.argsort(np.concatenate(places))).reset_index(drop=True)


def _no_results() -> pd.DataFrame:
    days = dict.fromkeys(("start_date", "deadline", "completed_date"), "datetime64[s]")
    dtypes = {**dict.fromkeys(CASE_RESULTS, "str"), **days, "business_days_late": "Int64"}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
