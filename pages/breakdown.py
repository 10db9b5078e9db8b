"""Breakdown: where are we short?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.analysing.breakdown import NO_WEEK, SMALL_GROUP, breakdown, furthest, groupings, ranked
from asreport.handing_out import downloads
from asreport.words.sentences import shortest_of_target
from ui import download, session, shared
from ui.breakdown_view import clicked, group_table, group_words, heat_table, one_group, see_cases
from ui.charts.groups import SMALL_MARK, bars_by_group, weekly_rate
from ui.charts.heat import heat_map

MOST = 20  # groups drawn; the table below the chart has them all
OWNERS = 12  # owners in the heat map

now = shared.loaded_or_stop("Breakdown", "Where are we short?")
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


# Of this measure alone: the other measures' figures are made for those who ask for them.
table = session.kept(f"breakdown {measure} {group}", lambda: ranked(breakdown(result, group, measure)))
if table.empty:
    st.info("No case of this measure has a value to group by.", icon=":material/help:")
    st.stop()
words = f"{names[measure]} by {kinds[group].lower()}"
view = (now.number, measure, group)
st.markdown(
    shortest_of_target(table.iloc[0], f"**{shared.safe_markdown(group_words(table['group'], group).iloc[0])}**")
)
if group == "week":
    table = table.sort_values("group")  # the weeks in their order
    dated = table[table["group"] != NO_WEEK]
    if dated.empty:
        st.info("No case of this measure has a referral date, so there is no week to draw.", icon=":material/help:")
    else:
        aim = dated["target_percent"].iloc[0]
        st.caption(
            f"Met so far, of each week's cases.{'' if pd.isna(aim) else f' Dashed: the target, {aim}%.'} "
            f"Hollow: a small week, fewer than {SMALL_GROUP} cases in scope. Click a week to see its cases."
        )
        chart_in_words = f"{names[measure]}: share met by week of referral"
        if week := clicked(weekly_rate(dated), chart_in_words, measure, group):
            see_cases(now, measure, group, week["group"])
else:
    drawn = f"The {MOST} groups furthest from the target; the table has all {len(table):,}. " * (len(table) > MOST)
    st.caption(
        f"{drawn}Click a bar to see its cases. {SMALL_MARK} and pale: a small group, fewer than {SMALL_GROUP} cases in "
        "scope, which one case moves far."
    )
    if bar := clicked(bars_by_group(table.head(MOST), kinds[group]), words, measure, group):
        verdict = [code for code, kind in {"missed": "Missed", "pending": "Pending"}.items() if kind == bar["Verdict"]]
        see_cases(now, measure, group, bar["group"], *verdict)

picked = group_table(table, group, kinds[group], words, view)
if picked.empty:
    st.caption("Pick a row, at its left edge, to see the group in a sentence and to open its cases.")
else:
    one_group(now, picked.iloc[0], group)
download.button(
    "Download this breakdown, all measures", lambda now: downloads.csv_bytes(breakdown(now.shown, group)),
    shared.file_name(now, f"breakdown-by-{group.replace('_', '-')}.csv"), download.CSV, key="breakdown", now=now,
)  # fmt: skip

if "case_owner" in kinds:
    st.header("Every measure, by case owner")
    owners = session.kept("furthest owners", lambda: furthest(breakdown(result, "case_owner"), OWNERS))
    most = f"The {OWNERS} case owners with the most cases short. " * bool(owners["rank"].max() == OWNERS)
    st.caption(
        f"{most}✓ at or above the target, ▼ below it; the further, the stronger the colour. "
        f"{SMALL_MARK} small group. Rate: met, of the cases whose deadline has passed. Click a cell to see its cases."
    )
    title = "Rate of every measure by case owner, against its target"
    as_map, as_table = st.tabs(["Heat map", "As a table"])
    with as_map:
        if cell := clicked(heat_map(owners), title, "heat map"):
            see_cases(now, cell["measure_id"], "case_owner", cell["group"])
    with as_table:
        heat_table(owners, title)
