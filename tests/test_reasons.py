"""Each reason is in the group that the rules put it in (rules.md, sections 5 and 8): the group decides what is shown as
work to do and what a record put right could add."""

from __future__ import annotations

import io

import openpyxl
from conftest import Computed

import asreport

GROUPS = {
    "Fix the record": {
        "recorded_as_task", "recorded_late", "subject_not_recognised", "event_date_missing", "event_date_future",
        "event_date_before_referral", "plan_draft", "plan_status_not_counted", "plan_no_step", "owner_is_queue",
    },
    "Done late": {"meeting_late", "plan_recorded_late", "allocated_late", "outcome_late"},
    "Nothing recorded": {
        "no_meeting_recorded", "no_plan", "no_case_owner", "no_outcome_recorded", "outcome_not_counted",
    },
    "Cannot be assessed": {
        "contact_details_not_current", "referral_date_missing", "allocation_date_missing", "no_nsn", "not_in_enrol",
        "outcome_date_missing",
    },
}  # fmt: skip


def groups_in_the_workbook(result: asreport.Assessment) -> dict[str, set[str]]:
    """Group → the codes of its reasons, as the workbook that is handed out has them."""
    book = openpyxl.load_workbook(io.BytesIO(asreport.exceptions_workbook(result, None)), read_only=True)
    names = {measure.id: measure.name for measure in result.quarter.measures.values()}
    rows = result.case_results.dropna(subset=["reason"])
    reason = {(r.case_number, names[r.measure_id]): r.reason for r in rows.itertuples()}
    found: dict[str, set[str]] = {}
    for sheet in ("Exceptions", "To do", "Excluded"):
        header, *body = book[sheet].iter_rows(values_only=True)
        for row in (dict(zip(header, line, strict=True)) for line in body):
            if row["Measure"]:
                found.setdefault(row["Group"], set()).add(reason[row["Case number"], row["Measure"]])
    return found


def test_every_reason_is_in_the_group_of_the_rules(sample: Computed) -> None:
    groups = groups_in_the_workbook(sample.result)
    assert groups == GROUPS
