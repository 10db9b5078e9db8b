"""Worked cases, checked by hand against rules.md, so that the judge can be trusted to judge the library."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import holidays
import pytest
from hypothesis import HealthCheck, given, settings
from judge import (
    HOLIDAYS,
    SCHOOL,
    WHANAU,
    business_deadline,
    is_business_day,
    is_subject,
    judge,
    resembles,
)
from worlds import to_tables, worlds

import asreport
from asreport.policy.quarter_file import extended

Q2 = asreport.load_quarter("q2-2026")
ENROLLED_BY, REVIEWED_BY = date(2026, 4, 17), date(2026, 7, 3)
JULY_6 = date(2026, 7, 6)
APRIL_2 = date(2026, 4, 2)


def case(number="1", **fields):
    return {"case_number": number, "case_type": "NEN", "referral_date": APRIL_2, "allocation_date": APRIL_2} | fields


def event(day, subject=SCHOOL, number="1", **fields):
    return {"case_number": number, "subject": subject, "event_date": day} | fields


def verdict(measure_id, of, as_at=JULY_6, quarter=Q2, **tables):
    """(verdict, reason, deadline, completed date) of one case."""
    results, _ = judge({"cases": [of], **tables}, as_at, quarter)
    return results.get((measure_id, of["case_number"]))


# Days


def days_from(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_the_holidays_are_those_of_the_calendar():
    calendar = holidays.NZ(years=[2025, 2026, 2027], observed=True)
    for day in days_from(date(2025, 1, 1), date(2027, 12, 31)):
        assert is_business_day(day) == (day.weekday() < 5 and day not in calendar), day
    assert all(day.weekday() < 5 for day in HOLIDAYS)


def test_the_last_day_of_the_review_is_53_business_days_after_its_start():
    assert sum(is_business_day(day) for day in days_from(date(2026, 4, 20), date(2026, 7, 3))) == 53


@pytest.mark.parametrize(
    ("start", "days", "deadline"),
    [
        (date(2026, 4, 2), 5, date(2026, 4, 13)),  # Thursday before Easter
        (date(2026, 4, 3), 5, date(2026, 4, 13)),  # Good Friday: Tuesday is day 1 as well
        (date(2026, 4, 24), 5, date(2026, 5, 4)),  # Anzac Day on Saturday, observed on Monday
        (date(2026, 4, 25), 1, date(2026, 4, 28)),
        (date(2026, 5, 9), 1, date(2026, 5, 11)),  # a Saturday
        (date(2026, 6, 26), 10, date(2026, 7, 13)),  # Matariki on 10 July
    ],
)
def test_deadlines(start, days, deadline):
    assert business_deadline(start, days) == deadline


# Meetings


def test_a_meeting_on_the_deadline_is_in_time_and_one_on_the_saturday_after_it_late():
    friday = case(referral_date=date(2026, 5, 8))
    due = date(2026, 5, 15)
    assert verdict("school-meeting-5", friday, events=[event(due)]) == ("met", None, due, due)
    late = due + timedelta(days=1)
    assert verdict("school-meeting-5", friday, events=[event(late)]) == ("missed", "meeting_late", due, late)


def test_a_case_is_pending_on_the_deadline_and_missed_the_day_after():
    due = date(2026, 4, 13)
    for as_at, expected in [(due, "pending"), (due + timedelta(days=1), "missed")]:
        found = verdict("school-meeting-5", case(), as_at, events=[])
        assert found == (expected, "no_meeting_recorded", due, None)


def test_meeting_reasons_come_in_the_order_of_section_5():
    """Every near miss at once; take away the first and the next one shows."""
    in_time = date(2026, 5, 1)
    near_misses = [
        ("recorded_as_task", event(in_time, activity_type="Task")),
        ("recorded_late", event(in_time, recorded_on=REVIEWED_BY + timedelta(days=1))),
        ("subject_not_recognised", event(in_time, "School Meeting")),
        ("meeting_late", event(REVIEWED_BY + timedelta(days=1))),
        ("event_date_missing", event(None)),
        ("event_date_future", event(JULY_6 + timedelta(days=1))),
        ("no_meeting_recorded", event(in_time, "Phone call")),
    ]
    for n, (reason, _) in enumerate(near_misses):
        events = [{"activity_type": "Event", "recorded_on": None} | e for _, e in near_misses[n:]]
        found = verdict("migrated-school-meeting", case(migrated=True), events=events[::-1])
        assert found[:3] == ("missed", reason, REVIEWED_BY)
        assert found[3] == (date(2026, 7, 4) if n <= 3 else None)


def test_a_meeting_before_the_referral_counts_for_a_migrated_case_only():
    early = [event(APRIL_2 - timedelta(days=1))]
    assert verdict("school-meeting-5", case(), events=early)[:2] == ("missed", "event_date_before_referral")
    assert verdict("migrated-school-meeting", case(migrated=True), events=early)[0] == "met"


def test_excluded_comes_before_cannot_assess_and_only_where_the_measure_says_so():
    unknown = case(referral_date=None, contact_details_current="no")
    assert verdict("whanau-meeting-10", unknown, events=[])[:2] == ("excluded", "contact_details_not_current")
    assert verdict("school-meeting-5", unknown, events=[])[:2] == ("cannot_assess", "referral_date_missing")
    assert verdict("school-meeting-5", case(contact_details_current="no"), events=[])[0] == "missed"


# Subjects


@pytest.mark.parametrize(
    "text",
    [
        "initial student/whanau  meeting",
        "INITIAL STUDENT / WHĀNAU MEETING",
        "Initial Student\u00a0/\u200bWha\u0304nau Meeting ",
        "Initial Student / Wh?nau Meeting",
        "Initial Student / Wh\ufffdnau Meeting",
        "Initial Student / WhÄ\x81nau Meeting",
        "INITIAL STUDENT / WHÄ€NAU MEETING",
    ],
)
def test_the_whanau_subject_however_it_was_written(text):
    assert is_subject(text, WHANAU)
    assert not is_subject(text, SCHOOL)
    assert not resembles(text, WHANAU)


@pytest.mark.parametrize(
    "text", [None, "", "?", "Phone call", "Initial Sch?ol Meeting", "Initial Student / Whnau Meeting"]
)
def test_other_subjects(text):
    assert not is_subject(text, WHANAU)
    assert not is_subject(text, SCHOOL)


# Plans, owners and outcomes


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        ([], "no_plan"),
        ([("Draft", 1, None)], "plan_draft"),
        ([("Completed", 1, None)], "plan_status_not_counted"),
        ([("Draft", 0, None), ("In Progress", 0, None)], "plan_no_step"),  # fewer failures go before an earlier one
        ([("In Progress", 0, None), ("Draft", 1, None)], "plan_draft"),
        ([("In Progress", 1, JULY_6)], "plan_recorded_late"),
        ([("Draft", 1, None), ("In Progress", 1, REVIEWED_BY)], None),
    ],
)
def test_plan_reasons(plans, reason):
    rows = [{"case_number": "1", "status": status, "steps": n, "recorded_on": day} for status, n, day in plans]
    expected = ("missed" if reason else "met", reason, REVIEWED_BY, None)
    assert verdict("migrated-plan", case(migrated=True), plans=rows) == expected


@pytest.mark.parametrize(
    ("owner", "assigned", "reason"),
    [
        (None, JULY_6, "no_case_owner"),
        ("Intake Queue", JULY_6, "owner_is_queue"),
        ("Unassigned", None, "owner_is_queue"),
        ("A Person", JULY_6, "allocated_late"),
        ("A Person", REVIEWED_BY, None),
        ("A Person", None, None),
    ],
)
def test_owner_reasons(owner, assigned, reason):
    found = verdict("migrated-allocated", case(migrated=True, case_owner=owner, owner_assigned_date=assigned))
    assert found[:2] == ("missed" if reason else "met", reason)


def test_outcome_reasons_come_in_the_order_of_section_5():
    late, in_time = ENROLLED_BY + timedelta(days=1), ENROLLED_BY
    near_misses = [
        ("outcome_late", {"nsn": "9", "outcome_type": "school", "start_date": late}),
        ("outcome_not_counted", {"nsn": "9", "outcome_type": "exemption", "start_date": in_time}),
        ("outcome_date_missing", {"nsn": "9", "outcome_type": "school", "start_date": None}),
        ("no_outcome_recorded", {"nsn": "9", "outcome_type": "school", "start_date": APRIL_2 - timedelta(days=1)}),
        ("not_in_enrol", {"nsn": None, "outcome_type": "school", "start_date": in_time}),
    ]
    for n, (reason, _) in enumerate(near_misses):
        outcomes = [outcome for _, outcome in near_misses[n:]]
        found = verdict("migrated-nen-enrolled", case(migrated=True, nsn="9"), outcomes=outcomes)
        assert found == ("missed", reason, ENROLLED_BY, late if n == 0 else None)
        assert verdict("migrated-nen-enrolled", case(migrated=True, nsn=None), outcomes=outcomes)[1] == "no_nsn"


def test_ten_weeks_count_from_allocation_and_decide_whether_the_case_belongs():
    first, last = date(2026, 4, 1), date(2026, 6, 30)
    for due, belongs in [(first - timedelta(1), False), (first, True), (last, True), (last + timedelta(1), False)]:
        winter = case(referral_date=date(2026, 1, 5), allocation_date=due - timedelta(weeks=10), nsn=None)
        expected = ("missed", "no_nsn", due, None) if belongs else None
        assert verdict("nen-outcome", winter, outcomes=[]) == expected


# Other quarters, and what was settled since (sections 5 and 8)


def test_a_plan_or_an_owner_after_its_own_deadline_is_late():
    quarter = extended(
        Q2,
        {
            "measures": {
                "student-plan": {"clock": {"start": "referral_date", "business_days": 5}},
                "migrated-allocated": {"clock": {"start": "referral_date", "weeks": 2}},
            }
        },
        "next",
    )
    due = date(2026, 4, 13)
    for day, expected in [
        (due, ("met", None, due, None)),
        (due + timedelta(1), ("missed", "plan_recorded_late", due, None)),
    ]:
        plan = {"case_number": "1", "status": "In Progress", "steps": 1, "recorded_on": day}
        assert verdict("student-plan", case(), quarter=quarter, plans=[plan]) == expected
    due = date(2026, 4, 16)
    for day, expected in [(due, "met"), (due + timedelta(1), "missed")]:
        owned = case(migrated=True, case_owner="A Person", owner_assigned_date=day)
        assert verdict("migrated-allocated", owned, quarter=quarter)[0] == expected


def test_only_the_dates_that_a_measure_needs_are_asked_for():
    outcome = {"nsn": "9", "outcome_type": "school", "start_date": date(2026, 5, 4)}
    unreferred = case(referral_date=None, nsn="9", allocation_date=date(2026, 4, 20))
    assert verdict("nen-outcome", unreferred, outcomes=[outcome])[0] == "met", "the allocation date will do"
    before = outcome | {"start_date": date(2026, 4, 19)}
    assert verdict("nen-outcome", unreferred, outcomes=[before])[:2] == ("missed", "no_outcome_recorded")
    unallocated = case(allocation_date=None, nsn="9")
    assert verdict("nen-outcome", unallocated, outcomes=[outcome])[1] == "allocation_date_missing"
    migrated = case(referral_date=None, migrated=True, nsn="9")
    assert verdict("migrated-nen-enrolled", migrated, outcomes=[outcome])[1] == "referral_date_missing"


def test_readings_are_followed():
    day_one = Q2.with_readings({"start_day": "day 1", "deadline_day": "missed", "unknown_contact_details": "not held"})
    assert verdict("school-meeting-5", case(), date(2026, 4, 10), day_one, events=[])[::2] == (
        "missed",
        date(2026, 4, 10),
    )
    assert verdict("whanau-meeting-10", case(), quarter=day_one, events=[])[0] == "excluded"


# Attainment


def attainment(done, cases, as_at):
    """The first measure, where `done` of the cases met the school on 7 April."""
    numbers = [str(n) for n in range(cases)]
    events = [event(date(2026, 4, 7), number=n) for n in numbers[:done]]
    return judge({"cases": [case(n) for n in numbers], "events": events}, as_at, Q2)[1]["school-meeting-5"]


def test_16_of_20_meet_80_percent_exactly_and_15_do_not():
    found = attainment(16, 20, JULY_6)
    assert (found["due"], found["rate_percent"], found["still_needed"], found["outcome"]) == (20, 80, 0, "met")
    found = attainment(15, 20, JULY_6)
    assert (found["rate_percent"], found["still_needed"], found["outcome"]) == (75, 1, "missed")


@pytest.mark.parametrize(
    ("done", "cases", "needed", "outcome"), [(4, 5, 0, "secured"), (0, 5, 4, "open"), (0, 0, 0, "no_cases")]
)
def test_before_the_deadline_nothing_is_due(done, cases, needed, outcome):
    found = attainment(done, cases, date(2026, 4, 13))
    assert (found["due"], found["rate_percent"], found["met_early"], found["pending"]) == (0, None, done, cases - done)
    assert found["floor_percent"] == (Fraction(100 * done, cases) if cases else None)
    assert (found["still_needed"], found["outcome"]) == (needed, outcome)


def test_out_of_reach_when_more_are_needed_than_are_pending():
    cases = [case(str(n)) for n in range(4)] + [case("4", referral_date=date(2026, 4, 14))]
    found = judge({"cases": cases, "events": []}, date(2026, 4, 14), Q2)[1]["school-meeting-5"]
    assert (found["missed"], found["pending"], found["still_needed"], found["outcome"]) == (4, 1, 4, "out_of_reach")


def test_a_table_or_column_not_uploaded_is_no_data_and_never_a_failure():
    results, found = judge({"cases": [case(), case("2", migrated=True)]}, JULY_6, Q2)
    assert results == {}
    assert {row["outcome"] for row in found.values()} == {"no_data"}
    assert found["student-plan"]["rate_percent"] is found["student-plan"]["still_needed"] is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_counts_of_any_world_add_up(world):
    results, found = judge(world.tables, world.as_at, world.quarter)
    frames = to_tables(world)
    assert {table: len(frames[table]) for table in frames} == {
        table: len(world.tables[table]) for table in world.tables
    }
    for measure_id, row in found.items():
        verdicts = [result[0] for (of, _), result in results.items() if of == measure_id]
        assert len(verdicts) == row["in_scope"] + row["excluded"] + row["cannot_assess"]
        assert row["in_scope"] == row["due"] + row["met_early"] + row["pending"]
    assert all((verdict == "met") == (reason is None) for verdict, reason, _, _ in results.values())
