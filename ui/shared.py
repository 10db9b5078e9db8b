"""Parts that pages share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Literal

import pandas as pd
import streamlit as st

from asreport.dates import in_words
from asreport.handing_out import downloads
from asreport.importing.findings import AFFECTS, BLOCKS, INFORMS
from asreport.policy.quarter import Quarter
from asreport.words.catalogue import OUTCOMES, VERDICTS
from asreport.words.sentences import partly_assessed
from ui import session
from ui.session import Loaded

# The tone of an outcome (see catalogue.toml) → the theme's colour for badges.
BADGE: dict[str, Literal["green", "orange", "red", "gray"]] = {
    "good": "green",
    "open": "orange",
    "bad": "red",
    "plain": "gray",
}


def loaded_or_stop(title: str, question: str) -> Loaded:
    """The page's title and what it answers; without data, what to do next, and the page ends there."""
    session.page_of_app()
    st.title(title)
    st.caption(question)
    now = session.loaded()
    if now is None:
        with calm("upload_file", "Nothing to show yet"):
            st.write("Upload your exports of AS-CMS and ENROL, or look around with the sample data.")
            _link_to_upload()
        st.stop()
    if now.exports.quarter_refused:
        st.warning(
            "The quarter that was dropped in cannot be used, so nothing was assessed by another. "
            "Upload says what is wrong with its file.",
            icon=":material/event_busy:",
        )
        _link_to_upload()
        st.stop()
    _what_is_shown(now)
    departures(now.shown.quarter)
    if "cases" not in now.exports.tables:
        st.warning(
            "None of the files was an export of cases, so nothing could be assessed. "
            "Upload says what each was taken for.",
            icon=":material/help:",
        )
        _link_to_upload()
        st.stop()
    if now.result.not_assessed:
        st.warning(partly_assessed(now.result.not_assessed, len(now.result.quarter.measures)), icon=":material/help:")
    return now


@contextmanager
def calm(icon: str, title: str) -> Iterator[None]:
    """A box for a page that has nothing to list: what it means, and what leads on."""
    with st.container(border=True, key="calm"):
        st.header(f":material/{icon}: {title}")
        yield


def lost() -> None:
    """Why there is nothing any more, where the server was restarted or did not hear of this tab for too long."""
    if session.lost():
        st.warning(
            "**Your session has ended, and what you had uploaded went with it.** The server was restarted, or this tab "
            "was out of reach for too long; files are kept in memory only. Upload them again. "
            "Student names are hidden until you show them.",
            icon=":material/restart_alt:",
        )


def _link_to_upload() -> None:
    st.page_link("pages/upload.py", label="Go to Upload", icon=":material/upload_file:")


def _what_is_shown(now: Loaded) -> None:
    period = now.result.quarter.period
    shown = [
        ("folder_open", now.source),
        ("date_range", f"{now.result.quarter.name}: {in_words(period.start)} to {in_words(period.end)}"),
        ("event", f"As at {in_words(now.result.as_at)}"),
        *([("visibility_off", "Student names hidden")] if now.hidden else []),
    ]
    st.markdown(" ".join(f":gray-badge[:material/{icon}: {text}]" for icon, text in shown))


def welcome() -> None:
    """What happens, for who is here for the first time."""
    with st.container(key="welcome"):
        st.markdown(
            "1. **Drop your exports** All at once, as AS-CMS and ENROL give them.\n"
            "2. **See where you stand** Every target: met, still open, or missed.\n"
            "3. **Work the list** Which cases, why, and what to do about each."
        )


@contextmanager
def reading_status() -> Iterator[Callable[[str], None]]:
    """Shows what is being read, with a way to give up; hands out what to tell it."""
    with st.container(horizontal=True, key="reading"):
        # In a place of its own: in the status, a long name of a file would move it, and a click there fold it away.
        st.button("Cancel", icon=":material/cancel:", on_click=session.cancel)
        with st.status("Reading your files …") as status:
            begun = ("", monotonic())

            def tell(text: str) -> None:
                nonlocal begun
                begun = begun if text == begun[0] else (text, monotonic())
                seconds = int(monotonic() - begun[1])
                # So that one sees that it goes on.
                status.update(label=safe_markdown(text) + (f" ({seconds} seconds)" if seconds > 2 else ""))

            yield tell


