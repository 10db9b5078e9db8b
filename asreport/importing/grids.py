"""A sheet as a grid of cells, whatever the file was: what the readers hand over to the rest of the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from asreport.importing.budget import check
from asreport.importing.unreadable import Unreadable as Unreadable

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_INVISIBLE_OR_SPACE = INVISIBLE + " \t\r\n\u00a0\u202f\u2007\u3000\x0b\x0c"


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing a person would see."""
    if value is None or value is pd.NaT:
        return True
    if isinstance(value, str):
        return not value.strip(_INVISIBLE_OR_SPACE)
    return isinstance(value, float) and value != value


def used_codes(codes: np.ndarray) -> np.ndarray:
    """The codes that occur, blank (-1) apart, in ascending order."""
    occurs: np.ndarray = np.bincount(codes + 1, minlength=1)[1:]
    places: np.ndarray = np.flatnonzero(occurs)
    return places


@dataclass(frozen=True)
class Cells:
    """A column of cells: `values` are its distinct values as read, `codes` the place of each row's value, -1 if blank.

    Whatever is done to a column is done to its distinct values: a column of 300,000 dates has some hundred of them.
    """

    codes: np.ndarray
    values: list[Any]

    @classmethod
    def of(cls, column: Sequence[Any] | pd.Series) -> Cells:
        """From a column of raw values of any kind, or a Series of texts."""
        check()
        if not isinstance(column, pd.Series):
            raw = np.empty(len(column), dtype=object)
            raw[:] = column
            column = pd.Series(raw)
        codes, distinct = pd.factorize(column, use_na_sentinel=True)
        return cls.coded(codes, distinct.tolist())

    @classmethod
    def coded(cls, codes: np.ndarray, values: list[Any]) -> Cells:
        """From distinct values, blank ones among them, and the place of each row's value."""
        # A text that starts with a letter or digit needs no closer look: most of 300,000 do.
        blank = [
            place for place, v in enumerate(values) if not (isinstance(v, str) and v[:1].isalnum()) and is_blank(v)
        ]
        return cls(_blanked(codes, blank), values)

    @classmethod
    def of_texts(cls, codes: np.ndarray, texts: pa.Array) -> Cells:
        """The same from distinct texts, of which Arrow tells the blank ones in a fraction of the time."""
        check()
        blank = pc.equal(pc.utf8_trim(texts, _INVISIBLE_OR_SPACE), "")
        return cls(_blanked(codes, np.flatnonzero(blank)), texts.to_pylist())

    @property
    def filled(self) -> np.ndarray:
        """Which rows hold something."""
        filled: np.ndarray = self.codes >= 0
        return filled

    def __getitem__(self, row: int) -> Any:
        return self.values[self.codes[row]] if self.codes[row] >= 0 else ""

    def take(self, rows: np.ndarray | slice) -> Cells:
        """The same column for some of the rows."""
        return Cells(self.codes[rows], self.values)

    def first(self, rows: int) -> Cells:
        """The first rows alone, with only the values that they hold."""
        places: dict[int, int] = {}
        codes = [places.setdefault(code, len(places)) if code >= 0 else -1 for code in self.codes[:rows].tolist()]
        return Cells(np.array(codes, dtype="int64"), [self.values[code] for code in places])

    def spread(self, of_values: Sequence[Any] | np.ndarray, blank: Any, dtype: Any = object) -> np.ndarray:
        """One result a row, given one a distinct value and one for blank rows."""
        results = np.empty(len(self.values) + 1, dtype=dtype)
        results[:-1] = of_values
        results[-1] = blank
        spread: np.ndarray = results[self.codes]
        return spread

    def seen(self, limit: int) -> list[Any]:
        """The distinct values that some row holds, the first `limit` of them."""
        return [self.values[code] for code in used_codes(self.codes)[:limit]]


def _blanked(codes: np.ndarray, blank: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.where(np.isin(codes, blank), -1, codes) if len(blank) else codes


@dataclass(frozen=True)
class Remark:
    """What a reader has to say of some rows: a finding in the making (findings.py)."""

    severity: str
    finding: str
    rows: list[int]


@dataclass(frozen=True)
class Grid:
    """One sheet: its name ("" for a text file), its columns, the number Excel gives its first row, and remarks."""

    sheet: str
    columns: list[Cells]
    first_row: int = 1
    remarks: tuple[Remark, ...] = ()

    @property
    def height(self) -> int:
        return len(self.columns[0].codes) if self.columns else 0


@dataclass(frozen=True)
class Workbook:
    """The grids of a file, the rows of formulas whose results were not saved in it, and those of results in error."""

    grids: list[Grid]
    rows_without_result: list[int] = field(default_factory=list)
    rows_in_error: list[int] = field(default_factory=list)


def grid_of_rows(sheet: str, rows: Sequence[Sequence[Any]], first_row: int = 1) -> Grid:
    """A grid from rows of cells; short rows are filled up with blank cells."""
    width = max(map(len, rows), default=0)
    if any(len(row) != width for row in rows):
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    return Grid(sheet, [Cells.of(column) for column in zip(*rows, strict=True)], first_row)
