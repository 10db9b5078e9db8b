"""The session's data: what was uploaded and what was made of it. It lives in this session's state and nowhere else."""

from __future__ import annotations

import io
import runpy
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Literal

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import asreport
from asreport.analysing.reading_effects import changed_readings, with_readings
from asreport.handing_out.pseudonyms import (
    Pseudonyms,
    findings_with_pseudonyms,
    pseudonyms,
    tables_with_pseudonyms,
    with_pseudonyms,
)
from asreport.policy.quarter_file import is_quarter
from asreport.tables import Tables
from ui import memory

Progress = Callable[[str], None]
Uploads = tuple[tuple[str, bytes], ...]

Slot = Literal["now", "then"]  # what is shown, and what it is set beside
_KEYS: dict[Slot, str] = {"now": "loaded", "then": "loaded-then"}
_NUMBER, _KEPT = "number", "kept"
_HIDDEN, _SECRET, _STUDENTS = "names-hidden", "pseudonym-secret", "pseudonym-numbers"
SAMPLE = "Sample data: a provider that does not exist"
_ROOT = Path(__file__).parent.parent

# Whether app.py runs the page, with its navigation and its guard.
_under_app: ContextVar[bool] = ContextVar("under_app", default=False)

_READING = BoundedSemaphore(2)

# What the keys of filters start with.
FILTER = "filter-"


@dataclass(frozen=True)
class Loaded:
    """One upload, read and assessed; it is replaced as a whole, so nothing of an earlier upload can linger."""

    exports: asreport.Exports
    result: asreport.Assessment
    noticed: pd.DataFrame  # findings of reading, and on how the exports fit the quarter and the as-at date
    packed: Uploads  # what was read, compressed, to read it again when its match is corrected
    quarter: asreport.Quarter | None  # as chosen; None: the one that the exports are about
    brought: asreport.Quarter | None  # the one dropped in last, chosen or not
    as_at: date | None  # as chosen; None: as the exports say
    source: str
    number: int  # counts uploads and changes of settings: widgets that must start afresh carry it in their key
    hidden: Pseudonyms | None = None  # where student names are hidden, what stands for them

    # Cached, and made of nothing but this object: a download asks for them when it is clicked, outside the session.

    @cached_property
    def shown(self) -> asreport.Assessment:
        """The result as pages and downloads show it."""
        return with_pseudonyms(self.result, self.hidden) if self.hidden else self.result

    @cached_property
    def tables(self) -> Tables:
        """The tables as pages and downloads show them."""
        return tables_with_pseudonyms(self.exports.tables, self.hidden) if self.hidden else self.exports.tables

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The findings as pages and downloads show them."""
        return findings_with_pseudonyms(self.noticed, self.exports, self.hidden) if self.hidden else self.noticed

    def words(self, text: str) -> str:
        """A text of the exports as pages show it."""
        return self.hidden.hide(text) if self.hidden else text

    @property
    def uploads(self) -> Uploads:
        """What was read, as it came."""
        return tuple((name, zlib.decompress(content)) for name, content in self.packed)

    @property
    def receipt(self) -> dict[str, Any]:
        return asreport.receipt(self.exports, self.result, self.hidden)

    @property
    def is_sample(self) -> bool:
        return self.source == SAMPLE


def loaded(slot: Slot = "now") -> Loaded | None:
    """What this session holds in a slot, or nothing yet."""
    held: Loaded | None = st.session_state.get(_KEYS[slot])
    if held is None or not names_hidden():
        return held
    return kept("names hidden", lambda: replace(held, hidden=_pseudonyms(held)), slot)


def number() -> int:
    """How often this session has loaded, changed or cancelled something."""
    return st.session_state.get(_NUMBER, 0)


def number_of(slot: Slot = "now") -> int:
    """The number of what a slot holds: another once something else was loaded or chosen there, 0 for nothing."""
    held: Loaded | None = st.session_state.get(_KEYS[slot])
    return held.number if held else 0


def lost() -> bool:
    """Whether this tab had a session before that is gone, as after a restart, and nothing was loaded since.

    A browser that comes back names its session after the protocol and a token; who gets another one has lost it.
    """
    asked = st.context.headers.get("Sec-WebSocket-Protocol", "").split(",")
    run = get_script_run_ctx()
    return number() == 0 and run is not None and len(asked) > 2 and asked[2].strip() not in ("", run.session_id)


def names_hidden() -> bool:
    """Whether pseudonyms stand for students' names."""
    return st.session_state.get(_HIDDEN, False)


