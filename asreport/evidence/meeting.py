"""Meetings: which event counts, and which nearly did (rules.md, sections 4 and 5)."""

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
    recorded_on,
    text_order,
)
from asreport.quarter import Measure, MeetingEvidence
from asreport.tables import day

# What a record can be, the best first: the order in which reasons are given. "" is a record that counts in time.
STANDING = (
    "",
    "recorded_as_task",
    "recorded_late",
    "subject_not_recognised",
    "meeting_late",
    "event_date_missing",
    "event_date_future",
    "event_date_before_referral",
    "no_meeting_recorded",
)
_RANK = {standing: rank for rank, standing in enumerate(STANDING)}


def judge_meetings(
    cases: CasesInScope,
    events: pd.DataFrame,
    case_of_event: np.ndarray,
    subject: tuple[np.ndarray, np.ndarray],
    measure: Measure,
    as_at: np.datetime64,
) -> Evidence:
    """Judge every event of a case in scope.

    `events`: the table of events. `case_of_event`: the row of each event's case in the table of all cases, -1 where
    it is unknown. `subject`: from `subjects.classify`, whether an event has the very subject or one that resembles it.
    """
    right, alike = subject
    relevant = np.flatnonzero((right | alike) & (case_of_event >= 0))
    case = cases.index_of(case_of_event[relevant])
    relevant, case = relevant[case >= 0], case[case >= 0]
    chosen = events.iloc[relevant]
    held = day(chosen["event_date"])
    rank = _standing(cases, case, chosen, held, right[relevant], measure, as_at)

    ties = [missing_last(held), missing_last(recorded_on(chosen)), *(text_order(chosen[c]) for c in _texts(chosen))]
    record, best = best_of_case(case, rank, ties, len(cases))
    counting = (rank == _RANK[""]) | (rank == _RANK["meeting_late"])
    done = np.full(len(cases), np.datetime64("NaT"), dtype="datetime64[D]")
    first, _ = best_of_case(case[counting], held[counting].astype("int64"), [], len(cases))
    done[first >= 0] = held[counting][first[first >= 0]]

    none = _RANK["no_meeting_recorded"]
    best = np.where(best < 0, none, best)
    # A record that failed in no way the rules name (a Task after the deadline, say) is not a near miss.
    record = np.where(best == none, -1, np.where(record < 0, -1, np.append(relevant, -1)[record]))
    return Evidence(counts=first >= 0, done=done, reason=np.array(STANDING, dtype=object)[best], record=record)


def _standing(
    cases: CasesInScope,
    case: np.ndarray,
    events: pd.DataFrame,
    held: np.ndarray,
    right: np.ndarray,
    measure: Measure,
    as_at: np.datetime64,
) -> np.ndarray:
    """The rank in STANDING of each event; the first that applies."""
    earliest, deadline = cases.earliest[case], cases.deadline[case]
    is_event = (
        (events["activity_type"] == "Event").to_numpy() if "activity_type" in events else np.full(len(events), True)
    )
    not_early = not_before(held, earliest)
    known_by_now = not_early & in_time_or_open(held, as_at)
    in_time = known_by_now & in_time_or_open(held, deadline)
    recorded_late = np.full(len(events), False)
    assert isinstance(measure.evidence, MeetingEvidence)
    if measure.evidence.recorded_by_cut_off:
        recorded_late = recorded_on(events) > np.datetime64(measure.clock.cut_off)
    conditions = {
        "": right & is_event & in_time & ~recorded_late,
        "recorded_as_task": right & ~is_event & in_time,
        "recorded_late": right & is_event & in_time & recorded_late,
        "subject_not_recognised": ~right & is_event & in_time,
        "meeting_late": right & is_event & known_by_now & ~in_time,
        "event_date_missing": right & np.isnat(held),
        "event_date_future": right & (held > as_at),
        "event_date_before_referral": right & (held < earliest),
    }
    ranks = [_RANK[standing] for standing in conditions]
    return np.select(list(conditions.values()), ranks, default=_RANK["no_meeting_recorded"])


def _texts(events: pd.DataFrame) -> list[str]:
    return [column for column in ("subject", "activity_type", "assigned_to") if column in events]
