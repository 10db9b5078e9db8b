"""A table of a sheet, column by column, with what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from asreport.importing import doubts, values
from asreport.importing.budget import watched
from asreport.importing.corrected_match import Known, labels
from asreport.importing.export_words import TICKED, WORDS
from asreport.importing.findings import AFFECTS, BLOCKS, INFORMS, Findings, in_rows
from asreport.importing.grids import Cells
from asreport.importing.header_row import Layout
from asreport.importing.recognise_columns import Fields, filled_rows, says_is_closed, says_origin, stands_in
from asreport.importing.texts import as_text
from asreport.policy.provider_settings import MEANINGS, Number
from asreport.tables import TABLES

KEYS: dict[str, Number] = {"cases": "case_number", "events": "case_number", "plans": "case_number", "outcomes": "nsn"}
_NO_KEY = {
    "case_number": "This row has no case number, so it was left out: add the number in AS-CMS and export again.",
    "nsn": "This row has no NSN, so it was left out: add the NSN in ENROL and export again.",
}
_STATUS_WORDS = WORDS["status_of_is_closed"]


@dataclass(frozen=True)
class Part:
    """One table found in one sheet. `rows_read` of its rows are either used or listed among the findings.

    `table` is "" for a sheet that holds none; `header_row` is numbered as Excel does; `columns` gives the header, as
    `matching.labels` has it, that each field was taken from. `orders`: how the order of a column of dates was told.
    `unknown`: the words of a field that were not understood. `referred`: the first and last referral date of the cases
    that are not migrated; `newest`: the latest date on which something in it was recorded, closed or referred.
    `holds_steps`: the sheet holds steps of plans and no plan.
    """

    sheet: str
    table: str
    header_row: int
    rows_read: int
    rows_used: int
    rows_listed: int
    columns: dict[str, str]
    orders: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    referred: tuple[date, date] | None = None
    newest: date | None = None
    holds_steps: bool = False


@dataclass(frozen=True)
class Piece:
    """The rows of one part before files are combined: `frame` has the table's columns, `rows` their Excel numbers.

    `open`: what could not be understood of it, as `tables.with_open_questions` takes it.
    """

    part: Part
    frame: pd.DataFrame
    rows: np.ndarray
    stand_ins: frozenset[str]  # fields taken from a header that is only the next best
    shortened: frozenset[str] = frozenset()  # fields with numbers of which a spreadsheet took the last digits
    open: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads the tables of one sheet and notes what it could not understand, each column once."""

    def __init__(self, sheet: str, file: str, layout: Layout, findings: Findings, known: Known) -> None:
        self.sheet, self.file, self.layout, self.findings, self.known = sheet, file, layout, findings, known
        self.labels = labels(layout.headers)
        self.month_first = False
        self.orders: dict[str, str] = {}
        self.unknown: dict[str, tuple[str, ...]] = {}
        self.shortened: set[str] = set()
        self.lost: dict[str, np.ndarray] = {}  # of a column, the rows of which something was noticed
        self.open: dict[str, str] = {}
        self._noted: set[tuple[int, str]] = set()

    def read(self, table: str, fields: Fields, wide: bool, doubtful: Fields) -> Piece:
        """One table of the sheet."""
        layout, key = self.layout, KEYS[table]
        self.orders, self.unknown, self.shortened, self.lost, self.open = {}, {}, set(), {}, {}
        self.table = table
        rows = np.arange(len(layout.rows))
        if wide and table != "cases":
            # A case without an event or plan has a row too, in which these columns are blank.
            rows = rows[filled_rows(layout, fields, without=(key,))]
        columns = {
            known.name: self._column(fields[known.name], known.kind, known.name, rows)
            for known in TABLES[table]
            if known.name in fields
        }
        # Made at once: to put in one column after the other takes longer than to read those of a few hundred rows.
        frame = pd.DataFrame(columns, index=rows, copy=False)
        if "step" in fields and "steps" not in fields:
            named = values.convert(layout.columns[fields["step"]].take(rows), "text", "step")
            frame["steps"] = named.column.notna().to_numpy().astype("int64")
            if named.doubt:
                self._doubt("steps", named.doubt, layout.headers[fields["step"]].text, named.sample)
        keyless = frame[key].isna().to_numpy(dtype=bool)
        self._note_keyless(keyless, rows, fields[key], key)
        for name, place in doubtful.items():
            sample = ", ".join(as_text(value)[:60] for value in layout.columns[place].seen(8))
            self._doubt(name, doubts.UNMATCHED, layout.headers[place].text, sample)
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
            columns={name: self.labels[place] for name, place in fields.items()},
            orders=self.orders,
            unknown=self.unknown,
            referred=_referred(kept) if table == "cases" else None,
            newest=_newest(kept),
        )
        stand_ins = frozenset(name for name, place in fields.items() if stands_in(seen[place], table, name))
        where, shortened = layout.rows[rows], frozenset(self.shortened)
        return Piece(part, kept.reset_index(drop=True), where, stand_ins, shortened, self.open)

    def _doubt(self, name: str, doubt: str, header: str, sample: str) -> None:
        """Leave open what a field says, with what its column holds."""
        if doubts.matters(self.table, name):
            self.open[name] = doubts.reason(self.table, name, doubt)
            self._say(BLOCKS, doubts.finding(self.table, name, doubt), column=header, value=sample)

    def _column(self, place: int, kind: str, name: str, rows: np.ndarray) -> pd.Series:
        cells, seen = self.layout.columns[place], self.layout.headers[place]
        if name == "status" and says_is_closed(seen):
            cells = _status_of_is_closed(cells)
        if name == "migrated":
            if says_origin(seen):
                cells = values.migration_or_not(cells)
            elif values.is_dates(cells):
                cells = values.dated_or_not(cells)
        box = next((TICKED[one] for one in seen.names if one in TICKED), "") if name == "activity_type" else ""
        if box:
            cells = values.ticked(cells, box)
        if len(rows) < len(cells.codes):
            cells = cells.take(rows)
        converted = values.convert(cells, kind, name, self.known.meanings.get(name, {}))
        self._keep_evidence(name, converted, cells, rows)
        if converted.doubt:
            self._doubt(name, converted.doubt, seen.text, converted.sample)
        for note in converted.notes:
            if note.sentence == values.SHORTENED:
                self.shortened.add(name)
            if note.rows is not None:
                self.lost[name] = np.append(self.lost.get(name, np.array([], dtype=int)), note.rows)
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
                    value=[as_text(cells[row]) for row in watched(note.rows.tolist())],
                    column=seen.text,
                )
            self.month_first |= note.sentence == values.MONTHS_FIRST
        return converted.column.set_axis(rows)

    def _keep_evidence(self, name: str, converted: values.Values, cells: Cells, rows: np.ndarray) -> None:
        if converted.unknown and name in MEANINGS:
            self.unknown[name] = converted.unknown
        if converted.decided_by is not None:
            row, value = self.layout.rows[rows[converted.decided_by]], as_text(cells[converted.decided_by])
            self.orders[name] = f"{converted.order}: {value} in row {row}"
        elif converted.order:
            self.orders[name] = f"{converted.order}, so day first"

    def _note_keyless(self, keyless: np.ndarray, rows: np.ndarray, place: int, key: str) -> None:
        """Say of rows without a number that they were left out, unless it was said why they have none."""
        if key in self.open:
            return  # the column as a whole is asked about
        keyless = keyless.copy()
        keyless[self.lost.get(key, [])] = False
        if values.is_most(keyless, np.ones(len(keyless))):
            shown = f"{int(keyless.sum()):,} of {len(keyless):,} rows"
            self._doubt(key, doubts.EMPTY, self.layout.headers[place].text, shown)
        elif keyless.any() and (place, key) not in self._noted:
            self._noted.add((place, key))
            numbers = self.layout.rows[rows[keyless]].tolist()
            self._say(AFFECTS, _NO_KEY[key], row=numbers, column=self.layout.headers[place].text)

    def note_set_aside(self, doubles: list[int], used: set[int]) -> None:
        """Say which rows and columns of the sheet are in no table."""
        layout = self.layout
        for rows, what in (
            (layout.subtotals, "holds rows of subtotals, counts or totals"),
            (layout.footers, "holds lines after the data that belong to the report and not to a record"),
            (layout.repeats, "holds its header again among the data"),
            (layout.lines, "holds lines between the data that belong to the report and not to a record"),
            (layout.examples, "holds the example of a template"),
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


def _referred(cases: pd.DataFrame) -> tuple[date, date] | None:
    """The first and last referral date of the cases that are not migrated."""
    dates = cases["referral_date"]
    if "migrated" in cases:
        dates = dates[~cases["migrated"].fillna(False).astype(bool)]
    return None if dates.isna().all() else (dates.min().date(), dates.max().date())


def _newest(table: pd.DataFrame) -> date | None:
    """The latest date in a table on which something had happened: not an event's own date, which may lie ahead."""
    names = [name for name in ("recorded_on", "closed_date", "referral_date") if name in table]
    latest = [table[name].max() for name in names if table[name].notna().any()]
    return max(latest).date() if latest else None


def _status_of_is_closed(cells: Cells) -> Cells:
    """A column that says whether the case is closed, as the status it stands for."""
    words = []
    for value in watched(cells.values):
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
