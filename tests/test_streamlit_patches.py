"""Canaries: what `ui/streamlit_patches.py` relies on is still so in the Streamlit installed.

Where one fails, read the patch's reason, look at how Streamlit does it now, and change or drop the patch.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import textwrap
from contextlib import nullcontext
from importlib.metadata import version

import pytest
from conftest import ROOT
from starlette.formparsers import MultiPartParser
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.session_manager import ActiveSessionInfo, SessionClientDisconnectedError

from ui import streamlit_patches

# What each patch replaces, as Streamlit has it: its parameters.
REPLACED = {
    "delete_file": (MemoryMediaFileStorage, "self file_id"),
    "load_and_get_id": (MemoryMediaFileStorage, "self path_or_data mimetype kind filename"),
    "add_deferred": (MediaFileManager, "self data_callable mimetype coordinates file_name element_id"),
    "handle": (DeferredFileHandler, "self request session_id"),
    "clear": (ForwardMsgQueue, "self retain_lifecycle_msgs fragment_ids_this_run"),
    "_send_message": (Runtime, "self session_info msg"),
    "shutdown": (AppSession, "self"),
}


def _original(of: type, method: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """A method as it stands in Streamlit's file: in memory it is replaced."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(of)))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == method:
            return node
    pytest.fail(f"{of.__name__} has no {method} any more")


def _written(of: type, method: str) -> str:
    return ast.unparse(_original(of, method))


def test_streamlit_is_of_the_minor_version_that_the_patches_were_written_for() -> None:
    pinned = re.search(r"^streamlit\[auth\]>=(\d+\.\d+),<", (ROOT / "requirements.txt").read_text(), re.M)
    assert pinned and version("streamlit").startswith(f"{pinned[1]}.")
    assert f"<{pinned[1].split('.')[0]}.{int(pinned[1].split('.')[1]) + 1}" in (ROOT / "requirements.txt").read_text()


def test_every_patch_replaces_what_is_there_and_no_other_file_patches() -> None:
    assert set(streamlit_patches.PATCHED) == set(REPLACED)
    for method, (of, parameters) in REPLACED.items():
        arguments = _original(of, method).args
        assert [a.arg for a in (*arguments.args, *arguments.kwonlyargs)] == parameters.split(), method
        assert getattr(of, method) is streamlit_patches.PATCHED[method][1]
    assert MultiPartParser.spool_max_size == sys.maxsize
    assert "spool_max_size" in (unpatched := _unpatched("starlette.formparsers.MultiPartParser.spool_max_size")) or (
        int(unpatched) < sys.maxsize
    )
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]:
        if path.name != "streamlit_patches.py":
            assert "method-assign" not in path.read_text("utf-8") and "setattr(" not in path.read_text("utf-8"), path


def _unpatched(name: str) -> str:
    module, of, attribute = name.rsplit(".", 2)
    code = f"import {module}; print({module}.{of}.{attribute})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("relied_on", [
    # Where a made file is put, and that a button is given the number that `add_deferred` answers with.
    (MediaFileManager, "execute_deferred", "self._storage.load_and_get_id"),
    (MediaFileManager, "execute_deferred", "self._file_metadata[actual_file_id] = metadata"),
    (MediaFileManager, "execute_deferred", "return self._storage.get_url(actual_file_id)"),
    # A click is asked for in the order of the session's own messages, and of that session alone.
    (AppSession, "handle_backmsg", "self._handle_rerun_script_request(msg.rerun_script)"),
    (AppSession, "_handle_backend_operation_request", "request.session_id != self.id"),
    (AppSession, "_handle_backend_operation_request", "self._enqueue_forward_msg(msg)"),
    # A session is settled once no run is going on or asked for.
    (AppSession, "_create_scriptrunner", "self._unsettle()"),
    (AppSession, "_handle_scriptrunner_event_on_event_loop", "self._settle_once_delivered()"),
    (AppSession, "on_flushed_messages_sent", "self._settled.set()"),
    (AppSession, "shutdown", "self._settled.set()"),
    # Where a closed session holds what it was about, and the loop what it sent.
    (AppSession, "__init__", "self._session_state = SessionState()"),
    (AppSession, "__init__", "self._fragment_storage: FragmentStorage = MemoryFragmentStorage()"),
    (AppSession, "__init__", "self._browser_queue = ForwardMsgQueue()"),
    (AppSession, "__init__", "self._client_state = ClientState()"),
    (Runtime, "_loop_coroutine", "for active_session_info in self._session_mgr.list_active_sessions()"),
    (Runtime, "_loop_coroutine", "self._send_message(active_session_info, msg)"),
    (ForwardMsgQueue, "clear", "self._queue ="),
])  # fmt: skip
def test_streamlit_does_what_the_patches_rely_on(relied_on: tuple[type, str, str]) -> None:
    of, method, text = relied_on
    assert text in _written(of, method), f"{of.__name__}.{method} no longer has: {text}"


def test_an_answer_stays_in_the_queue_when_a_run_begins_and_is_there_once() -> None:
    answer, drawn = ForwardMsg(), ForwardMsg()
    answer.backend_operation_response.request_id = "1"
    drawn.delta.new_element.text.body = "of the run before"
    for fragment in (None, ["other"]):
        queue = ForwardMsgQueue()
        queue.enqueue(answer)
        queue.enqueue(drawn)
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragment)
        assert [m for m in queue.flush() if m.HasField("backend_operation_response")] == [answer]
    queue.enqueue(answer)
    queue.clear()
    assert queue.is_empty()


def test_a_file_made_again_is_not_dropped_when_the_one_before_would_have_been(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryMediaFileStorage("/media")

    def make() -> str:
        return storage.load_and_get_id(b"the same", "text/csv", MediaFileKind.DOWNLOADABLE, "a.csv")

    storage.delete_file(name := make())
    late = streamlit_patches._dropping[name]
    assert make() == name
    late.function()
    assert storage.get_file(name).content == b"the same"
    storage.delete_file(name)
    last = streamlit_patches._dropping[name]
    last.function()
    last.cancel()
    with pytest.raises(Exception, match="No media file"):
        storage.get_file(name)


def test_a_message_is_empty_once_it_is_sent_or_could_not_be() -> None:
    """Streamlit's loop keeps those it sent last in local variables: for the night, where nobody comes after."""

    class Client:
        def __init__(self, *, connected: bool) -> None:
            self.connected, self.received = connected, b""

        def write_forward_msg(self, message: ForwardMsg) -> None:
            if not self.connected:
                raise SessionClientDisconnectedError
            self.received = message.SerializeToString()

    server = Runtime.__new__(Runtime)
    for client in (Client(connected=True), Client(connected=False)):
        message = ForwardMsg()
        message.delta.new_element.text.body = "a case"
        with nullcontext() if client.connected else pytest.raises(SessionClientDisconnectedError):
            server._send_message(ActiveSessionInfo(client, None), message)  # type: ignore[arg-type]
        assert (b"a case" in client.received) == client.connected
        assert message.ByteSize() == 0
