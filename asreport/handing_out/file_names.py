"""Names of files made of what people typed, such as a case owner's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What a name may be long, so that it is taken whole wherever a zip is unpacked: systems allow 255 bytes of UTF-8 (some
# store a macron as a letter of its own), Windows 260 letters with all folders. A number and the ending come on top.
_LETTERS, _BYTES = 100, 200
_FORBIDDEN = '<>:"/\\|?*'
# Devices of Windows, which it takes for such with any ending too.
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)\d) *(?:\..*)?", re.IGNORECASE)


def file_names(names: Iterable[str], ending: str, *, blank: str) -> list[str]:
    """A file name for each of the names, in their order, that any system takes: no two alike on any of them.

    `ending`: such as `.xlsx`. `blank`: the name where nothing is left of one.
    """
    taken: set[str] = set()
    tried: dict[str, int] = {}  # where many are alike, each goes on where the last one stopped
    result = []
    for name in names:
        stem = _stem(name) or blank
        unique, number = stem, tried.get(_folded(stem), 1)
        while _folded(unique) in taken:
            number += 1
            unique = f"{stem} ({number})"
        tried[_folded(stem)] = number
        taken.add(_folded(unique))
        result.append(unique + ending)
    return result


def _stem(name: str) -> str:
    """A name without what a system forbids, hides or takes to mean something else; it may be empty."""
    letters = (c if _is_seen(c) else " " for c in unicodedata.normalize("NFC", name[: 4 * _LETTERS]))
    stem = " ".join("".join(letters).split()).strip(" .")[:_LETTERS]
    while len(unicodedata.normalize("NFD", stem).encode()) > _BYTES:
        stem = stem[:-1]
    stem = stem.strip(" .")
    return f"_{stem}" if _DEVICE.fullmatch(unicodedata.normalize("NFKC", stem)) else stem


def _is_seen(letter: str) -> bool:
    """Whether a letter shows in a name: no control or direction mark, none that is not assigned, none forbidden."""
    return unicodedata.category(letter)[0] != "C" and letter not in _FORBIDDEN


def _folded(name: str) -> str:
    """What systems compare that heed neither case nor Unicode form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
