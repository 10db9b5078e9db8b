"""A grid to a header row and its data rows: titles above, subtotals among, and footers below the data are set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from asreport.importing import date_columns
from asreport.importing.budget import check, watched
from asreport.importing.export_words import FOOTERS, HEADERS, TOTALS, WORDS, Header, fields_of, fold, header
from asreport.importing.grids import Cells, Grid, used_codes
from asreport.importing.limits import FOOTER_WITHIN, HEADER_WITHIN
from asreport.importing.texts import as_text

_RECORDS = re.compile(r"\(\s*[\d,]+\s+records?\s*\)\s*$", re.IGNORECASE)
_TOTALS_START = frozenset(word[:2] for word in TOTALS)
_NUMBER = re.compile(r"[$-]?[\d,]+(?:\.\d+)?%?")
EXAMPLE_WITHIN = 5  # an example stands just below the header
_LAST_DATE = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})(?!.*\d[-/.]\d)")


@dataclass(frozen=True)
class Layout:
    """What a grid holds: `columns` are the data rows alone, `rows` the number Excel gives each of them."""

    header_row: int
    headers: list[Header]
    columns: list[Cells]
    rows: np.ndarray
    formatted: bool  # a title stands above the header
    subtotals: np.ndarray  # Excel numbers of rows that hold totals
    footers: np.ndarray
    repeats: np.ndarray  # the header once more, as in exports pasted below each other
    examples: np.ndarray  # the example row of a template
    stamp: str  # the line that says when the export was taken, "" if none does
    lines: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # no records (lines_between.py)

    def taken_on(self, month_first: bool) -> date | None:
        """The day the export says it was taken."""
        found = _LAST_DATE.search(self.stamp)
        return date_columns.read_one(found[1], month_first) if found else None


def lay_out(grid: Grid, header_at: int | None = None) -> Layout | None:
    """Find the header, unless it is told in which row of the grid, and the data; None for a grid that holds nothing."""
    filled = np.array([column.filled for column in grid.columns], dtype=bool).reshape(len(grid.columns), grid.height)
    count = filled.sum(axis=0)
    if not count.any():
        return None
    at = _find_header(grid, count) if header_at is None else header_at
    headers = [header(as_text(column[at])) for column in grid.columns]
    used = np.arange(grid.height) > at
    end = _find_footer(grid, count, at)
    stamp = _stamp(grid, count, [*range(min(at, HEADER_WITHIN)), *range(end, grid.height)])
    used &= count > 0
    footers = np.flatnonzero(used & (np.arange(grid.height) >= end))
    used[end:] = False
    repeats = _repeated_headers(grid, at) & used
    used &= ~repeats
    subtotals = _find_totals(grid, filled, headers) & used
    used &= ~subtotals
    examples = _find_examples(grid, headers, at) & used
    used &= ~examples
    rows = np.flatnonzero(used)
    return Layout(
        header_row=at + grid.first_row,
        headers=headers,
        columns=[column.take(rows) for column in grid.columns],
        rows=rows + grid.first_row,
        formatted=bool(count[:at].any()),
        subtotals=np.flatnonzero(subtotals) + grid.first_row,
        footers=footers + grid.first_row,
        repeats=np.flatnonzero(repeats) + grid.first_row,
        examples=np.flatnonzero(examples) + grid.first_row,
        stamp=stamp,
    )


def _find_header(grid: Grid, count: np.ndarray) -> int:
    """The row with the most headers of one table; where no row has any, the fullest of the first rows."""

    def known(row: int) -> int:
        check()
        seen = [header(as_text(column[row])) for column in grid.columns if column.codes[row] >= 0]
        named = [one for one in seen if one.fields]
        return max(len({field for one in named for field in fields_of(one, table)}) for table in HEADERS)

    among = [row for row in range(min(grid.height, HEADER_WITHIN)) if count[row]]
    best = max(among, key=lambda row: (known(row), -row), default=0)
    if among and known(best) < 2:
        best = max(among, key=lambda row: (count[row], -row))
    return int(best) if among else int(np.flatnonzero(count)[0])


def _first_text(grid: Grid, row: int) -> str:
    return next((as_text(column[row]) for column in grid.columns if column.codes[row] >= 0), "")


def _find_footer(grid: Grid, count: np.ndarray, at: int) -> int:
    """The first row of the lines that follow the data (copyright, who generated it, …), the grid's height if none do.

    Only some of the lines can be known by their words. The block starts at the first that can, and takes in the lines
    of a single cell above it, up to and with the blank rows that part them from the data.
    """

    def known(row: int) -> bool:
        return 0 < count[row] <= 2 and fold(_first_text(grid, row)).startswith(FOOTERS)

    last = range(max(at + 1, grid.height - FOOTER_WITHIN), grid.height)
    first = next((row for row in last if known(row) and (count[row:] <= 2).all()), None)
    if first is None:
        return grid.height
    top = first
    while top - 1 > at and count[top - 1] == 1 and not _NUMBER.fullmatch(_first_text(grid, top - 1)):
        top -= 1
    if count[top - 1] > 1 and top != first and len(grid.columns) > 1 and first - top > 1:
        top = first  # no blank row parts these from the data, and they are more than a report's name
    while top - 1 > at and count[top - 1] == 0:
        top -= 1
    return top


def _stamp(grid: Grid, count: np.ndarray, rows: list[int]) -> str:
    """The line among the title and footer rows that says when the report was run."""
    words = (WORDS["layout"]["as_of"], WORDS["layout"]["generated_by"])
    for row in rows:
        if 0 < count[row] <= 3:
            text = " ".join(as_text(column[row]) for column in grid.columns if column.codes[row] >= 0)
            if text.lower().startswith(words):
                # "As of" is followed by its date at once; "Generated By" ends in it.
                return text[:40] if text.lower().startswith(words[0]) else text[-80:]
    return ""


def _repeated_headers(grid: Grid, at: int) -> np.ndarray:
    same = np.ones(grid.height, dtype=bool)
    for column in grid.columns:
        same &= column.codes == column.codes[at]
    return same


def _find_examples(grid: Grid, headers: list[Header], at: int) -> np.ndarray:
    """The row, if any of the first below the header, whose case number or NSN is the word that templates have there."""
    found = np.zeros(grid.height, dtype=bool)
    for column, seen in zip(grid.columns, headers, strict=True):
        if _all_fields(seen) & {"case_number", "nsn"}:
            for row in range(at + 1, min(at + 1 + EXAMPLE_WITHIN, grid.height)):
                found[row] |= as_text(column[row]).lower() == WORDS["layout"]["example"]
    return found


def _find_totals(grid: Grid, filled: np.ndarray, headers: list[Header]) -> np.ndarray:
    """Rows of totals: the first cell that is not blank says so, and the cells a record must have are blank.

    A count may stand under any header, so a row of nothing but such words and numbers is one too.
    """
    first = np.argmax(filled, axis=0)
    says = np.zeros(grid.height, dtype=bool)
    plain = np.ones(grid.height, dtype=bool)
    for place, column in enumerate(grid.columns):
        leading = np.where(first == place, column.codes, -1)
        words = [code for code in watched(used_codes(leading).tolist()) if _is_total(column.values[code])]
        if words:
            says |= np.isin(leading, words)
    if not says.any():
        return says
    needed = np.zeros(grid.height, dtype=bool)
    for column, seen in zip(grid.columns, headers, strict=True):
        some = np.flatnonzero(says)
        short = column.take(some)
        texts = [as_text(short[row]) for row in watched(range(len(some)))]
        plain[some] &= [not text or bool(_NUMBER.fullmatch(text)) or _is_total(text) for text in texts]
        if any(name in ("case_type", "referral_date", "event_date", "start_date") for name in _all_fields(seen)):
            # A report grouped by date has the word for the total in that very column.
            words = [code for code in used_codes(column.codes) if _is_total(column.values[code])]
            needed |= column.filled & ~np.isin(column.codes, words)
    return says & (plain | ~needed)


def _is_total(value: object) -> bool:
    if not isinstance(value, str) or value.isdecimal() or len(value) > 80:
        return False
    # Looking at the first letters spares nearly all values of a large export the closer look.
    likely = value.lstrip()[:2].lower() in _TOTALS_START and fold(value).strip(":") in TOTALS
    return likely or (value.rstrip().endswith(")") and bool(_RECORDS.search(value)))


def _all_fields(seen: Header) -> set[str]:
    return {name for table in HEADERS for name in fields_of(seen, table)}
