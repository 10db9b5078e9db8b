"""The shortest way to a target, as a card: where it stands, the way on an axis, and the steps."""

from __future__ import annotations

import streamlit as st

from asreport.analysing.route_to_target import Way
from asreport.analysing.worklist import tasks_in_words
from asreport.assessing.assessment import Assessment
from asreport.words.catalogue import STEP_KINDS
from asreport.words.sentences import percent
from ui import tasks
from ui.charts.route import route, route_in_words, stretches
from ui.shared import BADGE, outcome_badge, safe_markdown


def way_card(way: Way, result: Assessment) -> None:
    """A measure that is short of its target: what is said of it and, where there is a way, its steps."""
    with st.container(border=True, key=f"way-{way.measure_id}"):
        st.header(way.measure)
        outcome_badge(way.outcome)
        st.markdown(way.sentence)
        if way.steps.empty:
            return
        st.vega_lite_chart(route(way), alt=route_in_words(way))
        st.markdown(" ".join(_kind(part.kind, f"{part.steps:,} × ") for part in tasks.each(stretches(way))))
        steps = way.steps.head(tasks.how_many(way.measure_id, len(way.steps)))
        words = tasks_in_words(steps.assign(list="", serves=steps["also"]), result)
        kind = None
        for step, task in zip(tasks.each(steps), tasks.each(words), strict=True):
            if step.kind != kind:
                kind = step.kind
                st.subheader(f"{STEP_KINDS[kind].word}, {STEP_KINDS[kind].note}")
            tasks.row(
                task, f"{way.measure_id}-{step.step}", f"{task.due} · {tasks.who(task, owner=True)}",
                f":material/join_inner: Also counts for: {safe_markdown(task.measures)}" if task.measures else "",
                before=f"{step.step}\\. ",
                after=f" :material/arrow_right_alt: **{percent(step.floor_percent)}**",
            )  # fmt: skip
        tasks.more(way.measure_id, len(way.steps))


def _kind(kind: str, before: str) -> str:
    """A kind of step as a badge."""
    words = STEP_KINDS[kind]
    return f":{BADGE[words.tone]}-badge[:material/{words.icon}: {before}{words.word}, {words.note}]"
