"""Case owners: whether a case is in the hands of a person (rules.md, sections 4 and 5)."""

from __future__ import annotations

import numpy as np

from asreport.evidence.common import CasesInScope, Evidence
from asreport.quarter import Measure, OwnerEvidence
from asreport.tables import day


def judge_owners(cases: CasesInScope, measure: Measure) -> Evidence:
    """Judge the owner of every case in scope; the record is the case itself, where it names an owner."""
    evidence = measure.evidence
    assert isinstance(evidence, OwnerEvidence)
    chosen = cases.table.iloc[cases.position]
    owner = chosen["case_owner"].fillna("").str.casefold()
    blank = (owner.str.strip() == "").to_numpy(dtype=bool)
    queue = np.full(len(cases), False)
    for word in evidence.queues:
        queue |= owner.str.contains(word.casefold(), regex=False).to_numpy(dtype=bool)
    queue |= owner.str.strip().isin([name.strip().casefold() for name in evidence.marked]).to_numpy(dtype=bool)
    late = np.full(len(cases), False)
    if "owner_assigned_date" in chosen and measure.clock.cut_off is not None:
        late = day(chosen["owner_assigned_date"]) > np.datetime64(measure.clock.cut_off)
    reason = np.select([blank, queue, late], ["no_case_owner", "owner_is_queue", "allocated_late"], default="")
    return Evidence(
        counts=~(blank | queue | late),
        done=np.full(len(cases), np.datetime64("NaT", "D")),
        reason=reason.astype(object),
        record=np.where(blank, -1, cases.position),
    )
