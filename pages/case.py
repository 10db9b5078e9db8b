"""A case: what happened with this case, and why does it count or not?"""

from __future__ import annotations

import html
from typing import Literal

import pandas as pd
import streamlit as st

from asreport.casefile import CaseIndex, most_urgent
from asreport.dates import column_in_words, in_words
from asreport.story import Story, counts_in_words, story, strip_key
from asreport.wording import VERDICTS, verdicts_in_brief
from ui import parts, session
from ui.charts.strip import least_width, strip, strip_in_words

SEARCH = f"{session.FILTER}case-number"
BADGES: dict[str, tuple[str, Literal["green", "red", "orange", "gray"]]] = {
    "met": ("check_circle", "green"),
    "missed": ("cancel", "red"),
    "pending": ("pending", "orange"),
    "excluded": ("remove_circle", "gray"),
    "cannot_assess": ("help", "gray"),
}

now = parts.loaded_or_stop("A case", "What happened with this case, and why does it count or not?")
index: CaseIndex = session.kept("case-index", lambda: CaseIndex.of(now.shown, now.tables))


def choose(number: str) -> None:
    """Show a case; the page's address names it."""
    st.query_params["case"] = number
    st.session_state[SEARCH] = number


def search(typed: str) -> None:
    """The box to search by number."""
    if typed and SEARCH not in st.session_state:
        st.session_state[SEARCH] = typed
    st.container(width=420).text_input(
        "Case number", key=SEARCH, placeholder="Such as 1234 or 00001234", icon=":material/search:",
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
        number, measure, verdict = row["case_number"], measures[row["measure_id"]].name, VERDICTS[row["verdict"]]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(f"Case {parts.safe_markdown(number)}", key=f"urgent-{number}", icon=":material/timeline:",
                      on_click=choose, args=(number,))  # fmt: skip
            icon, colour = BADGES[row["verdict"]]
            st.badge(verdict, icon=f":material/{icon}:", color=colour, width="content")
            st.markdown(f"{measure}{due}", width="content")
    if urgent.empty:
        st.info("No case is waiting: none is pending with a deadline, and none was missed.", icon=":material/check:")
    st.page_link("pages/exceptions.py", label="All cases that are not met", icon=":material/checklist:")


def unknown(typed: str, near: str | None) -> None:
    """No such number."""
    st.warning(f"No case has the number {parts.safe_markdown(typed)}.", icon=":material/search_off:")
    if near:
        st.button(f"Did you mean {parts.safe_markdown(near)}?", icon=":material/near_me:", type="primary",
                  on_click=choose, args=(near,))  # fmt: skip


def facts(told: Story) -> None:
    """Who and what the case is, and its neighbours in its owner's list."""
    student = told.facts.get("Student name")
    title = f"Case {parts.safe_markdown(told.case_number)}"
    st.header(f"{title} · {parts.safe_markdown(student)}" if student else title)
    st.markdown(f"### {verdicts_in_brief(told.verdicts['verdict'])}")
    # A number that leads to the student is a name too.
    told_above = ("Case number", "Student name", *(("NSN",) if now.hidden else ()))
    shown = "".join(
        f"<div><dt style='font-size:.875rem;opacity:.8'>{name}</dt><dd style='margin:0'>{html.escape(value)}</dd></div>"
        for name, value in told.facts.items()
        if name not in told_above
    )
    with st.container(border=True):
        st.html(f"<dl style='display:flex;flex-wrap:wrap;gap:.6rem 1.75rem;margin:0;padding:0'>{shown}</dl>")
    before, after = index.neighbours(told.case_number)
    with st.container(horizontal=True):
        for label, icon, number in (("Previous case", "arrow_back", before), ("Next case", "arrow_forward", after)):
            st.button(f"{label} of this owner", icon=f":material/{icon}:", disabled=number is None, on_click=choose,
                      args=(number,), key=label)  # fmt: skip


def on_the_strip(told: Story) -> None:
    """The strip, how to read it, and the same as a table."""
    st.subheader("On the calendar")
    if told.days.empty:
        st.info("The case and its records have no date near the quarter, so there is no calendar to draw.",
                icon=":material/event_busy:")  # fmt: skip
    else:
        st.html(
            f"<style>.st-key-strip {{overflow-x: auto}} .st-key-strip > * {{min-width: {least_width(told)}px}}</style>"
        )
        with st.container(key="strip"):
            st.altair_chart(strip(told, pd.Timestamp(now.result.as_at)), alt=strip_in_words(told))
        st.caption(strip_key(told))
    st.subheader("Records in order")
    records = told.records
    table = pd.DataFrame(
        {
            "No.": records.index + 1,
            "Date": column_in_words(records["date"]).fillna("No date"),
            "Record": records["text"],
            "Does it count?": counts_in_words(records),
        }
    )
    st.table(table.map(lambda cell: parts.safe_markdown(str(cell))), hide_index=True)


def verdict_card(row: pd.Series) -> None:
    """A measure's verdict, the steps that led to it, and what to check; folded where there is nothing to do."""
    icon, colour = BADGES[row["verdict"]]
    with st.expander(
        f":{colour}-badge[:material/{icon}: {VERDICTS[row['verdict']]}] **{row['measure']}**",
        expanded=row["verdict"] != "met",
    ):
        st.markdown("\n".join(f"{n}. {parts.safe_markdown(step)}" for n, step in enumerate(row["steps"], 1)))
        if pd.notna(row["check"]):
            st.markdown(f"**What to check.** {row['check']}\n\n**Where to look.** {row['open']}")


typed = st.query_params.get("case", "").strip()
search(typed)
found, near = index.find(typed) if typed else (None, None)
if found is None:
    if typed:
        unknown(typed, near)
    nothing_chosen()
    st.stop()
number: str = found
told: Story = session.kept(f"story-{number}", lambda: story(now.shown, now.tables, number, index))
facts(told)
on_the_strip(told)
st.subheader("Why each measure counts it so")
for _, row in told.verdicts.iterrows():
    verdict_card(row)
if told.verdicts.empty:
    st.info("No measure that could be assessed is about this case.", icon=":material/help:")
with st.expander(f"Measures that are not about this case: {len(told.others)}"):
    st.markdown(
        "\n".join(
            f"- **{row['measure']}**: {parts.safe_markdown(row['why'])}" for row in told.others.to_dict("records")
        )
    )
