"""The quarters' files that an installation has: those that come with asreport, and those in a folder of its own.

The setting ASREPORT_QUARTERS names the folder. Whoever runs asreport puts a quarter there once, for everybody; it is
taken up without a restart.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path

from asreport.policy.bounds import MAX_BYTES, MAX_QUARTERS, quoted

SETTING = "ASREPORT_QUARTERS"

# What tells a folder's files from what they were before: path, time of the last change in ns (None: it cannot be
# read) and size in bytes.
Listing = tuple[tuple[str, int | None, int], ...]


@cache
def built_in_files() -> dict[str, bytes]:
    """The files that come with asreport: id → content."""
    folder = resources.files(__package__) / "quarters"
    return {
        file.name.removesuffix(".toml"): file.read_bytes() for file in folder.iterdir() if file.name.endswith(".toml")
    }


def folder_listing() -> tuple[Listing, str]:
    """The files of the installation's folder, by name, and a sentence on what of it cannot be used, or none."""
    named = os.environ.get(SETTING, "").strip()
    if not named:
        return (), ""
    try:
        paths = sorted(path for path in Path(named).iterdir() if path.suffix.lower() == ".toml")
    except (OSError, ValueError):  # of a name that no file can have
        return (), (
            f"The setting {SETTING} is “{quoted(named)}”, which is not a folder that can be read, so there are only "
            "the quarters that come with asreport."
        )
    fault = ""
    if len(paths) > MAX_QUARTERS:
        fault = f"The folder that {SETTING} names has more than {MAX_QUARTERS} quarters; those after are not used."
    return tuple(_state(path) for path in paths[:MAX_QUARTERS]), fault


def content_of(path: str) -> bytes:
    """A file of the folder; of one that is too large no more than shows it. Raises OSError."""
    with Path(path).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _state(path: Path) -> tuple[str, int | None, int]:
    try:
        now = path.stat()
    except OSError:
        return str(path), None, 0
    return str(path), now.st_mtime_ns if path.is_file() else None, now.st_size
