"""Salesforce's "Details only (.xls)": not a workbook but a page with an HTML table."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html import escape, unescape

from asreport.importing.budget import check
from asreport.importing.delimited import decode, known_headers
from asreport.importing.findings import AFFECTS
from asreport.importing.grids import Grid, Remark, Unreadable, grid_of_rows
from asreport.importing.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_SHEETS
from asreport.importing.rows import SHIFTED

_CHARSET = re.compile(rb"""charset\s*+=\s*+["']?\s*+([A-Za-z0-9_-]+)""", re.IGNORECASE)
# Encodings of whole pages. Python knows more under this name (punycode, unicode_escape), which would do harm.
_OF_PAGES = re.compile(r"utf-(8|16|32)|ascii|iso8859|cp\d+|mac|koi8|gb|big5|shift_jis|euc")
# A tag, the start of a comment, or a declaration. The standard library's parser takes hours over a megabyte of tags
# that never end; this one does not go back: what is no tag by the next "<" is text.
_MARK = re.compile(r"""<(?:(!--)|[!?][^<>]*+>|(/?)([A-Za-z][^\s<>/]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+)>)""")
_AT_ONCE = 10_000  # tags between two looks at the clock
_COLUMNS, _DOWN = (
    re.compile(rf"""{kind}\s*+=\s*+["']?\s*+(\d{{1,9}})""", re.IGNORECASE) for kind in ("colspan", "rowspan")
)
_DEEPEST = 50  # tables within tables
_TOO_LARGE = "is too large to read safely: export a shorter span of time, or one region at a time"


@dataclass
class _Open:
    """A table that has not ended yet, and the cell and the row of it that have not."""

    rows: list[list[str]] = field(default_factory=list)
    cell: list[str] | None = None
    in_row: bool = False
    columns: int = 1  # that the cell spans
    down: int = 1  # rows that it spans
    spans: dict[int, tuple[int, str]] = field(default_factory=dict)  # a column: rows still to come, and its text


class _Tables:
    """Collects the rows of every table of a page.

    A cell that spans columns stands in the first of them, one that spans rows in each of them. A table within a cell is
    one of its own, unless it is a single row: then it is the cell's text.
    """

    def __init__(self, page: str) -> None:
        self.tables: list[list[list[str]]] = []
        self._open: list[_Open] = []
        self._ended: _Open | None = None
        self._cells = 0
        self.is_whole = False
        at, comments_end = 0, True
        marks = 0
        while mark := _MARK.search(page, at):
            marks += 1
            if not marks % _AT_ONCE:
                check()
            self._text(page[at : mark.start()])
            at = mark.end()
            if mark[1] and comments_end:
                end = page.find("-->", at)
                comments_end = end >= 0
                at = end + 3 if comments_end else at
            elif mark[3]:
                (self._end if mark[2] else self._start)(mark[3].lower(), mark[4])
        self._text(page[at:])
        self.is_whole |= not any(table.rows for table in self._open if table is not self._ended)
        while self._open:
            self._end_table()

    def _start(self, tag: str, attributes: str) -> None:
        if tag == "table":
            if len(self._open) > _DEEPEST:
                raise Unreadable(_TOO_LARGE)
            if self._open and self._open[-1].cell is None:
                self._end_table()  # one cannot begin between the cells of another: that was not ended
            self._open.append(_Open())
            self.tables.append(self._open[-1].rows)
            return
        if not self._open and self._ended and tag in ("tr", "td", "th"):
            self._open.append(self._ended)  # rows stand in tables alone: the end before was one too many
        if not self._open:
            return
        if tag == "tr":
            self._end_row()
            self._begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._open[-1].in_row:
                self._begin_row()
            table = self._open[-1]
            table.cell = []
            # One that spans more than a table can have is as wide as the table, whatever that is.
            columns, down = (_spanned(kind, attributes) for kind in (_COLUMNS, _DOWN))
            table.columns, table.down = columns if columns <= MAX_COLUMNS else 1, min(down, MAX_ROWS)
        elif tag == "br":
            self._text("\n")

    def _end(self, tag: str, _: str) -> None:
        if tag in ("body", "html"):
            self.is_whole = True
        if not self._open:
            return
        is_within = len(self._open) > 1 and self._open[-1].cell is None and not self._open[-1].rows
        if is_within and tag in ("td", "th", "tr"):
            self._end_table()  # the end of a cell around it, and it holds nothing
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()

    def _text(self, text: str) -> None:
        if text and self._open and (cell := self._open[-1].cell) is not None:
            # An entity of thousands of digits stands for nothing, and is left as it is.
            with contextlib.suppress(ValueError):
                text = unescape(text) if "&" in text else text
            cell.append(text)
        elif text.strip() and len(self._open) > 1 and not self._open[-1].rows:
            self._open[-2].cell = [*(self._open[-2].cell or []), text]  # before the first cell of a table within

    def _begin_row(self) -> None:
        table = self._open[-1]
        table.rows.append([])
        table.in_row = True
        if len(table.rows) > MAX_ROWS:
            raise Unreadable(_TOO_LARGE)

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.in_row:
            self._take_spans()
        table.in_row = False

    def _take_spans(self) -> None:
        """Put in the cells of rows above that reach down to here."""
        table = self._open[-1]
        row = table.rows[-1]
        while (span := table.spans.pop(len(row), None)) is not None:
            left, text = span
            if left > 1:
                table.spans[len(row)] = left - 1, text
            row.append(text)
            self._count(1)

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is None:
            return
        text, table.cell = "".join(table.cell), None
        if table.spans:
            self._take_spans()
        row = table.rows[-1]
        for place, part in enumerate([text, *[""] * (table.columns - 1)], len(row)):
            if table.down > 1:
                table.spans[place] = table.down - 1, part
            row.append(part)
        self._count(max(table.columns, 1))
        if len(row) > MAX_COLUMNS:
            raise Unreadable(_TOO_LARGE)

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > MAX_CELLS:
            raise Unreadable(_TOO_LARGE)

    def _end_table(self) -> None:
        self._end_cell()
        table = self._open.pop()
        if not self._open:
            self._ended = table
        elif len(table.rows) < 2:
            self.tables[:] = [one for one in self.tables if one is not table.rows]
            self._text(escape(" ".join(text for row in table.rows for text in row)))


