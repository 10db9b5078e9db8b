"""A sheet to the tables it holds, one part each, with what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from asreport.findings import AFFECTS, BLOCKS, INFORMS, Findings, in_rows
from asreport.reading import values
from asreport.reading.columns import (
    Fields,
    filled_rows,
    is_summary,
    nearest,
    recognise,
    says_is_closed,
    says_origin,
    stands_in,
)
from asreport.reading.grids import Cells, Grid
from asreport.reading.grouping import fill_groups
from asreport.reading.layout import Layout, lay_out
from asreport.reading.texts import as_text
from asreport.reading.vocabulary import WORDS
from asreport.tables import TABLES

KEYS = {"cases": "case_number", "events": "case_number", "plans": "case_number", "outcomes": "nsn"}
_NO_KEY = {
    "case_number": "This row has no case number, so it was left out: add the number in AS-CMS and export again.",
    "nsn": "This row has no NSN, so it was left out: add the NSN in ENROL and export again.",
}
_STATUS_WORDS = WORDS["status_of_is_closed"]


@dataclass(frozen=True)
class Part:
    """One table found in one sheet. `rows_read` of its rows are either used or listed among the findings.

    `table` is "" for a sheet that holds none; `header_row` is numbered as Excel does; `columns` gives the header, as
    seen, that each field was taken from.
    """

    sheet: str
    table: str
    header_row: int
    rows_read: int
    rows_used: int
    rows_listed: int
    columns: dict[str, str]


@dataclass(frozen=True)
class Piece:
    """The rows of one part before files are combined: `frame` has the table's columns, `rows` their Excel numbers."""

    part: Part
    frame: pd.DataFrame
    rows: np.ndarray
    stand_ins: frozenset[str]  # fields taken from a header that is only the next best


@dataclass(frozen=True)
class SheetRead:
    """What one sheet gave."""

    pieces: list[Piece]
    part: Part | None  # for a sheet without a table
    taken_on: date | None
    complaint: str = ""  # why there is no table in it


def read_sheet(grid: Grid, file: str, findings: Findings) -> SheetRead:
    """The tables of one sheet; what was noticed goes to `findings`."""
    layout = lay_out(grid)
    if layout is None:
        return SheetRead([], None, None, "holds nothing: export the report again")
    shape = recognise(layout)
    if not shape.tables:
        part = Part(grid.sheet, "", layout.header_row, 0, 0, 0, {})
        return SheetRead([], part, layout.taken_on(False), _complaint(layout))
    if not len(layout.rows):
        part = Part(grid.sheet, next(iter(shape.tables)), layout.header_row, 0, 0, 0, {})
        complaint = "has a header but no rows under it: check the filters of the report and export it again"
        return SheetRead([], part, layout.taken_on(False), complaint)
    layout = fill_groups(layout)
    reader = _Reader(grid.sheet, file, layout, findings)
    pieces = [reader.read(table, fields, len(shape.tables) > 1) for table, fields in shape.tables.items()]
    reader.note_set_aside(shape.doubles, {p for fields in shape.tables.values() for p in fields.values()})
    return SheetRead(pieces, None, layout.taken_on(reader.month_first))


def _complaint(layout: Layout) -> str:
    """Why a sheet is none of the tables."""
    if is_summary(layout):
        return "holds totals only, from which no case can be told: export it again as a tabular report"
    found = [seen.text for seen in layout.headers if seen.text]
    shown = ", ".join(found[:12]) + (", …" if len(found) > 12 else "")
    table, lacks, likely = nearest(layout)
    ending = f"; the nearest to that is the column {likely}" if likely else ""
    if not lacks:
        return (
            f"is not recognised as any of the exports, although its columns ({shown}) are nearest to those of {table}: "
            "check that the column of numbers and the column of types hold what they say, and export it again"
        )
    name = WORDS["headers"][table][lacks][0]
    return (
        f"is not recognised as any of the exports: its columns are {shown}; it is nearest to {table} but has no column "
        f"{name}{ending}: add that column to the report and export it again"
    )


