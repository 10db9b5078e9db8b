"""Columns of dates: which come first, days or months, and which calendar date each value is in New Zealand.

The order is decided a column at a time from the values that can only be one (13/05/2026, 5/13/2026). ISO dates and
real dates have no order to decide. A time that says its zone is brought to New Zealand; one that does not is local,
and a date without a time is never shifted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from asreport.importing.budget import watched
from asreport.importing.export_words import WORDS
from asreport.importing.grids import INVISIBLE, Cells, used_codes
from asreport.importing.import_memory import once_a_text

NEW_ZEALAND = ZoneInfo("Pacific/Auckland")
DAY_FIRST, MONTH_FIRST, UNDECIDED, CONTRADICTORY = "day first", "month first", "undecided", "contradictory"

_SERIALS = (32_874, 73_051)  # 1 January 1990 and 2100: a number outside is no date anybody meant
_SERIAL_ZERO = date(1899, 12, 30)
_YEARS = (1900, 9999)
_PLAUSIBLE = (1950, 2060)
_ZERO_DAYS = frozenset(WORDS["empty"]["zero_days"])
_EPOCH = date(1970, 1, 1).toordinal()
_NONE = int(np.datetime64("NaT", "D").astype("int64"))

_NUMBERS = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-\s.]+([a-z]+)[-\s.,]+(\d{2,4})")
_MONTH_DAY_YEAR = re.compile(r"([a-z]+)[-\s.]+(\d{1,2})(?:st|nd|rd|th)?[-\s.,]+(\d{2,4})")
_SPACED = re.compile(r"\s*([-/.])\s*")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*+([ap])?\.?\s*+(?:m\b)?\.?\s*+(.*)")
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d\d):?(\d\d)?")
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " ", **dict.fromkeys(INVISIBLE)})

_MONTHS = {name[:size]: n for n, name in enumerate(WORDS["dates"]["months"], 1) for size in (3, 4, len(name))}
_WEEKDAY = re.compile(
    "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in WORDS["dates"]["weekdays"]) + r")[a-z]*\.?,?\s+"
)

_LONGEST = 80  # letters of a date in writing; beyond, the patterns above may take the square of them

# A date not yet decided: two numbers that are day and month in one order or the other, and the year.
Open = tuple[int, int, int]


@dataclass(frozen=True)
class Dates:
    """A column of dates: `days` a row (NaT where blank or no date), `failed` a row, and how the order was decided."""

    days: np.ndarray
    failed: np.ndarray
    order: str


def read_dates(cells: Cells) -> Dates:
    """The dates of a column; one that cannot be a date is failed, and missing."""
    found = _parse_all(cells.values)
    order = decide({found[code] for code in used_codes(cells.codes).tolist()})
    closed = {value: _close(value, order) for value in set(found)}
    numbers = {value: _NONE if day is None else day.toordinal() - _EPOCH for value, day in closed.items()}
    days = np.array([numbers[value] for value in found], dtype="int64").view("datetime64[D]")
    failed = np.isnat(days)
    return Dates(
        cells.spread(days, np.datetime64("NaT"), "datetime64[D]"),
        cells.spread(failed, False, bool),
        order,
    )


def is_zero(days: np.ndarray) -> np.ndarray:
    """Which days are what a zero became on its way from one program to another, so that no date was meant."""
    zero: np.ndarray = np.isin(days, np.array(sorted(_ZERO_DAYS), dtype="datetime64[D]"))
    return zero


def is_far(days: np.ndarray) -> np.ndarray:
    """Which days nobody can have meant who counts years as here; the last of all years stands for "never"."""
    years = days.astype("datetime64[Y]").astype("int64") + 1970
    far: np.ndarray = ~np.isnat(days) & ((years < _PLAUSIBLE[0]) | (years > _PLAUSIBLE[1]) & (years < 9999))
    return far & ~is_zero(days)


def read_one(value: Any, month_first: bool = False) -> date | None:
    """A single date, day first unless told otherwise; None if it is none."""
    return _close(_parse(value), MONTH_FIRST if month_first else DAY_FIRST)


def decide(found: Any) -> str:
    """The order of a column, from its dates not yet decided; "" if every date says itself."""
    day = month = either = False
    for value in found:
        if isinstance(value, tuple):
            first, second, _ = value
            day |= first > 12 >= second
            month |= second > 12 >= first
            either |= first <= 12 and second <= 12 and first != second
    if day and month:
        return CONTRADICTORY
    if day or month:
        return DAY_FIRST if day else MONTH_FIRST
    return UNDECIDED if either else ""


def evidence(cells: Cells, order: str) -> int | None:
    """The first row whose date can only be read in the column's order; None where no order was decided by one."""
    for code in used_codes(cells.codes) if order in (DAY_FIRST, MONTH_FIRST) else ():
        value = _parse(cells.values[code])
        if isinstance(value, tuple) and value[0 if order == DAY_FIRST else 1] > 12:
            return int(np.argmax(cells.codes == code))
    return None


def _close(value: date | Open | None, order: str) -> date | None:
    if not isinstance(value, tuple):
        return value
    first, second, year = value
    return _date(year, first, second) if order == MONTH_FIRST else _date(year, second, first)


