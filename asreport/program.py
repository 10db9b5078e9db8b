"""What a program sees to before anything else, and how it is stopped without leaving half a file.

Imported before all else in the package. Where asreport is the program (`asreport`, `python -m asreport`), Ctrl-C ends
it from then on, without a traceback and with exit status 130, also while the rest is still imported. Streams that were
closed (`>&-`) lead nowhere: else the next file that is opened would stand where they stood, and get what is printed.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress

TYPE_CHECKING = False  # what is imported before _begin is what Ctrl-C can still hit, so typing is not
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

INTERRUPTED = 130  # the exit status that shells give to what Ctrl-C ended
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SIGNALS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _begin() -> None:
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupted)
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if stream.errors == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal or pipe that has no ā gets a question mark


def _interrupted(_: int, __: FrameType | None) -> None:
    """End at once, not by an exception: in an import or a callback others would take it for a fault of their own."""
    with suppress(OSError):
        os.write(2, b"Stopped.\n")
    os._exit(INTERRUPTED)


@contextmanager
def before_it_ends(clean: Callable[[], None]) -> Iterator[None]:
    """A signal that ends the program first does `clean`, for as long as this lasts."""
    before = _handlers()

    def handle(number: int, _: FrameType | None) -> None:
        clean()
        signal.signal(number, before[number])
        signal.raise_signal(number)

    with _handled(before, handle):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that ends the program waits, for as long as this lasts."""
    waiting: list[int] = []
    try:
        with _handled(_handlers(), lambda number, _: waiting.append(number)):
            yield
    finally:
        for number in waiting:
            signal.raise_signal(number)


def _handlers() -> dict[int, Any]:
    """What is done on each signal; those that are ignored (`nohup`) stay so."""
    return {n: now for n in _SIGNALS if (now := signal.getsignal(n)) not in (signal.SIG_IGN, None)}


@contextmanager
def _handled(before: dict[int, Any], handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    try:
        with suppress(ValueError):  # no other thread than the main one can be asked to
            for number in before:
                signal.signal(number, handle)
        yield
    finally:
        with suppress(ValueError):
            for number, handler in before.items():
                signal.signal(number, handler)


_COMMAND = os.path.basename(sys.argv[0] if sys.argv else "").removesuffix(".exe") == "asreport"  # noqa: PTH119
NAME = "asreport" if _COMMAND else "python -m asreport"

if _COMMAND or sys.argv[:1] == ["-m"]:  # as it stands while Python looks for the program that `-m` names
    _begin()
