"""What the command line prints: nothing that a terminal would obey, whatever a name or a cell holds."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TextIO


def printable(text: str) -> str:
    """A text on one line, in which what a terminal would obey (colours, direction, a line's end) is a code to read."""
    shown = (c if c.isprintable() or unicodedata.category(c) == "Zs" else ascii(c)[1:-1] for c in text)
    return text if text.isprintable() else "".join(shown)


def say(text: str) -> None:
    """Tell the user something beside the result."""
    try:
        print(printable(text), file=sys.stderr, flush=True)
    except OSError:  # nobody can be told, which is no reason to stop
        lead_nowhere(sys.stderr)


def show(text: str) -> None:
    """Print a line of the result."""
    print(printable(text))


def lead_nowhere(stream: TextIO) -> None:
    """Send a stream nowhere: Python would try to write the rest of what could not be written as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
