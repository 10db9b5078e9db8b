"""What a closed tab held is let go of within its time, and given back to the computer.

Streamlit keeps a closed tab's session for `server.disconnectedSessionTTL` seconds, in case it reconnects, but looks for
those whose time has passed only when another tab closes: the last one of the day would stay for the night.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
import threading
import time

import pyarrow as pa
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_left: dict[str, float] = {}  # session id → when its tab was closed
_giving_back = threading.Event()  # one for all tabs closed at about the same time: it takes a while

# Memory that came free goes back to the computer only from where `malloc_trim` finds it: from few arenas, not one a
# thread (every click is a thread), and with Arrow's in the same place. What a column of a table takes is a mapping of
# its own, so that what is left of one session does not hold down what came free of the next.
_ARENAS, _OWN_MAPPING = -8, -3  # M_ARENA_MAX, M_MMAP_THRESHOLD
_A_COLUMN = 16 * 1024  # bytes: the shorter ones of 800 cases
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_trim = getattr(_libc, "malloc_trim", None)  # the GNU C library's alone
if _libc and _trim:
    _libc.mallopt(_ARENAS, 2)
    _libc.mallopt(_OWN_MAPPING, _A_COLUMN)
pa.set_memory_pool(pa.system_memory_pool())


def watch() -> None:
    """See to it that this session is let go of when its tab is closed. To be called on every run."""
    context = get_script_run_ctx()
    if context and runtime.exists():
        _watched(context.session_id)


def let_go_of_uploads() -> None:
    """Have Streamlit let go of what this session uploaded: by itself it holds that until the tab is closed."""
    context = get_script_run_ctx()
    if context:
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def _closed(session: str) -> None:
    """A tab was closed, or lost its connection. Called in the server's event loop."""
    _left[session] = time.monotonic()
    # A tenth of the time early: a session whose time has passed is not found any more.
    seconds = st.get_option("server.disconnectedSessionTTL") * 0.9
    asyncio.get_running_loop().call_later(seconds, _let_go, session, _left[session])


@st.cache_resource(scope="session", on_release=_closed, show_spinner=False)
def _watched(session: str) -> str:
    return session


def _let_go(session: str, closed: float) -> None:
    if _left.get(session) != closed:
        return  # it came back, and was closed again since
    del _left[session]
    server = runtime.get_instance()
    if not server.is_active_session(session):
        server.close_session(session)
        # Once more: a file that was downloaded is marked the first time, and goes the second.
        server.media_file_mgr.remove_orphaned_files()
        if not _giving_back.is_set():
            _giving_back.set()
            loop = asyncio.get_running_loop()
            loop.call_later(2, loop.run_in_executor, None, give_back)


def give_back() -> None:
    """Free what nothing refers to, and give what is free back to the computer."""
    _giving_back.clear()
    gc.collect()
    pa.system_memory_pool().release_unused()
    if _trim:
        _trim(0)
