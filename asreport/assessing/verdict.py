"""The verdict on each case of a measure (rules.md, section 5). Every verdict passes through `decide`.

The first that applies:

1. excluded       contact details known to be out of date, where the measure says so
2. cannot_assess  a date the measure cannot do without is missing
3. met            a record counts, done no later than the deadline
4. missed         the deadline has passed
5. pending        still to come

Every verdict but met carries exactly one reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from asreport.evidence.kind import CaseEvidence
from asreport.evidence.reasons import CaseReason

VERDICTS = ("met", "missed", "pending", "excluded", "cannot_assess")

MISSING_DATE = {
    "referral_date": CaseReason.REFERRAL_DATE_MISSING.value,
    "allocation_date": CaseReason.ALLOCATION_DATE_MISSING.value,
}


def decide(
    excluded: np.ndarray, missing: Mapping[str, np.ndarray], evidence: CaseEvidence, deadline_passed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The verdict and the reason ("" for met) of each case, as arrays of texts.

    `excluded`: contact details take the case out. `missing`: for each date the measure needs, whether the case lacks
    it, in the order they are named as reasons. `deadline_passed`: whether the last day in time is over.
    """
    cannot_assess = np.any(list(missing.values()), axis=0) if missing else np.full(len(excluded), False)
    verdict = np.select(
        [excluded, cannot_assess, evidence.met, deadline_passed],
        ["excluded", "cannot_assess", "met", "missed"],
        default="pending",
    ).astype(object)
    reason = np.select(
        [
            verdict == "excluded",
            *((verdict == "cannot_assess") & lacks for lacks in missing.values()),
            verdict == "met",
        ],
        [CaseReason.CONTACT_DETAILS_NOT_CURRENT.value, *(MISSING_DATE[date] for date in missing), ""],
        default=evidence.reason,
    )
    return verdict, reason
