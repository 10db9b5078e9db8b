"""What ends an input that takes too long: by processor time, so that a busy computer gives no false alarm."""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Hang(BaseException):
    """An input took too long; no handler of asreport's own may take it for one of its faults."""


def _hangs(_: int, frame: FrameType | None) -> None:
    raise Hang


@contextmanager
def limited_to(seconds: float) -> Iterator[None]:
    """Raise Hang in what takes more processor time than that.

    What holds the interpreter, or only waits, hears no signal: after six times as long by the clock a thread of its own
    says where it is, and ends the process.
    """
    signal.signal(signal.SIGPROF, _hangs)
    faulthandler.dump_traceback_later(6 * seconds, exit=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
