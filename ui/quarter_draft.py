"""The quarter as it is being changed on the page Quarter: kept in the session until it is applied or put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

import asreport
from asreport.policy.quarter_editing import Draft, Faults, Row, checked, draft_of, new_row, with_id
from asreport.words.catalogue import card
from ui.session import Loaded

_KEY, _START = "quarter-draft", "quarter-start"


@dataclass
class Kept:
    """A draft, the quarter it began from, and the measure that is being made; `number` counts beginnings, so that
    widgets start afresh."""

    of: asreport.Quarter
    rows: Draft
    new: Row
    number: int


def in_force(now: Loaded | None) -> asreport.Quarter:
    """The quarter that is changed here: the one in force, without a provider's own words; without exports, a choice."""
    if now:
        return now.result.quarter.with_own_words({}, [])
    quarters = asreport.other_quarters(date.today())
    chosen = st.selectbox("Start from", list(quarters), format_func=lambda name: quarters[name].name, key=_START)
    return quarters[chosen]


def of(quarter: asreport.Quarter) -> Kept:
    """The draft of a quarter: what was typed, as long as the same quarter is in force."""
    kept: Kept | None = st.session_state.get(_KEY)
    return kept if kept and kept.of == quarter else begin(quarter)


def begin(quarter: asreport.Quarter) -> Kept:
    """A new draft, in which nothing is changed."""
    before: Kept | None = st.session_state.get(_KEY)
    rows = draft_of(quarter, card)
    kept = Kept(quarter, rows, new_row(rows, quarter), before.number + 1 if before else 1)
    st.session_state[_KEY] = kept
    return kept


def undo(quarter: asreport.Quarter) -> None:
    """Take back every change."""
    begin(quarter)


def add(draft: Kept) -> None:
    """Put the measure that was made after the others, and begin another."""
    draft.rows["measures"].append(with_id(draft.new, draft.rows, draft.of))
    draft.new = new_row(draft.rows, draft.of)
    for key in [key for key in st.session_state if str(key).startswith(f"{draft.number}-new-")]:
        del st.session_state[key]


def move(draft: Kept, row: Row, by: int) -> None:
    """Put a measure one place up (-1) or down (1)."""
    rows = draft.rows["measures"]
    place = rows.index(row)
    rows.insert(max(place + by, 0), rows.pop(place))


def faults(draft: Kept, quarter: asreport.Quarter) -> Faults:
    """What is wrong with what stands in the session, by where; it is what was typed already, as each widget
    was read before the page is drawn anew."""
    return checked(draft.rows, quarter, card)[1]


def field(draft: Kept, widget: Any, label: str, holder: dict[str, Any], name: str, key: str, **look: Any) -> None:
    """A widget that shows `holder[name]` and puts there what is chosen, before anything else is drawn."""
    key = f"{draft.number}-{key}-{name}"

    def take() -> None:
        holder[name] = st.session_state[key]

    st.session_state.setdefault(key, holder[name])
    widget(label, key=key, on_change=take, **look)
