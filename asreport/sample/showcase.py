"""The showcase: a fixed set of cases, each of which shows something a measure has to tell apart (`showcase.toml`)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from asreport.sample.records import NO_DAY, Records, business_days_after, invented, places

_MIGRATED_ALLOCATION = np.datetime64("2026-03-16")
_MIGRATED_MEETINGS = {"school_meeting": np.datetime64("2026-05-12"), "whanau_meeting": np.datetime64("2026-05-19")}
_MIGRATED_PLAN = np.datetime64("2026-05-26")
_MIGRATED_ENROLMENT = np.datetime64("2026-03-30")
_MEETINGS_AFTER = {"school_meeting": 2, "whanau_meeting": 4}  # business days after referral
_PLAN_AFTER = 5
_ENROLLED_BEFORE = np.timedelta64(400, "D")
_ENROLLED_AFTER = np.timedelta64(28, "D")


def showcase(rng: np.random.Generator) -> Records:
    """The showcase cases with their records; only the places and people differ from seed to seed."""
    entries = invented("showcase.toml")["cases"]
    where = places(len(entries), rng)
    cases = pd.concat([pd.DataFrame([_case(entry) for entry in entries]), where], axis="columns")
    cases["owner"] = cases["owner"].fillna(cases["manager"])
    cases.loc[cases.pop("no_owner"), "owner"] = ""
    rows = range(len(entries))
    return Records(
        cases=cases,
        events=_rows(event for row in rows for event in _events(row, entries[row])),
        plans=_rows(plan for row in rows for plan in _plans(row, entries[row])),
        enrolments=_rows(
            enrolment for row in rows for enrolment in _enrolments(row, entries[row], where["school"][row])
        ),
    )


def _rows(records: Any) -> pd.DataFrame:
    frame = pd.DataFrame(list(records))
    days = [name for name in ("date", "created") if name in frame]
    return frame.astype(dict.fromkeys(days, "datetime64[s]"))


def _day(value: Any) -> np.datetime64:
    """A day as the data file gives it: a date, or "" for none."""
    return np.datetime64(value, "D") if isinstance(value, date) else NO_DAY


def _allocation(entry: dict[str, Any]) -> np.datetime64:
    return _MIGRATED_ALLOCATION if entry.get("migrated") else _after(entry, 1)


def _after(entry: dict[str, Any], days: int) -> np.datetime64:
    return business_days_after(np.array([entry["referral"]], dtype="datetime64[D]"), days)[0]


def _case(entry: dict[str, Any]) -> dict[str, Any]:
    lacks = entry.get("lacks", [])
    no_owner = "case_owner" in lacks
    assigned = _day(entry["owner_assigned"]) if "owner_assigned" in entry else _allocation(entry)
    return {
        "case_type": entry["type"],
        "migrated": entry.get("migrated", False),
        "referral": _day(entry["referral"]),
        "allocation": _allocation(entry),
        "owner": entry.get("owner"),
        "no_owner": no_owner,
        "owner_assigned": NO_DAY if no_owner else assigned,
        "contact": entry.get("contact", "Yes"),
        "status": "Closed" if "closed" in entry else "In Progress",
        "closed": _day(entry.get("closed")),
        "no_referral": "referral_date" in lacks,
        "no_allocation": "allocation_date" in lacks,
        "no_nsn": "nsn" in lacks,
    }


def _events(row: int, entry: dict[str, Any]) -> list[dict[str, Any]]:
    subjects = invented("names.toml")["subjects"]
    events = []
    for meeting, days in _MEETINGS_AFTER.items():
        said = entry.get(meeting, {})
        if said is False:
            continue
        usual = _MIGRATED_MEETINGS[meeting] if entry.get("migrated") else _after(entry, days)
        held = _day(said["date"]) if "date" in said else usual
        events.append(
            {
                "case": row,
                "subject": said.get("subject", subjects[meeting]["right"]),
                "date": held,
                "activity_type": said.get("activity", "Event"),
                "created": _day(said["recorded"]) if "recorded" in said else usual if np.isnat(held) else held,
            }
        )
    return events


def _plans(row: int, entry: dict[str, Any]) -> list[dict[str, Any]]:
    said = entry.get("plan", {})
    if said is False:
        return []
    usual = _MIGRATED_PLAN if entry.get("migrated") else _after(entry, _PLAN_AFTER)
    return [
        {
            "case": row,
            "status": said.get("status", "In Progress"),
            "steps": said.get("steps", 2),
            "created": _day(said["recorded"]) if "recorded" in said else usual,
        }
    ]


def _enrolments(row: int, entry: dict[str, Any], school: str) -> list[dict[str, Any]]:
    """The enrolment before the referral and, for NEN, the outcome, unless ENROL does not know the student."""
    if "enrol" in entry.get("lacks", []):
        return []
    before = {"case": row, "school": school, "type": "School", "date": _day(entry["referral"]) - _ENROLLED_BEFORE}
    said = entry.get("outcome", {})
    if entry["type"] == "CA" or said is False:
        return [before]
    usual = _MIGRATED_ENROLMENT if entry.get("migrated") else _allocation(entry) + _ENROLLED_AFTER
    kind = said.get("type", "School")
    elsewhere = {"Alternative Education": invented("names.toml")["alternative_education"][0], "Exemption": ""}
    outcome = {
        "case": row,
        "school": elsewhere.get(kind, school),
        "type": kind,
        "date": _day(said["date"]) if "date" in said else usual,
    }
    return [before, outcome]
