"""What a download writes is what the session says when it is made, whatever stood on the screen when it was clicked."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from browsing import ROOT
from conftest import Computed
from deployed import free_port
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import Fault, Visitor

PATIENCE = 60  # seconds: other work going on must not fail a test
ATTAINMENT, BREAKDOWN, TO_DO, EXCEPTIONS = "Target attainment", "Breakdown", "To do", "Exceptions"
WAYS = "Shortest way to the targets"  # the other half of To do
NAMES = ("checkbox", "Show student names")
SAME_FOR_ALL = ("download-sample", "download-template")
SETTINGS = b'{"format": "asreport settings 1", "queues": ["Nobody in Particular"]}'


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app, slowed down."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "tests.slowed", str(port)], cwd=ROOT) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(address: str) -> None:
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            straight.open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the app did not start")


class Hasty(Visitor):
    """A visitor who clicks a download before the page shows what was clicked last."""

    def buttons(self) -> dict[str, str]:
        """The downloads of the page that are of an upload: label → what Streamlit calls it."""
        every = [e.download_button for e in self._elements.values() if self._named(e, "download_button", "")]
        return {b.label: b.deferred_file_id for b in every if not b.deferred_file_id.startswith(SAME_FOR_ALL)}

    async def at_once(self, change: Callable[[], Awaitable[None]], file_id: str) -> bytes | None:
        """The download that is clicked right after a change, or None where the server refused it."""
        await change()
        answer = await self._answer(await self._order(file_id))
        await self._end_of_all()
        return answer

    async def before(self, file_id: str, change: Callable[[], Awaitable[None]]) -> bytes | None:
        """The download that is clicked right before a change."""
        request = await self._order(file_id)
        await asyncio.sleep(0.2)  # it is being made
        await change()
        answer = await self._answer(request)
        await self._end_of_all()
        return answer

    async def _answer(self, request: str) -> bytes | None:
        answer = (
            await self._until(lambda m: m.backend_operation_response.request_id == request)
        ).backend_operation_response
        assert bool(answer.error_msg) != bool(answer.deferred_file.url), "an answer or a sentence"
        return await self.fetch(answer.deferred_file.url) if answer.deferred_file.url else None

    async def _end_of_all(self) -> None:
        """The page drawn once more, so that it is known to be drawn to its end."""
        await self._rerun()

    # Changes that do not wait for the page

    async def turn(self, kind: str, label: str, value: object) -> None:
        """Set a widget."""
        at, widget = self._find(kind, label)
        state = WidgetState(id=widget.id)
        if kind == "checkbox":
            state.bool_value = bool(value)
        elif kind == "multiselect":
            state.string_array_value.data.extend(value)  # type: ignore[arg-type]
        else:
            state.string_value = str(value)
        self._widgets[widget.id] = state
        await self._ask(self._fragments.get(at, ""))

    async def press(self, label: str) -> None:
        """Click a button."""
        _, button = self._find("button", label)
        await self._ask("", WidgetState(id=button.id, trigger_value=True))

    async def leave(self, title: str) -> None:
        """Go to another page."""
        self._page, self._query = self._pages[title], ""
        await self._ask()


def inside(content: bytes) -> dict[str, bytes]:
    """A file's parts, those of zips in it too, but for when a workbook was made."""
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            f"{name}/{part}": own
            for name in archive.namelist()
            if not name.endswith("core.xml")
            for part, own in inside(archive.read(name)).items()
        }


def _names_in(content: bytes, names: set[str]) -> list[str]:
    text = b"\n".join(inside(content).values()).decode("utf-8", errors="replace")
    return sorted(name for name in names if name in text)


async def _come(address: str, folder: Path) -> Hasty:
    visitor = Hasty(address)
    await visitor.open()
    await visitor.upload([("settings.json", SETTINGS), *((p.name, p.read_bytes()) for p in sorted(folder.iterdir()))])
    return visitor


async def _go(visitor: Hasty, place: str) -> None:
    await visitor.go(TO_DO if place == WAYS else place)
    if place in (TO_DO, WAYS):
        await visitor.set("radio", "Show", "Worklist" if place == TO_DO else WAYS)


PLACES = ("Upload", ATTAINMENT, BREAKDOWN, TO_DO, WAYS, EXCEPTIONS)


@pytest.fixture
def names(sample: Computed) -> set[str]:
    return set(sample.result.cases["student_name"].dropna())


@pytest.mark.parametrize("place", PLACES)
def test_names_switched_off_are_in_no_download_clicked_at_once(
    place: str, address: str, sample_folder: Path, names: set[str]
) -> None:
    async def click() -> None:
        visitor = await _come(address, sample_folder)
        await _go(visitor, place)
        for label, file_id in visitor.buttons().items():
            for way in (visitor.at_once, visitor.before):
                hide = lambda: visitor.turn(*NAMES, False)  # noqa: E731
                content = await (way(hide, file_id) if way == visitor.at_once else way(file_id, hide))
                assert content, f"{label} came"
                assert not _names_in(content, names), f"{label}, {way.__name__}"
                assert inside(content) == inside(await visitor.download(label)), f"{label}: as on the page now"
                await visitor.set(*NAMES, True)
        await visitor.close()

    asyncio.run(click())


