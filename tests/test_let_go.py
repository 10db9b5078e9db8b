"""What a closed tab held is gone within its time, searched for in all live objects of the server's process."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import ROOT
from deployed import free_port

from benchmarks.client import Visitor

KEPT = 2  # seconds until a closed tab's session is gone
PATIENCE = 60  # seconds: other work going on must not fail a test

Held = Callable[[str], list[str]]  # a text → the types of the live objects that hold it


@contextmanager
def _searched() -> Iterator[tuple[str, Held]]:
    """The app in a process of its own that nobody has visited: its address, and what it holds."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.searched", str(port), str(KEPT)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        answers, questions = process.stdout, process.stdin

        def held(text: str) -> list[str]:
            print(text, file=questions, flush=True)
            answer = next(line for line in answers if line.startswith("["))  # the server says that it has started
            return list(json.loads(answer))

        try:
            _wait(address)
            yield address, held
        finally:
            process.kill()


def _wait(address: str) -> None:
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            straight.open(f"{address}/_stcore/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the app did not start")


async def _visit(address: str, folder: Path, mark: str) -> Visitor:
    """Somebody uploads exports with this mark in names of students and owners, looks at pages and downloads."""
    visitor = Visitor(address)
    await visitor.open()
    names = {"Wiremu Tidy": f"Wiremu {mark}", "Aroha Prompt": f"Aroha {mark}"}
    files = []
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8")
        for name, marked in names.items():
            text = text.replace(name, marked)
        files.append((path.name, text.encode()))
    await visitor.upload(files)
    await visitor.set("checkbox", "Show student names", False)
    for page in ("Target attainment", "Breakdown", "To do", "A case", "Exceptions"):
        await visitor.go(page)
    await visitor.fetch(await visitor.download_url("Download the workbook all the same"))
    await visitor.fetch(await visitor.download_url("Download the key"))
    await visitor.go("Upload")  # what is drawn last quotes the mark
    return visitor


async def _gone(held: Held, mark: str) -> None:
    until = time.monotonic() + PATIENCE
    while kinds := held(mark):
        assert time.monotonic() < until, f"{mark} is still held by {kinds}"
        await asyncio.sleep(1)


def test_the_first_a_middle_and_the_last_visitor_leave_nothing(clean_folder: Path) -> None:
    async def come_and_go(address: str, held: Held) -> None:
        first = await _visit(address, clean_folder, "Zzqfirst")
        assert held("Zzqfirst"), "the search finds what is held"
        await first.close()
        await _gone(held, "Zzqfirst")
        middle, last = [await _visit(address, clean_folder, mark) for mark in ("Zzqmiddle", "Zzqlast")]
        await middle.close()
        await _gone(held, "Zzqmiddle")
        assert held("Zzqlast"), "the other tab is open"
        await last.close()
        await _gone(held, "Zzqlast")

    with _searched() as (address, held):
        asyncio.run(come_and_go(address, held))


def test_a_tab_closed_while_its_page_is_drawn_leaves_nothing(clean_folder: Path) -> None:
    async def leave(address: str, held: Held) -> None:
        visitor = await _visit(address, clean_folder, "Zzqhasty")
        going = asyncio.ensure_future(visitor.go("Breakdown"))
        await asyncio.sleep(0)
        going.cancel()
        await visitor.close()
        await _gone(held, "Zzqhasty")

    with _searched() as (address, held):
        asyncio.run(leave(address, held))
