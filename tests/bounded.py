"""Running what might never end: in a process of its own, which is ended after some seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_SECONDS = 60  # what takes a second alone, on a machine that does much else; what hung before hangs for years


def in_time(code: str, *arguments: str) -> str:
    """What the code prints. Raises subprocess.TimeoutExpired where it does not end."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, timeout=_SECONDS, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
