"""A showcase made from a quarter's measures: for each of them a case for every verdict and reason that it can give.

A case is built backwards: from the day the exports are taken to a referral whose deadline is over, or still to come,
and from there to the record that is at fault. Work that is at fault in no way was done on the first business day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asreport.business_days import add_business_days
from asreport.evidence.meeting import MeetingEvidence, MeetingReason
from asreport.evidence.outcome import OutcomeEvidence, OutcomeReason
from asreport.evidence.owner import OwnerEvidence, OwnerReason
from asreport.evidence.plan import PlanEvidence, PlanReason
from asreport.evidence.reasons import Reason
from asreport.policy.quarter import Measure
from asreport.sample.days import NO_DAY, Days
from asreport.sample.records import IN_PROGRESS, Records, counted_status, frame, invented, places, resembling

LONGEST = 430  # days: no clock of a measure is longer
MIGRATED_REFERRED = 121  # days before the period, at most
YEAR, BEFORE, AHEAD, SOON = 365, 400, 8, 28  # days: a slip in the year; enrolled before; booked; enrolled again

# The types of enrolments as ENROL writes them, the last for one that counts for no measure; plan statuses likewise.
TYPES = {"school": "School", "alternative_education": "Alternative Education", "exemption": "Exemption", "": "Other"}
STATUSES = ("Completed", "Cancelled", IN_PROGRESS, "Closed", "")

Row = dict[str, Any]
Work = dict[tuple[str, str], Row | None]  # kind of evidence and work (`EvidenceKind.work`) → its record, None for none


class Facts(NamedTuple):
    """A case but for its work. `lacks`: what is left blank on it, or "enrol" where ENROL does not know the student."""

    case_type: str
    migrated: bool
    referral: np.datetime64
    allocation: np.datetime64
    contact: str = "Yes"
    lacks: str = ""


@dataclass(frozen=True)
class Case:
    """A case and the work on it; what is not named was done as it should be."""

    facts: Facts
    work: Work = field(default_factory=dict)


class When(NamedTuple):
    """The days of one case and measure: in time and late (NaT where no day is), and the last on which records exist."""

    referral: np.datetime64
    in_time: np.datetime64
    late: np.datetime64
    as_at: np.datetime64

    @property
    def some_day(self) -> np.datetime64:
        return self.referral if np.isnat(self.in_time) else self.in_time


class Impossible(Exception):
    """No record has this fault on these days."""


def each_reason(days: Days, rng: np.random.Generator) -> Records:
    """The cases with their records; only the places and people differ from seed to seed.

    The first is one on which all was done as it should be.
    """
    first = days.next_business_day(np.array([days.start]))
    done = Facts("CA", False, first[0], add_business_days(first, 1)[0])
    shown: dict[Facts, list[Case]] = {done: [Case(done)]}
    for measure in days.quarter.measures.values():
        for wanted in _wanted(measure, days):
            _add(shown.setdefault(wanted.facts, []), wanted)
    return _records([case for alike in shown.values() for case in alike], days, rng)


def _add(alike: list[Case], wanted: Case) -> None:
    """Show it on a case that there is, if that leaves the work free or has it just so; else on one of its own."""
    for case in alike:
        if all(case.work.get(work, record) == record for work, record in wanted.work.items()):
            case.work.update(wanted.work)
            return
    alike.append(wanted)


def _wanted(measure: Measure, days: Days) -> Iterator[Case]:
    """The cases that show what a measure can say, each with the one record it is about."""
    work = (measure.evidence.kind, measure.evidence.work)
    shown = False
    for over in (True, False):
        referral, allocation, deadline = _referrals(measure, days, over)
        for place, reason in enumerate([None, *measure.evidence.reasons] if len(referral) else []):
            at = place % len(referral) if over else -1 - place % len(referral)
            facts = Facts(_case_type(measure), measure.cases.migrated, referral[at], allocation[at])
            when = _when(facts, deadline[at], days)
            try:
                record, lacks = _record(measure, reason, when, days)
            except Impossible:
                continue
            yield Case(facts._replace(lacks=lacks), {work: record})
        if len(referral) and not shown:
            shown = True
            facts = Facts(_case_type(measure), measure.cases.migrated, referral[0], allocation[0])
            yield from (Case(facts._replace(lacks=name)) for name in measure.needs)
            if measure.cases.contact_details_held:
                yield Case(facts._replace(contact="No"))


def _case_type(measure: Measure) -> str:
    return measure.cases.case_type or ("NEN" if isinstance(measure.evidence, OutcomeEvidence) else "CA")


# Days


def _referrals(measure: Measure, days: Days, over: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Referrals that put a case in the measure, its deadline over or not: referral, allocation and deadline of each.

    The case can still be in time if any such case can.
    """
    which, cut_off = measure.cases.which, measure.clock.cut_off
    first = {"referred_in_period": days.start, "deadline_in_period": days.start - LONGEST}.get(
        which, min(days.start, np.datetime64(cut_off or days.start)) - MIGRATED_REFERRED
    )
    every = np.arange(first, days.as_at + 1)
    referral = every[np.isin(every, add_business_days(every, 0))]
    allocation = add_business_days(referral, 1)
    deadline = _deadlines(measure, referral, allocation, days)
    inside = {"referred_in_period": referral, "deadline_in_period": deadline}.get(which)
    fits = allocation <= days.as_at
    if inside is not None:
        fits &= (inside >= days.start) & (inside <= days.end)
    missed_on_the_day = days.quarter.reading("deadline_day") == "missed"
    passed = (deadline < days.as_at) | (missed_on_the_day & (deadline == days.as_at))
    fits &= passed == over
    in_time = fits & ~(deadline < referral)
    chosen = in_time if in_time.any() else fits
    return referral[chosen], allocation[chosen], deadline[chosen]