def hide_names(hidden: bool) -> None:
    """Have pseudonyms stand for students' names, or the names again."""
    st.session_state[_HIDDEN] = hidden


def _pseudonyms(held: Loaded) -> Pseudonyms:
    """The pseudonyms of what is loaded. A student keeps the number for as long as the session lasts, and no number
    passes to another student, so that a key fits every file made in this session."""
    secret = st.session_state.setdefault(_SECRET, secrets.token_bytes(32))
    hidden = pseudonyms(held.result.cases, secret, st.session_state.get(_STUDENTS))
    st.session_state[_STUDENTS] = hidden.numbers
    return hidden


def load(
    uploads: Uploads,
    source: str,
    progress: Progress,
    add: bool = False,
    quarter: asreport.Quarter | None = None,
    slot: Slot = "now",
) -> None:
    """Read and assess files (name, bytes) in place of whatever the slot held before, or together with it.

    `quarter`: the one to judge them by, where it is not the one that they are about and nothing shown has another.
    """
    before = loaded(slot) if add else None
    if before:
        earlier = before.uploads
        if any(is_quarter(*upload) for upload in uploads):  # in place of one that could not be used
            earlier = tuple(upload for upload in earlier if not is_quarter(*upload))
        uploads, source = earlier + uploads, f"{before.source}, and {source}"
    settings = before.exports.settings if before else asreport.Settings()
    _read(uploads, settings, before, None if before else quarter, source, progress, slot)


def read_again(settings: asreport.Settings, progress: Progress) -> None:
    """Read what was uploaded once more, matched as these settings say."""
    if now := loaded():
        _read(now.uploads, settings, now, now.quarter, now.source, progress, "now")


def assess_again(
    quarter: asreport.Quarter | None = None, as_at: date | None = None, settings: asreport.Settings | None = None
) -> None:
    """Assess what was read once more, with another quarter, period, as-at date, or other words of the provider's.

    `quarter` is taken as it is, with its readings; `same_readings` gives it those in force.
    """
    if now := loaded():
        exports = now.exports if settings is None else replace(now.exports, settings=settings)
        _keep(exports, quarter or now.quarter, now.brought, as_at or now.as_at, now.packed, now.source, "now")


def same_readings(quarter: asreport.Quarter) -> asreport.Quarter:
    """Another quarter or period under the readings chosen for the one in force, as far as it has them."""
    now = loaded()
    return with_readings(quarter, changed_readings(now.result.quarter)) if now else quarter


def kept(name: str, compute: Callable[[], Any], slot: Slot = "now") -> Any:
    """What was computed once for this upload and these settings, apart for names shown and names hidden."""
    cache = st.session_state.setdefault(_KEPT, {})
    key = (slot, number_of(slot), names_hidden(), name)
    if key not in cache:
        cache[key] = compute()
    return cache[key]


def has_kept(name: str) -> bool:
    """Whether something was computed already for this upload and these settings."""
    return ("now", number_of(), names_hidden(), name) in st.session_state.get(_KEPT, {})


def clear_then() -> None:
    """Forget what was set beside what is shown, and what was computed of it."""
    _forget_kept("then")
    st.session_state.pop(_KEYS["then"], None)


def _forget_kept(slot: Slot) -> None:
    cache = st.session_state.get(_KEPT, {})
    for key in [key for key in cache if key[0] == slot]:
        del cache[key]


def clear() -> None:
    """Forget everything this session holds, but for whether names are hidden: that must never end unasked."""
    following, hidden = number() + 1, names_hidden()
    memory.let_go_of_uploads()
    st.session_state.clear()
    st.session_state[_NUMBER] = following
    hide_names(hidden)


