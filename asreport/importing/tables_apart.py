"""A sheet that holds several tables, below or beside each other, to a grid for each of them.

A sheet is cut only where both sides are tables on their own, so that an empty column for looks, or a report of cases
with their events, stays whole. What cannot be cut is refused: rows of one table must never be taken for the other's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from asreport.importing.budget import check, watched
from asreport.importing.export_words import FIRST_WORDS, fields_of, header
from asreport.importing.grids import Cells, Grid, Unreadable, used_codes
from asreport.importing.header_row import Layout, lay_out
from asreport.importing.recognise_columns import recognise
from asreport.importing.table_columns import KEYS
from asreport.importing.texts import as_text

_MOST = 20  # tables of one sheet
_LONGEST = 60  # letters of a header of a table further down
_OF_ENROL = 3  # fields of an enrolment that make it one for sure
_SURELY = 3  # so many make it one even where what it needs is not among them
_HEADERS = 2  # known headers that make a row the header of another table


def tables_apart(grid: Grid) -> list[tuple[Grid, Layout | None]]:
    """The grids of the tables of a sheet, each with a name of its own; the grid itself where it holds one or none.

    With each is its layout, as it is worked out here anyway.

    Raises Unreadable where two tables stand beside each other that cannot be cut apart.
    """
    found = _cut(grid, _MOST)
    if len(found) < 2:
        return found
    named = f"{grid.sheet}, table" if grid.sheet else "table"
    return [(replace(part, sheet=f"{named} {place}"), layout) for place, (part, layout) in enumerate(found, 1)]


def _cut(grid: Grid, most: int) -> list[tuple[Grid, Layout | None]]:
    check()
    layout = lay_out(grid) if grid.columns and grid.height else None
    for cut in (_beside, _below) if most > 1 and layout is not None else ():
        if layout is not None and (both := cut(grid, layout)):
            left, right = both
            first = _cut(left, most - 1)
            return [*first, *_cut(right, most - len(first))]
    return [(grid, layout)]


def _is_table(grid: Grid) -> bool:
    layout = lay_out(grid) if grid.columns else None
    return layout is not None and bool(len(layout.rows)) and bool(recognise(layout).tables)


def _beside(grid: Grid, layout: Layout) -> tuple[Grid, Grid] | None:
    """The tables left and right of an empty column, or of a second column of numbers."""
    filled = np.array([column.filled.any() for column in grid.columns])
    starts = [place for place in range(1, len(filled)) if filled[place] and not filled[place - 1]]
    for place in [place for place in starts if filled[:place].any()]:
        both = _columns(grid, place)
        # Left of it there is a column of numbers too, as the same rows' columns go on behind a spacer.
        if all(map(_is_table, both)) and _keys(both[1]):
            return both
    for place in [place for place in range(1, len(grid.columns)) if _is_other_key(layout, place)]:
        both = _columns(grid, place)
        if all(map(_is_table, both)) and (_is_enrol(both) or _ends(both[0]) != _ends(both[1])):
            return both
    second = _second_key(layout)
    if second is None:
        return None
    both = _columns(grid, second)
    if all(map(_is_table, both)):
        return both
    raise Unreadable(
        f"holds two columns of numbers, “{layout.headers[second].text}” twice, that belong to different rows, as where "
        "two tables stand side by side: put each table on a sheet of its own and upload it again"
    )


def _keys(grid: Grid) -> list[int]:
    layout = lay_out(grid)
    return [] if layout is None else [place for place in range(len(layout.headers)) if _key_of(layout, place)]


def _key_of(layout: Layout, place: int) -> str:
    """Which number a column is named as."""
    seen = layout.headers[place]
    return next((key for table, key in KEYS.items() if key in fields_of(seen, table)), "")


def _is_other_key(layout: Layout, place: int) -> bool:
    """Whether a column is named as a number and those left of it as another: case numbers and NSNs."""
    before = {_key_of(layout, left) for left in range(place)} - {""}
    return bool(before) and _key_of(layout, place) not in {"", *before}


def _is_enrol(both: tuple[Grid, Grid]) -> bool:
    """Whether one of two tables is surely ENROL's: a report of cases has NSNs too, and may have a start date."""
    shapes = [recognise(layout).tables for grid in both if (layout := lay_out(grid))]
    return any(len(tables.get("outcomes", ())) >= _OF_ENROL for tables in shapes)


def _ends(grid: Grid) -> int:
    """The last row that holds something."""
    return int(max(np.flatnonzero(column.filled).max(initial=0) for column in grid.columns))


def _second_key(layout: Layout) -> int | None:
    """A column of the same name as a column of numbers left of it, of which the rows hold other numbers."""
    firsts: dict[str, Cells] = {}
    for place, seen in enumerate(layout.headers):
        cells = layout.columns[place]
        if not _key_of(layout, place) or not cells.filled.any():
            continue
        name = seen.names[0]
        if name in firsts and _differ(firsts[name], cells):
            return place
        firsts.setdefault(name, cells)
    return None


def _differ(first: Cells, second: Cells) -> bool:
    rows = range(len(first.codes))
    return any(as_text(first[row]) != as_text(second[row]) for row in watched(rows) if second.codes[row] >= 0)


def _columns(grid: Grid, place: int) -> tuple[Grid, Grid]:
    return replace(grid, columns=grid.columns[:place]), replace(grid, columns=grid.columns[place:], remarks=())


def _below(grid: Grid, layout: Layout) -> tuple[Grid, Grid] | None:
    """The tables above and below a second header that is not the first one again."""
    hits = np.zeros(grid.height, dtype=np.int64)
    for column in grid.columns:
        known = [code for code in watched(used_codes(column.codes).tolist()) if _may_be_header(column.values[code])]
        if known:
            hits += np.isin(column.codes, known)
    hits[layout.header_row - grid.first_row] = _HEADERS
    first, *others = np.flatnonzero(hits >= _HEADERS).tolist()
    own = _names(grid, first)
    for row in others:
        names, both = _names(grid, row), _rows(grid, row)
        if 2 * len(names & own) >= len(names) + len(own):
            continue
        below = lay_out(both[1])
        is_head = below is not None and below.header_row == both[1].first_row
        if is_head and all(map(_is_table, both)):
            return both
        if is_head and hits[row] >= _SURELY and not any(map(str.isdecimal, "".join(names))):
            raise Unreadable(
                "holds the header of another table among its rows, which cannot be told from the headers alone: put "
                "each table on a sheet of its own and upload it again",
                row=grid.first_row + row,
            )
    return None


def _names(grid: Grid, row: int) -> set[str]:
    """The headers in a row, as they are compared."""
    return {one.names[0] for column in grid.columns if (one := header(as_text(column[row]))).names}


def _may_be_header(value: object) -> bool:
    # Looking at the first word spares nearly all values of a large export the closer look.
    if not isinstance(value, str) or len(value) > _LONGEST or not value[:1].isalpha():
        return False
    return value.replace("_", " ").split(None, 1)[0].lower() in FIRST_WORDS and bool(header(value).fields)


def _rows(grid: Grid, row: int) -> tuple[Grid, Grid]:
    above, below = ([column.take(rows) for column in grid.columns] for rows in (slice(None, row), slice(row, None)))
    return replace(grid, columns=above), Grid(grid.sheet, below, grid.first_row + row)
