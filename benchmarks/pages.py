"""How long a click takes on the pages that hold a row a case, at a national year. From the repository:

python -m benchmarks.pages

--clicks 60  clicks on each page (the default is 60)
--scale 0.1  a tenth of the year (the default is 1: 65,000 cases)
--seed 2     another year
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.client import Visitor
from benchmarks.served import App, served
from benchmarks.synthetic_year import national_year

LIMIT = 300  # milliseconds, at the 95th percentile

Click = tuple[str, str, list[str] | str]  # kind of widget, its label, and what it is set to


def main() -> None:
    """Click through both pages of a real server, each click a rerun of the whole page, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with served() as app:
        asyncio.run(_run(app, options))


async def _run(app: App, options: argparse.Namespace) -> None:
    visitor = Visitor(app.address)
    await visitor.open()
    year = [(path.name, path.read_bytes()) for path in national_year(options.scale, options.seed).values()]
    start, used = time.perf_counter(), app.seconds()
    await visitor.upload(year)
    print(
        f"{sum(len(content) for _, content in year) / 2**20:.0f} MiB uploaded, read and assessed in "
        f"{time.perf_counter() - start:.1f} s ({app.seconds() - used:.1f} of processor time); {app.mib():.0f} MiB held"
    )
    print(f"{'milliseconds':<22}{'first':>8}{'p50':>8}{'p95':>8}{'longest':>9}{'waited p50':>12}{'p95':>8}")
    for page, clicks in (("Exceptions", _on_exceptions), ("Breakdown", _on_breakdown)):
        used = app.seconds()
        await visitor.go(page)
        first = (app.seconds() - used) * 1000
        times, waits = [], []
        for kind, label, value in itertools.islice(clicks(visitor), options.clicks):
            start, used = time.perf_counter(), app.seconds()
            await visitor.set(kind, label, value)
            waits.append((time.perf_counter() - start) * 1000)
            times.append((app.seconds() - used) * 1000)
        half, most, longest = np.percentile(times, [50, 95, 100])
        waited, waited_most = np.percentile(waits, [50, 95])
        figures = f"{first:>8.0f}{half:>8.0f}{most:>8.0f}{longest:>9.0f}{waited:>12.0f}{waited_most:>8.0f}"
        print(f"{page:<22}{figures}", flush=True)
        if most > LIMIT:
            print(f"  slower than {LIMIT} ms at the 95th percentile")
    await visitor.close()


def _on_exceptions(visitor: Visitor) -> Iterator[Click]:
    """Filters set one after the other and cleared again, a case looked for, without end."""
    owners = visitor.options("multiselect", "Case owner")
    measures = visitor.options("multiselect", "Measure")
    reasons = visitor.options("multiselect", "Reason")
    search = next(label for label in ("Case number or student", "Case number") if visitor.has("text_input", label))
    for turn in itertools.count():
        yield "multiselect", "Verdict", []  # every row
        yield "multiselect", "Measure", [measures[turn % len(measures)]]
        yield "multiselect", "Case owner", [owners[turn % len(owners)]]
        yield "multiselect", "Measure", []
        yield "multiselect", "Case owner", []
        yield "multiselect", "Reason", [reasons[turn * 7 % len(reasons)]]
        yield "multiselect", "Reason", []
        yield "text_input", search, f"{1234 + turn * 101:04d}"
        yield "text_input", search, "wiremu"
        yield "text_input", search, ""


def _on_breakdown(visitor: Visitor) -> Iterator[Click]:
    """Every measure by every grouping, without end."""
    ways, measures = visitor.options("selectbox", "By"), visitor.options("selectbox", "Measure")
    for turn in itertools.count():
        yield "selectbox", "By", ways[turn % len(ways)]
        yield "selectbox", "Measure", measures[turn % len(measures)]


if __name__ == "__main__":
    main()
