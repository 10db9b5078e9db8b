"""Salesforce's "Details only (.xls)": not a workbook but a page with an HTML table."""

from __future__ import annotations

import contextlib
import re
from html.parser import HTMLParser

from asreport.reading.delimited import decode
from asreport.reading.grids import Grid, Unreadable, grid_of_rows
from asreport.reading.limits import MAX_COLUMNS, MAX_ROWS

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)


class _Tables(HTMLParser):
    """Collects the rows of every table of a page; a cell that spans rows or columns counts for each of them once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
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
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), MAX_COLUMNS) if span.isdecimal() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        row = self.tables[-1][-1]
        row += ["".join(self._cell), *[""] * (self._span - 1)]
        self._cell = None
        if len(row) > MAX_COLUMNS or len(self.tables[-1]) > MAX_ROWS:
            raise Unreadable("is too large to read safely: export a shorter span of time, or one region at a time")


def is_web_page(data: bytes) -> bool:
    """Whether a file starts as an HTML page or table does."""
    start = data[:2000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"<style", b"<!--"))


def read_web_page(data: bytes) -> list[Grid]:
    """The tables of an HTML page, one grid each; every cell is text. Raises Unreadable."""
    charset = _CHARSET.search(data[:4000])
    text = decode(data)
    if charset:
        # Where the page says wrongly what it is written in, what its bytes show stands.
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            text = data.decode(charset.group(1).decode("ascii"))
    parser = _Tables()
    parser.feed(text)
    parser.close()
    tables = [rows for rows in parser.tables if rows]
    if not tables:
        raise Unreadable("is a web page without a table: export the report again as .xlsx or .csv")
    return [grid_of_rows("" if len(tables) == 1 else f"table {n}", rows) for n, rows in enumerate(tables, 1)]
