"""Each reading does what it says when it is changed: one case each that tells the two apart."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import asreport
from asreport.tables import DTYPES, TABLES, empty_table

SCHOOL = "Initial School Meeting"


def table(name: str, *rows: dict) -> pd.DataFrame:
    kinds = {field.name: field.kind for field in TABLES[name]}
    frame = pd.DataFrame(rows)
    return frame.astype({column: DTYPES.get(kinds[column], "str") for column in frame})


def verdict_of(measure: str, as_at: date, readings: dict, **tables: pd.DataFrame) -> str | None:
    quarter = asreport.load_quarter("q2-2026", readings=readings)
    every = {name: empty_table(name) for name in TABLES} | tables
    results = asreport.assess(every, quarter, as_at=as_at).case_results
    own = results.loc[results["measure_id"] == measure, "verdict"]
    return own.iloc[0] if len(own) else None


def case(**fields) -> pd.DataFrame:
    basic = {"case_number": "1", "case_type": "CA", "referral_date": date(2026, 5, 4), "nsn": "9"}
    return table("cases", basic | fields)


def meeting(day: date) -> pd.DataFrame:
    return table("events", {"case_number": "1", "subject": SCHOOL, "event_date": day})


LATE = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("readings", "expected"), [({}, "met"), ({"start_day": "day 1"}, "missed")], ids=["day 0", "day 1"]
)
def test_start_day(readings, expected):
    # Referred on Monday 4 May: the fifth business day after it is Monday 11 May, or Friday 8 May with Monday as day 1.
    assert verdict_of("school-meeting-5", LATE, readings, cases=case(), events=meeting(date(2026, 5, 11))) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [({}, "missed"), ({"meeting_clock": "allocation_date"}, "met")],
    ids=["referral", "allocation"],
)
def test_meeting_clock(readings, expected):
    cases = case(allocation_date=date(2026, 5, 11))
    assert verdict_of("school-meeting-5", LATE, readings, cases=cases, events=meeting(date(2026, 5, 18))) == expected


def test_meeting_clock_from_allocation_needs_that_date():
    readings = {"meeting_clock": "allocation_date"}
    assert verdict_of("school-meeting-5", LATE, readings, cases=case()) == "cannot_assess"


@pytest.mark.parametrize(
    ("referred", "allocated", "expected"),
    [
        (date(2026, 5, 4), None, "cannot_assess"),
        (None, date(2026, 5, 4), "cannot_assess"),
        (None, None, "cannot_assess"),
        (date(2026, 1, 12), None, None),
        (date(2026, 1, 12), date(2026, 5, 4), None),
        (date(2026, 7, 7), None, None),
    ],
    ids=["no allocation", "no referral", "neither", "another quarter's", "another quarter's, allocated", "yet to come"],
)
def test_which_cases_are_asked_for_when_the_clock_starts_with_the_allocation(referred, allocated, expected):
    """Those referred in the period, all the same: what is known to be another quarter's is nowhere."""
    cases = case(referral_date=referred, allocation_date=allocated)
    readings = {"meeting_clock": "allocation_date"}
    for measure in ("school-meeting-5", "school-meeting-10", "whanau-meeting-10", "whanau-meeting-15"):
        assert verdict_of(measure, LATE, readings, cases=cases) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [({}, "missed"), ({"unknown_contact_details": "not held"}, "excluded")],
    ids=["held", "not held"],
)
def test_unknown_contact_details(readings, expected):
    cases = case(contact_details_current="unknown")
    assert verdict_of("whanau-meeting-10", LATE, readings, cases=cases) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [({}, None), ({"nen_outcome_cohort": "referred_in_period"}, "pending")],
    ids=["deadline", "referred"],
)
def test_nen_outcome_cohort(readings, expected):
    # Ten weeks from 4 May end on 13 July, in the next quarter.
    cases = case(case_type="NEN", allocation_date=date(2026, 5, 4))
    assert verdict_of("nen-outcome", LATE, readings, cases=cases) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [({}, "missed"), ({"migrated_nen_outcomes": ["school", "exemption"]}, "met")],
    ids=["school", "exemption too"],
)
def test_migrated_nen_outcomes(readings, expected):
    cases = case(case_type="NEN", migrated=True, referral_date=date(2026, 2, 2))
    outcomes = table("outcomes", {"nsn": "9", "outcome_type": "exemption", "start_date": date(2026, 3, 2)})
    assert verdict_of("migrated-nen-enrolled", LATE, readings, cases=cases, outcomes=outcomes) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [({}, "pending"), ({"plan_statuses": ["In Progress", "Draft"]}, "met")],
    ids=["In Progress", "Draft too"],
)
def test_plan_statuses(readings, expected):
    plans = table("plans", {"case_number": "1", "status": "Draft", "steps": 1})
    assert verdict_of("student-plan", LATE, readings, cases=case(), plans=plans) == expected


@pytest.mark.parametrize(
    ("readings", "expected"), [({}, "pending"), ({"deadline_day": "missed"}, "missed")], ids=["pending", "missed"]
)
def test_deadline_day(readings, expected):
    assert verdict_of("school-meeting-5", date(2026, 5, 11), readings, cases=case()) == expected


def test_headline_rate():
    cases = pd.concat([case(), case(case_number="2", referral_date=date(2026, 6, 30))], ignore_index=True)
    events = table("events", {"case_number": "2", "subject": SCHOOL, "event_date": date(2026, 7, 1)})
    rates = {}
    for value in ("due", "decided"):
        quarter = asreport.load_quarter("q2-2026", readings={"headline_rate": value})
        every = {name: empty_table(name) for name in TABLES} | {"cases": cases, "events": events}
        result = asreport.assess(every, quarter, as_at=LATE)
        rates[value] = result.attainment.set_index("measure_id").loc["school-meeting-5", "rate_percent"]
    assert rates == {"due": 0, "decided": 50}
