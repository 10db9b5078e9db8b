"""Every worked case gets the answer that is shown to the reader."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pandas as pd
import pytest

import asreport
from asreport.worked import CONTENTS, NOT_IN_MEASURE, WorkedExample, load_worked

EXAMPLES = load_worked()
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


def _texts(column: pd.Series) -> list[str]:
    """The values of a column as texts, dates as 2026-05-08, "" for a missing one."""
    return ["" if pd.isna(v) else f"{v:%Y-%m-%d}" if hasattr(v, "strftime") else str(v) for v in column]


def _by_case(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    columns = {str(name): _texts(frame[name]) for name in frame}
    return {number: {name: columns[name][n] for name in columns} for n, number in enumerate(columns["case_number"])}


def _disagreements(expected: dict[str, dict[str, str]], got: dict[str, dict[str, str]]) -> Iterator[str]:
    """One line for each case whose answer is not the one expected."""
    for number, wanted in expected.items():
        said = {"verdict": NOT_IN_MEASURE, **got.get(number, {})}
        compared = ["verdict"] if wanted["verdict"] == NOT_IN_MEASURE else [n for n in wanted if n != "why"]
        for name in compared:
            if wanted[name] != said.get(name, ""):
                yield f"case {number}: {name} is {said.get(name, '')!r}, not {wanted[name]!r} ({wanted['why']})"
    yield from (f"case {number} has a result but is not in the example" for number in sorted(set(got) - set(expected)))


@cache
def _assessed(example: WorkedExample) -> tuple[pd.DataFrame, pd.DataFrame]:
    result = asreport.assess(example.tables, QUARTER, as_at=example.as_at)
    return result.case_results, result.attainment


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_worked_cases(example: WorkedExample) -> None:
    results, _ = _assessed(example)
    for measure in (example.measure, *example.also):
        answers = results[results["measure_id"].astype("str") == measure]
        assert not answers["case_number"].duplicated().any(), f"{measure}: a case has more than one verdict"
        wrong = list(_disagreements(_by_case(example.expected), _by_case(answers)))
        assert not wrong, "\n".join([f"{example.title} ({measure}, as at {example.as_at})", *wrong[:10]])


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.expected_attainment], ids=lambda example: example.title)
def test_worked_attainment(example: WorkedExample) -> None:
    _, attainment = _assessed(example)
    figures = attainment.set_index(attainment["measure_id"].astype("str")).astype("object").to_dict("index")
    for measure in (example.measure, *example.also):
        for name, wanted in example.expected_attainment.items():
            got = figures[measure][name]
            same = pd.isna(got) if wanted == "" else not pd.isna(got) and got == wanted
            assert same, f"{example.title} ({measure}): {name} is {got!r}, not {wanted!r}"


def test_every_file_of_worked_cases_is_in_the_contents() -> None:
    names = [file.name for file in files("asreport.worked").iterdir()]
    assert {name.removesuffix(".toml") for name in names if name.endswith(".toml")} == set(CONTENTS)


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
