"""The quarter's file: what it holds, what is said when it is wrong, and how one builds on another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import asreport
from asreport import evidence
from asreport.business_days import OutsideCalendar, add_business_days, count_business_days, holidays_between
from asreport.evidence.reasons import Group
from asreport.policy.quarter import QuarterError
from asreport.tables import TABLES, empty_table
from asreport.words.catalogue import GROUPS, REASONS

MEASURES = [
    "school-meeting-5", "school-meeting-10", "whanau-meeting-10", "whanau-meeting-15", "student-plan", "nen-outcome",
    "migrated-nen-enrolled", "migrated-allocated", "migrated-school-meeting", "migrated-whanau-meeting",
    "migrated-plan",
]  # fmt: skip


def quarter_of(text: str) -> asreport.Quarter:
    """A quarter that builds on Quarter 2, from a file that nobody but this test has."""
    return asreport.load_quarter(f'extends = "q2-2026"\nid = "next"\nname = "Next"\n{text}'.encode())


def quarter_with(folder: Path, text: str) -> asreport.Quarter:
    path = folder / "next.toml"
    path.write_text(f'extends = "q2-2026"\nid = "next"\n{text}', "utf-8")
    return asreport.load_quarter(path)


def test_the_quarter_holds_the_eleven_measures_in_order_with_their_targets():
    quarter = asreport.load_quarter("q2-2026")
    assert list(quarter.measures) == MEASURES
    assert [m.target for m in quarter.measures.values()] == [80, 90, 80, 90, None, 60, 60, 100, 90, 90, 90]
    assert (quarter.period.start, quarter.period.end) == (date(2026, 4, 1), date(2026, 6, 30))


def test_every_measure_has_a_card_and_the_readings_that_affect_it():
    quarter = asreport.load_quarter("q2-2026")
    for measure in quarter.measures.values():
        assert measure.why and measure.how and measure.record
    affected = {name for measure in quarter.measures for name in quarter.readings_of(measure)}
    assert affected == set(quarter.readings), "a reading that affects nothing is dead"


def test_a_quarter_changes_adds_and_removes_measures(tmp_path: Path):
    quarter = quarter_with(
        tmp_path,
        """
        remove = ["migrated-nen-enrolled"]
        [measures.school-meeting-5]
        target = 85
        [measures.student-plan]
        clock = { start = "referral_date", weeks = 4 }
        [measures.ca-plan]
        section = "case-management"
        name = "A plan for chronic absence within 3 weeks"
        why = "…"
        how = "…"
        record = "…"
        cases = { migrated = false, which = "referred_in_period", case_type = "CA" }
        clock = { start = "referral_date", weeks = 3 }
        evidence = { kind = "plan", statuses = { reading = "plan_statuses" } }
        target = 50
        """,
    )
    assert list(quarter.measures) == [*[m for m in MEASURES if m != "migrated-nen-enrolled"], "ca-plan"]
    assert quarter.measures["school-meeting-5"].target == 85
    assert quarter.measures["school-meeting-5"].clock.business_days == 5, "what is not changed stays"
    assert quarter.measures["student-plan"].clock.weeks == 4
    assert quarter.measures["ca-plan"].evidence.statuses == ["In Progress"]
    result = asreport.assess({table: empty_table(table) for table in TABLES}, quarter, as_at=date(2026, 7, 6))
    assert list(result.attainment["measure_id"]) == list(quarter.measures)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[measures.student-plan]\ntarget = "eighty"', ["measures.student-plan.target", "'eighty'", "target = 80"]),
        ("[measures.student-plan]\ntarget = 180", ["measures.student-plan.target", "180", "target = 80"]),
        ("[measures.student-plan]\nclok = 1", ["measures.student-plan.clok", "not permitted"]),
        ("[measures.student-plan]\nclock = { weeks = 3 }", ["measures.student-plan.clock", "a start", "cut_off"]),
        ('[measures.student-plan]\nsection = "x"', ["measures.student-plan.section", "“x”", "case-management"]),
        (
            '[measures.student-plan]\nevidence = { kind = "wish" }',
            ["measures.student-plan.evidence", "wish", "subject"],
        ),
        (
            '[measures.school-meeting-5]\nevidence = { kind = "meeting", subject = "board" }',
            ["measures.school-meeting-5.evidence.subject", "“board”", "school, whanau"],
        ),
        (
            "[measures.school-meeting-5]\nclock = { start = { reading = 'x' }, weeks = 1 }",
            ["“x”", "meeting_clock"],
        ),
        ("[measures.new]\ntarget = 10", ["measures.new.name", "required"]),
        ('remove = ["no-such"]', ["remove", "“no-such”", "student-plan"]),
        ("[period]\nend = 2026-01-01", ["period", "2026-01-01", "end = 2026-06-30"]),
        ('[readings.start_day]\nvalue = "day 7"', ["readings.start_day", "day 0 or day 1"]),
        ("[readings", ["not valid TOML"]),
    ],
)
def test_what_is_wrong_is_said_with_where_what_was_found_and_what_to_write(tmp_path: Path, text: str, said: list[str]):
    with pytest.raises(QuarterError) as error:
        quarter_with(tmp_path, text)
    for part in said:
        assert part in str(error.value)


def test_an_unknown_quarter_names_those_there_are():
    with pytest.raises(QuarterError, match="q2-2026"):
        asreport.load_quarter("q9-2031")


def test_a_reading_can_be_changed_and_shows_that_it_was():
    quarter = asreport.load_quarter("q2-2026", readings={"plan_statuses": ["In Progress", "Completed"]})
    assert quarter.measures["migrated-plan"].evidence.statuses == ["In Progress", "Completed"]
    assert [name for name, reading in quarter.readings.items() if reading.changed] == ["plan_statuses"]
    with pytest.raises(QuarterError, match="no reading"):
        asreport.load_quarter("q2-2026", readings={"wish": "x"})
    with pytest.raises(QuarterError, match="pending or missed"):
        asreport.load_quarter("q2-2026", readings={"deadline_day": "maybe"})


def test_every_reason_has_its_words_and_one_of_four_groups():
    assert set(GROUPS) == {group.value for group in Group}
    assert set(REASONS) == set(evidence.REASONS)
    for reason in REASONS.values():
        assert reason.short and reason.found.endswith(".") and reason.check.endswith(".") and reason.open


def test_a_date_outside_the_calendar_is_an_error():
    with pytest.raises(OutsideCalendar, match="2014 to 2052"):
        add_business_days(np.array(["1999-04-01"], dtype="datetime64[D]"), 5)


def test_business_days_of_the_rules():
    assert count_business_days(date(2026, 4, 20), date(2026, 7, 3)) == 53
    named = holidays_between(date(2026, 4, 1), date(2026, 6, 30))
    assert "2026-04-27" in named["date"].dt.strftime("%Y-%m-%d").to_list()
