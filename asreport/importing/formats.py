"""A file to grids: what it is, is told by its bytes and never by its name."""

from __future__ import annotations

import re

from asreport.importing.delimited import read_delimited
from asreport.importing.grids import Unreadable, Workbook
from asreport.importing.html_tables import is_web_page, read_web_page
from asreport.importing.limits import MAX_FILE_BYTES
from asreport.importing.workbooks import read_old, read_zipped

_SOMETHING = re.compile(rb"[^\x00 \t\r\n\xef\xbb\xbf\xff\xfe]")
_AGAIN = "export the report again as .xlsx or .csv"
_OTHERS = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BM": "a picture",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"%PDF": "a PDF document",
    b"Rar!": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"\x1f\x8b": "an archive",
    b"<?xml": "an XML document",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document",
}


# Tables that are not read, and how to bring what they hold.
_PROGRAMS = "save it as .xlsx or .csv in the program that made it, and upload that"
_TABLES = {
    b"PAR1": f"is a Parquet file, which is not read here: {_PROGRAMS}",
    b"ARROW1": f"is a Feather or Arrow file, which is not read here: {_PROGRAMS}",
}
_WORKBOOK_2003 = re.compile(rb"<\?mso-application\s+progid=.Excel|urn:schemas-microsoft-com:office:spreadsheet", re.I)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)*\{\s*[\"}]")


def read_grids(data: bytes) -> Workbook:
    """The grids of one file. Raises Unreadable, whose text ends the sentence that the file's name begins."""
    if not _SOMETHING.search(data):
        raise Unreadable(f"is empty: {_AGAIN}")
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable("is too large to read safely: export a shorter span of time, or one region at a time")
    if data.startswith(b"PK"):
        return read_zipped(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return read_old(data)
    if is_web_page(data):
        return Workbook(read_web_page(data))
    for start, sentence in _TABLES.items():
        if data.startswith(start):
            raise Unreadable(sentence)
    if _WORKBOOK_2003.search(data[:2_000]):
        raise Unreadable("is an XML workbook of Excel 2003: open it in Excel, save it as .xlsx, and upload that")
    if _JSON.match(data[:2_000]):
        raise Unreadable(f"is JSON, as programs hand it on, and not a table: {_PROGRAMS}, or {_AGAIN}")
    for start, what in _OTHERS.items():
        if data.startswith(start) and (start != b"BM" or b"\x00" in data[:64]):
            raise Unreadable(f"is {what}, not a table: {_AGAIN}")
    return Workbook(read_delimited(data))
