"""The showcase of a quarter that has one written for it: a fixed set of cases, each of which shows something that a
measure has to tell apart (`showcases/`, a file a quarter).
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from asreport.policy.quarter import Quarter
from asreport.policy.quarter_file import available_quarters, load_quarter
from asreport.sample.days import NO_DAY, Days
from asreport.sample.records import IN_PROGRESS, Records, frame, invented, places

_MEETING_AFTER, _PLAN_AFTER = 2, 5  # business days after referral; each further meeting as many after the one before
_ENROLLED_BEFORE = np.timedelta64(400, "D")
_ENROLLED_AFTER = np.timedelta64(28, "D")

Entry = dict[str, Any]


def is_written_for(quarter: Quarter) -> bool:
    """Whether a showcase was written for the quarter, and the quarter is as it comes with asreport."""
    if quarter.id not in available_quarters() or quarter != load_quarter(quarter.id):
        return False
    return files("asreport.sample").joinpath(_file(quarter)).is_file()


def showcase(days: Days, rng: np.random.Generator) -> Records:
    """The showcase cases with their records; only the places and people differ from seed to seed."""
    content = invented(_file(days.quarter))
    entries = [_Entry(entry, content["migrated"], days) for entry in content["cases"]]
    where = places(len(entries), rng)
    cases = pd.concat([pd.DataFrame([entry.case() for entry in entries]), where], axis="columns")
    cases["owner"] = cases["owner"].fillna(cases["manager"])
    cases.loc[cases.pop("no_owner"), "owner"] = ""
    return Records(
        cases=cases,
        events=frame(event for row, entry in enumerate(entries) for event in entry.events(row)),
        plans=frame(plan for row, entry in enumerate(entries) for plan in entry.plans(row)),
        enrolments=frame(
            enrolment for row, entry in enumerate(entries) for enrolment in entry.enrolments(row, where["school"][row])
        ),
    )


def _file(quarter: Quarter) -> str:
    return f"showcases/{quarter.id}.toml"


def _day(value: Any) -> np.datetime64:
    """A day as the data file gives it: a date, or "" for none."""
    return np.datetime64(value, "D") if isinstance(value, date) else NO_DAY


class _Entry:
    """One case as the data file has it; `usual` are the days on which migrated cases are done."""

    def __init__(self, said: Entry, usual: Entry, days: Days) -> None:
        self.said, self.days = said, days
        self.lacks = said.get("lacks", [])
        self.usual = usual if said.get("migrated") else {}
        self.allocation = self._usual("allocation", 1)

    def _usual(self, what: str, after: int) -> np.datetime64:
        """The day on which it is done unless something else is said: so many business days after the referral."""
        if what in self.usual:
            return _day(self.usual[what])
        return self.days.business_days_after(np.array([self.said["referral"]], dtype="datetime64[D]"), after)[0]

    def case(self) -> Entry:
        said, no_owner = self.said, "case_owner" in self.lacks
        assigned = _day(said["owner_assigned"]) if "owner_assigned" in said else self.allocation
        return {
            "case_type": said["type"],
            "migrated": said.get("migrated", False),
            "referral": _day(said["referral"]),
            "allocation": self.allocation,
            "owner": said.get("owner"),
            "no_owner": no_owner,
            "owner_assigned": NO_DAY if no_owner else assigned,
            "contact": said.get("contact", "Yes"),
            "status": "Closed" if "closed" in said else IN_PROGRESS,
            "closed": _day(said.get("closed")),
            "no_referral": "referral_date" in self.lacks,
            "no_allocation": "allocation_date" in self.lacks,
            "no_nsn": "nsn" in self.lacks,
        }

    def events(self, row: int) -> list[Entry]:
        events = []
        for place, (key, subject) in enumerate(self.days.quarter.subjects.items(), start=1):
            meeting = f"{key}_meeting"
            said = self.said.get(meeting, {})
            if said is False:
                continue
            usual = self._usual(meeting, place * _MEETING_AFTER)
            held = _day(said["date"]) if "date" in said else usual
            events.append(
                {
                    "case": row,
                    "subject": said.get("subject", subject.name),
                    "date": held,
                    "activity_type": said.get("activity", "Event"),
                    "created": _day(said["recorded"]) if "recorded" in said else usual if np.isnat(held) else held,
                }
            )
        return events

    def plans(self, row: int) -> list[Entry]:
        said = self.said.get("plan", {})
        if said is False:
            return []
        return [
            {
                "case": row,
                "status": said.get("status", IN_PROGRESS),
                "steps": said.get("steps", 2),
                "created": _day(said["recorded"]) if "recorded" in said else self._usual("plan", _PLAN_AFTER),
            }
        ]

    def enrolments(self, row: int, school: str) -> list[Entry]:
        """The enrolment before the referral and, for NEN, the outcome, unless ENROL does not know the student."""
        if "enrol" in self.lacks:
            return []
        referral, said = _day(self.said["referral"]), self.said.get("outcome", {})
        before = {"case": row, "school": school, "type": "School", "date": referral - _ENROLLED_BEFORE}
        if self.said["type"] == "CA" or said is False:
            return [before]
        usual = _day(self.usual["enrolment"]) if self.usual else self.allocation + _ENROLLED_AFTER
        kind = said.get("type", "School")
        elsewhere = {"Alternative Education": invented("names.toml")["alternative_education"][0], "Exemption": ""}
        outcome = {
            "case": row,
            "school": elsewhere.get(kind, school),
            "type": kind,
            "date": _day(said["date"]) if "date" in said else usual,
        }
        return [before, outcome]
