"""The words of the exports, loaded once from export_words.toml: headers by table and field, and what values may say."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from asreport.importing.import_memory import once_a_text

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "export_words.toml").read_text(encoding="utf-8"))

_ARROWS = "↑↓▲▼"
_LONGEST = 255  # letters of a header; Salesforce allows 40, and 80 with the name of what it belongs to
_CUSTOM_FIELD = re.compile(r"__[cr]\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


def squash(text: str) -> str:
    """The letters and digits of a text in lower case, macrons kept: how headers are compared."""
    return "".join(c for c in unicodedata.normalize("NFC", text).lower() if c.isalnum())


def fold(text: str) -> str:
    """A value as it is looked up among the value words: lower case, single spaces, plain hyphens, no underscores."""
    text = unicodedata.normalize("NFC", text).lower().replace("_", " ").replace("’", "'")
    return " ".join(re.sub("[‐‑‒–—―−﹘﹣－]", "-", text).split()).strip(" .*")


def plain(text: str) -> str:
    """A value's letters and digits alone, in lower case, without macrons and a plural's s: how words are compared."""
    letters = unicodedata.normalize("NFD", text.lower())
    words = re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)).replace("_", " "))
    return "".join(word if len(word) < 3 else word.removesuffix("s") for word in words)


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SUPERSCRIPTS = {ord(sign): None for sign in "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾ªº*†‡§™®"}
_TABLE_COLUMN = re.compile(r"\s*'?([^\[\]']*?)'?\s*\[([^\[\]]+)\]\s*")
# Signs that part a header from a note or another language, the surest first: "Task/Event" is one header.
_PARTED_BY = (
    re.compile(r"\s*[|\r\n•·]+\s*"),
    re.compile(r"\s+[-‐‑‒–—−/]+\s+|\s*[–—;:→>]+\s*"),
    re.compile(r"/|,\s+"),
)


@dataclass(frozen=True)
class Header:
    """A header as seen: its text, whether it bore a sort arrow, the ways it may be known, and the table it names."""

    text: str
    arrow: bool
    names: tuple[str, ...]
    parent: str
    upwards: bool = False

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """The fields of each table that it may stand for, going by its name alone; told once, as it is asked often."""
        found = {}
        for table, known in _FIELDS_BY_NAME.items():
            named = set().union(*(known[name] for name in self.names if name in known))
            own = {field for field in named if self.parent in ("", table) or field in ("case_number", "nsn")}
            if own:  # hardly any of the cells that are looked at to find the header
                found[table] = [field for field in HEADERS[table] if field in own]
        return found

    def rank(self, names: dict[str, int]) -> int | None:
        """Where this header stands in a list of names in order of preference; None if it is not there."""
        for name in self.names:
            if name in names:
                return names[name]
        return None


def header(text: str) -> Header:
    """Take a header cell apart: `Plan: Created Date  ↑` is "createddate", sorted, of the table plans."""
    return _header(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


@once_a_text
def _header(text: str) -> Header:
    bare = text.rstrip().rstrip(_ARROWS).rstrip()
    arrow = bare != text.rstrip()
    plain = _CUSTOM_FIELD.sub("", _without_signs(bare))
    names = [squash(bare), squash(plain), squash(_BRACKETED.sub("", plain))]
    before, parted, after = plain.replace(".", ":").rpartition(":")
    parent = ""
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", before).lower())
    if parted and words and words[-1] in WORDS["parents"]:
        parent = WORDS["parents"][words[-1]]
        names.append(squash(after))
    if not any(name in _KNOWN for name in names):
        names, parent = _loosened(plain, names, parent)
    return Header(
        bare, arrow, tuple(dict.fromkeys(name for name in names if name)), parent, text.rstrip().endswith("↑")
    )


def _without_signs(text: str) -> str:
    """A header without what programs and reports set into it: `_x0020_`, marks of footnotes, `Table[Column]`."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).translate(_SUPERSCRIPTS)
    column = _TABLE_COLUMN.fullmatch(text)
    return f"{column[1]}: {column[2]}" if column and column[1] else column[2] if column else text


def _loosened(plain: str, names: list[str], parent: str) -> tuple[list[str], str]:
    """More names for a header that is not known: what is left without notes, another language, or what it belongs to.

    A part of it counts only if no other part is known as something else, and nothing says that it is another thing.
    """
    words = set(re.findall(r"[^\W_]+", plain.lower()))
    if words & OTHER_THINGS:
        return names, parent
    pieces = [plain]
    for sign in _PARTED_BY:
        pieces = [_BRACKETED.sub("", piece) for whole in pieces for piece in sign.split(whole)]
        known = [squash(piece) for piece in pieces if squash(piece) in _KNOWN]
        if known:
            one = len(pieces) > 1 and set.intersection(*(_KNOWN[name] for name in known))
            return ([*names, *known] if one else names), parent
    first, *rest = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", pieces[0])) or [""]
    owner = WORDS["prefixes"].get(first.lower())
    if rest and owner and squash("".join(rest)) in _KNOWN:
        return [*names, squash("".join(rest))], parent or owner
    return names, parent


