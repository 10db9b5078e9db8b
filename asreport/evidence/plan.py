"""Student plans: which plan counts, and which nearly did (rules.md, sections 4, 5 and 8)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from asreport.evidence.kind import (
    CasesInScope,
    EvidenceKind,
    JudgedRecords,
    Records,
    Standing,
    failed_bits,
    missing_last,
    no_day,
    recorded_in_words,
    recorded_on,
    text_order,
)
from asreport.evidence.reasons import Group, Reason


class PlanReason(Reason):
    """Why a plan does not count, in the order in which its first failure is named."""

    PLAN_DRAFT = ("plan_draft", Group.FIX)
    PLAN_STATUS_NOT_COUNTED = ("plan_status_not_counted", Group.FIX)
    PLAN_NO_STEP = ("plan_no_step", Group.FIX)
    PLAN_RECORDED_LATE = ("plan_recorded_late", Group.LATE)
    NO_PLAN = ("no_plan", Group.NOTHING)


class PlanEvidence(EvidenceKind):
    """A plan with one of these statuses and at least one step, recorded by the deadline where there is one.

    `recorded_by_cut_off` may be written for a measure with a cut-off; a plan is judged by when it was recorded either
    way (section 8).
    """

    kind: Literal["plan"]
    statuses: list[str]
    recorded_by_cut_off: bool = False

    table = "plans"
    reasons = PlanReason
    checks = tuple(reason for reason in PlanReason if reason is not PlanReason.NO_PLAN)
    mark = "plan"
    dated_by = "recorded_on"

    @property
    def work(self) -> str:
        return self.kind

    @property
    def fields(self) -> tuple[str, ...]:
        return ("case_number", "status", "steps", "recorded_on")

    def judge(self, cases: CasesInScope, records: Records, as_at: np.datetime64) -> JudgedRecords:
        """Put the checks to every plan of a case in scope."""
        case, row = records.of(cases)
        plans = records.table.iloc[row]
        draft, not_counted = self._wrong_status(plans["status"])
        no_step = (plans["steps"].fillna(0) < 1).to_numpy(dtype=bool) if "steps" in plans else np.full(len(row), False)
        recorded = recorded_on(plans)
        failed = failed_bits([draft, not_counted, no_step, recorded > cases.deadline[case]])
        texts = [text_order(plans[c]) for c in ("plan_id", "status", "steps") if c in plans]
        return JudgedRecords(case, row, failed, no_day(len(row)), [missing_last(recorded), *texts])

    def _wrong_status(self, statuses: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Whether each status is Draft, and whether it is another that does not count; a blank one does not."""
        codes, words = pd.factorize(statuses)  # many plans have few
        plain = pd.Series([_plain(word) for word in words], dtype="str")
        accepted = plain.isin([_plain(name) for name in self.statuses]).to_numpy(dtype=bool)
        # A blank status, of code -1, takes the last flag.
        counts = np.append(accepted, False)[codes]
        draft = np.append((plain == "draft").to_numpy(dtype=bool), False)[codes]
        return draft & ~counts, ~counts & ~draft

    @staticmethod
    def standing(failed: frozenset[str]) -> Standing:
        """The plan that fails the fewest checks, and its first failure; between equals the earlier in the order."""
        named = [reason for reason in PlanReason if reason in failed]
        places = list(PlanReason)
        return Standing((len(named), places.index(named[0])), named[0]) if named else Standing((0, 0), None)

    def without_near_miss(self, cases: CasesInScope, has_record: np.ndarray) -> np.ndarray:
        return np.full(len(cases), PlanReason.NO_PLAN.value, dtype=object)

    @classmethod
    def in_words(cls, records: pd.DataFrame) -> pd.Series:
        """“Plan “Student plan 2”, Draft, 1 step, recorded 2 May 2026”."""
        text = pd.Series("Plan", index=records.index, dtype="str")
        if "plan_id" in records:
            text += (" “" + records["plan_id"] + "”").fillna("")
        text += ", " + records["status"].fillna("no status")
        if "steps" in records:
            steps = records["steps"].fillna(0)
            text += ", " + steps.astype("str") + np.where(steps == 1, " step", " steps")
        return text + recorded_in_words(records)


def _plain(status: str) -> str:
    """A status by its letters and digits alone: "In-Progress", "IN PROGRESS" and "InProgress" are one spelling."""
    return "".join(c for c in status.casefold() if c.isalnum()) or status.strip()
