"""Student plans: which plan counts, and which nearly did (rules.md, sections 4 and 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asreport.evidence.common import CasesInScope, Evidence, best_of_case, missing_last, recorded_on, text_order
from asreport.quarter import Measure, PlanEvidence

# First failures in the order they are named; between plans that fail as few checks, the earlier is taken.
FAILURES = ("plan_draft", "plan_status_not_counted", "plan_no_step", "plan_recorded_late")


def judge_plans(cases: CasesInScope, plans: pd.DataFrame, case_of_plan: np.ndarray, measure: Measure) -> Evidence:
    """Judge every plan of a case in scope: its status, its steps and, where the measure asks, when it was recorded.

    `plans`: the table of plans. `case_of_plan`: the row of each plan's case in the table of all cases, -1 where it is
    unknown.
    """
    known = np.flatnonzero(case_of_plan >= 0)
    case = cases.index_of(case_of_plan[known])
    known, case = known[case >= 0], case[case >= 0]
    chosen = plans.iloc[known]
    failed = _failed_checks(chosen, measure)
    number = sum(mask.astype("int64") for mask in failed.values())
    first = np.select(list(failed.values()), [FAILURES.index(name) for name in failed], default=len(FAILURES))

    rank = number * (len(FAILURES) + 1) + first
    texts = [text_order(chosen[c]) for c in ("plan_id", "status", "steps") if c in chosen]
    record, best = best_of_case(case, rank, [missing_last(recorded_on(chosen)), *texts], len(cases))
    counts = best == len(FAILURES)  # no check failed
    reasons = np.array([*FAILURES, "", "no_plan"], dtype=object)
    reason = reasons[np.where(record < 0, len(FAILURES) + 1, best % (len(FAILURES) + 1))]
    record = np.where(record < 0, -1, np.append(known, -1)[record])
    return Evidence(counts=counts, done=np.full(len(cases), np.datetime64("NaT", "D")), reason=reason, record=record)


def _failed_checks(plans: pd.DataFrame, measure: Measure) -> dict[str, np.ndarray]:
    """For each way a plan can fail, which plans do."""
    evidence = measure.evidence
    assert isinstance(evidence, PlanEvidence)
    codes, words = pd.factorize(plans["status"])  # many plans have few
    status = pd.Series(words, dtype="str").str.casefold().str.replace(r"\s+", " ", regex=True).str.strip()
    accepted = status.isin([" ".join(name.split()).casefold() for name in evidence.statuses]).to_numpy()
    # A blank status, of code -1, takes the False appended here.
    counted = np.append(accepted, False)[codes]
    draft = np.append((status == "draft").to_numpy(dtype=bool), False)[codes] & ~counted
    never = np.full(len(plans), False)
    no_step = (plans["steps"].fillna(0) < 1).to_numpy(dtype=bool) if "steps" in plans else never
    late = recorded_on(plans) > np.datetime64(measure.clock.cut_off) if evidence.recorded_by_cut_off else never
    return {
        "plan_draft": draft,
        "plan_status_not_counted": ~counted & ~draft,
        "plan_no_step": no_step,
        "plan_recorded_late": late,
    }
