"""A measure on Target attainment: how it stands, and the card that explains it and leads to its cases."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from asreport.analysing.case_list import COLUMNS, NO_OWNER, case_list
from asreport.analysing.measure_summary import MeasureSummary
from asreport.policy.quarter import Measure, Quarter
from asreport.words.catalogue import GROUPS
from asreport.words.sentences import cases
from ui import readings, session, shared
from ui.charts.bullet import bullet
from ui.session import Loaded

RATE_HELP = (
    "Met, of the cases whose deadline has passed. The bar runs from the floor (no pending case is met) to the ceiling "
    "(every one is). Percentages are cut after two decimals, never rounded up."
)
ON_CARD = ("case_number", "student_name", "case_owner", "verdict", "reason", "deadline")
MOST = 200  # rows of a card's table; Exceptions has all


def measure_row(now: Loaded, summary: MeasureSummary) -> None:
    """One measure: how it stands in words, against its target on one axis, its counts, and its card."""
    with st.container(border=True, key=f"measure-{summary.id}", gap="xsmall"):
        stands, figures = st.columns([4, 1], vertical_alignment="center")
        with stands:
            st.markdown(f"### {summary.name}\n{shared.outcome_in_line(summary.outcome)}")
            if summary.has_figures:
                st.html(bullet(summary))
                put_right = [f":material/build: {summary.put_right}"] if summary.put_right else []
                st.markdown("  \n".join(f":small[{text}]" for text in (summary.counts_in_words, *put_right)))
            else:
                st.write(summary.in_words)
        if summary.has_figures:
            with figures.container(gap=None):
                st.metric("Rate", summary.rate_in_words, help=RATE_HELP)
                st.markdown(f":small[{summary.ends.capitalize()}]")
        key = f"card-{summary.id}-{now.number}"
        card = st.expander("Why, how, and which cases", key=key, on_change="rerun", type="compact")
        if card.open:
            with card:
                _card(now, now.result.quarter.measures[summary.id])


def _card(now: Loaded, measure: Measure) -> None:
    st.markdown(
        f"**Why it matters.** {measure.why}\n\n**How it is calculated.** {measure.how}\n\n"
        f"**What must be recorded.** {measure.record}"
    )
    _readings(measure, now.shown.quarter)
    readings.effects_on(now, measure.id)
    _not_met(now, measure)


def _readings(measure: Measure, quarter: Quarter) -> None:
    """How the guide is read where it is silent on this measure, a line a reading."""
    lines = []
    for name in quarter.readings_of(measure.id):
        reading = quarter.readings[name]
        taken = reading.choices[reading.value] if isinstance(reading.value, str) else ", ".join(reading.value)
        changed = " :orange-badge[:material/tune: Changed]" if reading.changed else ""
        lines.append(f"- {reading.title}: {shared.safe_markdown(taken)}{changed}")
    if lines:
        st.markdown("\n".join(["**Readings in force.** Where the guide is silent:", "", *lines]))


def _not_met(now: Loaded, measure: Measure) -> None:
    """The cases that are not met, those whose record can be put right first; choosing one opens it."""
    listed = session.kept(f"not met {measure.id}", lambda: _listed(now, measure.id))
    if listed.empty:
        if measure.id not in now.result.not_assessed:
            st.success("No case of this measure is missed, pending or left out.", icon=":material/check:")
        return
    more = f"The first {MOST} of {cases(len(listed))}" if len(listed) > MOST else cases(len(listed)).capitalize()
    st.markdown(f"**{more} not met.** Choose one to open it.")
    shown = _with_students(now, listed.head(MOST))
    chosen = st.dataframe(
        shown.rename(columns=COLUMNS),
        hide_index=True,
        height=min(36 + 35 * len(shown), 320),
        placeholder="–",
        alt=f"Cases not met of {measure.name}",
        key=f"cases-{measure.id}-{now.number}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Due date": shared.date_column("Due date")},
    )
    if rows := chosen["selection"]["rows"]:
        session.open_case(shown["case_number"].iloc[rows[0]])
    if st.button("All of them in Exceptions", key=f"exceptions-{measure.id}", icon=":material/checklist:"):
        st.switch_page("pages/exceptions.py", query_params={"measure": measure.id})


def _listed(now: Loaded, measure_id: str) -> pd.DataFrame:
    """A measure's cases that are not met, in order, without students' names: it is kept, and those may be hidden."""
    results = now.result.case_results
    own = replace(now.result, case_results=results[results["measure_id"] == measure_id])
    listed = case_list(own, student_names=False).assign(fix=lambda table: table["group"] == GROUPS["fix"])
    listed = listed.sort_values(["fix", "deadline"], ascending=[False, True], kind="stable")
    if "case_owner" in listed:
        listed["case_owner"] = listed["case_owner"].fillna(NO_OWNER)
    known = [column for column in ON_CARD if column in listed and listed[column].notna().any()]
    return listed[known].reset_index(drop=True)


def _with_students(now: Loaded, listed: pd.DataFrame) -> pd.DataFrame:
    """The list with the students' names, or what stands for them, after the case number."""
    people = now.shown.cases
    if "student_name" not in people:
        return listed
    names = people.loc[people["case_number"].isin(listed["case_number"]), ["case_number", "student_name"]]
    order = [column for column in ON_CARD if column in listed or column == "student_name"]
    return listed.merge(names, on="case_number", how="left")[order]
