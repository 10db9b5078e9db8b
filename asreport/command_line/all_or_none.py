"""Files that belong together, written all or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from asreport.program import before_it_ends, undisturbed


class NotWritten(Exception):
    """The files could not be written; what was there before stands as it was. The message says which file and why."""


def write_together(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    """Write files (name, content) into a folder: all of them, or none. Returns where they are. Raises NotWritten.

    Each is written as `name.part`, which its owner alone can read, and takes its name once all of them are whole. What
    had the name before stands aside until then as `name.before.part`, and takes it again where one of them cannot be
    replaced. No link is followed. A signal that ends the program (Ctrl-C) leaves no part of it behind.
    """
    names: list[str] = []

    def remove_parts() -> None:
        for name in names:
            with suppress(OSError):
                _part(folder, name).unlink()

    with before_it_ends(remove_parts):
        try:
            for name, content in files:
                names.append(name)
                try:
                    _write_part(_part(folder, name), content)
                except OSError as error:
                    raise NotWritten(_sentence(folder, name, error)) from None
            with undisturbed():
                _swap(folder, names)
        finally:
            remove_parts()
    return [folder / name for name in names]


def _part(folder: Path, name: str) -> Path:
    return folder / f"{name}.part"


def _aside(folder: Path, name: str) -> Path:
    return folder / f"{name}.before.part"


def _sentence(folder: Path, name: str, error: OSError) -> str:
    return f"The result was not written: {name}, in {folder}: {error.strerror}."


def _write_part(part: Path, content: bytes) -> None:
    part.unlink(missing_ok=True)  # of a run that was killed, or a link that somebody put there
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())  # what a disk says late, it says before anything is replaced


def _swap(folder: Path, names: Sequence[str]) -> None:
    """Give the parts their names. Raises NotWritten, and then what had the names before has them again."""
    mask = os.umask(0)
    os.umask(mask)
    aside: list[str] = []
    placed: list[str] = []
    name = ""
    try:
        for name in names:
            if _stand_aside(folder, name):
                aside.append(name)
        for name in names:
            _part(folder, name).chmod(0o666 & ~mask)
            _part(folder, name).rename(folder / name)
            placed.append(name)
    except OSError as error:
        lost = _restore(folder, aside, placed)
        help_ = " If it is open in another program, such as Excel, close it there and try again."
        raise NotWritten(_sentence(folder, name, error) + help_ + lost) from None
    for name in names:  # all of them, as a run that was killed may have left some
        with suppress(OSError):
            _aside(folder, name).unlink()


def _stand_aside(folder: Path, name: str) -> bool:
    """Whether there was a file of that name."""
    whole = folder / name
    if whole.is_dir() and not whole.is_symlink():
        raise IsADirectoryError(0, "a folder has that name")
    try:
        whole.replace(_aside(folder, name))
    except FileNotFoundError:
        return False
    return True


def _restore(folder: Path, aside: Sequence[str], placed: Sequence[str]) -> str:
    """Undo; what cannot be undone is returned as a sentence."""
    for name in set(placed).difference(aside):
        with suppress(OSError):
            (folder / name).unlink()
    lost = []
    for name in aside:
        try:
            _aside(folder, name).replace(folder / name)
        except OSError:
            lost.append(_aside(folder, name).name)
    return f" What was there before is now called {', '.join(lost)}." if lost else ""
