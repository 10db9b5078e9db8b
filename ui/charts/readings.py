"""What another reading makes of each figure: from the figure now to the figure then."""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.words.sentences import effect_on_figure, percent
from ui.charts.common import PERCENT, TONES, ink, pale

NOW, THEN = "Now", "With your choice"


def from_now_to_then(effects: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """A line for each measure from its rate now, hollow, to its rate then, filled, with the target as an upright mark.

    `effects`: rows of `reading_effects.effect` that have a rate both now and then.
    """
    order = effects["measure"].to_list()
    y = alt.Y("measure:N", sort=order, axis=None)  # the names stand above the lines: there is no room beside on a phone
    table = effects.assign(words=[effect_on_figure(row) for _, row in effects.iterrows()])
    low = min(effects[["rate_percent", "rate_percent_now", "target_percent"]].min().min(), 95) // 10 * 10
    scale = alt.Scale(domain=[max(low - 5, 0), 100]) if low > 10 else PERCENT
    x_axis = alt.Axis(labelExpr="datum.value + '%'", grid=True, gridOpacity=0.35, title=None, tickCount=6, domain=False)
    tips = [alt.Tooltip("measure:N", title="Measure"), alt.Tooltip("words:N", title=THEN)]
    base = alt.Chart(table).encode(y=y, tooltip=tips)
    line = base.mark_rule(strokeWidth=5, color=pale(), strokeCap="round").encode(
        alt.X("rate_percent_now:Q", scale=scale, axis=x_axis), x2="rate_percent:Q"
    )
    target = base.mark_tick(thickness=3, height=24, color=ink()).encode(alt.X("target_percent:Q", scale=scale))
    before = base.mark_point(size=110, strokeWidth=2, color=ink(), fill="transparent").encode(
        alt.X("rate_percent_now:Q", scale=scale)
    )
    after = base.mark_point(size=130, filled=True, opacity=1, color=TONES["good"]).encode(
        alt.X("rate_percent:Q", scale=scale)
    )
    name = base.mark_text(align="left", dy=-17, fontSize=13, color=ink()).encode(x=alt.value(0), text="measure:N")
    return (
        alt.layer(name, line, target, before, after)
        .properties(height=54 * len(table) + 30)
        .configure_view(strokeWidth=0)
    )


def in_words(effects: pd.DataFrame) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    return "; ".join(
        f"{row['measure']}: from {percent(row['rate_percent_now'])} to {percent(row['rate_percent'])}"
        for _, row in effects.iterrows()
    )
