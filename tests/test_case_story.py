"""A case's story: what it says of each record, and that it never says other than the assessment."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from conftest import Computed
from hypothesis import given
from worlds import to_tables, worlds

import asreport
from asreport.analysing.case_index import CaseIndex
from asreport.analysing.case_story import story
from asreport.assessing.verdict import VERDICTS
from asreport.tables import DTYPES, TABLES
from asreport.words.catalogue import STORY
from asreport.worked import load_worked

QUARTER = asreport.load_quarter("q2-2026")
JULY_6 = date(2026, 7, 6)
SCHOOL, WHANAU = (subject.name for subject in QUARTER.subjects.values())


def table(name, *rows):
    return pd.DataFrame(
        {
            field.name: pd.Series([row.get(field.name) for row in rows], dtype=DTYPES.get(field.kind, "str"))
            for field in TABLES[name]
            if any(field.name in row for row in rows)
        }
    )


def told(case, events=(), plans=(), outcomes=(), as_at=JULY_6, quarter=QUARTER):
    case = {"case_number": "1", "case_type": "CA", "migrated": False, "nsn": "9"} | case
    tables = {
        "cases": table("cases", case),
        "events": table("events", *({"case_number": "1", "subject": SCHOOL} | e for e in events))
        if events
        else asreport.tables.empty_table("events"),
        "plans": table("plans", *({"case_number": "1"} | p for p in plans))
        if plans
        else asreport.tables.empty_table("plans"),
        "outcomes": table("outcomes", *({"nsn": "9"} | o for o in outcomes))
        if outcomes
        else asreport.tables.empty_table("outcomes"),
    }
    return story(asreport.assess(tables, quarter, as_at=as_at), tables, "1")


def steps(found, measure):
    return found.verdicts.set_index("measure_id").loc[measure, "steps"]


def why_not(found, table):
    return found.records[found.records["table"] == table]["why_not"].to_list()


APRIL_14 = {"referral_date": date(2026, 4, 14)}


# Worked examples


def test_a_missed_case_step_by_step():
    found = told(
        {"referral_date": date(2026, 4, 20)},
        events=[
            {"event_date": date(2026, 4, 22), "subject": "School visit", "activity_type": "Event"},
            {"event_date": date(2026, 4, 30), "activity_type": "Event"},
        ],
    )
    assert steps(found, "school-meeting-5") == [
        "Referred on 20 April 2026, a Monday: that is day 0.",
        "The last day in time is business day 5: 28 April 2026, a Tuesday.",
        "Not a business day in between, besides weekends: Anzac Day (observed), 27 April 2026.",
        "Event “School visit” of 22 April 2026: does not count, its Subject is not “Initial School Meeting”.",
        "Event “Initial School Meeting” of 30 April 2026: does not count, "
        "it was held after the last day in time, 28 April 2026.",
        "The exports were taken on 6 July 2026, when the deadline had passed without a record that counts in time: "
        "missed.",
    ]
    meeting = found.records.iloc[-1]
    assert meeting["counts"], "it counts for the measure of ten days"
    assert meeting["counts_for"] == ("Initial school meeting within 10 business days",)
    assert meeting["why_not"].startswith("Not for Initial school meeting within 5 business days: It was held after")
    assert why_not(found, "events")[0] == (
        "Its Subject is not “Initial School Meeting” or “Initial Student / Whānau Meeting”."
    )


def test_a_record_with_two_faults_names_both():
    late_task = {"event_date": date(2026, 6, 1), "activity_type": "Task"}
    (why,) = why_not(told(APRIL_14, events=[late_task]), "events")
    assert "recorded as a Task, and only an Event counts, and it was held after the last day in time" in why
    nearly = {"event_date": date(2026, 4, 16), "activity_type": "Task", "subject": "School meeting"}
    (why,) = why_not(told(APRIL_14, events=[nearly]), "events")
    assert why == (
        "Its Subject looks like “Initial School Meeting” but is another, "
        "and it is recorded as a Task, and only an Event counts."
    )


def test_outcomes_say_why_they_do_not_count():
    nen = {"case_type": "NEN", "referral_date": date(2026, 4, 2), "allocation_date": date(2026, 4, 2)}
    outcomes = [
        {"outcome_type": "school", "start_date": date(2026, 4, 1)},
        {"outcome_type": "school", "start_date": date(2026, 7, 7)},
        {"outcome_type": "other", "start_date": date(2026, 6, 25)},
        {"outcome_type": "school", "start_date": date(2026, 6, 25)},
        {"outcome_type": "school", "start_date": None},
    ]
    assert why_not(told(nen, outcomes=outcomes), "outcomes") == [
        "It starts before the referral.",
        "It is of a type that this measure does not count, and it starts after the last day in time, 11 June 2026.",
        "It starts after the last day in time, 11 June 2026.",
        "It starts after the day the exports were taken.",
        "It has no start date.",
    ]


def test_a_plan_is_placed_on_the_day_it_was_recorded_and_says_its_first_failure():
    plans = [
        {"status": "Draft", "steps": 1, "recorded_on": date(2026, 5, 1)},
        {"status": "In Progress", "steps": 2, "recorded_on": date(2026, 5, 8)},
    ]
    found = told(APRIL_14, plans=plans)
    own = found.records[found.records["table"] == "plans"]
    assert own["date"].dt.date.to_list() == [date(2026, 5, 1), date(2026, 5, 8)]
    assert own["counts"].to_list() == [False, True]
    assert why_not(found, "plans")[0] == "Its Status is Draft."
    assert steps(found, "student-plan")[0] == "This measure has no deadline: it is tracked."


def test_the_owner_of_a_migrated_case_counts_and_that_of_a_new_one_is_told_alone():
    owner = {"case_owner": "Intake Queue", "owner_assigned_date": date(2026, 4, 1)}
    migrated = told(APRIL_14 | owner | {"migrated": True}).records.set_index("kind").loc["owner"]
    assert (migrated["counts"], migrated["why_not"]) == (False, "It is a queue, not a person.")
    new = told(APRIL_14 | owner).records.set_index("kind").loc["owner"]
    assert not new["counts"] and pd.isna(new["why_not"])


def test_an_owner_of_white_space_alone_is_no_record():
    found = told(APRIL_14 | {"case_owner": " ", "migrated": True})
    assert "owner" not in set(found.records["kind"])
    assert steps(found, "migrated-allocated")[1] == "The case has no Case Owner."


def test_the_calendar_names_holidays_and_counts_business_days():
    days = told({"referral_date": date(2026, 4, 2)}).days.set_index("date")
    assert days.loc["2026-04-02", "number"] == 0
    assert tuple(days.loc["2026-04-03", ["kind", "holiday"]]) == ("holiday", "Good Friday")
    assert pd.isna(days.loc["2026-04-04", "number"])
    assert days.loc["2026-04-13", "number"] == 5
    assert days.loc["2026-04-25", "kind"] == "weekend"


def test_the_calendar_is_not_stretched_by_a_year_typed_wrong_or_an_enrolment_of_long_ago():
    found = told(
        {"case_type": "NEN", "referral_date": date(2026, 4, 14), "allocation_date": date(2026, 4, 14)},
        events=[{"event_date": date(2062, 4, 16)}, {"event_date": date(1026, 4, 16)}],
        outcomes=[{"outcome_type": "school", "start_date": date(2025, 9, 1)}],
    )
    assert found.days["date"].iloc[0] == pd.Timestamp("2026-04-14")
    assert len(found.records) == 5
    assert len(found.days) < 100


def test_a_case_without_any_date_has_no_calendar_and_a_story_all_the_same():
    found = told({"referral_date": None})
    assert found.days.empty and found.records.empty
    assert set(found.verdicts["verdict"]) == {"cannot_assess"}


@pytest.mark.parametrize(
    ("case", "measure", "sentence"),
    [
        ({"migrated": True}, "school-meeting-5", "It is a migrated case, and this measure is about new cases."),
        ({}, "migrated-plan", "It is a new case, and this measure is about migrated cases."),
        ({}, "nen-outcome", "It is a CA case, and this measure is about NEN cases."),
        ({"case_type": None}, "nen-outcome", "Its case type is not known, and this measure is about NEN cases."),
        (
            {"referral_date": date(2026, 3, 31)},
            "student-plan",
            "It was referred on 31 March 2026, which is not in the quarter.",
        ),
        (
            {"referral_date": date(2026, 7, 7)},
            "student-plan",
            "It was referred on 7 July 2026, after the day the exports were taken.",
        ),
        (
            {"case_type": "NEN", "allocation_date": date(2026, 5, 1)},
            "nen-outcome",
            "Its deadline, 10 July 2026, is not in the quarter.",
        ),
        (
            {"migrated": True, "closed_date": date(2026, 5, 1)},
            "migrated-plan",
            "It was closed on 1 May 2026, and this measure is about active cases.",
        ),
        (
            {"migrated": True, "status": "Closed"},
            "migrated-plan",
            "Its Status reads closed, and this measure is about active cases.",
        ),
    ],
)
def test_why_a_measure_is_not_about_a_case(case, measure, sentence):
    assert told(APRIL_14 | case).others.set_index("measure_id").loc[measure, "why"] == sentence


def test_a_measure_that_was_not_assessed_says_so():
    tables = {"cases": table("cases", {"case_number": "1", "case_type": "CA"} | APRIL_14)}
    found = story(asreport.assess(tables, QUARTER, as_at=JULY_6), tables, "1")
    why = found.others.set_index("measure_id")["why"]
    assert why["school-meeting-5"] == "No export of meetings and other events that can be used was uploaded.".replace(
        "m", "M", 1
    )


def test_a_start_day_that_is_day_one_is_told_so():
    quarter = asreport.load_quarter("q2-2026", readings={"start_day": "day 1"})
    found = told(APRIL_14, quarter=quarter)
    assert steps(found, "school-meeting-5")[0].endswith("a start day that is a business day is day 1.")
    assert found.days.set_index("date").loc["2026-04-14", "number"] == 1


def test_an_unknown_case_has_no_story():
    tables = {"cases": table("cases", {"case_number": "1", "case_type": "CA"} | APRIL_14)}
    with pytest.raises(KeyError):
        story(asreport.assess(tables, QUARTER, as_at=JULY_6), tables, "2")


@pytest.mark.parametrize("example", load_worked("q2-2026"), ids=lambda example: example.title)
def test_every_worked_case_has_a_story_that_agrees(example):
    result = asreport.assess(example.tables, QUARTER, as_at=example.as_at)
    agrees(result, example.tables)


# Properties


@given(worlds())
def test_the_story_never_says_other_than_the_assessment(world):
    tables = to_tables(world)
    agrees(asreport.assess(tables, QUARTER, as_at=world.as_at), tables)


def test_of_the_sample_neither_whatever_the_verdict(sample: Computed):
    # The first case of each verdict of each measure.
    first = sample.result.case_results.drop_duplicates(["measure_id", "verdict"])["case_number"].unique()
    reached = set(agrees(sample.result, sample.exports.tables, first))
    wanted = {f"{kind} is {verdict}" for kind in ("meeting", "plan", "outcome") for verdict in ("met", "missed")}
    assert reached >= {*VERDICTS, *wanted, "owner is met", "owner is missed", "on the calendar"}


def unlike(result, most):
    """The numbers of cases of which no two have the same verdicts, reasons and dates: alike cases are many."""
    among = result.cases["case_number"].head(20)
    verdicts = dict.fromkeys(among, "")
    for row in result.case_results[result.case_results["case_number"].isin(among)].itertuples(index=False):
        verdicts[row.case_number] += str(row[1:])
    first = {}
    for number, of_case in verdicts.items():
        first.setdefault(of_case, number)
    return list(first.values())[:most]


def agrees(result, tables, numbers=None):
    """See that the stories of some cases agree with their assessment; the verdicts that they were about."""
    index, reached = CaseIndex.of(result, tables), []
    for number in unlike(result, most=4) if numbers is None else numbers:
        found = story(result, tables, number, index)
        own = result.case_results[result.case_results["case_number"] == number].reset_index(drop=True)
        assert found.verdicts[list(own.columns)].equals(own)
        assert {*found.verdicts["measure_id"], *found.others["measure_id"]} == set(result.quarter.measures)
        assert len(found.verdicts) + len(found.others) == len(result.quarter.measures)
        assert found.others["why"].str.len().gt(0).all() and found.others["why"].notna().all()
        counting = {judged.measure_id for judged in found.judged.itertuples() if judged.counts}
        named = {name for names in found.records["counts_for"] for name in names}
        number_of = dict(zip(found.days["date"], found.days["number"], strict=True))
        for row in found.verdicts.itertuples():
            measure = result.quarter.measures[row.measure_id]
            reached += [row.verdict, f"{measure.evidence.kind} is {row.verdict}"]
            assert (row.verdict == "met") == (measure.id in counting) == (measure.name in named), measure.id
            assert row.steps and all(step.endswith(".") for step in row.steps)
            if measure.clock.business_days and row.deadline in number_of and row.start_date in number_of:
                assert number_of[row.deadline] == measure.clock.business_days
                reached.append("on the calendar")
        for judged in found.judged.itertuples():
            assert judged.counts == (not judged.faults)
            assert set(judged.faults) <= set(STORY["why"])
        judges = found.records["table"] != "cases"
        assert (found.records["counts"] == (found.records["counts_for"].str.len() > 0)).all()
        assert found.records.loc[judges & ~found.records["counts"], "why_not"].notna().all()
    return reached
