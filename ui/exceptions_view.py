"""The parts of Exceptions: its filters, its table, and one row of it in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from asreport.analysing.case_filters import FILTERS, Listing, filter_label
from asreport.analysing.case_list import COLUMNS
from asreport.policy.bounds import MAX_SEARCH
from ui import address, session, shared

AT_ONCE = 1_000  # rows sent to the browser; the downloads hold all
FEW = 11  # so many are shown whole; of more, a window to scroll in

# What helps most comes first; the workbook keeps the order of the interface.
ON_SCREEN = (
    "case_number", "student_name", "case_owner", "reason", "measure", "deadline", "check", "found", "verdict",
    "completed_date", "business_days_late", "group", "school", "case_type",
)  # fmt: skip
_IN_VIEW = ("verdict", "owner", "reason", "measure", "group")  # the others are a click away


def filters(listing: Listing, search_label: str) -> tuple[dict[str, list[str]], str]:
    """The filters and the search: what is chosen of each, and what is looked for."""
    chosen = {}
    shown = [name for name in _IN_VIEW if name in listing.options]
    with st.container(border=True, key="filters"):
        # The words of verdicts and measures are long: they get the wide place in the middle.
        places = iter([*st.columns([4, 6, 4]), *st.columns([4, 6, 4])])
        search = next(places).text_input(
            search_label, key=address.key(address.SEARCH), max_chars=MAX_SEARCH, type="search",
            icon=":material/search:",
            persist_state="session", on_change=address.forget_unknown,
        )  # fmt: skip
        for name in shown:
            chosen[name] = _filter(listing, name, next(places))
    return chosen, search or ""


def more_filters(listing: Listing) -> dict[str, list[str]]:
    """The filters that are behind a button, and what is chosen of each."""
    others = [name for name in FILTERS if name in listing.options and name not in _IN_VIEW]
    in_use = sum(bool(st.session_state[address.key(name)]) for name in others)
    with st.popover(f"More filters, {in_use} in use" if in_use else "More filters", icon=":material/filter_list:"):
        chosen = {name: _filter(listing, name, st.container()) for name in others}
        st.button("Clear all filters", icon=":material/filter_alt_off:", on_click=address.reset, args=(listing,))
    return chosen


def _filter(listing: Listing, name: str, place: DeltaGenerator) -> list[str]:
    """A filter; nothing chosen lets everything through."""
    options = listing.options[name]
    return place.multiselect(
        filter_label(name), list(options), format_func=options.__getitem__, key=address.key(name), placeholder="All",
        persist_state="session", on_change=address.forget_unknown,
    )  # fmt: skip


def pick(rows: pd.DataFrame, view: object) -> pd.DataFrame:
    """The rows as a table in which one can be picked; the one that is, if any.

    `view`: what tells this choice of rows from another, so that a pick does not pass on to a row of the next.
    """
    picked = st.dataframe(
        rows[[column for column in ON_SCREEN if column in rows]].rename(columns=COLUMNS),
        hide_index=True, height="content" if len(rows) <= FEW else 440, placeholder="–",
        key=f"{session.FILTER}rows-{hash(view)}",
        on_select="rerun", selection_mode="single-row",
        alt="Exceptions: a row a case and measure, with the reason and what to check",
        column_config={
            "Case number": st.column_config.TextColumn(pinned=True),
            "Measure": st.column_config.TextColumn(width=330),
            "Due date": shared.date_column("Due date"),
            "Done date": shared.date_column("Done date"),
            "What was found": st.column_config.TextColumn(width="large"),
            "What to check": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    return rows.iloc[picked["selection"]["rows"]]


def details(row: pd.Series) -> None:
    """One case and measure: what was found, what to check and where, and the way to the case."""
    with st.container(border=True, key="details"):
        st.header(f"Case {shared.safe_markdown(row['case_number'])}")
        with st.container(horizontal=True, vertical_alignment="center"):
            shared.verdict_badge(row["verdict_code"])
            st.markdown(f"{row['measure']} · **{row['reason']}** · {shared.safe_markdown(row['case_owner'])}")
        texts = {"What was found": row["found"], "What to check": row["check"], "Where to look": row["open"]}
        for place, (title, text) in zip(st.columns([5, 5, 3]), texts.items(), strict=True):
            place.markdown(f"**{title}**  \n{shared.safe_markdown(text)}")
        if st.button("Open this case", icon=":material/timeline:", type="primary"):
            session.open_case(row["case_number"])
