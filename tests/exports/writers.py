"""Rows to the bytes of a file, the same bytes each time."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from html import escape

import xlsxwriter

from .world import Rows

Files = dict[str, bytes]
Day = Callable[[date], str]

STAMP = datetime(2026, 7, 6, 9, 14)


def day_first(day: date) -> str:
    """As New Zealand writes it in exports: 3/07/2026."""
    return f"{day.day}/{day.month:02}/{day.year}"


def serial(day: date) -> int:
    """The number that Excel keeps for a date."""
    return (day - date(1899, 12, 30)).days


def texts(rows: Rows, day: Day = day_first) -> list[list[str]]:
    """Every cell as the text that an export of text would hold."""
    return [[_text(cell, day) for cell in row] for row in rows]


def _text(cell: object, day: Day) -> str:
    return "" if cell is None else day(cell) if isinstance(cell, date) else str(cell)


def delimited(
    rows: Rows,
    separator: str = ",",
    encoding: str = "utf-8",
    day: Day = day_first,
    every: bool = False,
    ending: str = "\n",
    footer: str = "",
) -> bytes:
    """A text file. `every` quotes every value; what the encoding has no place for becomes a question mark."""
    lines = [separator.join(_quoted(cell, separator, every) for cell in row) + ending for row in texts(rows, day)]
    return ("".join(lines) + footer).encode(encoding, errors="replace")


def _quoted(cell: str, separator: str, every: bool) -> str:
    needed = every or any(sign in cell for sign in (separator, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if needed else cell


def web_page(rows: Rows, charset: str = "") -> bytes:
    """What "Details only (.xls)" gives: an HTML table whose letters beyond ASCII are entities."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row) + "</tr>\n"
        for row in texts(rows)
    )
    mark = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    page = f"<html><head>{mark}</head><body><table border=1>\n{cells}</table></body></html>\n"
    return page.encode(charset) if charset else page.encode("ascii", errors="xmlcharrefreplace")


def workbook(
    sheets: dict[str, Rows],
    merged: Iterable[str] = (),
    mac: bool = False,
    numbers: Iterable[str] = (),
    formulas: dict[str, str] | None = None,
) -> bytes:
    """A workbook; dates are real ones.

    `merged` are ranges of the first sheet whose first cell holds the value; `numbers` are headers under which texts
    are numbers; `formulas` are put into the first sheet without a result.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": mac}) as book:
        book.set_properties({"created": STAMP})
        styles = {
            date: book.add_format({"num_format": "d/mm/yyyy"}),
            datetime: book.add_format({"num_format": "d/mm/yyyy h:mm"}),
        }
        made = [_fill(book.add_worksheet(name), rows, styles, set(numbers)) for name, rows in sheets.items()]
        for cells in merged:
            # Merging writes the first cell again, so what stands there is given.
            made[0].merge_range(cells, _at(next(iter(sheets.values())), cells.split(":")[0]))
        for cell, formula in (formulas or {}).items():
            made[0].write_formula(cell, formula, None, "")
    return buffer.getvalue()


def _fill(sheet, rows: Rows, styles: dict, numbers: set[str]):
    places: set[int] = set()
    for number, row in enumerate(rows):
        found = {place for place, cell in enumerate(row) if cell in numbers}
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, styles[type(cell)])
            elif place in places and isinstance(cell, str):
                sheet.write_number(number, place, float(cell))
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write(number, place, cell)
        places |= found
    return sheet


def _at(rows: Rows, cell: str) -> object:
    return rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")]


def zipped(files: Files, packed: bool = True) -> bytes:
    """A zip archive of files, without the time at which it was made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = archive.compression
            archive.writestr(member, content)
    return buffer.getvalue()


def unzipped(data: bytes) -> Files:
    """The members of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """The same workbook with something in one of its members written otherwise."""
    files = unzipped(data)
    assert old in files[member], f"{old!r} is not in {member}"
    return zipped(files | {member: files[member].replace(old, new)})


# A binary workbook (.xlsb) is a zip whose members are records: a kind, a length, and so many bytes.

_TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>\
<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(**targets: str) -> bytes:
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    start = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006'
    )
    return f'{start}/relationships">{inner}</Relationships>'.encode()


def record(kind: int, body: bytes = b"") -> bytes:
    """One record: its kind in one or two bytes, its length in seven bits a byte."""
    start = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(body), b""
    while length > 127:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return start + size + bytes([length]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_cell(place: int, cell: object) -> bytes:
    """A cell of a binary sheet: a real number, of a date its serial in the second style, or a text."""
    if isinstance(cell, date):
        return record(5, struct.pack("<IId", place, 1, serial(cell)))
    if isinstance(cell, int | float):
        return record(5, struct.pack("<IId", place, 0, cell))
    return record(6, struct.pack("<II", place, 0) + _wide(str(cell)))


def binary_row(number: int) -> bytes:
    """The record that a row of a binary sheet starts with."""
    return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))


def binary_workbook(rows: Rows) -> bytes:
    """A workbook as Excel saves it when asked for .xlsb, with no more in it than makes it one."""
    cells = b"".join(
        binary_row(number) + b"".join(binary_cell(p, cell) for p, cell in enumerate(row) if cell is not None)
        for number, row in enumerate(rows)
    )
    reach = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = record(129) + record(148, reach) + record(145) + cells + record(146) + record(130)
    named = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Sheet1")
    book = record(131) + record(143) + record(156, named) + record(144) + record(132)
    forms = b"".join(record(47, struct.pack("<HHHHHBBH", 0, form, 0, 0, 0, 0, 0, 0)) for form in (0, 14))
    styles = record(278) + record(617, struct.pack("<I", 2)) + forms + record(618) + record(279)
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations(officeDocument="xl/workbook.bin"),
            "xl/_rels/workbook.bin.rels": _relations(worksheet="worksheets/sheet1.bin", styles="styles.bin"),
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet,
            "xl/styles.bin": styles,
        }
    )
