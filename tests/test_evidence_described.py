"""What is said of the record that counted, and which of several equal ones it is said of."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from test_readings import SCHOOL, case, table

import asreport
from asreport.tables import TABLES, empty_table

EARLY, LATER = date(2026, 5, 6), date(2026, 5, 8)


def evidence(measure: str, cases: pd.DataFrame, **tables: pd.DataFrame) -> tuple[str, str]:
    """(verdict, what is said of the record) of the one case; whichever way the rows of the tables are ordered."""
    found = set()
    for step in (1, -1):
        turned = {name: frame.iloc[::step].reset_index(drop=True) for name, frame in tables.items()}
        every = {name: empty_table(name) for name in TABLES} | {"cases": cases} | turned
        results = asreport.assess(every, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6)).case_results
        (row,) = results[results["measure_id"] == measure].to_dict("records")
        found.add((row["verdict"], row["evidence"]))
    (only,) = found
    return only


# A case that is met says by which record


def test_a_meeting_that_counted() -> None:
    events = table("events", {"case_number": "1", "subject": SCHOOL, "event_date": EARLY, "recorded_on": LATER})
    expected = "Event “Initial School Meeting” of 6 May 2026, recorded 8 May 2026"
    assert evidence("school-meeting-5", case(), events=events) == ("met", expected)


def test_a_plan_that_counted() -> None:
    plan = {"case_number": "1", "plan_id": "P-1", "status": "In Progress", "steps": 1, "recorded_on": EARLY}
    expected = "Plan “P-1”, In Progress, 1 step, recorded 6 May 2026"
    assert evidence("student-plan", case(), plans=table("plans", plan)) == ("met", expected)


def test_an_owner_that_counted() -> None:
    cases = case(migrated=True, case_owner="Wiremu Tidy", owner_assigned_date=EARLY)
    assert evidence("migrated-allocated", cases) == ("met", "Case owner Wiremu Tidy, assigned 6 May 2026")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ({"outcome_type": "school", "school": "Rātā School"}, "enrolment at school, Rātā School, from 6 May 2026"),
        ({"outcome_type": "school", "school": None}, "enrolment at school from 6 May 2026"),
        ({"outcome_type": "alternative_education"}, "alternative education from 6 May 2026"),
        ({"outcome_type": "exemption"}, "exemption from 6 May 2026"),
        ({}, "enrolment at school from 6 May 2026"),
    ],
)
def test_an_outcome_that_counted(outcome: dict, words: str) -> None:
    cases = case(case_type="NEN", referral_date=date(2026, 4, 2), allocation_date=date(2026, 4, 2))
    outcomes = table("outcomes", {"nsn": "9", "start_date": EARLY, **outcome}).dropna(axis="columns", how="all")
    assert evidence("nen-outcome", cases, outcomes=outcomes) == ("met", f"ENROL: {words}")


# Of several that count alike the earliest is shown, and of those of one day always the same


def plans(*fields: dict) -> pd.DataFrame:
    basic = {"case_number": "1", "plan_id": "P-2", "status": "In Progress", "steps": 2, "recorded_on": EARLY}
    return table("plans", *(basic | own for own in fields))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"recorded_on": LATER, "plan_id": "P-1"}, {}, "“P-2”, In Progress, 2 steps, recorded 6 May 2026"),
        ({"recorded_on": None, "plan_id": "P-1"}, {}, "“P-2”, In Progress, 2 steps, recorded 6 May 2026"),
        ({"plan_id": "P-1"}, {}, "“P-1”, In Progress, 2 steps, recorded 6 May 2026"),
        ({"status": "IN PROGRESS"}, {}, "“P-2”, IN PROGRESS, 2 steps, recorded 6 May 2026"),
        ({"steps": 1}, {}, "“P-2”, In Progress, 1 step, recorded 6 May 2026"),
    ],
    ids=["recorded first", "known before unknown", "name", "status", "steps"],
)
def test_which_of_two_plans_that_count_is_shown(one: dict, other: dict, words: str) -> None:
    assert evidence("student-plan", case(), plans=plans(one, other)) == ("met", f"Plan {words}")


def test_which_of_two_plans_that_nearly_count_is_shown() -> None:
    drafts = plans({"status": "Draft", "recorded_on": LATER, "plan_id": "P-1"}, {"status": "Draft"})
    shown = evidence("student-plan", case(), plans=drafts)
    assert shown == ("pending", "Plan “P-2”, Draft, 2 steps, recorded 6 May 2026")


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            {"start_date": LATER, "outcome_type": "alternative_education"},
            {},
            "enrolment at school, Rātā School, from 6 May",
        ),
        ({"outcome_type": "alternative_education"}, {}, "alternative education, Rātā School, from 6 May"),
        ({"school": "Kōwhai School"}, {}, "enrolment at school, Kōwhai School, from 6 May"),
    ],
    ids=["starts first", "type", "school"],
)
def test_which_of_two_outcomes_that_count_is_shown(one: dict, other: dict, words: str) -> None:
    cases = case(case_type="NEN", referral_date=date(2026, 4, 2), allocation_date=date(2026, 4, 2))
    basic = {"nsn": "9", "outcome_type": "school", "school": "Rātā School", "start_date": EARLY}
    outcomes = table("outcomes", basic | one, basic | other)
    assert evidence("nen-outcome", cases, outcomes=outcomes) == ("met", f"ENROL: {words} 2026")


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"event_date": LATER}, {}, "of 6 May 2026, recorded 8 May 2026"),
        ({"recorded_on": EARLY}, {}, "of 6 May 2026, recorded 6 May 2026"),
        ({"recorded_on": None}, {}, "of 6 May 2026, recorded 8 May 2026"),
    ],
    ids=["held first", "recorded first", "known before unknown"],
)
def test_which_of_two_meetings_that_count_is_shown(one: dict, other: dict, words: str) -> None:
    basic = {"case_number": "1", "subject": SCHOOL, "event_date": EARLY, "recorded_on": LATER}
    events = table("events", basic | one, basic | other)
    assert evidence("school-meeting-5", case(), events=events) == ("met", f"Event “{SCHOOL}” {words}")
