"""The sample of any quarter: every measure of it, and all that each can say on the day the exports are taken.

What a measure can say is worked out here from rules.md with the days of the plain second computation (judge.py): cases
of every day of referral are put to it, and what there is of records to go wrong with.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from judge import belongs, business_deadline, dates_needed, deadline_of, has_passed, judge
from worlds import any_quarter

import asreport
from asreport.policy.quarter_file import extended
from asreport.sample import exported
from asreport.sample.days import Days
from asreport.sample.each_reason import each_reason

Q2, Q3 = asreport.load_quarter("q2-2026"), asreport.load_quarter("q3-2026")
Q4 = asreport.carried_over(Q3, "q4-2026")
NEW_YEAR = asreport.carried_over(Q3, "q1-2027")


def measure(evidence, clock, which="referred_in_period", **cases):
    return {
        "section": "outcomes",
        "name": "Another {within}",
        "why": "…",
        "how": "{cases}.",
        "record": "…",
        "cases": {"migrated": False, "which": which} | cases,
        "clock": clock,
        "evidence": evidence,
        "target": 50,
    }


def own_quarter(measures, first=date(2026, 11, 16), last=date(2027, 2, 12), **more):
    own = {"id": "own", "name": "Our own quarter", "remove": list(Q2.measures), "period": {"start": first, "end": last}}
    return extended(Q2, own | {"measures": measures} | more, "own")


MEETING, PLAN = {"kind": "meeting", "subject": "school"}, {"kind": "plan", "statuses": ["In Progress"]}
OWNER, OUTCOME = {"kind": "owner", "queues": ["pool"]}, {"kind": "outcome", "types": ["exemption"]}
EVERY_EVIDENCE = [MEETING, {**MEETING, "subject": "whanau"}, PLAN, OWNER, OUTCOME]
EVERY_CLOCK = [
    {"start": "referral_date", "business_days": 7},
    {"start": "allocation_date", "weeks": 6},
    {"start": "referral_date", "business_days": 250},
    {"start": "referral_date", "weeks": 52},
    {"cut_off": date(2026, 12, 24)},
    {},
]
THIRTY = own_quarter(
    {
        f"own-{n}-{m}": measure(evidence, clock)
        for n, evidence in enumerate(EVERY_EVIDENCE)
        for m, clock in enumerate(EVERY_CLOCK)
    }
)
ONE = own_quarter({"only": measure(PLAN, {"start": "referral_date", "business_days": 20})})
MIGRATED = own_quarter(
    {
        f"own-{n}-{m}": measure(evidence, clock, which, migrated=True)
        for n, evidence in enumerate(EVERY_EVIDENCE)
        for m, (clock, which) in enumerate([({"cut_off": date(2027, 2, 26)}, "active"), (EVERY_CLOCK[0], "all")])
    }
)
# Other subjects and plan statuses, and macrons that the exports' encoding has no letter for.
OTHER_WORDS = own_quarter(
    {
        f"own-{n}": measure(evidence, EVERY_CLOCK[0])
        for n, evidence in enumerate([MEETING, {**MEETING, "subject": "whanau"}])
    }
    | {"plan": measure({"kind": "plan", "statuses": ["Draft", "Agreed with whānau"]}, {})},
    subjects={"school": {"name": "Hui tuatahi ki te kura tūturu"}, "whanau": {"name": "First kōrero at home"}},
)
OVER = own_quarter({f"own-{n}": measure(e, {"cut_off": date(2026, 9, 1)}) for n, e in enumerate(EVERY_EVIDENCE)})
NO_CASE_BELONGS = own_quarter({"never": measure(PLAN, {"cut_off": date(2027, 3, 1)}, "deadline_in_period")})
DUE_AFTER = own_quarter({"late": measure(OUTCOME, {"cut_off": date(2027, 3, 1)}, "deadline_in_period")})
QUARTERS = {
    "q3-2026": Q3,
    "q4-2026": Q4,
    "q1-2027": NEW_YEAR,
    "thirty": THIRTY,
    "one": ONE,
    "migrated": MIGRATED,
    "other words": OTHER_WORDS,
    "a cut-off before the period": OVER,
    "no case belongs": NO_CASE_BELONGS,
    "due after the period": DUE_AFTER,
    "changed": Q2.with_readings({"start_day": "day 1", "deadline_day": "missed", "meeting_clock": "allocation_date"}),
    "another period": Q2.with_period(end=date(2026, 6, 28)),
}


def read(exports):
    """The exports as the library reads them."""
    streams = []
    for name, content in exports.items():
        stream = io.BytesIO(content)
        stream.name = name
        streams.append(stream)
    return asreport.read_exports(streams)


def rows_of(table):
    """A table as the judge reads it."""
    days = {name: table[name].dt.date for name in table if table[name].dtype.kind == "M"}
    plain = table.assign(**days).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


@cache
def sampled(quarter_name):
    return sample_of(QUARTERS[quarter_name])


def sample_of(quarter, cases=500):
    """The sample's exports, the day it was taken, and what the library says of it."""
    exports = read(asreport.sample_exports(cases, 1, quarter))
    return exports, exports.taken_on, asreport.assess(exports.tables, quarter, as_at=exports.taken_on).case_results


