"""The app on a slow machine: a page takes a while to begin and to end, and so does a download once it is made.

Run as a process of its own, `python -m tests.slowed PORT`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamlit.web import cli

from ui import download, session

SLOW = 0.4  # seconds


def _slowly(run: Callable[[], None]) -> None:
    time.sleep(SLOW)
    _guarded(run)
    time.sleep(SLOW)


def _ordered(*arguments: Any) -> download.Order:
    order = _orders(*arguments)

    def make() -> bytes:
        content = order.make()
        time.sleep(SLOW)
        return content

    return replace(order, make=make)


if __name__ == "__main__":
    _guarded, session.guarded = session.guarded, _slowly
    _orders, download.ordered = download.ordered, _ordered
    fixed = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={sys.argv[1]}"]
    sys.argv = ["streamlit", "run", "app.py", *fixed]
    cli.main()
