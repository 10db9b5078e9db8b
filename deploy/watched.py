#!/usr/bin/env python3
"""Run the app, and start it again when it ends or hangs.

    deploy/watched.py http://127.0.0.1:8501/_stcore/health -- streamlit run app.py --server.port=8501

The address is answered by the app's event loop, which every page, upload and click goes through. Where the loop is
blocked, a thread never gives the interpreter back, or the process stands still, no answer comes, although the process
is there and its port takes connections: what looks at the process alone goes on waiting.

Ends when it is asked to (SIGTERM, SIGINT), the app with it. Needs Python 3.9 or later; Linux or another Unix.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from types import FrameType
from typing import NoReturn

STARTS_WITHIN = 120.0  # seconds until the first answer
PATIENCE = 60.0  # seconds without an answer: the proxy waits for about as long before it gives one up
PAUSE = 2.0  # seconds between two questions, and before the app is started again
ENDS_WITHIN = 15.0  # seconds for an orderly end

_straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names


def tell(what: str) -> None:
    print(f"asreport {what}", file=sys.stderr, flush=True)


def answers(address: str, within: float) -> bool:
    """Whether the app says within so many seconds that it is well."""
    try:
        with _straight.open(address, timeout=within) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):  # refused, too late, broken off, another status
        return False


def hangs(app: subprocess.Popen[bytes], address: str, patience: float) -> bool:
    """Wait until the app hangs (true) or has ended (false)."""
    until, started = time.monotonic() + STARTS_WITHIN, False
    while app.poll() is None:
        if answers(address, patience):
            if not started:
                tell("answers")
            until, started = time.monotonic() + patience, True
        elif time.monotonic() > until:
            return True
        time.sleep(PAUSE)
    return False


def end(app: subprocess.Popen[bytes], within: float) -> None:
    """End the app, after so many seconds by force, and whatever it has started with it."""
    with suppress(subprocess.TimeoutExpired):
        app.terminate()
        app.wait(within)
    with suppress(ProcessLookupError):
        os.killpg(app.pid, signal.SIGKILL)  # ends one that stands still, too
    app.wait()


def watch(address: str, command: list[str], patience: float) -> NoReturn:
    """Keep the app running until this process is asked to end."""
    while True:
        app = subprocess.Popen(command, start_new_session=True)
        why, within = "", ENDS_WITHIN
        try:
            if hangs(app, address, patience):
                why, within = f"gave no answer for {patience:g} seconds", 0
            else:
                why = f"ended with status {app.returncode}"
        finally:
            end(app, within)
        tell(f"{why}; it is started again")
        time.sleep(PAUSE)


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """Interrupts whatever is waited for."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # to be asked again does not interrupt the end
    sys.exit()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--patience", type=float, default=PATIENCE, help=f"seconds without an answer ({PATIENCE:g})")
    parser.add_argument("address", help="where the app says that it is well")
    parser.add_argument("command", nargs="+", help="what runs the app, after --")
    asked = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    watch(asked.address, asked.command, asked.patience)


if __name__ == "__main__":
    main()