def _parse_all(values: list[Any]) -> list[date | Open | None]:
    """Each value as a date, decided or not. Times with a zone go all at once, as a large export holds a great many."""
    found: list[date | Open | None] = [None] * len(values)
    zoned = []
    parted = [value.partition(" ") if isinstance(value, str) else ("", "", "") for value in watched(values)]
    # A column has many times of many days, but few times and few days: each is told once.
    local = {clock for clock in {clock for _, _, clock in parted} if _is_local(clock)}
    for place, (value, (day, _, clock)) in enumerate(zip(watched(values), parted, strict=True)):
        if clock in local:
            found[place] = _day(day)
        elif isinstance(value, str) and value[10:11] in ("T", " ") and _ZONED.fullmatch(value):
            zoned.append(place)
        else:
            found[place] = _parse(value)
    if zoned:
        times = pd.to_datetime([values[place] for place in zoned], format="ISO8601", utc=True, errors="coerce")
        # The calendar ends with 9999, and a time near that may fall after it here.
        inside = (times.year >= _YEARS[0]) & (times.year < _YEARS[1])
        here = pd.DatetimeIndex(times.where(inside)).tz_convert(NEW_ZEALAND)
        for place, time in zip(zoned, here, strict=True):
            found[place] = None if pd.isna(time) else time.date()
    return found


def _parse(value: Any) -> date | Open | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _serial(float(value))
    return _read_text(value) if isinstance(value, str) else None


def _read_text(value: str) -> date | Open | None:
    """A date with or without a time. The day and the time are looked at apart, as each has few distinct forms."""
    day_text, _, clock_text = value.partition(" ")
    if _is_local(clock_text):
        return _day(day_text)
    text = _plain(value)
    if len(text) > _LONGEST:
        return None
    colon = text.find(":")
    if colon < 1:
        return _written(text.lower())
    cut = colon - 2 if text[max(colon - 2, 0)].isdigit() else colon - 1
    clock = _clock(text[cut:].lower())
    if clock is None:
        return None
    day = _day(text[:cut])
    hour, minute, zone = clock
    if zone is None or not isinstance(day, date) or day in _ZERO_DAYS:
        return day  # a zero is none in any zone, and the first of them is where the calendar begins
    if day.year == _YEARS[1]:
        return None  # the calendar ends with that year, and the day may be the next one here
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(NEW_ZEALAND).date()


def _plain(text: str) -> str:
    return (text if text.isascii() else text.translate(_SPACES)).strip(" \t\r\n'")


@once_a_text
def _is_local(text: str) -> bool:
    """Whether a text is a time of day alone, which does not say that it is another zone's."""
    clock = _clock(_plain(text).lower()) if text[:1].isdecimal() else None
    return clock is not None and clock[2] is None


@once_a_text
def _day(text: str) -> date | Open | None:
    """The date before a time."""
    return _written(_plain(text).strip(" ,").removesuffix("T").removesuffix(" at").lower())


def _serial(number: float) -> date | None:
    """The date an Excel serial stands for."""
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _SERIAL_ZERO + timedelta(days=int(number))
    if number.is_integer() and 19_900_101 <= number <= 21_000_101:
        text = str(int(number))
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return None


@once_a_text
def _written(text: str) -> date | Open | None:
    """A date written without a time, in lower case."""
    if len(text) > _LONGEST:
        return None
    text = _WEEKDAY.sub("", text, count=1) if text[:1].isalpha() else text
    text = text.removesuffix("z") if text[:1].isdigit() else text
    text = _SPACED.sub(r"\1", text) if " " in text else text
    if parts := _NUMBERS.fullmatch(text):
        first, _, second, third = parts.groups()
        if len(first) == 4:
            return _date(int(first), int(second), int(third))
        if len(first) > 2 or len(third) not in (2, 4):
            return None
        return int(first), int(second), _year(third)
    if parts := _DAY_MONTH_YEAR.fullmatch(text):
        day, month, year = parts.groups()
        return _date(_year(year), _MONTHS.get(month, 0), int(day))
    if parts := _MONTH_DAY_YEAR.fullmatch(text):
        month, day, year = parts.groups()
        return _date(_year(year), _MONTHS.get(month, 0), int(day))
    if len(text) == 8 and text.isdecimal() and text[:2] in ("19", "20"):
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return _serial(float(text)) if _SERIAL.fullmatch(text) else None


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _YEARS[0] <= year <= _YEARS[1] or found in _ZERO_DAYS else None


@once_a_text
def _clock(text: str) -> tuple[int, int, timezone | None] | None:
    """A time of day in lower case: hour, minute, and its offset where it says one that is not New Zealand's."""
    parts = _CLOCK.fullmatch(text) if len(text) <= _LONGEST else None
    if not parts:
        return None
    hour, minute, half, zone = int(parts[1]), int(parts[2]), parts[4], parts[5].strip(" ()[]")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    if not zone or zone in WORDS["dates"]["new_zealand"]:
        return hour, minute, None
    if zone in WORDS["dates"]["universal"]:
        return hour, minute, UTC
    offset = _OFFSET.fullmatch(zone)
    if not offset or int(offset[2]) > 14:
        return None
    away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return hour, minute, timezone(-away if offset[1] == "-" else away)
