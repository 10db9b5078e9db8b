"""The README's screenshots, from the sample data: `python -m docs.screenshots` writes them beside this file."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
# Page → file; “A case” opens the first case that it offers by itself, or the one that To do or Exceptions leads to.
SHOTS = {"Target attainment": "attainment.png", "To do": "todo.png", "A case": "case.png"}
VIEW = {"width": 1280, "height": 900}
PATIENCE = 60_000  # milliseconds


@contextmanager
def served() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    process = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", *options], cwd=HERE.parent)
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(150):
            try:
                opener.open(f"{address}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.4)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def drawn(page: Page) -> None:
    """Wait until the page stands still: its charts, tables and fonts too."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.mouse.move(VIEW["width"] - 2, VIEW["height"] - 2)
    page.wait_for_timeout(1000)  # what moves into place has no event of its own


def show_case(page: Page) -> None:
    """Pick the first case that is offered, and show its calendar."""
    page.get_by_role("button", name=re.compile("^Case ")).first.click()
    calendar = page.get_by_role("heading", name="On the calendar")
    expect(calendar).to_be_visible(timeout=PATIENCE)
    drawn(page)
    calendar.evaluate("heading => heading.scrollIntoView()")
    drawn(page)


def main() -> None:
    """Take all of them."""
    with served() as address, sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport=VIEW, color_scheme="light").new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.get_by_role("button", name="Use the sample data").click()
        expect(page.get_by_role("heading", name="What was noticed")).to_be_visible(timeout=PATIENCE)
        for title, file in SHOTS.items():
            drawn(page)
            page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
            expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible(timeout=PATIENCE)
            drawn(page)
            if title == "A case":
                show_case(page)
            page.screenshot(path=HERE / file)
            print(f"{file}: {(HERE / file).stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    main()
