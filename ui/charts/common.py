"""What the charts share. Each draws figures already computed; none holds a rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from functools import cache, wraps
from typing import Any

import altair as alt
import pandas as pd
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


Shape = dict[str, Any]  # a chart as Vega-Lite has it


def shape(make: Callable[..., alt.TopLevelMixin]) -> Callable[..., Shape]:
    """A chart without its data; made once for the server, for each theme and each set of arguments.

    Making a chart takes Altair longer than all else on a page. All sessions share what was made, so `make` names its
    tables and never sees them, and its arguments hold nothing of an upload but how the chart is laid out.
    """

    @cache
    def made(dark: bool, *arguments: Hashable) -> str:
        return json.dumps(make(*arguments).to_dict(validate=False))

    @wraps(make)
    def shaped(*arguments: Hashable) -> Shape:
        own: Shape = json.loads(made(st.context.theme.type == "dark", *arguments))
        return own

    return shaped


def of_table(name: str) -> alt.Chart:
    """A chart of the table to which `filled` gives this name."""
    return alt.Chart(alt.NamedData(name=name))


def filled(chart: Shape, tables: dict[str, pd.DataFrame], **layout: int) -> Shape:
    """A chart with its tables, for `st.vega_lite_chart`. Not for dates: they would be read in the browser's zone."""
    return chart | layout | {"datasets": tables}
