"""Exceptions: which cases, and why?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

import asreport
from asreport.handing_out import downloads
from asreport.words.catalogue import GROUP_MEANINGS, GROUPS
from asreport.words.sentences import cases
from ui import address, download, session, shared
from ui.exceptions_view import AT_ONCE, details, filters, more_filters, pick

address.remember()
now = shared.loaded_or_stop("Exceptions", "Which cases, why, and what to do about each?")
result = now.shown
listed = address.listed(now)


def workbook(now: session.Loaded) -> bytes:
    """The workbook of all rows."""
    return asreport.exceptions_workbook(now.shown, now.findings, receipt=now.receipt)


if listed.rows.empty:
    with shared.calm("task_alt", "No exceptions"):
        st.write("Every case of every assessed measure is met.")
        download.button(
            "Download the workbook all the same", workbook, shared.file_name(now, "exceptions.xlsx"), download.XLSX,
            key="exceptions", now=now,
        )  # fmt: skip
    st.stop()

address.follow(listed)
if unknown := address.unknown():
    st.warning(
        f"The link asks for something that is not in these files, and it was left out: {', '.join(unknown).lower()}.",
        icon=":material/link_off:",
    )
named = "student_name" in result.cases
chosen, search = filters(listed, "Case number or student" if named else "Case number")
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    count = st.container(width="content")
    chosen |= more_filters(listed)
address.write(listed, chosen, search)
matching = listed.where(chosen, search)
count.markdown(f"**{len(matching):,}** of {len(listed.rows):,} rows, {cases(listed.cases(matching))}")
if matching.size == 0:
    st.info("No case is like that. With fewer filters there may be some.", icon=":material/search_off:")
    st.button("Clear the filters", icon=":material/filter_alt_off:", on_click=address.reset, args=(listed,))
    st.stop()
if fixable := listed.count(matching, "group", "fix"):
    st.info(
        f"{fixable:,} of them: {GROUPS['fix'].lower()}. {GROUP_MEANINGS['fix']} They come first.",
        icon=":material/build:",
    )

view = (now.number, named, repr(chosen), search)
pages = -(-len(matching) // AT_ONCE)
page = st.session_state.get(page_key := f"{session.FILTER}page-{hash(view)}", 1)
rows = listed.part(matching[(page - 1) * AT_ONCE : page * AT_ONCE])
picked = pick(rows, (view, page))
if pages > 1:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = (page - 1) * AT_ONCE + 1
        st.caption(f"Rows {first:,} to {first + len(rows) - 1:,} of {len(matching):,}. The downloads hold them all.")
        st.pagination(pages, key=page_key)
if picked.empty:
    st.caption("Pick a row, at its left edge, to see all of it here and to open the case.")
else:
    details(picked.iloc[0])


def workbook_as_shown(now: session.Loaded) -> bytes:
    """The workbook with the rows that the filters let through; its summary stays that of all cases."""
    result, which = now.shown, ["case_number", "measure_id"]  # not the place in the list, which names may move
    keys = pd.MultiIndex.from_frame(listed.rows.take(matching)[which])
    own = pd.MultiIndex.from_frame(result.case_results[which]).isin(keys)
    part = replace(result, case_results=result.case_results[own].reset_index(drop=True))
    return asreport.exceptions_workbook(part, now.findings, receipt=now.receipt)


with st.container(horizontal=True):
    download.button(
        "Download as shown", workbook_as_shown, shared.file_name(now, "exceptions-as-shown.xlsx"), download.XLSX,
        key="as-shown", now=now, type="primary" if picked.empty else "secondary",
    )  # fmt: skip
    download.button(
        "Download all", workbook, shared.file_name(now, "exceptions.xlsx"), download.XLSX, key="exceptions", now=now
    )
    download.button(
        "One workbook for each case owner", lambda now: downloads.workbooks_by_owner(now.shown, now.receipt),
        shared.file_name(now, "exceptions-by-owner.zip"), download.ZIP, key="by-owner", now=now,
        icon=":material/folder_zip:",
    )  # fmt: skip
