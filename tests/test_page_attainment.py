"""Target attainment, run without a browser: its cards, its recording gap, its time to meeting."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from conftest import Computed
from streamlit.testing.v1 import AppTest
from test_pages import ATTAINMENT, EXCEPTIONS, app, assert_no_fault, go, texts, upload, use_sample, widget

from asreport.analysing.case_list import case_list
from asreport.analysing.recording_gap import gap_in_words, recording_gap
from asreport.analysing.time_to_meeting import curve_in_words, time_to_meeting, timed_measures
from asreport.words.catalogue import OUTCOMES
from asreport.words.sentences import headline

__all__ = ["app"]  # the fixture

MEASURE = "school-meeting-10"


def open_card(app: AppTest, measure_id: str) -> AppTest:
    """Open a measure's card, as a click on it does."""
    app.session_state[f"card-{measure_id}-{app.session_state['loaded'].number}"] = True
    return app.run()


def headings(app: AppTest) -> list[str]:
    return [m.value for m in app.markdown if m.value.startswith("### ")]


def drawn(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_each_measure_stands_in_its_section_with_its_outcome_in_words(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), ATTAINMENT)
    attainment = sample.result.attainment
    assert headline(attainment) in texts(app)
    sections = [header.value for header in app.header]
    assert sections == [*sample.result.quarter.sections.values(), "Time to meeting", "All figures"]
    for said, (_, row) in zip(headings(app), attainment.iterrows(), strict=True):
        outcome = OUTCOMES[row["outcome"]]
        assert row["measure"] in said and outcome.word in said and outcome.icon in said


def test_the_recording_gap_is_said_and_drawn_apart_from_the_figure(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), ATTAINMENT)
    gaps = recording_gap(sample.result)
    said = texts(app)
    for (_, gap), (_, row) in zip(gaps.iterrows(), sample.result.attainment.iterrows(), strict=True):
        bar = next(e.proto.body for e in app.get("html") if f"aria-label='{row['measure']}:" in e.proto.body)
        assert ("class='gap'" in bar) == bool(gap["fixable"])
        if gap["fixable"]:
            assert gap_in_words(gap) in said
        assert f"class='met' style='left:0.00%;width:{row['floor_percent']:.2f}%'" in bar, "the figure stays as it is"
    assert gaps["fixable"].any() and not gaps["fixable"].all()


def test_a_card_explains_the_measure_and_lists_its_cases(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), ATTAINMENT)
    measure = sample.result.quarter.measures[MEASURE]
    assert measure.why not in texts(app) and len(app.dataframe) == 1, "closed, a card costs nothing"
    open_card(app, MEASURE)
    assert_no_fault(app)
    said = texts(app)
    assert measure.why in said and measure.how in said and measure.record in said
    for name in sample.result.quarter.readings_of(MEASURE):
        assert sample.result.quarter.readings[name].title in said
    listed = case_list(sample.result)
    own = listed[listed["measure_id"] == MEASURE]
    shown = app.dataframe[0].value
    assert sorted(shown["Case number"]) == sorted(own["case_number"])
    fixable = recording_gap(sample.result).set_index("measure_id").at[MEASURE, "fixable"]
    first = own.set_index("case_number").loc[shown["Case number"].head(fixable), "group"]
    assert set(first) == {"Fix the record"}, "what can be put right comes first"


def test_a_card_leads_to_the_exceptions_of_its_measure(app: AppTest) -> None:
    open_card(go(use_sample(app), ATTAINMENT), MEASURE)
    widget(app.button, "All of them in Exceptions").click().run()
    assert [title.value for title in app.title] == [EXCEPTIONS]
    assert app.query_params["measure"] in (MEASURE, [MEASURE])


def test_time_to_meeting_is_said_and_can_be_read_as_a_table(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), ATTAINMENT)
    times, timed = time_to_meeting(sample.result), timed_measures(sample.result.quarter)
    table = app.table[0].value
    for subject, measures in timed.items():
        curve = times[times["subject"] == subject]
        assert curve_in_words(curve, measures) in texts(app)
        column = table[sample.result.quarter.subjects[subject].name]
        assert [int(cell.split("(")[1].split(" of ")[0]) for cell in column] == list(curve["met"])


def test_meetings_not_uploaded_have_no_bar_no_curve_and_a_reason(app: AppTest, sample_folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in sample_folder.iterdir() if "activities" not in path.name}
    go(upload(app, files), ATTAINMENT)
    assert_no_fault(app)
    assert "aria-label='Initial school meeting" not in drawn(app) and "aria-label='Student plan" in drawn(app)
    assert texts(app).count("Nothing to draw") == 2 and not app.table
    assert "could not be judged" in texts(app)
    open_card(app, MEASURE)
    assert_no_fault(app)
    assert not app.success, "not assessed is not all met"


@pytest.mark.parametrize("outcomes", [["met"], ["secured", "met"], ["open"], ["missed", "open"], ["out_of_reach"]])
def test_the_headline_says_only_what_is_the_case(outcomes: list[str]) -> None:
    table = pd.DataFrame({"outcome": outcomes, "target_percent": 80, "still_needed": 3})
    said = headline(table)
    words = {"met": "met", "secured": "secured", "open": "open", "missed": "missed", "out_of_reach": "out of reach"}
    good = [words[code] for code in ("met", "secured") if code in outcomes]
    assert said.startswith(f"{len(good) or 'None'} of {len(outcomes)} target")
    for code in ("open", "missed", "out_of_reach"):
        assert (f", 1 {words[code]}" in said) == (code in outcomes)
    assert ("3 more cases would secure the open one" in said) == ("open" in outcomes)
