"""The common world with numbers that were written in another way on one side: entries of `joins`."""

from __future__ import annotations

from collections.abc import Callable

from .world import Rows, Tables, world
from .writers import Files, delimited, workbook

JOINS: dict[str, Callable[[], Files]] = {}


def renumbered(rows: Rows, header: str, write: Callable[[str], object]) -> Rows:
    """The table with each number of a column written otherwise."""
    place = rows[0].index(header)
    return [rows[0], *([*row[:place], write(str(row[place])), *row[place + 1 :]] for row in rows[1:])]


def _with(**tables: Callable[[Rows], Rows]) -> Tables:
    return {table: tables.get(table, list)(rows) for table, rows in world().items()}


def _files(tables: Tables) -> Files:
    return {f"{table}.csv": delimited(rows) for table, rows in tables.items()}


def _numbers(write: Callable[[str], object], *tables: str) -> Files:
    return _files(_with(**{table: lambda rows: renumbered(rows, "Case Number", write) for table in tables}))


def _nsns(write: Callable[[str], object]) -> Files:
    return _files(_with(outcomes=lambda rows: renumbered(rows, "NSN", write)))


def _other_cases() -> Files:
    """Events of another provider, of whose cases none is in the export of cases."""
    return _numbers(lambda number: str(int(number) + 50_000).zfill(8), "events")


def _shortened() -> Files:
    """Excel showed long numbers as 1.23E+08, and saved what it showed."""
    return _nsns(lambda number: f"{int(number):.2E}")


def _as_text_formulas() -> Files:
    """Numbers kept as texts by ="…", with commas between thousands, or with an apostrophe."""
    tables = _with(
        events=lambda rows: renumbered(rows, "Case Number", lambda number: f'="{number}"'),
        plans=lambda rows: renumbered(rows, "Case Number", lambda number: f"{int(number):,}"),
        outcomes=lambda rows: renumbered(rows, "NSN", lambda number: f"#{number}"),
    )
    return {f"{table}.xlsx": workbook({"Sheet1": rows}) for table, rows in tables.items()}


JOINS |= {
    "a-prefix-on-one-side": lambda: _numbers("CASE-{}".format, "events"),
    "a-name-behind-the-number": lambda: _numbers("{} - Tester".format, "plans"),
    "text-formulas-and-thousands": _as_text_formulas,
    "shortened-by-a-spreadsheet": _shortened,
    "record-ids-in-half-the-rows": lambda: _numbers(
        lambda number: f"5001a00000{number[-5:]}AAK" if number != "00001201" else number, "plans"
    ),
    "another-providers-events": _other_cases,
    "an-empty-column-of-numbers": lambda: _numbers(lambda number: number if number == "00001201" else None, "plans"),
}
