"""Groups of cases: side by side, and week by week.

Encodings are written as objects (`alt.X("target:Q")`) and not as bare texts, which Altair takes much longer to read.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.analysing.breakdown import is_small
from asreport.dates import column_in_words
from ui.charts.common import PERCENT, TONES, Shape, filled, ink, of_table, shape

PICKED = "picked"  # the selection of a bar: which group, which verdict
SMALL_MARK = "△"
_KINDS = {"Met": "good", "Pending": "open", "Missed": "bad"}


def bars_by_group(table: pd.DataFrame, title: str) -> Shape:
    """Each group's cases by how they stand, as shares of its cases, with the target as a line.

    `table`: rows of `attainment_by` for one measure, in the order they are to be drawn.
    """
    label = table["group"].mask(is_small(table), SMALL_MARK + " " + table["group"])
    counts = table.assign(
        label=label, strength=is_small(table).map({True: 0.45, False: 1.0}),
        Met=table["met_due"] + table["met_early"], Pending=table["pending"], Missed=table["missed"],
    )  # fmt: skip
    keep = ["group", "label", "strength", "in_scope", "still_needed"]
    long = counts.melt(keep, list(_KINDS), var_name="Verdict", value_name="Cases")
    short = counts[counts["still_needed"].fillna(0) > 0]
    short = short.assign(words=short["still_needed"].map("{:,} short".format))
    long["order"] = long["Verdict"].map(list(_KINDS).index)
    aim = _aim(table).assign(target=lambda aim: aim["target"] / 100)
    return filled(_bars(title), {"counts": long, "short": short, "aim": aim}, height=30 * len(table) + 110)


@shape
def _bars(title: str) -> alt.LayerChart | alt.FacetChart:
    """`title`: what the groups are. Tables: `counts`, in the order they are drawn, `short` and `aim`."""
    y = alt.Y(
        "label:N", sort=None, title=None,
        axis=alt.Axis(labelLimit=170, labelOverlap=False, ticks=False, domain=False, labelPadding=8),
    )  # fmt: skip
    share = alt.X(
        "Cases:Q", stack="normalize", title="Share of the group's cases in scope",
        axis=alt.Axis(format="%", grid=False, tickCount=5, domain=False),
    )  # fmt: skip
    tips = [
        alt.Tooltip("group:N", title=title),
        alt.Tooltip("Verdict:N"),
        alt.Tooltip("Cases:Q", format=","),
        alt.Tooltip("in_scope:Q", title="In scope", format=","),
        alt.Tooltip("still_needed:Q", title="Short of target by", format=","),
    ]
    bars = (
        of_table("counts")
        .mark_bar(height=18, cursor="pointer")
        .encode(
            y=y,
            x=share,
            order=alt.Order("order:Q"),
            tooltip=tips,
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            color=alt.Color(
                "Verdict:N",
                scale=alt.Scale(domain=list(_KINDS), range=[TONES[tone] for tone in _KINDS.values()]),
                legend=alt.Legend(orient="top", title=None, symbolType="square"),
            ),
        )  # fmt: skip
        .add_params(alt.selection_point(PICKED, fields=["group", "Verdict"], on="click", toggle=False))
    )
    by_how_many = (
        of_table("short")
        .mark_text(align="left", dx=8, fontSize=13, fontWeight=600, color=ink())
        .encode(y=y, x=alt.value("width"), text=alt.Text("words:N"))
    )
    aim = of_table("aim").encode(x=alt.X("target:Q"))
    line = aim.mark_rule(color=ink(), strokeWidth=2, strokeDash=[5, 3])
    name = aim.mark_text(color=ink(), align="right", dx=-5, dy=-9, fontSize=12)
    layers = [bars, by_how_many, line, name.encode(y=alt.value(0), text=alt.Text("words:N"))]
    return alt.layer(*layers).properties(padding={"right": 68}).configure_view(strokeWidth=0)


def weekly_rate(table: pd.DataFrame) -> Shape:
    """What each week of referral has met so far, with the target, above the week's cases.

    `table`: rows of `attainment_by` for one measure, by week.
    """
    monday = pd.to_datetime(table["group"])
    weeks = table.assign(
        week=[f"{day.day} {day:%b}" for day in monday], full=column_in_words(monday),
        small=is_small(table), met=table["met_due"] + table["met_early"],
    )  # fmt: skip
    return filled(_weeks(), {"weeks": weeks, "aim": _aim(weeks)})


@shape
def _weeks() -> alt.LayerChart | alt.FacetChart:
    """Tables: `weeks`, in their order, and `aim`."""
    # Named, not measured: a time axis would put its marks on days that are no Monday.
    x = alt.X(
        "week:N", sort=None, title="Week of referral, from Monday",
        axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False, ticks=False),
    )  # fmt: skip
    y = alt.Y(
        "floor_percent:Q", title=None, scale=PERCENT,
        axis=alt.Axis(labelExpr="datum.value + '%'", values=[0, 25, 50, 75, 100], domain=False, ticks=False),
    )  # fmt: skip
    tips = [
        alt.Tooltip("full:N", title="Week from"),
        alt.Tooltip("floor_percent:Q", title="Met so far %"),
        alt.Tooltip("met:Q", title="Met"),
        alt.Tooltip("pending:Q", title="Pending"),
        alt.Tooltip("in_scope:Q", title="In scope"),
    ]
    base = of_table("weeks").encode(x=x, y=y, tooltip=tips)
    line = base.mark_line(color=TONES["good"], strokeWidth=2)
    # A small week is hollow: it moves far with one case.
    points = (
        base.mark_point(color=TONES["good"], size=90, strokeWidth=2, opacity=1, cursor="pointer")
        .encode(fill=alt.condition("datum.small", alt.value("transparent"), alt.value(TONES["good"])))
        .add_params(alt.selection_point(PICKED, fields=["group"], on="click", toggle=False))
    )
    aim = of_table("aim").mark_rule(color=ink(), strokeWidth=2, strokeDash=[5, 3]).encode(y=alt.Y("target:Q"))
    return alt.layer(line, points, aim).properties(height=280).configure_view(strokeWidth=0)


def _aim(table: pd.DataFrame) -> pd.DataFrame:
    """The measure's target as a number and in words; no row where it has none."""
    target = table["target_percent"].head(1).dropna().astype("int64")
    return pd.DataFrame({"target": target, "words": target.map("target {}%".format)})
