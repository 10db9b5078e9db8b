"""Groups of cases: side by side, and week by week."""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.dates import column_in_words
from ui.charts.common import PERCENT, TONES, ink


def bars_by_group(table: pd.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    """Each group's cases by how they stand, as shares of its cases, with the target as a line.

    `table`: rows of `attainment_by` for one measure, in the order they are to be drawn.
    """
    kinds = {"Met": "good", "Pending": "open", "Missed": "bad"}
    counts = table.assign(Met=table["met_due"] + table["met_early"], Pending=table["pending"], Missed=table["missed"])
    long = counts.melt(["group", "in_scope"], list(kinds), var_name="Verdict", value_name="Cases")
    long["order"] = long["Verdict"].map(list(kinds).index)
    y = alt.Y(
        "group:N",
        sort=table["group"].to_list(),
        title=None,
        axis=alt.Axis(labelLimit=170, labelOverlap=False, ticks=False, domain=False),
    )
    bars = (
        alt.Chart(long)
        .mark_bar(height=16)
        .encode(
            y=y,
            x=alt.X(
                "Cases:Q", stack="normalize", title="Share of the group's cases", axis=alt.Axis(format="%", grid=False)
            ),
            color=alt.Color(
                "Verdict:N",
                scale=alt.Scale(domain=list(kinds), range=[TONES[tone] for tone in kinds.values()]),
                legend=alt.Legend(orient="top", title=None),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("group:N", title=title),
                "Verdict:N",
                "Cases:Q",
                alt.Tooltip("in_scope:Q", title="In scope"),
            ],
        )
    )
    layers = [bars]
    target = table["target_percent"].iloc[0]
    if pd.notna(target):
        line = pd.DataFrame({"target": [int(target) / 100]})
        layers.append(alt.Chart(line).mark_rule(color=ink(), strokeWidth=2, strokeDash=[5, 3]).encode(x="target:Q"))
    return alt.layer(*layers).properties(height=28 * len(table) + 90).configure_view(strokeWidth=0)


def weekly_rate(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """The rate of each week of referral, with the target. `table`: rows of `attainment_by` for one measure, by week."""
    monday = pd.to_datetime(table["group"])
    weeks = table.assign(week=[f"{day.day} {day:%b}" for day in monday], full=column_in_words(monday))
    # Named, not measured: a time axis would put its marks on days that are no Monday.
    axis = alt.Axis(labelAngle=0, labelOverlap=True, grid=False)
    x = alt.X("week:N", sort=weeks["week"].to_list(), title="Week of referral, from Monday", axis=axis)
    y = alt.Y("floor_percent:Q", title="Met so far, % of the week's cases", scale=PERCENT)
    tips = [
        alt.Tooltip("full:N", title="Week from"),
        alt.Tooltip("floor_percent:Q", title="Met so far %"),
        alt.Tooltip("in_scope:Q", title="Cases"),
    ]
    line = (
        alt.Chart(weeks)
        .mark_line(color=TONES["good"], point=alt.OverlayMarkDef(filled=True, size=60))
        .encode(x=x, y=y, tooltip=tips)
    )
    target = weeks["target_percent"].iloc[0]
    if pd.isna(target):
        return alt.layer(line).properties(height=260)
    rule = (
        alt.Chart(pd.DataFrame({"target": [int(target)]}))
        .mark_rule(color=ink(), strokeDash=[5, 3])
        .encode(y="target:Q")
    )
    return alt.layer(line, rule).properties(height=260)
