"""Everything in which the app makes Streamlit, and the server under it, do other than they come.

Each holds for the versions that `requirements.txt` allows; `tests/test_streamlit_patches.py` fails where a version no
longer has what one of them relies on.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.media_file_manager import MediaFileManager, MediaFileMetadata
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.state import SessionState

from ui import download

# Files are kept in memory while they arrive: the default writes what is larger than a megabyte to a temporary file.
MultiPartParser.spool_max_size = sys.maxsize  # what is too large is refused before (server.maxUploadSize)


# What was downloaded

# Streamlit drops it as soon as two pages have been drawn, whoever's: where many are at work, before the browser has it.

_dropping: dict[str, threading.Timer] = {}  # id of a file nobody's page refers to → what drops it
_lock = threading.Lock()
_drop = MemoryMediaFileStorage.delete_file
_load = MemoryMediaFileStorage.load_and_get_id


def _drop_later(storage: MemoryMediaFileStorage, file_id: str) -> None:
    """Drop a file once whoever asked for it has had as long as a closed tab has."""

    def drop() -> None:
        with _lock:
            if _dropping.get(file_id) is timer:  # else the same file was made again since
                del _dropping[file_id]
                _drop(storage, file_id)

    timer = threading.Timer(st.get_option("server.disconnectedSessionTTL"), drop)
    timer.daemon = True
    with _lock:
        if before := _dropping.pop(file_id, None):
            before.cancel()
        _dropping[file_id] = timer
    timer.start()


def _load_and_stay(storage: MemoryMediaFileStorage, *arguments: Any, **options: Any) -> str:
    """Keep a file that is made: what was about to drop the same one, made before, no longer does."""
    with _lock:
        file_id = _load(storage, *arguments, **options)
        if timer := _dropping.pop(file_id, None):
            timer.cancel()
    return file_id


# Downloads made when they are clicked

# Streamlit gives each run's buttons other numbers, and answers to that of a run before with what it was then, or not at
# all. Here a button has one number for as long as the session lasts, and `ui.download` says what it stands for.


def _key_of(manager: MediaFileManager, data_callable: download.Clicked, *_: Any, **options: Any) -> str:
    return data_callable.key


async def _make(
    handler: DeferredFileHandler, request: BackendOperationRequest, session_id: str
) -> BackendOperationResponse:
    """Answer a click on a download, once all that was clicked before it has been carried out."""
    answer = BackendOperationResponse(request_id=request.request_id)
    session = runtime.get_instance().get_app_session(session_id)
    if session is None:
        return answer
    session.track_settling()  # the session's own messages come in order: what was clicked before has been asked for
    try:
        while True:
            await session.wait_until_settled()
            order = download.ordered(session.session_state, request.deferred_file.file_id)
            content = await asyncio.to_thread(order.make)
            await session.wait_until_settled()
            if download.still_so(session.session_state, order):
                answer.deferred_file.url = _address(order, content)
                return answer
    except download.RefusedError as refused:
        # Said at the button for some seconds, and on the page: the button may be gone.
        answer.error_msg = str(refused)
        download.note_refused(session.session_state)
        session.request_rerun(session._client_state)
    except Exception:  # what it says may quote a case
        answer.error_msg = download.FAULT
    return answer


def _address(order: download.Order, content: bytes) -> str:
    """Where the browser fetches a file that was made."""
    manager = runtime.get_instance().media_file_mgr
    with manager._lock:
        file_id = manager._storage.load_and_get_id(content, order.mime, MediaFileKind.DOWNLOADABLE, order.name)
        manager._file_metadata[file_id] = MediaFileMetadata(kind=MediaFileKind.DOWNLOADABLE)
        return manager._storage.get_url(file_id)


# A run that begins has Streamlit forget what was not sent yet of the run before, and with it answers that the browser
# waits for: where a download has been made, and where to send a file.

_ANSWERS = ("backend_operation_response", "file_urls_response")
_clear = ForwardMsgQueue.clear


def _clear_but_for_answers(
    queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, *more: Any, **named: Any
) -> None:
    answers = [m for m in queue._queue if retain_lifecycle_msgs and m.WhichOneof("type") in _ANSWERS]
    _clear(queue, retain_lifecycle_msgs, *more, **named)
    queue._queue += [answer for answer in answers if not any(answer is left for left in queue._queue)]


# What a closed session held

# Streamlit's loop has the session it sent to last, and what it sent, in local variables until it sends again.
# (Its client for agents keeps messages, and finds them empty: asreport is for browsers.)

_send = Runtime._send_message
_shut_down = AppSession.shutdown


def _send_and_forget(server: Runtime, session: ActiveSessionInfo, message: ForwardMsg) -> None:
    try:
        _send(server, session, message)  # as bytes, from here on
    finally:
        message.Clear()


def _shut_down_and_forget(session: AppSession) -> None:
    _shut_down(session)
    # Others in their place and not emptied: a run that is still to stop goes on with those it began with.
    session._session_state = SessionState()
    session._fragment_storage = MemoryFragmentStorage()
    session._browser_queue = ForwardMsgQueue()
    session._client_state = ClientState()


PATCHED: dict[str, tuple[type, Callable[..., Any]]] = {
    "delete_file": (MemoryMediaFileStorage, _drop_later),
    "load_and_get_id": (MemoryMediaFileStorage, _load_and_stay),
    "add_deferred": (MediaFileManager, _key_of),
    "handle": (DeferredFileHandler, _make),
    "clear": (ForwardMsgQueue, _clear_but_for_answers),
    "_send_message": (Runtime, _send_and_forget),
    "shutdown": (AppSession, _shut_down_and_forget),
}
for _method, (_of, _instead) in PATCHED.items():
    setattr(_of, _method, _instead)
