"""The rows of a text export counted from the text itself: which of them a quotation mark merged, split or shifted.

A quotation mark that stands where none belongs makes a cell of all that follows up to the next one: records between
them are gone, and what parses them has no reason to complain. But the lines that such a cell swallowed still look like
rows of the table, as hardly a comment does, and a cell that goes on after its closing mark was never written by a
program. So each row is looked at that goes over several lines, or has more or fewer cells than the others.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from csv import field_size_limit, reader
from dataclasses import dataclass
from itertools import islice

import numpy as np

from asreport.importing.budget import check, watched
from asreport.importing.findings import AFFECTS
from asreport.importing.grids import Remark, Unreadable

_BLOCK = 1 << 20  # bytes looked at at a time: few enough to stay in the processor's cache
_SAMPLE = 500  # rows from which the look of a column is learnt
_SEPARATORS = (b",", b";", b"\t", b"|")
_LOOKS = 3  # a column is regular if its values look alike: in no more ways than these
_SHORTENED = re.compile(r"(\d+)|([^\W\d_]+)")
SHIFTED = (
    "This row has more or fewer cells than the others, or two of its cells were read as one, so its values may stand "
    "under the wrong headers and count wrongly: compare it with the report, and export the report again."
)
_CUT_OFF = (
    "The file ends in the middle of this row, so it was not copied whole, and the rows that followed are missing from "
    "the figures: export the report again."
)
_LOOKS_LIKE_ROWS = (
    "A cell of this row holds a line that looks like a row of this table. If a person wrote it there, nothing is "
    "wrong; if a quotation mark is one too many, that row is missing from the figures: compare with the report, and "
    "export it again."
)


@dataclass(frozen=True)
class Rows:
    """Per row: where it begins and ends in the bytes, how many cells it has, how many line breaks are within them.

    `strict`: every quotation mark of the text stands where a program would put it.
    """

    starts: np.ndarray
    ends: np.ndarray
    widths: np.ndarray
    breaks: np.ndarray
    strict: bool = True


def remarks_on(rows: Rows, data: bytes, separator: str, headers: int) -> list[Remark]:
    """What is to be said of some rows, with so many cells in the header, 0 where it is not known.

    Raises Unreadable where a quotation mark swallowed rows.
    """
    return _Judge(rows, data, separator, headers).remarks()


@dataclass(frozen=True)
class _Cell:
    """As it was read; `goes_on`: something follows its closing quotation mark, or it has one and does not begin so."""

    text: str
    goes_on: bool
    is_open: bool  # at the end of the file


def rows_of(data: bytes, separator: str) -> Rows:
    """The rows of a text in UTF-8 without a byte order mark."""
    letters = np.append(np.frombuffer(data, np.uint8), np.uint8(10))
    has_marks, has_returns, part = b'"' in data, b"\r" in data, ord(separator)
    ends, counts = [np.zeros(0, dtype=np.int64)], [np.zeros((2, 0), dtype=np.int64)]
    so_far = np.zeros(2, dtype=np.int64)
    is_within, was_edge = False, True
    for start in range(0, len(data), _BLOCK):
        check()
        after = letters[start + 1 : start + _BLOCK + 1]
        here = letters[start : start + len(after)]
        is_end, cells, breaks = here == 10, here == part, np.zeros(0, dtype=bool)
        if has_returns:
            is_end |= (here == 13) & (after != 10)
        if has_marks:
            marks = here == 34
            edges = cells | marks | (here == 10) | (here == 13)
            within = _odd(marks) ^ is_within
            # One that opens stands after an edge, one that closes before one; doubled ones are edges to each other.
            opens, closes = marks & within, marks & ~within
            opens[1:] &= ~edges[:-1]
            closes[:-1] &= ~edges[1:]
            opens[0] &= not was_edge
            closes[-1] &= after[-1] not in (10, 13, 34, part)
            if opens.any() or closes.any():
                return _walked(data, separator)
            breaks, is_end, cells = is_end & within, is_end & ~within, cells & ~within
            is_within, was_edge = bool(within[-1]), bool(edges[-1])
        at = np.flatnonzero(is_end)
        places = np.flatnonzero(cells), np.flatnonzero(breaks)
        counts.append(np.array([np.searchsorted(one, at) for one in places]) + so_far[:, None])
        so_far += [len(one) for one in places]
        ends.append(at + start)
    if is_within:
        return _walked(data, separator)
    if not len(ends[-1]) or ends[-1][-1] != len(data) - 1:
        ends.append(np.array([len(data)]))
        counts.append(so_far[:, None])
    whole = np.concatenate(ends)
    cells, breaks = np.diff(np.concatenate(counts, axis=1), axis=1, prepend=0)
    return Rows(np.append(0, whole[:-1] + 1), whole, cells + 1, breaks)


def _odd(marks: np.ndarray) -> np.ndarray:
    """Whether there is an odd number of marks up to and with each place; eight places at a time."""
    eights = np.zeros(-(-len(marks) // 8), dtype="<u8")
    eights.view(np.uint8)[: len(marks)] = marks
    for places in (8, 16, 32):
        eights ^= eights << np.uint64(places)
    # The last place of each eight says whether it has an odd number; what precedes it is added to all of it.
    before = np.bitwise_xor.accumulate((eights >> np.uint64(56)).astype(np.uint8))
    eights[1:] ^= before[:-1] * np.uint64(0x0101010101010101)
    return eights.view(bool)[: len(marks)]


def _walked(data: bytes, separator: str) -> Rows:
    """The same by the csv module, which takes any quotation mark as the parsers do, but is far slower."""
    field_size_limit(2**31 - 1)
    lines = list(io.StringIO(data.decode("latin-1"), newline=""))
    walk = reader(watched(lines), delimiter=separator, skipinitialspace=True)
    counted = [(len(row), walk.line_num) for row in walk]
    widths, last = np.array(counted, dtype=np.int64).reshape(-1, 2).T
    ends = np.cumsum([len(line) for line in lines])[last - 1]
    return Rows(np.append(0, ends[:-1]), ends, np.maximum(widths, 1), np.diff(last, prepend=0) - 1, strict=False)


class _Judge:
    """Looks closely at the rows that are not as the others are."""

    def __init__(self, rows: Rows, data: bytes, separator: str, headers: int) -> None:
        self.rows, self.data, self.separator = rows, data, separator
        self.width = self._usual_width()
        self.most = headers or self.width
        mark = re.escape(separator)
        self._token = re.compile(
            rf'[ ]*(?:"((?:[^"]|"")*+)("?)([^{mark}\r\n]*+)|([^{mark}\r\n]*+))({mark}|\r\n|\r|\n|\Z)'
        )
        bounds = mark.encode() + rb"\r\n"
        self._stray = re.compile(rb'(?<=[^%b"])"(?=[^%b"])|(?<=[^%b])""|""(?=[^%b])' % (bounds, bounds, bounds, bounds))
        self._looks: dict[int, set[str]] | None = None

    def remarks(self) -> list[Remark]:
        if self.width < 2 or not ((self.rows.widths > 1) | (self.rows.breaks > 0)).any():
            return []
        rows, table = self.rows, self._table()
        odd = table & ((rows.widths != self.width) | (rows.widths > self.most))
        closer = odd | (rows.breaks > 0)
        if not rows.strict:
            closer[:] = True
        shifted, alike = [], []
        for row in watched(np.flatnonzero(closer).tolist()):
            raw = self._raw(row)
            # What was swallowed brought its separators with it.
            has_more = rows.breaks[row] and raw.count(self.separator.encode()) >= 2 * (self.width - 1)
            if rows.strict and not (odd[row] or has_more):
                continue
            if not (odd[row] or rows.breaks[row] or self._stray.search(raw)):
                continue
            cells = self._cells(raw)
            if cells[-1].is_open:
                raise self._never_closed(row)
            if rows.breaks[row] and self._swallows(row, cells):
                alike.append(row + 1)
            elif table[row] and self._is_shifted(cells):
                shifted.append(row + 1)
        said = ((_LOOKS_LIKE_ROWS, alike), (SHIFTED, shifted), (_CUT_OFF, self._cut_off()))
        return [Remark(AFFECTS, sentence, numbers) for sentence, numbers in said if numbers]

    def _table(self) -> np.ndarray:
        """Which rows lie between the first of the usual width and the last that is one, holds one or is part of one."""
        place = np.arange(len(self.rows.widths))
        usual = np.flatnonzero(self.rows.widths == self.width)
        start, end = (usual[0], usual[-1] + 1) if len(usual) else (0, 0)
        for row in range(end, len(place)):
            raw = self._raw(row)
            if not raw.strip():
                break
            end = row + 1 if self._is_odd_line(raw) else end
        return (place >= start) & (place < end)

    def _is_odd_line(self, raw: bytes) -> bool:
        return max(map(raw.count, _SEPARATORS)) >= self.width - 1 or raw.count(b'"') % 2 == 1

    def _raw(self, row: int) -> bytes:
        return self.data[self.rows.starts[row] : self.rows.ends[row]]

    def _usual_width(self) -> int:
        """How many cells most rows of a single line have; where there is none, what most lines would have."""
        widths = self.rows.widths[(self.rows.breaks == 0) & (self.rows.widths > 1)]
        if not len(widths):
            parts = (line.count(self.separator.encode()) + 1 for line in islice(self.data.splitlines(), 10_000))
            widths = np.array([count for count in parts if count > 1] or [1])
        counts = Counter(widths.tolist())
        return int(max(counts, key=lambda width: (counts[width], width)))

    def _cells(self, raw: bytes) -> list[_Cell]:
        cells = []
        text, at = raw.decode("utf-8", errors="replace").rstrip("\r\n"), 0
        while found := self._token.match(text, at):
            quoted, closing, tail, plain, ending = found.groups()
            if quoted is None:
                cells.append(_Cell(plain, '"' in plain, False))
            else:
                goes_on = bool(tail.strip()) if closing else True
                cells.append(_Cell(quoted.replace('""', '"') + tail, goes_on, not closing))
            at = found.end()
            if ending != self.separator:
                break
        return cells

    def _swallows(self, row: int, cells: list[_Cell]) -> bool:
        """Whether a cell may have swallowed a row. Raises Unreadable where one surely has."""
        for place, cell in enumerate(cells):
            lines = re.split(r"\r\n|\r|\n", cell.text)
            if len(lines) < 2:
                continue
            if cell.goes_on:
                raise self._swallowed(row)
            whole = [line.split(self.separator) for line in lines]
            whole[0] = [other.text for other in cells[:place]] + whole[0]
            whole[-1] = whole[-1] + [other.text for other in cells[place + 1 :]]
            like = sum(self._is_like_a_row(one) for one in whole[1:])
            exact = all(len(one) == self.width for one in whole)
            if like > 1 or (like == 1 and exact and place < self.width - 1):
                raise self._swallowed(row)
            if like or (exact and self.separator in cell.text and self.width > 3):
                return True
        return False

    def _swallowed(self, row: int) -> Unreadable:
        first, count = row + 1, int(self.rows.breaks[row])
        return Unreadable(
            f"has a quotation mark in row {first} that is closed only about row {first + count}, so up to {count:,} "
            "rows would be read as part of one cell and be missing from the figures, and nothing was read: remove the "
            "two quotation marks in a text editor, or export the report again",
            first,
        )

    def _never_closed(self, row: int) -> Unreadable:
        return Unreadable(
            f"has a quotation mark that is never closed, in row {row + 1} or before it, so all that follows would be "
            "one cell: it was changed by hand or not copied whole; export the report again",
            row + 1,
        )

    def _is_shifted(self, cells: list[_Cell]) -> bool:
        if len(cells) > self.most:
            return any(cell.text.strip() for cell in cells[self.most :])
        if len(cells) == 1 and self._is_odd_line(cells[0].text.encode()):
            return True
        if len(cells) < self.width:
            return any(self.separator in cell.text or '"' in cell.text for cell in cells)
        return any(self.separator in cell.text and cell.goes_on for cell in cells)

    def _cut_off(self) -> list[int]:
        """The last row, if it begins as the others do, and ends before they do and without a line break."""
        last = len(self.rows.widths) - 1
        raw, before = self._raw(last), self.rows.widths[max(last - 1, 0)]
        if not last or before != self.width or self.rows.widths[last] >= self.width or raw[-1:] in (b"", b"\n", b"\r"):
            return []
        if self.rows.ends[last] < len(self.data) or self._looks_of(0) == set():
            return []
        return [last + 1] if _look(self._cells(raw)[0].text) in self._looks_of(0) else []

    def _looks_of(self, place: int) -> set[str]:
        if self._looks is None:
            self._looks = self._learnt()
        return self._looks.get(place, set())

    def _is_like_a_row(self, cells: list[str]) -> bool:
        """Whether as many cells, and in the columns whose values look alike most look so."""
        if len(cells) != self.width or not any(cell.strip(' "') for cell in cells):
            return False
        if self._looks is None:
            self._looks = self._learnt()
        regular = [_look(cells[place]) in looks for place, looks in self._looks.items() if cells[place].strip(' "')]
        return 2 * sum(regular) >= len(regular) > 0 if self._looks else self.width > 2

    def _learnt(self) -> dict[int, set[str]]:
        rows = np.flatnonzero((self.rows.breaks == 0) & (self.rows.widths == self.width))
        # The header is among them; what only one row in twenty has is no look of a column.
        sample = [self._cells(self._raw(row)) for row in rows[:: max(1, len(rows) // _SAMPLE)].tolist()]
        learnt = {}
        for place in range(self.width):
            looks = Counter(_look(row[place].text) for row in sample if len(row) > place and row[place].text.strip())
            usual = {look for look, count in looks.items() if "9" in look and 20 * count >= looks.total()}
            if usual and len(usual) <= _LOOKS:
                learnt[place] = usual
        return learnt


def _look(text: str) -> str:
    """A value with each run of digits as 9 and of letters as a."""
    return _SHORTENED.sub(lambda found: "9" if found[1] else "a", text.strip(' "'))
