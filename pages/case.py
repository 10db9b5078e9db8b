"""A case: what happened with this case, and why does it count or not?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from asreport.analysing.case_index import CaseIndex, most_urgent
from asreport.analysing.case_story import Story, story
from asreport.dates import in_words
from asreport.policy.bounds import MAX_SEARCH
from ui import case_view, session, shared

SEARCH = f"{session.FILTER}case-number"

now = shared.loaded_or_stop("A case", "What happened with this case, and why does it count or not?")
index: CaseIndex = session.kept("case-index", lambda: CaseIndex.of(now.shown, now.tables))


def choose(number: str) -> None:
    """Show a case; the page's address names it."""
    st.query_params["case"] = number
    st.session_state[SEARCH] = number[:MAX_SEARCH]


def search(typed: str) -> None:
    """The box to search by number."""
    if typed and SEARCH not in st.session_state:
        st.session_state[SEARCH] = typed[:MAX_SEARCH]
    st.container(width=420).text_input(
        "Case number", key=SEARCH, max_chars=MAX_SEARCH, placeholder="Such as 1234 or 00001234",
        icon=":material/search:",
        on_change=lambda: choose(st.session_state[SEARCH].strip()),
    )  # fmt: skip


def nothing_chosen() -> None:
    """A few cases to begin with."""
    st.header("Choose a case")
    st.write("Type a case number above, or start with one of these: the soonest deadline first.")
    urgent = most_urgent(now.shown)
    measures = now.result.quarter.measures
    for row in urgent.to_dict("records"):
        due = f", due {in_words(row['deadline'])}" if pd.notna(row["deadline"]) else ""
        number, measure = row["case_number"], measures[row["measure_id"]].name
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(f"Case {shared.safe_markdown(number)}", key=f"urgent-{number}", icon=":material/timeline:",
                      on_click=choose, args=(number,))  # fmt: skip
            shared.verdict_badge(row["verdict"])
            st.markdown(f"{measure}{due}", width="content")
    if urgent.empty:
        st.info("No case is waiting: none is pending with a deadline, and none was missed.", icon=":material/check:")
    st.page_link("pages/exceptions.py", label="All cases that are not met", icon=":material/checklist:")


def unknown(typed: str, near: str | None) -> None:
    """No such number."""
    st.warning(f"No case has the number {shared.safe_markdown(typed)}.", icon=":material/search_off:")
    if near:
        st.button(f"Did you mean {shared.safe_markdown(near)}?", icon=":material/near_me:", type="primary",
                  on_click=choose, args=(near,))  # fmt: skip


def neighbours(number: str) -> None:
    """The cases before and after it in its owner's list."""
    before, after = index.neighbours(number)
    with st.container(horizontal=True):
        for label, icon, near in (("Previous case", "arrow_back", before), ("Next case", "arrow_forward", after)):
            st.button(f"{label} of this owner", icon=f":material/{icon}:", disabled=near is None, on_click=choose,
                      args=(near,), key=label)  # fmt: skip


typed = st.query_params.get("case", "").strip()
search(typed)
matched, near = index.find(typed) if typed else (None, None)
if matched is None:
    if typed:
        unknown(typed, near)
    nothing_chosen()
    st.stop()
number: str = matched
case_story: Story = session.kept(
    f"story-{number}", lambda: story(now.result, now.exports.tables, number, index, (now.shown, now.tables))
)
case_view.facts(case_story, hidden=now.hidden is not None)
neighbours(number)
case_view.on_the_strip(case_story, now.result.as_at)
case_view.verdicts(case_story)
