"""Time to meeting: the share of referrals met by each business day, with the targets as points."""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.policy.quarter import Measure
from ui.charts.common import PERCENT, TONES, Shape, filled, ink, of_table, pale, shape


def time_curve(curve: pd.DataFrame, measures: list[Measure]) -> Shape:
    """One subject's curve. `curve`: its rows of `time_to_meeting`; `measures`: its measures, from `timed_measures`.

    The targets are hollow points with their labels; a line joins each to the curve where it is above it.
    """
    reached = curve.set_index("business_day")["percent"]
    aims = pd.DataFrame(
        [
            {
                "day": m.clock.business_days,
                "target": m.target,
                "label": f"{m.target}% by day {m.clock.business_days}",
                "reached": reached.get(m.clock.business_days),
            }
            for m in measures
            if m.target is not None
        ],
        columns=["day", "target", "label", "reached"],
    )
    return filled(_curve(int(curve["business_day"].max())), {"curve": curve, "aims": aims})


@shape
def _curve(last: int) -> alt.LayerChart | alt.FacetChart:
    """`last`: the last business day drawn. Tables: `curve`, `aims`."""
    axis = alt.Axis(values=list(range(0, last + 1, 5)), grid=False, format="d", tickColor=ink(), domainColor=ink())
    x = alt.X("business_day:Q", title="Business days since the referral", axis=axis, scale=alt.Scale(domain=[0, last]))
    y = alt.Y(
        "percent:Q",
        title=None,
        scale=PERCENT,
        axis=alt.Axis(
            values=[0, 25, 50, 75, 100],
            labelExpr="datum.value + '%'",
            gridColor=pale(),
            gridOpacity=0.7,
            domain=False,
            ticks=False,
        ),
    )
    tips = [
        alt.Tooltip("business_day:Q", title="By business day"),
        alt.Tooltip("percent:Q", title="Met %"),
        alt.Tooltip("met:Q", title="Met"),
        alt.Tooltip("cases:Q", title="Of cases whose day has passed"),
    ]
    base = of_table("curve").encode(x=x, y=y)
    area = base.mark_area(color=TONES["good"], opacity=0.14, interpolate="monotone")
    line = base.mark_line(color=TONES["good"], strokeWidth=3, interpolate="monotone")
    points = base.mark_point(color=TONES["good"], filled=True, size=45, opacity=1).encode(tooltip=tips)
    aimed = of_table("aims").encode(x="day:Q", y="target:Q")
    short = aimed.transform_filter("datum.reached < datum.target").mark_rule(
        color=TONES["bad"], strokeWidth=3, strokeDash=[4, 3]
    )
    target = aimed.mark_point(shape="diamond", size=150, strokeWidth=2.5, filled=False, color=ink(), opacity=1)
    label = aimed.mark_text(align="right", dx=-10, dy=-9, fontSize=13, fontWeight=600, color=ink()).encode(
        text="label:N"
    )
    layers = [area, line, points, short.encode(y2="reached:Q"), target, label]
    return (
        alt.layer(*layers)
        .properties(height=300)
        .configure_view(strokeWidth=0)
        .configure_axis(labelColor=ink(), titleColor=ink())
    )
