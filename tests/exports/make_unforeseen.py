"""The common world as reports of other programs show it: headers with notes (`headings`), and sheets that hold several
tables, or lines that are no records (`apart`)."""

from __future__ import annotations

from collections.abc import Callable

from .world import Rows, Tables, world
from .writers import Files, delimited, workbook


def headed(write: Callable[[str, str], str]) -> Tables:
    """The world with each header written otherwise, given its table and itself."""
    return {table: [[write(table, str(name)) for name in rows[0]], *rows[1:]] for table, rows in world().items()}


def beside(left: Rows, right: Rows, gap: int) -> Rows:
    """Two tables side by side."""
    height = max(len(left), len(right))
    first, second = ([*rows, *[[None] * len(rows[0])] * (height - len(rows))] for rows in (left, right))
    return [[*a, *[None] * gap, *b] for a, b in zip(first, second, strict=True)]


def strewn(rows: Rows) -> Rows:
    """With a hint, page lines, the header again with a mark, the heading of a group, and a last line."""
    width = len(rows[0])

    def line(*cells: object) -> list[object]:
        return [*cells, *[None] * (width - len(cells))]

    again = [f"{name} *" for name in rows[0]]
    among = [line("Page 1 of 2"), again, line("Region: Testland North")]
    return [rows[0], line("One row for each record"), *rows[1:4], *among, *rows[4:], line("End of report")]


def _files(tables: Tables) -> Files:
    return {f"{table}.csv": delimited(rows) for table, rows in tables.items()}


def _with_one(sheet: Rows, *others: str) -> Files:
    return {"one.xlsx": workbook({"Sheet1": sheet})} | _files({table: world()[table] for table in others})


def _below() -> Files:
    """Each table under its title, below the one before."""
    tables = world()
    rows: Rows = []
    for table in ("plans", "events", "cases"):
        rows += [[f"All {table} of the quarter"], *tables[table], [None]]
    return _with_one(rows, "outcomes")


NOTES = {"Case Number": "as in AS-CMS", "Referral Date": "dd/mm/yyyy", "Subject": "do not change", "NSN": "10 digits"}

HEADINGS: dict[str, Callable[[], Files]] = {
    "notes": lambda: _files(headed(lambda _, name: f"{name} – {NOTES.get(name, 'see the guide')}")),
    "marks": lambda: _files(headed(lambda _, name: f"{name.replace(' ', '_x0020_')}¹*")),
    "table-and-column": lambda: _files(headed(lambda table, name: f"'{table.title()}'[{name}]")),
    "two-languages": lambda: _files(headed(lambda _, name: f"Te ingoa o tēnei | {name}")),
}
APART: dict[str, Callable[[], Files]] = {
    "beside": lambda: _with_one(beside(world()["cases"], world()["events"], 1), "plans", "outcomes"),
    "beside-without-a-gap": lambda: _with_one(beside(world()["events"], world()["plans"], 0), "cases", "outcomes"),
    "below": _below,
    "lines-between": lambda: _files({table: strewn(rows) for table, rows in world().items()}),
}
