"""Lines among the rows of a sheet that are no records: page lines, headings of groups, hints, headers once more.

A record's number is written like the other numbers and stands beside a date; a line is written otherwise and stands
alone. A row is taken for a line only where both say so: one that may be a record stays one.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from asreport.importing import date_columns
from asreport.importing.budget import watched
from asreport.importing.export_words import header
from asreport.importing.grids import Cells
from asreport.importing.header_row import Layout
from asreport.importing.recognise_columns import Shape
from asreport.importing.table_columns import KEYS
from asreport.importing.texts import as_text
from asreport.tables import TABLES

_USUAL = 0.2  # of the rows: numbers written in a way that so many are
_ALONE = 2  # cells that a line fills at most
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


def form(value: object) -> str:
    """How a number is written, whatever its digits and letters: `A-0` for `CASE-00001234`."""
    text = value if isinstance(value, str) else as_text(value)
    return "0" if text.isdecimal() else _LETTERS.sub("A", _DIGITS.sub("0", text.strip()))


def set_lines_aside(layout: Layout, shape: Shape) -> Layout:
    """The layout without its lines, which are named in it."""
    table, fields = next(iter(shape.tables.items()))
    key = layout.columns[fields[KEYS[table]]]
    is_odd = _unusual(key) | ~key.filled
    if not is_odd.any():
        return layout
    needed = [
        layout.columns[own[field.name]]
        for name, own in shape.tables.items()
        for field in TABLES[name]
        if field.required and field.name != KEYS[name] and field.name in own
    ]
    dates = [
        layout.columns[own[field.name]]
        for name, own in shape.tables.items()
        for field in TABLES[name]
        if field.required and field.kind == "date" and field.name in own
    ]
    count = np.sum([column.filled for column in layout.columns], axis=0)
    is_bare = ~np.any([column.filled for column in needed], axis=0)
    is_line = is_odd & np.where(key.filled, is_bare & (count <= _ALONE), count == 1)
    named = layout.headers[fields[KEYS[table]]].names[:1]
    for row in watched(np.flatnonzero(is_odd & key.filled & ~is_line).tolist()):
        shown = [column[row] for column in dates if column.codes[row] >= 0]
        is_line[row] = header(as_text(key[row])).names[:1] == named or (
            bool(shown) and not any(_has_digit(value) for value in [key[row], *shown])
        )
    if not is_line.any() or is_line.all():
        return layout
    kept = np.flatnonzero(~is_line)
    return replace(
        layout,
        columns=[column.take(kept) for column in layout.columns],
        rows=layout.rows[kept],
        lines=layout.rows[is_line],
    )


def _unusual(key: Cells) -> np.ndarray:
    """The rows of which the number is written as few others are."""
    forms = [form(value) for value in watched(key.values)]
    names = sorted(set(forms))
    if len(names) < 2:
        return np.zeros(len(key.codes), dtype=bool)
    place = {name: at for at, name in enumerate(names)}
    of_rows = key.spread([place[name] for name in forms], -1, np.int64)
    counts = np.bincount(of_rows[of_rows >= 0], minlength=len(names))
    unusual = counts < _USUAL * max(int(counts.sum()), 1)
    return np.where(of_rows >= 0, unusual[of_rows], False)


def _has_digit(value: object) -> bool:
    return not isinstance(value, str) or any(c.isdecimal() for c in value) or date_columns.read_one(value) is not None
