"""Text exports (.csv, .txt, Excel's "Unicode text") to a grid: encoding, separator, quoted line breaks."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from asreport.importing.budget import check
from asreport.importing.export_words import header
from asreport.importing.grids import Cells, Grid, Unreadable, grid_of_rows
from asreport.importing.limits import HEADER_WITHIN, MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from asreport.importing.rows import remarks_on, rows_of

SEPARATORS = (",", ";", "\t", "|")
_START = 200_000  # characters that are looked at to tell the separator and the number of columns
_BLOCK = 1 << 22  # bytes that are parsed at a time
_UNEVEN = 1_000  # rows that are put in one by one, as the lines after the data are
_AT_ONCE = 20_000  # rows between two looks at the clock
_END = "\x00"  # a cell that no text has
_SEP_LINE = re.compile(r'"?sep=([\t!#-/:-@[-`{-~])"?\r?\n', re.IGNORECASE)


def read_delimited(data: bytes) -> list[Grid]:
    """The one grid of a text file; every cell is text. Raises Unreadable."""
    text = decode(data)
    separator = find_separator(text)
    plain = text.encode("utf-8", errors="replace")
    rows = rows_of(plain, separator)
    _check_size(len(rows.widths), 1)
    _check_size(1, int(rows.widths.max()))
    remarks = tuple(remarks_on(rows, plain, separator, _header_width(text[:_START], separator)))
    try:
        grid = _read_fast(text, plain, separator)
    except pd.errors.ParserError:
        grid = _read_exactly(text, separator)
    if grid.height != len(rows.widths):
        raise Unreadable(
            f"has {len(rows.widths):,} rows by its lines, but {grid.height:,} could be read, so records would be "
            "missing: export the report again"
        )
    return [replace(grid, remarks=remarks)]


def decode(data: bytes) -> str:
    """The text of a file: by its byte order mark, else by which of its bytes are NUL, else UTF-8, else cp1252.

    cp1252 leaves five bytes undefined; they pass through as control characters: damaged macrons stay repairable. Byte
    order marks, of which files that were joined have some within, and the end that DOS wrote are no part of it. Raises
    Unreadable of a text with NULs: where a disk or a transfer wrote them, it lost what stood there.
    """
    text = _decoded(data).rstrip("\x1a")
    if "\ufeff" in text:
        text = text.replace("\ufeff", "")
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        if row == 1:
            raise Unreadable("is not a table of text, nor a workbook: export the report again as .csv or .xlsx")
        raise Unreadable(
            f"is damaged from about row {row} on, where bytes stand that are no text, so records may be missing there "
            "and nothing was read: export the report again",
            row,
        )
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    start = data[: 4000 - len(data[:4000]) % 4]
    nul = [start[place::4].count(0) / max(len(start) // 4, 1) for place in range(4)]
    for encoding, zeros in _NULS.items():
        if all(share > 0.4 if is_zero == "0" else share < 0.1 for share, is_zero in zip(nul, zeros, strict=True)):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return codecs.charmap_decode(data, "strict", _CP1252)[0]


# That of UTF-32 begins as that of UTF-16 does.
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Without a mark: which bytes of four are mostly 0.
_NULS = {"utf-16-le": "x0x0", "utf-16-be": "0x0x", "utf-32-le": "x000", "utf-32-be": "000x"}


def _as_cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_CP1252 = "".join(_as_cp1252(byte) for byte in range(256))


def find_separator(text: str) -> str:
    """The separator under which the first rows hold the best header, else the most columns of the same count."""
    said = _SEP_LINE.match(text)
    if said:
        return said.group(1)
    start = text[:_START]
    return max(SEPARATORS, key=lambda separator: _fit(start, separator))


def _fit(start: str, separator: str) -> tuple[int, int]:
    rows = list(itertools.islice(_rows(start, separator), HEADER_WITHIN))
    known = max((known_headers(row) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    return known, max((widths.count(width) for width in set(widths)), default=0)


def _header_width(start: str, separator: str) -> int:
    """How many cells the header has, up to its last that is not blank; 0 where no row is known to be one."""
    rows = list(itertools.islice(_rows(start, separator), HEADER_WITHIN))
    best = max(rows, key=known_headers, default=[])
    return (
        max((place for place, cell in enumerate(best, 1) if cell.strip()), default=0) if known_headers(best) > 1 else 0
    )


def known_headers(row: list[str]) -> int:
    """How many cells of a row are headers of one table."""
    if len(row) < 2:
        return 0
    seen = [header(cell) for cell in row[:MAX_COLUMNS] if cell and len(cell) < 100]
    tables = Counter(table for one in seen for table in one.fields)
    return max(tables.values(), default=0)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(2**31 - 1)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)


def _read_fast(text: str, data: bytes, separator: str) -> Grid:
    """By pandas' own parser, several times faster than the csv module.

    It must be told the number of columns: first as many as the first rows have, and if some row has more, as many as
    any line has separators.
    """
    start = text[:_START]
    widest = max(map(len, itertools.islice(_rows(start, separator), HEADER_WITHIN)), default=1)
    if len(text) > _START and not set("\r\n") & set(start):
        return _read_exactly(text, separator)  # of a first row that goes on, pandas would drop what lies beyond
    if widest * max(data.count(b"\n"), data.count(b"\r")) > MAX_CELLS:
        return _read_exactly(text, separator)  # pandas would fill up every short row to that width
    try:
        return _parse_plain(data, separator, widest) or _parse(data, separator, widest)
    except pd.errors.ParserError:
        widest = 1 + max(line.count(separator) for line in text.split("\n"))
        return _parse(data, separator, widest) if widest <= MAX_COLUMNS else _read_exactly(text, separator)


def _parse_plain(data: bytes, separator: str, columns: int) -> Grid | None:
    """By Arrow's parser, several times faster than pandas'; None for a text that the two may read differently.

    Rows of fewer columns, such as the lines after the data, are read by the csv module and put in where they stood.
    """
    if columns < 2 or not data:
        return None
    uneven: list[Any] = []
    parted = separator + " "  # a quotation mark after a space is none to Arrow

    def set_aside(row: Any) -> str:
        uneven.append(row)
        bad = row.actual_columns > columns or len(uneven) > _UNEVEN or parted in row.text or row.text[:1] == " "
        return "error" if bad else "skip"

    # A last row of our own: within a quotation mark that is never closed, it would be no row.
    last = ("" if data.endswith(b"\n") else "\n") + separator.join([_END] * columns)
    names = [str(place) for place in range(columns)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data + last.encode()),
            read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    _check_size(len(table) + len(uneven), columns)
    if not len(table) or set(table.slice(len(table) - 1).to_pylist()[0].values()) != {_END}:
        return None
    short = [next(_rows(row.text, separator), []) for row in uneven]
    places = [row.number - 1 - before for before, row in enumerate(uneven)]
    cells = []
    for place, column in enumerate(table.slice(0, len(table) - 1).columns):
        check()
        # Coded once it is whole: coded block by block, the distinct texts of all blocks would have to be made one.
        coded = column.dictionary_encode().combine_chunks()
        codes, texts = coded.indices.to_numpy(), coded.dictionary
        if pc.any(pc.starts_with(texts, " ")).as_py():
            return None
        if short:
            codes, texts = _inserted(codes, texts, places, [row[place] if place < len(row) else "" for row in short])
        cells.append(Cells.of_texts(codes, texts))
    return Grid("", cells)


def _inserted(codes: np.ndarray, texts: pa.Array, at: list[int], inserted: list[str]) -> tuple[np.ndarray, pa.Array]:
    """Codes and distinct texts of a column with others put in before these rows of it."""
    place_of = {text: place for place, text in enumerate(texts.to_pylist())}
    new = [place_of.setdefault(text, len(place_of)) for text in inserted]
    codes, used = pd.factorize(np.insert(codes, at, new))
    return codes, pa.array(place_of, pa.string()).take(pa.array(used))


def _parse(data: bytes, separator: str, columns: int) -> Grid:
    """Raises pandas' ParserError for a row of more columns and for a quotation mark that is never closed."""
    with pd.read_csv(
        io.BytesIO(data),
        chunksize=_AT_ONCE,
        sep=separator,
        header=None,
        names=list(range(columns)),
        index_col=False,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        skipinitialspace=True,
    ) as reader:
        pieces = []
        for piece in reader:
            check()
            pieces.append(piece)
    frame = pd.concat(pieces, ignore_index=True)
    _check_size(len(frame), columns)
    return Grid("", [Cells.of(frame[name]) for name in frame.columns])


def _read_exactly(text: str, separator: str) -> Grid:
    rows = []
    cells = 0
    for row in itertools.islice(_rows(text, separator), MAX_ROWS + 1):
        rows.append(row)
        cells += len(row)
        if not len(rows) % _AT_ONCE:
            check()
        if cells > MAX_CELLS:
            break
    _check_size(len(rows), max(map(len, rows), default=0))
    return grid_of_rows("", rows)


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise Unreadable(f"has more than {MAX_ROWS:,} rows: export a shorter span of time, or one region at a time")
    if columns > MAX_COLUMNS:
        raise Unreadable(f"has more than {MAX_COLUMNS:,} columns: export the report again with the columns it needs")
    if rows * columns > MAX_CELLS:
        raise Unreadable("is too large to read safely: export a shorter span of time, or one region at a time")
