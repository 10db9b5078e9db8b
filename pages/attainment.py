"""Target attainment: are we going to be all right?"""

from __future__ import annotations

import streamlit as st

from asreport.analysing.measure_summary import FIGURES, PERCENTAGES, figures_table, measure_summaries
from asreport.handing_out import downloads
from asreport.words.sentences import headline, percent, still_open
from ui import download, session, shared, which_quarter
from ui.charts import bullet
from ui.measure_card import measure_row
from ui.meeting_curves import meeting_curves

now = shared.loaded_or_stop("Target attainment", "Are we going to be all right?")
result, quarter = now.shown, now.shown.quarter
attainment = result.attainment
summaries = session.kept("measure summaries", lambda: measure_summaries(result))

st.html(bullet.STYLE)
st.markdown(f"## {headline(attainment)}")
which_quarter.line(now)
if needed := still_open(attainment):
    st.markdown("\n".join(f"- {sentence}" for sentence in needed))
    st.page_link("pages/todo.py", label="What to do today", icon=":material/event_upcoming:")
st.html(bullet.KEY)
for section in quarter.sections:
    if own := [summary for summary in summaries if summary.section == section]:
        st.header(own[0].section_title)
        for summary in own:
            measure_row(now, summary)
meeting_curves(now)

st.header("All figures")
table = figures_table(summaries)
table["target"] = table["target"].map("{}%".format, na_action="ignore").fillna("–")
for column in PERCENTAGES:
    table[column] = table[column].map(percent)
table = table.rename(columns=FIGURES)
table.insert(0, "Measure", [summary.name for summary in summaries])
table.insert(1, "Outcome", [summary.outcome_words.word for summary in summaries])
st.dataframe(
    table,
    hide_index=True,
    height="content",
    placeholder="–",
    alt="Attainment: a row a measure with all its figures",
    column_config={"Measure": st.column_config.TextColumn(pinned=True, width="medium")},
)
with st.container(horizontal=True, vertical_alignment="center"):
    download.button(
        "Download these figures", lambda now: downloads.attainment_csv(now.shown),
        shared.file_name(now, "attainment.csv"), download.CSV, key="attainment", now=now,
    )  # fmt: skip
    st.page_link("pages/breakdown.py", label="Where are we short?", icon=":material/stacked_bar_chart:")
    st.page_link("pages/exceptions.py", label="Which cases, and why?", icon=":material/checklist:")
