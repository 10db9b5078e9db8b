"""The parts of the page Quarter in which it is changed: dates, measures, readings, Subjects. Each puts what is chosen
into the draft; what that means, and what is wrong with it, is the library's to say (policy/quarter_editing.py)."""

from __future__ import annotations

import streamlit as st

from asreport import Quarter
from asreport.analysing.reading_effects import entries
from asreport.policy.quarter_editing import Faults, row_of, texts_of
from asreport.words.catalogue import card
from ui import quarter_measure
from ui.quarter_draft import Kept, add, field
from ui.session import Loaded
from ui.shared import safe_markdown


def faults_at(faults: Faults, path: str) -> None:
    """What is wrong at a place and in it, beside its field."""
    for where, wrong in faults.items():
        if where == path or where.startswith(f"{path}."):
            for what in wrong:
                st.markdown(f":red[:material/error: {safe_markdown(what[:1].upper() + what[1:])}.]")


def carried_over(of: Quarter, draft: Kept) -> None:
    """That nobody has confirmed the targets, a button that does, and what was left out, to be put back."""
    if of.carried_over_from is None:
        return
    with st.container(border=True, key="quarter-carried-over"):
        if draft.rows["confirmed"]:
            st.markdown(":material/check: The targets are confirmed; it holds once you apply it, further down.")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/history: **{safe_markdown(of.cautions[0])}**")
            if st.button("The targets are right", icon=":material/check:", type="primary"):
                draft.rows["confirmed"] = True
                st.rerun()
        waiting = {name: words for name, words in of.left_out.items() if name not in _ids(draft)}
        if waiting:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(safe_markdown(" ".join(of.cautions[1:])))
                with st.popover("Put one back", icon=":material/undo:"):
                    for name, words in waiting.items():
                        st.button(words, key=f"{draft.number}-put-back-{name}", on_click=_put_back,
                                  args=(draft, of, name))  # fmt: skip


def _put_back(draft: Kept, of: Quarter, measure_id: str) -> None:
    draft.rows["measures"].append(row_of(of, measure_id, card) | {"on": True})


def _ids(draft: Kept) -> list[str]:
    return [row["id"] for row in draft.rows["measures"]]


def dates(draft: Kept, faults: Faults) -> None:
    """The quarter's name, its first and its last day."""
    name, start, end = st.columns([2, 1, 1])
    field(draft, name.text_input, "Name", draft.rows, "name", "quarter", max_chars=300)
    field(draft, start.date_input, "First day", draft.rows, "start", "quarter", value=None, format="DD/MM/YYYY")
    field(draft, end.date_input, "Last day", draft.rows, "end", "quarter", value=None, format="DD/MM/YYYY")
    faults_at(faults, "name")
    faults_at(faults, "period")


def measures(draft: Kept, of: Quarter, faults: Faults) -> None:
    """Every measure on one line."""
    with st.container(key="quarter-measures", gap=None):
        quarter_measure.heading()
        for row in list(draft.rows["measures"]):
            quarter_measure.line(draft, of, row)
            faults_at(faults, f"measures.{row['id']}")
    faults_at({path: wrong for path, wrong in faults.items() if path == "measures"}, "measures")


def another(draft: Kept, of: Quarter) -> None:
    """A measure made from the kinds of evidence, in plain words."""
    with st.expander("Add a measure", icon=":material/add:"), st.container(key="quarter-new"):
        counts, cases, by_when, target = st.columns([1, 1.1, 1.3, 0.9], gap="medium")
        with counts:
            st.markdown("**What counts**")
            quarter_measure.what_counts(draft, draft.new, "new")
        with cases:
            st.markdown("**Which cases**")
            quarter_measure.which_cases(draft, of, draft.new, "new")
        with by_when:
            st.markdown("**By when**")
            quarter_measure.by_when(draft, of, draft.new, "new")
        with target:
            st.markdown("**Which target**")
            quarter_measure.target(draft, draft.new, "new", label="Percent (empty: tracked without one)")
            field(draft, st.selectbox, "Stands under", draft.new, "section", "new", options=list(of.sections),
                  format_func=of.sections.__getitem__)  # fmt: skip
        says = texts_of(draft.new, draft.rows, of, card)
        st.caption(f"**{safe_markdown(says['name'])}.** {safe_markdown(says['how'])}")
        st.button("Add this measure", icon=":material/add:", on_click=add, args=(draft,))


def readings(draft: Kept, of: Quarter, now: Loaded | None, faults: Faults) -> None:
    """How the quarter's guide or letter is to be read; plan statuses among it."""
    with st.expander("Readings and plan statuses", icon=":material/tune:"):
        st.write(
            "What the Ministry’s letter says where asreport had to take a reading. Set here, it belongs to the quarter "
            "and is not marked as a departure; to try another reading, use How it is measured."
        )
        st.page_link("pages/measured.py", label="How it is measured", icon=":material/menu_book:")
        for name, reading in of.readings.items():
            if reading.choices:
                field(draft, st.selectbox, reading.title, draft.rows["readings"], name, "reading",
                      options=list(reading.choices), format_func=lambda v, r=reading: _capital(r.choices[v]),
                      help=reading.explanation)  # fmt: skip
            else:
                listed = entries(name, of, now.exports.tables if now else {})
                chosen = draft.rows["readings"][name]
                field(draft, st.multiselect, reading.title, draft.rows["readings"], name, "reading",
                      options=list(dict.fromkeys([*listed, *chosen])), accept_new_options=not reading.allowed,
                      format_func=lambda v: _capital((now.words(v) if now else v).replace("_", " ")),
                      help=reading.explanation)  # fmt: skip
            faults_at(faults, f"readings.{name}")


def subjects(draft: Kept, faults: Faults) -> None:
    """The Subjects that meetings must have, and what is said of where the quarter comes from."""
    with st.expander("Subjects of meetings, and where this comes from", icon=":material/event_note:"):
        for subject in draft.rows["subjects"]:
            key = subject["key"]
            left, right = st.columns(2)
            field(draft, left.text_input, f"Subject of an Event ({key})", subject, "name", f"subject-{key}",
                  max_chars=300, help="As the Ministry writes it; capitals and macrons do not matter.")  # fmt: skip
            field(draft, right.multiselect, "A Subject that names one of these resembles it, and is pointed out",
                  subject, "who", f"subject-{key}", options=subject["who"], accept_new_options=True)  # fmt: skip
            faults_at(faults, f"subjects.{key}")
        st.button("Add a Subject", icon=":material/add:", on_click=_add_subject, args=(draft,))
        field(draft, st.text_input, "Where the quarter’s measures come from", draft.rows, "source", "quarter",
              max_chars=2_000, placeholder="The Ministry’s letter of …")  # fmt: skip
        faults_at(faults, "source")
        field(draft, st.text_area, "What is said of its dates", draft.rows, "explanation", "quarter", max_chars=2_000)


def _add_subject(draft: Kept) -> None:
    keys = {subject["key"] for subject in draft.rows["subjects"]}
    key = next(f"meeting-{n}" for n in range(1, len(keys) + 2) if f"meeting-{n}" not in keys)
    draft.rows["subjects"].append({"key": key, "name": "", "who": []})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
