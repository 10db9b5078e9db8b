"""Upload: drop the exports, see what each was taken for, and set the quarter and the as-at date."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import asreport
from asreport.handing_out import downloads
from asreport.importing.findings import BLOCKS
from asreport.words.catalogue import TABLES
from asreport.words.sentences import headline
from ui import correct_match, download, session, shared, sign_in, uploading, which_quarter


def what_was_noticed(now: session.Loaded) -> None:
    """The findings, and all of them to download."""
    findings = now.findings
    st.header("What was noticed while reading")
    if findings.empty:
        st.success("Nothing: every row was read and used as it stands.", icon=":material/check_circle:")
        return
    grave = findings["severity"] == BLOCKS
    if grave.any():
        st.caption("What kept a file from being used stands further up.")
    shared.noticed(findings[~grave])
    download.button(
        "Download every finding, row by row", lambda now: downloads.findings_csv(now.findings), "findings.csv",
        download.CSV, key="findings", now=now,
    )  # fmt: skip


def settings(now: session.Loaded) -> None:
    """The quarter, its period and the as-at date; a change assesses again."""
    st.header("What is assessed")
    quarter = now.result.quarter
    quarters = which_quarter.choices(now)
    with st.form(f"settings-{now.number}", border=True):
        columns = st.columns(4)
        chosen = columns[0].selectbox(
            "Quarter", list(quarters), list(quarters).index(quarter.id), format_func=lambda name: quarters[name].name
        )
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
                own_period = (start, end) == (quarter.period.start, quarter.period.end)
                if own_period and chosen == quarter.id:  # what was not chosen follows the as-at date
                    session.assess_again(None, as_at)
                else:
                    other = quarters[chosen] if own_period else quarters[chosen].with_period(start, end)
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
    shared.welcome()
uploading.choose_files()
what_is_needed()
which_quarter.unusable()
if now := session.loaded():
    st.divider()
    st.markdown(f"## {headline(now.result.attainment)}")
    assessed = "cases" in now.exports.tables
    if assessed:
        which_quarter.line(now)
    if not now.exports.quarter_refused:
        shared.departures(now.shown.quarter)
    if assessed:
        st.page_link("pages/attainment.py", label="See the targets", icon=":material/flag:")
    correct_match.what_was_read(now)
    shared.noticed(now.findings[now.findings["severity"] == BLOCKS])
    correct_match.digits_alone(now)
    correct_match.correct(now)
    correct_match.own_words(now)
    correct_match.keep(now)
    if assessed:
        settings(now)
    what_was_noticed(now)
