"""A column of cells to the values of a kind (tables.py), with the rows that could not be understood.

Blank cells stay missing here; what a blank stands for is put in when the files are combined, so that a blank in one
file never hides a value in another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from asreport.importing import date_columns
from asreport.importing.budget import check, watched
from asreport.importing.export_words import VALUES, fold
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
    """

    column: pd.Series
    notes: list[Note] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    order: str = ""
    decided_by: int | None = None


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
    if kind == "date":
        return _dates(cells)
    if kind == "text":
        if name in ("case_number", "nsn"):
            return _numbers(cells)
        return Values(_spread(cells, [as_text(value) or None for value in watched(cells.values)], "str"))
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


def _numbers(cells: Cells) -> Values:
    """Case numbers or NSNs; one of which digits are lost counts as missing, or it would join with others like it."""
    numbers = [as_number(value) or None for value in watched(cells.values)]
    short = [number is not None and is_shortened(number) for number in numbers]
    if not any(short):
        return Values(_spread(cells, numbers, "str"))
    rows = cells.spread(short, False, bool)
    kept = [None if lost else number for number, lost in zip(numbers, short, strict=True)]
    return Values(_spread(cells, kept, "str"), [Note(AFFECTS, SHORTENED, np.flatnonzero(rows))])


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


def is_migration(cells: Cells) -> bool:
    """Whether any value names a migration, as a Case Origin may."""
    return any(fold(as_text(value)) in VALUES["migration"] for value in cells.seen(500))


def migration_or_not(cells: Cells) -> Cells:
    """A Case Origin as a yes or no: whether it is migration."""
    return Cells(cells.codes, [fold(as_text(value)) in VALUES["migration"] for value in watched(cells.values)])


def _looked_up(cells: Cells, read: Callable[[Any], Result], dtype: str, blank: str = "") -> Values:
    """`blank`: what is said of blank cells, if anything."""
    results = [read(value) for value in watched(cells.values)]
    column = _spread(cells, [value for value, _ in results], dtype)
    notes = []
    for sentence in dict.fromkeys(said for _, said in results if said):
        rows = np.flatnonzero(cells.spread([said == sentence for _, said in results], False, bool))
        if rows.size:
            notes.append(Note(AFFECTS, sentence, rows))
    if blank and (cells.codes < 0).any():
        notes.append(Note(AFFECTS, blank, np.flatnonzero(cells.codes < 0)))
    unknown = dict.fromkeys(as_text(cells.values[code]) for code in used_codes(cells.codes) if results[code][1])
    return Values(column, notes, tuple(unknown))


def _spread(cells: Cells, of_values: list[Any], dtype: str) -> pd.Series:
    """One value a row, given one a distinct value."""
    distinct = pd.array(of_values, dtype=dtype)  # type: ignore[call-overload]
    return pd.Series(distinct.take(cells.codes, allow_fill=True))


def _dates(cells: Cells) -> Values:
    read = date_columns.read_dates(cells)
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
    column = pd.Series(read.days.astype("datetime64[s]"))
    return Values(column, notes, order=read.order, decided_by=decided_by)


def _case_type(value: Any) -> Result:
    word = fold(as_text(value))
    if word in VALUES["ca"]:
        return "CA", ""
    return ("NEN", "") if word in VALUES["nen"] else (None, _NOT_A_TYPE)


def yes_no(value: Any) -> bool | None:
    """What a cell answers: yes, no, or (None) neither."""
    return _answer(fold(as_text(value)))


def _answer(word: str) -> bool | None:
    return True if word in VALUES["yes"] else False if word in VALUES["no"] else None


def _flag(value: Any) -> Result:
    word = fold(as_text(value))
    if word in VALUES["migration"]:
        return True, ""
    if word in VALUES["new"]:
        return False, ""
    answer = _answer(word)
    return (False, _NOT_YES_NO) if answer is None else (answer, "")


def _held(value: Any) -> Result:
    word = fold(as_text(value))
    if word in VALUES["unknown"]:
        return "unknown", ""
    answer = _answer(word)
    return ("unknown", _NOT_HELD) if answer is None else ("yes" if answer else "no", "")


def _activity(value: Any) -> Result:
    word = fold(as_text(value))
    if word in VALUES["event"]:
        return "Event", ""
    return "Task", "" if word in VALUES["task"] else _OTHER_ACTIVITY


_WHOLE = re.compile(r"\d{1,9}(?:\.0+)?")


def _count(value: Any) -> Result:
    if isinstance(value, float) and not math.isfinite(value):
        return None, _NOT_A_COUNT
    text = as_text(value)
    return (int(float(text)), "") if _WHOLE.fullmatch(text) else (None, _NOT_A_COUNT)


def _outcome(value: Any) -> Result:
    word = fold(as_text(value))
    for kind in ("school", "alternative_education", "exemption"):
        if word in VALUES[kind]:
            return kind, ""
    return "other", _OTHER_OUTCOME
