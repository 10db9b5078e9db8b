"""The ways to bring exports in: files, the sample, a pasted table, a template to type into."""

from __future__ import annotations

import logging
from functools import partial

import streamlit as st
from starlette.requests import ClientDisconnect

import asreport
from asreport.handing_out import downloads
from asreport.handing_out.templates import template
from asreport.policy.bounds import MAX_PASTED
from asreport.words.catalogue import TABLES
from ui import download, session, shared


def _is_a_fault(record: logging.LogRecord) -> bool:
    """Whether it is more than a file that did not arrive: cancelled on its way, or its connection lost."""
    return not (record.exc_info and isinstance(record.exc_info[1], ClientDisconnect))


logging.getLogger("uvicorn.error").addFilter(_is_a_fault)


def _sample_quarter(now: session.Loaded | None) -> asreport.Quarter:
    """The quarter in force, without a provider's own words; with nothing loaded the newest that is confirmed.

    That one and not today's, which is not over: its sample would be taken on a day to come, against targets that nobody
    has confirmed.
    """
    return now.result.quarter.with_own_words({}, []) if now else asreport.newest_confirmed()


def _read(uploads: session.Uploads, source: str, add: bool = False, quarter: asreport.Quarter | None = None) -> None:
    """Read files with progress shown, then draw the page afresh with what was found."""
    with shared.reading_status() as tell:
        session.load(uploads, source, tell, add, quarter)
    st.rerun()


def choose_files() -> None:
    """The upload, the paste box, and the sample a click away."""
    now = session.loaded()
    own = now is not None and not now.is_sample
    add = own and st.toggle("Add to the files already read, instead of replacing them", key="add-files")
    files = st.file_uploader(
        "Drop all your exports here at once: cases, activities, plans and ENROL",
        accept_multiple_files=True,
        # A new key empties the list once it is read: the next files dropped replace everything that was shown.
        key=f"files-{session.number()}",
        help="CSV, Excel or a zip of them, as AS-CMS and ENROL give them. The columns tell which is which.",
    )
    if files:
        uploads = tuple((file.name, file.getvalue()) for file in files)
        _read(uploads, f"{len(files)} uploaded {'file' if len(files) == 1 else 'files'}", add)
    st.caption(
        ":material/lock: Your files are read in this server's memory for this session only. "
        "Nothing is stored, and nothing is sent anywhere else."
    )
    with st.container(horizontal=True):
        quarter = _sample_quarter(now)
        if st.button("Use the sample data", icon=":material/science:"):
            sample = tuple(asreport.sample_exports(quarter=quarter).items())
            _read(sample, session.SAMPLE, quarter=now.quarter if now else None)
        download.fixed(
            "Download the sample files", lambda: downloads.zipped(asreport.sample_exports(quarter=quarter)),
            "asreport-sample.zip", download.ZIP, key="sample", type="tertiary",
        )  # fmt: skip
        if now and st.button("Clear everything", icon=":material/delete:", type="tertiary"):
            session.clear()
            st.rerun()
    with st.expander("No export? Paste a table, or type into a template", icon=":material/content_paste:"):
        _paste_box(own)
        _templates()


def _paste_box(add: bool) -> None:
    """A table copied from a list view or from Excel."""
    with st.form(f"paste-{session.number()}", border=False):
        text = st.text_area(
            "Copy a table with its headers from a list view or from Excel, and paste it here",
            height=160,
            max_chars=MAX_PASTED,
            placeholder="Case Number\tRecord Type\tReferral Date",
        )
        st.caption("One table at a time: what you paste is added to the files you have read.")
        pasted = st.form_submit_button("Read this table", icon=":material/table_rows:")
    if pasted and text.strip():
        name = f"Pasted table {session.number() + 1}"
        _read(((name, text.encode()),), name, add)
    elif pasted:
        st.error("There is nothing to read: paste a table first.", icon=":material/content_paste_off:")


def _templates() -> None:
    """Empty workbooks for those who type."""
    st.write("Empty workbooks with the right headers, an example row and notes:")
    with st.container(horizontal=True):
        for table, words in TABLES.items():
            name = f"asreport-{table}.xlsx"
            download.fixed(words.name, partial(template, table), name, download.XLSX, key=f"template-{table}")
