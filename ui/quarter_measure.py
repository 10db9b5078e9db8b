"""One measure on the page Quarter: its line, and the fields behind it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from asreport import Quarter
from asreport.policy.quarter_editing import FIELDS, REFERENCE, TEXTS, Row, references, texts_of
from asreport.words.catalogue import card
from ui.quarter_draft import Kept, field, move
from ui.shared import safe_markdown

# Measure, target, how long, from when, cases, what counts, more. A date needs more room than a number.
_WIDTHS = [2.9, 0.9, 0.75, 2.75, 1.75, 1.85, 0.65]
_WITH_DATE = [2.9, 0.9, 1.65, 1.85, 1.75, 1.85, 0.65]
_WAYS = {"business_days": "business days", "weeks": "weeks", "cut_off": "by a date", "none": "no deadline"}
_STARTS = {"referral_date": "of referral", "allocation_date": "of allocation"}
_WHICH = {
    "referred_in_period": "Referred in the period",
    "deadline_in_period": "With their deadline in the period",
    "active": "Active ones",
    "all": "All, closed ones too",
}
_TYPES = {"any": "Any case type", "CA": "Chronic absence", "NEN": "NEN"}
_OUTCOMES = {
    "school": "A school enrolment",
    "alternative_education": "Alternative education",
    "exemption": "An exemption",
}
_SHORT = {
    "referred_in_period": "referred in period",
    "deadline_in_period": "deadline in period",
    "active": "active",
    "all": "all",
}
_KINDS = {"plan": "Student plan", "owner": "Case manager", "outcome": "Outcome in ENROL"}
_TEXTS = {"name": "Name", "why": "Why it matters", "how": "How it is calculated", "record": "What must be recorded"}

# Lists that say what of a kind counts: the label, and what may be in it (nothing: any text).
_LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "statuses": ("Statuses that count", {}),
    "types": ("Outcomes that count", _OUTCOMES),
    "queues": ("An owner is a queue whose name holds", {}),
}


def heading() -> None:
    """What stands in each column, where they stand beside each other."""
    with st.container(key="quarter-heading"):
        words = ["Measure", "Target %", "By when", "", "Which cases", "What counts", ""]
        for column, text in zip(st.columns(_WITH_DATE, gap="xsmall"), words, strict=True):
            column.caption(text)


def line(draft: Kept, of: Quarter, row: Row) -> None:
    """A measure on one line; what does not fit there opens from it."""
    texts, key = texts_of(row, draft.rows, of, card), row["id"]
    with st.container(key=f"quarter-line-{draft.number}-{draft.rows['measures'].index(row)}"):
        widths = _WITH_DATE if row["by"] == "cut_off" else _WIDTHS
        on, percent, length, unit, cases, counts, more = st.columns(widths, gap="xsmall", vertical_alignment="center")
        field(draft, on.checkbox, safe_markdown(texts["name"]), row, "on", key)
        with percent:
            target(draft, row, key)
        with length:
            how_long(draft, row, key)
        with unit:
            way(draft, of, row, key)
        with cases.popover(cases_in_words(row), width="stretch", wrap=True):
            which_cases(draft, of, row, key)
        with counts.popover(counts_in_words(draft, row), width="stretch", wrap=True):
            what_counts(draft, row, key)
        with more.popover("", icon=":material/more_vert:", help="Its card, its place in the order, and removing it"):
            _more(draft, of, row, texts)


def target(draft: Kept, row: Row, key: str, label: str = "Target in percent") -> None:
    """The target; empty: the measure is tracked without one."""
    shown: Any = "visible" if key == "new" else "collapsed"
    field(
        draft, st.number_input, label, row, "target", key,
        value=None, step=1, placeholder="–", label_visibility=shown,
    )  # fmt: skip


def how_long(draft: Kept, row: Row, key: str) -> None:
    """How many days or weeks, or by which day."""
    if row["by"] == "cut_off":
        field(draft, st.date_input, "By this day", row, "cut_off", key, value=None, format="DD/MM/YYYY",
              label_visibility="collapsed")  # fmt: skip
    elif row["by"] != "none":
        field(draft, st.number_input, f"How many {_WAYS[row['by']]}", row, "length", key, value=None, step=1,
              label_visibility="collapsed")  # fmt: skip
    else:
        st.markdown("–")


def way(draft: Kept, of: Quarter, row: Row, key: str) -> None:
    """Business days or weeks and from when, a date, or no deadline at all."""
    starts = [*_STARTS, *references(of, "start")]
    options = [(by, start) for by in ("business_days", "weeks") for start in starts]
    key = f"{draft.number}-{key}-way"

    def words(option: tuple[str, str | None]) -> str:
        by, start = option
        return _WAYS[by] if start is None else f"{_WAYS[by]} {_by_reading(of, start, _STARTS)}"

    def take() -> None:
        row["by"], start = st.session_state[key]
        row["start"] = start or row["start"]

    st.session_state.setdefault(key, (row["by"], row["start"] if row["by"] in ("business_days", "weeks") else None))
    st.selectbox("By when", [*options, ("cut_off", None), ("none", None)], key=key, on_change=take, format_func=words,
                 label_visibility="collapsed")  # fmt: skip


def by_when(draft: Kept, of: Quarter, row: Row, key: str) -> None:
    """The whole of a clock, below one another."""
    way(draft, of, row, key)
    how_long(draft, row, key)


def which_cases(draft: Kept, of: Quarter, row: Row, key: str) -> None:
    """Which cases a measure is about."""
    field(draft, st.radio, "New or migrated", row, "migrated", key, options=[False, True], horizontal=True,
          format_func=lambda migrated: "Migrated" if migrated else "New")  # fmt: skip
    field(draft, st.selectbox, "Which of them", row, "which", key, options=[*_WHICH, *references(of, "which")],
          format_func=lambda which: _by_reading(of, which, _WHICH))  # fmt: skip
    field(draft, st.selectbox, "Case type", row, "case_type", key, options=list(_TYPES), format_func=_TYPES.__getitem__)
    field(draft, st.checkbox, "Without those whose contact details are recorded as out of date", row,
          "contact_details_held", key)  # fmt: skip


def what_counts(draft: Kept, row: Row, key: str) -> None:
    """What a case must have, and what of it counts."""
    names = {subject["key"]: subject["name"] for subject in draft.rows["subjects"]}
    options = [*(("meeting", name) for name in names), *((kind, "") for kind in FIELDS if kind != "meeting")]
    own = f"{draft.number}-{key}-counts"

    def take() -> None:
        row["kind"], subject = st.session_state[own]
        row["subject"] = subject or row["subject"]

    st.session_state.setdefault(own, (row["kind"], row["subject"] if row["kind"] == "meeting" else ""))
    st.selectbox("What a case must have", options, key=own, on_change=take,
                 format_func=lambda one: names[one[1]] if one[1] else _KINDS.get(one[0], one[0]))  # fmt: skip
    if row["kind"] == "meeting":
        field(draft, st.checkbox, "It must be recorded by then, too", row, "recorded_by_cut_off", key)
    for name, (label, known) in _LISTS.items():
        if name not in FIELDS[row["kind"]]:
            continue
        if isinstance(row[name], str):
            title = draft.of.definition["readings"][row[name].removeprefix(REFERENCE)]["title"]
            st.caption(f"{label}: as set below, under Readings: {safe_markdown(title)}.")
        else:
            field(draft, st.multiselect, label, row, name, key, options=list(dict.fromkeys([*known, *row[name]])),
                  format_func=lambda one, known=known: known.get(one, one), accept_new_options=not known)  # fmt: skip


def cases_in_words(row: Row) -> str:
    """Which cases, in a few words: `New NEN, deadline in period`."""
    kind = ("Migrated" if row["migrated"] else "New") + {"CA": " CA", "NEN": " NEN"}.get(row["case_type"], "")
    return f"{kind}, {_SHORT.get(row['which'], 'by reading')}"


def counts_in_words(draft: Kept, row: Row) -> str:
    """What counts, in a few words."""
    names = {subject["key"]: subject["name"] for subject in draft.rows["subjects"]}
    return str(names.get(row["subject"]) if row["kind"] == "meeting" else _KINDS.get(row["kind"], row["kind"]))


def _more(draft: Kept, of: Quarter, row: Row, texts: dict[str, str]) -> None:
    key, rows = row["id"], draft.rows["measures"]
    with st.container(horizontal=True):
        for words, icon, by in (("Up", "arrow_upward", -1), ("Down", "arrow_downward", 1)):
            end = rows[0 if by < 0 else -1] is row
            st.button(words, icon=f":material/{icon}:", key=f"{draft.number}-{key}-{words}", on_click=move,
                      args=(draft, row, by), disabled=end)  # fmt: skip
        st.button("Remove", icon=":material/delete:", key=f"{draft.number}-{key}-remove", on_click=rows.remove,
                  args=(row,))  # fmt: skip
    st.caption("These follow what is set, until you write your own. Emptied, they follow again.")
    for name in TEXTS:
        _text(draft, row, name, texts[name])
    field(draft, st.selectbox, "Stands under", row, "section", key, options=list(of.sections),
          format_func=of.sections.__getitem__)  # fmt: skip


def _text(draft: Kept, row: Row, name: str, says: str) -> None:
    """A text of the card: empty, it follows what is set, and shows what it says."""
    key = f"{draft.number}-{row['id']}-{name}"

    def take() -> None:
        written = st.session_state[key].strip()
        row["own"] = {n: text for n, text in {**row["own"], name: written}.items() if text}

    st.session_state.setdefault(key, row["own"].get(name, ""))
    box = st.text_input if name == "name" else st.text_area
    box(_TEXTS[name], key=key, on_change=take, placeholder=says, max_chars=300 if name == "name" else 2_000)


def _by_reading(of: Quarter, value: str, words: dict[str, str]) -> str:
    """A value in words, also one that is taken from a reading: `of referral (reading)`."""
    if not value.startswith(REFERENCE):
        return words[value]
    reading = of.definition["readings"][value.removeprefix(REFERENCE)]
    return f"{words.get(reading['value'], reading['title'])} (reading)"
