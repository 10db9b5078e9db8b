"""What browser tests share: a visitor who is watched, and the things a user does on any page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

ROOT = Path(__file__).parent.parent

TIMEOUT = 60_000  # milliseconds: other work going on must not fail a test
UPLOAD, ATTAINMENT, BREAKDOWN, TO_DO, EXCEPTIONS, CASE, QUARTER, MEASURED, PRIVACY = TITLES = [
    "Upload", "Target attainment", "Breakdown", "To do", "Exceptions", "A case", "Quarter", "How it is measured",
    "Privacy",
]  # fmt: skip

expect.set_options(timeout=TIMEOUT)


# The app as it is run


@dataclass(frozen=True)
class Server:
    """The app as `streamlit run app.py` serves it, and the file that its log goes to."""

    address: str
    log: Path


@contextmanager
def served(log: Path, *more: str) -> Iterator[Server]:
    """The app on a free port, as a process of its own. `more`: further options of `streamlit run`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", log)
    process = start(server, port, *more)
    try:
        yield server
    finally:
        stop(process)


def start(server: Server, port: int, *more: str, folder: Path = ROOT) -> subprocess.Popen[bytes]:
    """A process of the app that answers. `more`: options of the server; `folder`: where `app.py` is."""
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}", *more]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    # Unbuffered, so that what is printed is in the log when a test looks.
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with server.log.open("ab") as stream:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        _wait_until_healthy(server, process)
    except BaseException:
        stop(process)
        raise
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_healthy(server: Server, process: subprocess.Popen[bytes], seconds: int = 60) -> None:
    # Straight to the server, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            opener.open(f"{server.address}/_stcore/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The app did not start within {seconds} seconds:\n{server.log.read_text(errors='replace')}")


# What must not happen, whatever a test does


class Watch:
    """Notes every address that the browser asks for, and says afterwards what should not have happened."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[str] = []

    def visitor(self, browser: Browser, width: int = 1280, **options: Any) -> Page:
        """A new visitor on the first page: a session of its own. `options`: what their browser is like."""
        options = {"viewport": {"width": width, "height": 800}, "accept_downloads": True, **options}
        context: BrowserContext = browser.new_context(**options)
        context.set_default_timeout(TIMEOUT)
        context.on("request", lambda request: self.asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: self.asked.append(socket.url))
        page.goto(self.server.address)
        expect(heading(page, UPLOAD)).to_be_visible()
        return page

    def assert_all_well(self, private: set[str]) -> None:
        own = urlsplit(self.server.address).netloc
        addresses = [urlsplit(url) for url in self.asked]
        hosts = {address.netloc for address in addresses if address.scheme in ("http", "https", "ws", "wss")}
        assert own in hosts, "the browser's requests were noted"
        assert hosts == {own}, f"something was asked of {sorted(hosts - {own})}"
        log = self.server.log.read_text("utf-8", errors="replace")
        assert own in log, "this is the log of the server"
        assert "Traceback" not in log
        leaked = sorted(text for text in private if text in log)
        assert not leaked, f"the server's log holds {leaked[:3]}"


# What a user does


def heading(page: Page, title: str) -> Locator:
    return page.get_by_role("heading", level=1, name=title, exact=True)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def settled(page: Page) -> None:
    """Wait until the page has been drawn to its end; nothing on it may be a fault."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Something went wrong")).to_have_count(0)


def go(page: Page, title: str) -> None:
    """To a page by the navigation, which has to be opened first where the window is narrow."""
    if (opener := page.get_by_role("button", name="Expand sidebar")).is_visible():
        opener.click()
    page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
    expect(heading(page, title)).to_be_visible()
    settled(page)
    narrow_navigation_closed(page)


def narrow_navigation_closed(page: Page) -> None:
    """On a phone the navigation lies over the page, which must be seen to be judged."""
    sidebar = page.get_by_test_id("stSidebar")
    if page.evaluate("innerWidth") < 768 and sidebar.get_attribute("data-collapsed") == "false":
        sidebar.hover()
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()