def outcomes_of(results):
    """Measure, verdict and reason, of all that occur."""
    return {
        (m, v, None if pd.isna(r) else r)
        for m, v, r in zip(*map(results.get, ["measure_id", "verdict", "reason"]), strict=True)
    }


# What a measure can say


def can_say(measure, quarter, as_at):
    """Every (verdict, reason) that a case of the measure can have on that day."""
    migrated, kind = measure.cases.migrated, measure.evidence.kind
    first = min([quarter.period.start, *[measure.clock.cut_off] * bool(measure.clock.cut_off)]) - timedelta(days=430)
    given = set()
    for n in range((as_at - first).days + 1):
        referral = first + timedelta(days=n)
        allocation = business_deadline(referral, 1)
        case_type = measure.cases.case_type or "CA"
        case = {"case_type": case_type, "migrated": migrated, "referral_date": referral, "allocation_date": allocation}
        if allocation > as_at or not belongs(case, measure, quarter, as_at):
            continue
        due = deadline_of(case, measure, quarter)
        over = has_passed(due, quarter, as_at)
        late = over and due < as_at
        in_time = due is None or referral <= due
        can = {
            "meeting": in_meetings, "plan": in_plans, "owner": in_owners, "outcome": in_outcomes,
        }[kind](measure.evidence, in_time, late, migrated)  # fmt: skip
        given |= {("missed" if over else "pending", reason) for reason in can}
        given |= {("met", None)} if in_time else set()
        given |= {("cannot_assess", f"{name}_missing") for name in dates_needed(measure)}
        if measure.cases.contact_details_held:
            given.add(("excluded", "contact_details_not_current"))
    return given


def in_meetings(evidence, in_time, late, migrated):
    return (
        {"event_date_missing", "event_date_future", "no_meeting_recorded"}
        | ({"recorded_as_task", "subject_not_recognised"} if in_time else set())
        | ({"meeting_late"} if late else set())
        | ({"recorded_late"} if late and in_time and evidence.recorded_by_cut_off else set())
        | (set() if migrated else {"event_date_before_referral"})
    )


def in_plans(evidence, in_time, late, migrated):
    draft = set() if "Draft" in evidence.statuses else {"plan_draft"}
    return {"plan_status_not_counted", "plan_no_step", "no_plan"} | draft | ({"plan_recorded_late"} if late else set())


def in_owners(evidence, in_time, late, migrated):
    return {"no_case_owner", "owner_is_queue"} | ({"allocated_late"} if late else set())


