"""How fast the library is, as one table of ratios. From the repository, with benchmarks/requirements.txt installed:

python -m benchmarks.library

--turns 3       each pair takes turns so often; the least of each side counts (the default is 3)
--scales 10     national years compared with one of them, such as 2 10 100 (the default is 10)
--only NAMES    of process, row-by-row, scale, imports, workbook, some

A side is a process of its own. Seconds are of the processor (user and system, all cores) and, in brackets, of the
clock; the ratio is of processor seconds, which the load of the machine changes less. *Peak MiB* is the process's. It
ends with an error where the counts of the rivals are not those of asreport.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pandas as pd

from benchmarks.synthetic_year import CASES, national_year

SAMPLE = 1_000  # cases that are gone through row by row
# The command line as it is, but for the workbook.
ASSESS = """
import sys, asreport, asreport.command_line.cli
asreport.exceptions_workbook = lambda *_, **__: b""
sys.exit(asreport.command_line.cli.main(sys.argv[1:]))
"""
ROW_BY_ROW = """
import sys; from pathlib import Path; from benchmarks.row_by_row import counts
counts(Path(sys.argv[1])).to_csv(sys.stdout, index=False)
"""
# What is imported when the first page is opened: all that app.py and the page name, which ends in what they name.
FIRST_PAGE = """
import ast, pathlib
for path in ("app.py", "pages/upload.py"):
    body = ast.parse(pathlib.Path(path).read_text("utf-8")).body
    nodes = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(nodes, []), path, "exec"))
"""


@dataclass(frozen=True)
class Run:
    """Processor seconds, seconds of the clock, peak MiB, and what was printed."""

    processor: float
    clock: float
    peak: float
    printed: str

    def __str__(self) -> str:
        return f"{self.processor:.2f} ({self.clock:.2f})"


def main() -> None:
    options = _options()
    print(f"{'':<74}{'theirs, s':>16}{'ours, s':>16}{'peak MiB':>10}{'ratio':>8}{'aim':>8}", flush=True)
    for name, part in PARTS.items():
        if not options.only or name in options.only:
            part(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--scales", type=float, nargs="+", default=[10])
    parser.add_argument("--only", nargs="+", choices=list(PARTS))
    return parser.parse_args()


def process(options: argparse.Namespace) -> None:
    """From four CSV files to every output file but the workbook, and to the counts alone with Polars."""
    folder = _year(1)
    theirs, ours = _in_turns(
        options.turns, lambda: _run("-m", "benchmarks.rival_polars", str(folder)), lambda: _assess(folder)
    )
    _same_counts(theirs.printed, ours.printed)
    _row("assess, no workbook, 65,000 cases : Polars, only the counts", theirs, ours, 1, "≤ 2")
    floor, ours = _in_turns(options.turns, lambda: _run("-c", "import pandas, pyarrow.csv"), lambda: _assess(folder))
    _row("   the same : import of pandas alone", floor, ours, 1, "")


def row_by_row(options: argparse.Namespace) -> None:
    """A case of the sample row by row, and a case of the year by asreport, its files read and written as well."""
    sample, folder = _year(SAMPLE / CASES), _year(1)
    theirs, ours = _in_turns(options.turns, lambda: _run("-c", ROW_BY_ROW, str(sample)), lambda: _assess(folder))
    _same_counts(theirs.printed, _assess(sample).printed)
    times = theirs.processor / SAMPLE / (ours.processor / CASES)
    _row(f"{SAMPLE:,} cases row by row : assess, 65,000 cases; a case", theirs, ours, times, "≥ 50", ratio=times)


def scale(options: argparse.Namespace) -> None:
    """Many times the cases in one run."""
    for times in options.scales:
        one, many = _in_turns(
            1 if times > 2 else options.turns, lambda: _assess(_year(1)), lambda n=times: _assess(_year(n))
        )
        label = f"assess, no workbook, {CASES * times:,.0f} cases : 65,000 cases"
        _row(label, one, many, times, f"≤ {times * 1.05:g}")


def imports(options: argparse.Namespace) -> None:
    pandas, ours = _in_turns(options.turns, lambda: _run("-c", "import pandas"), lambda: _run("-c", "import asreport"))
    _row("import asreport : import pandas", pandas, ours, 1, "")
    theirs = "import streamlit, altair, pandas"
    streamlit, page = _in_turns(options.turns, lambda: _run("-c", theirs), lambda: _run("-c", FIRST_PAGE))
    _row("imports of the first page : streamlit, altair and pandas", streamlit, page, 1, "")


def workbook(options: argparse.Namespace) -> None:
    """The exceptions workbook of 65,000 rows, and writers that write its cells and nothing else."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as kept:
        _run("-m", "benchmarks.writers", "prepare", kept.name)
        for writer in ("xlsxwriter", "openpyxl", "pyexcelerate", "rustpy_xlsxwriter"):
            theirs, ours = _in_turns(
                options.turns,
                lambda name=writer: _run("-m", "benchmarks.writers", name, kept.name),
                lambda: _run("-m", "benchmarks.writers", "asreport", kept.name),
            )
            # What each prints is the processor seconds of the writing alone.
            theirs, ours = (Run(float(run.printed), run.clock, run.peak, "") for run in (theirs, ours))
            _row(f"exceptions workbook, 65,000 rows : bare cells by {writer}", theirs, ours, 1, "≤ 1.5")


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "process": process,
    "row-by-row": row_by_row,
    "scale": scale,
    "imports": imports,
    "workbook": workbook,
}


