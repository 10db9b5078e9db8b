"""Measures by owners: who is how far from which target."""

from __future__ import annotations

import textwrap

import altair as alt
import pandas as pd

from asreport.analysing.breakdown import is_small
from asreport.words.sentences import percent
from ui.charts.common import TONES, Shape, filled, ink, of_table, shape
from ui.charts.groups import PICKED, SMALL_MARK

# The mark in each cell says what its colour says.
_STANDING = {"✓": "At or above the target", "▼": "Below the target", "": "No target"}
# Names of one, two and three lines, each with its middle at the middle of its row.
_MIDDLE = {
    "condition": [
        {"test": f"length(split(datum.label, '\\n')) == {lines}", "value": value} for lines, value in ((1, 0), (3, -13))
    ],
    "value": -7,
}
_NOTHING_DUE = "–"


def mark(table: pd.DataFrame) -> pd.Series:
    """How the rate of each row of a breakdown stands to its target: ✓, ▼, or nothing where one of them is missing."""
    rate, target = table["rate_percent"], table["target_percent"].astype("float64")
    return pd.Series("", index=table.index).mask(rate >= target, "✓").mask(rate < target, "▼")


def in_words(table: pd.DataFrame) -> pd.Series:
    """Each cell as a text: mark, rate, and whether the group is small."""
    cell = (mark(table) + " " + table["rate_percent"].map(percent)).str.strip()
    return cell + is_small(table).map({True: f" {SMALL_MARK}", False: ""})


def heat_map(table: pd.DataFrame) -> Shape:
    """Rates by measure (down) and owner (across); the further from the target, the stronger the colour.

    `table`: as `asreport.analysing.breakdown.furthest`.
    """
    distance = (table["rate_percent"] - table["target_percent"].astype("float64")).abs()
    # Cut, never rounded up: a rate just below its target must not read as if it had reached it.
    rate = (table["rate_percent"] // 1).map("{:.0f}".format, na_action="ignore")
    small = is_small(table).map({True: SMALL_MARK, False: ""})
    drawn = table.assign(
        name=table["measure"].map(_on_lines), mark=mark(table), tone=mark(table).map(_STANDING),
        text=(mark(table) + rate + small).fillna(_NOTHING_DUE), rate=table["rate_percent"].map(percent),
        target=table["target_percent"].map("{}%".format, na_action="ignore").fillna("none"),
        # Never so strong that the ink on it could not be read.
        strength=(distance.clip(upper=40) / 40 * 0.5 + 0.15).fillna(0.12),
    )  # fmt: skip
    drawn["place"] = drawn.groupby("name", sort=False).ngroup()
    height = 44 * drawn["name"].nunique() + 140  # with the names on top and the legend below
    return filled(_cells(), {"cells": drawn}, height=height)


@shape
def _cells() -> alt.LayerChart | alt.FacetChart:
    """Table: `cells`."""
    base = of_table("cells").encode(
        y=alt.Y(
            "name:N", sort=alt.EncodingSortField("place", op="min"), title=None,
            axis=alt.Axis(
                labelExpr="split(datum.label, '\\n')", labelLimit=190, labelLineHeight=13, labelOffset=_MIDDLE,
                labelPadding=8, labelOverlap=False, labelBaseline="middle", ticks=False, domain=False,
            ),
        ),
        x=alt.X(
            "group:N", sort=alt.EncodingSortField("rank", op="min"), title=None,
            axis=alt.Axis(orient="top", labelAngle=-60, labelLimit=120, labelOverlap=False, ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("group:N", title="Case owner"), alt.Tooltip("measure:N", title="Measure"),
            alt.Tooltip("rate:N", title="Rate"), alt.Tooltip("target:N", title="Target"),
            alt.Tooltip("in_scope:Q", title="In scope"), alt.Tooltip("missed:Q", title="Missed"),
            alt.Tooltip("still_needed:Q", title="Short of target by"),
        ],
    )  # fmt: skip
    # One below the other where they would be cut off beside each other.
    legend = alt.Legend(orient="bottom", title=None, columns=alt.expr("width < 300 ? 1 : 3"))
    tones = alt.Scale(domain=list(_STANDING.values()), range=[TONES[tone] for tone in ("good", "bad", "plain")])
    cells = (
        base.mark_rect(cornerRadius=3, cursor="pointer")
        .encode(
            color=alt.Color("tone:N", scale=tones, legend=legend),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        )
        .add_params(alt.selection_point(PICKED, fields=["group", "measure_id"], on="click", toggle=False))
    )
    # Figures where there is room for them, else the mark alone; the table has them all.
    wide, narrow = (alt.expr(f"bandwidth('x') < 36 ? {a} : {b}") for a, b in ((0, 1), (1, 0)))
    text = base.mark_text(color=ink(), fontSize=13, cursor="pointer")
    figures = text.encode(text=alt.Text("text:N"), opacity=alt.OpacityValue(wide))
    marks = text.encode(text=alt.Text("mark:N"), opacity=alt.OpacityValue(narrow))
    chart = alt.layer(cells, figures, marks)
    return chart.configure_view(strokeWidth=0).configure_scale(bandPaddingInner=0.06)


def _on_lines(name: str) -> str:
    return "\n".join(textwrap.wrap(name, 27))