def cancel() -> None:
    """Give up reading: what was dropped is let go of, and what was shown before stays."""
    memory.let_go_of_uploads()
    st.session_state[_NUMBER] = number() + 1


def _read(
    uploads: Uploads,
    settings: asreport.Settings,
    before: Loaded | None,
    given: asreport.Quarter | None,
    source: str,
    progress: Progress,
    slot: Slot,
) -> None:
    """`before`: what goes on with these uploads; `given`: the quarter that holds against one among them."""
    with turn_to_read(progress):
        streams = [_stream(*upload) for upload in uploads]
        exports = asreport.read_exports(streams, progress=progress, settings=settings, quarter=given)
        quarter, brought, as_at = (before.quarter, before.brought, before.as_at) if before else (given, None, None)
        if given is None and exports.quarter not in (None, brought):  # in a zip, the same comes again at each reading
            quarter = brought = exports.quarter
        # What was dropped in beside the exports is in force now: kept as a file too, it would undo what is changed
        # later. But a quarter that was refused keeps blocking, until another is brought.
        dropped = {file.name for file in exports.files if not file.is_export}
        if exports.quarter_refused:
            dropped = {file.name for file in exports.files if file.is_settings}
        packed = tuple(_packed(uploads, dropped, progress))
        _keep(exports, quarter, brought, as_at, packed, source, slot)


def _packed(uploads: Uploads, dropped: set[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
    for name, content in uploads:
        if name not in dropped:
            progress("Assessing …")  # here it can be given up, as a large file takes a second
            yield name, zlib.compress(content, 1)


@contextmanager
def turn_to_read(progress: Progress) -> Iterator[None]:
    """Wait until fewer than two others are being read: those who look at pages would wait for all of them."""
    while not _READING.acquire(timeout=0.5):
        progress("Other files are being read; yours wait their turn …")  # here it can be given up
    try:
        yield
    finally:
        _READING.release()


def _stream(name: str, content: bytes) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def _keep(
    exports: asreport.Exports,
    quarter: asreport.Quarter | None,
    brought: asreport.Quarter | None,
    as_at: date | None,
    packed: Uploads,
    source: str,
    slot: Slot,
) -> None:
    day = as_at or exports.taken_on or date.today()
    chosen = exports.settings.applied_to(quarter or asreport.quarter_of_exports(exports.tables, day))
    result = asreport.assess(exports.tables, chosen, as_at=day)
    findings = asreport.all_findings(exports, chosen, result.as_at)
    # A run that was given up is stopped where it next touches the state: here at the latest, with nothing changed yet.
    following = number() + 1
    for key in [key for key in st.session_state if slot == "now" and str(key).startswith(FILTER)]:
        del st.session_state[key]  # a filter's choices may name case owners of the upload before
    _forget_kept(slot)  # nor what was computed of it
    st.session_state[_NUMBER] = following
    st.session_state[_KEYS[slot]] = Loaded(
        exports, result, findings, packed, quarter, brought, as_at, source, following
    )
    memory.let_go_of_uploads()  # not before: if this was given up, they may be those dropped since


def open_case(case_number: str) -> None:
    """Go to the page of a case."""
    st.switch_page("pages/case.py", query_params={"case": case_number})


def guarded(run: Callable[[], None]) -> None:
    """Run a page so that a fault shows one plain sentence, and its message, which may quote a case, goes nowhere."""
    token = _under_app.set(True)
    try:
        run()
    except Exception as error:
        st.error(
            "**Something went wrong on this page, and it is not your doing.** Nothing was kept or sent anywhere. "
            f"Upload the files again; if it happens once more, tell your administrator “{type(error).__name__}”.",
            icon=":material/error:",
        )
        st.page_link("pages/upload.py", label="Go to Upload", icon=":material/upload_file:")
    finally:
        _under_app.reset(token)


def page_of_app() -> None:
    """Have app.py run the page that calls this, if it does not already.

    Until the app's navigation has been built once, Streamlit runs a file in `pages/` by itself: the first visitor after
    a start, coming by a page's own address, would meet it without navigation and without guard.
    """
    if not _under_app.get():
        runpy.run_path(str(_ROOT / "app.py"))
        st.stop()
