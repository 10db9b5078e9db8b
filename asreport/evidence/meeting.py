"""Meetings: which event counts, and which nearly did (rules.md, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
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
    recorded_in_words,
    recorded_on,
    text_order,
)
from asreport.evidence.reasons import Group, Reason
from asreport.tables import day


class MeetingReason(Reason):
    """Why a meeting does not count, in the order in which reasons are given."""

    RECORDED_AS_TASK = ("recorded_as_task", Group.FIX)
    RECORDED_LATE = ("recorded_late", Group.FIX)
    SUBJECT_NOT_RECOGNISED = ("subject_not_recognised", Group.FIX)
    MEETING_LATE = ("meeting_late", Group.LATE)
    EVENT_DATE_MISSING = ("event_date_missing", Group.FIX)
    EVENT_DATE_FUTURE = ("event_date_future", Group.FIX)
    EVENT_DATE_BEFORE_REFERRAL = ("event_date_before_referral", Group.FIX)
    NO_MEETING_RECORDED = ("no_meeting_recorded", Group.NOTHING)


_SUBJECT, _TASK, _RECORDED = (
    MeetingReason.SUBJECT_NOT_RECOGNISED, MeetingReason.RECORDED_AS_TASK, MeetingReason.RECORDED_LATE,
)  # fmt: skip
_DATES = (
    MeetingReason.MEETING_LATE, MeetingReason.EVENT_DATE_MISSING,
    MeetingReason.EVENT_DATE_FUTURE, MeetingReason.EVENT_DATE_BEFORE_REFERRAL,
)  # fmt: skip
_PLACE = {reason: place for place, reason in enumerate(MeetingReason)}


class MeetingEvidence(EvidenceKind):
    """An Event with the Subject of that key; with `recorded_by_cut_off`, one that was also recorded by the deadline."""

    kind: Literal["meeting"]
    subject: str
    recorded_by_cut_off: bool = False

    table = "events"
    reasons = MeetingReason
    checks = (_SUBJECT, _TASK, _RECORDED, *_DATES)
    irrelevant = "other_subject"
    done_late = MeetingReason.MEETING_LATE
    mark = "event"
    dated_by = "event_date"

    @property
    def work(self) -> str:
        return self.subject

    @property
    def fields(self) -> tuple[str, ...]:
        fields = ("case_number", "subject", "event_date", "activity_type")
        return (*fields, "recorded_on") if self.recorded_by_cut_off else fields

    def judge(self, cases: CasesInScope, records: Records, as_at: np.datetime64) -> JudgedRecords:
        """Put the checks to every event with the Subject, or one that resembles it, of a case in scope."""
        right, alike = records.subjects[self.subject]
        case, row = records.of(cases, relevant=right | alike)
        events, is_right = records.table.iloc[row], right[row]
        held, earliest, deadline = day(events["event_date"]), cases.earliest[case], cases.deadline[case]
        task = _is_task(events)
        took_place = known_and_not_before(held, earliest) & known_and_not_after(held, as_at)
        in_time = took_place & known_and_not_after(held, deadline)
        recorded = recorded_on(events)
        failed = {
            _SUBJECT: ~is_right,
            _TASK: task,
            # Only of a meeting held in time does it matter when it was recorded.
            _RECORDED: in_time & (recorded > deadline) if self.recorded_by_cut_off else np.full(len(row), False),
            MeetingReason.MEETING_LATE: took_place & ~in_time,
            MeetingReason.EVENT_DATE_MISSING: np.isnat(held),
            MeetingReason.EVENT_DATE_FUTURE: held > as_at,
            MeetingReason.EVENT_DATE_BEFORE_REFERRAL: held < earliest,
        }
        texts = [text_order(events[c]) for c in ("subject", "activity_type", "assigned_to") if c in events]
        ties = [missing_last(held), missing_last(recorded), *texts]
        return JudgedRecords(case, row, failed_bits([failed[check] for check in self.checks]), held, ties)

    @staticmethod
    def standing(failed: frozenset[str]) -> Standing | None:
        """Wrongly recorded in time comes before late, and late before a wrong date; nothing else is a near miss."""
        reason = _reason_of(failed) if failed else None
        if failed and reason is None:
            return None
        return Standing((_PLACE[reason] + 1,) if reason else (0,), reason)

    def without_near_miss(self, cases: CasesInScope, has_record: np.ndarray) -> np.ndarray:
        return np.full(len(cases), MeetingReason.NO_MEETING_RECORDED.value, dtype=object)

    @classmethod
    def in_words(cls, records: pd.DataFrame) -> pd.Series:
        """“Event “Initial School Meeting” of 9 April 2026, recorded 14 April 2026”."""
        kind = records.get("activity_type", pd.Series("Event", index=records.index, dtype="str"))
        held = (" of " + column_in_words(records["event_date"])).fillna(" without a date")
        return kind + " “" + records["subject"].fillna("") + "”" + held + recorded_in_words(records)

    @classmethod
    def marks(cls, records: pd.DataFrame) -> list[str]:
        return ["task" if task else cls.mark for task in _is_task(records)]

    def placeholders(self, subjects: Mapping[str, str]) -> dict[str, str]:
        return {"subject": f"“{subjects[self.subject]}”", "meeting": subjects[self.subject]}


def _is_task(events: pd.DataFrame) -> np.ndarray:
    """Whether each row is a Task; without the column every row is an Event."""
    if "activity_type" not in events:
        return np.full(len(events), False)
    return (events["activity_type"] != "Event").to_numpy(dtype=bool)


def _reason_of(failed: frozenset[str]) -> MeetingReason | None:
    """The one reason for an event that failed these checks; None where nobody would take it for the meeting."""
    wrong_dates = [reason for reason in _DATES if reason in failed]
    if wrong_dates:
        right_but_late = failed == {MeetingReason.MEETING_LATE}
        # A date that is missing or impossible is said of Tasks too (section 8).
        impossible = [reason for reason in wrong_dates if reason is not MeetingReason.MEETING_LATE]
        if _SUBJECT in failed or not (right_but_late or impossible):
            return None
        return impossible[0] if impossible else MeetingReason.MEETING_LATE
    if {_SUBJECT, _TASK} <= failed:
        return None
    return next(reason for reason in (_TASK, _SUBJECT, _RECORDED) if reason in failed)
