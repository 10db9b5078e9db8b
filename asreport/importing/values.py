"""A column of cells to the values of a kind (tables.py), with the rows that could not be understood.

Blank cells stay missing here; what a blank stands for is put in when the files are combined, so that a blank in one
file never hides a value in another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from asreport.importing import date_columns
from asreport.importing.budget import check, watched
from asreport.importing.export_words import VALUES, WORDS, fold, one_of, says_nothing
from asreport.importing.findings import AFFECTS, INFORMS
from asreport.importing.grids import Cells, used_codes
from asreport.importing.texts import as_number, as_text, is_shortened

Result = tuple[Any, str]  # a value, and what is said of it: "" if it was understood


@dataclass(frozen=True)
class Note:
    """Something to say of a column: of some of its rows, or (rows is None) of the column as a whole."""

    severity: str
    sentence: str
    rows: np.ndarray | None = None


@dataclass(frozen=True)
class Values:
    """A column converted: missing where blank or not understood.

    `unknown` are the distinct words that were not understood, `decided_by` the row that shows the order of dates.
    `doubt`: how the column as a whole is not understood, so that nothing may hang on it: its `words`, or that it is
    `unreadable`; with `sample`, what it says instead, as `Transition 40, School request 80`.
    """

    column: pd.Series
    notes: list[Note] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    order: str = ""
    decided_by: int | None = None
    doubt: str = ""
    sample: str = ""


_NARROW = (
    "This cell shows ### in place of its value, as its column is too narrow, so it counts as blank: "
    "make the column wider, and save and upload it again."
)
_NOT_A_DATE = (
    "This is not a date that can be read, so the date counts as missing: "
    "correct it in AS-CMS or ENROL and export again."
)
_TWO_ORDERS = (
    "This date fits only month-first order while others in the column fit only day-first, so it counts as missing: "
    "export again with the dates in New Zealand order."
)
_MIXED = (
    "Some dates in this column fit only day first and others only month first, so those that could be either were read "
    "day first and may be wrong: export again with all dates in New Zealand order."
)
_UNDECIDED = (
    "No date in this column shows whether the day or the month comes first, so they were read in New Zealand order, "
    "day first: check one of them against AS-CMS."
)
MONTHS_FIRST = (
    "Dates in this column put the month first, as this one can be read no other way, so all of them were read so: "
    "check one of them against AS-CMS."
)
_NOT_A_TYPE = (
    "This case type is neither chronic absence nor non-enrolled, so the case is in no measure that asks for its type: "
    "correct the type in AS-CMS and export again."
)
_NO_TYPE = (
    "This row has no case type, so the case is in no measure that asks for its type: "
    "add the type in AS-CMS and export again."
)
_NOT_YES_NO = "This is neither yes nor no, so it was read as no: correct it in AS-CMS and export again."
_NOT_HELD = (
    "This does not say whether contact details are current, so they count as unknown and nothing is excluded: "
    "correct it in AS-CMS and export again."
)
_OTHER_ACTIVITY = (
    "This activity type is neither Event nor Task, so the record counts as a Task, which no meeting measure accepts: "
    "if it was a meeting, record it as an Event."
)
SHORTENED = (
    "A spreadsheet shortened this number, so that its last digits are lost and it counts as missing: "
    "export the report again, and bring it as it was exported."
)
_NOT_A_COUNT = "This is not a number of steps, so it counts as none: correct it in AS-CMS and export again."
_OTHER_OUTCOME = (
    "This is not a known kind of enrolment outcome, so it counts for no measure: check the enrolment in ENROL."
)


def convert(cells: Cells, kind: str, name: str, meanings: Mapping[str, str] = MappingProxyType({})) -> Values:
    """The values of the column for the field `name` of kind `kind`: dates as datetime64[s], else nullable dtypes.

    `meanings`: what a provider's settings say that a word means, by the folded word.
    """
    check()
    cells = without_empty(cells, name if kind == "text" else kind)
    if kind == "date":
        return _dates(cells)
    if kind == "text":
        if name in ("case_number", "nsn"):
            return _numbers(cells)
        return _texts(cells, as_text)
    readers: dict[str, tuple[Callable[[Any], Result], str]] = {
        "case_type": (_case_type, "str"),
        "flag": (_flag, "boolean"),
        "held": (_held, "str"),
        "activity": (_activity, "str"),
        "count": (_count, "Int64"),
        "outcome": (_outcome, "str"),
    }
    reader, dtype = readers[kind]

    def read(value: Any) -> Result:
        word = fold(as_text(value)) if meanings else ""
        if word not in meanings:
            return reader(value)
        return _MEANT.get(meanings[word], meanings[word]) if kind == "flag" else meanings[word], ""

    return _looked_up(cells, read, dtype, _NO_TYPE if kind == "case_type" else "")


_MEANT = {"yes": True, "no": False}
_DIGIT = re.compile("[1-9]")
_TOO_NARROW = re.compile(r"#{3,}")  # what a spreadsheet shows in place of a number or date
_IN_USE = 2  # a word that stands in so many rows is in use; a rarer one is a slip, which is listed


def without_empty(cells: Cells, kind: str) -> Cells:
    """The column with the cells blank that say nothing: `-`, `N/A`, `TBC`, as the words of the exports have it."""
    if kind not in WORDS["empty_in"]:
        return cells
    empty = [_is_empty(value, kind) for value in watched(cells.values)]
    if not any(empty):
        return cells
    return Cells(np.where(cells.spread(np.array(empty, dtype=bool), False, bool), -1, cells.codes), cells.values)


def _is_empty(value: Any, kind: str) -> bool:
    if isinstance(value, str):
        # Most cells of a large export hold a digit, which no such word does but those for days that are none.
        if len(value) > 40 or (_DIGIT.search(value) and not (kind == "date" and ("1900" in value or value[0] == "0"))):
            return False
        text = as_text(value)
        if text.startswith("###"):
            return False
        return says_nothing(text, kind) or (kind == "date" and says_nothing(re.split("[T ]", text)[0], kind))
    if kind == "date" and isinstance(value, time):
        return value == time()
    return kind in ("date", "step") and not isinstance(value, bool) and value == 0


def _texts(cells: Cells, clean: Callable[[Any], str]) -> Values:
    """Texts; `###` is what a column too narrow shows in place of them."""
    texts = [clean(value) or None for value in watched(cells.values)]
    hidden = [value is not None and _is_hidden(value) for value in texts]
    return _without_hidden(cells, texts, hidden) if any(hidden) else Values(_spread(cells, texts, "str"))


def _is_hidden(value: Any) -> bool:
    return isinstance(value, str) and value[:1] == "#" and _TOO_NARROW.fullmatch(value) is not None


def _without_hidden(cells: Cells, texts: list[str | None], hidden: list[bool]) -> Values:
    """The column without the values that are hidden, which it is said of."""
    lost = cells.spread(hidden, False, bool)
    column = _spread(cells, [None if gone else text for text, gone in zip(texts, hidden, strict=True)], "str")
    if is_most(lost, cells.filled):
        return Values(column, doubt="unreadable", sample=_counted(cells, hidden))
    return Values(column, [Note(AFFECTS, _NARROW, np.flatnonzero(lost))])


def is_most(some: np.ndarray, of: np.ndarray) -> bool:
    """Whether these rows are so many that they are no slips, but what the column is like."""
    return bool(some.sum() >= 2 and 2 * some.sum() > of.sum())


def _counted(cells: Cells, which: list[bool]) -> str:
    """The values, of those flagged, with how many rows each stands in, the most frequent first."""
    counts = np.bincount(cells.codes[cells.filled], minlength=len(cells.values))
    places = sorted((place for place, flag in enumerate(which) if flag and counts[place]), key=lambda at: -counts[at])
    shown = [f"{as_text(cells.values[place])[:60]} {counts[place]:,}" for place in places[:8]]
    return ", ".join(shown) + (f" and {len(places) - 8:,} more" if len(places) > 8 else "")


def _numbers(cells: Cells) -> Values:
    """Case numbers or NSNs; one of which digits are lost counts as missing, or it would join with others like it."""
    numbers = [as_number(value) or None for value in watched(cells.values)]
    hidden = [number is None and _is_hidden(value) for number, value in zip(numbers, cells.values, strict=True)]
    short = [number is not None and is_shortened(number) for number in numbers]
    kept = [None if lost else number for number, lost in zip(numbers, short, strict=True)]
    read = _without_hidden(cells, kept, hidden) if any(hidden) else Values(_spread(cells, kept, "str"))
    if not any(short):
        return read
    rows = np.flatnonzero(cells.spread(short, False, bool))
    return replace(read, notes=[*read.notes, Note(AFFECTS, SHORTENED, rows)])


def understands(cells: Cells, kind: str) -> bool:
    """Whether any value of the column (of its first 500) reads as the kind; texts always do."""
    values = cells.seen(500)
    if kind == "date":
        return any(found is not None for found in map(date_columns.read_one, values)) or any(
            date_columns.read_one(value, month_first=True) is not None for value in values
        )
    if kind == "activity":
        return any(fold(as_text(value)) in VALUES["event"] | {"task"} for value in values)
    checks = {"case_type": _case_type, "flag": _flag, "held": _held, "count": _count, "outcome": _outcome}
    return bool(values) and (kind not in checks or any(not checks[kind](value)[1] for value in values))


def says_origin(cells: Cells) -> bool:
    """Whether a Case Origin tells migrated cases: some value names a migration, or is no other origin that is known."""
    words = [as_text(value) for value in cells.seen(500)]
    return any(one_of(word, ("migration",)) for word in words) or (
        is_vocabulary(cells) and not all(one_of(word, ("origin", "new")) for word in words)
    )


def is_vocabulary(cells: Cells) -> bool:
    """Whether the values are a few words that come again, as those of a list to pick from do."""
    values = [as_text(value) for value in cells.seen(31)]
    few = 0 < len(values) <= 30 and (len(values) <= 6 or 3 * len(values) <= int(cells.filled.sum()))
    return few and all(
        len(text) <= 60 and sum(c.isdigit() for c in text) <= sum(c.isalpha() for c in text) for text in values
    )


def is_dates(cells: Cells) -> bool:
    """Whether every value of the column is a date."""
    values = without_empty(cells, "date").seen(500)
    return bool(values) and all(
        not isinstance(value, bool)
        and any(date_columns.read_one(value, month_first) is not None for month_first in (False, True))
        for value in values
    )


def migration_or_not(cells: Cells) -> Cells:
    """A Case Origin as yes or no. Where one is a migration, any other is none, unless it names one in other words."""
    words = [fold(as_text(value)) for value in watched(cells.values)]
    named = [bool(one_of(word, ("migration",))) for word in words]
    used = set(used_codes(cells.codes).tolist())
    certain = any(named[place] for place in used)
    values = []
    for value, word, is_named in zip(cells.values, words, named, strict=True):
        known = bool(one_of(word, ("origin", "new"))) or (certain and not _LIKE_MIGRATION.search(word))
        values.append(True if is_named else False if known else value)
    return Cells(cells.codes, values)


_LIKE_MIGRATION = re.compile(r"migrat|transit|transfer|legacy|previous|old system")


def dated_or_not(cells: Cells) -> Cells:
    """A date of migration as yes or no: a case with one is migrated."""
    dates = without_empty(cells, "date")
    return Cells(np.where(dates.filled, 0, 1), [True, False])


def ticked(cells: Cells, kind: str) -> Cells:
    """A box ticked for a task (or an event) as the activity type it stands for; one left blank is not ticked."""
    other = {"task": "Event", "event": "Task"}[kind]
    words = []
    for value in watched(cells.values):
        answer = yes_no(value)
        words.append(value if answer is None else kind.title() if answer else other)
    return Cells(np.where(cells.filled, cells.codes, len(words)), [*words, other])


def _looked_up(cells: Cells, read: Callable[[Any], Result], dtype: str, blank: str = "") -> Values:
    """`blank`: what is said of blank cells, if anything."""
    results = [read(value) for value in watched(cells.values)]
    column = _spread(cells, [value for value, _ in results], dtype)
    notes = []
    if blank and is_most(~cells.filled, np.ones(len(cells.codes))):
        return Values(column, doubt="unreadable", sample=f"blank {int((~cells.filled).sum()):,}")
    if blank and (cells.codes < 0).any():
        notes.append(Note(AFFECTS, blank, np.flatnonzero(cells.codes < 0)))
    puzzling = [bool(said) for _, said in results]
    unknown = tuple(dict.fromkeys(as_text(cells.values[code]) for code in used_codes(cells.codes) if puzzling[code]))
    counts = np.bincount(cells.codes[cells.filled], minlength=len(results))
    most = max((int(count) for count, odd in zip(counts, puzzling, strict=True) if odd), default=0)
    if most >= _IN_USE or is_most(cells.spread(np.array(puzzling, dtype=bool), False, bool), cells.filled):
        return Values(column, notes, unknown, doubt="words", sample=_counted(cells, puzzling))
    said_of = []
    for sentence in dict.fromkeys(said for _, said in results if said):
        places = np.flatnonzero(cells.spread([said == sentence for _, said in results], False, bool))
        if places.size:
            said_of.append(Note(AFFECTS, sentence, places))
    return Values(column, [*said_of, *notes], unknown)


def _spread(cells: Cells, of_values: list[Any], dtype: str) -> pd.Series:
    """One value a row, given one a distinct value."""
    distinct = pd.array(of_values, dtype=dtype)  # type: ignore[call-overload]
    return pd.Series(distinct.take(cells.codes, allow_fill=True))


def _dates(cells: Cells) -> Values:
    read = date_columns.read_dates(cells)
    failed = read.failed | date_columns.is_far(read.days)
    if is_most(failed, cells.filled):
        column = pd.Series(np.full(len(failed), np.datetime64("NaT", "s")))
        which = np.zeros(len(cells.values), dtype=bool)
        which[np.unique(cells.codes[failed])] = True
        return Values(column, doubt="unreadable", sample=_counted(cells, which.tolist()))
    notes = []
    if read.failed.any():
        both = np.zeros_like(read.failed)
        if read.order == date_columns.CONTRADICTORY:
            other = [date_columns.read_one(value, month_first=True) is not None for value in watched(cells.values)]
            both = read.failed & cells.spread(other, False, bool)
        for rows, sentence in ((read.failed & ~both, _NOT_A_DATE), (both, _TWO_ORDERS)):
            if rows.any():
                notes.append(Note(AFFECTS, sentence, np.flatnonzero(rows)))
    decided_by = date_columns.evidence(cells, read.order)
    if read.order == date_columns.CONTRADICTORY:
        notes.append(Note(AFFECTS, _MIXED))
    elif read.order == date_columns.UNDECIDED:
        notes.append(Note(INFORMS, _UNDECIDED))
    elif read.order == date_columns.MONTH_FIRST:
        notes.append(Note(INFORMS, MONTHS_FIRST, None if decided_by is None else np.array([decided_by])))
    column = pd.Series(np.where(date_columns.is_zero(read.days), _NO_DAY, read.days).astype("datetime64[s]"))
    return Values(column, notes, order=read.order, decided_by=decided_by)


_NO_DAY = np.datetime64("NaT", "D")


def _case_type(value: Any) -> Result:
    kind = one_of(as_text(value), ("ca", "nen"))
    return (kind.upper(), "") if kind else (None, _NOT_A_TYPE)


def yes_no(value: Any) -> bool | None:
    """What a cell answers: yes, no, or (None) neither."""
    return {"yes": True, "no": False}.get(one_of(as_text(value), ("yes", "no")))


def _flag(value: Any) -> Result:
    kind = one_of(as_text(value), ("migration", "new", "yes", "no"))
    return (kind in ("migration", "yes"), "") if kind else (False, _NOT_YES_NO)


def _held(value: Any) -> Result:
    kind = one_of(as_text(value), ("unknown", "current", "not_current", "yes", "no"))
    if not kind:
        return "unknown", _NOT_HELD
    return {"current": "yes", "not_current": "no"}.get(kind, kind), ""


def _activity(value: Any) -> Result:
    kind = one_of(as_text(value), ("event", "task"))
    return kind.title() or "Task", "" if kind else _OTHER_ACTIVITY


# "3", "3.0", "3 steps", "2 of 3": the last number is how many there are.
_WHOLE = re.compile(
    r"(?:\d{1,9}\s*(?:of|out of|/)\s*)?(\d{1,9})(?:\.0+)?"
    r"\s*(?:(?:action )?(?:steps?|items?|actions?|tasks?)(?:\(s\))?)?",
    re.IGNORECASE,
)


def _count(value: Any) -> Result:
    if isinstance(value, float) and not math.isfinite(value):
        return None, _NOT_A_COUNT
    found = _WHOLE.fullmatch(as_text(value))
    return (int(found[1]), "") if found else (None, _NOT_A_COUNT)


def _outcome(value: Any) -> Result:
    kinds = ("school", "alternative_education", "exemption", "other_outcome")
    kind = one_of(as_text(value), kinds, beside="enrolment_details")
    return kind.removesuffix("_outcome") or "other", "" if kind else _OTHER_OUTCOME
