"""What the charts share. Each draws figures already computed; none holds a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt
import streamlit as st

from ui import session

# Told apart by colour-blind readers too; every chart says the same in words.
TONES = {"good": "#2A78B8", "open": "#C47E16", "bad": "#BC3F25", "plain": "#7C8B98"}
PERCENT = alt.Scale(domain=[0, 100])


def ink() -> str:
    """The colour of text and marks, on a light page and on a dark one."""
    return "#E8EEF3" if st.context.theme.type == "dark" else "#17324D"


def pale() -> str:
    """The colour of what stands behind."""
    return "#3B5266" if st.context.theme.type == "dark" else "#D5DEE6"


def specification(name: str, make: Callable[[], alt.TopLevelMixin]) -> dict[str, Any]:
    """A chart as Vega-Lite has it, for `st.vega_lite_chart`; made once for this upload, these settings and this theme.

    Making a chart takes Altair longer than all else on a page, and only one session at a time can.
    `name`: what tells it from all other charts of the session. Not for dates: they would be read in the browser's zone.
    """
    spec: dict[str, Any] = session.kept(f"chart {name} {st.context.theme.type}", lambda: make().to_dict(validate=False))
    return spec