def titles(page: Page) -> list[str]:
    """Every page that the navigation leads to."""
    texts = page.get_by_test_id("stSidebarNav").get_by_test_id("stSidebarNavLink").all_inner_texts()
    return [text.split("\n")[-1] for text in texts]  # the icon's name comes first


def taken_for(page: Page) -> Locator:
    """On Upload, the table that says what each file was taken for."""
    return page.get_by_role("region", name="taken for")


def upload(page: Page, folder: Path) -> None:
    """Drop all files of a folder at once on Upload, and wait until they are read."""
    files = sorted(folder.iterdir())
    page.locator("input[type=file]").set_input_files(files)
    taken = taken_for(page)
    for file in files:
        expect(taken.get_by_text(file.name, exact=True)).to_be_attached()
    settled(page)


def begin_reading(page: Page, file: Path) -> Locator:
    """Drop a file that takes a while to read; what is shown meanwhile."""
    page.locator("input[type=file]").set_input_files(file)
    # Beside what is being read: while a file is on its way, the uploader has a Cancel of its own.
    reading = page.locator(".st-key-reading")
    expect(reading.get_by_text(f"Reading {file.name}")).to_be_visible()
    return reading


def given_up(page: Page, file: Path) -> None:
    """Wait until nothing of this file is listed or being read any more."""
    expect(page.locator(".st-key-reading")).to_have_count(0)
    settled(page)
    expect(page.get_by_text(file.name)).to_have_count(0)


def eventually(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for something; fail when it does not come."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"within {seconds} seconds: {what}"
        time.sleep(0.1)


def bytes_of_uploads(page: Page) -> int:
    """What the server holds of all sessions' uploads, by Streamlit's own count, which is anew every five seconds.

    So that there is nothing is known only where there was something when it was last asked.
    """
    address = urlsplit(page.url)._replace(path="/_stcore/metrics", query="families=cache_memory_bytes").geturl()
    lines = [line for line in page.request.get(address).text().splitlines() if '"UploadedFileManager"' in line]
    return sum(int(float(line.split()[-1])) for line in lines)


def use_sample(page: Page) -> None:
    page.get_by_role("button", name="Use the sample data").click()
    expect(page.get_by_role("heading", name="What was noticed")).to_be_visible()
    settled(page)


def unfold(place: Page | Locator, words: str) -> Locator:
    """Open a part of the page that is folded away, and wait until it lies still; what is in it.

    While it unfolds it scrolls, and a list of choices that was opened in it closes again.
    """
    summary = place.locator("details > summary", has_text=words)
    part = summary.locator("..")
    summary.click()
    expect(part).to_have_attribute("open", "")
    still(part)
    return part


def still(element: Locator) -> None:
    """Wait until nothing in it moves or fades any more, but for what does so without end."""
    element.evaluate(_STILL)


_STILL = """async element => {
    const ends = animation => animation.effect.getComputedTiming().endTime !== Infinity;
    const moves = animation => ends(animation) && element.contains(animation.effect.target);
    do await new Promise(requestAnimationFrame); while (document.getAnimations().some(moves));
}"""


def download(page: Page, button: str | re.Pattern[str], ending: str) -> bytes:
    with page.expect_download() as caught:
        main(page).get_by_role("button", name=button, exact=isinstance(button, str)).click()
    assert caught.value.suggested_filename.endswith(ending)
    settled(page)
    return Path(caught.value.path()).read_bytes()


# What a page is to be like


# What is wider than the place that holds it, and by how much. The document itself never scrolls: the place does.
_TOO_WIDE = """heading => {
    const wide = [];
    for (let e = heading; e; e = e.parentElement) {
        const scrolls = e === document.scrollingElement || /auto|scroll|hidden/.test(getComputedStyle(e).overflowX);
        if (scrolls && e.scrollWidth > e.clientWidth + 1) wide.push(`${e.tagName} ${e.scrollWidth} > ${e.clientWidth}`);
    }
    return wide;
}"""


def too_wide(page: Page) -> list[str]:
    """What scrolls sideways; there should be none of it."""
    page.wait_for_load_state("networkidle")  # charts and tables are drawn by code that is fetched when first needed
    return page.get_by_role("heading", level=1).evaluate(_TOO_WIDE)
