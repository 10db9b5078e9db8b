"""A visitor of the app without a browser: Streamlit's own websocket, upload and downloads, as its page uses them.

What a browser does that is not here: it draws, and fetches the page's own scripts, styles and fonts once. The messages,
their order and their size are the same, and what a click costs the server is the same.
"""

from __future__ import annotations

import asyncio
import http.client
import uuid
from collections.abc import Awaitable, Callable, Iterable
from http.cookies import SimpleCookie
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120  # seconds for one step: more is a fault, not a slow page
_LARGEST = 2**28  # bytes of a message

Files = Iterable[tuple[str, bytes]]


class Fault(Exception):
    """The app showed an error, or did not answer as it should."""


class Visitor:
    """One tab: a session of its own, from `open` to `close`. Not for use from several tasks at once."""

    def __init__(self, address: str) -> None:
        """`address`: of the app, such as `http://127.0.0.1:8501`."""
        self._place = urlsplit(address)
        self._socket: ClientConnection | None = None
        self._cookie = ""  # against forged requests: the browser sends it back with what it changes
        self._page = ""
        self._query = ""
        self._pages: dict[str, str] = {}  # title → what the app calls it
        self._elements: dict[tuple[int, ...], Any] = {}
        self._fragments: dict[tuple[int, ...], str] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._known: dict[str, ForwardMsg] = {}  # large messages, which the server then sends by their hash alone
        self.session = ""  # the session's id
        self.received = 0  # bytes of messages

    # Coming and going

    async def open(self, session: str = "") -> None:
        """Come to the first page. `session`: an earlier tab's id, to go on with it as a reconnecting tab does."""
        status, headers, _ = await self._http("GET", "/_stcore/health")
        if status != 200:
            raise Fault(f"The app is not well: {status}")
        cookies = SimpleCookie(headers.get("Set-Cookie", ""))
        self._cookie = next((morsel.value for name, morsel in cookies.items() if "xsrf" in name), "")
        self._socket = await connect(
            f"ws://{self._place.netloc}/_stcore/stream",
            subprotocols=["streamlit", self._cookie or "none", *([session] if session else [])],  # type: ignore[list-item]
            origin=f"http://{self._place.netloc}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"_streamlit_xsrf={self._cookie}"},
            max_size=_LARGEST,
            proxy=None,
            open_timeout=PATIENCE,
        )
        await self._rerun()

    async def close(self) -> None:
        """Close the tab."""
        if self._socket:
            await self._socket.close()

    # Doing something: each returns when the page has been drawn to its end

    async def go(self, title: str) -> None:
        """To a page by the navigation."""
        self._page, self._query = self._pages[title], ""
        await self._rerun()

    async def set(self, kind: str, label: str, value: Any) -> None:
        """Set a widget of this kind: `multiselect`, `selectbox`, `text_input`, `radio` or `checkbox`."""
        at, widget = self._find(kind, label)
        state = WidgetState(id=widget.id)
        if kind == "multiselect":
            state.string_array_value.data.extend(value)
        elif kind == "checkbox":
            state.bool_value = value
        else:
            state.string_value = value
        self._widgets[widget.id] = state
        await self._rerun(self._fragments.get(at, ""))

    async def click(self, label: str) -> None:
        """Click a button."""
        at, button = self._find("button", label)
        await self._rerun(self._fragments.get(at, ""), WidgetState(id=button.id, trigger_value=True))

    async def upload(self, files: Files) -> None:
        """Drop files on the page's uploader, and have them read."""
        await self.send(files)
        await self.read()

    async def read(self) -> None:
        """Say that the files are there, which are read then."""
        await self._rerun()

    async def send(self, files: Files) -> None:
        """Bring files to the server, as a browser does before it says that they are there."""
        _, uploader = self._find("file_uploader")
        files = list(files)
        message = BackMsg()
        message.file_urls_request.request_id = request = uuid.uuid4().hex
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.extend(name for name, _ in files)
        await self._send(message)
        answer = await self._until(
            lambda m: m.WhichOneof("type") == "file_urls_response" and m.file_urls_response.response_id == request
        )
        state = WidgetState(id=uploader.id)
        state.file_uploader_state_value.SetInParent()
        for (name, content), urls in zip(files, answer.file_urls_response.file_urls, strict=True):
            body, kind = _form(name, content)
            headers = {"Content-Type": kind, "X-Xsrftoken": self._cookie, "Cookie": f"_streamlit_xsrf={self._cookie}"}
            status, _, _ = await self._http("PUT", urls.upload_url, body, headers)
            if status != 204:
                raise Fault(f"The upload was refused: {status}")
            info = state.file_uploader_state_value.uploaded_file_info.add(
                name=name, size=len(content), file_id=urls.file_id
            )
            info.file_urls.CopyFrom(urls)
        self._widgets[uploader.id] = state

    async def download(self, label: str) -> bytes:
        """Click a download button, whose file is made then; the file."""
        return await self.fetch(await self.download_url(label))

    async def download_url(self, label: str) -> str:
        """Have the file of a download button made; where it lies."""
        _, button = self._find("download_button", label)
        if button.url:
            return button.url
        request = await self._order(button.deferred_file_id)
        answer = await self._until(lambda m: m.backend_operation_response.request_id == request)
        if answer.backend_operation_response.error_msg:
            raise Fault("The file could not be made")
        return answer.backend_operation_response.deferred_file.url

    async def _order(self, file_id: str) -> str:
        """Ask for a download to be made; by what the answer is known."""
        message = BackMsg()
        request = message.backend_operation_request
        request.request_id, request.session_id = uuid.uuid4().hex, self.session
        request.deferred_file.file_id = file_id
        await self._send(message)
        return request.request_id

    async def fetch(self, url: str) -> bytes:
        """The file at an address of the app. Raises `Fault` where there is none."""
        status, _, content = await self._http("GET", url)
        if status != 200:
            raise Fault(f"There is no such file: {status}")
        return content

    # What the page shows

    def text(self) -> str:
        """Every word of the page, and what its tables hold as far as it is text, one element after the other."""
        return "\n".join(str(element) for _, element in sorted(self._elements.items()))

    def options(self, kind: str, label: str) -> list[str]:
        """What can be chosen."""
        return list(self._find(kind, label)[1].options)

    def has(self, kind: str, label: str = "") -> bool:
        """Whether the page has such a widget."""
        return any(self._named(element, kind, label) for element in self._elements.values())

    @staticmethod
    def _named(element: Any, kind: str, label: str) -> bool:
        return element.WhichOneof("type") == kind and (not label or getattr(element, kind).label == label)

    def _find(self, kind: str, label: str = "") -> tuple[tuple[int, ...], Any]:
        for at, element in sorted(self._elements.items()):
            if self._named(element, kind, label):
                return at, getattr(element, kind)
        raise Fault(f"The page has no {kind} “{label}”")

    # The way there and back

    async def _rerun(self, fragment: str = "", *triggers: WidgetState) -> None:
        await self._ask(fragment, *triggers)
        await self._end()

    async def _ask(self, fragment: str = "", *triggers: WidgetState) -> None:
        """Have the page drawn anew."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self._query, self._page, fragment
        state.widget_states.widgets.extend([*self._widgets.values(), *triggers])
        state.cached_message_hashes.extend(self._known)
        state.context_info.timezone, state.context_info.locale = "Pacific/Auckland", "en-NZ"
        state.context_info.url = f"http://{self._place.netloc}/"
        await self._send(message)
        self._drawn = dict[tuple[int, ...], Any]()

    async def _end(self) -> None:
        """Wait until the page that was asked for is drawn to its end."""
        # A run that begins another one, as after an upload, says so, and the page is there when that one has ended.
        done = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
        end = await self._until(lambda m: m.WhichOneof("type") == "script_finished" and m.script_finished in done)
        if end.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._elements = self._drawn
        else:
            self._elements |= self._drawn
        there = {getattr(element, element.WhichOneof("type")).id for element in self._elements.values() if _id(element)}
        self._widgets = {id: state for id, state in self._widgets.items() if id in there}
        if "Something went wrong" in self._alerts() or any(
            element.WhichOneof("type") == "exception" for element in self._elements.values()
        ):
            raise Fault(f"The page showed a fault: {self._alerts()[-200:]}")

    def _alerts(self) -> str:
        return " ".join(e.alert.body for e in self._elements.values() if e.WhichOneof("type") == "alert")

    async def _send(self, message: BackMsg) -> None:
        assert self._socket, "open it first"
        await self._socket.send(message.SerializeToString())

    async def _until(self, wanted: Callable[[ForwardMsg], bool]) -> ForwardMsg:
        assert self._socket, "open it first"
        async with asyncio.timeout(PATIENCE):
            while True:
                raw = await self._socket.recv()
                self.received += len(raw)
                message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                self._take(message)
                if wanted(message):
                    return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            if not message.metadata.run.fragment_ids:
                self._drawn = {}
        elif kind == "navigation":
            self._pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind in ("delta", "ref_hash"):
            at = tuple(message.metadata.delta_path)
            if kind == "ref_hash":
                message = self._known[message.ref_hash]
            elif message.metadata.cacheable:
                self._known[message.hash] = message
            if message.delta.WhichOneof("type") == "new_element":
                self._drawn[at] = message.delta.new_element
                self._fragments[at] = message.delta.fragment_id

    async def _http(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        def ask() -> tuple[int, Any, bytes]:
            connection = http.client.HTTPConnection(self._place.netloc, timeout=PATIENCE)
            try:
                connection.request(method, path, body, headers or {})
                answer = connection.getresponse()
                return answer.status, answer.headers, answer.read()
            finally:
                connection.close()

        return await asyncio.to_thread(ask)


def _id(element: Any) -> str:
    return getattr(getattr(element, element.WhichOneof("type") or "", None), "id", "")


def _form(name: str, content: bytes) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
    body = f"{head}Content-Type: text/csv\r\n\r\n".encode() + content + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


async def timed(step: Awaitable[None]) -> float:
    """Seconds that a step took."""
    start = perf_counter()
    await step
    return perf_counter() - start
