"""Run by workbooks.py in a process of its own: workbooks on standard input, what they hold on standard output.

A crafted workbook can end the process that reads it, or take memory without end: this process has only itself to lose.
So it starts fast: it imports the reader and the standard library, and nothing of asreport.

A workbook and an answer each come after their length in bytes, as a number of 8 bytes. The answer is a line of JSON,
then for each column, in the order of the sheets, its distinct values as a JSON list, then for each column its codes:
32 bits each, the place of a row's value among the distinct values. The line is {"sheets": [{"name", "first_row",
"height", "columns": [bytes of the list of distinct values, …]}, …], "rows_without_result": [row of a formula without
its result, …], "rows_in_error": [row of a cell that shows an error, …], "ends"}, where dates and times are text, as
as_text (texts.py) writes them. Or it is {"unreadable": reason, "ends"}, a key of workbooks.py's reasons. `ends`: no
further workbook is taken, as this one took much memory.

Arguments: the most bytes of memory, rows, columns, cells of all sheets together, and sheets.
"""

import gc
import io
import json
import os
import re
import sys
import zipfile
from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count, islice
from typing import IO

import python_calamine

AT_ONCE = 256  # rows turned to columns at a time: few enough to stay in the processor's cache
ENOUGH = 1 << 22  # bytes of workbooks and answers after which a process ends: giving memory back takes longer
PIECE = 1 << 18  # bytes of a member looked through at a time, few for the same reason
# No part of it can try the same text over and over, however the text is made.
NO_RESULT = re.compile(
    rb"""<c [^<>]{0,100}?\br="[A-Z]+([0-9]+)"[^<>]{0,100}+>\s*+<f\b[^<>]*+(?:(?<=/)>|>[^<]*+</f>)"""
    rb"""\s*+(?:<v\s*+/>|<v>\s*+</v>)?\s*+</c>"""
)
IN_ERROR = re.compile(rb"""<c (?=[^<>]{0,100}?\bt="e")[^<>]{0,100}?\br="[A-Z]+([0-9]+)\"""")
COUNT = re.compile(rb"""(<sst\b[^<>]{0,1000}?)\buniqueCount\s*=\s*["'](\d{1,30})["']""")
NO_DURATION = re.compile(rb"""(<c [^<>]{0,100}?)\bs="\d+"([^<>]{0,100}>\s*<v>-?(?:\d{10}|[\d.]{1,30}[eE]))""")
STRINGS = "xl/sharedStrings.xml"


class Unreadable(Exception):
    """Its text is the reason."""


def main() -> None:
    """Read and answer, one workbook after the other. Where it ends without an answer, that workbook was too large."""
    memory, *limits = map(int, sys.argv[1:])
    _limit(memory)
    gc.disable()
    done = 0
    while length := int.from_bytes(sys.stdin.buffer.read(8), "big"):
        answer, parts = _answered(sys.stdin.buffer.read(length), limits)
        size = sum(len(memoryview(part).cast("B")) for part in parts)
        done += length + size
        answer["ends"] = done > ENOUGH or "unreadable" in answer
        line = json.dumps(answer, ensure_ascii=False).encode() + b"\n"
        sys.stdout.buffer.write((len(line) + size).to_bytes(8, "big"))
        sys.stdout.buffer.write(line)
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
        if answer["ends"]:
            break
    os._exit(0)  # giving back a great many cells one by one takes longer than ending


def _answered(data: bytes, limits: list[int]) -> tuple[dict[str, object], list["bytes | array[int]"]]:
    """The line of an answer, and what comes after it."""
    coded: list[array[int]] = []
    try:
        rows: list[int] = []
        errors: list[int] = []
        if data.startswith(b"PK"):
            rows, errors = _noted_rows(data)
            data = _with_true_count(data)
        distinct: list[bytes] = []
        try:
            sheets = list(_sheets(data, limits, distinct, coded))
        except OverflowError:  # a duration of millions of years, which a number may well be
            distinct, coded = [], []
            sheets = list(_sheets(_rewritten(data, "/worksheets/", NO_DURATION, rb"\1\2"), limits, distinct, coded))
        return {"sheets": sheets, "rows_without_result": rows, "rows_in_error": errors}, [*distinct, *coded]
    except Unreadable as reason:
        return {"unreadable": str(reason)}, []
    except python_calamine.PasswordError:
        return {"unreadable": "locked"}, []
    except MemoryError:
        return {"unreadable": "large"}, []
    except BaseException:  # the reader's panics are no Exception
        return {"unreadable": "damaged"}, []


