"""Downloads: each is made when it is clicked, of what the session holds then.

A button that still stands on the screen may be of a run before: drawn with names shown, under other filters, of another
upload. So a button says only which download it is. What that stands for is looked up once everything clicked before it
has been carried out (`ui.streamlit_patches`); where there is no such download any more, none is made, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import SessionState

if TYPE_CHECKING:
    from ui.session import Loaded

_KEY = "downloads"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP, JSON = "application/zip", "application/json"

REFUSED = (
    "The download was not made: what it was of is no longer shown, or was replaced. "
    "Look at the page once more, and download it from there."
)
FAULT = "The file could not be made, and it is not your doing. If it happens once more, tell your administrator."


class RefusedError(Exception):
    """A download that must not be made; the message says so to the user."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


@dataclass(frozen=True)
class Clicked:
    """What Streamlit is given in place of a file: which download it is."""

    key: str

    def __call__(self) -> bytes:
        raise RefusedError  # never called: `ui.streamlit_patches` makes the file


@dataclass(frozen=True)
class _Button:
    make: Callable[..., bytes]  # of what is loaded, or of nothing
    name: str
    mime: str
    page: str  # on which it was drawn
    number: int | None  # of the upload it was drawn for; None: it is of none, and always the same


@dataclass(frozen=True)
class Order:
    """A download to be made: `make` takes nothing of the session any more."""

    make: Callable[[], bytes]
    name: str
    mime: str
    of: Loaded | None  # what it is made of


class _Downloads:
    """A session's buttons as they were drawn last, and what is shown, by the latest run."""

    def __init__(self) -> None:
        self.buttons: dict[str, _Button] = {}
        self.now: Loaded | None = None
        self.refused = False


def begin() -> None:
    """Forget what a page offered, before it is drawn anew.

    The buttons of other pages stay: a click that leads away from a page can be followed by one on its downloads.
    """
    held = _held()
    held.buttons = {key: button for key, button in held.buttons.items() if button.page != _page()}


def shown(now: Loaded | None) -> None:
    """Say what this session shows from now on, with names or without. Of nothing, nothing is made."""
    _held().now = now


def say_refused() -> None:
    """That a download was not made, where it was not."""
    held = _held()
    if held.refused:
        held.refused = False
        st.toast(REFUSED, icon=":material/block:", duration="infinite")


def button(
    label: str, make: Callable[[Loaded], bytes], name: str, mime: str, *, key: str, now: Loaded, **look: Any
) -> None:
    """A button for a file of what is loaded.

    `make` is called with what the session holds at the click; whatever else it is made of must hold no name of a
    student and must be of the upload `now`. `look`: as `st.download_button` takes it.
    """
    _draw(label, _Button(make, name, mime, _page(), now.number), key, look)


def fixed(label: str, make: Callable[[], bytes], name: str, mime: str, *, key: str, **look: Any) -> None:
    """A button for a file that is the same for everybody."""
    _draw(label, _Button(make, name, mime, _page(), None), key, look)


def _draw(label: str, drawn: _Button, key: str, look: dict[str, Any]) -> None:
    key = f"download-{key}"
    _held().buttons[key] = drawn
    look = {"icon": ":material/download:", **look}
    st.download_button(label, Clicked(key), drawn.name, drawn.mime, key=key, on_click="ignore", **look)


def ordered(state: SessionState, key: str) -> Order:
    """What a click stands for in a session with this state, in which no run is going on. Raises `RefusedError`."""
    held = _of(state)
    drawn = held.buttons.get(key) if held else None
    if held is None or drawn is None:
        raise RefusedError
    if drawn.number is None:
        return Order(drawn.make, drawn.name, drawn.mime, None)
    if held.now is None or held.now.number != drawn.number:
        raise RefusedError
    return Order(partial(drawn.make, held.now), drawn.name, drawn.mime, held.now)


def still_so(state: SessionState, order: Order) -> bool:
    """Whether what a download was made of is what the session shows still: names may have been hidden meanwhile."""
    held = _of(state)
    return order.of is None or (held is not None and held.now is order.of)


def note_refused(state: SessionState) -> None:
    """Have the next run say that a download was not made."""
    held = _of(state)
    if held:
        held.refused = True


def _held() -> _Downloads:
    held: _Downloads = st.session_state.setdefault(_KEY, _Downloads())
    return held


def _of(state: SessionState) -> _Downloads | None:
    held: _Downloads | None = state[_KEY] if _KEY in state else None  # noqa: SIM401  it has no `get`
    return held


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""
