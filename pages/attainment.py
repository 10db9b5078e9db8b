"""Target attainment: are we going to be all right?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport import downloads
from asreport.attainment import COUNTS
from asreport.wording import OUTCOMES, headline, percent, what_counts_say, where_it_ends
from ui import parts
from ui.charts.bullet import bullet, bullet_in_words

now = parts.loaded_or_stop("Target attainment", "Are we going to be all right?")
result = now.result
attainment = result.attainment
st.markdown(f"## {headline(attainment)}")


def measure_row(row: pd.Series) -> None:
    """One measure: how it stands in words, against its target on one axis, and its counts."""
    with st.container(border=True, key=f"measure-{row['measure_id']}"):
        words, chart, figures = st.columns([4, 5, 2], vertical_alignment="center")
        with words:
            st.markdown(f"**{row['measure']}**")
            parts.outcome_badge(row["outcome"])
        if row["outcome"] in ("no_data", "no_cases"):
            chart.write(result.not_assessed.get(row["measure_id"], OUTCOMES[row["outcome"]].sentence))
            return
        chart.altair_chart(bullet(row), alt=bullet_in_words(row))
        words.caption(what_counts_say(row))
        target = "no target" if pd.isna(row["target_percent"]) else f"target {row['target_percent']}%"
        rate = percent(row["rate_percent"])
        figures.metric("Rate", rate, delta=target, delta_color="off", delta_arrow="off", help=RATE_HELP)
        figures.caption(where_it_ends(row))


RATE_HELP = (
    "Met, of the cases whose deadline has passed. The bar runs from the floor (no pending case is met) to the ceiling "
    "(every one is). Percentages are cut after two decimals, never rounded up."
)

st.caption(
    "On each line: solid bar, met so far of all cases in scope; pale bar, what pending cases could add; "
    "diamond, the rate; upright line, the target."
)
for section, title in result.quarter.sections.items():
    rows = [row for _, row in attainment.iterrows() if result.quarter.measures[row["measure_id"]].section == section]
    if rows:
        st.header(title)
    for row in rows:
        measure_row(row)

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
    st.download_button(
        "Download these figures", lambda: downloads.attainment_csv(result), "attainment.csv", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
    st.page_link("pages/breakdown.py", label="Where are we short?", icon=":material/stacked_bar_chart:")
    st.page_link("pages/exceptions.py", label="Which cases, and why?", icon=":material/checklist:")