def _ranks(section: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, dict[str, int]]]:
    """Each list of names as squashed name -> place in the list."""
    return {
        table: {
            field: {squash(name): place for place, name in reversed(list(enumerate(names)))}
            for field, names in fields.items()
        }
        for table, fields in section.items()
    }


HEADERS = _ranks(WORDS["headers"])
KNOWN_BY_VALUES = _ranks(WORDS["headers_known_by_their_values"])
WITHOUT_CASES = _ranks(WORDS["headers_without_cases"])
STAND_INS = _ranks(WORDS["stand_in_headers"])
PLAN_STATUS = frozenset(squash(name) for name in WORDS["plan_headers"]["status"])
PLAN_FIELDS = frozenset(WORDS["plan_headers"]["names"])
VALUES: dict[str, frozenset[str]] = {kind: frozenset(map(fold, words)) for kind, words in WORDS["values"].items()}
_PLAIN = {
    kind: frozenset(plain(word) for word in words if any(c.isalpha() for c in word)) for kind, words in VALUES.items()
}
_EMPTY: dict[str, frozenset[str]] = {
    field: frozenset(fold(word) for part in parts for word in WORDS["empty"][part])
    for field, parts in WORDS["empty_in"].items()
}
_WHERE_PARTED = (re.compile(r"\s-+\s|[:;,|()\[\]<>/]"), re.compile(r"\s-+\s|[-:;,|()\[\]<>/]"))
LIKE = {
    table: {field: tuple(map(str.lower, parts)) for field, parts in fields.items()}
    for table, fields in WORDS["headers_like"].items()
}
TICKED = {squash(name): kind for kind, names in WORDS["ticked_headers"].items() for name in names}
TOTALS = frozenset(map(fold, WORDS["layout"]["totals"]))
SUMMARY_HEADERS = tuple(squash(name) for name in WORDS["layout"]["summary_headers"])
FOOTERS: tuple[str, ...] = tuple(WORDS["layout"]["footers"])


OTHER_THINGS = frozenset(WORDS["layout"]["other_things"])
# Every known name, and the fields that it may be.
_KNOWN: dict[str, set[tuple[str, str]]] = {}
for _table, _fields in HEADERS.items():
    for _field, _names in _fields.items():
        for _name in _names:
            _KNOWN.setdefault(_name, set()).add((_table, _field))


# What a header that is known begins with, be its words parted or not.
FIRST_WORDS = frozenset(
    name.lower().replace(".", ":").split(":")[0].split()[0]
    for fields in WORDS["headers"].values()
    for names in fields.values()
    for name in names
) | frozenset(_KNOWN)


def says_nothing(text: str, kind: str) -> bool:
    """Whether a text in a field of this kind (the names of `empty_in`) is one of the many ways to leave it empty."""
    words = _EMPTY.get(kind)
    if words is None:
        return False
    if kind in ("flag", "held"):  # a tick is neither a letter nor empty
        return fold(text).strip("-") == "" or fold(text) in words
    return not any(c.isalnum() for c in text) or fold(text) in words


def one_of(text: str, kinds: Sequence[str], beside: str = "") -> str:
    """The kind of value words, of `kinds`, that a text belongs to; "" if to none, or if its parts contradict it.

    `beside`: the kind of words that may stand beside it in parts of their own; left out, any may that deny nothing.
    """
    word = fold(text)
    whole = next((kind for kind in kinds if word in VALUES[kind]), "")
    if whole or not any(c.isalpha() for c in word):
        return whole
    if whole := _plainly(word, kinds):
        return whole
    for parted in _WHERE_PARTED:
        parts = [part.strip() for part in parted.split(word) if part.strip()]
        found = {part: _plainly(part, kinds) for part in parts}
        if not any(found.values()):
            continue
        others = [part for part in parts if not found[part]]
        denied = {token for part in others for token in re.findall(r"\w+", part)} & VALUES["denials"]
        allowed = not denied and (not beside or all(_plainly(part, [beside]) for part in others))
        meanings = {kind for kind in found.values() if kind}
        if len(meanings) > 1 and beside:  # "Enrolled (AE)": the first of these says no more than the second
            meanings = {kind for part, kind in found.items() if kind and not _plainly(part, [beside])}
        return meanings.pop() if allowed and len(meanings) == 1 else ""
    return ""


def _plainly(word: str, kinds: Sequence[str]) -> str:
    short = plain(word)
    return next((kind for kind in kinds if word in VALUES[kind] or (short and short in _PLAIN[kind])), "")


# The other way round, by table: squashed name -> the fields it may be.
_FIELDS_BY_NAME = {
    table: {name: {field for field in fields if name in fields[field]} for names in fields.values() for name in names}
    for table, fields in HEADERS.items()
}


def fields_of(seen: Header, table: str) -> list[str]:
    """The fields of `table` that a header may stand for, going by its name alone."""
    return seen.fields.get(table, [])
