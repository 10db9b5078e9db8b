"""Files that are broken or mean harm. Each is read beside a good one, which is to be read in full."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from datetime import date

from . import reports
from .world import Rows
from .writers import Files, binary_cell, binary_row, binary_workbook, changed, record, unzipped, workbook, zipped

HEAD = ["Case Number", "Subject", "Date"]
ROWS: Rows = [HEAD, ["00000009", "Initial School Meeting", date(2026, 5, 14)]]
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def _plain() -> bytes:
    return workbook({"Sheet1": ROWS})


def _picture() -> bytes:
    """A picture of one white dot."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    dot = b"x\x01\x01\x04\x00\xfb\xff\x00\xff\xff\xff\x08\xfc\x02\xfe"  # stored, so the same whatever packs it
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")


def _container(*names: str) -> bytes:
    """The start of an OLE file with streams of these names, as far as what it is can be told by."""
    streams = b"".join(name.encode("utf-16-le") + b"\0" * 64 for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + streams


def _sparse() -> bytes:
    """Some 5 KB: two cells, of which the second is the last that a sheet can have."""
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    return _with(_plain(), SHEET, sheet)


def _with(data: bytes, member: str, content: bytes) -> bytes:
    return zipped(unzipped(data) | {member: content})


def _without(data: bytes, member: str) -> bytes:
    return zipped({name: content for name, content in unzipped(data).items() if name != member})


def _sparse_binary() -> bytes:
    far = binary_row(1_048_575) + binary_cell(16_383, 1)
    return changed(binary_workbook(ROWS), "xl/worksheets/sheet1.bin", record(146), far + record(146))


def _bomb() -> bytes:
    """Some 200 KB that unpack to 200 MB."""
    return _with(_plain(), SHEET, b"<worksheet>" + b" " * 200_000_000)


def _broken_archive() -> bytes:
    """The middle of a workbook overwritten, its table of contents whole."""
    data = zipped({"xl/workbook.xml": b"<workbook/>" * 40, SHEET: b"<worksheet/>" * 40}, packed=False)
    return data[:60] + b"\xff" * 200 + data[260:]


def _locked_archive() -> bytes:
    """A zip whose members say that they are under a password."""
    data = bytearray(zipped({"cases.csv": b"Case Number,Subject,Date\n"}, packed=False))
    data[6] |= 1  # in the member's own header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the table of contents
    return bytes(data)


def _summary() -> bytes:
    """A summary report: totals by owner, and no case."""
    rows: Rows = [["Case Owner  ↑", "Record Count"], ["Mere Tūī", 3], ["Hēmi Example", 4], ["Total", 7]]
    return workbook({"A report": [*reports.title(10), *([None, *row] for row in rows), [], [None, reports.COPYRIGHT]]})


def _matrix() -> bytes:
    """A matrix report: owners down, types across."""
    rows: Rows = [
        ["Case Owner  ↑", "Case Record Type  →", "Chronic Absence", "Non-Enrolled", "Total"],
        [None, "Record Count", "Record Count", "Record Count", "Record Count"],
        ["Mere Tūī", None, 3, 1, 4],
        ["Total", None, 3, 1, 4],
    ]
    return workbook({"A report": [*reports.title(10), *([None, *row] for row in rows), [], [None, reports.COPYRIGHT]]})


def _text(content: str | bytes) -> Callable[[], bytes]:
    return lambda: content.encode() if isinstance(content, str) else content


def _same() -> bytes:
    return b"Case Number,Subject,Date\n00000009,Initial School Meeting,14/05/2026\n"


def _strayed() -> str:
    """A quotation mark before a subject, and one after another four rows below."""
    lines = [f"{n:08},Home visit,{n}/05/2026" for n in range(1, 10)]
    lines[2], lines[6] = lines[2].replace("Home", '"Home'), lines[6].replace("visit", 'visit"')
    return "\n".join(["Case Number,Subject,Date", *lines, ""])


def _page() -> str:
    """An HTML table of four events."""
    rows = [HEAD, *([f"{n}", "x", f"{n + 12}/05/2026"] for n in range(1, 5))]
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<html><table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table></html>"


def _two(packed: bool = False) -> bytearray:
    return bytearray(zipped({"a.csv": _same(), "b.csv": _same().replace(b"09,", b"10,")}, packed))


def _damaged_member() -> bytes:
    data = _two()
    data[data.index(b"00000010,")] = ord("9")
    return bytes(data)


def _locked_member() -> bytes:
    data = _two()
    data[data.rindex(b"PK\x03\x04") + 6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _duration(days: str) -> bytes:
    """A workbook with a cell of so many days that is shown in hours."""
    data = changed(_plain(), "xl/styles.xml", b"d/mm/yyyy", b"[h]:mm")
    return changed(data, SHEET, b'<c r="C2" s="1"><v>46156', b'<c r="C2" s="1"><v>' + days.encode())


_FILES: dict[str, Callable[[], bytes]] = {
    "empty.csv": _text(""),
    "empty.xlsx": _text(""),
    "spaces.csv": _text(" \r\n\r\n"),
    "only a mark.csv": _text(b"\xef\xbb\xbf"),
    "header.csv": _text("Case Number,Subject,Date\n"),
    "header.xlsx": lambda: workbook({"Sheet1": [HEAD]}),
    "nothing.xlsx": lambda: workbook({"Sheet1": []}),
    "picture.xlsx": _picture,
    "truncated.xlsx": lambda: _plain()[:3000],
    "broken.xlsx": _broken_archive,
    "document.doc": lambda: _container("WordDocument"),
    "locked 2010.xlsx": lambda: _container("EncryptionInfo", "EncryptedPackage"),
    "locked.zip": _locked_archive,
    "sparse.xlsx": _sparse,
    # The place of a cell in single quotes, as no program writes it, but every reader understands it.
    "sparse quietly.xlsx": lambda: changed(_plain(), SHEET, b'r="C2"', b"r='XFD1048576'"),
    "sparse.xlsb": _sparse_binary,
    "entities.xlsx": lambda: changed(
        _plain(), SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<worksheet'
    ),
    "parts.zip": lambda: _with(_without(_plain(), "xl/workbook.xml"), "xl/other.xml", b"<other/>"),
    "nothing in it.zip": lambda: zipped({}),
    "a zip in a zip.zip": lambda: zipped({"inner.zip": zipped({"events.csv": _same()})}),
    "one of three.zip": lambda: zipped({"picture.xlsx": _picture(), "events.csv": _same(), "empty.csv": b""}),
    "one of two damaged.zip": lambda: _damaged_member(),
    "one of two locked.zip": lambda: _locked_member(),
    "names like clutter.zip": lambda: zipped(
        {"my.DS_Store events.csv": _same(), "x/.DS_Store": b"\0\1", "__MACOSX/._a.csv": b"\0\5"}
    ),
    "a table in a cell.xls": _text(_page().replace("<td>x</td>", "<td><table><tr><td>x</td></tr></table></td>", 1)),
    "an end too many.xls": _text(_page().replace("<td>x</td>", "<td>x</table></td>", 1)),
    "a table without end in a cell.xls": _text(_page().replace("<td>x</td>", "<td><table>x</td>", 1)),
    "a cell of three rows.xls": _text(
        _page().replace("<td>2</td>", '<td rowspan="3">2</td>').replace("<td>3</td>", "").replace("<td>4</td>", "")
    ),
    "a row of four cells.xls": _text(_page().replace("<td>x</td>", "<td>x</td><td>y</td>", 1)),
    "cut off.xls": _text(_page()[:150]),
    "a table a page.xls": _text(_page().replace("</tr><tr><td>3", "</tr></table><table><tr><td>3")),
    "millions of years.xlsx": lambda: _duration("9999999999"),
    "a wrong count.xlsx": lambda: changed(_plain(), STRINGS, b'uniqueCount="5"', b'uniqueCount="4000000000"'),
    "an error.xlsx": lambda: changed(_plain(), SHEET, b'<c r="B2" t="s"><v>4</v>', b'<c r="B2" t="e"><v>#N/A</v>'),
    "utf-32.csv": _text(_same().decode().encode("utf-32")),
    "nul bytes.csv": _text(_same() + b"0000\0\0\0\0\0\0School Meeting,15/05/2026\n"),
    "joined.csv": _text(b"\xef\xbb\xbf" + _same() + b"\xef\xbb\xbf" + _same().replace(b"09,", b"10,") + b"\x1a"),
    "two stray marks.csv": _text(_strayed()),
    "a comma not quoted.csv": _text(_same() + b"00000010,Phone call, no answer,15/05/2026\n"),
    "cut off.csv": _text(_same() + b"00000010,Home visit,15/05/2026\n00000011,Home"),
    "report.pdf": _text(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"),
    "spreadsheet 2003.xml": _text('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>\n'),
    "page without a table.xls": _text("<html><body><p>Your session has ended. Log in again.</p></body></html>"),
    "summary.csv": _text("Case Owner,Record Count\nMere Tūī,3\nHēmi Example,4\n"),
    "summary.xlsx": _summary,
    "matrix.xlsx": _matrix,
    "letter.csv": _text("Dear team,\nhere are the figures.\n"),
    "bytes.csv": _text(bytes(range(256)) * 20),
    "quotation mark.csv": _text('Case Number,Subject,Date\n1,"x,14/05/2026\n2,y,15/05/2026\n'),
    "misnamed column.csv": _text("Case Number,Case Type,Referal Dt,Case Owner\n00000009,CA,14/05/2026,A\n"),
    "formula.xlsx": lambda: workbook({"Sheet1": [*ROWS, ["00000010", "x"]]}, formulas={"C3": "=TODAY()"}),
    "same name.csv": _text("Case Number,Subject,Date,Date\n00000009,Initial School Meeting,,14/05/2026\n"),
    "one name, two values.csv": _text(
        "Case Number,Subject,Date,Date\n00000009,Initial School Meeting,14/05/2026,15/05/2026\n"
    ),
}
HOSTILE: dict[str, Callable[[], Files]] = {
    name.replace(" ", "-").replace(",", "").replace(".", "-"): lambda name=name, make=make: {name: make()}
    for name, make in _FILES.items()
}
HOSTILE["parquet"] = lambda: {"plans.parquet": b"PAR1" + b"\0" * 40 + b"PAR1"}
HOSTILE["json-lines"] = lambda: {"events.jsonl": b'{"Case Number": "00000001", "Subject": "x"}\n' * 2}
HOSTILE["a-readme-in-a-zip"] = lambda: {
    "exports.zip": zipped({"README.txt": b"Run on Monday, for the region.\n", "events.csv": _same()})
}
HOSTILE["the-same-file-twice"] = lambda: {"a.csv": _same(), "b.csv": _same()}
# Too large to keep: these are written when they are asked for.
LARGE: dict[str, Callable[[], Files]] = {
    "bomb-xlsx": lambda: {"bomb.xlsx": _bomb()},
    "bomb-zip": lambda: {"bomb.zip": zipped({"cases.csv": b"0" * 150_000_000})},
    "more-rows-than-a-sheet-csv": lambda: {"more.csv": _many(1_048_577)},
    "a-million-rows-csv": lambda: {"million.csv": _many(1_000_000)},
}


def _many(rows: int) -> bytes:
    """So many events, all the same."""
    return b"Case Number,Subject,Date\n" + b"9,x,14/5/26\n" * (rows - 1)