def _deadlines(measure: Measure, referral: np.ndarray, allocation: np.ndarray, days: Days) -> np.ndarray:
    """The last day in time for cases with these dates; NaT where the measure has no deadline."""
    clock = measure.clock
    start = allocation if clock.start == "allocation_date" else referral
    if clock.cut_off:
        return np.full(len(start), np.datetime64(clock.cut_off, "D"))
    if clock.weeks:
        return start + 7 * clock.weeks
    if clock.business_days:
        return add_business_days(start - int(days.quarter.reading("start_day") == "day 1"), clock.business_days)
    return np.full(len(start), NO_DAY)


def _when(facts: Facts, deadline: np.datetime64, days: Days) -> When:
    """When work on a case is in time, and when late."""
    start = facts.referral
    in_time = np.fmin(min(facts.allocation, days.as_at), deadline)
    late = max(deadline + 1, start) if deadline < days.as_at else NO_DAY
    return When(start, in_time if in_time >= start else NO_DAY, late, days.as_at)


def _known(day: np.datetime64) -> np.datetime64:
    if np.isnat(day):
        raise Impossible
    return day


# Records


def _record(measure: Measure, reason: Reason | None, when: When, days: Days) -> tuple[Row | None, str]:
    """The one record with which a case is met (`reason` None) or has that reason, and what the case lacks for it.

    Raises Impossible where the measure cannot give the reason on these days.
    """
    evidence = measure.evidence
    match evidence:
        case MeetingEvidence():
            return _meeting(evidence, reason, when, measure.cases.migrated, days), ""
        case PlanEvidence():
            return _plan(evidence, reason, when), ""
        case OwnerEvidence():
            return _owner(evidence, reason, when), ""
        case OutcomeEvidence():
            lacks = "nsn" if reason is OutcomeReason.NO_NSN else "enrol" if reason is OutcomeReason.NOT_IN_ENROL else ""
            return (None if lacks else _outcome(evidence, reason, when)), lacks
    raise NotImplementedError(f"the sample has no records of the kind {measure.evidence.kind}")


def _meeting(evidence: MeetingEvidence, reason: Reason | None, when: When, migrated: bool, days: Days) -> Row | None:
    name = days.quarter.subjects[evidence.subject].name
    row = {"subject": name, "date": when.in_time, "activity_type": "Event", "created": when.some_day}
    match reason:
        case MeetingReason.NO_MEETING_RECORDED:
            return None
        case MeetingReason.EVENT_DATE_MISSING:
            return row | {"date": NO_DAY}
        case MeetingReason.EVENT_DATE_FUTURE:
            return row | {"date": when.as_at + AHEAD}
        case MeetingReason.MEETING_LATE:
            return row | {"date": _known(when.late), "created": when.late}
        case MeetingReason.EVENT_DATE_BEFORE_REFERRAL if not migrated:
            return row | {"date": when.some_day - YEAR}
    _known(when.in_time)
    match reason:
        case None:
            return row
        case MeetingReason.RECORDED_AS_TASK:
            return row | {"activity_type": "Task"}
        case MeetingReason.SUBJECT_NOT_RECOGNISED:
            return row | {"subject": resembling(days.quarter, evidence.subject)}
        case MeetingReason.RECORDED_LATE if evidence.recorded_by_cut_off:
            return row | {"created": _known(when.late)}
    raise Impossible


def _plan(evidence: PlanEvidence, reason: Reason | None, when: When) -> Row | None:
    accepted = {" ".join(status.split()).casefold() for status in evidence.statuses}
    row = {"status": next(iter(evidence.statuses), None), "steps": 2, "created": when.some_day}
    match reason:
        case PlanReason.NO_PLAN:
            return None
        case PlanReason.PLAN_DRAFT if "draft" not in accepted:
            return row | {"status": "Draft"}
        case PlanReason.PLAN_STATUS_NOT_COUNTED:
            return row | {"status": next(status for status in STATUSES if status.casefold() not in accepted)}
    if row["status"] is None:
        raise Impossible
    match reason:
        case None:
            return row | {"created": _known(when.in_time)}
        case PlanReason.PLAN_NO_STEP:
            return row | {"steps": 0}
        case PlanReason.PLAN_RECORDED_LATE:
            return row | {"created": _known(when.late)}
    raise Impossible


