"""Correcting the match: what a user is shown of a sheet, and how what they chose is found again in the next export.

A match is known by the headers it was made for, in any order and in whatever row they stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asreport.importing.budget import check
from asreport.importing.export_words import Header, fold, header, squash
from asreport.importing.grids import Grid
from asreport.importing.header_row import lay_out
from asreport.importing.limits import HEADER_WITHIN
from asreport.importing.recognise_columns import Fields, Shape, likely_fields
from asreport.importing.texts import as_text
from asreport.policy.provider_settings import Match, Settings, is_record

_SHOWN = HEADER_WITHIN + 20


@dataclass(frozen=True)
class Sheet:
    """One sheet as it came: its name, its first rows, the header row (as Excel numbers it), and whether a match of the
    settings told how to read it."""

    name: str
    top: Grid
    header_row: int
    matched: bool

    def preview(self, rows: int = 30) -> list[list[str]]:
        """The first rows as text."""
        return [[as_text(column[row]) for column in self.top.columns] for row in range(min(rows, self.top.height))]

    def labels(self, header_row: int) -> list[str]:
        """What each column is called if the headers stand in this row."""
        row = header_row - self.top.first_row
        return labels([header(as_text(column[row])) for column in self.top.columns])

    def samples(self, header_row: int, limit: int = 3) -> dict[str, list[str]]:
        """The first distinct values under each column, by its label; only the first rows of a sheet are looked at."""
        below = slice(header_row - self.top.first_row + 1, None)
        found = {}
        for label, column in zip(self.labels(header_row), self.top.columns, strict=True):
            texts = dict.fromkeys(as_text(column.values[code]) for code in column.codes[below] if code >= 0)
            found[label] = list(texts)[:limit]
        return found

    def likely(self, header_row: int, tables: Sequence[str]) -> dict[str, dict[str, str]]:
        """For these tables, the column that each field would be taken from by its name: table → field → label."""
        layout = lay_out(self.top, header_row - self.top.first_row)
        if layout is None:
            return {table: {} for table in tables}
        names = labels(layout.headers)
        found = likely_fields(layout, tables)
        return {table: {field: names[place] for field, place in found[table].items()} for table in tables}

    def match(self, header_row: int, tables: dict[str, dict[str, str]]) -> Match:
        """The match that reads this sheet's headers so. Raises ValueError where the row holds a record."""
        return Match.model_validate({"headers": self._headers(header_row), "tables": tables})

    def is_record(self, header_row: int) -> bool:
        """Whether this row holds a number or a date, so that it can be no header."""
        return not self._headers(header_row) or is_record(self._headers(header_row))

    def _headers(self, header_row: int) -> list[str]:
        row = header_row - self.top.first_row
        named = [header(as_text(column[row])) for column in self.top.columns if column.filled[row]]
        return [label for label in labels(named) if not label.startswith("(")]


def shown(grid: Grid, header_row: int, matched: bool) -> Sheet:
    """What is kept of a sheet to show: its first rows alone."""
    top = [column.first(_SHOWN) for column in grid.columns]
    return Sheet(grid.sheet, Grid(grid.sheet, top, grid.first_row), header_row, matched)


def labels(headers: Sequence[Header]) -> list[str]:
    """A name for each column that no other column has: its header, with a number if it stands there more than once."""
    seen: Counter[str] = Counter()
    names = []
    for place, one in enumerate(headers, 1):
        key = squash(one.text)
        seen[key] += 1
        if not key:
            names.append(f"(column {place}, no header)")
        else:
            names.append(one.text if seen[key] == 1 else f"{one.text} ({seen[key]})")
    return names


@dataclass(frozen=True)
class Known:
    """What settings say, as it is looked up: made once for all sheets of a reading.

    `matches`: the headers of a match, squashed → the match; `meanings`: field → folded word → meaning.
    """

    matches: Mapping[frozenset[str], Match]
    meanings: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, settings: Settings) -> Known:
        """Of two matches for headers that are compared alike, the last holds; of two words, too."""
        return cls(
            {frozenset(map(squash, match.headers)): match for match in settings.matches},
            {field: {fold(word): to for word, to in words.items()} for field, words in settings.values.items()},
        )


def find_match(grid: Grid, known: Known) -> tuple[int, Match] | None:
    """The row of this sheet that holds the headers of a match, and the match."""
    for row in range(min(grid.height, HEADER_WITHIN)) if known.matches else ():
        check()
        seen = [header(as_text(column[row])) for column in grid.columns if column.filled[row]]
        match = known.matches.get(frozenset(squash(label) for label in labels(seen) if not label.startswith("(")))
        if match is not None:
            return row, match
    return None


def matched_shape(headers: Sequence[Header], match: Match) -> Shape:
    """The tables of a sheet as its match has them."""
    places = {squash(label): place for place, label in enumerate(labels(headers))}
    tables: dict[str, Fields] = {
        table: {field: places[squash(label)] for field, label in fields.items() if squash(label) in places}
        for table, fields in match.tables.items()
    }
    return Shape(tables, [])
