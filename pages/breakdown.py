"""Breakdown: where are we short?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport import downloads
from asreport.breakdown import NO_WEEK, breakdown, groupings
from asreport.dates import column_in_words
from asreport.wording import percent
from ui import parts
from ui.charts.groups import bars_by_group, weekly_rate

MOST = 30  # groups drawn; the table below the chart has them all

now = parts.loaded_or_stop("Breakdown", "Where are we short?")
result = now.shown
names = result.attainment.loc[~result.attainment["outcome"].isin(["no_data", "no_cases"])].set_index("measure_id")[
    "measure"
]
if names.empty:
    st.info("No measure could be assessed, so there is nothing to break down.", icon=":material/help:")
    st.stop()
chosen, by = st.columns([3, 2])
measure = chosen.selectbox(
    "Measure", names.index, format_func=names.to_dict().__getitem__, key="breakdown-measure", persist_state="session"
)
kinds = groupings(result)
group = by.selectbox("By", list(kinds), format_func=kinds.__getitem__, key="breakdown-by", persist_state="session")

table = breakdown(result, group)
table = table[table["measure_id"] == measure]
if table.empty:
    st.info("No case of this measure has a value to group by.", icon=":material/help:")
    st.stop()
table = table.sort_values(["still_needed", "missed", "in_scope"], ascending=False, kind="stable")

if group == "week":
    table = table.sort_values("group")  # the weeks in their order
    dated = table[table["group"] != NO_WEEK]
    if dated.empty:
        st.info("No case of this measure has a referral date, so there is no week to draw.", icon=":material/help:")
    else:
        st.altair_chart(weekly_rate(dated), alt=f"{names[measure]}: share met by week of referral")
else:
    worst = table.iloc[0]
    if pd.notna(worst["still_needed"]) and worst["still_needed"] > 0:
        st.markdown(
            f"Furthest from the target: **{parts.safe_markdown(worst['group'])}**, with {worst['missed']:,} missed "
            f"of {worst['in_scope']:,} in scope."
        )
    if len(table) > MOST:
        st.caption(f"The {MOST} groups furthest from the target are drawn; the table has all {len(table):,}.")
    st.altair_chart(bars_by_group(table.head(MOST), kinds[group]), alt=f"{names[measure]} by {kinds[group].lower()}")
    st.caption("Dashed line: the target. A small group moves far with one case: read it with its numbers.")

if group == "week":
    weeks = pd.to_datetime(table["group"], format="%Y-%m-%d", errors="coerce")
    table = table.assign(group=column_in_words(weeks).fillna(NO_WEEK))
shown = table.assign(rate=table["rate_percent"].map(percent), floor=table["floor_percent"].map(percent))
columns = {
    "group": kinds[group], "in_scope": "In scope", "met_due": "Met, due", "met_early": "Met early", "missed": "Missed",
    "pending": "Pending", "excluded": "Excluded", "cannot_assess": "Cannot be assessed", "rate": "Rate",
    "floor": "Met so far", "still_needed": "Short of target by",
}  # fmt: skip
st.dataframe(
    shown[list(columns)].rename(columns=columns), hide_index=True, placeholder="–",
    alt=f"{names[measure]} by {kinds[group].lower()}",
    column_config={kinds[group]: st.column_config.TextColumn(pinned=True, width="medium")},
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    st.download_button(
        "Download this breakdown, all measures", lambda: downloads.csv_bytes(breakdown(result, group)),
        parts.file_name(now, f"breakdown-by-{group.replace('_', '-')}.csv"),
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.page_link("pages/exceptions.py", label="Which cases, and why?", icon=":material/checklist:")