class _Reader:
    """Reads the tables of one sheet and notes what it could not understand, each column once."""

    def __init__(self, sheet: str, file: str, layout: Layout, findings: Findings) -> None:
        self.sheet, self.file, self.layout, self.findings = sheet, file, layout, findings
        self.month_first = False
        self._noted: set[tuple[int, str]] = set()

    def read(self, table: str, fields: Fields, wide: bool) -> Piece:
        """One table of the sheet."""
        layout, key = self.layout, KEYS[table]
        rows = np.arange(len(layout.rows))
        if wide and table != "cases":
            # A case without an event or plan has a row too, in which these columns are blank.
            rows = rows[filled_rows(layout, fields, without=(key,))]
        frame = pd.DataFrame(index=rows)
        for field in TABLES[table]:
            if field.name in fields:
                frame[field.name] = self._column(fields[field.name], field.kind, field.name, rows)
        if "step" in fields and "steps" not in fields:
            frame["steps"] = layout.columns[fields["step"]].filled[rows].astype("int64")
        keyless = frame[key].isna().to_numpy()
        self._note_keyless(keyless, rows, fields[key], key)
        kept, rows = frame[~keyless], rows[~keyless]
        if "step" in fields and "steps" not in fields:
            kept, rows = _count_steps(kept, rows)
        seen = layout.headers
        part = Part(
            sheet=self.sheet,
            table=table,
            header_row=layout.header_row,
            rows_read=len(frame),
            rows_used=len(frame) - int(keyless.sum()),
            rows_listed=int(keyless.sum()),
            columns={("steps" if name == "step" else name): seen[place].text for name, place in fields.items()},
        )
        stand_ins = frozenset(name for name, place in fields.items() if stands_in(seen[place], table, name))
        return Piece(part, kept.reset_index(drop=True), layout.rows[rows], stand_ins)

    def _column(self, place: int, kind: str, name: str, rows: np.ndarray) -> pd.Series:
        cells, seen = self.layout.columns[place], self.layout.headers[place]
        if name == "status" and says_is_closed(seen):
            cells = _status_of_is_closed(cells)
        if name == "migrated" and says_origin(seen):
            cells = values.migration_or_not(cells)
        if len(rows) < len(cells.codes):
            cells = cells.take(rows)
        converted = values.convert(cells, kind, name)
        for note in converted.notes:
            if (place, note.sentence) in self._noted:
                continue
            self._noted.add((place, note.sentence))
            if note.rows is None:
                self._say(note.severity, note.sentence, column=seen.text)
            else:
                self._say(
                    note.severity,
                    note.sentence,
                    row=self.layout.rows[rows[note.rows]].tolist(),
                    value=[as_text(cells[row]) for row in note.rows],
                    column=seen.text,
                )
            self.month_first |= note.sentence == values.MONTHS_FIRST
        return converted.column.set_axis(rows)

    def _note_keyless(self, keyless: np.ndarray, rows: np.ndarray, place: int, key: str) -> None:
        if keyless.any() and (place, key) not in self._noted:
            self._noted.add((place, key))
            numbers = self.layout.rows[rows[keyless]].tolist()
            self._say(AFFECTS, _NO_KEY[key], row=numbers, column=self.layout.headers[place].text)

    def note_set_aside(self, doubles: list[int], used: set[int]) -> None:
        """Say which rows and columns of the sheet are in no table."""
        layout = self.layout
        for rows, what in (
            (layout.subtotals, "holds rows of subtotals, counts or totals"),
            (layout.footers, "holds lines after the data that belong to the report and not to a record"),
            (layout.repeats, "holds the header more than once"),
        ):
            if len(rows):
                sentence = f"This sheet {what}: they were left out, which changes no figure."
                self._say(INFORMS, sentence, row=int(rows[0]), value=in_rows(len(rows)))
        if doubles:
            names = ", ".join(dict.fromkeys(layout.headers[place].text for place in doubles))
            self._say(
                AFFECTS,
                "Two columns have the same name, so the first that holds values was used: "
                "remove the other from the report.",
                column=names,
            )
        unused = [
            seen.text
            for place, seen in enumerate(layout.headers)
            if seen.text and place not in used and place not in doubles
        ]
        if unused:
            self._say(INFORMS, "These columns are not needed and were not used.", value=", ".join(unused))

    def _say(self, severity: str, sentence: str, **about: object) -> None:
        self.findings.add(severity, sentence, file=self.file, sheet=self.sheet, **about)  # type: ignore[arg-type]


def _status_of_is_closed(cells: Cells) -> Cells:
    """A column that says whether the case is closed, as the status it stands for."""
    words = []
    for value in cells.values:
        answer = values.yes_no(value)
        words.append(value if answer is None else _STATUS_WORDS["yes" if answer else "no"])
    return Cells(cells.codes, words)


def _count_steps(frame: pd.DataFrame, rows: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of one step each to rows of one plan each: how many steps, recorded when the first of them was."""
    by = [name for name in ("case_number", "plan_id", "status") if name in frame]
    numbered = frame.assign(_row=rows)
    how = {"steps": "sum", "_row": "first"} | ({"recorded_on": "min"} if "recorded_on" in frame else {})
    plans = numbered.groupby(by, sort=False, dropna=False, as_index=False).agg(how)
    return plans[list(frame.columns)], plans["_row"].to_numpy()


def complain(sheet: SheetRead, name: str, file: str, alone: bool, findings: Findings) -> None:
    """Say why a sheet gave no table: that blocks where the whole file gave none."""
    what = f"The sheet {name} of {file}" if name else file
    number = sheet.part.header_row if sheet.part else None
    findings.add(BLOCKS if alone else INFORMS, f"{what} {sheet.complaint}.", file=file, sheet=name, row=number)