def departures(quarter: Quarter) -> None:
    """What nobody has confirmed, and what a provider chose other than the guide, wherever figures are shown."""
    if quarter.cautions:
        st.info(safe_markdown(" ".join(quarter.cautions)), icon=":material/history:")
        st.page_link("pages/quarter.py", label="Compare, confirm or change them", icon=":material/edit_calendar:")
    own_choices(quarter)


def own_choices(quarter: Quarter) -> None:
    """What a provider chose other than the guide."""
    if quarter.departures:
        st.warning(
            "Not as the Ministry computes it. " + safe_markdown(" ".join(quarter.departures)), icon=":material/tune:"
        )


def file_name(now: Loaded, name: str) -> str:
    """What a download is called: it says where a provider chose other than the guide."""
    return downloads.file_name(name, now.result.quarter)


def noticed(findings: pd.DataFrame) -> None:
    """The findings, the gravest first, like ones together."""
    show: dict[str, tuple[str, str, Literal["red", "orange", "blue"]]] = {
        BLOCKS: ("Could not be used", "block", "red"),
        AFFECTS: ("Affects figures", "warning", "orange"),
        INFORMS: ("For information", "info", "blue"),
    }
    for severity, (words, icon, colour) in show.items():
        own = findings[findings["severity"] == severity]
        if len(own):
            with st.container(border=True):
                st.badge(words, icon=f":material/{icon}:", color=colour)
                findings_list(own)


def outcome_badge(code: str) -> None:
    """How a measure stands: word, icon and colour."""
    st.markdown(outcome_in_line(code))


def outcome_in_line(code: str) -> str:
    """The same as Markdown, to stand beside other words."""
    outcome = OUTCOMES[code]
    return f":{BADGE[outcome.tone]}-badge[:material/{outcome.icon}: {outcome.word}]"


# Verdict → icon and colour; the word is the catalogue's.
_VERDICT_LOOK: dict[str, tuple[str, Literal["green", "orange", "red", "gray"]]] = {
    "met": ("check_circle", "green"),
    "missed": ("cancel", "red"),
    "pending": ("pending", "orange"),
    "excluded": ("do_not_disturb_on", "gray"),
    "cannot_assess": ("help", "gray"),
}


def verdict_badge(code: str) -> None:
    """The verdict on a case: word, icon and colour."""
    st.markdown(verdict_in_line(code), width="content")


def verdict_in_line(code: str) -> str:
    """The same as Markdown, to stand beside other words."""
    icon, colour = _VERDICT_LOOK[code]
    return f":{colour}-badge[:material/{icon}: {VERDICTS[code]}]"


def date_column(label: str) -> Any:
    """A table's column of dates, as `3 July 2026`, that sorts as dates do."""
    return st.column_config.DateColumn(label, format="D MMMM YYYY")


def safe_markdown(text: str) -> str:
    """A text from an export as it is, with nothing in it taken for formatting."""
    # Streamlit looks for its icons and logo once escapes are undone: a mark of no width keeps a text from being one.
    text = re.sub(r":(?=material/|streamlit:)", ":\u2060", text)
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|~>$:<" else c for c in text)


def findings_list(findings: pd.DataFrame) -> None:
    """Findings in words, like ones together with how many there are."""
    # What blocks is asked about, so that it has to say of which words.
    asked = findings["value"].where(findings["severity"] == BLOCKS, "")
    columns = ["file", "sheet", "column", "finding", "asked"]
    for key, rows in findings.assign(asked=asked).groupby(columns, sort=False, dropna=False)["row"]:
        file, sheet, column, finding, words = (str(part) for part in key)
        finding += f" It holds: {words}." if words else ""
        where = f", sheet {safe_markdown(sheet)}" if sheet else ""
        where += f", column {safe_markdown(column)}" if column else ""
        first = rows.dropna()
        if len(rows) > 1:
            where += f", {len(rows):,} times" + (f", first in row {first.iloc[0]}" if len(first) else "")
        elif len(first):
            where += f", row {first.iloc[0]}"
        st.markdown(f"- **{safe_markdown(file) or 'All files'}**{where}: {safe_markdown(finding)}")
