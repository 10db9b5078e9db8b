"""How much a provider may bring of its own: settings, a quarter's file, what is typed; and how too much is quoted.

What is done with a name, a word or a subject is done beside every one of an export's: a few hundred are more than
anybody needs, and a million would keep the app busy for everybody.
"""

from __future__ import annotations

import tomllib
from typing import Any

MAX_BYTES = 1_000_000  # of a file
MAX_NAME = 300  # letters of a name: a header, subject, owner, status, word or key. Salesforce's own hold 255
MAX_TEXT = 2_000  # letters of any other text, such as a measure's card
MAX_DEPTH = 10  # tables and lists in one another
MAX_ENTRIES = 200  # of a table or list, but for these, by their name
MOST_OF = {
    "matches": 500,
    "headers": 1_000,
    "queues": 500,
    "case_type": 500, "migrated": 500, "contact_details_current": 500, "activity_type": 500, "outcome_type": 500,
    "measures": 100,
}  # fmt: skip
MAX_ACCEPTED = 50  # subjects accepted as one of a quarter's
MAX_SETTINGS_FILES = 20  # among the exports of one upload; so many quarters' files, too
MAX_QUARTERS = 100  # in an installation's own folder
MAX_SEARCH = 300  # letters typed to search by
MAX_PASTED = 2_000_000  # letters of a table pasted into the page; more are brought as a file

_QUOTED = 40
_POINTS = 100  # in a line: a key of so many parts takes the square of them to read
_DIGITS = 18


def quoted(text: object, most: int = _QUOTED) -> str:
    """A text of a file as a message may quote it: its start, on one line, of signs that can be shown."""
    shown = "".join(c if c.isprintable() else " " for c in str(text)[: most + 1])
    return shown if len(shown) <= most else shown[:most] + "…"


def read_toml(content: bytes) -> dict[str, Any]:
    """The plain data of a TOML file. Raises ValueError, which says in one sentence what is wrong with it."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"the file is too large: it has {len(content):,} bytes, and may have {MAX_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not a text in UTF-8: save it as one") from None
    text = text.replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _POINTS:
            raise ValueError(f"line {number:,} of the file has more than {_POINTS} points: write it as several lines")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise ValueError("the file is not valid TOML: it holds lists within lists without end") from None
    except ValueError as error:  # of a number of thousands of digits, too
        raise ValueError(f"the file is not valid TOML: {quoted(error, 120)}") from None
    if excess := too_much(data):
        raise ValueError(f"the file holds more than a quarter may: {excess}")
    return data


def too_much(data: Any) -> str | None:
    """What of a file's plain data (tables, lists, texts) is more than it may hold, as part of a sentence; None if none.

    Each table, list and text is looked at once, whatever it holds.
    """
    waiting: list[tuple[Any, tuple[object, ...]]] = [(data, ())]
    while waiting:
        value, path = waiting.pop()
        name = str(path[-1]) if path else ""
        where = ".".join(quoted(part) for part in path) or "the file"
        if len(path) > MAX_DEPTH:
            return f"{quoted(path[0])} holds tables within tables, {MAX_DEPTH} deep and more"
        if isinstance(value, dict | list):
            most = MOST_OF.get(name, MAX_ENTRIES)
            if path[:1] == ("subjects",) and isinstance(value, list):
                most = MAX_ACCEPTED
            if len(value) > most:
                return f"{where} has {len(value):,} entries, and may have {most:,}"
            if isinstance(value, dict):
                long = next((key for key in value if len(str(key)) > MAX_NAME), None)
                if long is not None:
                    return f"{where} has a name of {len(long):,} letters, “{quoted(long)}”; it may have {MAX_NAME:,}"
            entries = value.items() if isinstance(value, dict) else enumerate(value, 1)
            waiting += [(entry, (*path, key)) for key, entry in entries]
        elif isinstance(value, int) and abs(value) >= 10**_DIGITS:
            return f"{where} is a number of more than {_DIGITS} digits"
        elif isinstance(value, str):
            most = MAX_NAME if name == "name" or isinstance(path[-1] if path else 0, int) else MAX_TEXT
            if len(value) > most:
                return f"{where} has {len(value):,} letters, “{quoted(value)}”; it may have {most:,}"
    return None
