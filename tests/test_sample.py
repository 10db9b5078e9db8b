"""The sample: the same bytes every time, the shapes real exports have, and everything a measure can say in it."""

import csv
import hashlib
import io
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

import asreport
from asreport.sample import MINIMUM_CASES, sample_exports

ROOT = Path(__file__).parent.parent
CASES, ACTIVITIES = "AS-CMS cases.xlsx", "AS-CMS activities.csv"
PLANS, ENROL = "AS-CMS plans.csv", "ENROL enrolments.csv"
HEADER_ROW = 10  # of the cases, as Excel numbers it

MEASURES = [
    "school-meeting-5", "school-meeting-10", "whanau-meeting-10", "whanau-meeting-15", "student-plan", "nen-outcome",
    "migrated-nen-enrolled", "migrated-allocated", "migrated-school-meeting", "migrated-whanau-meeting",
    "migrated-plan",
]  # fmt: skip
VERDICTS = {"met", "missed", "pending", "excluded", "cannot_assess"}
MEETING_REASONS = {
    "recorded_as_task", "subject_not_recognised", "meeting_late", "event_date_missing", "event_date_future",
    "no_meeting_recorded",
}  # fmt: skip
PLAN_REASONS = {"plan_draft", "plan_status_not_counted", "plan_no_step", "no_plan"}
OUTCOME_REASONS = {"outcome_late", "outcome_date_missing", "no_nsn", "not_in_enrol", "no_outcome_recorded"}
MISSED_BECAUSE = {
    **dict.fromkeys(MEASURES[:4], MEETING_REASONS | {"event_date_before_referral"}),
    "nen-outcome": OUTCOME_REASONS,
    "migrated-nen-enrolled": OUTCOME_REASONS | {"outcome_not_counted"},
    "migrated-allocated": {"no_case_owner", "owner_is_queue", "allocated_late"},
    "migrated-school-meeting": MEETING_REASONS | {"recorded_late"},
    "migrated-whanau-meeting": MEETING_REASONS | {"recorded_late"},
    "migrated-plan": PLAN_REASONS | {"plan_recorded_late"},
}
CANNOT_ASSESS_BECAUSE = {
    **dict.fromkeys([*MEASURES[:5], "migrated-nen-enrolled"], {"referral_date_missing"}),
    "nen-outcome": {"allocation_date_missing"},
}


@pytest.fixture(scope="module")
def sample():
    return sample_exports()


@pytest.fixture(scope="module")
def cases_sheet(sample):
    return openpyxl.load_workbook(io.BytesIO(sample[CASES])).active


def fingerprint(exports):
    return {name: hashlib.sha256(content).hexdigest() for name, content in exports.items()}


def assessed(exports):
    streams = []
    for name, content in exports.items():
        stream = io.BytesIO(content)
        stream.name = name
        streams.append(stream)
    read = asreport.read_exports(streams)
    return asreport.assess(read.tables, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6))


# The same bytes


def test_same_arguments_give_the_same_bytes(sample):
    assert fingerprint(sample_exports(500, 1)) == fingerprint(sample)


