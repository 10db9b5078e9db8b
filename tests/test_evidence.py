"""Records against each case's own deadline, whatever the clock; and what is said of tables that cannot be used."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import asreport
from asreport.evidence import KINDS, REASONS
from asreport.evidence.reasons import CaseReason
from asreport.tables import DTYPES, TABLES, TablesError

PERIOD = """
[period]
start = 2026-10-01
end = 2026-12-31
"""
CLOCK = 'clock = { start = "referral_date", business_days = 5 }'
NEW = 'cases = { migrated = false, which = "referred_in_period" }'
MEASURES = {
    "plan": f'{NEW}\n{CLOCK}\nevidence = {{ kind = "plan", statuses = ["In Progress"] }}',
    "owner": f'{NEW}\n{CLOCK}\nevidence = {{ kind = "owner", queues = ["queue"] }}',
    "meeting": f'{NEW}\n{CLOCK}\nevidence = {{ kind = "meeting", subject = "school", recorded_by_cut_off = true }}',
    "outcome": 'cases = { migrated = false, case_type = "NEN", which = "deadline_in_period" }\n'
    'clock = { start = "allocation_date", weeks = 6 }\nevidence = { kind = "outcome", types = ["school"] }',
}
# Referred on a Monday, so due on the Monday after: 12 October 2026.
REFERRED, DUE, LATER, TAKEN = date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 13), date(2026, 11, 24)


@pytest.fixture
def quarter(tmp_path):
    """One measure of each kind, each with a clock."""
    old = asreport.load_quarter("q2-2026")
    header = f'extends = "q2-2026"\nid = "clocks"\nname = "Clocks"\nremove = {list(old.measures)}\n{PERIOD}'
    texts = [
        f'[measures.{name}]\nsection = "case-management"\nname = "{name}"\nwhy = "w"\nhow = "h"\nrecord = "r"\n{rest}\n'
        for name, rest in MEASURES.items()
    ]
    file = tmp_path / "clocks.toml"
    file.write_text("\n".join([header, *texts]), "utf-8")
    return asreport.load_quarter(file)


def table(name, *rows):
    return pd.DataFrame(
        {
            field.name: pd.Series([row.get(field.name) for row in rows], dtype=DTYPES.get(field.kind, "str"))
            for field in TABLES[name]
            if field.required or any(field.name in row for row in rows)
        }
    )


def judged(quarter, measure, case, *, as_at=TAKEN, **records):
    """Verdict and reason of one case with the records of one table."""
    case = {"case_number": "1", "case_type": "CA", "referral_date": REFERRED, "nsn": "9", "case_owner": None} | case
    tables = {"cases": table("cases", case)}
    tables |= {name: table(name, *(records.get(name, []))) for name in ("events", "plans", "outcomes")}
    results = asreport.assess(tables, quarter, as_at=as_at).case_results
    row = results[results["measure_id"] == measure].iloc[0]
    return row["verdict"], None if pd.isna(row["reason"]) else row["reason"]


@pytest.mark.parametrize(
    ("recorded", "answer"),
    [
        (DUE, ("met", None)),  # the deadline itself is in time
        (LATER, ("missed", "plan_recorded_late")),
        (None, ("met", None)),  # nobody knows when it was made, so it is not held against the case
    ],
)
def test_a_plan_with_a_clock_is_judged_by_when_it_was_recorded(quarter, recorded, answer):
    plan = {"case_number": "1", "status": "In Progress", "steps": 1, "recorded_on": recorded}
    assert judged(quarter, "plan", {}, plans=[plan]) == answer


def test_of_two_plans_the_one_in_time_counts_and_a_draft_in_time_is_nearer_than_a_draft_too_late(quarter):
    late = {"case_number": "1", "status": "In Progress", "steps": 1, "recorded_on": LATER}
    assert judged(quarter, "plan", {}, plans=[late, late | {"recorded_on": DUE}]) == ("met", None)
    draft = late | {"status": "Draft"}
    assert judged(quarter, "plan", {}, plans=[draft, draft | {"recorded_on": DUE}]) == ("missed", "plan_draft")


@pytest.mark.parametrize(
    ("assigned", "answer"), [(DUE, ("met", None)), (LATER, ("missed", "allocated_late")), (None, ("met", None))]
)
def test_an_owner_with_a_clock_is_judged_by_when_they_were_assigned(quarter, assigned, answer):
    assert judged(quarter, "owner", {"case_owner": "Ana Example", "owner_assigned_date": assigned}) == answer


@pytest.mark.parametrize(("recorded", "answer"), [(DUE, ("met", None)), (LATER, ("missed", "recorded_late"))])
def test_a_meeting_held_in_time_is_to_be_recorded_by_its_own_deadline(quarter, recorded, answer):
    event = {"case_number": "1", "subject": "Initial School Meeting", "event_date": DUE, "recorded_on": recorded}
    assert judged(quarter, "meeting", {}, events=[event]) == answer


def test_an_outcome_from_allocation_needs_no_referral_date_and_counts_from_the_allocation_on(quarter):
    case = {"case_type": "NEN", "referral_date": None, "allocation_date": REFERRED}
    enrolled = {"nsn": "9", "start_date": REFERRED}
    assert judged(quarter, "outcome", case, outcomes=[enrolled]) == ("met", None)
    before = {"nsn": "9", "start_date": date(2026, 10, 2)}
    assert judged(quarter, "outcome", case, outcomes=[before]) == ("missed", "no_outcome_recorded")
    unknown = judged(quarter, "outcome", case | {"allocation_date": None}, outcomes=[enrolled])
    assert unknown == ("cannot_assess", "allocation_date_missing")


def test_every_reason_belongs_to_one_kind_or_to_the_case_itself():
    enums = [*(kind.reasons for kind in KINDS), CaseReason]
    assert sum(len(enum) for enum in enums) == len(REASONS)


CASES = {"case_number": ["1"], "case_type": ["CA"], "referral_date": pd.to_datetime(["2026-10-05"])}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"case_number": [1234]}, "cases, case_number: the column holds int64 where str is needed"),
        ({"referral_date": ["2026-10-05"]}, "cases, referral_date: the column holds str where datetime64"),
        ({"migrated": ["yes"]}, "cases, migrated: the column holds str where bool is needed"),
        ({"case_number": [None]}, "cases, case_number: some rows have none"),
    ],
)
def test_a_column_of_another_type_is_one_sentence_with_table_and_column(quarter, changed, sentence):
    with pytest.raises(TablesError) as error:
        asreport.assess({"cases": pd.DataFrame(CASES | changed)}, quarter, as_at=TAKEN)
    assert str(error.value).startswith(sentence)
    assert "1234" not in str(error.value)


def test_a_missing_column_a_number_twice_and_an_unknown_table_are_said(quarter):
    cases = pd.DataFrame(CASES)
    for tables, sentence in (
        ({"cases": cases.drop(columns="case_type")}, "cases: the column case_type is missing"),
        ({"cases": pd.concat([cases, cases])}, "cases, case_number: a number stands in several rows"),
        ({"cases": cases, "meetings": cases}, "There is no table “meetings”"),
    ):
        with pytest.raises(TablesError, match=sentence):
            asreport.assess(tables, quarter, as_at=TAKEN)
