"""Outcomes in ENROL: which enrolment, alternative education or exemption counts (rules.md, sections 4 and 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asreport.evidence.common import (
    CasesInScope,
    Evidence,
    best_of_case,
    in_time_or_open,
    missing_last,
    not_before,
    text_order,
)
from asreport.quarter import Measure, OutcomeEvidence
from asreport.tables import day

# What a record can be, the best first; "" is a record that counts in time, the last one of no help.
STANDING = ("", "outcome_late", "outcome_not_counted", "outcome_date_missing", "no_outcome_recorded")
_RANK = {standing: rank for rank, standing in enumerate(STANDING)}


def judge_outcomes(
    cases: CasesInScope,
    outcomes: pd.DataFrame,
    pairs: pd.DataFrame,
    measure: Measure,
    as_at: np.datetime64,
) -> Evidence:
    """Judge every outcome of the student of a case in scope.

    `outcomes`: the table of outcomes. `pairs`: a row for each case and outcome with the same NSN, columns `case` and
    `record` (rows in the two tables); a student may have several of both.
    """
    case = cases.index_of(pairs["case"].to_numpy())
    record = pairs["record"].to_numpy()[case >= 0]
    case = case[case >= 0]
    chosen = outcomes.iloc[record]
    start = day(chosen["start_date"])
    rank = _standing(cases, case, chosen, start, measure, as_at)

    ties = [missing_last(start), *(text_order(chosen[c]) for c in ("outcome_type", "school") if c in chosen)]
    nearest, best = best_of_case(case, rank, ties, len(cases))
    useful = (best >= 0) & (best != _RANK["no_outcome_recorded"])
    counts = np.isin(best, [_RANK[""], _RANK["outcome_late"]])
    reason = np.array(STANDING, dtype=object)[np.where(useful, best, _RANK["no_outcome_recorded"])]
    no_nsn = cases.table["nsn"].iloc[cases.position].isna().to_numpy()
    reason[nearest < 0] = "not_in_enrol"
    reason[no_nsn] = "no_nsn"
    return Evidence(
        counts=counts,
        done=np.where(counts, np.append(start, np.datetime64("NaT"))[nearest], np.datetime64("NaT")),
        reason=reason,
        record=np.where(useful, np.append(record, -1)[nearest], -1),
    )


def _standing(
    cases: CasesInScope,
    case: np.ndarray,
    outcomes: pd.DataFrame,
    start: np.ndarray,
    measure: Measure,
    as_at: np.datetime64,
) -> np.ndarray:
    """The rank in STANDING of each outcome; the first that applies."""
    evidence = measure.evidence
    assert isinstance(evidence, OutcomeEvidence)
    types = outcomes["outcome_type"] if "outcome_type" in outcomes else pd.Series("school", index=outcomes.index)
    accepted = types.isin(evidence.types).to_numpy()
    known_by_now = not_before(start, cases.earliest[case]) & in_time_or_open(start, as_at)
    in_time = known_by_now & in_time_or_open(start, cases.deadline[case])
    conditions = {
        "": accepted & in_time,
        "outcome_late": accepted & known_by_now & ~in_time,
        "outcome_not_counted": ~accepted & in_time,
        "outcome_date_missing": np.isnat(start),
    }
    ranks = [_RANK[standing] for standing in conditions]
    return np.select(list(conditions.values()), ranks, default=_RANK["no_outcome_recorded"])