def in_outcomes(evidence, in_time, late, migrated):
    return (
        {"outcome_date_missing", "no_nsn", "not_in_enrol", "no_outcome_recorded"}
        | ({"outcome_late"} if late else set())
        | ({"outcome_not_counted"} if in_time else set())
    )


def check_all_is_said(quarter, as_at, results):
    said = outcomes_of(results)
    for measure_id, one in quarter.measures.items():
        missing = {(measure_id, *pair) for pair in can_say(one, quarter, as_at)} - said
        assert not missing, missing


def check_the_judge_agrees(quarter, exports, as_at, results):
    by_judge, _ = judge({name: rows_of(table) for name, table in exports.tables.items()}, as_at, quarter)
    by_library = {
        (row["measure_id"], row["case_number"]): (row["verdict"], None if pd.isna(row["reason"]) else row["reason"])
        for row in results.to_dict("records")
    }
    assert by_library == {key: (verdict, reason) for key, (verdict, reason, *_) in by_judge.items()}


@pytest.mark.parametrize("name", QUARTERS)
def test_every_measure_verdict_and_reason_occurs_whatever_is_drawn(name):
    quarter = QUARTERS[name]
    days, rng = Days(quarter), np.random.default_rng(1)
    exports = read(exported([each_reason(days, rng)], days, rng))
    results = asreport.assess(exports.tables, quarter, as_at=exports.taken_on).case_results
    check_all_is_said(quarter, exports.taken_on, results)


@pytest.mark.parametrize(
    "name",
    ["q3-2026", "q4-2026", "q1-2027", "migrated", "a cut-off before the period", "changed", "due after the period"],
)
def test_the_plain_computation_agrees(name):
    exports, as_at, results = sampled(name)
    check_the_judge_agrees(QUARTERS[name], exports, as_at, results)


@settings(max_examples=12)
@given(any_quarter().filter(lambda quarter: quarter != Q2))
def test_so_it_is_of_any_quarter(quarter):
    exports, as_at, results = sample_of(quarter, 150)
    check_all_is_said(quarter, as_at, results)
    check_the_judge_agrees(quarter, exports, as_at, results)


# The day it is taken


@pytest.mark.parametrize(
    ("quarter", "taken"),
    [
        (Q2, date(2026, 7, 6)),  # the Monday after the cut-off
        (Q3, date(2026, 10, 5)),
        (Q4, date(2027, 1, 11)),  # 4 January 2027 is a holiday
        (NEW_YEAR, date(2027, 4, 5)),
        (MIGRATED, date(2027, 3, 1)),  # the cut-off is a Friday, two weeks after the end
        (OVER, date(2027, 2, 22)),
    ],
)
def test_it_is_taken_on_a_monday_after_the_quarter_and_the_cut_offs_near_it(quarter, taken):
    assert read(asreport.sample_exports(400, 1, quarter)).taken_on == taken


@pytest.mark.parametrize("name", ["q3-2026", "q4-2026", "q1-2027"])
def test_its_quarter_is_told_from_it(name):
    exports, as_at, _ = sampled(name)
    assert asreport.quarter_of_exports(exports.tables, as_at).id == name


# The same bytes


def test_the_same_quarter_gives_the_same_bytes():
    assert asreport.sample_exports(300, 4, Q3) == asreport.sample_exports(300, 4, asreport.load_quarter("q3-2026"))


def test_without_a_quarter_it_is_the_newest_that_is_confirmed():
    assert asreport.sample_exports(80, 2) == asreport.sample_exports(80, 2, asreport.newest_confirmed())


def test_too_few_cases_for_the_quarter_are_refused_in_words():
    clocks = [{"start": "referral_date", "business_days": n} for n in range(1, 60)]
    many = own_quarter({f"within-{n}": measure(MEETING, clock) for n, clock in enumerate(clocks, 1)})
    with pytest.raises(ValueError, match=r"Our own quarter needs at least \d+ cases, .* 59 measures .* got 80"):
        asreport.sample_exports(80, 1, many)
