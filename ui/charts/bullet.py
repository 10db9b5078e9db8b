"""A measure against its target, on one axis."""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.wording import OUTCOMES, percent
from ui.charts.common import PERCENT, TONES, ink, pale


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
    track = base.mark_bar(height=18, color=pale(), cornerRadius=3).encode(
        alt.X("zero:Q", scale=PERCENT, axis=axis), x2="full:Q"
    )
    met = base.mark_bar(height=18, color=colour, cornerRadius=3).encode(
        alt.X("zero:Q", scale=PERCENT), x2="floor:Q", tooltip=tips
    )
    possible = base.mark_bar(height=18, color=colour, opacity=0.35).encode(
        alt.X("floor:Q", scale=PERCENT), x2="ceiling:Q", tooltip=tips
    )
    rate = base.mark_point(shape="diamond", size=110, filled=True, color=ink()).encode(
        alt.X("rate:Q", scale=PERCENT), tooltip=tips
    )
    target = base.mark_tick(thickness=3, height=30, color=ink()).encode(alt.X("target:Q", scale=PERCENT), tooltip=tips)
    return alt.layer(track, met, possible, target, rate).properties(height=64).configure_view(strokeWidth=0)


def bullet_in_words(row: pd.Series) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    target = "no target" if pd.isna(row["target_percent"]) else f"target {row['target_percent']}%"
    return (
        f"{row['measure']}: rate {percent(row['rate_percent'])}, {target}, "
        f"floor {percent(row['floor_percent'])}, ceiling {percent(row['ceiling_percent'])}"
    )
