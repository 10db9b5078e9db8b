"""Grouping columns of a formatted report: a value on a group's first row only, filled down to the group's other rows.

A column that is merely sorted has blanks that mean "nothing", and must never be filled: a closed date filled down
would close open cases. So a column is filled only where its blanks cannot mean that.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from asreport.importing.budget import watched
from asreport.importing.export_words import WORDS, Header, fields_of
from asreport.importing.grids import Cells
from asreport.importing.header_row import Layout
from asreport.importing.texts import as_text


def fill_groups(layout: Layout) -> Layout:
    """The same layout with its grouping columns filled down. They are the leftmost columns, one after the other."""
    if not layout.formatted or not len(layout.rows):
        return layout
    columns = list(layout.columns)
    outer = np.zeros(len(layout.rows), dtype=bool)
    outer[0] = True  # where a group of the level above starts
    level = 0
    for place, (cells, seen) in enumerate(zip(layout.columns, layout.headers, strict=True)):
        if not seen.text and not cells.filled.any():
            continue  # a spacer
        if seen.arrow:
            cells = columns[place] = _without_dash(cells)
        starts = layout.columns[place].filled
        if not _groups(layout, layout.columns[place], seen, outer, level):
            if not (seen.arrow and starts.all()):
                break
            outer = outer | starts
        else:
            columns[place] = _fill(cells, starts)
            outer = outer | starts
        level += 1
    return replace(layout, columns=columns)


def _groups(layout: Layout, cells: Cells, seen: Header, outer: np.ndarray, level: int) -> bool:
    """Whether this column's blanks stand for the value above them.

    A group's value stands once, at its start, and a group without a value shows a dash: so every group of the level
    above starts with a value, and no value follows itself. Beyond that there has to be a sign: see the returns.
    """
    filled = cells.filled
    if filled.all() or not filled[outer].all():
        return False
    if not (seen.arrow or level == 0):
        return False
    names = set(fields_of(seen, "cases")) | set(fields_of(seen, "events")) | set(fields_of(seen, "plans"))
    is_date = any(name.endswith(("_date", "_on")) for name in names)
    places = np.flatnonzero(filled)
    codes = cells.codes[places]
    follows_itself = (codes[1:] == codes[:-1]) & ~outer[places[1:]]
    if follows_itself.any():
        return False
    if level == 0 and len(np.unique(codes)) < len(codes):
        return False
    runs = int((filled[:-1] & ~filled[1:]).sum())
    if is_date:
        return seen.arrow and level == 0 and (runs >= 2 or bool(len(layout.subtotals)))
    if runs >= 2 or len(layout.subtotals):
        return True
    # One run of blanks, at the end. A column sorted upwards has its blanks first, so this is its last group; but a
    # column of which every value is a different student is not one that reports are grouped by.
    one_group = len(places) == 1
    return seen.arrow and not names & {"nsn", "student_name"} and (one_group or seen.upwards)


def _fill(cells: Cells, starts: np.ndarray) -> Cells:
    above = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))
    return Cells(cells.codes[above], cells.values)


def _without_dash(cells: Cells) -> Cells:
    """A sorted or grouped column with its dashes, which stand for no value, made blank."""
    dashes = np.array([as_text(value) == WORDS["layout"]["no_group"] for value in watched(cells.values)], dtype=bool)
    if not dashes.any():
        return cells
    return Cells(np.where(cells.spread(dashes, False, bool), -1, cells.codes), cells.values)
