"""The app with a way in for tests: each line read from standard input is looked for in all live objects of the process.

Run as a process of its own, `python -m tests.searched PORT SECONDS`: the app's server at that port, which lets go of a
closed tab after so many seconds. The answer to a line is a line: JSON, the types of the objects that hold the text.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from google.protobuf.message import Message
from streamlit.web import cli

from ui import memory

_LOOKING = threading.Lock()


def _content(thing: Any) -> bytes:
    """What an object says, as far as it is one that can hold a text of an export."""
    if isinstance(thing, str):
        return thing.encode(errors="replace")
    if isinstance(thing, bytes | bytearray | memoryview):
        return bytes(thing)
    if isinstance(thing, pa.Array | pa.ChunkedArray):
        return str(thing.to_pylist()).encode()
    if isinstance(thing, pa.Buffer):
        return thing.to_pybytes()
    if isinstance(thing, pd.DataFrame):
        return thing.to_csv().encode()
    if isinstance(thing, pd.Series | pd.Index):
        return str(thing.tolist()).encode()
    if isinstance(thing, Message):
        return thing.SerializeToString()
    return b""


def _live() -> Iterator[Any]:
    """Every object that the collector knows, and what those refer to."""
    known = set[int]()
    for thing in gc.get_objects():
        for one in (thing, *gc.get_referents(thing)):
            if id(one) not in known:
                known.add(id(one))
                yield one


def _answer() -> None:
    for line in sys.stdin:
        mark = line.strip().encode()
        with _LOOKING:
            gc.disable()  # what is to be collected is so by the app, not by this
            kinds = [type(thing).__name__ for thing in _live() if thing is not mark and mark in _content(thing)]
            gc.enable()
        kinds.remove("str")  # the line itself
        print(json.dumps(kinds), flush=True)


def _give_back() -> None:
    """The app's own, but not while everything is held to look at it: what it collects then would stay for good."""
    with _LOOKING:
        _gives_back()


if __name__ == "__main__":
    port, seconds = sys.argv[1:]
    _gives_back, memory.give_back = memory.give_back, _give_back
    threading.Thread(target=_answer, daemon=True).start()
    fixed = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    sys.argv = ["streamlit", "run", "app.py", *fixed, f"--server.disconnectedSessionTTL={seconds}"]
    cli.main()
