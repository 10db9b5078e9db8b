"""Tasks as a list to work through: what to do, for whom, by when, and a button that opens the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import streamlit as st

from asreport.analysing.worklist import TASK_LISTS, tasks_in_words
from asreport.assessing.assessment import Assessment
from ui import session
from ui.shared import BADGE, safe_markdown

FIRST, MORE, MOST = 5, 20, 200  # rows of a list at first, with each click, and at most
FEW = 2  # so few more are shown at once: a button for them would take as much room


def shown_in_words(tasks: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """The tasks that are shown now, of all lists at once because that takes no longer than of one."""
    limit = {code: how_many(code, int((tasks["list"] == code).sum())) for code in TASK_LISTS}
    shown = tasks[tasks.groupby("list").cumcount() < tasks["list"].map(limit)]
    return tasks_in_words(shown, result).assign(list=shown["list"], closed=shown["closed"])


def task_list(code: str, shown: pd.DataFrame, count: int, *, owner: bool) -> None:
    """One of the lists of `worklist.LISTS` as a card. `shown`: its first tasks in words; `count`: how many it holds.

    `owner`: whether to say whose each task is.
    """
    list_words = TASK_LISTS[code]
    colour = BADGE[list_words.tone] if count else "gray"
    with st.container(border=True, height="stretch", key=f"list-{code}"):
        st.header(f":material/{list_words.icon}: {list_words.title} :{colour}-badge[{count:,}]")
        st.caption(list_words.meaning if count else list_words.empty)
        day = None
        for task in each(shown):
            if code == "soon" and task.due != day:
                day = task.due
                st.subheader(day[0].upper() + day[1:])
            due = "" if code in ("today", "soon") else f":{colour}-badge[:material/schedule: {task.due}] "
            ended = ":gray-badge[:material/lock: case closed]" if task.closed else ""
            row(
                task,
                f"{code}-{task.Index}",
                due + ended,
                who(task, owner=owner),
                f":gray[{safe_markdown(task.measures)}]",
            )
        more(code, count)


def row(task: Any, key: str, *details: str, before: str = "", after: str = "") -> None:
    """One task: what to do, with a word before and after it, then details a line each, and the button of its case."""
    with st.container(horizontal=True, wrap=False, gap="small", key=f"task-{key}"):
        lines = "  \n".join([f"{before}**{task.do}**{after}", *(f":small[{detail}]" for detail in details if detail)])
        st.markdown(lines, width="stretch")
        if st.button(
            safe_markdown(task.case_number), key=f"open-{key}", type="tertiary", icon=":material/arrow_forward:",
            icon_position="right", help="Open this case",
        ):  # fmt: skip
            session.open_case(task.case_number)


def who(task: Any, *, owner: bool) -> str:
    """The student and, where asked for, the case owner."""
    student = safe_markdown(task.student_name) if pd.notna(task.student_name) else ""
    return " · ".join(filter(None, [student, safe_markdown(task.case_owner) if owner else ""]))


def how_many(name: str, count: int) -> int:
    """How many rows of a list are shown now."""
    shown = min(st.session_state.get(_key(name), FIRST), MOST)
    return count if count <= shown + FEW else shown


def more(name: str, count: int) -> None:
    """A button for more rows where there are more, and, at the most that are shown, where the others are."""
    shown = how_many(name, count)
    if shown == count:
        return
    if shown >= MOST:
        st.caption(f"The first {MOST} of {count:,}. The download has them all.")
        return
    following = min(MORE, count - shown, MOST - shown)
    st.button(
        f"Show {following} more of {count:,}", key=f"more-{name}", type="tertiary", icon=":material/expand_more:",
        on_click=_grow, args=(name, shown + following),
    )  # fmt: skip


def each(table: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, each with its columns as attributes."""
    yield from table.itertuples()


def _grow(name: str, to: int) -> None:
    st.session_state[_key(name)] = to


def _key(name: str) -> str:
    return f"{session.FILTER}shown-{name}"