CHANGES: dict[str, tuple[str, str, str, str]] = {
    # what is chosen → page, kind, label of its widget, and label of the download
    "filter": (EXCEPTIONS, "multiselect", "Reason", "Download as shown"),
    "owner": (TO_DO, "selectbox", "Whose tasks", "Download this list"),
    "grouping": (BREAKDOWN, "selectbox", "By", "Download this breakdown, all measures"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_chosen_is_what_a_download_clicked_at_once_holds(
    change: str, address: str, sample_folder: Path
) -> None:
    place, kind, label, button = CHANGES[change]

    async def click() -> None:
        visitor = await _come(address, sample_folder)
        await visitor.go(place)
        before, file_id = await visitor.download(button), visitor.buttons()[button]
        option = visitor.options(kind, label)[1]
        value = [option] if kind == "multiselect" else option
        content = await visitor.at_once(lambda: visitor.turn(kind, label, value), file_id)
        assert content and inside(content) != inside(before), "what was chosen matters"
        assert inside(content) == inside(await visitor.download(button))
        await visitor.close()

    asyncio.run(click())


@pytest.mark.parametrize("place", PLACES)
def test_a_download_clicked_on_the_way_to_another_page_comes(place: str, address: str, sample_folder: Path) -> None:
    async def click() -> None:
        visitor = await _come(address, sample_folder)
        await _go(visitor, place)
        for label, file_id in visitor.buttons().items():
            before = await visitor.download(label)
            content = await visitor.at_once(lambda: visitor.leave("Privacy"), file_id)
            assert content and inside(content) == inside(before), label
            await _go(visitor, place)
        await visitor.close()

    asyncio.run(click())


@pytest.mark.parametrize("place", PLACES)
def test_a_button_of_an_upload_that_was_replaced_or_of_other_readings_makes_nothing(
    place: str, address: str, sample_folder: Path, clean_folder: Path
) -> None:
    """And that is said on the page, as the button may be gone."""

    async def click() -> None:
        visitor = await _come(address, sample_folder)
        await _go(visitor, place)
        stale = visitor.buttons()
        await visitor.go("How it is measured")
        _, reading = visitor._find("radio", "Taken as")
        await visitor.set("radio", "Taken as", reading.options[1])
        await visitor.click("Apply these readings")
        await _refused(visitor, stale)
        await visitor.go("Upload")
        fresh = visitor.buttons()
        await visitor.upload([(path.name, path.read_bytes()) for path in sorted(clean_folder.iterdir())])
        await _refused(visitor, {label: file_id for label, file_id in stale.items() if label not in fresh})
        await visitor.go("Upload")
        await visitor.click("Clear everything")
        await _refused(visitor, stale)
        await visitor.close()

    async def _refused(visitor: Hasty, stale: dict[str, str]) -> None:
        for label, file_id in stale.items():
            assert await visitor._answer(await visitor._order(file_id)) is None, label
            await visitor._until(lambda m: "download was not made" in m.delta.new_element.toast.body)
            await visitor._end()

    asyncio.run(click())


def test_findings_clicked_while_other_files_are_read_are_of_those(address: str, sample_folder: Path) -> None:
    async def click() -> None:
        visitor = Hasty(address)
        await visitor.open()
        some = [(path.name, path.read_bytes()) for path in sorted(sample_folder.iterdir())][:2]
        await visitor.upload(some)
        label = "Download every finding, row by row"
        file_id, before = visitor.buttons()[label], await visitor.download(label)
        content = await visitor.at_once(lambda: visitor.press("Use the sample data"), file_id)
        assert content and content != before
        assert content == await visitor.download(label)
        await visitor.close()

    asyncio.run(click())


def test_the_key_is_refused_once_names_are_shown_again(address: str, sample_folder: Path) -> None:
    async def click() -> None:
        visitor = await _come(address, sample_folder)
        await visitor.set(*NAMES, False)
        file_id = visitor.buttons()["Download the key"]
        assert await visitor.at_once(lambda: visitor.turn(*NAMES, True), file_id) is None
        await visitor.close()

    asyncio.run(click())


def test_a_number_of_nobody_is_refused(address: str) -> None:
    async def ask() -> None:
        visitor = Hasty(address)
        await visitor.open()
        with pytest.raises(Fault):
            visitor._find("download_button", "Download all")
        assert await visitor._answer(await visitor._order("download-exceptions")) is None
        await visitor.close()

    asyncio.run(ask())
