"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to grids, one a sheet.

Here is told from the outside whether a file is a workbook. It is opened in a process of the upload's
own (workbook_process.py): one made to do harm ends or fills that process, and never the app's.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import numpy as np

from asreport.importing import limits
from asreport.importing.budget import check, spend
from asreport.importing.grids import Cells, Grid, Unreadable, Workbook

# What reading a zip may raise that is damaged, as the standard library checks little of it.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
# A zip with one of these in it is a workbook: .xlsx, .xlsb, .ods.
IS_WORKBOOK = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
# An .xls under a password: its beginning, whether it is write-protected, and the password's check.
_LOCKED_OLD = re.compile(rb"\x09\x08\x10\x00.{16}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_APART = Path(__file__).with_name("workbook_process.py")
_PIPE = 1 << 20  # bytes, where the system lets a pipe hold more than it usually does: fewer turns to pass them on
_WAIT = 0.25  # seconds between two looks at the clock
_AGAIN = "export the report again as .xlsx or .csv"
_REASONS = {
    "locked": "is protected with a password: save it without one, and upload it again",
    "damaged": f"is damaged or was not copied whole: {_AGAIN}",
    # Of an .ods the reader does not say which it was.
    "damaged open document": (
        "is damaged, or has a cell far away from its table, at the edge of a sheet: save it as .xlsx, and upload that"
    ),
    "declarations": f"holds declarations no spreadsheet program writes, so it was not opened: {_AGAIN}",
    "sheets": f"has more than {limits.MAX_SHEETS} sheets: keep the exports only",
    "large": (
        "is too large to read safely, or has a cell far away from its table, at the edge of a sheet: copy the table "
        "to a new workbook and upload that, or export a shorter span of time, or one region at a time"
    ),
}


def read_zipped(data: bytes) -> Workbook:
    """The sheets of a zipped workbook (.xlsx, .xlsm, .xlsb, .ods). Raises Unreadable."""
    try:
        with open_zip(data) as archive:
            _check_members(archive.infolist(), len(data))
            is_open_document = "content.xml" in archive.namelist()
            # Under a password its table is there, but is no text.
            locked = is_open_document and archive.open("content.xml").read(1) not in b"<\xef"
    except DAMAGED_ZIP as error:
        raise Unreadable(_REASONS["damaged"]) from error
    if locked:
        raise Unreadable(_REASONS["locked"])
    return _read_apart(data, "damaged open document" if is_open_document else "damaged")


def read_old(data: bytes) -> Workbook:
    """The sheets of an .xls workbook, which is an OLE file, as a workbook under a password is. Raises Unreadable."""
    names = data[: 1 << 24]
    if "EncryptedPackage".encode("utf-16-le") in names or _LOCKED_OLD.search(data):
        raise Unreadable(_REASONS["locked"])
    if "Workbook".encode("utf-16-le") not in names and "Book".encode("utf-16-le") not in names:
        raise Unreadable(f"is not a workbook: {_AGAIN}")
    return _read_apart(data)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """A zip archive, unless its directory alone, which is kept in memory, is too large: then raises Unreadable."""
    if data.count(b"PK\x01\x02") > 2 * limits.MAX_MEMBERS:
        raise Unreadable("is a zip archive of far too many files: upload the exports themselves")
    return zipfile.ZipFile(io.BytesIO(data))


def _check_members(members: list[zipfile.ZipInfo], packed: int) -> None:
    names = {member.filename for member in members}
    if "EncryptedPackage" in names or any(member.flag_bits & 1 for member in members):
        raise Unreadable(_REASONS["locked"])
    if not names & IS_WORKBOOK:
        raise Unreadable(f"is a zip archive, not a workbook: unpack it, or {_AGAIN}")
    total = sum(member.file_size for member in members)
    spend("bytes", total)
    if len(members) > limits.MAX_MEMBERS or total > limits.MAX_UNPACKED_BYTES:
        raise Unreadable(_REASONS["large"])
    if total > limits.RATIO_MATTERS_FROM and total > limits.MAX_RATIO * packed:
        raise Unreadable(f"unpacks to far more than a workbook of its size would, so it was not opened: {_AGAIN}")


class _Apart:
    """The process that opens workbooks: one for an upload, and another after a workbook that ended it or filled it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes) -> memoryview:
        """What it answers (workbook_process.py), without the length. Raises Unreadable where it ends or is too slow."""
        process = self._process or self._started()
        answers: SimpleQueue[bytes] = SimpleQueue()
        # A pipe cannot be waited for and given up everywhere; a thread that waits for it can be left to end with it.
        waiting = Thread(target=_exchanged, args=(process, data, answers), daemon=True)
        waiting.start()
        ends = monotonic() + limits.READING_SECONDS
        answer = None
        try:
            while answer is None and monotonic() < ends:
                check()
                with suppress(Empty):
                    answer = answers.get(timeout=max(0, min(_WAIT, ends - monotonic())))
        finally:
            if not answer:  # it ended, takes too long, or is not waited for any more
                self.close()
                waiting.join()
        if not answer:
            raise Unreadable(_REASONS["large"])
        return memoryview(answer)

    def _started(self) -> subprocess.Popen[bytes]:
        allowed = limits.READING_BYTES, limits.MAX_ROWS, limits.MAX_COLUMNS, limits.MAX_CELLS, limits.MAX_SHEETS
        command = [sys.executable, "-P", str(_APART), *map(str, allowed)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pipesize=_PIPE
        )
        return self._process

    def close(self) -> None:
        """End the process."""
        if process := self._process:
            self._process = None
            process.kill()
            process.wait()
            assert process.stdin and process.stdout
            with suppress(OSError):  # it could not take all that was meant for it
                process.stdin.close()
            process.stdout.close()


def _exchanged(process: subprocess.Popen[bytes], data: bytes, answers: SimpleQueue[bytes]) -> None:
    """Put what the process answers to a workbook: nothing (b"") where it ends first."""
    assert process.stdin and process.stdout
    answer = b""
    with suppress(OSError, ValueError):  # it ended, or was ended
        process.stdin.write(len(data).to_bytes(8, "big"))
        process.stdin.write(data)
        process.stdin.flush()
        length = int.from_bytes(process.stdout.read(8), "big")
        whole = process.stdout.read(length)
        answer = whole if len(whole) == length else b""
    answers.put(answer)


_apart: ContextVar[_Apart | None] = ContextVar("apart", default=None)


@contextmanager
def one_worker() -> Iterator[None]:
    """While it lasts, one process opens all workbooks: to start one takes longer than to open a small workbook."""
    worker = _Apart()
    before = _apart.set(worker)
    try:
        yield
    finally:
        _apart.reset(before)
        worker.close()


def _read_apart(data: bytes, damaged: str = "damaged") -> Workbook:
    """Every worksheet that holds something. Raises Unreadable; `damaged` is the reason for what cannot be opened.

    The other process has READING_SECONDS and READING_BYTES of memory, and can write no file.
    """
    worker = _apart.get()
    assert worker, "within one_worker()"
    answer = worker.read(data)
    at = bytes(answer[: 1 << 16]).find(b"\n") + 1 or bytes(answer).index(b"\n") + 1
    told = json.loads(bytes(answer[:at]))
    if told["ends"]:
        worker.close()
    if "unreadable" in told:
        raise Unreadable(_REASONS[damaged if told["unreadable"] == "damaged" else told["unreadable"]])
    distinct = []
    for size in (size for sheet in told["sheets"] for size in sheet["columns"]):
        check()
        distinct.append(json.loads(bytes(answer[at : at + size])))
        at += size
    grids = []
    for sheet in told["sheets"]:
        columns: list[Cells] = []
        for _ in sheet["columns"]:
            columns.append(Cells.coded(np.frombuffer(answer, "=i4", sheet["height"], at), distinct[len(columns)]))
            at += 4 * sheet["height"]
        distinct = distinct[len(columns) :]
        grids.append(Grid(sheet["name"], columns, sheet["first_row"]))
    return Workbook(grids, told["rows_without_result"], told["rows_in_error"])
