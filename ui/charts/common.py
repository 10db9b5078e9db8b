"""What the charts share. Each draws figures already computed; none holds a rule."""

from __future__ import annotations

import altair as alt
import streamlit as st

# Told apart by colour-blind readers too; every chart says the same in words.
TONES = {"good": "#2A78B8", "open": "#C47E16", "bad": "#BC3F25", "plain": "#7C8B98"}
PERCENT = alt.Scale(domain=[0, 100])


def ink() -> str:
    """The colour of text and marks, on a light page and on a dark one."""
    return "#E8EEF3" if st.context.theme.type == "dark" else "#17324D"


def pale() -> str:
    """The colour of what stands behind."""
    return "#3B5266" if st.context.theme.type == "dark" else "#D5DEE6"