def _owner(evidence: OwnerEvidence, reason: Reason | None, when: When) -> Row:
    """The owner on the case: None for the person who does the work."""
    match reason:
        case None:
            return {"owner": None, "owner_assigned": _known(when.in_time)}
        case OwnerReason.NO_CASE_OWNER:
            return {"owner": "", "owner_assigned": NO_DAY}
        case OwnerReason.OWNER_IS_QUEUE if evidence.queues:
            queues = [*invented("names.toml")["queues"], f"Intake {evidence.queues[0]}"]
            named = (name for name in queues for word in evidence.queues if word.casefold() in name.casefold())
            return {"owner": next(named), "owner_assigned": when.some_day}
        case OwnerReason.ALLOCATED_LATE:
            return {"owner": None, "owner_assigned": _known(when.late)}
    raise Impossible


def _outcome(evidence: OutcomeEvidence, reason: Reason | None, when: When) -> Row | None:
    accepted = next(iter(evidence.types), None)
    match reason:
        case OutcomeReason.NO_OUTCOME_RECORDED:
            return None
        case OutcomeReason.OUTCOME_NOT_COUNTED:
            other = next(kind for kind in TYPES if kind not in evidence.types)
            return {"type": TYPES[other], "date": _known(when.in_time)}
        case OutcomeReason.OUTCOME_DATE_MISSING:
            return {"type": TYPES[accepted or "school"], "date": NO_DAY}
    if accepted is None:
        raise Impossible
    match reason:
        case None:
            return {"type": TYPES[accepted], "date": _known(when.in_time)}
        case OutcomeReason.OUTCOME_LATE:
            return {"type": TYPES[accepted], "date": _known(when.late)}
    raise Impossible


# All together


def _records(cases: list[Case], days: Days, rng: np.random.Generator) -> Records:
    where = places(len(cases), rng)
    done = [_usual(case.facts, days) | case.work for case in cases]
    shown = pd.concat([pd.DataFrame([_case(case.facts) for case in cases]), where], axis="columns")
    owners = frame(_rows(done, "owner"), ("owner", "owner_assigned"))
    shown["owner"] = owners["owner"].fillna(shown["manager"])
    shown["owner_assigned"] = owners["owner_assigned"].astype("datetime64[s]")
    return Records(
        cases=shown,
        events=frame(_rows(done, "meeting"), ("case", "subject", "date", "activity_type", "created")),
        plans=frame(_rows(done, "plan"), ("case", "status", "steps", "created")),
        enrolments=frame(_enrolments(cases, done, where["school"]), ("case", "school", "type", "date")),
    )


def _usual(facts: Facts, days: Days) -> Work:
    """All work there is on a case, done as it should be on the day it reached the provider."""
    day, quarter = facts.allocation, days.quarter
    meetings: Work = {
        ("meeting", key): {"subject": subject.name, "date": day, "activity_type": "Event", "created": day}
        for key, subject in quarter.subjects.items()
    }
    enrolled = facts.case_type == "NEN" and day + SOON <= days.as_at
    others: Work = {
        ("plan", "plan"): {"status": counted_status(quarter), "steps": 2, "created": day},
        ("owner", "owner"): {"owner": None, "owner_assigned": day},
        ("outcome", "outcome"): {"type": TYPES["school"], "date": day + SOON} if enrolled else None,
    }
    return meetings | others


def _case(facts: Facts) -> Row:
    return {
        "case_type": facts.case_type,
        "migrated": facts.migrated,
        "referral": facts.referral,
        "allocation": facts.allocation,
        "contact": facts.contact,
        "status": IN_PROGRESS,
        "closed": NO_DAY,
        "no_referral": facts.lacks == "referral_date",
        "no_allocation": facts.lacks == "allocation_date",
        "no_nsn": facts.lacks == "nsn",
    }


def _rows(done: list[Work], kind: str) -> Iterator[Row]:
    """The records of that kind of work, with the number of the case each is about."""
    for case, work in enumerate(done):
        yield from ({"case": case} | row for (of, _), row in work.items() if of == kind and row is not None)


def _enrolments(cases: list[Case], done: list[Work], schools: pd.Series) -> Iterator[Row]:
    """The enrolment before the referral, and the outcome, unless ENROL does not know the student."""
    elsewhere = {
        TYPES["alternative_education"]: invented("names.toml")["alternative_education"][0],
        TYPES["exemption"]: "",
    }
    outcomes = {row["case"]: row for row in _rows(done, "outcome")}
    for number, case in enumerate(cases):
        if case.facts.lacks != "enrol":
            school = schools[number]
            day = case.facts.referral - BEFORE
            yield {"case": number, "school": school, "type": TYPES["school"], "date": day}
            if outcome := outcomes.get(number):
                yield outcome | {"school": elsewhere.get(outcome["type"], school)}
