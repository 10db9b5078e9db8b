"""A case on a strip of business days: what was recorded when, which of it counts, and by when it was due."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import pandas as pd

from asreport.analysing.case_story import Story
from asreport.dates import column_in_words
from asreport.words.catalogue import STORY, VERDICTS
from ui.charts.common import TONES, ink, pale

# Kind of record → its lane and its shape.
LANES = {
    "referral": ("Case", "diamond"),
    "allocation": ("Case", "diamond"),
    "owner": ("Case", "diamond"),
    "closed": ("Case", "diamond"),
    "event": ("Events", "circle"),
    "task": ("Events", "square"),
    "plan": ("Plans", "triangle-up"),
    "enrolment": ("ENROL", "cross"),
}
TONE_OF = {"met": "good", "missed": "bad", "pending": "open", "excluded": "plain", "cannot_assess": "plain"}
MARK_OF = {"met": "✓", "missed": "✕", "pending": "…", "excluded": "–", "cannot_assess": "?"}
LANE_HEIGHT = 42
AROUND = 64  # what the axis and the numbers on top take of the height
DAY_WIDTH = 4.4  # pixels that a day must have for the marks of two weeks to stand apart


def least_width(story: Story) -> int:
    """How many pixels wide the strip must be to be read; a narrower page scrolls it."""
    return max(620, int(len(story.days) * DAY_WIDTH) + 190)


def strip(story: Story, as_at: pd.Timestamp) -> alt.LayerChart | alt.FacetChart:
    """The strip. The numbers beside the marks are those of the table "Records in order"."""
    days = _whole_weeks(story.days)
    marks = _marks(story, days)
    deadlines = _deadlines(story, days)
    lanes = [lane for lane in ("Case", "Events", "Plans", "ENROL") if lane in set(marks["lane"])]
    place = {lane: (number + 0.5) * LANE_HEIGHT for number, lane in enumerate([*lanes, *deadlines["lane"]])}
    marks["y"] = marks["lane"].map(place).astype("float64") + marks["aside"]
    deadlines["y"] = deadlines["lane"].map(place).astype("float64")
    height = LANE_HEIGHT * len(place)
    names = json.dumps({f"{middle:.0f}": _two_lines(lane) for lane, middle in place.items()}, ensure_ascii=False)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[0, height], reverse=True, nice=False),
        axis=alt.Axis(
            title=None, values=list(place.values()), labelExpr=f"{names}[format(datum.value, '.0f')]", labelLimit=190,
            labelFontSize=12, labelOverlap=False, labelPadding=8, ticks=False, domain=False, grid=False,
        ),
    )  # fmt: skip
    first, last = days["date"].min(), days["date"].max() + pd.Timedelta(days=1)
    mondays = days.loc[days["date"].dt.day_of_week == 0, "date"].to_list()
    every = 1 if len(mondays) <= 9 else 2 if len(mondays) <= 18 else 4
    axis = alt.Axis(
        title=None, orient="bottom", grid=False, ticks=True, labelAlign="left", labelAngle=0, labelOverlap="greedy",
        values=[_utc(day) for day in mondays[::every]], format="%-d %b", labelFlush=False,
    )  # fmt: skip
    x_scale = alt.Scale(domain=[_utc(first), _utc(last)], type="utc", nice=False)
    x = alt.X("from:T", scale=x_scale, axis=axis)
    layers: list[Any] = [
        _shading(days, x),
        _week_lines(days, x),
        *([_numbers(days, x)] if story.deadlines["start"].notna().any() else []),
        *_bars(deadlines, x, y),
        _due_lines(deadlines, x),
        *_records(marks, x, y),
    ]
    if first <= as_at < last:
        layers.insert(2, _today(as_at, x, y, height))
    chart = alt.layer(*layers).resolve_scale(color="independent", shape="independent")
    return chart.properties(
        height=height + AROUND, padding={"top": 18, "left": 0, "right": 8, "bottom": 0}
    ).configure_view(strokeWidth=0)


def _two_lines(name: str) -> list[str]:
    """A long name of a measure in two lines of about one length."""
    if len(name) < 26:
        return [name]
    words = name.split()
    cut = min(range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(name) / 2))
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def strip_in_words(story: Story) -> str:
    """What the strip shows, for those who cannot see it; the table below it has every record."""
    counts = int(story.records["counts"].sum())
    first, last = column_in_words(story.days["date"].iloc[[0, -1]])
    due = dict.fromkeys(column_in_words(story.deadlines["deadline"]))
    return (
        f"Case {story.case_number} from {first} to {last}: {len(story.records)} records, of which {counts} count; "
        f"deadlines: {', '.join(due) or 'none'}. The records in order are listed below."
    )


def _utc(day: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)


def _at(channel: Any, field: str) -> Any:
    """Another field on the same axis: layers that differ in their axis would each bring their own."""
    other = channel.copy()
    other.shorthand = field
    return other


def _span(days: pd.Series, width: float = 1.0) -> dict[str, pd.Series]:
    """Where days begin and end on the strip, as texts that no time zone moves."""
    start = days + pd.Timedelta(days=(1 - width) / 2)
    form = "%Y-%m-%dT%H:%M:%SZ"
    return {"from": start.dt.strftime(form), "to": (start + pd.Timedelta(days=width)).dt.strftime(form)}


def _middle(days: pd.Series) -> pd.Series:
    return (days + pd.Timedelta(hours=12)).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole_weeks(days: pd.DataFrame) -> pd.DataFrame:
    """The days, with empty ones before and after so that whole weeks are drawn."""
    first, last = days["date"].iloc[0], days["date"].iloc[-1]
    week = pd.date_range(
        first - pd.Timedelta(days=first.day_of_week), last + pd.Timedelta(days=6 - last.day_of_week), unit="s"
    )
    whole = pd.DataFrame({"date": week}).merge(days, on="date", how="left")
    weekend = whole["date"].dt.day_of_week >= 5
    return whole.assign(kind=whole["kind"].mask(whole["kind"].isna() & weekend, "weekend"))


def _marks(story: Story, days: pd.DataFrame) -> pd.DataFrame:
    """The records that lie on the strip, with lane, shape, and a number that the table repeats."""
    marks = story.records.assign(number=range(1, len(story.records) + 1))
    marks = marks[marks["date"].isin(days["date"])].copy()
    marks["lane"] = [LANES[kind][0] for kind in marks["kind"]]
    marks["shape"] = [LANES[kind][1] for kind in marks["kind"]]
    of_case = (marks["table"] == "cases") & marks["why_not"].isna() & ~marks["counts"]
    marks["standing"] = (
        pd.Series("Does not count", index=marks.index).mask(of_case, "Of the case").mask(marks["counts"], "Counts")
    )
    marks["what"] = marks["kind"].map(STORY["kinds"])
    marks["day"] = column_in_words(marks["date"])
    marks["at"] = _middle(marks["date"])
    marks["aside"] = _aside(marks, len(days))
    return marks[["at", "lane", "shape", "standing", "what", "day", "text", "why_not", "number", "aside"]].copy()


def _aside(marks: pd.DataFrame, days: int) -> pd.Series:
    """How far above or below the middle of its lane a mark stands, so that near ones do not cover each other."""
    near = pd.Timedelta(days=days * 0.03)
    apart = marks.sort_values("date", kind="stable").groupby("lane")["date"].diff() > near
    cluster = apart.groupby(marks["lane"]).cumsum()
    groups = marks.groupby([marks["lane"], cluster.reindex(marks.index)])["number"]
    size = groups.transform("size")
    return (groups.cumcount() - (size - 1) / 2) * (32 / size.clip(lower=2.5))


def _deadlines(story: Story, days: pd.DataFrame) -> pd.DataFrame:
    """A bar a measure, from the day its clock starts, or from the edge, to the end of the last day in time."""
    due = story.deadlines[story.deadlines["deadline"].isin(days["date"])].copy()
    start = due["start"].where(due["start"] >= days["date"].min(), days["date"].min())
    due["from"] = start.dt.strftime("%Y-%m-%dT00:00:00Z")
    due["to"] = (due["deadline"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%dT00:00:00Z")
    due["lane"] = due["measure"]
    due["day"] = column_in_words(due["deadline"])
    due["word"] = due["verdict"].map(VERDICTS)
    due["label"] = due["verdict"].map(MARK_OF) + " " + due["word"] + ", due " + due["day"].str.rsplit(" ", n=1).str[0]
    middle = days["date"].min() + (days["date"].max() - days["date"].min()) / 2
    due["right"] = due["deadline"] > middle
    return due.drop(columns=["start", "deadline"])


def _shading(days: pd.DataFrame, x: alt.X) -> alt.Chart:
    """Weekends and holidays, across all lanes."""
    off = days[days["kind"].isin(["weekend", "holiday"])]
    data = off.assign(**_span(off["date"]), what=off["holiday"].fillna("Weekend"), day=column_in_words(off["date"]))
    return (
        alt.Chart(data[["from", "to", "kind", "what", "day"]])
        .mark_rect(opacity=0.55)
        .encode(
            x=x,
            x2="to:T",
            color=alt.condition(alt.datum.kind == "holiday", alt.value(TONES["open"]), alt.value(pale()), empty=False),
            opacity=alt.condition(alt.datum.kind == "holiday", alt.value(0.4), alt.value(0.5), empty=False),
            tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("what:N", title="Not a business day")],
        )
    )


def _week_lines(days: pd.DataFrame, x: alt.X) -> alt.Chart:
    mondays = days[days["date"].dt.day_of_week == 0]
    data = pd.DataFrame(_span(mondays["date"]))
    return alt.Chart(data).mark_rule(color=pale(), strokeWidth=1).encode(x=x)


def _numbers(days: pd.DataFrame, x: alt.X) -> alt.Chart:
    """Business-day numbers along the top: all of them on a short strip, every fifth on a long one."""
    numbered = days[days["number"].notna()]
    if len(days) > 50:
        numbered = numbered[numbered["number"] % 5 == 0]
    numbered = numbered[numbered["number"] <= (20 if len(days) <= 120 else 15)]
    data = pd.DataFrame({"from": _middle(numbered["date"]), "n": numbered["number"].astype("int64").astype("str")})
    return alt.Chart(data).mark_text(color=ink(), fontSize=11, opacity=0.75).encode(x=x, y=alt.value(-8), text="n:N")


def _today(as_at: pd.Timestamp, x: alt.X, y: alt.Y, height: float) -> alt.LayerChart | alt.FacetChart:
    data = pd.DataFrame({"from": _middle(pd.Series([as_at])), "word": ["as at"], "y": [height - 6]})
    base = alt.Chart(data).encode(x=x)
    return alt.layer(
        base.mark_rule(color=ink(), strokeDash=[2, 3], strokeWidth=1.5),
        base.mark_text(color=ink(), fontSize=11, align="right", dx=-4).encode(y=y, text="word:N"),
    )


def _bars(due: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    colour = alt.Color(
        "verdict:N", scale=alt.Scale(domain=list(TONE_OF), range=[TONES[t] for t in TONE_OF.values()]), legend=None
    )
    tips = [
        alt.Tooltip("measure:N", title="Measure"),
        alt.Tooltip("word:N", title="Verdict"),
        alt.Tooltip("day:N", title="Due"),
    ]
    base = alt.Chart(due.assign(top=due["y"] - 12, bottom=due["y"] + 12)).encode(y=y)
    bar = base.mark_rule(strokeWidth=8, opacity=0.45).encode(x=x, x2="to:T", color=colour, tooltip=tips)
    flag = base.mark_rule(strokeWidth=4).encode(
        x=_at(x, "to:T"), y=_at(y, "top:Q"), y2="bottom:Q", color=colour, tooltip=tips
    )
    text = base.mark_text(fontSize=12, color=ink(), fontWeight=600, align="left", dx=9)
    turned = base.mark_text(fontSize=12, color=ink(), fontWeight=600, align="right", dx=-9, dy=-11)
    after = text.transform_filter("!datum.right").encode(x=_at(x, "to:T"), text="label:N")
    before = turned.transform_filter("datum.right").encode(x=_at(x, "to:T"), text="label:N")
    return [bar, flag, after, before]


def _due_lines(due: pd.DataFrame, x: alt.X) -> alt.Chart:
    """Each deadline runs up through the lanes, so that a record reads as before or after it."""
    data = due[["to"]].drop_duplicates().rename(columns={"to": "from"})
    return alt.Chart(data).mark_rule(color=ink(), strokeWidth=1, strokeDash=[4, 3], opacity=0.7).encode(x=x)


def _records(marks: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Filled where a record counts, hollow where it does not, dark for what is of the case itself."""
    standing = {"Counts": TONES["good"], "Does not count": TONES["bad"], "Of the case": ink()}
    colour = alt.Color("standing:N", scale=alt.Scale(domain=list(standing), range=list(standing.values())), legend=None)
    tips = [
        alt.Tooltip("number:Q", title="Record"),
        alt.Tooltip("what:N", title="What"),
        alt.Tooltip("day:N", title="Day"),
        alt.Tooltip("text:N", title="As recorded"),
        alt.Tooltip("standing:N", title="Standing"),
        alt.Tooltip("why_not:N", title="Why not"),
    ]
    at = _at(x, "at:T")
    shape = alt.Shape("shape:N", scale=None, legend=None)
    data = marks.assign(why_not=marks["why_not"].fillna("–"))
    base = alt.Chart(data).encode(x=at, y=y, color=colour, tooltip=tips)
    solid = base.transform_filter("datum.standing != 'Does not count'").mark_point(filled=True, size=130, opacity=1)
    hollow = base.transform_filter("datum.standing == 'Does not count'").mark_point(
        filled=False, size=110, strokeWidth=2, opacity=1
    )
    number = alt.Chart(data).mark_text(align="left", dx=9, fontSize=11, color=ink()).encode(x=at, y=y, text="number:Q")
    return [solid.encode(shape=shape), hollow.encode(shape=shape), number]