def _spanned(kind: re.Pattern[str], attributes: str) -> int:
    span = kind.search(attributes)
    return int(span[1]) if span else 1


def is_web_page(data: bytes) -> bool:
    """Whether a file starts as an HTML page or table does."""
    start = data[:2000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"<style", b"<!--"))


def read_web_page(data: bytes) -> list[Grid]:
    """The tables of an HTML page, one grid each; every cell is text. Raises Unreadable."""
    page = _Tables(_decoded(data))
    tables = _joined([rows for rows in page.tables if rows])
    if not tables:
        raise Unreadable("is a web page without a table: export the report again as .xlsx or .csv")
    if len(tables) > MAX_SHEETS:
        raise Unreadable(f"is a web page of more than {MAX_SHEETS} tables: export the report again as .xlsx or .csv")
    if any(len(rows) * max(map(len, rows)) > MAX_CELLS for rows in tables):
        raise Unreadable(_TOO_LARGE)
    if not page.is_whole:
        last = len(tables[-1])
        raise Unreadable(
            f"ends in the middle of its table, after row {last}, so it was not copied whole and the rows that followed "
            "are missing: export the report again",
            last,
        )
    return [
        replace(grid_of_rows("" if len(tables) == 1 else f"table {n}", rows), remarks=_remarks(rows))
        for n, rows in enumerate(tables, 1)
    ]


def _joined(tables: list[list[list[str]]]) -> list[list[list[str]]]:
    """A table that goes on in another, as one that is parted by pages or has a table for each row, made one again."""
    joined: list[list[list[str]]] = []
    for rows in tables:
        goes_on = joined and not known_headers(rows[0]) and len(rows[0]) == len(joined[-1][0]) > 2
        if goes_on and known_headers(joined[-1][0]) > 1:
            joined[-1].extend(rows)
        else:
            joined.append(rows)
    return joined


def _remarks(rows: list[list[str]]) -> tuple[Remark, ...]:
    """Rows with more cells than the others."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    usual = max(widths, key=lambda width: (widths[width], width), default=MAX_COLUMNS)
    longer = [number for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row[usual:])]
    return (Remark(AFFECTS, SHIFTED, longer),) if longer else ()


def _decoded(data: bytes) -> str:
    charset = _CHARSET.search(data[:4000])
    if charset:
        # Where the page says wrongly what it is written in, what its bytes show stands.
        with contextlib.suppress(LookupError, UnicodeError):
            encoding = codecs.lookup(charset.group(1).decode("ascii")).name
            if _OF_PAGES.match(encoding):
                return data.decode(encoding)
    return decode(data)
