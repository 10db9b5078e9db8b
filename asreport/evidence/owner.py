"""Case owners: whether a case is in the hands of a person (rules.md, sections 4, 5 and 8)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from asreport.dates import column_in_words
from asreport.evidence.kind import CasesInScope, EvidenceKind, JudgedRecords, Records, Standing, failed_bits, no_day
from asreport.evidence.reasons import Group, Reason
from asreport.tables import day


class OwnerReason(Reason):
    """Why an owner does not count, in the order in which reasons are given."""

    NO_CASE_OWNER = ("no_case_owner", Group.NOTHING)
    OWNER_IS_QUEUE = ("owner_is_queue", Group.FIX)
    ALLOCATED_LATE = ("allocated_late", Group.LATE)


class OwnerEvidence(EvidenceKind):
    """An owner who is a person, assigned by the deadline where there is one and the day is known.

    An owner is a queue whose name holds one of `queues`, or is one that a provider has `marked`
    (provider_settings.py). The record is the case itself, where it names an owner.
    """

    kind: Literal["owner"]
    queues: list[str]
    marked: list[str] = []

    table = "cases"
    column = "case_owner"
    reasons = OwnerReason
    checks = (OwnerReason.OWNER_IS_QUEUE, OwnerReason.ALLOCATED_LATE)
    mark = "owner"
    dated_by = "owner_assigned_date"

    @property
    def work(self) -> str:
        return self.kind

    @property
    def fields(self) -> tuple[str, ...]:
        return ("case_owner", "owner_assigned_date")

    def judge(self, cases: CasesInScope, records: Records, as_at: np.datetime64) -> JudgedRecords:
        """Put the checks to the owner of every case in scope that names one."""
        case, row = records.of(cases, relevant=self.are_records(records.table))
        chosen = records.table.iloc[row]
        assigned = day(chosen[self.dated_by]) if self.dated_by in chosen else no_day(len(row))
        failed = failed_bits([self._is_queue(chosen["case_owner"]), assigned > cases.deadline[case]])
        return JudgedRecords(case, row, failed, no_day(len(row)), [])

    def _is_queue(self, owners: pd.Series) -> np.ndarray:
        owner = owners.str.casefold()
        queue = owner.str.strip().isin([name.strip().casefold() for name in self.marked])
        for word in self.queues:
            queue |= owner.str.contains(word.casefold(), regex=False)
        return queue.to_numpy(dtype=bool)

    @staticmethod
    def standing(failed: frozenset[str]) -> Standing:
        """The first failure."""
        reason = next((reason for reason in OwnerReason if reason in failed), None)
        return Standing((list(OwnerReason).index(reason),) if reason else (0,), reason)

    def without_near_miss(self, cases: CasesInScope, has_record: np.ndarray) -> np.ndarray:
        return np.full(len(cases), OwnerReason.NO_CASE_OWNER.value, dtype=object)

    @classmethod
    def are_records(cls, records: pd.DataFrame) -> np.ndarray:
        """Which cases name an owner; white space alone is no name."""
        if cls.column not in records:
            return np.full(len(records), False)
        return (records[cls.column].fillna("").str.strip() != "").to_numpy(dtype=bool)

    @classmethod
    def in_words(cls, records: pd.DataFrame) -> pd.Series:
        """“Case owner Intake Queue, assigned 2 May 2026”."""
        text = "Case owner " + records[cls.column]
        if cls.dated_by in records:
            text += (", assigned " + column_in_words(records[cls.dated_by])).fillna("")
        return text
