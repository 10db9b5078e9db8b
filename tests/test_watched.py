"""A process that hangs is started again: with the commands of the unit and of the image, as they are written."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from browsing import ROOT
from deployed import ask, eventually, free_port

PATIENCE = 5  # seconds, instead of the minute that hosts have

# Read by every Python at its start: two ways to hang that the app itself has not. A signal is handled by the main
# thread, which is the one that the event loop turns in.
FREEZES = """
import re, signal

def hold_the_lock(*_):
    re.match("(a|a)*b", "a" * 64)  # for longer than anybody lives, and never gives the interpreter back

def block_the_loop(*_):
    while True:
        signal.pause()  # other threads go on

signal.signal(signal.SIGUSR1, hold_the_lock)
signal.signal(signal.SIGUSR2, block_the_loop)
"""


def unit(port: int) -> list[str]:
    """What systemd runs."""
    text = (ROOT / "deploy" / "systemd" / "asreport@.service").read_text("utf-8")
    command = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0].replace("${PORT}", str(port))
    return shlex.split(command.replace("/opt/asreport/bin", str(Path(sys.executable).parent)))


def image(port: int) -> list[str]:
    """What a container runs."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    command = (
        re.findall(r"^CMD (.*)$", text, re.MULTILINE)[0].replace("8501", str(port)).replace("0.0.0.0", "127.0.0.1")
    )
    return [str(part) for part in json.loads(command)]


@dataclass(frozen=True)
class Watched:
    """What watches over the app, and where both can be seen."""

    watcher: subprocess.Popen[bytes]
    address: str
    log: Path

    def app(self) -> int | None:
        """The process of the app."""
        children = Path(f"/proc/{self.watcher.pid}/task/{self.watcher.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def is_well(self, starts: int = 1) -> bool:
        """Whether the app answers, and what watches over it knows that of so many starts."""
        return self.log.read_text().count("asreport answers") == starts and self._answers()

    def _answers(self) -> bool:
        try:
            return ask(f"{self.address}/_stcore/health").body == b"ok"
        except OSError:
            return False


@contextmanager
def watched(folder: Path, command: list[str], port: int) -> Iterator[Watched]:
    (folder / "sitecustomize.py").write_text(FREEZES)
    environment = {
        **os.environ, "PYTHONPATH": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    at = command.index("deploy/watched.py") + 1
    log = folder / "log.txt"
    with log.open("wb") as stream:
        watcher = subprocess.Popen(
            [*command[:at], f"--patience={PATIENCE}", *command[at:]],
            cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT,
        )  # fmt: skip
    place = Watched(watcher, f"http://127.0.0.1:{port}", log)
    try:
        eventually(lambda: place.is_well() or watcher.poll() is not None, "it is started")
        assert watcher.poll() is None, log.read_text()
        yield place
    finally:
        app = place.app() if watcher.poll() is None else None
        watcher.kill()
        watcher.wait()
        if app:
            os.killpg(app, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="where asreport is hosted")
@pytest.mark.parametrize("way", [unit, image])
def test_a_process_that_hangs_or_ends_is_replaced(tmp_path: Path, way: Callable[[int], list[str]]) -> None:
    port = free_port()
    hung = f"asreport gave no answer for {PATIENCE} seconds; it is started again"
    ended = "asreport ended with status -9; it is started again"
    expected = ["asreport answers"]
    with watched(tmp_path, way(port), port) as place:
        for starts, (signalled, why) in enumerate(
            [(signal.SIGSTOP, hung), (signal.SIGUSR1, hung), (signal.SIGUSR2, hung), (signal.SIGKILL, ended)], start=2
        ):
            app = place.app()
            assert app
            os.kill(app, signalled)
            expected += [why, "asreport answers"]
            eventually(partial(place.is_well, starts), f"replaced after {signalled.name}")
            assert place.app() not in (None, app) and not Path(f"/proc/{app}").exists()
        lines = [line for line in place.log.read_text().splitlines() if line.startswith("asreport ")]
        assert lines == expected

        app = place.app()
        place.watcher.terminate()
        assert place.watcher.wait(30) == 0
        assert not Path(f"/proc/{app}").exists(), "the app ends with what watches over it"


@pytest.mark.skipif(sys.platform != "linux", reason="where asreport is hosted")
def test_who_watches_over_one_that_hangs_can_be_ended(tmp_path: Path) -> None:
    port = free_port()
    with watched(tmp_path, unit(port), port) as place:
        app = place.app()
        assert app
        os.kill(app, signal.SIGSTOP)
        place.watcher.terminate()
        assert place.watcher.wait(60) == 0
        assert not Path(f"/proc/{app}").exists()
