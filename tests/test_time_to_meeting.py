"""Time to meeting, by worked cases and in small worlds: the curve at a measure's own day is that measure's rate."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from conftest import Computed
from hypothesis import given
from hypothesis import strategies as st
from worlds import to_tables, worlds

import asreport
from asreport.analysing.time_to_meeting import BEYOND, curve_in_words, time_to_meeting, timed_measures
from asreport.tables import DTYPES, TABLES, empty_table

SCHOOL = "Initial School Meeting"
LATE = date(2026, 7, 6)


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    kinds = {field.name: field.kind for field in TABLES[name]}
    frame = pd.DataFrame(rows)
    return frame.astype({column: DTYPES.get(kinds[column], "str") for column in frame}) if rows else empty_table(name)


def curve(referred_and_met: list[tuple[date, date | None]], as_at: date = LATE, **readings: str) -> dict[int, tuple]:
    """The school meeting's curve: business day → (met, of cases). Each case: referral date, date of the meeting."""
    numbered = list(enumerate(referred_and_met))
    tables = {name: empty_table(name) for name in TABLES} | {
        "cases": table(
            "cases", [{"case_number": str(n), "case_type": "CA", "referral_date": day} for n, (day, _) in numbered]
        ),
        "events": table(
            "events",
            [{"case_number": str(n), "subject": SCHOOL, "event_date": met} for n, (_, met) in numbered if met],
        ),
    }
    result = asreport.assess(tables, asreport.load_quarter("q2-2026", readings=readings), as_at=as_at)
    times = time_to_meeting(result)
    own = times[times["subject"] == "school"]
    return {row.business_day: (row.met, row.cases) for row in own.itertuples()}


def first_day_met(referred: date, met: date, **readings: str) -> int:
    return next(day for day, (count, _) in curve([(referred, met)], **readings).items() if count)


@pytest.mark.parametrize(
    ("referred", "met", "expected"),
    [
        (date(2026, 5, 4), date(2026, 5, 4), 0),  # on the day itself
        (date(2026, 5, 4), date(2026, 5, 5), 1),
        (date(2026, 5, 4), date(2026, 5, 11), 5),  # over a weekend
        (date(2026, 5, 4), date(2026, 5, 9), 5),  # a Saturday is past the Friday, so it is Monday's
        (date(2026, 5, 9), date(2026, 5, 9), 0),  # referred and met on a Saturday
        (date(2026, 5, 9), date(2026, 5, 10), 1),
        (date(2026, 4, 2), date(2026, 4, 7), 1),  # Easter between
        (date(2026, 4, 24), date(2026, 5, 4), 5),  # Anzac Day observed on Monday 27 April
    ],
)
def test_the_business_day_of_a_meeting(referred, met, expected):
    assert first_day_met(referred, met) == expected


def test_with_the_start_day_as_day_1_every_day_counts_one_more():
    monday = date(2026, 5, 4)
    assert first_day_met(monday, monday, start_day="day 1") == 1, "there is no day 0"
    assert first_day_met(monday, date(2026, 5, 8), start_day="day 1") == 5


def test_only_cases_whose_day_has_passed_are_counted():
    monday, wednesday = date(2026, 5, 4), date(2026, 5, 6)
    shares = curve([(monday, date(2026, 5, 5)), (monday, None), (wednesday, wednesday)], as_at=date(2026, 5, 8))
    assert shares == {
        0: (1, 3),  # only the third was met on its first day
        1: (2, 3),  # its day 1 is Thursday 7 May, passed on the 8th
        2: (1, 2),  # its day 2 is the 8th itself, still in time: it no longer counts, not even as met
        3: (1, 2),
    }, "day 4 of the first two is the as-at date: it has passed for none"


def test_a_rate_that_counts_what_is_met_early_has_a_curve_that_does():
    monday, wednesday = date(2026, 5, 4), date(2026, 5, 6)
    shares = curve([(monday, None), (wednesday, wednesday)], as_at=date(2026, 5, 8), headline_rate="decided")
    assert shares[2] == (1, 2) and shares[4] == (1, 1)


def test_a_meeting_after_every_deadline_still_shows():
    shares = curve([(date(2026, 5, 4), date(2026, 5, 20))])
    assert shares[11] == (0, 1) and shares[12] == (1, 1)
    assert max(shares) == 15 + BEYOND


def test_a_meeting_that_does_not_count_and_a_case_left_out_are_not_met():
    assert set(curve([(date(2026, 5, 4), date(2026, 5, 1))]).values()) == {(0, 1)}, "dated before the referral"


def test_what_was_not_uploaded_has_no_curve():
    cases = table("cases", [{"case_number": "1", "case_type": "CA", "referral_date": date(2026, 5, 4)}])
    result = asreport.assess({"cases": cases}, asreport.load_quarter("q2-2026"), as_at=LATE)
    times = time_to_meeting(result)
    assert times.empty and list(times.columns) == ["subject", "business_day", "cases", "met", "percent"]


def test_the_curve_in_words():
    measures = timed_measures(asreport.load_quarter("q2-2026"))["whanau"]
    points = pd.DataFrame({"business_day": [10], "percent": [69.96]})
    assert curve_in_words(points, measures) == (
        "**69.96%** by business day 10 (target 80%), none due yet by business day 15 (target 90%)."
    )


READINGS = st.fixed_dictionaries(
    {
        "start_day": st.sampled_from(["day 0", "day 1"]),
        "meeting_clock": st.sampled_from(["referral_date", "allocation_date"]),
        "deadline_day": st.sampled_from(["pending", "missed"]),
        "headline_rate": st.sampled_from(["due", "decided"]),
    }
)


@given(worlds(), READINGS)
def test_the_curve_passes_through_the_rate_of_each_measure(world, readings):
    quarter = asreport.load_quarter("q2-2026", readings=readings)
    passed_through(asreport.assess(to_tables(world), quarter, as_at=world.as_at))


def test_in_the_sample_it_passes_through_all_of_them(sample: Computed):
    timed = timed_measures(sample.result.quarter).values()
    assert passed_through(sample.result) == [measure.id for measures in timed for measure in measures]


def passed_through(result):
    """The measures that have a rate, each of which the curve was seen to pass through."""
    times = time_to_meeting(result).set_index(["subject", "business_day"])
    rates = result.attainment.set_index("measure_id")["rate_percent"]
    passed = []
    for subject, measures in timed_measures(result.quarter).items():
        for measure in measures:
            place = (subject, measure.clock.business_days)
            rate = rates[measure.id]
            assert (place not in times.index) == pd.isna(rate)
            if place in times.index:
                assert times.loc[place, "percent"] == rate
                passed.append(measure.id)
    assert (times["met"] <= times["cases"]).all() and (times["cases"] > 0).all()
    return passed
