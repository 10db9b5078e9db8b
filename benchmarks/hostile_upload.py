"""What another visitor feels of the worst uploads that the limits allow, in Chromium. From the repository:

python -m benchmarks.hostile_upload

--only settings members   some of them (the default is all)

One session uploads, a second one clicks from page to page meanwhile: how long its clicks take, what the first was shown
in the end, and the most memory that the app and the process it opens workbooks in took. The browser shares the cores.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import xlsxwriter
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.served import App, served

PAGES = ("Target attainment", "Exceptions", "Breakdown", "To do")
LONGEST = 2.0  # seconds of a click, at the 95th percentile
PATIENCE = 600  # seconds for an upload
_HEADER = (
    "Case Number,Record Type,Referral Date,Allocation Date,Student Name,School,Provider,Region,NSN,Status,Owner,Notes"
)


@dataclass
class Peak:
    """The most memory, in MiB, seen while it lasted."""

    app: float = 0
    opening: float = 0


def main() -> None:
    """Upload one after the other, and print what came of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(UPLOADS)[1:], default=list(UPLOADS)[1:])
    chosen = ["nothing", *parser.parse_args().only]
    heads = ("clicks", "median", "95th", "longest", "upload s", "app MiB", "opening", "used", "not used")
    print(f"{'':<12}" + "".join(f"{head:>10}" for head in heads), flush=True)
    every: list[float] = []
    for name in chosen:
        with TemporaryDirectory() as folder, served() as app, _browser() as browser:
            files = []
            for file, content in UPLOADS[name]():
                files.append(Path(folder, file))
                files[-1].write_bytes(content)
            clicks = _tried(name, files, app, browser)
            every += clicks if files else []
    median, most = np.percentile(every, [50, 95])
    print(
        f"All clicks: median {median:.2f} s, 95th percentile {most:.2f} s ({'well' if most < LONGEST else 'TOO LONG'})"
    )


def _tried(name: str, files: list[Path], app: App, browser: Browser) -> list[float]:
    other, one = _visitor(browser, app), _visitor(browser, app)
    other.get_by_role("button", name="Use the sample data").click()
    other.get_by_role("heading", name="What was noticed").wait_for()
    for title in PAGES:
        _click(other, title)  # what is loaded when first used is not what is measured
    begun = time.perf_counter()
    with _peak(app) as peak:
        clicks: list[float] = []
        if files:
            one.locator("input[type=file]").set_input_files(files)
        while not (one.get_by_role("heading", name="What was noticed").is_visible() if files else len(clicks) >= 20):
            clicks.append(_click(other, PAGES[len(clicks) % len(PAGES)]))
            if time.perf_counter() - begun > PATIENCE:
                raise SystemExit(f"{name}: no end after {PATIENCE} seconds.")
        took = time.perf_counter() - begun
    text = one.get_by_role("main").inner_text()
    median, most = np.percentile(clicks, [50, 95])
    print(
        f"{name:<12}{len(clicks):>10}{median:>10.2f}{most:>10.2f}{max(clicks):>10.2f}{took:>10.0f}{peak.app:>10,.0f}"
        f"{peak.opening:>10,.0f}{'no' if 'None of the files' in text else '':>10}{text.count('not read'):>10}",
        flush=True,
    )
    return clicks


def _visitor(browser: Browser, app: App) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(app.address)
    page.get_by_role("heading", level=1, name="Upload").wait_for()
    return page


def _click(page: Page, title: str) -> float:
    """Seconds from the click to the page drawn to its end."""
    begun = time.perf_counter()
    page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    return time.perf_counter() - begun


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@contextmanager
def _peak(app: App) -> Iterator[Peak]:
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            try:
                peak.app = max(peak.app, app.mib())
                children = [child.memory_info().rss / 2**20 for child in app.process.children()]
                peak.opening = max([peak.opening, *children])
            except psutil.NoSuchProcess:
                continue

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()


# The worst that is known


Files = Iterator[tuple[str, bytes]]


def _zips() -> Files:
    """Six zips, each of which unpacks to as much as a zip may."""
    row = "{0:08},CA,14/04/2026,15/04/2026," + ",".join(["x" * 880 + "{0:08x}" * 2] * 8) + "\n"
    for n in range(6):
        text = _HEADER + "\n" + "".join(row.format(n * 1_000_000 + place) for place in range(60_000))
        yield f"{n}.zip", _zipped({"cases.csv": text.encode()})


def _members() -> Files:
    """A zip of as many files as the budget allows, and one of more than a zip may hold."""
    yield "many.zip", _zipped({f"{n}.csv": _rows(n, 1) for n in range(499)})
    yield "more.zip", _zipped({f"{n}.csv": _rows(n, 1) for n in range(5_000)})


def _books() -> Files:
    """As many small workbooks as the budget allows, and more."""
    for n in range(6):
        yield f"{n}.zip", _zipped({f"{m}.xlsx": _book(100 * n + m) for m in range(100)})


def _text() -> Files:
    """Texts and dates of which no two are the same and none is understood, letters damaged."""
    damaged = "WhÄ\x81nau {0:x} Ã— â‚¬,WhÄ\x81nau {0}"
    row = f"{{0}},x{{0}},{{0}}/04/2026,{{0}}-2026,{damaged},{damaged},{damaged},{{0}},{{0}}x\n"
    text = _HEADER + "\n" + "".join(row.format(n) for n in range(700_000))
    yield "text.csv", text.encode()


def _conflicts() -> Files:
    """Two exports of the same cases that agree in nothing."""
    for n in range(2):
        row = f"{{0:08}},CA,1{n}/04/2026,2{n}/04/2026,A {n},B {n},C {n},D {n},{{0}}{n},E {n},F {n},x\n"
        yield f"{n}.csv", (_HEADER + "\n" + "".join(row.format(place) for place in range(500_000))).encode()


def _page() -> Files:
    """A page of tags without end."""
    yield "page.xls", b"<html><table><tr><td>Case Number" + b"<b>" * 60_000_000


def _quoted() -> Files:
    """A text that only the slowest reader takes."""
    row = '{:08}, "CA", 14/04/2026,' + ",".join(['"x{0}"'] * 9) + "\n"
    text = _HEADER + "\n" + "".join(row.format(n) for n in range(900_000))
    yield "quoted.csv", text.encode() + b",".join([b"x"] * 900)


def _settings() -> Files:
    """Files of settings, each with as many matches as it can hold."""
    for n in range(20):
        matches = [{"headers": [f"h {n} {m}"], "tables": {}} for m in range(15_000)]
        content = json.dumps({"format": "asreport settings 1", "matches": matches}, separators=(",", ":"))
        yield f"{n}.json", content.encode()[:999_999]
    yield "cases.csv", _rows(1, 100)


def _rows(first: int, count: int) -> bytes:
    rows = (f"{1_000 * first + n:08},CA,14/04/2026" for n in range(count))
    return "\n".join(["Case Number,Record Type,Referral Date", *rows, ""]).encode()


def _book(number: int) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Case Number", "Record Type", "Referral Date"])
        sheet.write_row(1, 0, [f"{number:08}", "CA", "14/04/2026"])
    return stream.getvalue()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


UPLOADS: dict[str, Callable[[], Files]] = {
    "nothing": lambda: iter(()),  # to compare with
    "zips": _zips,
    "members": _members,
    "books": _books,
    "text": _text,
    "conflicts": _conflicts,
    "page": _page,
    "quoted": _quoted,
    "settings": _settings,
}

if __name__ == "__main__":
    main()
