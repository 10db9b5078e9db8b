"""One case's story: who it is about, the calendar, its records, and why each measure counts it so."""

from __future__ import annotations

import html
from datetime import date

import pandas as pd
import streamlit as st

from asreport.analysing.case_story import Story, counts_in_words, strip_key
from asreport.dates import column_in_words
from asreport.words.sentences import verdicts_in_brief
from ui import shared
from ui.charts.strip import least_width, strip, strip_in_words


def facts(story: Story, hidden: bool) -> None:
    """Who and what the case is. `hidden`: names are not shown."""
    student = story.facts.get("Student name")
    title = f"Case {shared.safe_markdown(story.case_number)}"
    st.header(f"{title} · {shared.safe_markdown(student)}" if student else title)
    st.markdown(f"### {verdicts_in_brief(story.verdicts['verdict'])}")
    # A number that leads to the student is a name too.
    told_above = ("Case number", "Student name", *(("NSN",) if hidden else ()))
    shown = "".join(
        f"<div><dt>{name}</dt><dd>{html.escape(value)}</dd></div>"
        for name, value in story.facts.items()
        if name not in told_above
    )
    with st.container(border=True, key="facts"):
        st.html(f"<dl>{shown}</dl>")


def on_the_strip(story: Story, as_at: date) -> None:
    """The strip, how to read it, and the same as a table."""
    st.subheader("On the calendar")
    if story.days.empty:
        st.info("The case and its records have no date near the quarter, so there is no calendar to draw.",
                icon=":material/event_busy:")  # fmt: skip
    else:
        st.html(
            f"<style>.st-key-strip {{overflow-x: auto}} .st-key-strip > * {{min-width: {least_width(story)}px}}</style>"
        )
        with st.container(key="strip"):
            st.altair_chart(strip(story, pd.Timestamp(as_at)), alt=strip_in_words(story))
        st.caption(strip_key(story))
    st.subheader("Records in order")
    records = story.records
    table = pd.DataFrame(
        {
            "No.": records.index + 1,
            "Date": column_in_words(records["date"]).fillna("No date"),
            "Record": records["text"],
            "Does it count?": counts_in_words(records),
        }
    )
    st.table(table.map(lambda cell: shared.safe_markdown(str(cell))), hide_index=True)


def verdicts(story: Story) -> None:
    """Why each measure counts the case as it does, and which measures are not about it."""
    st.subheader("Why each measure counts it so")
    for _, row in story.verdicts.iterrows():
        _verdict_card(row)
    if story.verdicts.empty:
        st.info("No measure that could be assessed is about this case.", icon=":material/help:")
    with st.expander(f"Measures that are not about this case: {len(story.others)}"):
        st.markdown(
            "\n".join(
                f"- **{row['measure']}**: {shared.safe_markdown(row['why'])}" for row in story.others.to_dict("records")
            )
        )


def _verdict_card(row: pd.Series) -> None:
    """A measure's verdict, the steps that led to it, and what to check; folded where there is nothing to do."""
    with st.expander(
        f"{shared.verdict_in_line(row['verdict'])} **{row['measure']}**", expanded=row["verdict"] != "met"
    ):
        st.markdown("\n".join(f"{n}. {shared.safe_markdown(step)}" for n, step in enumerate(row["steps"], 1)))
        if pd.notna(row["check"]):
            st.markdown(f"**What to check.** {row['check']}\n\n**Where to look.** {row['open']}")
