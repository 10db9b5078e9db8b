"""What another reading would make of a figure: worked examples, and against an assessment made from scratch."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from conftest import Computed
from test_readings import LATE, SCHOOL, case, table

import asreport
from asreport.analysing.reading_effects import (
    alternatives,
    changed_readings,
    effect,
    entries,
    moves,
    reading_effects,
    with_readings,
)
from asreport.tables import TABLES, Tables, empty_table
from asreport.words.sentences import effect_on_figure


def world(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {name: empty_table(name) for name in TABLES} | tables


def two_cases() -> dict[str, pd.DataFrame]:
    """Both referred on Monday 4 May and met, one on the Friday and one on the Monday after."""
    events = table(
        "events",
        {"case_number": "1", "subject": SCHOOL, "event_date": date(2026, 5, 8)},
        {"case_number": "2", "subject": SCHOOL, "event_date": date(2026, 5, 11)},
    )
    return world(cases=pd.concat([case(), case(case_number="2")], ignore_index=True), events=events)


def assessed(tables: Tables, **readings: str | list[str]) -> asreport.Assessment:
    return asreport.assess(tables, asreport.load_quarter("q2-2026", readings=readings), as_at=LATE)


def row(effects: pd.DataFrame, measure: str) -> pd.Series:
    (position,) = effects.index[effects["measure_id"] == measure]
    return effects.loc[position]


def test_counting_the_start_day_takes_one_of_two_out():
    # Friday 8 May is the fifth business day with Monday 4 May as day 1; Monday 11 May is then the sixth.
    found = row(effect(two_cases(), assessed(two_cases()), {"start_day": "day 1"}), "school-meeting-5")
    assert (found["rate_percent_now"], found["rate_percent"], found["rate_change"]) == (100, 50, -50)
    assert (found["outcome_now"], found["outcome"]) == ("met", "missed")
    assert effect_on_figure(found) == "50% instead of 100%; Target missed instead of Target met"


def test_what_was_changed_before_stays_changed_in_every_alternative():
    now = assessed(two_cases(), start_day="day 1")
    effects = reading_effects(two_cases(), now)
    # Going back to day 0 undoes it; no other reading brings the second case back in time.
    back = effects[(effects["reading"] == "start_day") & (effects["measure_id"] == "school-meeting-5")].iloc[0]
    assert (back["value"], back["rate_percent_now"], back["rate_percent"]) == ("day 0", 50, 100)
    other = effects[(effects["reading"] == "headline_rate") & (effects["measure_id"] == "school-meeting-5")].iloc[0]
    assert other["rate_percent"] == 50


def test_the_period_the_accepted_subjects_and_the_queues_stay():
    quarter = asreport.load_quarter("q2-2026", period_start=date(2026, 5, 1))
    settings = asreport.Settings(queues=["Ana"], subjects={"school": ["Hui"]})
    read = with_readings(settings.applied_to(quarter), {"deadline_day": "missed", "no_such": "reading"})
    assert read.period.start == date(2026, 5, 1) and read.subjects["school"].accepted == ["Hui"]
    assert [m.evidence.marked for m in read.measures.values() if m.evidence.kind == "owner"] == [["Ana"]]
    assert changed_readings(read) == {"deadline_day": "missed"}
    assert changed_readings(with_readings(read, {})) == {}


def test_a_list_is_offered_with_one_more_and_one_less_and_never_empty():
    quarter = asreport.load_quarter("q2-2026", readings={"migrated_nen_outcomes": ["school", "exemption"]})
    offered = [a.value for a in alternatives(quarter, world()) if a.reading == "migrated_nen_outcomes"]
    assert offered == [["school", "exemption", "alternative_education"], ["exemption"], ["school"]]
    quarter = asreport.load_quarter("q2-2026")
    assert [] not in [a.value for a in alternatives(quarter, world())]


def test_plan_statuses_are_those_that_the_plans_have():
    plans = table("plans", *({"case_number": str(n), "status": status} for n, status in
                             enumerate(["Draft", "Complete", "complete", "in progress", "Complete"])))  # fmt: skip
    assert entries("plan_statuses", asreport.load_quarter("q2-2026"), world(plans=plans)) == [
        "In Progress", "Complete", "Draft",
    ]  # fmt: skip


def test_a_measure_that_was_not_assessed_has_no_effect():
    tables = {name: frame for name, frame in two_cases().items() if name != "events"}
    effects = reading_effects(tables, assessed(tables))
    assert not effects["measure_id"].str.contains("meeting").any()


def test_a_measure_without_a_rate_says_what_is_met_so_far():
    plans = table("plans", {"case_number": "1", "status": "Draft", "steps": 1})
    tables = two_cases() | {"plans": plans}
    found = row(effect(tables, assessed(tables), {"plan_statuses": ["In Progress", "Draft"]}), "student-plan")
    assert effect_on_figure(found) == "50% met so far instead of 0%"


@pytest.fixture(scope="module")
def effects(sample: Computed) -> pd.DataFrame:
    return reading_effects(sample.exports.tables, sample.result)


def test_every_effect_is_what_an_assessment_from_scratch_gives(sample: Computed, effects: pd.DataFrame):
    tried = 0
    for (name, words), rows in effects.groupby(["reading", "words"], sort=False):
        quarter = asreport.load_quarter("q2-2026", readings={name: rows["value"].iloc[0]})
        fresh = asreport.assess(sample.exports.tables, quarter, sample.result.as_at).attainment.set_index("measure_id")
        for figure in ("rate_percent", "floor_percent", "ceiling_percent", "outcome", "in_scope"):
            wanted = fresh.loc[rows["measure_id"], figure]
            assert wanted.fillna(-1).to_list() == rows[figure].fillna(-1).to_list(), (name, words, figure)
        # And a measure that is not listed does not move at all.
        left = ~fresh.index.isin(rows["measure_id"])
        before = sample.result.attainment.set_index("measure_id")
        pd.testing.assert_frame_equal(fresh[left], before[left])
        tried += 1
    assert tried >= 8 and set(effects["reading"]) == set(sample.result.quarter.readings)


def test_moves_tells_the_rows_with_a_difference(effects: pd.DataFrame):
    moved = effects[moves(effects)]
    assert 0 < len(moved) < len(effects)
    assert (moved["rate_change"].fillna(0) != 0).any()
    still = effects[~moves(effects)]
    assert (still["outcome"] == still["outcome_now"]).all() and not still["rate_change"].fillna(0).any()


def test_progress_is_told_of_every_choice(sample: Computed):
    told: list[tuple[float, str]] = []
    reading_effects(two_cases(), assessed(two_cases()), lambda share, text: told.append((share, text)))
    assert len(told) == len(alternatives(asreport.load_quarter("q2-2026"), two_cases()))
    assert told[0][0] == 0 and all(0 <= share < 1 for share, _ in told)
