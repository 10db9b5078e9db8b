"""The calendar of the quarter: months as on a wall, the same as a table, and deadlines worked out for a day."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

import asreport
from asreport.analysing.quarter_calendar import (
    HOLIDAY,
    business_days_in_period,
    calendar_days,
    last_deadlines,
    month_counts,
)
from asreport.dates import column_in_words, in_words
from asreport.policy.quarter import Quarter
from ui.charts.common import TONES, ink, pale
from ui.session import Loaded

_MOST_MONTHS = 12
_STYLE = Path(__file__).parent / "assets" / "calendar.css"
_LEGEND = (
    "<ul class='asr-legend'><li class='business'>Business day</li><li class='weekend'>Weekend</li>"
    "<li class='holiday'>Holiday</li><li class='business beyond'>Outside the period</li>"
    "<li class='decides'>Decides something</li></ul>"
)
_WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def calendar(quarter: Quarter, now: Loaded | None) -> None:
    """What counts as a business day, the months, and the days of note as a table."""
    st.write(
        "Business days are Monday to Friday without national public holidays. School holidays and regional anniversary "
        "days are business days. "
        + (
            "The day a clock starts is day 0"
            if quarter.reading("start_day") == "day 0"
            else "A start day that is a business day is day 1"
        )
        + "; the last day counts as in time."
    )
    try:
        days = calendar_days(quarter, now.result.as_at if now else None)
    except asreport.OutsideCalendar as error:
        st.info(str(error), icon=":material/event_busy:")
        return
    period = quarter.period
    st.markdown(
        f"**{business_days_in_period(quarter)} business days** from {in_words(period.start)} to {in_words(period.end)}."
    )
    counts = month_counts(days)
    if len(counts) <= _MOST_MONTHS:
        months = [_month(days, row) for _, row in counts.iterrows()]
        st.html(_STYLE)
        colours = f"--ink: {ink()}; --pale: {pale()}; --holiday: {TONES['open']}"
        st.html(
            f"<div class='asr-calendar' style='{colours}'><div class='asr-year'>{''.join(months)}</div>{_LEGEND}</div>"
        )
    st.header("Holidays and days that decide something")
    noted = days[days["holiday"].notna() | days["what"].notna()]
    words = noted["date"].dt.day_name() + " " + column_in_words(noted["date"])
    what = (noted["holiday"].fillna("") + ". " + noted["what"].fillna("")).str.removeprefix(". ").str.removesuffix(". ")
    st.table(pd.DataFrame({"Day": words, "Holiday, or what it decides": what}).set_index("Day"))
    deadlines_of(quarter)


def deadlines_of(quarter: Quarter) -> None:
    """When each measure's time is up, for a day that a clock might start on."""
    st.header("By when is it due?")
    day = st.date_input(
        "A case referred, and allocated, on", quarter.period.start, format="DD/MM/YYYY", key="deadline-start",
        persist_state="session",
    )  # fmt: skip
    try:
        table = last_deadlines(quarter, day)
    except asreport.OutsideCalendar as error:
        st.info(str(error), icon=":material/event_busy:")
        return
    table = table[~table["cut_off"]]
    words = table["date"].dt.day_name() + " " + column_in_words(table["date"])
    st.table(pd.DataFrame({"Measure": table["measure"], "In time until": words}).set_index("Measure"))


def _month(days: pd.DataFrame, counts: pd.Series) -> str:
    """A month as a table, a row a week."""
    first = counts["month"]
    own = days[(days["date"].dt.year == first.year) & (days["date"].dt.month == first.month)]
    cells = ["<td></td>"] * first.day_of_week + [_day(row) for _, row in own.iterrows()]
    cells += ["<td></td>"] * (-len(cells) % 7)
    weeks = "".join(f"<tr>{''.join(cells[place : place + 7])}</tr>" for place in range(0, len(cells), 7))
    head = "".join(f"<th scope='col' aria-label='{name}'>{name[:2]}</th>" for name in _WEEK)
    number = f"{counts['business_days']} business days"
    return (
        f"<table><caption><b>{first:%B %Y}</b> <span>{number}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{weeks}</tbody></table>"
    )


def _day(row: pd.Series) -> str:
    kind, labels = row["kind"], [str(text) for text in (row["holiday"], row["what"]) if pd.notna(text)]
    shape = f"{kind}{'' if row['in_period'] else ' beyond'}{' decides' if pd.notna(row['mark']) else ''}"
    short = [
        f"<small>{escape(text)}</small>"
        for text in ("Holiday" if kind == HOLIDAY else "", row["mark"])
        if text and pd.notna(text)
    ]
    title = f" title='{escape('. '.join(labels), quote=True)}'" if labels else ""
    return f"<td class='{shape}'{title}><span>{row['date'].day}</span>{''.join(short)}</td>"
