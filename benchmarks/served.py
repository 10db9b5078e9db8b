"""The app as one process on a free port of this computer, and what it takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
_STRAIGHT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names


@dataclass(frozen=True)
class App:
    """A running app."""

    address: str
    process: psutil.Process

    def mib(self) -> float:
        """The memory that is the process's own, in MiB: what would come free if it ended."""
        return self.process.memory_full_info().uss / 2**20

    def seconds(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return times.user + times.system

    def get(self, path: str) -> str:
        """What the app answers."""
        with _STRAIGHT.open(f"{self.address}{path}", timeout=10) as answer:
            return answer.read().decode()

    def kept(self) -> int:
        """Bytes of uploads and downloads that Streamlit holds, for all sessions, by its own count."""
        lines = self.get("/_stcore/metrics?families=cache_memory_bytes").splitlines()
        kinds = ("UploadedFileManager", "st_memory_media_file_storage")
        return sum(int(float(line.split()[-1])) for line in lines if any(f'"{kind}"' in line for kind in kinds))


@contextmanager
def served(*options: str, cores: set[int] | None = None) -> Iterator[App]:
    """The app, with further options of `streamlit run`; ended with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fixed = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *fixed, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            app = App(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
            if cores:
                os.sched_setaffinity(process.pid, cores)
            _wait(app, process)
            yield app
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(app: App, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            app.get("/_stcore/health")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The app did not start.")
