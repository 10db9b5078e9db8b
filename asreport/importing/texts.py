"""Texts as they were typed: stray spaces off, damaged macrons repaired where they can be, one Unicode form."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from asreport.importing.grids import INVISIBLE
from asreport.mojibake import repaired

_CLEAR = {ord(c): None for c in INVISIBLE} | {ord(c): " " for c in "\u00a0\u202f\u2007\u3000"}
_LONGEST = 4_000  # letters of a text that any table needs; bringing a run of marks to one form takes the square of it
# What UTF-8 read as cp1252 or latin-1 looks like: a lead letter, then what was a continuation byte.
_DAMAGED = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]")


def clean(text: str) -> str:
    """A text without the marks of its journey. `Wh?nau` and U+FFFD stay: what was there cannot be known."""
    if text.isascii():
        return text.strip()
    text = text[:_LONGEST]
    if _DAMAGED.search(text):
        text = repaired(text)
    return unicodedata.normalize("NFC", text.translate(_CLEAR)).strip()


def as_text(value: Any) -> str:
    """A cell of any kind as text; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip() if value.isascii() else clean(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


_DECIMALS = re.compile(r"(\d+)\.0+")


_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.0+)?")
_SHORTENED = re.compile(r"(\d)(?:\.(\d+))?[eE]\+(\d{1,2})")
_QUOTES = "='\"‘’“”#"


def as_number(value: Any) -> str:
    """A case number or NSN as text, without what spreadsheets lend it.

    That is `="…"` and other quotation marks or a `#` around it, a `.0`, commas between thousands, spaces between
    digits, and the form 1.2345E+4 where that shows all digits.
    """
    if isinstance(value, str) and value.isalnum() and value.isascii():
        return value
    text = as_text(value).strip(_QUOTES)
    if short := _SHORTENED.fullmatch(text):
        digits, zeros = short[1] + (short[2] or ""), int(short[3]) - len(short[2] or "")
        whole, rest = digits[: len(digits) + zeros], digits[len(digits) + zeros :]
        return whole if zeros <= 0 and whole and not rest.strip("0") else text
    if text.isalnum():
        return text
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if decimals := _DECIMALS.fullmatch(text):
        return decimals[1]
    joined = text.replace(" ", "")
    return joined if joined.isdecimal() else text


def is_shortened(number: str) -> bool:
    """Whether a spreadsheet shortened a number to the form 1.23E+08, so that its last digits are lost."""
    return not number.isdecimal() and _SHORTENED.fullmatch(number) is not None


_RUN = re.compile(r"\d+")


def digits_of(number: str) -> str:
    """The longest run of digits in a number, of equals the first; a number without digits as it is."""
    return number if number.isdecimal() else max(_RUN.findall(number), key=len, default=number)


def longest_forms(numbers: list[str]) -> dict[str, str]:
    """Each number as it is to be shown: of those that differ by leading zeros alone, the longest."""
    bares = [bare_number(number) for number in numbers]
    if len(set(bares)) == len(numbers):
        return dict(zip(numbers, numbers, strict=True))
    longest: dict[str, str] = {}
    for number, bare in zip(numbers, bares, strict=True):
        if len(number) > len(longest.get(bare, "")):
            longest[bare] = number
    return {number: longest[bare] for number, bare in zip(numbers, bares, strict=True)}


def bare_number(number: str) -> str:
    """A number as it is compared: digits without leading zeros, any other text as it is."""
    return number.lstrip("0") or "0" if number.isdecimal() else number
