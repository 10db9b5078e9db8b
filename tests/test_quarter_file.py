"""A quarter as a file: a user's own keeps its policy, its texts follow its numbers, and what is written reads back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from test_quarter import quarter_of
from test_reading_effects import two_cases
from worlds import drawn_quarters

import asreport
from asreport.analysing.reading_effects import reading_effects, with_readings
from asreport.policy.quarter import QuarterError
from asreport.policy.quarter_words import NAMES, ordinal

Q2 = asreport.load_quarter("q2-2026")
OWN = """
[measures.school-meeting-5]
target = 55
clock = { start = "referral_date", business_days = 23 }
"""


def test_a_quarter_of_ones_own_keeps_its_policy_under_other_readings_and_periods():
    quarter = quarter_of(OWN)
    for other in (
        with_readings(quarter, {"deadline_day": "missed"}),
        quarter.with_period(date(2026, 5, 1)),
        asreport.Settings(queues=["Ana"]).applied_to(quarter).with_readings({"deadline_day": "missed"}),
    ):
        assert other.measures["school-meeting-5"].target == 55 and other.id == "next"
    effects = reading_effects(two_cases(), asreport.assess(two_cases(), quarter, date(2026, 7, 6)))
    assert set(effects.loc[effects["measure_id"] == "school-meeting-5", "target_percent"]) == {55}


def test_a_quarter_is_loaded_from_a_path_a_stream_or_bytes(tmp_path: Path):
    text = f'extends = "q2-2026"\nid = "next"\nname = "Next"\n{OWN}'
    path = tmp_path / "next"
    path.write_text("\ufeff" + text.replace("\n", "\r\n"), "utf-8")
    loaded = [asreport.load_quarter(one) for one in (path, str(path), text.encode(), io.BytesIO(text.encode()))]
    assert loaded == [quarter_of(OWN)] * 4
    read = asreport.load_quarter(path, period_end=date(2026, 6, 1), readings={"start_day": "day 1"})
    assert read.period.end == date(2026, 6, 1) and read.readings["start_day"].changed


def test_names_and_cards_follow_what_was_set():
    quarter = quarter_of(
        OWN
        + """
        [measures.student-plan]
        target = 80
        clock = { start = "allocation_date", weeks = 6 }
        [measures.nen-outcome]
        clock = { start = "allocation_date", business_days = 20 }
        [measures.migrated-plan]
        clock = { cut_off = 2026-08-14 }
        [measures.migrated-nen-enrolled]
        clock = { cut_off = 2026-05-01 }
        evidence = { kind = "outcome", types = ["school", "exemption"] }
        [measures.whanau-meeting-15]
        clock = {}
        [readings.plan_statuses]
        value = ["In Progress", "Completed"]
        """
    )
    texts = {name: f"{m.name}. {m.why} {m.how} {m.record}" for name, m in quarter.measures.items()}
    assert "within 23 business days" in texts["school-meeting-5"]
    assert "no later than the 23rd business day after the referral" in texts["school-meeting-5"]
    plan = quarter.measures["student-plan"]
    assert plan.name == "Student plan in place within 6 weeks" and "sets no" not in plan.why
    assert "created no later than six weeks after the allocation where that date is known" in plan.how
    assert "the Status “In Progress” or “Completed”" in plan.record
    assert "whose twenty business days from allocation end in the period" in texts["nen-outcome"]
    assert (
        "those whose twenty business days end" in quarter.readings["nen_outcome_cohort"].choices["deadline_in_period"]
    )
    assert texts["migrated-plan"].count("14 August 2026") == 3 and "3 July" not in texts["migrated-plan"]
    enrolled = texts["migrated-nen-enrolled"]
    assert "an enrolment or an exemption" in enrolled and "15 weeks" not in enrolled and "17 April" not in enrolled
    assert quarter.measures["whanau-meeting-15"].name == "Initial whānau meeting"
    assert "took place at any time" in texts["whanau-meeting-15"]


def test_a_changed_reading_changes_the_card():
    quarter = Q2.with_readings({"meeting_clock": "allocation_date", "start_day": "day 1"})
    how = quarter.measures["school-meeting-5"].how
    assert "the fifth business day, counted from the allocation as the first" in how


def test_ordinals():
    assert [ordinal(n) for n in (5, 20, 21, 22, 23, 111, 112)] == [
        "fifth", "twentieth", "21st", "22nd", "23rd", "111th", "112th",
    ]  # fmt: skip


def test_a_text_by_hand_stays_and_one_with_an_unknown_name_is_an_error_that_lists_those_known():
    assert quarter_of('[measures.student-plan]\nname = "A plan by Friday"').measures["student-plan"].name == (
        "A plan by Friday"
    )
    with pytest.raises(QuarterError, match="measures.student-plan.name: there is no {wthin}") as error:
        quarter_of('[measures.student-plan]\nname = "A plan {wthin}"')
    assert all(f"{{{name}}}" in str(error.value) for name in NAMES)
    with pytest.raises(QuarterError, match=r"measures.student-plan.how: {weeks} stands for nothing"):
        quarter_of('[measures.student-plan]\nhow = "In {weeks} weeks"')


def test_all_that_is_wrong_is_said_at_once_a_line_each():
    with pytest.raises(QuarterError) as error:
        quarter_of(
            """
            remove = ["no-such"]
            order = ["nor-this"]
            [measures.school-meeting-5]
            target = "eighty"
            name = "{wthin}"
            [measures.student-plan]
            section = "x"
            evidence = { kind = "plan", statuses = { reading = "wish" } }
            [measures.school-meeting-10]
            evidence = { kind = "meeting", subject = "board" }
            [readings.start_day]
            value = "day 7"
            """
        )
    lines = str(error.value).splitlines()
    for where in (
        "remove:", "order:", "school-meeting-5.target:", "school-meeting-5.name:", "student-plan.section:",
        "student-plan.evidence.statuses:", "school-meeting-10.evidence.subject:", "readings.start_day:",
    ):  # fmt: skip
        assert sum(where in line for line in lines) == 1, where
    assert len(lines) == 8


@pytest.mark.parametrize("base", ["q9-2031", "/etc/hostname", "../next.toml"])
def test_extending_what_is_not_known_says_which_and_lists_those_known(base: str):
    with pytest.raises(QuarterError, match="extends") as error:
        asreport.load_quarter(f'extends = "{base}"\nid = "x"'.encode())
    assert base in str(error.value) and "q2-2026" in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"extends = ", b"readings = 3", b"measures = 1\nsubjects = 2"])
def test_what_is_no_quarter_is_an_error_of_its_own(content: bytes):
    with pytest.raises(QuarterError):
        asreport.load_quarter(content)


# Written and read back


@pytest.mark.parametrize(
    "text",
    [
        "",
        OWN,
        'remove = ["student-plan"]\norder = ["nen-outcome", "migrated-plan"]',
        '[measures.school-meeting-5]\ntarget = "none"\n[measures.nen-outcome]\ncases = { case_type = "any", '
        "contact_details_held = false }\n[measures.migrated-plan]\nclock = {}",
        '[readings.start_day]\nvalue = "day 1"\n[readings.plan_statuses]\nvalue = ["In \\"Progress\\"", "Ā\\u007f"]',
        '[subjects.board]\nname = "Board Meeting"\nwho = ["board"]\n[period]\nend = 2026-07-15',
    ],
)
def test_what_is_written_reads_back_and_holds_the_differences_only(text: str):
    for quarter in (quarter_of(text), quarter_of(text).with_readings({"deadline_day": "missed"})):
        written = asreport.as_toml(quarter)
        again = asreport.load_quarter(written.encode())
        assert again == quarter and list(again.measures) == list(quarter.measures)
        assert len(written) < 1_500 and 'extends = "q2-2026"' in written
        assert bool(asreport.differences_in_words(Q2, quarter))


@settings(suppress_health_check=list(HealthCheck))
@given(drawn_quarters())
def test_any_quarter_reads_back(quarter: asreport.Quarter):
    again = asreport.load_quarter(asreport.as_toml(quarter).encode())
    assert again == quarter and list(again.measures) == list(quarter.measures)


@pytest.mark.parametrize("name", asreport.available_quarters())
def test_a_quarter_that_comes_with_asreport_reads_back_and_so_does_one_that_stands_alone(name: str):
    quarter = asreport.load_quarter(name)
    assert asreport.load_quarter(asreport.as_toml(quarter).encode()) == quarter
    assert asreport.differences_in_words(quarter, quarter) == quarter.cautions
    alone = quarter.model_copy(update={"id": "alone", "extends": ()})
    written = asreport.load_quarter(asreport.as_toml(alone).encode())
    assert written.measures == quarter.measures and written.left_out == quarter.left_out


def test_a_providers_own_words_are_not_in_the_file():
    quarter = asreport.Settings(queues=["Ana Example"], subjects={"school": ["Hui"]}).applied_to(quarter_of(OWN))
    assert "Ana" not in asreport.as_toml(quarter) and "Hui" not in asreport.as_toml(quarter)


def test_differences_are_sentences():
    quarter = quarter_of('remove = ["student-plan"]\n' + OWN)
    assert asreport.differences_in_words(Q2, quarter) == [
        "The name is “Next”.",
        "No longer asked for: Student plan in place.",
        "Initial school meeting within 5 business days: is now “Initial school meeting within 23 business days”; "
        "target 55% instead of 80%; within 23 business days of referral instead of within 5 business days of referral.",
    ]
