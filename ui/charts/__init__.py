"""The charts, a file for each kind, and what holds for all of them: in Altair, but for the bullets, which are HTML."""

from __future__ import annotations

from typing import Any

import altair as alt
import streamlit as st


@alt.theme.register("asreport", enable=True)
def _theme() -> Any:
    """Labels dark enough to read, and no frame."""
    dark = st.context.theme.type == "dark"
    words = {"labelColor": "#C3CED6" if dark else "#3B4D60", "titleColor": "#C3CED6" if dark else "#3B4D60"}
    config = {"axis": words, "legend": words, "header": words, "view": {"strokeWidth": 0}}
    return alt.theme.ThemeConfig(config=config)  # type: ignore[typeddict-item]
