"""To do: What do I do today?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.analysing import worklist
from asreport.analysing.route_to_target import STATES, shortest_ways, steps_in_words
from asreport.dates import in_words
from asreport.handing_out import downloads
from ui import download, session, shared
from ui.route_cards import way_card
from ui.tasks import shown_in_words, task_list

EVERYONE = "Everyone"
WORKLIST, WAYS = "Worklist", "Shortest way to the targets"

now = shared.loaded_or_stop("To do", "What do I do today?")
result = now.shown  # names of people come from here, each time anew: what is kept holds none
WHOSE = f"{session.FILTER}whose-{now.number}"


def tasks() -> None:
    """The lists, the most urgent first, of everyone or of one case owner."""
    everything = session.kept("worklist", lambda: worklist.worklist(now.result))
    if everything.empty:
        with shared.calm("task_alt", "Nothing left to do"):
            st.write("No case of what was assessed waits for anything.")
        return
    owner = worklist.owners_of(everything, result)
    counts = owner.value_counts()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Whose tasks", [EVERYONE, *sorted(counts.index, key=str.casefold)], key=WHOSE, persist_state="session",
            format_func=lambda name: f"{name} ({counts.get(name, len(owner)):,})", width=360,
        )  # fmt: skip
        everyone = name == EVERYONE
        chosen = everything if everyone else everything[owner == name]
        download.button(
            "Download this list", lambda now: downloads.csv_bytes(worklist.tasks_for_file(chosen, now.shown)),
            shared.file_name(now, "to-do.csv"), download.CSV, key="to-do", now=now,
        )  # fmt: skip
    sizes = chosen["list"].value_counts().to_dict()
    st.markdown(f"**{worklist.tasks_headline(sizes)}**")
    st.caption(f"“Today” is {in_words(result.as_at)}, the day the exports were taken.")
    # On a narrow screen they stand one below the other.
    places = iter([column for widths in ([1, 1], [1, 1], [4, 5]) for column in st.columns(widths)])
    shown = shown_in_words(chosen, result)
    for code in worklist.LISTS:
        with next(places):
            task_list(code, shown[shown["list"] == code], sizes.get(code, 0), owner=everyone)
    if everyone and len(counts) > 1:
        with next(places), st.container(border=True, height="stretch"):
            by_owner(worklist.counts_by_owner(everything, owner))
    st.caption("Not listed: what was done late, and what closed cases left undone. Exceptions has every case.")


def by_owner(counts: pd.DataFrame) -> None:
    """How many tasks each owner has; picking a row shows that owner's alone."""

    def pick() -> None:
        if rows := st.session_state["todo-owners"]["selection"]["rows"]:
            st.session_state[WHOSE] = counts.index[rows[0]]

    st.header(":material/group: By case owner")
    st.caption("Pick a row, or a name above, to see those tasks alone.")
    names = {"today": "Today", "soon": f"Next {worklist.SOON}", "fix": "Record", "overdue": "Overdue"}
    st.dataframe(
        counts[list(names)].rename(columns=names).rename_axis("Case owner"), key="todo-owners", on_select=pick,
        selection_mode="single-row", height="content" if len(counts) < 20 else 520,
        alt="Tasks by case owner and list",
        column_config={name: st.column_config.Column(width=58) for name in names.values()},
    )  # fmt: skip


def ways() -> None:
    """Each measure short of its target with the steps to it; of the others, that nothing is needed."""
    ways = session.kept("ways", lambda: shortest_ways(now.result))
    short = sorted((way for way in ways if way.still_needed), key=lambda way: STATES.index(way.state))
    for way in short:
        way_card(way, result)
    if rest := [way for way in ways if not way.still_needed]:
        with st.container(border=True):
            st.header(":material/check_circle: No step to take")
            st.markdown("\n".join(f"- **{way.measure}**: {way.sentence}" for way in rest))
    if any(len(way.steps) for way in short):
        download.button(
            "Download all steps", lambda now: downloads.csv_bytes(steps_in_words(ways, now.shown)),
            shared.file_name(now, "shortest-way.csv"), download.CSV, key="steps", now=now, type="primary",
        )  # fmt: skip


view = st.radio(
    "Show", [WORKLIST, WAYS], horizontal=True, label_visibility="collapsed",
    key=f"{session.FILTER}todo-view-{now.number}", persist_state="session",
)  # fmt: skip
(ways if view == WAYS else tasks)()
