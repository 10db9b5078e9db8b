"""The way from where a measure stands to its target, as a line with a stretch for each kind of step."""

from __future__ import annotations

import altair as alt
import pandas as pd

from asreport.analysing.route_to_target import KINDS, Way
from asreport.words.catalogue import STEP_KINDS
from asreport.words.sentences import percent
from ui.charts.common import TONES, Shape, filled, ink, of_table, pale, shape


def stretches(way: Way) -> pd.DataFrame:
    """A row a kind of step, in the order of the way: `kind`, `steps` (how many), and `start` and `end` in percent."""
    counts = way.steps["kind"].value_counts()
    ends = way.steps.groupby("kind")["floor_percent"].max()
    rows, start = [], way.floor_percent
    for kind in [kind for kind in KINDS if kind in counts]:
        rows.append({"kind": kind, "steps": int(counts[kind]), "start": start, "end": float(ends[kind])})
        start = float(ends[kind])
    return pd.DataFrame(rows)


def route(way: Way) -> Shape:
    """The way on an axis of percentages that runs from a little below today's floor to a little above the target."""
    data = stretches(way)
    reached = data["end"].iloc[-1]
    margin = max((reached - way.floor_percent) * 0.12, 0.5)
    track = {"start": max(way.floor_percent - margin, 0), "end": min(reached + margin, 100)}
    now = {"at": way.floor_percent, "label": f"now {percent(way.floor_percent)}"}
    target = {"at": float(way.target_percent), "label": f"target {way.target_percent}%"}
    ends = {name: pd.DataFrame([row]) for name, row in {"track": track, "now": now, "target": target}.items()}
    return filled(_route(), {"ways": data, **ends})


@shape
def _route() -> alt.LayerChart | alt.FacetChart:
    """Tables: `ways`, the stretches; `track`, from where to where the axis goes; `now` and `target`."""
    as_wide_as_the_track = alt.Scale(nice=False, zero=False)
    x, at = (alt.X(column, scale=as_wide_as_the_track, axis=None) for column in ("start:Q", "at:Q"))
    colours = alt.Scale(domain=list(KINDS), range=[TONES[STEP_KINDS[kind].tone] for kind in KINDS])
    track = of_table("track").mark_rule(size=3, color=pale()).encode(x, x2="end:Q")
    ways = of_table("ways").mark_rule(size=9, strokeCap="butt").encode(
        x, x2="end:Q", color=alt.Color("kind:N", scale=colours, legend=None),
        tooltip=[alt.Tooltip("steps:Q", title="Steps"), alt.Tooltip("start:Q", title="From %"),
                 alt.Tooltip("end:Q", title="To %")],
    )  # fmt: skip
    now, target = of_table("now").encode(at), of_table("target").encode(at)
    return (
        alt.layer(
            track,
            ways,
            now.mark_point(shape="circle", size=90, filled=True, color=ink(), opacity=1),
            target.mark_tick(thickness=3, height=26, color=ink()),
            now.mark_text(dy=24, align="left", color=ink(), fontSize=13).encode(text="label:N"),
            target.mark_text(dy=-24, align="right", color=ink(), fontSize=13, dx=2).encode(text="label:N"),
        )
        .properties(height=88)
        .configure_view(strokeWidth=0)
    )


def route_in_words(way: Way) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    parts = [
        f"{row['steps']:,} × {words.word.lower()} ({words.note}) to {percent(row['end'])}"
        for row in stretches(way).to_dict("records")
        if (words := STEP_KINDS[row["kind"]])
    ]
    return f"{way.measure}: from {percent(way.floor_percent)}, {', then '.join(parts)}; target {way.target_percent}%"
