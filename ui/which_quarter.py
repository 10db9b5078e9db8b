"""Which quarter the figures are of, why that one, and the other a click away (rules.md, section 9)."""

from __future__ import annotations

import streamlit as st

import asreport
from ui import session, shared
from ui.session import Loaded


def line(now: Loaded) -> None:
    """One line where the headline stands, with a button for the other quarter the exports could be about."""
    quarter = now.result.quarter
    about: asreport.WhichQuarter = session.kept(
        "which quarter", lambda: asreport.which_quarter(now.exports.tables, now.result.as_at)
    )
    others = [one for one in (about.taken, about.other) if one and one.id != quarter.id]
    if now.brought and quarter.id == now.brought.id:
        why = f"{quarter.name}, as the file you dropped in has it."
    elif quarter.id == about.taken.id:
        why = about.why
    else:
        why = f"{quarter.name}, as it was chosen. {about.why}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(shared.safe_markdown(why), width="content")
        for other in others[:1]:
            if st.button(f"Assess {other.name} instead", key=f"other-quarter-{now.number}", type="tertiary"):
                session.assess_again(session.same_readings(_as_brought(now, other)))
                st.rerun()


def choices(now: Loaded) -> dict[str, asreport.Quarter]:
    """All quarters to choose from, by id: those of the installation, one dropped in, and the one in force."""
    brought = {now.brought.id: now.brought} if now.brought else {}
    return {**asreport.other_quarters(now.result.as_at), **brought, now.result.quarter.id: now.result.quarter}


def _as_brought(now: Loaded, quarter: asreport.Quarter) -> asreport.Quarter:
    """The quarter, or the one of the same id that was dropped in."""
    return now.brought if now.brought and now.brought.id == quarter.id else quarter


def unusable() -> None:
    """What of the installation's own quarters cannot be used; the others can."""
    for sentence in asreport.unusable_quarters():
        st.warning(
            f"{shared.safe_markdown(sentence)} Tell whoever runs asreport here; every other quarter can be used.",
            icon=":material/event_busy:",
        )
