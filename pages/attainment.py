"""Target attainment: are we going to be all right?"""

from __future__ import annotations

import streamlit as st

from asreport.analysing.recording_gap import recording_gap
from asreport.assessing.attainment import COUNTS
from asreport.handing_out import downloads
from asreport.words.catalogue import OUTCOMES
from asreport.words.sentences import headline, percent, still_open
from ui import download, session, shared, which_quarter
from ui.charts import bullet
from ui.measure_card import measure_row
from ui.meeting_curves import meeting_curves

now = shared.loaded_or_stop("Target attainment", "Are we going to be all right?")
result, quarter = now.shown, now.shown.quarter
attainment = result.attainment
gaps = session.kept("recording gap", lambda: recording_gap(result))

st.html(bullet.STYLE)
st.markdown(f"## {headline(attainment)}")
which_quarter.line(now)
if needed := still_open(attainment):
    st.markdown("\n".join(f"- {sentence}" for sentence in needed))
    st.page_link("pages/todo.py", label="What to do today", icon=":material/event_upcoming:")
st.html(bullet.KEY)
for section, title in quarter.sections.items():
    of_section = attainment["measure_id"].map(lambda measure_id: quarter.measures[measure_id].section) == section
    if of_section.any():
        st.header(title)
    for position in attainment.index[of_section]:
        measure_row(now, attainment.loc[position], gaps.loc[position])
meeting_curves(now)

st.header("All figures")
names = {
    "in_scope": "In scope", "due": "Due", "met_due": "Met, due", "missed": "Missed", "met_early": "Met early",
    "pending": "Pending", "excluded": "Excluded", "cannot_assess": "Cannot be assessed",
}  # fmt: skip
targets = attainment["target_percent"].map("{}%".format, na_action="ignore").fillna("–")
table = attainment.assign(
    target_percent=targets, outcome=attainment["outcome"].map({code: words.word for code, words in OUTCOMES.items()})
)
table[COUNTS] = table[COUNTS].astype("Int64").mask(attainment["outcome"] == "no_data")
for column in ("rate_percent", "floor_percent", "ceiling_percent"):
    table[column] = table[column].map(percent)
st.dataframe(
    table[
        ["measure", "outcome", "target_percent", "rate_percent", *COUNTS]
        + ["floor_percent", "ceiling_percent", "still_needed"]
    ].rename(
        columns={
            **names, "measure": "Measure", "outcome": "Outcome", "target_percent": "Target", "rate_percent": "Rate",
            "floor_percent": "Floor", "ceiling_percent": "Ceiling", "still_needed": "Still needed",
        }
    ),
    hide_index=True,
    height="content",
    placeholder="–",
    alt="Attainment: a row a measure with all its figures",
    column_config={"Measure": st.column_config.TextColumn(pinned=True, width="medium")},
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    download.button(
        "Download these figures", lambda now: downloads.attainment_csv(now.shown),
        shared.file_name(now, "attainment.csv"), download.CSV, key="attainment", now=now,
    )  # fmt: skip
    st.page_link("pages/breakdown.py", label="Where are we short?", icon=":material/stacked_bar_chart:")
    st.page_link("pages/exceptions.py", label="Which cases, and why?", icon=":material/checklist:")
