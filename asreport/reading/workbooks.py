"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to grids, one a sheet.

The reader takes memory for every cell up to the furthest one, and ends the whole process when there is not enough: so
a workbook is measured before it is handed over.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field

import python_calamine

from asreport.reading.grids import Grid, Unreadable, grid_of_rows
from asreport.reading.limits import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_UNPACKED_BYTES,
    RATIO_MATTERS_FROM,
)

_CELL = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{1,7})\$?([0-9]{1,9})["']""")
# No pattern may look across tags: where none ends, that takes hours over a few megabytes.
_NO_RESULT = re.compile(
    rb"""<c [^<>]{0,200}?\br="[A-Z]+([0-9]+)"[^<>]{0,200}>\s*<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)"""
    rb"""\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_REPEATED = re.compile(rb"""number-(columns|rows)-repeated=["']([0-9]+)["']""")
_BINARY_ROW, _BINARY_CELLS = 0, range(1, 12)
_CHUNK = 1 << 22
_MAC = b"\x00\x05\x16\x07"  # starts what a Mac adds beside each file it packs: no XML, so nothing reads it as a sheet
# What reading a zip may raise that is damaged, as the standard library checks little of it.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
# A zip with one of these in it is a workbook: .xlsx, .xlsb, .ods.
IS_WORKBOOK = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
_AGAIN = "export the report again as .xlsx or .csv"
_DAMAGED = f"is damaged or was not copied whole: {_AGAIN}"
_TOO_LARGE = "is too large to read safely: export a shorter span of time, or one region at a time"


@dataclass
class Workbook:
    """The grids of a workbook, and the rows of formulas whose results were not saved in it."""

    grids: list[Grid]
    rows_without_result: list[int] = field(default_factory=list)


def read_zipped(data: bytes) -> Workbook:
    """The sheets of a zipped workbook (.xlsx, .xlsm, .xlsb, .ods). Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            without_result = _measure(archive, len(data))
    except DAMAGED_ZIP as error:
        raise Unreadable(_DAMAGED) from error
    return Workbook(_sheets(data), without_result)


def read_old(data: bytes) -> Workbook:
    """The sheets of an .xls workbook, which is an OLE file, as a workbook under a password is. Raises Unreadable."""
    names = data[: 1 << 24]
    if "EncryptedPackage".encode("utf-16-le") in names:
        raise Unreadable("is protected with a password: save it without one, and upload it again")
    if "Workbook".encode("utf-16-le") not in names and "Book".encode("utf-16-le") not in names:
        raise Unreadable(f"is not a workbook: {_AGAIN}")
    return Workbook(_sheets(data))


def _measure(archive: zipfile.ZipFile, packed: int) -> list[int]:
    """Look through the members without keeping them; the rows of formulas without a result. Raises Unreadable."""
    members = archive.infolist()
    names = {member.filename for member in members}
    if "EncryptedPackage" in names or any(member.flag_bits & 1 for member in members):
        raise Unreadable("is protected with a password: save it without one, and upload it again")
    if not names & IS_WORKBOOK:
        raise Unreadable(f"is a zip archive, not a workbook: unpack it, or {_AGAIN}")
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED_BYTES:
        raise Unreadable(_TOO_LARGE)
    if total > RATIO_MATTERS_FROM and total > MAX_RATIO * packed:
        raise Unreadable(f"unpacks to far more than a workbook of its size would, so it was not opened: {_AGAIN}")
    without_result: list[int] = []
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            without_result += _look_through(archive, member)
        elif member.filename.endswith(".bin") and "/worksheets/" in member.filename:
            _check_extent(*_binary_extent(archive.read(member)))
    return without_result


def _look_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[int]:
    """One member of the archive, a piece at a time."""
    is_sheet = "/worksheets/" in member.filename
    letters: set[bytes] = set()
    furthest_row = 0
    without_result: list[int] = []
    tail = b""
    with archive.open(member) as stream:
        while piece := stream.read(_CHUNK):
            if piece.startswith(_MAC) and not tail:
                return []
            if b"\x00" in piece[:400]:
                raise Unreadable(f"is written in a way that asreport does not read: {_AGAIN}")
            text = tail + piece
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise Unreadable(f"holds declarations no spreadsheet program writes, so it was not opened: {_AGAIN}")
            if is_sheet:
                refs = _CELL.findall(text)
                letters.update({column for column, _ in refs})
                furthest_row = max(furthest_row, max((int(row) for _, row in refs), default=0))
                if b"<f" in text:
                    without_result += [int(row) for row in _NO_RESULT.findall(text)]
            elif member.filename == "content.xml":
                _check_repeats(text)
            tail = text[-300:]
    if is_sheet and letters:
        _check_extent(furthest_row, max(_column_number(column) for column in letters))
    return without_result


def _binary_extent(sheet: bytes) -> tuple[int, int]:
    """How many rows and columns a sheet of an .xlsb reaches: its records are a kind, a length and so many bytes."""
    at = rows = columns = 0
    while at + 2 <= len(sheet):
        kind, at = _number(sheet, at, 2)
        length, at = _number(sheet, at, 4)
        if kind == _BINARY_ROW:
            rows = max(rows, int.from_bytes(sheet[at : at + 4], "little") + 1)
        elif kind in _BINARY_CELLS:
            columns = max(columns, int.from_bytes(sheet[at : at + 4], "little") + 1)
        at += length
    return rows, columns


def _number(data: bytes, at: int, longest: int) -> tuple[int, int]:
    """A number of seven bits a byte, the last byte without the high bit; and where the next one starts."""
    number = 0
    for place in range(longest):
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    return number, at + longest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_extent(rows: int, columns: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise Unreadable(
            "has a cell far away from its table, at the edge of a sheet: "
            "copy the table to a new workbook, save that and upload it"
        )


def _check_repeats(text: bytes) -> None:
    """An .ods says "this cell 16,384 times": a filled row repeated so often is not a table."""
    for content in re.findall(rb"<table:table-cell[^<>]{0,2000}?office:value-type[^<>]*+>", text):
        repeated = _REPEATED.search(content)
        if repeated and int(repeated.group(2)) > MAX_COLUMNS:
            _check_extent(1, int(repeated.group(2)))


def _sheets(data: bytes) -> list[Grid]:
    """Every worksheet that holds something."""
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            names = [
                sheet.name for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            if len(names) > MAX_SHEETS:
                raise Unreadable(f"has more than {MAX_SHEETS} sheets: keep the exports only")
            return [_sheet(workbook, name) for name in names]
    except python_calamine.PasswordError as error:
        raise Unreadable("is protected with a password: save it without one, and upload it again") from error
    except (python_calamine.CalamineError, ValueError, OSError, OverflowError) as error:
        raise Unreadable(_DAMAGED) from error


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str) -> Grid:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None or sheet.end is None:
        return Grid(name, [])
    top, left = sheet.start
    _check_extent(sheet.end[0] + 1, sheet.end[1] + 1)
    rows = sheet.to_python()
    # A merged cell holds its value in its first row only: the rows it spans all have it.
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        place = column - left
        if first < top or not rows or not 0 <= place < len(rows[0]):
            continue
        for row in rows[first - top + 1 : last - top + 1]:
            row[place] = rows[first - top][place]
    return grid_of_rows(name, rows, top + 1)
