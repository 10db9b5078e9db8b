"""The charts, in Altair. Each draws figures already computed; none holds a rule."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from asreport.dates import column_in_words
from asreport.wording import OUTCOMES, percent

# Told apart by colour-blind readers too; every chart says the same in words.
TONES = {"good": "#2A78B8", "open": "#D08A1D", "bad": "#C4472B", "plain": "#7C8B98"}
_SCALE = alt.Scale(domain=[0, 100])


def _ink() -> str:
    return "#E8EEF3" if st.context.theme.type == "dark" else "#17324D"


def _pale() -> str:
    return "#3B5266" if st.context.theme.type == "dark" else "#D5DEE6"


def bullet(row: pd.Series) -> alt.LayerChart | alt.FacetChart:
    """One measure on one axis: from floor to ceiling as a bar, the rate as a mark, the target as a line."""
    data = pd.DataFrame(
        [{
            "floor": row["floor_percent"], "ceiling": row["ceiling_percent"], "rate": row["rate_percent"],
            "target": None if pd.isna(row["target_percent"]) else int(row["target_percent"]), "zero": 0, "full": 100,
        }]
    )  # fmt: skip
    colour = TONES[OUTCOMES[row["outcome"]].tone]
    axis = alt.Axis(
        values=[0, 25, 50, 75, 100], labelExpr="datum.value + '%'", grid=False, title=None, ticks=False, domain=False
    )
    base = alt.Chart(data)
    tips = [
        alt.Tooltip("floor:Q", title="Floor %"),
        alt.Tooltip("rate:Q", title="Rate %"),
        alt.Tooltip("ceiling:Q", title="Ceiling %"),
        alt.Tooltip("target:Q", title="Target %"),
    ]
    track = base.mark_bar(height=18, color=_pale(), cornerRadius=3).encode(
        alt.X("zero:Q", scale=_SCALE, axis=axis), x2="full:Q"
    )
    met = base.mark_bar(height=18, color=colour, cornerRadius=3).encode(
        alt.X("zero:Q", scale=_SCALE), x2="floor:Q", tooltip=tips
    )
    possible = base.mark_bar(height=18, color=colour, opacity=0.35).encode(
        alt.X("floor:Q", scale=_SCALE), x2="ceiling:Q", tooltip=tips
    )
    rate = base.mark_point(shape="diamond", size=110, filled=True, color=_ink()).encode(
        alt.X("rate:Q", scale=_SCALE), tooltip=tips
    )
    target = base.mark_tick(thickness=3, height=30, color=_ink()).encode(alt.X("target:Q", scale=_SCALE), tooltip=tips)
    return alt.layer(track, met, possible, target, rate).properties(height=64).configure_view(strokeWidth=0)


def bullet_in_words(row: pd.Series) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    target = "no target" if pd.isna(row["target_percent"]) else f"target {row['target_percent']}%"
    return (
        f"{row['measure']}: rate {percent(row['rate_percent'])}, {target}, "
        f"floor {percent(row['floor_percent'])}, ceiling {percent(row['ceiling_percent'])}"
    )


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
        layers.append(alt.Chart(line).mark_rule(color=_ink(), strokeWidth=2, strokeDash=[5, 3]).encode(x="target:Q"))
    return alt.layer(*layers).properties(height=28 * len(table) + 90).configure_view(strokeWidth=0)


def weekly_rate(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """The rate of each week of referral, with the target. `table`: rows of `attainment_by` for one measure, by week."""
    monday = pd.to_datetime(table["group"])
    weeks = table.assign(week=[f"{day.day} {day:%b}" for day in monday], full=column_in_words(monday))
    # Named, not measured: a time axis would put its marks on days that are no Monday.
    axis = alt.Axis(labelAngle=0, labelOverlap=True, grid=False)
    x = alt.X("week:N", sort=weeks["week"].to_list(), title="Week of referral, from Monday", axis=axis)
    y = alt.Y("floor_percent:Q", title="Met so far, % of the week's cases", scale=_SCALE)
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
        .mark_rule(color=_ink(), strokeDash=[5, 3])
        .encode(y="target:Q")
    )
    return alt.layer(line, rule).properties(height=260)
