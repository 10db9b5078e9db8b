"""Upload: drop the exports, see what each was taken for, and set the quarter and the as-at date."""

from __future__ import annotations

import io
from typing import Literal

import pandas as pd
import streamlit as st

import asreport
from asreport import downloads
from asreport.findings import AFFECTS, BLOCKS, INFORMS
from asreport.wording import TABLES, headline
from ui import parts, session


@st.cache_data(show_spinner=False)
def sample_files() -> dict[str, bytes]:
    """The sample exports: synthetic, so all sessions may share them."""
    return asreport.sample_exports()


def named(files: dict[str, bytes]) -> list[io.BytesIO]:
    """Files in memory as streams that know their names."""
    streams = []
    for name, content in files.items():
        stream = io.BytesIO(content)
        stream.name = name
        streams.append(stream)
    return streams


def read(files: list, source: str) -> None:
    """Read files with progress shown, then draw the page afresh with what was found."""
    with st.status("Reading your files …", expanded=True) as status:
        session.load(files, source, progress=lambda text: status.update(label=text))
    st.rerun()


def choose_files() -> None:
    """The upload, and the sample a click away."""
    files = st.file_uploader(
        "Drop all your exports here at once: cases, activities, plans and ENROL",
        accept_multiple_files=True,
        # A new key empties the list once it is read: the next files dropped replace everything that was shown.
        key=f"files-{session.number()}",
        help="CSV, Excel or a zip of them, as AS-CMS and ENROL give them. The columns tell which is which.",
    )
    if files:
        read(files, f"{len(files)} uploaded {'file' if len(files) == 1 else 'files'}")
    st.caption(
        ":material/lock: Your files are read in this server's memory for this session only. "
        "Nothing is stored, and nothing is sent anywhere else. Dropping files again replaces what is shown."
    )
    with st.container(horizontal=True):
        if st.button("Use the sample data", icon=":material/science:"):
            read(named(sample_files()), "Sample data: a provider that does not exist")
        st.download_button(
            "Download the sample files", lambda: downloads.zipped(sample_files()), "asreport-sample.zip",
            on_click="ignore", icon=":material/download:", type="tertiary",
        )  # fmt: skip
        if session.loaded() and st.button("Clear everything", icon=":material/delete:", type="tertiary"):
            session.clear()
            st.rerun()


def what_was_read(exports: asreport.Exports) -> None:
    """What each file was taken for, and how many of its rows were used."""
    st.subheader("What the files were taken for")
    rows = [
        {
            "File": file.name, "Sheet": part.sheet, "Taken for": TABLES[part.table].name if part.table else "Not used",
            "Rows read": part.rows_read, "Rows used": part.rows_used, "Rows listed below": part.rows_listed,
        }
        for file in exports.files
        for part in file.parts
    ]  # fmt: skip
    read_files = {row["File"] for row in rows}
    rows += [{"File": file.name, "Taken for": "Not used"} for file in exports.files if file.name not in read_files]
    table = pd.DataFrame(rows)
    if "Sheet" in table and not table["Sheet"].fillna("").any():
        table = table.drop(columns="Sheet")
    st.dataframe(table, hide_index=True, placeholder="–", alt="What each uploaded file was taken for")
    missing = [words.name for table, words in TABLES.items() if table not in exports.tables]
    if missing:
        st.warning(f"Not uploaded, so not assessed: {', '.join(missing)}.", icon=":material/help:")


def what_was_noticed(findings: pd.DataFrame) -> None:
    """The findings, the gravest first, like ones together."""
    st.subheader("What was noticed while reading")
    if findings.empty:
        st.success("Nothing: every row was read and used as it stands.", icon=":material/check_circle:")
        return
    show: dict[str, tuple[str, Literal["red", "orange", "blue"]]] = {
        BLOCKS: ("block", "red"),
        AFFECTS: ("warning", "orange"),
        INFORMS: ("info", "blue"),
    }
    for severity, (icon, colour) in show.items():
        own = findings[findings["severity"] == severity]
        if len(own):
            with st.container(border=True):
                st.badge(severity.capitalize(), icon=f":material/{icon}:", color=colour)
                parts.findings_list(own)
    st.download_button(
        "Download every finding, row by row", lambda: downloads.findings_csv(findings), "findings.csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def settings(now: session.Loaded) -> None:
    """The quarter, its period and the as-at date; a change assesses again."""
    st.subheader("What is assessed")
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
                session.assess_again(asreport.load_quarter(chosen, period_start=start, period_end=end), as_at)
            except (asreport.QuarterError, asreport.OutsideCalendar) as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()
    if now.exports.taken_on is None:
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
choose_files()
what_is_needed()
if now := session.loaded():
    st.divider()
    st.markdown(f"#### {headline(now.result.attainment)}")
    st.page_link("pages/attainment.py", label="See the targets", icon=":material/flag:")
    what_was_read(now.exports)
    settings(now)
    what_was_noticed(now.exports.findings)
