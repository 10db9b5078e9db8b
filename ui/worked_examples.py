"""The worked cases as How it is measured shows them: the tables that the tests run, where they hold."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.dates import in_words
from asreport.policy.quarter import Quarter
from asreport.policy.quarter_file import built_in
from asreport.words import catalogue
from asreport.worked import WorkedExample
from asreport.worked.shown import Shown, shown, themes
from ui import session, shared


def _table(text: pd.DataFrame) -> None:
    """A text table of a worked case, in words."""
    words = catalogue.plainly(text).map(shared.safe_markdown)
    st.table(words.set_index(words.columns[0]))


def _examples(quarter: Quarter, theme: str) -> Shown:
    """The examples of a theme that hold under a quarter; under one that was chosen, once for what is loaded."""
    if session.loaded() is None:
        return shown(quarter, theme)
    kept: Shown = session.kept(f"worked cases {theme}", lambda: shown(quarter, theme))
    return kept


def worked_cases(quarter: Quarter) -> None:
    """The worked cases of one theme, as the tests have them; none that the quarter in force would answer otherwise."""
    known = themes(quarter)
    if not known:
        st.write("This quarter builds on none that has worked cases.")
        return
    theme = st.selectbox("Theme", known, key="worked-theme", persist_state="session")
    examples = _examples(quarter, theme)
    for example in examples.examples:
        with st.expander(example.title):
            _one(example, quarter)
    if examples.left_out:
        st.caption(f"Not shown, because they do not hold as it is measured here: {examples.left_out}.")


def _one(example: WorkedExample, quarter: Quarter) -> None:
    names = [quarter.measures[measure].name for measure in (example.measure, *example.also)]
    period = built_in(example.quarter).period
    st.caption(f"{'; '.join(names)}. As at {in_words(example.as_at)}.")
    if (period.start, period.end) != (quarter.period.start, quarter.period.end):
        st.caption(f"Worked for the period from {in_words(period.start)} to {in_words(period.end)}.")
    if example.why:
        st.write(example.why)
    for table, text in example.shown.items():
        st.markdown(f"**{table.capitalize()}**")
        _table(text)
    if expected := example.expected_attainment:
        st.markdown("**Attainment**")
        _table(pd.DataFrame([{name: str(value) or "–" for name, value in expected.items()}]))
