"""Exceptions: which cases, and why?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import asreport
from asreport import downloads
from asreport.exceptions import COLUMNS, NO_OWNER, case_list
from asreport.wording import GROUP_MEANINGS, GROUPS, VERDICTS, cases
from ui import parts, session

# What helps most comes first; the workbook keeps the order of the interface.
ON_SCREEN = (
    "case_number", "student_name", "case_owner", "reason", "measure", "deadline", "check", "found", "verdict",
    "completed_date", "business_days_late", "group", "school", "case_type",
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

now = parts.loaded_or_stop("Exceptions", "Which cases, why, and what to do about each?")
result = now.shown
listed = case_list(result)
if listed.empty:
    st.success("No exceptions: every case of every assessed measure is met.", icon=":material/celebration:")
    st.download_button(
        "Download the workbook all the same",
        lambda: asreport.exceptions_workbook(result, now.findings, receipt=now.receipt),
        parts.file_name(now, "exceptions.xlsx"), XLSX, on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.stop()
listed["case_owner"] = listed["case_owner"].fillna(NO_OWNER)


def chosen(label: str, column: str, place: DeltaGenerator, default: list[str] | None = None) -> pd.Series:
    """A filter on a column; nothing chosen lets everything through."""
    options = listed[column].dropna().drop_duplicates().sort_values().to_list()
    preset = [value for value in default or [] if value in options]
    picked = place.multiselect(
        label, options, default=preset, key=f"{session.FILTER}{column}-{now.number}", placeholder="All",
        persist_state="session",
    )  # fmt: skip
    return listed[column].isin(picked) if picked else pd.Series(True, index=listed.index)


top, bottom = st.columns(3), st.columns(2)
shown = (
    chosen("Verdict", "verdict", top[0], default=[VERDICTS["missed"], VERDICTS["cannot_assess"]])
    & chosen("Case owner", "case_owner", top[1])
    & chosen("Group", "group", top[2])
    & chosen("Measure", "measure", bottom[0])
    & chosen("Reason", "reason", bottom[1])
)
view = listed[shown]
st.markdown(f"**{len(view):,}** of {len(listed):,} rows, {cases(view['case_number'].nunique())}")
fixable = view[view["group"] == GROUPS["fix"]]
if len(fixable):
    st.info(
        f"{len(fixable):,} of them: {GROUPS['fix'].lower()}. {GROUP_MEANINGS['fix']} Start here.",
        icon=":material/build:",
    )
st.dataframe(
    view[[c for c in ON_SCREEN if c in view]].rename(columns=COLUMNS),
    hide_index=True,
    height=520,
    placeholder="–",
    alt="Exceptions: a row a case and measure, with the reason and what to check",
    column_config={
        "Case number": st.column_config.TextColumn(pinned=True),
        "Measure": st.column_config.TextColumn(width="medium"),
        "Due date": parts.date_column("Due date"),
        "Done date": parts.date_column("Done date"),
        "What was found": st.column_config.TextColumn(width="large"),
        "What to check": st.column_config.TextColumn(width="large"),
    },
)


def workbook_as_shown() -> bytes:
    """The workbook with the rows that the filters let through; its summary stays that of all cases."""
    keys = pd.MultiIndex.from_frame(view[["case_number", "measure_id"]])
    rows = pd.MultiIndex.from_frame(result.case_results[["case_number", "measure_id"]]).isin(keys)
    part = replace(result, case_results=result.case_results[rows].reset_index(drop=True))
    return asreport.exceptions_workbook(part, now.findings, receipt=now.receipt)


with st.container(horizontal=True):
    st.download_button("Download as shown", workbook_as_shown, parts.file_name(now, "exceptions-as-shown.xlsx"), XLSX,
                       on_click="ignore", icon=":material/download:", type="primary")  # fmt: skip
    st.download_button(
        "Download all",
        lambda: asreport.exceptions_workbook(result, now.findings, receipt=now.receipt),
        parts.file_name(now, "exceptions.xlsx"), XLSX, on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.download_button(
        "One workbook for each case owner",
        lambda: downloads.workbooks_by_owner(result, now.receipt),
        parts.file_name(now, "exceptions-by-owner.zip"), "application/zip",
        on_click="ignore", icon=":material/folder_zip:",
    )  # fmt: skip
