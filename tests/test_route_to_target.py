"""The shortest way to a target: as many cases as are needed, no fewer, the easiest first, and it does get there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from test_worklist import SCHOOL, WHANAU, assessed, case, event
from worlds import to_tables, worlds

import asreport
from asreport.analysing.route_to_target import KINDS, STATES, STEPS, shortest_ways, steps_in_words
from asreport.assessing.attainment import attainment
from asreport.evidence import REASONS
from asreport.words.catalogue import STEP_KINDS, WAYS

QUARTER = asreport.load_quarter("q2-2026")
REFERRED = date(2026, 5, 4)
FIX = {code for code, reason in REASONS.items() if reason.group == "fix"}


def way_of(result, measure):
    return next(way for way in shortest_ways(result) if way.measure_id == measure)


def held(*numbers, subject=SCHOOL, kind="Event", day=REFERRED):
    return [event(number, subject, day, kind) for number in numbers]


# Worked examples


def test_an_open_measure_takes_as_many_steps_as_it_needs_the_records_first():
    # Ten cases, 80% wanted; six met, so two more of the four pending. Case 9 needs no more than its record put right.
    cases = [case(str(n), REFERRED) for n in range(10)]
    result = assessed(cases, held(*"012345") + held("9", kind="Task"), as_at=date(2026, 5, 11))
    way = way_of(result, "school-meeting-5")
    assert (way.state, way.still_needed, way.pending, way.fixable) == ("open", 2, 4, 0)
    assert list(way.steps) == list(STEPS)
    assert way.steps["case_number"].to_list() == ["9", "6"]
    assert way.steps["kind"].to_list() == ["fix", "do"]
    assert way.steps["floor_percent"].to_list() == [70.0, 80.0]
    assert way.steps["also"].to_list() == ["school-meeting-10"] * 2, "one meeting serves both tiers"
    assert way.sentence.startswith("2 more cases of 10 would secure 80%.") and "assumes" in way.sentence


def test_records_of_missed_cases_come_between_and_the_sooner_deadline_first():
    # Cases 1 and 2 are missed with a Task in time; 3 is pending with a Task; 4, 5 and 6 are to be met, 6 the soonest.
    cases = [case("1", date(2026, 4, 8)), case("2", date(2026, 4, 7)), case("3", date(2026, 5, 6))]
    cases += [case("4", date(2026, 5, 7)), case("5", date(2026, 5, 7)), case("6", date(2026, 5, 5))]
    wrong = held("1", "2", kind="Task", day=date(2026, 4, 9)) + held("3", kind="Task", day=date(2026, 5, 7))
    way = way_of(assessed(cases, wrong), "school-meeting-5")
    assert way.still_needed == 5 and way.state == "records" and way.fixable == 2
    assert way.steps["case_number"].to_list() == ["3", "2", "1", "6", "4"]
    assert way.steps["kind"].to_list() == ["fix", "possible", "possible", "do", "do"]
    assert "at least 1 of them" in way.sentence and "possible, not certain" in way.sentence


def test_out_of_reach_even_with_every_record_put_right_has_no_steps_and_says_so():
    cases = [case(str(n), date(2026, 4, 7)) for n in range(5)]
    way = way_of(assessed(cases, held("0", kind="Task", day=date(2026, 4, 9))), "school-meeting-5")
    assert (way.state, way.still_needed, way.fixable, len(way.steps)) == ("none", 4, 1, 0)
    assert way.sentence == (
        "Out of reach: 4 more cases needed for 80%, 0 cases pending, and 1 case missed whose record nearly counted."
    )


def test_a_target_secured_needs_nothing_and_one_without_cases_cannot_be_judged():
    cases = [case(str(n), REFERRED) for n in range(5)]
    result = assessed(cases, held(*"0123"))
    secured = way_of(result, "school-meeting-5")
    assert (secured.state, secured.still_needed, len(secured.steps)) == ("secured", 0, 0)
    assert way_of(result, "migrated-plan").state == "nothing_to_judge"
    met = way_of(assessed(cases, held(*"01234")), "school-meeting-5")
    assert met.state == "met" and "pending" not in met.sentence
    assert "student-plan" not in [way.measure_id for way in shortest_ways(result)], "it has no target to reach"


def test_another_meeting_of_the_same_case_is_other_work():
    cases = [case(str(n), REFERRED) for n in range(5)]
    way = way_of(assessed(cases, held("0", subject=WHANAU)), "school-meeting-5")
    assert set(way.steps["also"]) == {"school-meeting-10"}


def test_every_state_and_kind_has_its_words():
    assert set(WAYS) == {*STATES, "unknown"} and list(STEP_KINDS) == list(KINDS)


# Properties


def assess(world, tables=None):
    return asreport.assess(tables or to_tables(world), QUARTER, as_at=world.as_at)


def figures_after(result, steps):
    """The attainment, by measure, were the cases of these steps met in the measures that they are steps of."""
    rows = result.case_results.copy()
    gone = set(zip(steps["measure_id"], steps["case_number"], strict=True))
    met = [key in gone for key in zip(rows["measure_id"], rows["case_number"], strict=True)]
    rows["verdict"] = rows["verdict"].mask(np.array(met, dtype=bool), "met")
    return attainment(rows, result.quarter, result.as_at, result.not_assessed).set_index("measure_id")


@given(worlds())
def test_the_way_leads_to_the_target_step_by_step_and_no_shorter_one_would(world):
    led_by_its_steps(assess(world))


def test_in_the_sample_it_does_too_and_steps_of_every_kind_are_in_order(sample):
    states = {way.state for way in led_by_its_steps(sample.result)}
    assert states == {"open", "records", "none", "secured", "met"}
    assert {kind for way in in_order(sample.result) for kind in way.steps["kind"]} == set(KINDS)


def led_by_its_steps(result):
    """The ways of a result, each of which was gone step by step."""
    ways, figures = shortest_ways(result), result.attainment.set_index("measure_id")
    for way in ways:
        outcome = figures.loc[way.measure_id]
        assert (way.state == "open") == (outcome["outcome"] == "open")
        assert (way.state in ("met", "secured")) == (outcome["outcome"] in ("met", "secured"))
        if way.state not in ("open", "records"):
            assert way.steps.empty
            continue
        numbers = way.steps["case_number"].to_list()
        assert len(numbers) == len(set(numbers)) == outcome["still_needed"]
    # The first step of every way, all but its last, and all of them.
    with_steps = [way for way in ways if len(way.steps)]
    for until in (lambda length: 1, lambda length: max(length - 1, 1), lambda length: length) if with_steps else ():
        gone = {way.measure_id: way.steps.head(until(len(way.steps))) for way in with_steps}
        after = figures_after(result, pd.concat(gone.values()))
        for way in with_steps:
            figure, last = after.loc[way.measure_id], gone[way.measure_id].iloc[-1]
            assert figure["floor_percent"] == last["floor_percent"]
            left = len(way.steps) - len(gone[way.measure_id])
            assert figure["still_needed"] == left, "the last step reaches the target and none before does"
    return ways


@given(worlds())
def test_a_step_is_pending_or_a_record_to_put_right_and_the_easiest_come_first(world):
    in_order(assess(world))


def in_order(result):
    """The ways of a result, the steps of which were seen to be in order."""
    rows = {(row.measure_id, row.case_number): row for row in result.case_results.itertuples()}
    ways = shortest_ways(result)
    in_file = steps_in_words(ways, result)
    assert in_file["Case number"].to_list() == [number for way in ways for number in way.steps["case_number"]]
    for way in ways:
        kinds = [KINDS.index(kind) for kind in way.steps["kind"]]
        assert kinds == sorted(kinds)
        for step in way.steps.itertuples():
            row = rows[way.measure_id, step.case_number]
            fix = row.reason in FIX
            expected = {("pending", True): "fix", ("missed", True): "possible", ("pending", False): "do"}
            assert step.kind == expected[row.verdict, fix]
        for _, same in way.steps.groupby("kind"):
            assert same["deadline"].is_monotonic_increasing
        if way.state == "none":
            own = [r for (measure, _), r in rows.items() if measure == way.measure_id]
            can = sum(r.verdict == "pending" or (r.verdict == "missed" and r.reason in FIX) for r in own)
            assert can < way.still_needed, "it would be within reach otherwise"
    return ways


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world, random):
    result = assess(world)
    shuffled = replace(
        result,
        case_results=result.case_results.sample(frac=1, random_state=random.randrange(2**31)).reset_index(drop=True),
    )
    before, after = shortest_ways(result), shortest_ways(shuffled)
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one.steps, other.steps)
        assert one.sentence == other.sentence


def test_a_national_size_is_soon_done():
    days = [REFERRED + timedelta(days=n % 5) for n in range(3000)]
    result = assessed([case(str(n), day) for n, day in enumerate(days)])
    way = way_of(result, "school-meeting-5")
    assert len(way.steps) == 2400 and way.steps["floor_percent"].iloc[-1] == 80.0
