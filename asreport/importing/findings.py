"""What was noticed while reading the exports: one row a finding, as in findings.csv.

Findings quote values of the exports, so they are for the user alone: never log them, never put them in an exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

BLOCKS = "blocks"  # nothing can be assessed from this file or sheet
AFFECTS = "affects figures"  # some figure may differ from what the Ministry computes
INFORMS = "for information"  # worth knowing; no figure changes

SEVERITIES = (BLOCKS, AFFECTS, INFORMS)
COLUMNS = ("severity", "file", "sheet", "row", "column", "value", "finding")


def in_rows(count: int) -> str:
    """`1 row`, `12 rows`."""
    return f"{count} {'row' if count == 1 else 'rows'}"


def named(file: str, finding: str) -> str:
    """A finding that names its file, once."""
    return finding if finding.startswith(file) else f"{file}: {finding}"


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

        `row` is numbered as Excel does, from 1. `finding` is one sentence a case manager understands: what was
        found, what that does to the figures, what to do. It quotes no value: `value` does, so that like findings group.
        """
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
