"""How long a national year takes on one core, and how much memory. From the repository:

python -m benchmarks.national_year

--workbook   also write the exceptions workbook
--scale 0.1  a tenth of the year (the default is 1: 65,000 cases, 325,000 events, 65,000 plans, 40,000 outcomes)
--seed 2     another year
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import process_time
from typing import TypeVar

import asreport
from asreport.handing_out import downloads
from benchmarks.synthetic_year import AS_AT, national_year

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")

Made = TypeVar("Made")


def main() -> None:
    """Run the stages once, one after the other in this process, then what the ratios compare."""
    options = _options()
    if not CLEAR.exists():
        raise SystemExit("This runs on Linux only: it asks the kernel for one core and for the peak memory of a stage.")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with ProcessPoolExecutor(1) as apart:  # so that making the exports leaves nothing in this process
        year, two_years = apart.map(national_year, [options.scale, 2 * options.scale], [options.seed] * 2)

    print(f"{'stage':<48}{'seconds':>10}{'peak MiB':>10}")
    _stage("(libraries loaded)", lambda: None)
    exports = _stage("read_exports", lambda: asreport.read_exports(year.values()))
    quarter = _stage("load_quarter", lambda: asreport.load_quarter("q2-2026"))
    as_at = AS_AT.astype(object)
    result = _stage("assess", lambda: asreport.assess(exports.tables, quarter, as_at))
    _stage("attainment.csv", lambda: downloads.attainment_csv(result))
    _stage("case-results.csv", lambda: downloads.case_results_csv(result))
    if options.workbook:
        _stage("exceptions.xlsx", lambda: asreport.exceptions_workbook(result, exports.findings))

    print(f"\n{'compared (best of three)':<48}{'seconds':>10}{'ratio':>10}")
    more = asreport.read_exports(two_years.values())
    once, twice = (
        _best(lambda e=e: asreport.assess(e.tables, quarter, as_at)) / len(e.tables["cases"]) * 10_000
        for e in (exports, more)
    )
    _compared("assess, per 10,000 cases", once, once)
    _compared("assess, per 10,000 cases of twice the year", twice, once)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workbook", action="store_true")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _stage(name: str, run: Callable[[], Made]) -> Made:
    """Run a stage and print its seconds, and the most memory that the process held meanwhile."""
    CLEAR.write_text("5")  # sets the peak back to what is held now
    start = process_time()
    made = run()
    seconds = process_time() - start
    peak = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    print(f"{name:<48}{seconds:>10.2f}{int(peak[1]) / 1024 if peak else float('nan'):>10,.0f}", flush=True)
    return made


def _compared(name: str, seconds: float, to: float) -> None:
    print(f"{name:<48}{seconds:>10.2f}{seconds / to:>10.2f}", flush=True)


def _best(run: Callable[[], object]) -> float:
    """The shortest of three runs, in seconds."""
    times = []
    for _ in range(3):
        start = process_time()
        run()
        times.append(process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