def test_another_process_gives_the_same_bytes(sample):
    lines = (
        "import hashlib, sys; from asreport.sample import sample_exports",
        "print({name: hashlib.sha256(content).hexdigest() for name, content in sample_exports().items()} == "
        f"{fingerprint(sample)!r})",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_another_seed_gives_another_sample(sample):
    other = fingerprint(sample_exports(500, 2))
    assert all(other[name] != mark for name, mark in fingerprint(sample).items())


def test_too_few_cases_are_refused_in_words():
    with pytest.raises(ValueError, match=f"at least {MINIMUM_CASES} cases"):
        sample_exports(MINIMUM_CASES - 1)


def test_a_negative_seed_is_refused_in_words():
    with pytest.raises(ValueError, match="whole number from 0 up"):
        sample_exports(500, -1)


# Shapes of real exports


def test_cases_are_a_formatted_report(cases_sheet):
    column_a = [cell.value for cell in cases_sheet["A"]]
    column_b = [cell.value for cell in cases_sheet["B"]]
    assert not any(column_a)
    assert column_b[2] == (
        "As of 2026-07-06 09:14:00 New Zealand Standard Time/NZST • Sorted by Case Number (Ascending)"
    )
    assert "Filtered By" in column_b
    assert column_b[HEADER_ROW - 1] == "Case Number  ↑"
    assert column_b[-2:] == [
        "Confidential Information - Do Not Distribute",
        "Copyright © 2000-2026 salesforce.com, inc. All rights reserved.",
    ]


def test_every_case_is_there_once_and_in_order(cases_sheet):
    numbers = [cell.value for cell in cases_sheet["B"][HEADER_ROW:] if re.fullmatch(r"\d{8}", str(cell.value))]
    assert len(numbers) == 500
    assert numbers == sorted(set(numbers))


def test_case_dates_are_real_dates(cases_sheet):
    header = [cell.value for cell in cases_sheet[HEADER_ROW]]
    days = [row[header.index("Referral Date")] for row in cases_sheet.iter_rows(HEADER_ROW + 1, values_only=True)]
    assert sum(isinstance(day, datetime) for day in days) > 490


def test_activities_are_quoted_latin_1_with_a_footer(sample):
    content = sample[ACTIVITIES]
    lines = content.decode("latin-1").split("\n")
    assert b"\r" not in content
    assert lines[0] == '"Case Number","Subject","Date","Activity Type","Created Date","Assigned"'
    assert lines[-8:-6] == ["", ""]
    assert '"Generated By:  Sione Abernethy  6/07/2026 09:14"' in lines[-6:]
    rows = list(csv.reader(lines[1:-8]))
    assert all(line.startswith('"') and line.endswith('"') for line in lines[1:-8])
    assert "Initial Student / Wh?nau Meeting" in {row[1] for row in rows}
    assert all(re.fullmatch(r"(\d{1,2}/\d\d/\d{4})?", row[2]) for row in rows)
    assert all(re.fullmatch(r"\d{1,2}/\d\d/\d{4} \d{1,2}:\d\d [AP]M", row[4]) for row in rows)


def test_nothing_was_recorded_after_the_export_was_taken(sample):
    rows = csv.reader(sample[ACTIVITIES].decode("latin-1").split("\n")[1:-8])
    made = [datetime.strptime(row[4], "%d/%m/%Y %I:%M %p") for row in rows]
    assert max(made) < datetime(2026, 7, 6, 9, 14)


def test_plans_are_utf_8_with_a_mark_and_one_row_a_step(sample):
    assert sample[PLANS].startswith(b"\xef\xbb\xbf")
    lines = sample[PLANS].decode("utf-8-sig").split("\n")
    rows = list(csv.reader(lines[1:-8]))
    assert lines[-2] == '"Hīnau Ridge Attendance Trust"'
    assert len({row[1] for row in rows}) < len(rows)
    assert len({(row[1], row[3]) for row in rows}) == len(rows)


def test_enrolments_are_a_plain_table(sample):
    rows = list(csv.reader(io.StringIO(sample[ENROL].decode("utf-8"))))
    assert rows[0] == ["NSN", "School Name", "Enrolment Type", "Enrolment Date"]
    assert all(re.fullmatch(r"9\d{8,9}", row[0]) for row in rows[1:])
    assert all(re.fullmatch(r"(\d{4}-\d\d-\d\d)?", row[3]) for row in rows[1:])


# Everything occurs


@pytest.mark.parametrize(("cases", "seed"), [(500, 1), (MINIMUM_CASES, 1), (MINIMUM_CASES, 2), (81, 7), (1000, 3)])
def test_every_measure_verdict_and_reason_occurs(cases, seed):
    results = assessed(sample_exports(cases, seed)).case_results
    assert list(results["measure_id"].unique()) == MEASURES
    assert set(results["verdict"]) == VERDICTS
    reasons = results.groupby(["measure_id", "verdict"])["reason"].agg(set)
    for measure, expected in MISSED_BECAUSE.items():
        assert expected <= reasons[measure, "missed"], measure
    for measure, expected in CANNOT_ASSESS_BECAUSE.items():
        assert expected <= reasons[measure, "cannot_assess"], measure
    assert reasons["student-plan", "pending"] >= PLAN_REASONS
    for measure in (*MEASURES[2:4], "nen-outcome"):
        assert reasons[measure, "excluded"] == {"contact_details_not_current"}


def test_the_default_sample_shows_every_way_a_measure_can_stand(sample):
    outcome = assessed(sample).attainment.set_index("measure_id")["outcome"]
    assert {"secured", "open", "out_of_reach"} <= set(outcome[MEASURES[:4]])
    assert {"met", "missed"} == set(outcome[MEASURES[6:]])
    assert outcome["student-plan"] == "no_target"
