"""A quarter as rows that a form changes: what is not changed stays, what is changed is said, what is wrong is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from worlds import any_quarter

import asreport
from asreport.analysing.reading_effects import quarter_effect
from asreport.policy.quarter_editing import (
    FIELDS,
    checked,
    draft_of,
    edited,
    followed,
    new_row,
    row_of,
    texts_of,
    with_id,
)
from asreport.policy.quarter_file import extended
from asreport.words.catalogue import card

Q2, Q3 = asreport.load_quarter("q2-2026"), asreport.load_quarter("q3-2026")
Q4 = asreport.carried_over(Q3, "q4-2026")


def row(draft, measure_id):
    return next(one for one in draft["measures"] if one["id"] == measure_id)


def quarter_of(draft, quarter=Q2):
    then, faults = checked(draft, quarter, card)
    assert then is not None, faults
    return then


def plan_within_20_days(draft, quarter=Q2):
    draft["measures"].append(new_row(draft, quarter) | {"target": 80})


def outcome_within_6_weeks(draft, quarter=Q2):
    weeks = new_row(draft, quarter) | {"kind": "outcome", "by": "weeks", "length": 6, "target": 50}
    draft["measures"].append(with_id(weeks, draft, quarter))


# There and back


@pytest.mark.parametrize("quarter", [Q2, Q3, Q4], ids=lambda quarter: quarter.id)
def test_nothing_changed_changes_nothing(quarter):
    draft = draft_of(quarter, card)
    assert edited(draft, quarter, card) == quarter.definition
    again = quarter_of(draft, quarter)
    assert again == quarter and list(again.measures) == list(quarter.measures)


@settings(suppress_health_check=list(HealthCheck))
@given(any_quarter())
def test_any_quarter_is_rows_and_back(quarter):
    draft = draft_of(quarter, card)
    assert edited(draft, quarter, card) == quarter.definition
    for name in quarter.definition["measures"]:
        texts = followed(row(draft, name), quarter, card) | row(draft, name)["own"]
        assert texts == {text: quarter.definition["measures"][name][text] for text in texts}


@settings(suppress_health_check=list(HealthCheck))
@given(any_quarter())
def test_rows_made_anew_ask_for_the_same(quarter):
    """Every measure as a row that no quarter had before: nothing of its definition but what the row says."""
    draft = draft_of(quarter, card)
    asked = [one for one in draft["measures"] if one["on"]]
    anew = [one | {"id": f"anew-{n}", "own": {"name": f"Measure {n}"}} for n, one in enumerate(asked)]
    then = quarter_of(draft | {"measures": anew}, quarter)
    for made, before in zip(then.measures.values(), quarter.measures.values(), strict=True):
        assert (made.cases, made.clock, made.evidence) == (before.cases, before.clock, before.evidence)
        assert made.target == before.target


# What is changed


def test_names_and_cards_follow_what_is_set_unless_someone_wrote_their_own():
    draft = draft_of(Q2, card)
    row(draft, "school-meeting-5")["length"] = 7
    row(draft, "whanau-meeting-15").update(length=20, own={"name": "Whānau met"})
    then = quarter_of(draft)
    assert then.measures["school-meeting-5"].name == "Initial school meeting within 7 business days"
    assert "no later than the seventh business day after the referral" in then.measures["school-meeting-5"].how
    assert then.measures["whanau-meeting-15"].name == "Whānau met"
    assert then.measures["whanau-meeting-15"].how.endswith(
        "no later than the twentieth business day after the referral."
    )
    again = draft_of(asreport.load_quarter(asreport.as_toml(then).encode()), card)
    assert row(again, "whanau-meeting-15")["own"] == {"name": "Whānau met"}
    assert row(again, "school-meeting-5")["own"] == {}


@pytest.mark.parametrize(
    ("measure_id", "change", "name"),
    [
        ("school-meeting-5", {"subject": "whanau"}, "Initial Student / Whānau Meeting within 5 business days"),
        ("school-meeting-5", {"migrated": True}, "Migrated: initial School Meeting within 5 business days"),
        ("nen-outcome", {"case_type": "CA"}, "Chronic absence: an enrolment"),
        ("nen-outcome", {"types": ["school"]}, "NEN: a school enrolment within 10 weeks"),
        ("migrated-plan", {"kind": "owner"}, "Migrated: allocated to a case manager by 3 July 2026"),
    ],
)
def test_no_card_speaks_of_what_is_no_longer_asked(measure_id, change, name):
    draft = draft_of(Q2, card)
    row(draft, measure_id).update(change)
    now = texts_of(row(draft, measure_id), draft, Q2, card)
    assert now["name"].casefold().startswith(name.casefold())
    assert now["how"] != Q2.measures[measure_id].how


def test_a_cut_off_on_another_day_is_not_so_many_weeks_in():
    draft = draft_of(Q2, card)
    row(draft, "migrated-nen-enrolled")["cut_off"] = date(2026, 5, 29)
    then = quarter_of(draft).measures["migrated-nen-enrolled"]
    assert then.name == "Migrated NEN: enrolled by 29 May 2026" and "weeks in" not in then.how


def test_added_removed_reordered_and_written_as_a_small_file():
    draft = draft_of(Q2, card)
    plan_within_20_days(draft)
    outcome_within_6_weeks(draft)
    row(draft, "student-plan")["on"] = False
    draft["measures"].insert(0, draft["measures"].pop())
    then = quarter_of(draft)
    assert list(then.measures)[0] == "outcome-1" and "student-plan" not in then.measures
    assert then.measures["plan-1"].name == "Student plan in place within 20 business days"
    assert then.measures["outcome-1"].name == "An enrolment, alternative education or an exemption within 6 weeks"
    assert then.measures["plan-1"].evidence == Q2.measures["student-plan"].evidence
    text = asreport.as_toml(then)
    again = asreport.load_quarter(text.encode())
    assert again == then and list(again.measures) == list(then.measures) and len(text) < 3_000
    assert [one["id"] for one in draft_of(again, card)["measures"] if not one["on"]] == ["student-plan"]


def test_a_reading_set_here_is_the_quarters_own_and_a_subject_is_renamed():
    draft = draft_of(Q2.with_readings({"deadline_day": "missed"}), card)
    draft["readings"]["start_day"] = "day 1"
    draft["readings"]["plan_statuses"] = ["In Progress", "Completed"]
    draft["subjects"][0]["name"] = "First School Hui"
    then = quarter_of(draft, Q2.with_readings({"deadline_day": "missed"}))
    assert not then.readings["start_day"].changed and then.reading("start_day") == "day 1"
    assert then.readings["deadline_day"].changed, "what was tried on How it is measured stays marked"
    assert "“First School Hui”" in then.measures["school-meeting-5"].record
    assert then.measures["student-plan"].evidence.statuses == ["In Progress", "Completed"]


def test_carried_over_until_confirmed_or_changed():
    draft = draft_of(Q4, card)
    draft["name"] = "Our quarter"
    assert quarter_of(draft, Q4).cautions == [Q4.cautions[0], Q4.cautions[1]]
    assert quarter_of(draft | {"confirmed": True}, Q4).cautions == []
    row(draft, "nen-outcome")["target"] = 65
    then = quarter_of(draft, Q4)
    assert then.cautions == [] and "carried_over" not in asreport.as_toml(then)


def test_a_measure_that_was_left_out_is_put_back():
    draft = draft_of(Q4, card)
    assert not {one["id"] for one in draft["measures"]} & set(Q4.left_out)
    back = row_of(Q4, "migrated-plan", card) | {"on": True, "cut_off": date(2026, 11, 30)}
    draft["measures"].append(back)
    then = quarter_of(draft, Q4)
    assert then.measures["migrated-plan"].name == "Migrated: student plan recorded by 30 November 2026"
    assert "migrated-plan" not in then.left_out and len(then.left_out) == len(Q4.left_out) - 1


def test_moved_to_another_calendar_quarter_it_is_that_one_and_is_read_back_so():
    draft = draft_of(Q2, card) | {"name": "Quarter 4, 2026", "start": date(2026, 10, 1), "end": date(2026, 12, 31)}
    then = quarter_of(draft)
    assert then.id == "q4-2026" and then.extends == ("q2-2026",)
    assert "Nobody" not in then.period.explanation and then.period.explanation != Q2.period.explanation
    text = asreport.as_toml(then)
    assert 'extends = "q2-2026"' in text and asreport.load_quarter(text.encode()) == then


# What is wrong


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda d: d.update(name=" "), "name", "needs a name"),
        (lambda d: d.update(end=date(2026, 3, 1)), "period", "on or after the day it starts"),
        (lambda d: d.update(start=None), "period", "a first and a last day"),
        (lambda d: row(d, "nen-outcome").update(target=101), "measures.nen-outcome.target", "it must be less than"),
        (lambda d: row(d, "nen-outcome").update(length=None), "measures.nen-outcome.clock", "how many"),
        (lambda d: row(d, "nen-outcome").update(length=53), "measures.nen-outcome.clock.weeks", "found 53"),
        (lambda d: row(d, "nen-outcome").update(types=[]), "measures.nen-outcome.evidence", "must count"),
        (lambda d: row(d, "migrated-plan").update(cut_off=None), "measures.migrated-plan.clock", "by which day"),
        (
            lambda d: row(d, "student-plan").update(which="deadline_in_period"),
            "measures.student-plan.cases",
            "deadline",
        ),
        (lambda d: row(d, "student-plan").update(own={"how": "{weeks}"}), "measures.student-plan.how", "stands for"),
        (lambda d: row(d, "school-meeting-5").update(length=10), "measures.school-meeting-10.name", "has this name"),
        (lambda d: d["readings"].update(plan_statuses=[]), "readings.plan_statuses", "one at least"),
        (lambda d: d["subjects"][0].update(name=""), "subjects.school", "cannot be empty"),
        (lambda d: [one.update(on=False) for one in d["measures"]], "measures", "must be on"),
    ],
)
def test_each_mistake_is_named_where_it_stands(change, where, what):
    draft = draft_of(Q2, card)
    change(draft)
    then, faults = checked(draft, Q2, card)
    assert then is None and what in " ".join(faults[where]), faults
    for one in draft["measures"]:
        assert texts_of(one, draft, Q2, card)["name"], "every line keeps a name while something is wrong"


def test_all_mistakes_are_named_at_once_and_none_in_the_words_of_a_file():
    draft = draft_of(Q2, card)
    row(draft, "nen-outcome").update(target=0, length=None)
    row(draft, "migrated-plan")["target"] = 400
    _, faults = checked(draft, Q2, card)
    assert set(faults) == {
        "measures.nen-outcome.target", "measures.nen-outcome.clock", "measures.migrated-plan.target",
    }  # fmt: skip
    assert "write" not in str(faults) and "Input" not in str(faults)


def test_every_kind_of_evidence_has_a_card_that_can_be_said():
    for kind in FIELDS:
        draft = draft_of(Q2, card)
        draft["measures"].append(new_row(draft, Q2) | {"kind": kind, "id": "new", "recorded_by_cut_off": True})
        name = quarter_of(draft).measures["new"].name
        assert name.endswith("within 20 business days") and "{" not in name


# What it does to the figures


def test_the_effect_on_each_figure_is_that_of_a_whole_assessment(sample):
    now = asreport.assess(sample.exports.tables, Q2, as_at=sample.result.as_at)
    draft = draft_of(Q2, card)
    row(draft, "school-meeting-5").update(length=7, target=75)
    row(draft, "nen-outcome")["on"] = False
    plan_within_20_days(draft)
    then = quarter_of(draft)
    after = asreport.assess(sample.exports.tables, then, as_at=now.as_at).attainment.set_index("measure_id")
    before = now.attainment.set_index("measure_id")
    found = quarter_effect(sample.exports.tables, now, then).set_index("measure_id")
    assert list(found.index) == [*then.measures, "nen-outcome"]
    for name in ("rate_percent", "floor_percent", "outcome", "in_scope"):
        for measure_id in then.measures:
            same = found.loc[measure_id, name], after.loc[measure_id, name]
            assert same[0] == same[1] or all(value != value for value in same)
        assert found.loc["nen-outcome", f"{name}_now"] == before.loc["nen-outcome", name]
        assert found[f"{name}_now"].isna()["plan-1"] and found[name].isna()["nen-outcome"]


def test_a_clock_that_starts_and_never_ends_is_refused():
    with pytest.raises(asreport.QuarterError, match="a clock has a start with"):
        extended(Q2, {"measures": {"student-plan": {"clock": {"start": "referral_date"}}}}, "here")
