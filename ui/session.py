"""The session's data: what was uploaded and what was made of it. It lives in this session's state and nowhere else."""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import asreport

Progress = Callable[[str], None]
Uploads = tuple[tuple[str, bytes], ...]

_KEY, _NUMBER = "loaded", "number"
SAMPLE = "Sample data: a provider that does not exist"
_ROOT = Path(__file__).parent.parent

# Whether app.py runs the page, with its navigation and its guard.
_under_app: ContextVar[bool] = ContextVar("under_app", default=False)

# What the keys of filters start with.
FILTER = "filter-"


@dataclass(frozen=True)
class Loaded:
    """One upload, read and assessed; it is replaced as a whole, so nothing of an earlier upload can linger."""

    exports: asreport.Exports
    result: asreport.Assessment
    findings: pd.DataFrame  # of reading, and on how the exports fit the quarter and the as-at date
    uploads: tuple[tuple[str, bytes], ...]  # what was read, to read it again when its match is corrected
    as_at: date | None  # as chosen; None: as the exports say
    source: str
    number: int  # counts uploads and changes of settings: widgets that must start afresh carry it in their key

    @property
    def shown(self) -> asreport.Assessment:
        """The result as pages and downloads show it."""
        return self.result

    @property
    def receipt(self) -> dict[str, Any]:
        return asreport.receipt(self.exports, self.result)

    @property
    def is_sample(self) -> bool:
        return self.source == SAMPLE


def loaded() -> Loaded | None:
    """What this session shows, or nothing yet."""
    return st.session_state.get(_KEY)


def number() -> int:
    """How often this session has loaded, changed or cancelled something."""
    return st.session_state.get(_NUMBER, 0)


def load(files: Iterable[Any], source: str, progress: Progress, add: bool = False) -> None:
    """Read and assess files in place of whatever was shown before, or together with it."""
    uploads = tuple((file.name, file.getvalue()) for file in files)
    before = loaded() if add else None
    if before:
        uploads, source = before.uploads + uploads, f"{before.source}, and {source}"
    settings = before.exports.settings if before else asreport.Settings()
    quarter = before.result.quarter if before else asreport.load_quarter(asreport.available_quarters()[0])
    _read(uploads, settings, quarter, before.as_at if before else None, source, progress)


def read_again(settings: asreport.Settings, progress: Progress) -> None:
    """Read what was uploaded once more, matched as these settings say."""
    if now := loaded():
        _read(now.uploads, settings, now.result.quarter, now.as_at, now.source, progress)


def assess_again(
    quarter: asreport.Quarter | None = None, as_at: date | None = None, settings: asreport.Settings | None = None
) -> None:
    """Assess what was read once more, with another quarter, period, as-at date, or other words of the provider's."""
    if now := loaded():
        exports = now.exports if settings is None else replace(now.exports, settings=settings)
        _keep(exports, quarter or now.result.quarter, as_at or now.as_at, now.uploads, now.source)


def kept(name: str, compute: Callable[[], Any]) -> Any:
    """What was computed once for this upload and these settings."""
    cache = st.session_state.setdefault("kept", {})
    key = (number(), name)
    if key not in cache:
        for old in [k for k in cache if k[0] != number()]:
            del cache[old]
        cache[key] = compute()
    return cache[key]


def clear() -> None:
    """Forget everything this session holds."""
    following = number() + 1
    st.session_state.clear()
    st.session_state[_NUMBER] = following


def cancel() -> None:
    """Give up reading: what was dropped is let go of, and what was shown before stays."""
    st.session_state[_NUMBER] = number() + 1


def _read(
    uploads: Uploads,
    settings: asreport.Settings,
    quarter: asreport.Quarter,
    as_at: date | None,
    source: str,
    progress: Progress,
) -> None:
    exports = asreport.read_exports([_stream(*upload) for upload in uploads], progress=progress, settings=settings)
    # Settings dropped in are part of the settings now: kept as files too, they would undo what is changed later.
    dropped = {file.name for file in exports.files if file.is_settings}
    progress("Assessing …")
    _keep(exports, quarter, as_at, tuple(upload for upload in uploads if upload[0] not in dropped), source)


def _stream(name: str, content: bytes) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def _keep(
    exports: asreport.Exports, quarter: asreport.Quarter, as_at: date | None, uploads: Uploads, source: str
) -> None:
    chosen = exports.settings.applied_to(quarter)
    result = asreport.assess(exports.tables, chosen, as_at=as_at or exports.taken_on or date.today())
    findings = asreport.all_findings(exports, chosen, result.as_at)
    for key in [key for key in st.session_state if str(key).startswith(FILTER)]:
        del st.session_state[key]  # a filter's choices may name case owners of the upload before
    st.session_state[_NUMBER] = number() + 1
    st.session_state[_KEY] = Loaded(exports, result, findings, uploads, as_at, source, number())


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
