"""The exceptions workbook, and the same cells by one of several writers without any look. Run by benchmarks.library:

python -m benchmarks.writers prepare FILE     assesses the national year and keeps what is to be written
python -m benchmarks.writers WRITER FILE      writes it and prints the processor seconds that took

WRITER: asreport, or one of WRITERS. The bare sheets are those of lists; dates are dates, missing cells are left out.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd

import asreport
from asreport.analysing.case_list import CODES, COLUMNS, case_list
from benchmarks.synthetic_year import AS_AT, national_year

ROWS = 65_000

Rows = list[list[Any]]


def prepare(file: Path) -> None:
    """An assessment of which 65,000 cases and measures are not met, and its list as rows of plain values."""
    exports = asreport.read_exports(list(national_year(1.1, seed=1).values()))
    result = asreport.assess(exports.tables, asreport.load_quarter("q2-2026"), as_at=AS_AT.item())
    not_met = result.case_results["verdict"] != "met"
    enough = not_met & (not_met.cumsum() <= ROWS)
    result = type(result)(**{**vars(result), "case_results": result.case_results[enough].reset_index(drop=True)})
    listed = case_list(result).drop(columns=CODES).rename(columns=COLUMNS)
    columns = [_plain(listed[name]) for name in listed]
    file.write_bytes(pickle.dumps((result, list(listed.columns), list(map(list, zip(*columns, strict=True))))))


def _plain(column: pd.Series) -> list[Any]:
    values = column.dt.to_pydatetime() if pd.api.types.is_datetime64_dtype(column) else column.to_list()
    return [None if missing else value for value, missing in zip(values, column.isna(), strict=True)]


def by_xlsxwriter(header: list[str], rows: Rows) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "d mmmm yyyy"}
    with xlsxwriter.Workbook(io.BytesIO(), options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        for place, row in enumerate(rows, 1):
            sheet.write_row(place, 0, row)


def by_openpyxl(header: list[str], rows: Rows) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    book.save(io.BytesIO())


def by_pyexcelerate(header: list[str], rows: Rows) -> None:
    import pyexcelerate

    book = pyexcelerate.Workbook()
    book.new_sheet("Exceptions", data=[header, *rows])
    book._save(io.BytesIO())


def by_rustpy_xlsxwriter(header: list[str], rows: Rows) -> None:
    import rustpy_xlsxwriter

    records = (dict(zip(header, row, strict=True)) for row in rows)
    rustpy_xlsxwriter.FastExcel(io.BytesIO()).sheet("Exceptions", records).save()


WRITERS: dict[str, Callable[[list[str], Rows], None]] = {
    "xlsxwriter": by_xlsxwriter,
    "openpyxl": by_openpyxl,
    "pyexcelerate": by_pyexcelerate,
    "rustpy_xlsxwriter": by_rustpy_xlsxwriter,
}


def main(writer: str, file: Path) -> None:
    if writer == "prepare":
        prepare(file)
        return
    result, header, rows = pickle.loads(file.read_bytes())
    start = process_time()
    if writer == "asreport":
        asreport.exceptions_workbook(result, None)
    else:
        WRITERS[writer](header, rows)
    print(process_time() - start)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
