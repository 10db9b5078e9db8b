"""Outcomes in ENROL: which enrolment, alternative education or exemption counts (rules.md, sections 4, 5 and 8)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd

from asreport.dates import column_in_words
from asreport.evidence.kind import (
    CasesInScope,
    EvidenceKind,
    JudgedRecords,
    Records,
    Standing,
    failed_bits,
    known_and_not_after,
    known_and_not_before,
    missing_last,
    text_order,
)
from asreport.evidence.reasons import Group, Reason
from asreport.tables import day

OutcomeType = Literal["school", "alternative_education", "exemption"]

OUTCOME_TYPES = {
    "school": "enrolment at school",
    "alternative_education": "alternative education",
    "exemption": "exemption",
    "other": "another type of outcome",
}


class OutcomeReason(Reason):
    """Why an outcome does not count, in the order in which reasons are given."""

    OUTCOME_LATE = ("outcome_late", Group.LATE)
    OUTCOME_NOT_COUNTED = ("outcome_not_counted", Group.NOTHING)
    OUTCOME_DATE_MISSING = ("outcome_date_missing", Group.CANNOT)
    NO_NSN = ("no_nsn", Group.CANNOT)
    NOT_IN_ENROL = ("not_in_enrol", Group.CANNOT)
    NO_OUTCOME_RECORDED = ("no_outcome_recorded", Group.NOTHING)


class OutcomeCheck(StrEnum):
    """What an outcome can fail that makes it no near miss: it does not count yet, or never did."""

    BEFORE = "outcome_before"
    FUTURE = "outcome_future"


class OutcomeEvidence(EvidenceKind):
    """An outcome of one of these types in ENROL, found by the NSN of the case."""

    kind: Literal["outcome"]
    types: list[OutcomeType]

    table = "outcomes"
    column = "nsn"
    reasons = OutcomeReason
    checks = (
        OutcomeReason.OUTCOME_NOT_COUNTED, OutcomeReason.OUTCOME_LATE, OutcomeReason.OUTCOME_DATE_MISSING,
        OutcomeCheck.BEFORE, OutcomeCheck.FUTURE,
    )  # fmt: skip
    done_late = OutcomeReason.OUTCOME_LATE
    mark = "enrolment"
    dated_by = "start_date"

    @property
    def work(self) -> str:
        return self.kind

    @property
    def fields(self) -> tuple[str, ...]:
        return ("nsn", "outcome_type", "start_date")

    def judge(self, cases: CasesInScope, records: Records, as_at: np.datetime64) -> JudgedRecords:
        """Put the checks to every outcome of the student of a case in scope."""
        case, row = records.of(cases)
        outcomes = records.table.iloc[row]
        start = day(outcomes["start_date"])
        started = known_and_not_before(start, cases.earliest[case]) & known_and_not_after(start, as_at)
        failed = {
            OutcomeReason.OUTCOME_NOT_COUNTED: ~_types(outcomes).isin(self.types).to_numpy(dtype=bool),
            OutcomeReason.OUTCOME_LATE: started & ~known_and_not_after(start, cases.deadline[case]),
            OutcomeReason.OUTCOME_DATE_MISSING: np.isnat(start),
            OutcomeCheck.BEFORE: start < cases.earliest[case],
            OutcomeCheck.FUTURE: start > as_at,
        }
        ties = [missing_last(start), *(text_order(outcomes[c]) for c in ("outcome_type", "school") if c in outcomes)]
        return JudgedRecords(case, row, failed_bits([failed[check] for check in self.checks]), start, ties)

    @staticmethod
    def standing(failed: frozenset[str]) -> Standing | None:
        """Late comes before a type that is not counted, and that before a missing date; nothing else is a near miss."""
        if not failed:
            return Standing((0,), None)
        reasons = [reason for reason in OutcomeReason if reason in failed]
        if OutcomeReason.OUTCOME_DATE_MISSING in failed:
            reasons = [OutcomeReason.OUTCOME_DATE_MISSING]
        elif len(failed) > 1:
            return None
        return Standing((list(OutcomeReason).index(reasons[0]) + 1,), reasons[0]) if reasons else None

    def without_near_miss(self, cases: CasesInScope, has_record: np.ndarray) -> np.ndarray:
        no_nsn = cases.table[self.column].iloc[cases.position].isna().to_numpy()
        reasons = [OutcomeReason.NO_NSN.value, OutcomeReason.NOT_IN_ENROL.value]
        return np.select([no_nsn, ~has_record], reasons, OutcomeReason.NO_OUTCOME_RECORDED.value).astype(object)

    @classmethod
    def in_words(cls, records: pd.DataFrame) -> pd.Series:
        """“ENROL: exemption from 4 May 2026”."""
        text = "ENROL: " + _types(records).map(OUTCOME_TYPES)
        if "school" in records:
            text += (", " + records["school"] + ",").fillna("")
        return text + (" from " + column_in_words(records["start_date"])).fillna(" without a start date")


def _types(outcomes: pd.DataFrame) -> pd.Series:
    """The type of each outcome; without the column every one is a school enrolment."""
    if "outcome_type" in outcomes:
        return outcomes["outcome_type"]
    return pd.Series("school", index=outcomes.index, dtype="str")
