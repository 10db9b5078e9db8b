"""How much longer exports take to read than the libraries that split them into cells. From the repository:

python -m benchmarks.reading

--repeat 5   how often each is run; the fastest run counts (the default is 5)
--seed 2     another year
"""

from __future__ import annotations

import argparse
import os
import resource
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import pandas as pd
import python_calamine
import xlsxwriter

import asreport
from benchmarks.synthetic_year import national_year

Made = TypeVar("Made")

ROWS, COLUMNS = 100_000, 12


def main() -> None:
    """Time both sides of each comparison in turn, each run in a process of its own, on one core."""
    options = _options()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    year, little = (_apart(lambda scale=scale: _files(scale, options.seed)) for scale in (1, 0.01))
    print(f"{'best of ' + str(options.repeat):<40}{'seconds':>10}{'peak MiB':>10}{'ratio':>10}")
    _compare("python_calamine, the sheet's cells", _cells, year[0], little[0], options.repeat)
    _compare("pandas.read_csv(dtype=str)", _texts, year[1], little[1], options.repeat)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _cells(book: Path) -> list[list[object]]:
    with python_calamine.CalamineWorkbook.from_path(book) as workbook:
        return workbook.get_sheet_by_index(0).to_python()


def _texts(events: Path) -> pd.DataFrame:
    return pd.read_csv(events, dtype=str, keep_default_na=False, encoding="latin-1")


def _compare(name: str, plainly: Callable[[Path], object], file: Path, little: Path, repeat: int) -> None:
    """Print what the library alone takes for the file, and what read_exports takes."""
    sides = plainly, lambda path: asreport.read_exports([path])
    runs = [[_apart(lambda side=side: _measured(side, file, little)) for side in sides] for _ in range(repeat)]
    alone, read = (min(seconds for seconds, _ in side) for side in zip(*runs, strict=True))
    peaks = [max(peak for _, peak in side) for side in zip(*runs, strict=True)]
    print(f"{name:<40}{alone:>10.2f}{peaks[0]:>10,.0f}{1:>10.2f}")
    print(
        f"{'read_exports of the same ' + file.suffix:<40}{read:>10.2f}{peaks[1]:>10,.0f}{read / alone:>10.2f}",
        flush=True,
    )


def _measured(read: Callable[[Path], object], file: Path, little: Path) -> tuple[float, float]:
    """Processor seconds, and the peak MiB, of this process and of those it starts to read."""
    read(little)  # loads the modules that are loaded when first used
    start = os.times()
    read(file)
    end = os.times()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(end[:4]) - sum(start[:4]), sum(peaks) / 1024


def _apart(run: Callable[[], Made]) -> Made:
    """The result of a run in a process of its own."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=lambda end: end.send(run()), args=(there,))
    process.start()
    there.close()
    made: Made = here.recv()
    process.join()
    return made


def _files(scale: float, seed: int) -> tuple[Path, Path]:
    """A workbook of cases and a text file of events."""
    year = national_year(scale, seed)
    book = year["cases"].with_suffix(".xlsx")
    if not book.exists():
        _write_workbook(year["cases"], round(ROWS * scale), book)
    return book, year["activities"]


def _write_workbook(cases: Path, rows: int, book: Path) -> None:
    """The year's cases over and over, as a workbook with real dates."""
    read = pd.read_csv(cases, dtype=str, keep_default_na=False).iloc[:, :COLUMNS]
    for name in read.columns[["Date" in name for name in read.columns]]:
        read[name] = pd.to_datetime(read[name], format="%d/%m/%Y")
    unfinished = book.with_suffix(".part")
    with xlsxwriter.Workbook(unfinished, {"default_date_format": "d/mm/yyyy"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, read.columns)
        for place, name in enumerate(read.columns):
            values = [None if pd.isna(value) else value for value in read[name]]
            sheet.write_column(1, place, (values * (rows // len(values) + 1))[:rows])
    unfinished.rename(book)


if __name__ == "__main__":
    main()
