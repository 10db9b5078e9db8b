"""The worked cases as How it is measured shows them: the tables that the tests run."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport import wording
from asreport.dates import in_words
from asreport.quarter import Quarter
from asreport.worked import WorkedExample, load_worked
from ui import parts


@st.cache_data(show_spinner=False)
def _examples() -> tuple[WorkedExample, ...]:
    """The worked cases, which the tests run too."""
    return load_worked()


def _table(text: pd.DataFrame) -> None:
    """A text table of a worked case, in words."""
    words = wording.plainly(text).map(parts.safe_markdown)
    st.table(words.set_index(words.columns[0]))


def worked_cases(quarter: Quarter) -> None:
    """The worked cases of one theme, as the tests have them."""
    examples = _examples()
    themes = list(dict.fromkeys(example.theme for example in examples))
    theme = st.selectbox("Theme", themes, key="worked-theme", persist_state="session")
    for example in (e for e in examples if e.theme == theme):
        with st.expander(example.title):
            names = [quarter.measures[measure].name for measure in (example.measure, *example.also)]
            st.caption(f"{'; '.join(names)}. As at {in_words(example.as_at)}.")
            if example.why:
                st.write(example.why)
            for table, text in example.shown.items():
                st.markdown(f"**{table.capitalize()}**")
                _table(text)
            if expected := example.expected_attainment:
                st.markdown("**Attainment**")
                _table(pd.DataFrame([{name: str(value) or "–" for name, value in expected.items()}]))
