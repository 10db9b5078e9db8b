"""A provider's own settings: how its files are matched to tables, and what its words mean.

They are kept in a small JSON file that is dropped in with the exports. It holds headers, words and names of queues,
and never a case: what looks like a record is refused when the file is written as well as when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from asreport.policy.bounds import MAX_BYTES, quoted, too_much
from asreport.policy.quarter import Quarter
from asreport.tables import TABLES

# The fields whose values are words, and what such a word may be said to mean (tables.py).
MEANINGS: dict[str, tuple[str, ...]] = {
    "case_type": ("CA", "NEN"),
    "migrated": ("yes", "no"),
    "contact_details_current": ("yes", "no", "unknown"),
    "activity_type": ("Event", "Task"),
    "outcome_type": ("school", "alternative_education", "exemption", "other"),
}

Number = Literal["case_number", "nsn"]  # what tables are joined by

# A plan's steps are a number, or stand one a row: then the column is a `step`.
FIELDS: dict[str, tuple[str, ...]] = {
    table: (*(field.name for field in fields), *(("step",) if table == "plans" else ()))
    for table, fields in TABLES.items()
}
# The tables that one sheet may hold together.
SHEETS_HOLD: tuple[tuple[str, ...], ...] = (*((table,) for table in TABLES), ("cases", "events"), ("cases", "plans"))


class SettingsError(ValueError):
    """A settings file that cannot be used; the message says why, as the end of a sentence that its name begins."""


def is_record(headers: Iterable[str]) -> bool:
    """Whether a row taken for headers is a record: a header is no number and no date."""
    return any(sum(c.isdigit() for c in text) > sum(c.isalpha() for c in text) for text in headers)


def _no_record(headers: list[str]) -> list[str]:
    if is_record(headers):
        raise ValueError("the headers hold a number or a date, as a record does and a header does not")
    return headers


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Match(_Strict):
    """How a sheet with these headers is read: table → field → header. No table: the sheet is not used.

    Headers are as `reading.matching.labels` gives them, without blank ones.
    """

    headers: Annotated[list[str], Field(min_length=1), AfterValidator(_no_record)]
    tables: dict[Literal["cases", "events", "plans", "outcomes"], dict[str, str]]


class Settings(_Strict):
    """All of a provider's settings. `values`: field → word → meaning; `subjects`: a quarter's subject → more such.

    `digits_alone`: the numbers that are compared by their digits alone, as exports write them in several ways.
    """

    format: Literal["asreport settings 1"] = "asreport settings 1"
    matches: list[Match] = []
    values: dict[str, dict[str, str]] = {}
    digits_alone: list[Number] = []
    queues: list[Annotated[str, Field(min_length=1)]] = []
    subjects: dict[str, list[Annotated[str, Field(min_length=1)]]] = {}

    def __bool__(self) -> bool:
        return self != Settings()

    def to_json(self) -> bytes:
        """The settings file."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    def with_match(self, match: Match) -> Settings:
        """These settings with a match in place of the one for the same headers."""
        return self.model_copy(update={"matches": _latest([*self.matches, match])})

    def with_meanings(self, field: str, meanings: dict[str, str]) -> Settings:
        """These settings with more words of a field explained."""
        return self.model_copy(update={"values": {**self.values, field: {**self.values.get(field, {}), **meanings}}})

    def with_digits_alone(self, number: Number) -> Settings:
        """These settings with case numbers, or NSNs, compared by their digits alone."""
        return self.model_copy(update={"digits_alone": _united(self.digits_alone, [number])})

    def and_then(self, other: Settings) -> Settings:
        """Both together; where they differ, `other` holds."""
        both = self.model_copy(update={"matches": _latest([*self.matches, *other.matches])})
        for field, meanings in other.values.items():
            both = both.with_meanings(field, meanings)
        subjects = {key: _united(self.subjects.get(key), more) for key, more in other.subjects.items()}
        return both.model_copy(
            update={"digits_alone": _united(self.digits_alone, other.digits_alone)}
            | {"queues": _united(self.queues, other.queues), "subjects": {**self.subjects, **subjects}}
        )

    def applied_to(self, quarter: Quarter) -> Quarter:
        """The quarter with these subjects accepted and these owners taken for queues, in place of any before."""
        return quarter.with_own_words(self.subjects, self.queues)


def _latest(matches: list[Match]) -> list[Match]:
    """The matches, of those for the same headers the last alone, in its place."""
    latest: dict[tuple[str, ...], Match] = {}
    for match in matches:
        headers = tuple(sorted(match.headers))
        latest.pop(headers, None)
        latest[headers] = match
    return list(latest.values())


_T = TypeVar("_T", bound=str)


def _united(first: Sequence[_T] | None, second: Sequence[_T]) -> list[_T]:
    return list(dict.fromkeys([*(first or []), *second]))


def is_settings(data: bytes) -> bool:
    """Whether a file is meant as settings: JSON that names the format, of whatever version."""
    return len(data) <= MAX_BYTES and data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" and b"asreport settings" in data


def check_size(plain: object) -> None:
    """Raises SettingsError where settings, as plain data, are more than they may be (bounds.py)."""
    if excess := too_much(plain):
        raise SettingsError(f"holds more than settings may: {excess}. Take some out and bring it again")


def read_settings(data: bytes) -> Settings:
    """The settings in a file. Raises SettingsError."""
    if len(data) > MAX_BYTES:
        raise SettingsError("is too large to be a settings file")
    try:
        plain = json.loads(data.decode("utf-8-sig"))
        check_size(plain)
        settings = Settings.model_validate({"format": None, **plain})
    except SettingsError:
        raise
    except (ValueError, TypeError, RecursionError) as error:  # a file that is no JSON, or not of this kind
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(quoted, first["loc"])) or "the file"
            where = f" ({place}: {first['msg'].removeprefix('Value error, ')})"
        raise SettingsError(f"is not a settings file that can be used{where}: download it again from Upload") from None
    for field, meanings in settings.values.items():
        unknown = set(meanings.values()) - set(MEANINGS.get(field, ()))
        if unknown:
            raise SettingsError(
                f"gives {quoted(field)} a meaning that asreport does not know: download it again from Upload"
            )
    for match in settings.matches:
        if match.tables and tuple(match.tables) not in SHEETS_HOLD:
            raise SettingsError("puts tables in one sheet that cannot stand together: download it again from Upload")
        if any(set(columns) - set(FIELDS[table]) for table, columns in match.tables.items()):
            raise SettingsError("names a field that asreport does not know: download it again from Upload")
    return settings
