"""Several visitors at once, through Streamlit's own websocket: what one sees, and what is left when one has gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.client import Fault, Visitor
from benchmarks.served import App, served
from ui import session

pytestmark = pytest.mark.browser  # the app is served
KEPT = 2  # seconds until a closed tab's session is gone
PATIENCE = 60  # seconds: other work going on must not fail a test


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """The app, which lets go of a closed tab soon."""
    with served(f"--server.disconnectedSessionTTL={KEPT}") as running:
        yield running


def _files(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


async def _visitor(app: App, folder: Path | None = None) -> Visitor:
    visitor = Visitor(app.address)
    await visitor.open()
    if folder:
        await visitor.upload(_files(folder))
    return visitor


async def _busy(app: App) -> None:
    """Somebody else looks at several pages."""
    visitor = await _visitor(app)
    for page in ("Privacy", "To do", "Privacy"):
        await visitor.go(page)
    await visitor.close()


async def _until(true: Callable[[], bool], what: str) -> None:
    """Wait for something, such as Streamlit's count of what it holds, which is anew every five seconds."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, f"within {PATIENCE} seconds: {what}"
        await asyncio.sleep(0.2)


async def _gone(visitor: Visitor, url: str) -> None:
    """Wait until the file of a closed tab is gone, without any other tab coming or going."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            await visitor.fetch(url)
        except Fault as fault:
            assert "404" in str(fault)
            return
        await asyncio.sleep(0.2)
    pytest.fail("What a closed tab had downloaded is still there")


async def _left(app: App, folder: Path) -> tuple[Visitor, str]:
    """A visitor who has closed the tab, and where a file lies that was made for them."""
    visitor = await _visitor(app, folder)
    await visitor.go("Exceptions")
    url = await visitor.download_url("Download all")
    assert (await visitor.fetch(url)).startswith(b"PK")
    await visitor.close()
    return visitor, url


def test_two_at_once_see_their_own(app: App, sample_folder: Path, clean_folder: Path) -> None:
    async def look() -> tuple[str, str, bytes]:
        one, other, nobody = await asyncio.gather(
            _visitor(app, sample_folder), _visitor(app, clean_folder), _visitor(app)
        )
        await asyncio.gather(*(visitor.go("Exceptions") for visitor in (one, other, nobody)))
        await one.set("multiselect", "Verdict", [])
        seen = one.text(), other.text()
        assert "Upload" in nobody.text() and not nobody.has("download_button", "Download all")
        content = await one.download("Download all")
        await asyncio.gather(one.close(), other.close(), nobody.close())
        return *seen, content

    one, other, content = asyncio.run(look())
    assert "Missed" in one
    assert "Missed" not in other and "No exceptions" in other
    assert content.startswith(b"PK")


def test_what_was_uploaded_is_let_go_of_once_it_is_read(app: App, sample_folder: Path) -> None:
    async def count() -> None:
        visitor = await _visitor(app)
        await visitor.send(_files(sample_folder))
        await _until(lambda: app.kept() > 0, "what was sent is counted")
        await visitor.read()
        await _until(lambda: app.kept() == 0, "nothing is held of what was read")
        await visitor.close()

    asyncio.run(count())


def test_a_closed_tab_is_gone_within_its_time_without_another(app: App, sample_folder: Path) -> None:
    async def leave() -> None:
        visitor, url = await _left(app, sample_folder)
        await _gone(visitor, url)
        again = Visitor(app.address)
        await again.open(visitor.session)
        assert again.session != visitor.session, "it cannot be gone on with"
        await again.go("Exceptions")
        assert not again.has("download_button", "Download all")
        await again.close()

    asyncio.run(leave())


def test_a_download_is_there_while_others_are_at_work(sample_folder: Path) -> None:
    async def download(app: App) -> bytes:
        visitor = await _visitor(app, sample_folder)
        await visitor.go("Exceptions")
        url = await visitor.download_url("Download all")
        await _busy(app)
        content = await visitor.fetch(url)
        await visitor.close()
        return content

    with served() as app:
        assert asyncio.run(download(app)).startswith(b"PK")


def test_a_tab_that_reconnects_goes_on(app: App, sample_folder: Path) -> None:
    async def reconnect() -> None:
        visitor = await _visitor(app, sample_folder)
        await visitor.close()
        again = Visitor(app.address)
        await again.open(visitor.session)
        assert again.session == visitor.session
        # Another tab that is closed now is gone when the time of the first one is over.
        await _gone(*await _left(app, sample_folder))
        await again.go("Exceptions")
        assert again.has("download_button", "Download all"), (
            "what was uploaded is there, past the time of the first tab"
        )
        await again.close()

    asyncio.run(reconnect())


def test_a_file_of_another_session_cannot_be_made(app: App, sample_folder: Path) -> None:
    """Streamlit gives a made file to whoever knows its address, which is drawn from its content, while it is kept; so
    what must hold is that nobody is told, and that nothing can be made in another's name."""

    async def ask() -> None:
        owner, stranger = await asyncio.gather(_visitor(app, sample_folder), _visitor(app))
        await owner.go("Exceptions")
        own, stranger.session = stranger.session, owner.session
        stranger._elements = owner._elements
        with pytest.raises(Fault, match="could not be made"):
            await stranger.download_url("Download all")
        assert own != owner.session
        await asyncio.gather(owner.close(), stranger.close())

    asyncio.run(ask())


def test_a_third_reading_waits_its_turn_and_can_be_given_up_meanwhile() -> None:
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if len(told) == 2:
            raise KeyboardInterrupt  # as Streamlit ends a run that is given up: not an Exception

    with session.turn_to_read(told.append), session.turn_to_read(told.append):
        assert not told, "two at once do not wait"
        with pytest.raises(KeyboardInterrupt), session.turn_to_read(tell):
            pytest.fail("a third was read beside them")
        assert set(told) == {"Other files are being read; yours wait their turn …"}
    with pytest.raises(ValueError), session.turn_to_read(told.append):
        raise ValueError
    with session.turn_to_read(told.append), session.turn_to_read(told.append):
        assert len(told) == 2, "whatever ended those before, their places are free"
