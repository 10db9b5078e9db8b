"""What a program sees to before anything else, and how it is stopped without leaving half a file.

Imported before all else in the package. Where asreport is the program (`python -m asreport`), Ctrl-C ends it from then
on, without a traceback and with exit status 130, also while the rest is still imported. Streams that were closed
(`>&-`) lead nowhere: else the next file that is opened would stand where they stood, and get what is printed.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

INTERRUPTED = 130  # the exit status that shells give to what Ctrl-C ended
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SIGNALS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _begin() -> None:
    signal.signal(signal.SIGINT, _interrupted)
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")  # a terminal or pipe that has no ā gets a question mark


def _interrupted(_: int, __: FrameType | None) -> None:
    """Not by an exception: in the middle of an import or a callback others would take it for a fault of their own."""
    with suppress(OSError):
        os.write(2, b"Stopped.\n")
    os._exit(INTERRUPTED)


@contextmanager
def before_it_ends(clean: Callable[[], None]) -> Iterator[None]:
    """For its time, a signal that ends the program first does `clean`."""

    def handle(number: int, _: FrameType | None) -> None:
        clean()
        signal.signal(number, before[number])
        signal.raise_signal(number)

    with _handled(handle) as before:
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """For its time, a signal that ends the program waits."""
    waiting: list[int] = []
    try:
        with _handled(lambda number, _: waiting.append(number)):
            yield
    finally:
        for number in waiting:
            signal.raise_signal(number)


@contextmanager
def _handled(handle: Callable[[int, FrameType | None], None]) -> Iterator[dict[int, Any]]:
    """Those that are ignored (`nohup`) stay so; only the main thread can be asked to handle any."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {n: now for n in _SIGNALS if (now := signal.getsignal(n)) not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, handle)
    try:
        yield before
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if sys.argv[:1] == ["-m"]:  # as it stands while Python looks for the program that `-m` names
    _begin()
