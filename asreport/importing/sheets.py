"""A sheet to the tables it holds: what it is taken for, or why there is no table in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from asreport.importing.corrected_match import Known, Sheet, find_match, matched_shape, shown
from asreport.importing.export_words import WORDS
from asreport.importing.findings import BLOCKS, INFORMS, Findings
from asreport.importing.grids import Grid
from asreport.importing.grouping_columns import fill_groups
from asreport.importing.header_row import Layout, lay_out
from asreport.importing.lines_between import set_lines_aside
from asreport.importing.recognise_columns import (
    Shape,
    guesses,
    holds_record_ids,
    holds_steps,
    is_complete,
    is_summary,
    likely_fields,
    nearest,
    recognise,
)
from asreport.importing.table_columns import KEYS, Part, Piece, Reader
from asreport.importing.texts import as_text
from asreport.tables import TABLES


@dataclass(frozen=True)
class SheetRead:
    """What one sheet gave."""

    pieces: list[Piece]
    part: Part | None  # for a sheet without a table
    taken_on: date | None
    complaint: str = ""  # why there is no table in it
    sheet: Sheet | None = None
    left_out: bool = False  # the user's own choice


def read_sheet(grid: Grid, file: str, findings: Findings, known: Known, layout: Layout | None = None) -> SheetRead:
    """The tables of one sheet; what was noticed goes to `findings`. `layout`: the sheet's, if known already."""
    told = find_match(grid, known)
    layout = lay_out(grid, told[0] if told else None) if told or layout is None else layout
    if layout is None:
        return SheetRead([], None, None, "holds nothing: export the report again")
    sheet = shown(grid, layout.header_row, told is not None)
    shape = matched_shape(layout.headers, told[1]) if told else recognise(layout)
    complaint = _why_none(grid, layout, shape, told is not None)
    if complaint:
        table = next((name for name, fields in shape.tables.items() if is_complete(name, fields)), "")
        part = Part(grid.sheet, table, layout.header_row, 0, 0, 0, {}, holds_steps=complaint == _STEPS)
        left_out = _is_notes(grid) or (told is not None and not told[1].tables)
        return SheetRead([], part, layout.taken_on(False), complaint, sheet, left_out)
    layout = fill_groups(set_lines_aside(layout, shape))
    reader = Reader(grid.sheet, file, layout, findings, known)
    pieces = [
        reader.read(table, fields, len(shape.tables) > 1, shape.doubtful.get(table, {}))
        for table, fields in shape.tables.items()
    ]
    reader.note_set_aside(shape.doubles, {p for fields in shape.tables.values() for p in fields.values()})
    return SheetRead(pieces, None, layout.taken_on(reader.month_first), sheet=sheet)


_STEPS = (
    "holds the steps of plans apart from the plans, which says of no plan how many it has, so the measures of plans "
    "are not assessed: export the plans with their steps, or how many there are, as one report"
)


def _why_none(grid: Grid, layout: Layout, shape: Shape, told: bool) -> str:
    """Why there is no table to read in a sheet; "" if there is one."""
    if _is_notes(grid):
        return "holds the notes of a template and was left out, which changes no figure"
    if not shape.tables:
        return "is not used, as its match says" if told else _complaint(layout)
    for table, fields in shape.tables.items():
        lacks = [needed.name for needed in TABLES[table] if needed.required and needed.name not in fields]
        if lacks:
            names = ", ".join(WORDS["headers"][table][name][0] for name in lacks)
            return f"is matched without a column for {names}: correct its match"
    if not len(layout.rows):
        return "has a header but no rows under it: check the filters of the report and export it again"
    return ""


def _is_notes(grid: Grid) -> bool:
    """Whether a sheet is the notes of a template."""
    return bool(grid.columns[0].filled[0]) and as_text(grid.columns[0][0]) == WORDS["layout"]["notes"]


def _complaint(layout: Layout) -> str:
    """Why a sheet is none of the tables."""
    if holds_steps(layout):
        return _STEPS
    if is_summary(layout):
        return "holds totals only, from which no case can be told: export it again as a tabular report"
    found = [seen.text for seen in layout.headers if seen.text]
    shown = ", ".join(found[:12]) + (", …" if len(found) > 12 else "")
    table, lacks, likely = nearest(layout)
    ending = f"; the nearest to that is the column {likely}" if likely else ""
    key = KEYS[table]
    ids = [
        seen.text
        for seen, cells in zip(layout.headers, layout.columns, strict=True)
        if key in seen.fields.get(table, []) and holds_record_ids(cells)
    ]
    if ids and lacks in ("", key):
        number = WORDS["headers"][table][key][0]
        return (
            f"is not recognised as any of the exports: it is nearest to {table}, but its column {ids[0]} holds record "
            f"ids and no {number}: put {number} into the report and export it again"
        )
    if not lacks:
        return (
            f"is not recognised as any of the exports, although its columns ({shown}) are nearest to those of {table}: "
            "check that the column of numbers and the column of types hold what they say, and export it again"
        )
    name = WORDS["headers"][table][lacks][0]
    guess = guesses(layout, table, likely_fields(layout, [table], False)[table]).get(lacks)
    if guess is not None:
        return (
            f"is not recognised as any of the exports: its columns are {shown}; it is nearest to {table}, and what is "
            f"in the column {layout.headers[guess].text} would fit as {name}: match it on Upload, under “How the "
            "columns were matched”"
        )
    return (
        f"is not recognised as any of the exports: its columns are {shown}; it is nearest to {table} but has no column "
        f"{name}{ending}: add that column to the report and export it again"
    )


def complain(sheet: SheetRead, name: str, file: str, alone: bool, findings: Findings) -> None:
    """Say why a sheet gave no table: that blocks where the whole file gave none and nobody wished so."""
    what = f"The sheet {name} of {file}" if name else file
    number = sheet.part.header_row if sheet.part else None
    blocks = (alone and not sheet.left_out) or sheet.complaint == _STEPS
    severity = BLOCKS if blocks else INFORMS
    findings.add(severity, f"{what} {sheet.complaint}.", file=file, sheet=name, row=number)
