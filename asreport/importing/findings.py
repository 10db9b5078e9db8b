"""What was noticed while reading the exports: one row a finding, as in findings.csv.

Findings quote values of the exports, so they are for the user alone: never log them, never put them in an exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

BLOCKS = "blocks"  # a file, a sheet or a column could not be used, and what hangs on it is not assessed
AFFECTS = "affects figures"  # some figure may differ from what the Ministry computes
INFORMS = "for information"  # worth knowing; no figure changes

SEVERITIES = (BLOCKS, AFFECTS, INFORMS)
COLUMNS = ("severity", "file", "sheet", "row", "column", "value", "finding")


FEW = 5  # so many rows have a line each
_VALUES, _NUMBERS = 8, 50  # so many values and rows are named in a line for many


def in_rows(count: int) -> str:
    """`1 row`, `12 rows`."""
    return f"{count} {'row' if count == 1 else 'rows'}"


def named(file: str, finding: str) -> str:
    """A finding that names its file, once."""
    return finding if finding.startswith(file) else f"{file}: {finding}"


def _some(values: Sequence[Any], most: int) -> str:
    """The distinct values, as far as it goes."""
    distinct: dict[str, None] = {}
    for value in values:
        distinct[str(value)] = None
        if len(distinct) > most:
            break
    shown = [value for value in [*distinct][:most] if value]
    return ", ".join(shown) + (", …" if len(distinct) > most else "")


def _numbered(rows: Sequence[int]) -> str:
    shown = ", ".join(f"{row}" for row in rows[:_NUMBERS])
    return f"{in_rows(len(rows))}: {shown}" + (", …" if len(rows) > _NUMBERS else "")


class Findings:
    """Collects findings; `frame()` gives them as a table with the columns of `COLUMNS`."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        severity: str,
        finding: str,
        *,
        file: str = "",
        sheet: str = "",
        row: int | Sequence[int] | None = None,
        column: str = "",
        value: Any = "",
    ) -> None:
        """Note one finding, or one for each of several rows (`row` and `value` may be sequences of the same length).

        Of more than a few rows it is one finding, of the first of them, which says how many they are: a damaged export
        may have hundreds of thousands. Its value is what stands in them, and their numbers, as far as it goes.

        `row` is numbered as Excel does, from 1. `finding` is one sentence a case manager understands: what was
        found, what that does to the figures, what to do. It quotes no value: `value` does, so that like findings group.
        """
        if row is not None and not isinstance(row, int) and len(row) > FEW:
            value = "; ".join(filter(None, [_some([] if isinstance(value, str) else value, _VALUES), _numbered(row)]))
            finding = f"{finding} It is so in {in_rows(len(row))}."
            row = int(row[0])
        numbers = [row] if row is None or isinstance(row, int) else list(row)
        values = [value] * len(numbers) if isinstance(value, str) else list(value)
        self._rows += [
            (severity, file, sheet, number, column, str(v), finding) for number, v in zip(numbers, values, strict=True)
        ]

    def frame(self, after: pd.DataFrame | None = None) -> pd.DataFrame:
        """All findings, the gravest first, otherwise in the order they were noticed; those of `after` before these."""
        told = zip(*self._rows, strict=True) if self._rows else [()] * len(COLUMNS)
        found = pd.DataFrame(
            {
                name: pd.array(values, dtype="Int64" if name == "row" else "str")
                for name, values in zip(COLUMNS, told, strict=True)
            }
        )
        if after is not None:
            found = pd.concat([after, found], ignore_index=True)
        rank = found["severity"].map(SEVERITIES.index)
        return found.iloc[rank.argsort(kind="stable")].reset_index(drop=True)
