"""The exceptions workbook (interface.md): for a team lead who forwards it and a case manager who works through it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asreport.analysing.case_list import CODES, COLUMNS, case_list
from asreport.analysing.measure_summary import FIGURES, figures_table, measure_summaries
from asreport.assessing.assessment import Assessment
from asreport.dates import in_words
from asreport.handing_out.formulas import begins_formula
from asreport.importing.findings import COLUMNS as FINDING_COLUMNS
from asreport.words import catalogue

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

INK, PAPER, RULE, BAND = "#17324D", "#FFFFFF", "#C9D3DC", "#F4F7F9"

# Width in characters, and how the column is written.
_WIDTHS = {
    "Case number": 12, "Student": 18, "Case type": 10, "School": 19, "Case owner": 16, "Measure": 25, "Verdict": 11,
    "Due date": 14, "Done date": 14, "Business days late": 10, "Group": 13, "Reason": 18, "What was found": 38,
    "What to check": 42, "Outcome": 14, "In words": 46, "Finding": 80, "Value": 24, "File": 28, "Severity": 16,
    "Sheet": 14, "Column": 22, "Row": 8,
}  # fmt: skip
_WIDTH = 10  # of every other column
_LINE = 14.5  # points a line of text is high
# What Excel takes, and beyond which a file of more is repaired by leaving it out.
_ROWS = 1_048_576  # of a sheet
_LENGTH = 32_767  # of a text, in units of UTF-16
_HEIGHT = 409  # of a row, in points
_CUT = " … [the rest did not fit]"


def exceptions_workbook(
    result: Assessment,
    findings: pd.DataFrame | None,
    *,
    receipt: dict[str, Any] | None = None,
    student_names: bool = True,
    tell: Callable[[str], None] | None = None,
) -> bytes:
    """The case-level exception list as the bytes of an .xlsx.

    Sheets: Exceptions (missed and cannot assess), To do (pending, soonest deadline first), Excluded, Summary, Findings,
    About. `findings`: as `Findings.frame()` gives them, None to leave them out. `receipt`: as `receipt.receipt` gives
    it, for the About sheet. Dates and numbers are real; every text stays a text, whatever it starts with.

    What a sheet of Excel has no room for goes on in the next one (`Exceptions 2`), and a text that is too long for a
    cell is cut and marked; the About sheet says so, and `tell` is told.
    """
    import xlsxwriter  # loaded when a workbook is made, which a look at the pages does not

    listed = case_list(result, student_names=student_names)
    verdict = listed["verdict_code"]
    listed = listed.drop(columns=CODES).rename(columns=COLUMNS)
    to_do = listed[verdict == "pending"].sort_values(["Due date", "Case number"], kind="stable", na_position="last")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False}) as book:
        book.use_zip64()  # else a workbook that needs it would be none at all
        book.set_properties({"title": f"Exceptions, {result.quarter.name}", "created": _as_at_time(result)})
        sheets = _Sheets(book)
        sheets.table("Exceptions", listed[verdict.isin(["missed", "cannot_assess"])], _nothing(result, "missed"))
        sheets.table("To do", to_do, _nothing(result, "pending"))
        sheets.table("Excluded", listed[verdict == "excluded"], _nothing(result, "excluded"))
        sheets.table("Summary", _summary(result), "")
        sheets.table("Findings", *_findings(findings))
        sheets.text("About", _about(result, receipt))
    if tell:
        for note in sheets.notes():
            tell(note)
    return buffer.getvalue()


def _nothing(result: Assessment, what: str) -> str:
    if len(result.case_results) == 0:
        return "Nothing to list: no case was assessed. The sheet Summary says why."
    return {
        "missed": "Nothing to list: no case is missed, and none lacks what it takes to be assessed.",
        "pending": "Nothing to list: no case is still to come.",
        "excluded": "Nothing to list: no case is excluded.",
    }[what]


def _summary(result: Assessment) -> pd.DataFrame:
    summaries = measure_summaries(result)
    units = {name: f"{name} %" for name in ("Target", "Rate", "Floor", "Ceiling")}
    table = figures_table(summaries).rename(columns=FIGURES).rename(columns=units)
    table.insert(0, "Measure", [one.name for one in summaries])
    table.insert(1, "Outcome", [one.outcome_words.word for one in summaries])
    table["In words"] = [one.in_words for one in summaries]
    return table


def _findings(findings: pd.DataFrame | None) -> tuple[pd.DataFrame, str]:
    if findings is None:
        empty = pd.DataFrame(columns=[name.capitalize() for name in FINDING_COLUMNS])
        return empty, "Findings are about the exports as a whole: they are in the workbook of all cases."
    return findings[list(FINDING_COLUMNS)].rename(columns=str.capitalize), "Nothing to list: the exports gave no cause."


def _about(result: Assessment, receipt: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """The lines of the About sheet: a kind (title, head, line), a label and a text."""
    quarter, period = result.quarter, result.quarter.period
    lines = [
        ("title", f"Exceptions, {quarter.name}", ""),
        ("line", "As at", f"{in_words(result.as_at)}: what is dated later does not count yet"),
        ("line", "Period", f"{in_words(period.start)} to {in_words(period.end)}, both included"),
        ("line", "Source", quarter.source),
        *(("line", "NOT CONFIRMED", caution) for caution in quarter.cautions),
        *(("line", "CHOSEN OTHERWISE", departure) for departure in quarter.departures),
        ("line", "Privacy", "This file holds data about children. Share it only with those who work on these cases."),
        ("head", "Measures", "How each is calculated"),
        *(("line", measure.name, measure.how) for measure in quarter.measures.values()),
        ("head", "Readings", "How the guide is read where it is silent"),
        *(("line", r.title, f"{_value(r)}. {r.explanation}") for r in quarter.readings.values()),
        ("head", "Verdicts", "What each means"),
        (
            "line",
            "Business days",
            "Monday to Friday without national public holidays. School holidays and regional anniversaries count.",
        ),
        *(("line", catalogue.VERDICTS[code], text) for code, text in catalogue.VERDICT_MEANINGS.items()),
        ("head", "Reasons", "What to check"),
        *(
            ("line", reason.short, f"{reason.found} {reason.check} Open: {reason.open}.")
            for reason in catalogue.general_reasons(quarter).values()
        ),
    ]
    return lines + (_receipt_lines(receipt) if receipt else [])


def _value(reading: Any) -> str:
    value = reading.in_words()
    return f"{'CHANGED: ' if reading.changed else ''}{value[0].upper()}{value[1:]}"


def _receipt_lines(receipt: dict[str, Any]) -> list[tuple[str, str, str]]:
    made = ("line", "Made with", f"asreport {receipt['asreport']}, {receipt['holiday_calendar']}")
    files = []
    for export in receipt["exports"]:
        tables = "; ".join(f"{t['table']}: {t['rows_used']} of {t['rows_read']} rows used" for t in export["tables"])
        files.append(("line", export["name"], f"{tables or 'not used'}. SHA-256 {export['sha256']}"))
    names = ("line", "Student names", f"{receipt['student_names'].capitalize()}")
    return [("head", "Receipt", "What it takes to reproduce this"), made, names, *files]


def _as_at_time(result: Assessment) -> datetime:
    """The as-at date stands as the time of making, so that the same result gives the same file."""
    return datetime(result.as_at.year, result.as_at.month, result.as_at.day)


def _lines(table: pd.DataFrame) -> list[int]:
    """How many lines each row takes, its longest text wrapped to the column's width."""
    lines = np.ones(len(table), dtype="int64")
    for column in table.select_dtypes(exclude=["number", "datetime"]):
        length = table[column].astype("str").str.len().fillna(0).to_numpy(dtype="int64")
        # Words do not fill a line to its end, so a line holds a little less than the column is wide.
        lines = np.maximum(lines, -(-length * 20 // (_WIDTHS.get(str(column), _WIDTH) * 19)))
    return [int(n) for n in lines]


class _Sheets:
    """Writes sheets of one look: a header frozen and filterable, wrapped text, landscape pages that repeat it."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self._going_on: list[str] = []
        self._cut = 0
        base = {"font_name": "Calibri", "font_size": 10.5, "valign": "top", "border": 1, "border_color": RULE}
        self.formats = {
            "text": book.add_format({**base, "text_wrap": True}),
            "quoted": book.add_format({**base, "text_wrap": True, "quote_prefix": True}),
            "date": book.add_format({**base, "num_format": "d mmmm yyyy", "align": "left"}),
            "whole": book.add_format({**base, "num_format": "#,##0", "align": "center"}),
            "percent": book.add_format({**base, "num_format": "0.00", "align": "center"}),
        }
        self.header = book.add_format(
            {
                **base,
                "bold": True,
                "font_color": PAPER,
                "bg_color": INK,
                "border_color": INK,
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        self.plain = book.add_format({"font_name": "Calibri", "font_size": 11, "italic": True, "font_color": INK})

    def table(self, name: str, table: pd.DataFrame, nothing: str) -> None:
        """A sheet with `table`, and more where it has more rows; with no row, `nothing` stands below the header."""
        room = _ROWS - 1
        for number, first in enumerate(range(0, max(len(table), 1), room), 1):
            self._table(name if number == 1 else f"{name} {number}", table.iloc[first : first + room], nothing)
        if number > 1:
            self._going_on.append(f"{name} goes on in {name} 2{f' to {name} {number}' if number > 2 else ''}")

    def _table(self, name: str, table: pd.DataFrame, nothing: str) -> None:
        sheet = self._sheet(name)
        last = max(len(table.columns) - 1, 0)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 46)
        for position, column in enumerate(table.columns):
            sheet.write_string(0, position, column, self.header)
        sheet.autofilter(0, 0, max(len(table), 1), last)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, _WIDTHS.get(column, _WIDTH))
            self._column(sheet, position, table[column])
        for row, lines in enumerate(_lines(table), start=1):
            sheet.set_row(row, min(lines * _LINE + 2, _HEIGHT))
        if table.empty and nothing:
            sheet.write_string(1, 0, nothing, self.plain)

    def notes(self) -> list[str]:
        """What whoever opens the workbook must know of it, a sentence each."""
        notes = [
            f"{going_on}, as a sheet of Excel holds {_ROWS:,} rows: look at all of them, and filter each."
            for going_on in self._going_on
        ]
        if self._cut:
            notes.append(
                f"Cut at {_LENGTH:,} characters, which is what a cell of Excel holds: {self._cut:,} "
                f"{'text' if self._cut == 1 else 'texts'}, marked at the end with “{_CUT.strip()}”."
            )
        return notes

    def _column(self, sheet: Worksheet, position: int, column: pd.Series) -> None:
        write: Callable[..., Any] = sheet.write_string
        kind = "text"
        values: Sequence[Any] = column.to_list()
        if pd.api.types.is_datetime64_dtype(column):
            write, kind = sheet.write_datetime, "date"
            values = column.dt.to_pydatetime()
        elif pd.api.types.is_numeric_dtype(column):
            write, kind = sheet.write_number, "percent" if pd.api.types.is_float_dtype(column) else "whole"
        style, known = self.formats[kind], column.notna().to_list()
        for row, (value, is_known) in enumerate(zip(values, known, strict=True), start=1):
            if not is_known:
                sheet.write_blank(row, position, None, style)
            elif kind == "text":
                kept = self.formats["quoted"] if begins_formula(value) else style  # so that it stays one once edited
                sheet.write_string(row, position, self._fitting(value), kept)
            else:
                write(row, position, value, style)

    def _fitting(self, text: str) -> str:
        """A text, cut and marked where a cell cannot hold it."""
        if 2 * len(text) <= _LENGTH or len(text.encode("utf-16-le")) <= 2 * _LENGTH:
            return text
        self._cut += 1
        return text.encode("utf-16-le")[: 2 * (_LENGTH - len(_CUT))].decode("utf-16-le", "ignore") + _CUT

    def text(self, name: str, lines: list[tuple[str, str, str]]) -> None:
        """A sheet of labelled lines under titles and heads, after the first of them `notes`."""
        title, *rest = [(kind, self._fitting(label), self._fitting(text)) for kind, label, text in lines]
        sheet = self._sheet(name)
        bold = {"bold": True, "font_color": INK, "valign": "top", "text_wrap": True}
        formats = {
            "title": self.book.add_format({**bold, "font_size": 16, "text_wrap": False}),
            "head": self.book.add_format({**bold, "font_size": 12, "bottom": 2, "border_color": INK}),
            "line": self.book.add_format({**bold, "font_color": "#000000"}),
        }
        wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 100)
        noted = [("line", "PLEASE NOTE", note) for note in self.notes()]
        for row, (kind, label, text) in enumerate([title, *noted, *rest]):
            sheet.write_string(row, 0, label, formats[kind])
            sheet.write_string(row, 1, text, formats["head"] if kind == "head" else wrapped)
            if kind == "line":
                lines_high = max(-(-len(label) // 34), -(-len(text) // 100))
                sheet.set_row(row, min(_LINE * lines_high + 3, _HEIGHT))
            else:
                sheet.set_row(row, 30 if kind == "title" else 24)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{name}&CIn confidence: data about children&RPage &P of &N")
        sheet.hide_gridlines(2)
        return sheet