def _limit(memory: int) -> None:
    """Take no more memory than that, and leave nothing on disk; where the platform can (Windows cannot)."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_AS, memory)):
        resource.setrlimit(what, (most, most))


def _noted_rows(data: bytes) -> tuple[list[int], list[int]]:
    """The rows of formulas whose results were not saved, and of errors, for the reader gives both as blank cells."""
    rows: list[int] = []
    errors: list[int] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    _look_through(stream, "/worksheets/" in member.filename, rows, errors)
    return rows, errors


def _look_through(stream: IO[bytes], is_sheet: bool, rows: list[int], errors: list[int]) -> None:
    """One member, a piece at a time, of which only the cells of a sheet are looked at, and those whole."""
    tail = b""
    while piece := stream.read(PIECE):
        if not tail and b"<!DOCTYPE" in piece:
            raise Unreadable("declarations")
        if not is_sheet:
            break
        text = tail + piece
        end = text.rfind(b"</c>") + len(b"</c>")
        if b"f" in text and b"<f" in text:  # a letter alone is found far sooner, and most sheets have none
            rows += map(int, NO_RESULT.findall(text, 0, end))
        if b't="e"' in text:
            errors += map(int, IN_ERROR.findall(text, 0, end))
        tail = text[max(end, len(text) - 40_000) :]  # a cell holds 32,767 characters at most


def _with_true_count(data: bytes) -> bytes:
    """The workbook without the number of its texts where that is untrue: the reader takes memory for as many."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if STRINGS not in archive.namelist():
            return data
        with archive.open(STRINGS) as stream:
            found = COUNT.search(stream.read(2000))
        if not found or int(found[2]) <= archive.getinfo(STRINGS).file_size:  # a text takes more than a byte
            return data
    return _rewritten(data, STRINGS, COUNT, rb"\1")


def _rewritten(data: bytes, members: str, old: re.Pattern[bytes], new: bytes) -> bytes:
    """The workbook with something in some of its members written otherwise."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(written, "w") as other:
        for member in archive.infolist():
            content = archive.read(member)
            other.writestr(member.filename, old.sub(new, content) if members in member.filename else content)
    return written.getvalue()


def _sheets(
    data: bytes, limits: list[int], distinct: list[bytes], coded: list["array[int]"]
) -> Iterator[dict[str, object]]:
    """Every worksheet; the distinct values of its columns go to `distinct`, as JSON, and their codes to `coded`."""
    most_rows, most_columns, cells_left, most_sheets = limits
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        of_cells = python_calamine.SheetTypeEnum.WorkSheet
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == of_cells]
        if len(names) > most_sheets:
            raise Unreadable("sheets")
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is None or sheet.end is None:
                continue
            cells_left -= sheet.height * sheet.width
            if sheet.end[0] >= most_rows or sheet.end[1] >= most_columns or cells_left < 0:
                raise Unreadable("large")
            values, codes = _columns(sheet)
            _spread_merged(sheet, sheet.start, codes)
            coded += codes
            listed = [json.dumps(own, ensure_ascii=False, default=_text).encode() for own in values]
            distinct += listed
            yield {
                "name": name,
                "first_row": sheet.start[0] + 1,
                "height": sheet.height,
                "columns": [len(one) for one in listed],
            }


def _columns(sheet: python_calamine.CalamineSheet) -> tuple[list[list[object]], list["array[int]"]]:
    """The distinct values of each column, and the codes of its rows."""
    assert sheet.start is not None
    places: list[defaultdict[object, int]] = [defaultdict(count().__next__) for _ in range(sheet.width)]
    codes = [array("i") for _ in places]
    columns = [(coded.fromlist, place.__getitem__) for coded, place in zip(codes, places, strict=True)]
    rows = islice(sheet.iter_rows(), sheet.start[0], None)  # which begins with the blank rows above
    while some := list(islice(rows, AT_ONCE)):
        for (add, place_of), column in zip(columns, zip(*some, strict=True), strict=True):
            add([*map(place_of, column)])
    return [list(place) for place in places], codes


def _spread_merged(sheet: python_calamine.CalamineSheet, start: tuple[int, int], codes: list["array[int]"]) -> None:
    """A merged cell holds its value in its first row only: the rows it spans all get it."""
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        row, place = first - start[0], column - start[1]
        below = min(last - start[0] + 1, sheet.height) - row - 1
        if row >= 0 and 0 <= place < sheet.width and below > 0:
            codes[place][row + 1 : row + 1 + below] = array("i", codes[place][row : row + 1]) * below


def _text(value: object) -> str:
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


if __name__ == "__main__":
    main()