def _year(scale: float) -> Path:
    return national_year(scale, seed=1)["cases"].parent


def _assess(folder: Path) -> Run:
    """The command line on four files; what is printed is attainment.csv."""
    files = [str(folder / f"{name}.csv") for name in ("cases", "activities", "plans", "enrolments")]
    with tempfile.TemporaryDirectory() as out:
        run = _run("-c", ASSESS, "assess", *files, "--as-at", "2026-07-06", "--out", out)
        return Run(run.processor, run.clock, run.peak, (Path(out) / "attainment.csv").read_text("utf-8-sig"))


def _run(*arguments: str) -> Run:
    """A process of its own, without the limits of a file's size, which guard a server."""
    limits = {"ASREPORT_MAX_ROWS": 10**9, "ASREPORT_MAX_CELLS": 10**10, "ASREPORT_MAX_FILE_BYTES": 10**11}
    environment = os.environ | {name: str(value) for name, value in limits.items()}
    start = perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        started = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=printed, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        clock = perf_counter() - start
        if started.returncode:
            sys.exit(f"Failed: {' '.join(arguments[:3])}")
        printed.seek(0)
        return Run(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024, printed.read())


def _in_turns(turns: int, theirs: Callable[[], Run], ours: Callable[[], Run]) -> list[Run]:
    """The run of each side that took least of the processor."""
    pairs = [(theirs(), ours()) for _ in range(turns)]
    return [min(side, key=lambda run: run.processor) for side in zip(*pairs, strict=True)]


def _same_counts(theirs: str, ours: str) -> None:
    from io import StringIO

    attainment = pd.read_csv(StringIO(ours)).set_index("measure_id")
    attainment["met"] = attainment["met_due"] + attainment["met_early"]
    counts = pd.read_csv(StringIO(theirs)).set_index("measure_id")
    if not counts.reindex(attainment.index, fill_value=0).equals(attainment[list(counts.columns)]):
        sys.exit("The counts of the rival are not those of asreport, so the times compare nothing.")


def _row(what: str, theirs: Run, ours: Run, times: float, aim: str, ratio: float | None = None) -> None:
    ratio = ours.processor / theirs.processor if ratio is None else ratio
    print(f"{what:<74}{theirs!s:>16}{ours!s:>16}{ours.peak:>10,.0f}{ratio:>8.2f}{aim:>8}", flush=True)


if __name__ == "__main__":
    main()
