"""How long a click takes on the pages that hold a row a case, at a national year. From the repository:

python -m benchmarks.pages

--clicks 60  clicks on each page (the default is 60)
--scale 0.1  a tenth of the year (the default is 1: 65,000 cases)
--seed 2     another year
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

import asreport
from asreport.breakdown import groupings
from benchmarks.synthetic_year import AS_AT, national_year
from ui.session import Loaded

ROOT = Path(__file__).parent.parent
LIMIT = 300  # milliseconds, at the 95th percentile

Click = Callable[[AppTest], Any]


def main() -> None:
    """Click through both pages, each click a rerun of the whole page on the server, and print what they took."""
    options = _options()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    year = national_year(options.scale, options.seed)
    exports = asreport.read_exports(year.values())
    result = asreport.assess(exports.tables, asreport.load_quarter("q2-2026"), AS_AT.astype(object))
    print(f"{len(result.cases):,} cases, {len(result.case_results):,} rows of case results")
    os.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.session_state["loaded"] = Loaded(exports, result, exports.findings, (), None, "A synthetic year", 0)
    print(f"{'milliseconds':<30}{'first':>8}{'p50':>8}{'p95':>8}{'longest':>9}")
    for page, clicks in (("exceptions", _on_exceptions(result)), ("breakdown", _on_breakdown(result))):
        first = _timed(lambda page=page: app.switch_page(f"pages/{page}.py").run())
        times = [_click(app, click) for click in itertools.islice(clicks, options.clicks)]
        half, most, longest = np.percentile(times, [50, 95, 100])
        print(f"{page:<30}{first:>8.0f}{half:>8.0f}{most:>8.0f}{longest:>9.0f}", flush=True)
        if most > LIMIT:
            print(f"  slower than {LIMIT} ms at the 95th percentile")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _on_exceptions(result: asreport.Assessment) -> Iterator[Click]:
    """Filters set one after the other and cleared again, a page turned, a case looked for, without end."""
    owners = sorted(result.cases["case_owner"].dropna().unique())
    schools = sorted(result.cases["school"].dropna().unique())
    measures = list(result.attainment["measure"])
    numbers = list(result.cases["case_number"])
    for turn in itertools.count():
        yield _set("multiselect", "Verdict", [])  # every row
        yield _set("multiselect", "Measure", [measures[turn % len(measures)]])
        yield _set("multiselect", "Case owner", [owners[turn % len(owners)]])
        yield _set("multiselect", "Measure", [])
        yield _set("multiselect", "Case owner", [])
        yield _set("multiselect", "School", [schools[turn * 7 % len(schools)]])
        yield _set("multiselect", "School", [])
        yield _set("text_input", "Case number or student", numbers[turn * 101 % len(numbers)][-4:])
        yield _set("text_input", "Case number or student", "wiremu")
        yield _set("text_input", "Case number or student", "")


def _on_breakdown(result: asreport.Assessment) -> Iterator[Click]:
    """Every measure by every grouping, without end."""
    ways, measures = list(groupings(result)), list(result.attainment["measure_id"])
    for turn in itertools.count():
        yield _set("selectbox", "By", ways[turn % len(ways)])
        yield _set("selectbox", "Measure", measures[turn % len(measures)])


def _set(kind: str, label: str, value: object) -> Click:
    return lambda app: _labelled(getattr(app, kind), label).set_value(value)


def _labelled(widgets: Iterable[Any], label: str) -> Any:
    return next(widget for widget in widgets if widget.label == label)


def _click(app: AppTest, click: Click) -> float:
    click(app)
    time = _timed(app.run)
    if app.error or app.exception:
        raise SystemExit("A page showed a fault: these figures mean nothing.")
    return time


def _timed(run: Callable[[], object]) -> float:
    start = process_time()
    run()
    return (process_time() - start) * 1000


if __name__ == "__main__":
    main()
