"""What is said of each measure, once for every door: figures with what they are made of, sentences, what differs."""

from __future__ import annotations

import contextlib
import io
from datetime import date

import openpyxl
import pandas as pd
import pytest
from conftest import Computed

import asreport
from asreport.analysing.measure_summary import FIGURES, MeasureSummary, figures_table, measure_summaries
from asreport.analysing.recording_gap import gap_in_words, recording_gap
from asreport.command_line import cli
from asreport.words.sentences import what_counts_say, where_it_ends

QUARTER = asreport.newest_confirmed()


def by_id(result: asreport.Assessment) -> dict[str, MeasureSummary]:
    return {summary.id: summary for summary in measure_summaries(result)}


@pytest.mark.parametrize("headline_rate", ["due", "decided"])
def test_a_percentage_comes_with_the_fraction_it_is_cut_from(sample: Computed, headline_rate: str) -> None:
    assert headline_rate in QUARTER.readings["headline_rate"].choices
    quarter = QUARTER.with_readings({"headline_rate": headline_rate})
    result = asreport.assess(sample.exports.tables, quarter, date(2026, 5, 8))
    attainment = result.attainment.set_index("measure_id")
    early = 0
    for summary in measure_summaries(result):
        row = attainment.loc[summary.id]
        for figure, fraction, column in (
            (summary.rate, summary.rate_of, "rate_percent"),
            (summary.floor, summary.floor_of, "floor_percent"),
        ):
            assert (figure is None) == (fraction is None) == bool(pd.isna(row[column]))
            if fraction:
                assert figure == row[column] == fraction[0] * 10_000 // fraction[1] / 100
        if summary.rate_of:
            counted_early = row["met_early"] if headline_rate == "decided" else 0
            assert summary.rate_of == (row["met_due"] + counted_early, row["due"] + counted_early)
            early += counted_early
        assert summary.floor_of == ((row["met_due"] + row["met_early"], row["in_scope"]) if row["in_scope"] else None)
    assert bool(early) == (headline_rate == "decided"), "some are met early, so the two readings differ"


def test_its_sentences_and_figures_are_those_of_the_attainment_and_the_recording_gap(sample: Computed) -> None:
    attainment, gaps = sample.result.attainment, recording_gap(sample.result)
    summaries = measure_summaries(sample.result)
    for summary, (_, row), (_, gap) in zip(summaries, attainment.iterrows(), gaps.iterrows(), strict=True):
        assert (summary.id, summary.name, summary.outcome) == (row["measure_id"], row["measure"], row["outcome"])
        assert summary.section_title == QUARTER.sections[QUARTER.measures[summary.id].section]
        assert summary.counts_in_words == what_counts_say(row) and summary.ends == where_it_ends(row)
        assert summary.put_right == gap_in_words(gap) and summary.fixable == gap["fixable"]
        assert summary.in_words == summary.outcome_words.sentence and not summary.why_not_assessed
        assert (summary.cautions, summary.departures) == ((), ())
    table = figures_table(summaries)
    assert list(table) == list(FIGURES) and (table["missed"] == attainment["missed"]).all()
    assert table["still_needed"].equals(attainment["still_needed"]) and table["rate"].dtype == "float64"


def test_what_was_not_assessed_has_no_counts_rather_than_none(sample: Computed) -> None:
    tables = {name: table for name, table in sample.exports.tables.items() if name != "plans"}
    summaries = by_id(asreport.assess(tables, QUARTER, sample.result.as_at))
    plan = summaries["student-plan"]
    assert plan.in_words == plan.why_not_assessed == "No export of Student plans that can be used was uploaded."
    assert not plan.has_figures and set(plan.counts.values()) == {None} and plan.floor_of is None
    assert summaries["school-meeting-5"].has_figures and summaries["school-meeting-5"].counts["in_scope"]
    none = by_id(asreport.assess(tables, QUARTER, date(2026, 1, 1)))["school-meeting-5"]
    assert (none.outcome, none.counts["in_scope"], none.has_figures) == ("no_cases", 0, False)


def test_only_what_affects_a_measure_is_said_to_differ(sample: Computed) -> None:
    settings = asreport.Settings(subjects={"school": ["Hui with school"]}, queues=["Intake"])
    quarter = settings.applied_to(QUARTER.with_readings({"deadline_day": "missed"}))
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    reading, subject, queue = quarter.departures
    said = {summary.id: summary.departures for summary in measure_summaries(result)}
    assert said["school-meeting-5"] == (reading, subject) and said["whanau-meeting-10"] == (reading,)
    assert said["migrated-allocated"] == (reading, queue) and said["student-plan"] == ()


def test_a_carried_over_target_is_cautioned_wherever_there_is_one(sample: Computed) -> None:
    quarter = asreport.quarter_of_exports(sample.exports.tables, date(2026, 11, 2))
    caution = quarter.cautions[0]
    summaries = measure_summaries(asreport.assess(sample.exports.tables, quarter, date(2026, 11, 2)))
    assert {summary.cautions for summary in summaries if summary.target is not None} == {(caution,)}
    assert {summary.cautions for summary in summaries if summary.target is None} == {()}


def test_the_workbook_and_the_command_line_lay_it_out(sample: Computed) -> None:
    tables = {name: table for name, table in sample.exports.tables.items() if name != "plans"}
    result = asreport.assess(tables, QUARTER, sample.result.as_at)
    summaries = measure_summaries(result)
    book = openpyxl.load_workbook(io.BytesIO(asreport.exceptions_workbook(result, None)))
    header, *rows = book["Summary"].iter_rows(values_only=True)
    figures = [name + " %" * (name in ("Target", "Rate", "Floor", "Ceiling")) for name in FIGURES.values()]
    assert list(header) == ["Measure", "Outcome", *figures, "In words"]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        cli._print_measures(summaries)
    for summary, row, line in zip(summaries, rows, printed.getvalue().splitlines(), strict=True):
        word = summary.outcome_words.word
        assert list(row) == [summary.name, word, *summary.figures.values(), summary.in_words]
        assert line.split() == [
            *summary.name.split(),
            summary.rate_in_words,
            "of",
            summary.target_in_words,
            *word.split(),
        ]
