"""How it is measured: the cards, the readings in force, the worked cases, the calendar, the words."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import asreport
from asreport.dates import in_words
from asreport.evidence import REASONS
from asreport.policy.quarter import Measure, Quarter, Reading
from asreport.words import catalogue
from ui import calendar, readings, session, shared, worked_examples


def card(measure: Measure, quarter: Quarter) -> None:
    """What a measure asks, why, and how it is calculated."""
    target = "No target: tracked" if measure.target is None else f"Target {measure.target}%"
    own = [quarter.readings[name] for name in quarter.readings_of(measure.id)]
    changed = " · :material/tune: changed reading" if any(reading.changed for reading in own) else ""
    with st.expander(f"{measure.name} · {target}{changed}"):
        st.markdown(
            f"**Why it matters.** {measure.why}\n\n**How it is calculated.** {measure.how}\n\n"
            f"**What must be recorded.** {measure.record}"
        )
        if own:
            st.markdown("**Readings in force here**")
            st.markdown("\n".join(f"- {in_force(reading)}" for reading in own))
        if now and measure.id not in now.result.not_assessed and "cases" in now.exports.tables:
            readings.effects_on(now, measure.id)


def in_force(reading: Reading) -> str:
    """A reading in a line, marked where it is changed."""
    mark = ":orange-badge[:material/tune: Changed] " if reading.changed else ""
    return f"{mark}{reading.title}: {shared.safe_markdown(reading.in_words())}"


def reading_table(quarter: Quarter) -> pd.DataFrame:
    """The readings in force, with what each is taken to mean and why."""
    rows = []
    for reading in quarter.readings.values():
        taken = reading.in_words()
        rows.append({"Reading": reading.title, "Taken as": taken[0].upper() + taken[1:], "Why": reading.explanation})
    return pd.DataFrame(rows)


def words(quarter: Quarter) -> None:
    """The glossary: verdicts, outcomes, figures, and every reason with what to check."""
    for title, meanings in {
        "Figures": catalogue.FIGURES,
        "Verdicts": {catalogue.VERDICTS[code]: text for code, text in catalogue.VERDICT_MEANINGS.items()},
        "Outcomes": {outcome.word: outcome.sentence for outcome in catalogue.OUTCOMES.values()},
    }.items():
        st.header(title)
        st.table(pd.DataFrame({"Word": meanings.keys(), "Meaning": meanings.values()}).set_index("Word"))
    st.header("Reasons, and what to check")
    reasons = catalogue.general_reasons(quarter)
    for group, title in catalogue.GROUPS.items():
        st.markdown(f"**{title}.** {catalogue.GROUP_MEANINGS[group]}")
        rows = [
            {"Reason": r.short, "Found": r.found, "Check": r.check, "Open": r.open}
            for code, r in reasons.items()
            if REASONS[code].group == group
        ]
        st.table(pd.DataFrame(rows).set_index("Reason"))


session.page_of_app()
st.title("How it is measured")
st.caption("What is asked, how it is calculated, how the guide is read where it is silent.")
now = session.loaded()
quarter = now.shown.quarter if now else asreport.newest_confirmed()
st.markdown(f"**{quarter.name}.** {quarter.source}.")
with st.container():  # always there, so that the tabs below stay as they are
    shared.departures(quarter)
measures_tab, readings_tab, worked_tab, calendar_tab, words_tab = st.tabs(
    ["Measures", "Readings", "Worked cases", "Calendar", "Words"]
)
with measures_tab:
    for section, title in quarter.sections.items():
        if own := [measure for measure in quarter.measures.values() if measure.section == section]:
            st.header(title)
            for measure in own:
                card(measure, quarter)
with readings_tab:
    st.write("Where the guide is silent asreport takes one reading, says so, and uses it everywhere.")
    period = quarter.period
    st.markdown(f"**The period.** {in_words(period.start)} to {in_words(period.end)}. {period.explanation}")
    if now and "cases" in now.exports.tables:
        readings.choose(now)
    else:
        st.table(reading_table(quarter).set_index("Reading"))
        st.page_link("pages/upload.py", label="With your exports, each can be changed here", icon=":material/tune:")
with worked_tab:
    st.write("Small made-up cases with the answer each must get. asreport is tested with these very tables.")
    worked_examples.worked_cases(quarter)
with calendar_tab:
    calendar.calendar(quarter, now)
with words_tab:
    words(quarter)
