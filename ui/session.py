"""The session's data: what was uploaded and what was made of it. It lives in this session's state and nowhere else."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

import asreport

_KEY = "loaded"
_ROOT = Path(__file__).parent.parent
LOGO = str(_ROOT / "ui" / "assets" / "logo.svg")

# Whether app.py runs the page, with its navigation and its guard.
_under_app: ContextVar[bool] = ContextVar("under_app", default=False)

# What the keys of filters start with.
FILTER = "filter-"


@dataclass(frozen=True)
class Loaded:
    """One upload, read and assessed; it is replaced as a whole, so nothing of an earlier upload can linger."""

    exports: asreport.Exports
    result: asreport.Assessment
    source: str
    number: int  # counts uploads and changes of settings: widgets that must start afresh carry it in their key

    @property
    def receipt(self) -> dict[str, Any]:
        return asreport.receipt(self.exports, self.result)


def loaded() -> Loaded | None:
    """What this session shows, or nothing yet."""
    return st.session_state.get(_KEY)


def number() -> int:
    """How often this session has loaded or changed something."""
    now = loaded()
    return now.number if now else 0


def load(files: Iterable[Any], source: str, progress: Callable[[str], None]) -> None:
    """Read and assess files in place of whatever was shown before."""
    exports = asreport.read_exports(files, progress=progress)
    progress("Assessing …")
    quarter = asreport.load_quarter(asreport.available_quarters()[0])
    _keep(exports, quarter, exports.taken_on or date.today(), source)


def assess_again(quarter: asreport.Quarter, as_at: date) -> None:
    """Assess what was uploaded once more, with another quarter, period or as-at date."""
    if now := loaded():
        _keep(now.exports, quarter, as_at, now.source)


def clear() -> None:
    """Forget everything this session holds."""
    st.session_state.clear()


def _keep(exports: asreport.Exports, quarter: asreport.Quarter, as_at: date, source: str) -> None:
    result = asreport.assess(exports.tables, quarter, as_at=as_at)
    for key in [key for key in st.session_state if str(key).startswith(FILTER)]:
        del st.session_state[key]  # a filter's choices may name case owners of the upload before
    st.session_state[_KEY] = Loaded(exports, result, source, number() + 1)


def guarded(run: Callable[[], None]) -> None:
    """Run a page so that a fault shows one plain sentence, and its message, which may quote a case, goes nowhere."""
    token = _under_app.set(True)
    try:
        run()
    except Exception as error:
        st.error(
            "Something went wrong on this page, and it is not your doing. Nothing was kept or sent anywhere. "
            f"Upload the files again; if it happens once more, tell your administrator “{type(error).__name__}”.",
            icon=":material/error:",
        )
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
