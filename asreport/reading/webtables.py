"""Salesforce's "Details only (.xls)": not a workbook but a page with an HTML table."""

from __future__ import annotations

import codecs
import contextlib
import re
from html import unescape

from asreport.reading.budget import check
from asreport.reading.delimited import decode
from asreport.reading.grids import Grid, Unreadable, grid_of_rows
from asreport.reading.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_SHEETS

_CHARSET = re.compile(rb"""charset\s*+=\s*+["']?\s*+([A-Za-z0-9_-]+)""", re.IGNORECASE)
# Encodings of whole pages. Python knows more under this name (punycode, unicode_escape), which would do harm.
_OF_PAGES = re.compile(r"utf-(8|16|32)|ascii|iso8859|cp\d+|mac|koi8|gb|big5|shift_jis|euc")
# A tag, the start of a comment, or a declaration. The standard library's parser takes hours over a megabyte of tags
# that never end; this one does not go back: what is no tag by the next "<" is text.
_MARK = re.compile(r"<(?:(!--)|[!?][^<>]*+>|(/?)([A-Za-z][^\s<>/]*+)([^<>]*+)>)")
_AT_ONCE = 10_000  # tags between two looks at the clock
_SPAN = re.compile(r"""colspan\s*+=\s*+["']?\s*+(\d{1,9})""", re.IGNORECASE)
_TOO_LARGE = "is too large to read safely: export a shorter span of time, or one region at a time"


class _Tables:
    """Collects the rows of every table of a page; a cell that spans rows or columns counts for each of them once."""

    def __init__(self, page: str) -> None:
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._cells = 0
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
        self._end_cell()

    def _start(self, tag: str, attributes: str) -> None:
        if tag == "table":
            self._end_cell()
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self._end_cell()
            if not self.tables[-1]:
                self.tables[-1].append([])
            self._cell = []
            span = _SPAN.search(attributes)
            self._span = int(span[1]) if span else 1
            self._span = self._span if self._span <= MAX_COLUMNS else 1  # as wide as the table, whatever that is
        elif tag == "br":
            self._text("\n")

    def _end(self, tag: str, _: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def _text(self, text: str) -> None:
        if self._cell is not None and text:
            # An entity of thousands of digits stands for nothing, and is left as it is.
            with contextlib.suppress(ValueError):
                text = unescape(text) if "&" in text else text
            self._cell.append(text)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        row = self.tables[-1][-1]
        row += ["".join(self._cell), *[""] * (self._span - 1)]
        self._cell = None
        self._cells += max(self._span, 1)
        if len(row) > MAX_COLUMNS or len(self.tables[-1]) > MAX_ROWS or self._cells > MAX_CELLS:
            raise Unreadable(_TOO_LARGE)


def is_web_page(data: bytes) -> bool:
    """Whether a file starts as an HTML page or table does."""
    start = data[:2000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"<style", b"<!--"))


def read_web_page(data: bytes) -> list[Grid]:
    """The tables of an HTML page, one grid each; every cell is text. Raises Unreadable."""
    tables = [rows for rows in _Tables(_decoded(data)).tables if rows]
    if not tables:
        raise Unreadable("is a web page without a table: export the report again as .xlsx or .csv")
    if len(tables) > MAX_SHEETS:
        raise Unreadable(f"is a web page of more than {MAX_SHEETS} tables: export the report again as .xlsx or .csv")
    if any(len(rows) * max(map(len, rows)) > MAX_CELLS for rows in tables):
        raise Unreadable(_TOO_LARGE)
    return [grid_of_rows("" if len(tables) == 1 else f"table {n}", rows) for n, rows in enumerate(tables, 1)]


def _decoded(data: bytes) -> str:
    charset = _CHARSET.search(data[:4000])
    if charset:
        # Where the page says wrongly what it is written in, what its bytes show stands.
        with contextlib.suppress(LookupError, UnicodeError):
            encoding = codecs.lookup(charset.group(1).decode("ascii")).name
            if _OF_PAGES.match(encoding):
                return data.decode(encoding)
    return decode(data)
