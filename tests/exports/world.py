"""The common world: four small tables of invented cases, which every entry of `shapes` holds in a shape of its own."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
TABLES = ("cases", "events", "plans", "outcomes")
DATES = ("referral_date", "allocation_date", "owner_assigned_date", "closed_date", "event_date", "recorded_on")
DATES += ("start_date",)

Rows = list[list[object]]  # the header first
Tables = dict[str, Rows]

HEADERS = {
    "cases": {
        "case_number": "Case Number", "case_type": "Case Record Type", "referral_date": "Referral Date",
        "allocation_date": "Date Allocated to Provider", "case_owner": "Case Owner",
        "owner_assigned_date": "Owner Assigned Date", "migrated": "Migrated",
        "contact_details_current": "Contact Details Current", "status": "Status", "closed_date": "Closed Date",
        "nsn": "NSN", "student_name": "Student Name", "school": "School", "provider": "Provider", "region": "Region",
    },
    "events": {
        "case_number": "Case Number", "subject": "Subject", "event_date": "Date", "activity_type": "Task/Event",
        "recorded_on": "Created Date", "assigned_to": "Assigned",
    },
    "plans": {
        "case_number": "Case Number", "plan_id": "Plan Name", "status": "Plan Status", "steps": "Number of Steps",
        "recorded_on": "Created Date",
    },
    "outcomes": {
        "nsn": "NSN", "outcome_type": "Enrolment Type", "start_date": "Enrolment Date", "school": "School Name",
    },
}  # fmt: skip
# How exports say what the tables of asreport keep short.
WRITTEN = {
    "migrated": {"yes": "Yes", "no": "No"},
    "contact_details_current": {"yes": "Yes", "no": "No", "unknown": ""},
    "case_type": {"CA": "Chronic Absence", "NEN": "Non-Enrolled"},
    "outcome_type": {"school": "School", "alternative_education": "Alternative Education", "exemption": "Exemption"},
}


def plain() -> dict[str, list[dict[str, str]]]:
    """The world as asreport is to read it: a text for every value, dates in ISO form, blank where missing."""
    world = {}
    for table in TABLES:
        with (HERE / "world" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            world[table] = list(csv.DictReader(stream))
    return world


def world(headers: dict[str, dict[str, str]] = HEADERS, written: dict[str, dict[str, str]] = WRITTEN) -> Tables:
    """The world as exports write it: dates as dates, steps as numbers, every other value as text, None where blank.

    A table has the columns that `headers` names, in that order.
    """
    return {
        table: [
            list(headers[table].values()),
            *([_written(name, row[name], written) for name in headers[table]] for row in rows),
        ]
        for table, rows in plain().items()
    }


def _written(name: str, value: str, written: dict[str, dict[str, str]]) -> object:
    value = written.get(name, {}).get(value, value)
    if not value:
        return None
    if name in DATES:
        return date.fromisoformat(value)
    return int(value) if name == "steps" else value
