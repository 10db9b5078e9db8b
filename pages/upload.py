"""Upload: drop the exports, see what each was taken for, and set the quarter and the as-at date."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

import asreport
from asreport import downloads
from asreport.templates import template
from asreport.wording import TABLES, headline
from ui import matching, parts, session, sign_in


@st.cache_data(show_spinner=False)
def sample_files() -> dict[str, bytes]:
    """The sample exports: synthetic, so all sessions may share them."""
    return asreport.sample_exports()


def read(uploads: session.Uploads, source: str, add: bool = False) -> None:
    """Read files with progress shown, then draw the page afresh with what was found."""
    with parts.reading_status() as tell:
        session.load(uploads, source, tell, add)
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
        read(uploads, f"{len(files)} uploaded {'file' if len(files) == 1 else 'files'}", add)
    st.caption(
        ":material/lock: Your files are read in this server's memory for this session only. "
        "Nothing is stored, and nothing is sent anywhere else."
    )
    with st.container(horizontal=True):
        if st.button("Use the sample data", icon=":material/science:"):
            read(tuple(sample_files().items()), session.SAMPLE)
        st.download_button(
            "Download the sample files", lambda: downloads.zipped(sample_files()), "asreport-sample.zip",
            on_click="ignore", icon=":material/download:", type="tertiary",
        )  # fmt: skip
        if now and st.button("Clear everything", icon=":material/delete:", type="tertiary"):
            session.clear()
            st.rerun()
    with st.expander("No export? Paste a table, or type into a template", icon=":material/content_paste:"):
        paste_box(own)
        templates()


def paste_box(add: bool) -> None:
    """A table copied from a list view or from Excel."""
    with st.form(f"paste-{session.number()}", border=False):
        text = st.text_area(
            "Copy a table with its headers from a list view or from Excel, and paste it here",
            height=160,
            placeholder="Case Number\tRecord Type\tReferral Date",
        )
        st.caption("One table at a time: what you paste is added to the files you have read.")
        pasted = st.form_submit_button("Read this table", icon=":material/table_rows:")
    if pasted and text.strip():
        name = f"Pasted table {session.number() + 1}"
        read(((name, text.encode()),), name, add)
    elif pasted:
        st.error("There is nothing to read: paste a table first.", icon=":material/content_paste_off:")


def templates() -> None:
    """Empty workbooks for those who type."""
    st.write("Empty workbooks with the right headers, an example row and notes:")
    with st.container(horizontal=True):
        for table, words in TABLES.items():
            st.download_button(
                words.name, partial(template, table), f"asreport-{table}.xlsx",
                on_click="ignore", icon=":material/download:", key=f"template-{table}",
            )  # fmt: skip


def what_was_noticed(findings: pd.DataFrame) -> None:
    """The findings, and all of them to download."""
    st.header("What was noticed while reading")
    if findings.empty:
        st.success("Nothing: every row was read and used as it stands.", icon=":material/check_circle:")
        return
    parts.noticed(findings)
    st.download_button(
        "Download every finding, row by row", lambda: downloads.findings_csv(findings), "findings.csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def settings(now: session.Loaded) -> None:
    """The quarter, its period and the as-at date; a change assesses again."""
    st.header("What is assessed")
    quarter, names = now.result.quarter, asreport.available_quarters()
    with st.form(f"settings-{now.number}", border=True):
        columns = st.columns(4)
        chosen = columns[0].selectbox("Quarter", names, index=names.index(quarter.id))
        start = columns[1].date_input("Period from", quarter.period.start, format="DD/MM/YYYY")
        end = columns[2].date_input("Period to", quarter.period.end, format="DD/MM/YYYY")
        as_at = columns[3].date_input(
            "As at",
            now.result.as_at,
            format="DD/MM/YYYY",
            help="The day the exports were taken. What is dated later does not count yet.",
        )
        if st.form_submit_button("Assess again", icon=":material/refresh:"):
            try:
                other = asreport.load_quarter(chosen, period_start=start, period_end=end)
                session.assess_again(session.same_readings(other), as_at)
            except (asreport.QuarterError, asreport.OutsideCalendar) as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()
    if now.exports.taken_on is None and now.as_at is None:
        st.info(
            "The files do not say when they were taken, so today is the as-at date. Change it if they are older.",
            icon=":material/event:",
        )  # fmt: skip


def what_is_needed() -> None:
    """Which exports to bring, and which columns they must have."""
    with st.expander("Which exports, and which columns?", expanded=session.loaded() is None, icon=":material/help:"):
        rows = [{"Export": t.name, "Must have": t.must, "Good to have": t.good} for t in TABLES.values()]
        st.table(pd.DataFrame(rows).set_index("Export"))
        st.caption("A column that is missing switches off just the check that needs it, and asreport says which.")


session.page_of_app()
st.title("Upload")
st.caption("Are we on target, where are we short, which cases, why, and what to do about each before the deadline.")
sign_in.word_on_hosting()
if session.loaded() is None:
    parts.welcome()
choose_files()
what_is_needed()
if now := session.loaded():
    st.divider()
    st.markdown(f"## {headline(now.result.attainment)}")
    parts.departures(now.result.quarter)
    st.page_link("pages/attainment.py", label="See the targets", icon=":material/flag:")
    matching.what_was_read(now)
    matching.correct(now)
    matching.own_words(now)
    matching.keep(now.exports.settings)
    settings(now)
    what_was_noticed(now.findings)
