"""Every worked case gets the answer that is shown to the reader."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from test_quarter import quarter_of

import asreport
from asreport.worked import NOT_IN_MEASURE, WorkedExample, load_worked
from asreport.worked.shown import holds, shown, themes, wrong_answers

ALL = [example for name in asreport.available_quarters() for example in load_worked(name)]
EXAMPLES = load_worked("q2-2026")
QUARTER = asreport.load_quarter("q2-2026")

MEASURES = {
    "school-meeting-5",
    "school-meeting-10",
    "whanau-meeting-10",
    "whanau-meeting-15",
    "student-plan",
    "nen-outcome",
    "migrated-nen-enrolled",
    "migrated-allocated",
    "migrated-school-meeting",
    "migrated-whanau-meeting",
    "migrated-plan",
}
VERDICTS = {"excluded", "cannot_assess", "met", "missed", "pending"}
MEETING_REASONS = {
    "recorded_as_task",
    "subject_not_recognised",
    "meeting_late",
    "event_date_missing",
    "event_date_future",
    "no_meeting_recorded",
}
PLAN_REASONS = {"plan_draft", "plan_status_not_counted", "plan_no_step", "no_plan"}
OUTCOME_REASONS = {
    "outcome_late",
    "outcome_not_counted",
    "outcome_date_missing",
    "no_nsn",
    "not_in_enrol",
    "no_outcome_recorded",
}
# The reasons that the worked cases must show in a measure, and in one of each kind at the least.
REASONS_BY_MEASURE = {
    "school-meeting-5": MEETING_REASONS | {"event_date_before_referral", "referral_date_missing"},
    "whanau-meeting-10": {"meeting_late", "subject_not_recognised", "contact_details_not_current"},
    "student-plan": PLAN_REASONS | {"referral_date_missing"},
    "nen-outcome": OUTCOME_REASONS | {"allocation_date_missing", "contact_details_not_current"},
    "migrated-nen-enrolled": OUTCOME_REASONS | {"referral_date_missing"},
    "migrated-allocated": {"no_case_owner", "owner_is_queue", "allocated_late"},
    "migrated-school-meeting": {"recorded_as_task", "recorded_late", "meeting_late", "no_meeting_recorded"},
    "migrated-whanau-meeting": {"recorded_late", "event_date_missing", "event_date_future"},
    "migrated-plan": PLAN_REASONS | {"plan_recorded_late"},
}
OUTCOMES = {"no_data", "no_cases", "no_target", "met", "missed", "secured", "open", "out_of_reach"}


@cache
def _assessed(example: WorkedExample) -> asreport.Assessment:
    return asreport.assess(example.tables, asreport.load_quarter(example.quarter), as_at=example.as_at)


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.title)
def test_worked_cases(example: WorkedExample) -> None:
    result = _assessed(example)
    assert not result.case_results.duplicated(["measure_id", "case_number"]).any(), "a case has more than one verdict"
    wrong = wrong_answers(example, result)
    assert not wrong, "\n".join([f"{example.title}, as at {example.as_at}", *wrong[:10]])


_ANSWERS = {"verdict", "reason", "deadline", "completed_date"}


@pytest.mark.parametrize("column", sorted(_ANSWERS))
def test_an_answer_written_wrong_is_noticed(column: str) -> None:
    example = next(
        e for e in EXAMPLES if set(e.shown["cases"]) >= _ANSWERS and e.expected["completed_date"].notna().any()
    )
    cases = example.shown["cases"].copy()
    row = cases.index[cases[column] != ""][0]
    cases.loc[row, column] = {"verdict": "pending", "reason": "no_plan"}.get(column, "2026-01-01")
    assert wrong_answers(replace(example, shown={**example.shown, "cases": cases}), _assessed(example))


def test_a_figure_written_wrong_is_noticed() -> None:
    example = next(e for e in EXAMPLES if e.expected_attainment.get("due"))
    for wrong in (1_000_000, ""):
        assert wrong_answers(replace(example, expected_attainment={"due": wrong}), _assessed(example))


def test_titles_are_unique() -> None:
    titles = [example.title for example in EXAMPLES]
    assert len(titles) == len(set(titles))


def test_every_measure_and_verdict_is_worked() -> None:
    assert {example.measure for example in EXAMPLES} == MEASURES
    assert {verdict for example in EXAMPLES for verdict in example.expected["verdict"]} == VERDICTS | {NOT_IN_MEASURE}


@pytest.mark.parametrize("measure", sorted(REASONS_BY_MEASURE))
def test_every_reason_is_worked(measure: str) -> None:
    worked = {r for e in EXAMPLES if measure in (e.measure, *e.also) for r in e.expected["reason"].dropna()}
    assert REASONS_BY_MEASURE[measure] <= worked


def test_every_outcome_of_a_measure_is_worked() -> None:
    assert {e.expected_attainment["outcome"] for e in EXAMPLES if e.expected_attainment} == OUTCOMES


def test_only_met_cases_have_no_reason() -> None:
    for example in EXAMPLES:
        silent = example.expected["verdict"].isin(["met", NOT_IN_MEASURE])
        assert (example.expected["reason"].isna() == silent).all(), example.title


# What is shown under another quarter


def everything_shown(quarter: asreport.Quarter) -> list[WorkedExample]:
    return [example for theme in themes(quarter) for example in shown(quarter, theme).examples]


def test_under_its_own_quarter_every_example_is_shown() -> None:
    assert everything_shown(QUARTER) == list(EXAMPLES)


def test_a_quarter_without_a_measure_shows_no_example_of_it() -> None:
    quarter = quarter_of('remove = ["migrated-nen-enrolled"]')
    titles = {example.title for example in everything_shown(quarter)}
    own = {e.title for e in EXAMPLES if "migrated-nen-enrolled" in (e.measure, *e.also)}
    assert own and titles == {e.title for e in EXAMPLES} - own


def test_a_carried_over_quarter_shows_the_examples_of_the_measures_it_has() -> None:
    quarter = asreport.load_quarter("q3-2026")
    titles = {example.title for example in everything_shown(quarter)}
    gone = QUARTER.measures.keys() - quarter.measures.keys()
    assert titles == {e.title for e in EXAMPLES if not gone & {e.measure, *e.also}}


def test_a_changed_measure_shows_only_what_holds_and_an_example_computed_for_it() -> None:
    quarter = quarter_of('[measures.school-meeting-5]\nclock = { start = "referral_date", business_days = 7 }')
    theme = "Which cases a measure is about"
    titles = {example.title for example in shown(quarter, theme).examples}
    assert "Migrated cases are not in the measures for new cases" in titles, "the number of days makes no difference"
    assert "A case referred on the as-at date counts" not in titles, "the deadline is another"
    own = [e for e in EXAMPLES if e.theme == theme and "school-meeting-5" in (e.measure, *e.also)]
    wrong = {e.title for e in own if wrong_answers(e, asreport.assess(e.tables, quarter, e.as_at))}
    assert wrong and titles == {e.title for e in EXAMPLES if e.theme == theme} - wrong
    assert shown(quarter, theme).left_out == len(wrong)
    (computed,) = shown(quarter, themes(quarter)[0]).examples
    assert computed.title == "Initial school meeting within 7 business days"
    assert set(computed.expected["verdict"]) - {NOT_IN_MEASURE}


def test_an_added_measure_shows_an_example_computed_for_it() -> None:
    quarter = quarter_of(
        """
        [measures.plan-20]
        section = "case-management"
        name = "Student plan in place {within}"
        why = "…"
        how = "{cases}{created}."
        record = "…"
        cases = { migrated = false, which = "referred_in_period", case_type = "NEN" }
        clock = { start = "referral_date", business_days = 20 }
        evidence = { kind = "plan", statuses = ["In Progress"] }
        target = 80
        """
    )
    (computed,) = shown(quarter, themes(quarter)[0]).examples
    assert computed.measure == "plan-20" and not holds(replace(EXAMPLES[0], measure="no-such"), quarter)
    assert set(computed.tables["cases"]["case_type"]) == {"NEN"}
    assert {"met", "missed"} <= set(computed.expected["verdict"])


def test_a_changed_reading_hides_what_it_answers_otherwise() -> None:
    quarter = QUARTER.with_readings({"deadline_day": "missed"})
    titles = {example.title for example in shown(quarter, "Case owners").examples}
    assert titles == {
        "A migrated case needs a person as its Case Owner by 3 July 2026",
        "Without the date of assigning no case is allocated late",
    }, "the third is about the deadline day"
