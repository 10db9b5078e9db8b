"""What the changes on the page Quarter do: in sentences, to each figure, and applying or keeping them."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

import asreport
from asreport.analysing.reading_effects import moves, quarter_effect
from asreport.policy.quarter_editing import checked
from asreport.policy.quarter_writing import base_of
from asreport.words.catalogue import OUTCOMES, card
from asreport.words.sentences import percent
from ui import download, session
from ui.quarter_draft import Kept, undo
from ui.readings import AT_ONCE
from ui.session import Loaded
from ui.shared import safe_markdown


def changes(draft: Kept, of: asreport.Quarter, now: Loaded | None) -> None:
    """What differs, what it does to the figures, and below, in sight all the while, what to do with it."""
    then, faults = checked(draft.rows, of, card)
    if then is None:
        count = sum(len(wrong) for wrong in faults.values())
        with st.container(border=True, key="quarter-bar"):
            places = f"{count} {'place' if count == 1 else 'places'}"
            st.markdown(f":red[:material/error: {places} further up must be put right before it can be applied.]")
            _undo(of)
        return
    changed = then != of
    _differences(of, then, now)
    applicable = changed and now is not None and _figures(draft, of, then, now)
    _bar(of, then, now, changed, applicable)


def _differences(of: asreport.Quarter, then: asreport.Quarter, now: Loaded | None) -> None:
    base = base_of(of)
    if base is None:
        return
    st.header(f"What differs from {base.name}")
    sentences = [s for s in asreport.differences_in_words(base, then) if s not in then.cautions]
    shown = [now.words(one) if now else one for one in sentences]
    st.markdown("\n".join(f"- {safe_markdown(one)}" for one in shown) or "Nothing.")


def _figures(draft: Kept, of: asreport.Quarter, then: asreport.Quarter, now: Loaded) -> bool:
    """What each figure becomes; whether the quarter can be applied."""
    st.header("What your changes do to each figure")
    name = f"effect of {asreport.as_toml(then)}"
    wait = len(now.result.cases) > AT_ONCE and not session.has_kept(name)
    if wait and not st.button("Show what this does to each figure", icon=":material/calculate:"):
        return True
    assessed = now.exports.settings.applied_to(then)
    try:
        with st.spinner("Assessing under this quarter …"):
            found = session.kept(name, lambda: quarter_effect(now.exports.tables, now.result, assessed))
    except asreport.OutsideCalendar as error:
        st.error(f"With these changes nothing can be assessed. {error}", icon=":material/error:")
        return False
    _table(found)
    return True


def _table(found: pd.DataFrame) -> None:
    moved = found[moves(found)]
    if moved.empty:
        st.info("No figure of this upload moves.", icon=":material/horizontal_rule:")
        return
    words = {code: outcome.word for code, outcome in OUTCOMES.items()}
    here = {"": moved["outcome"].notna(), "_now": moved["outcome_now"].notna()}
    table = {"Measure": moved["measure"].map(safe_markdown)}
    for label, name in {"Rate": "rate_percent", "Floor": "floor_percent", "In scope": "in_scope"}.items():
        written = percent if name != "in_scope" else lambda n: "–" if pd.isna(n) else f"{n:,.0f}"
        table[label] = _from_to(moved[f"{name}_now"].map(written), moved[name].map(written), here)
    table["Outcome"] = _from_to(moved["outcome_now"].map(words), moved["outcome"].map(words), here)
    st.table(pd.DataFrame(table).set_index("Measure"))
    st.caption("The rate is of those due, the floor of all this quarter. What is not listed stays as it is.")


def _from_to(before: pd.Series, after: pd.Series, here: dict[str, pd.Series]) -> pd.Series:
    text = (before + " → **" + after + "**").where(before != after, before)
    text = text.where(here["_now"], "new: **" + after + "**")
    return text.where(here[""], before + " → **not asked for**")


def _bar(of: asreport.Quarter, then: asreport.Quarter, now: Loaded | None, changed: bool, applicable: bool) -> None:
    key = "quarter-bar" if changed else "quarter-kept"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
        if changed:
            st.markdown(":material/edit: Changed, not applied yet." if now else ":material/edit: Changed.")
        if applicable and st.button("Apply this quarter", type="primary", icon=":material/check:"):
            _apply(then)
        _file(of, then, now)
        if changed:
            _undo(of)
    if now is None:
        st.caption("To apply it, drop the downloaded file in with your exports, or upload them and change it here.")


def _undo(of: asreport.Quarter) -> None:
    st.button("Undo all changes", icon=":material/undo:", type="tertiary", on_click=undo, args=(of,))


def _apply(then: asreport.Quarter) -> None:
    try:
        session.assess_again(then)
    except (asreport.QuarterError, asreport.OutsideCalendar) as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()


def _file(of: asreport.Quarter, then: asreport.Quarter, now: Loaded | None) -> None:
    """The quarter as one small file: what it builds on and the differences, and no case."""
    text, mime = asreport.as_toml(then), "application/toml"
    name = f"{re.sub(r'[^a-z0-9-]+', '-', then.id.lower()).strip('-') or 'quarter'}.toml"
    label = "Download this quarter"
    help_text = "One small file without any case: drop it in with your exports next time."
    if now is None:
        download.fixed(label, text.encode, name, mime, key="quarter", help=help_text)
        return

    def made(now: Loaded) -> bytes:
        if now.words(text) != text:  # a status typed from an export may hold a name that is to be hidden
            raise download.RefusedError
        return text.encode()

    download.button(label, made, name, mime, key="quarter", now=now, help=help_text)
