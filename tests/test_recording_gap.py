"""The recording gap, by worked cases and in small worlds: at most, and never added to the figures."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from conftest import Computed
from hypothesis import given
from worlds import to_tables, worlds

import asreport
from asreport.analysing.recording_gap import COLUMNS, gap_in_words, recording_gap
from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import attainment
from asreport.evidence import REASONS

AS_AT = date(2026, 7, 6)
PASSED, TO_COME = pd.Timestamp(2026, 5, 1), pd.Timestamp(2026, 7, 20)

# verdict, reason, deadline → how many such cases of school-meeting-5 (target 80%)
Kinds = dict[tuple[str, str | None, pd.Timestamp], int]


def assessed(kinds: Kinds, readings: dict | None = None, measure: str = "school-meeting-5") -> Assessment:
    """An assessment of cases whose verdicts are given."""
    quarter = asreport.load_quarter("q2-2026", readings=readings)
    rows = [kind for kind, count in kinds.items() for _ in range(count)]
    results = pd.DataFrame(rows, columns=["verdict", "reason", "deadline"]).astype({"deadline": "datetime64[s]"})
    results = results.assign(measure_id=measure, case_number=[str(n) for n in range(len(rows))])
    return Assessment(quarter, AS_AT, attainment(results, quarter, AS_AT, {}), results, results[["case_number"]], {})


def gap_of(result: Assessment, measure: str = "school-meeting-5") -> pd.Series:
    return recording_gap(result).set_index("measure_id").loc[measure]


def test_records_put_right_are_counted_apart_from_work_not_done():
    gap = gap_of(
        assessed(
            {
                ("met", None, PASSED): 6,
                ("missed", "recorded_as_task", PASSED): 1,
                ("missed", "meeting_late", PASSED): 1,  # done late: no record to put right
                ("missed", "no_meeting_recorded", PASSED): 3,
                ("pending", "event_date_future", TO_COME): 1,
                ("pending", "no_meeting_recorded", TO_COME): 2,
            }
        )
    )
    assert (gap["fixable"], gap["fixable_missed"], gap["fixable_pending"]) == (2, 1, 1)
    assert (gap["rate_percent"], gap["rate_if_put_right"]) == (54.54, 63.63), "6 of 11 due; 7 of 11"
    assert (gap["floor_percent"], gap["floor_if_put_right"]) == (42.85, 57.14), "6 of 14; 8 of 14"
    assert gap["ceiling_if_put_right"] == 71.42, "the pending ones are in the ceiling already: 9 + 1 of 14"
    assert (gap["still_needed"], gap["service_gap"]) == (6, 4), "80% of 14 is 12 cases: 6 more, 4 beyond the records"
    assert gap_in_words(gap) == (
        "Putting 2 records right would bring this rate to at most 63.63%. "
        "Even then it is 4 cases short of the target: a gap of service, not of records."
    )


def test_a_case_left_out_of_the_measure_is_no_recording_gap():
    kinds: Kinds = {
        ("met", None, PASSED): 1,
        ("excluded", "contact_details_not_current", PASSED): 1,
        ("cannot_assess", "referral_date_missing", PASSED): 1,
    }
    gap = gap_of(assessed(kinds))
    assert gap["fixable"] == 0 and gap["floor_if_put_right"] == gap["floor_percent"] == 100
    assert gap_in_words(gap) == ""


def test_a_target_that_records_alone_could_reach():
    gap = gap_of(assessed({("met", None, PASSED): 3, ("missed", "recorded_as_task", PASSED): 1}))
    assert (gap["still_needed"], gap["service_gap"]) == (1, 0)
    assert gap_in_words(gap).endswith("to at most 100%. That could be enough for the target.")


def test_a_percentage_is_cut_and_not_rounded_up_to_a_target_it_misses():
    # 79,999 of 100,000 would read as 80% if it were rounded.
    kinds: Kinds = {
        ("met", None, PASSED): 79_998,
        ("missed", "recorded_as_task", PASSED): 1,
        ("missed", "meeting_late", PASSED): 20_001,
    }
    gap = gap_of(assessed(kinds))
    assert gap["rate_if_put_right"] == 79.99 and gap["service_gap"] == 1
    assert "at most 79.99%" in gap_in_words(gap), "said although two decimals do not show it move"


@pytest.mark.parametrize(("reading", "expected"), [("due", 50.0), ("decided", 66.66)])
def test_pending_records_move_the_rate_only_where_it_counts_what_is_met_early(reading, expected):
    kinds: Kinds = {
        ("met", None, PASSED): 1,
        ("missed", "meeting_late", PASSED): 1,
        ("pending", "event_date_missing", TO_COME): 1,
    }
    gap = gap_of(assessed(kinds, {"headline_rate": reading}))
    assert gap["rate_percent"] == 50 and gap["rate_if_put_right"] == expected
    assert ("leave this rate as it is" in gap_in_words(gap)) == (reading == "due")


def test_without_a_deadline_the_floor_is_what_moves():
    result = assessed(
        {("met", None, pd.NaT): 1, ("pending", "plan_draft", pd.NaT): 1, ("pending", "no_plan", pd.NaT): 2},
        measure="student-plan",
    )
    gap = gap_of(result, "student-plan")
    assert pd.isna(gap["service_gap"]), "without a target there is no shortfall"
    assert gap_in_words(gap) == "Putting 1 record right would bring what is met so far to at most 50%."


@given(worlds())
def test_the_gap_never_changes_a_figure_and_never_exceeds_what_is_not_met(world):
    judged_afresh(asreport.assess(to_tables(world), asreport.load_quarter("q2-2026"), as_at=world.as_at))


def test_of_the_sample_neither_and_it_has_gaps_of_every_kind(sample: Computed):
    gap = judged_afresh(sample.result)
    for column in ("fixable_missed", "fixable_pending", "service_gap"):
        assert gap[column].gt(0).any() and gap[column].eq(0).any(), column
    assert gap["service_gap"].isna().any(), "and a measure without a target"


def judged_afresh(result):
    """The recording gap, seen to be what the attainment is with those cases met."""
    before = result.attainment.copy()
    gap = recording_gap(result)
    pd.testing.assert_frame_equal(result.attainment, before)
    assert list(gap.columns) == COLUMNS and list(gap["measure_id"]) == list(before["measure_id"])
    # Judged afresh with those cases met, by the library's own attainment.
    met = result.case_results.copy()
    fix = met["reason"].map(lambda code: pd.notna(code) and REASONS[code].group == "fix").astype(bool)
    met["verdict"] = met["verdict"].mask(fix, "met")
    then = attainment(met, result.quarter, result.as_at, result.not_assessed).set_index("measure_id")
    for (_, row), (_, own) in zip(before.iterrows(), gap.iterrows(), strict=True):
        assert own["fixable_missed"] <= row["missed"] and own["fixable_pending"] <= row["pending"]
        again = then.loc[own["measure_id"]]
        for name in ("floor", "rate", "ceiling"):
            new, shown = again[f"{name}_percent"], own[f"{name}_if_put_right"]
            assert new == shown or pd.isna(new) and pd.isna(shown)
        if pd.notna(own["service_gap"]):
            assert own["service_gap"] == again["still_needed"]
        else:
            assert pd.isna(row["still_needed"]), "only without a target, or without a case, is there no shortfall"
    return gap
