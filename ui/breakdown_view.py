"""The parts of Breakdown: charts that can be clicked, its tables, and one group in a sentence."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.analysing.breakdown import NO_WEEK, SMALL_GROUP, is_small
from asreport.dates import column_in_words
from asreport.words.sentences import cases, percent, what_counts_say
from ui import address, session, shared
from ui.charts.common import Shape
from ui.charts.groups import PICKED, SMALL_MARK
from ui.charts.heat import in_words
from ui.session import Loaded

SMALL = f"{SMALL_MARK} small"
_COLUMNS = {
    "still_needed": "Short of target by", "rate": "Rate", "size": "Group size", "in_scope": "In scope",
    "missed": "Missed", "pending": "Pending", "met_due": "Met, due", "met_early": "Met early",
    "floor": "Met so far", "excluded": "Excluded", "cannot_assess": "Cannot be assessed",
}  # fmt: skip


def see_cases(now: Loaded, measure: str, by: str, group: str, *verdicts: str) -> None:
    """Go to the cases of a group."""
    st.switch_page("pages/exceptions.py", query_params=address.to_cases(now, measure, by, group, verdicts))


def clicked(chart: Shape, words: str, *view: object) -> dict[str, str]:
    """Draw a chart; what of it was clicked, if anything.

    `words`: what it shows, for those who cannot see it. `view`: what tells it from the chart of another choice.
    """
    key = f"{session.FILTER}chart-{hash((view, session.number_of()))}"
    picked = st.vega_lite_chart(chart, alt=words, key=key, on_select="rerun", selection_mode=PICKED)
    return next(iter(picked["selection"].get(PICKED, [])), {})


def group_words(names: pd.Series, by: str) -> pd.Series:
    """The groups as they are shown: weeks by their Monday in words."""
    if by != "week":
        return names
    return column_in_words(pd.to_datetime(names, format="%Y-%m-%d", errors="coerce")).fillna(NO_WEEK)


def group_table(table: pd.DataFrame, by: str, title: str, words: str, view: object) -> pd.DataFrame:
    """The groups as a table in which one can be picked; the one that is, if any."""
    shown = table.assign(
        group=group_words(table["group"], by), size=is_small(table).map({True: SMALL, False: ""}),
        rate=table["rate_percent"].map(percent), floor=table["floor_percent"].map(percent),
    )  # fmt: skip
    columns = {"group": title, **_COLUMNS}
    picked = st.dataframe(
        shown[list(columns)].rename(columns=columns), hide_index=True, placeholder="–", alt=words,
        key=f"{session.FILTER}groups-{hash(view)}", on_select="rerun", selection_mode="single-row",
        column_config={
            title: st.column_config.TextColumn(pinned=True, width="medium"),
            **{name: st.column_config.TextColumn(alignment="right") for name in ("Rate", "Met so far")},
        },
    )  # fmt: skip
    return table.iloc[picked["selection"]["rows"]]


def one_group(now: Loaded, row: pd.Series, by: str) -> None:
    """A group in a sentence, and the way to its cases."""
    with st.container(border=True, key="group"):
        st.header(shared.safe_markdown(group_words(pd.Series([row["group"]]), by).iloc[0]))
        with st.container(horizontal=True, vertical_alignment="center"):
            shared.outcome_badge(row["outcome"])
            if row["in_scope"] < SMALL_GROUP:
                st.badge("Small group", icon=":material/change_history:", color="gray")
            st.markdown(f"{row['measure']}: {what_counts_say(row)}")
        listed = int(row[["missed", "pending", "excluded", "cannot_assess"]].sum())
        if not listed:
            st.caption("Every case is met: there is none to list.")
        elif st.button(f"See {cases(listed)} not met", icon=":material/checklist:", type="primary"):
            see_cases(now, row["measure_id"], by, row["group"])


def heat_table(rows: pd.DataFrame, words: str) -> None:
    """The heat map as a table: a row a measure, a column an owner. `rows`: as `breakdown.furthest`."""

    def table() -> pd.DataFrame:
        order = rows.sort_values("rank")["group"].drop_duplicates()
        cells = rows.assign(cell=in_words(rows)).pivot(index="measure", columns="group", values="cell")
        cells = cells.reindex(index=rows["measure"].drop_duplicates(), columns=order)
        return cells.rename_axis(index="Measure", columns=None).reset_index()

    st.dataframe(
        session.kept("heat table", table), hide_index=True, placeholder="", height="content", alt=words,
        column_config={"Measure": st.column_config.TextColumn(pinned=True, width="medium")},
    )  # fmt: skip
