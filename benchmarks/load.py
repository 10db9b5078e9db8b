"""Many at once: how long everything takes, and what a session weighs, with so many visitors on one process.

python -m benchmarks.load --sessions 1 10 25 50 100

--processes 2   the app as two processes, visitors dealt out in turns, as the proxy of deploy/ deals them out
--waves 3       three times so many, one lot after the other; memory is of the first, what stays is of each
--pace 0.5      visitors in twice the hurry (the default is 1)
--write         puts the tables into benchmarks/RESULTS.md too

Each visitor comes within the first minute, uploads a provider's 800 cases, looks at four pages, filters and downloads,
with 5 to 25 seconds between steps (15 on average), as one who reads what is shown. All stay until the last is done;
then every tab is closed. For each number of visitors new processes of the app; the visitors are one process more, on
the same computer.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.client import Fault, Visitor, timed
from benchmarks.served import App, served
from benchmarks.synthetic_year import CASES, national_year

CASES_EACH = 800
ARRIVAL, THINK, KEPT = 60.0, (5.0, 25.0), 15  # seconds; KEPT: until what a closed tab held is freed
PAGES = ("Target attainment", "Breakdown", "To do", "Exceptions")
LONGEST = 1.0  # second, of a page at the 95th percentile with 50 visitors
RESULTS = Path(__file__).parent / "RESULTS.md"
TITLE = "## Many at once"

Files = list[tuple[str, bytes]]


@dataclass
class Run:
    """What was measured with so many visitors. Times are seconds, memory MiB."""

    visitors: int
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    before: float = 0
    open: float = 0
    after: list[float] = field(default_factory=list)  # by wave
    busy: float = 0  # processor seconds of the app for each second that passed, while visitors were at work
    each: float = 0  # processor seconds of the app for each visitor
    upload: float = 0


def main() -> None:
    """Run with each number of visitors, and print what came of it."""
    options = _options()
    runs = []
    for visitors in options.sessions:
        with ExitStack() as ending:
            starting = [served(f"--server.disconnectedSessionTTL={KEPT}") for _ in range(options.processes)]
            apps = [ending.enter_context(app) for app in starting]
            runs.append(asyncio.run(_run(apps, visitors, options.pace, options.waves)))
        print(_tables(runs[-1:], options), flush=True)
    section = _tables(runs, options)
    print(section)
    if options.write:
        before = RESULTS.read_text() if RESULTS.exists() else "# Results\n"
        kept = re.sub(rf"\n*{_title(options)}\n.*?(?=\n## |\Z)", "", before, flags=re.S).rstrip("\n")
        RESULTS.write_text(f"{kept}\n\n{section}\n")


def _title(options: argparse.Namespace) -> str:
    return TITLE if options.processes == 1 else f"{TITLE}, on {options.processes} processes"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 10, 25, 50, 100])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--waves", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def provider(seed: int) -> Files:
    """The four exports of a provider with 800 cases."""
    return [(path.name, path.read_bytes()) for path in national_year(CASES_EACH / CASES, seed).values()]


async def visit(
    visitor: Visitor, files: Files, then: Callable[[str, Awaitable[None]], Awaitable[None]], pick: random.Random
) -> None:
    """What one visitor does, from the first page to a download; `then` takes each step and its name."""
    await then("First page", visitor.open())
    await then("Upload", visitor.upload(files))
    for page in PAGES:
        await then(page, visitor.go(page))
    measure = pick.choice(visitor.options("multiselect", "Measure"))
    await then("Filter", visitor.set("multiselect", "Measure", [measure]))
    await then("Download", _downloaded(visitor))


async def _downloaded(visitor: Visitor) -> None:
    content = await visitor.download("Download all")
    if not content.startswith(b"PK"):
        raise Fault("The download is no workbook")


async def _run(apps: list[App], visitors: int, pace: float, waves: int) -> Run:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(visitors + 2))
    files = [provider(seed) for seed in range(1, min(visitors, 8) + 1)]
    run = Run(visitors, upload=sum(len(content) for _, content in files[0]) / 2**20)
    await asyncio.gather(*(_warm(app, files[0]) for app in apps))
    run.before = _mib(apps)
    for wave in range(waves):
        await _wave(apps, run, files, pace, first=wave == 0)
        await asyncio.sleep(2 * KEPT + 10)
        run.after.append(_mib(apps))
    return run


async def _wave(apps: list[App], run: Run, files: list[Files], pace: float, first: bool) -> None:
    """All visitors, from the first to come to the last tab closed."""
    start, used = time.perf_counter(), _seconds(apps)
    done = asyncio.Barrier(run.visitors + 1)
    tasks = [
        asyncio.create_task(_one(apps[n % len(apps)], run, files[n % len(files)], n, pace, done))
        for n in range(run.visitors)
    ]
    while done.n_waiting < run.visitors:  # bounded: every step of a visitor is
        await asyncio.sleep(0.2)
    passed, spent = time.perf_counter() - start, _seconds(apps) - used
    await asyncio.sleep(1)
    if first:
        run.busy, run.each, run.open = spent / passed, spent / run.visitors, _mib(apps)
    await done.wait()
    await asyncio.gather(*tasks)


def _mib(apps: list[App]) -> float:
    return sum(app.mib() for app in apps)


def _seconds(apps: list[App]) -> float:
    return sum(app.seconds() for app in apps)


async def _warm(app: App, files: Files) -> None:
    """One visitor before all others, who pays for what is imported and made once for all."""

    async def then(name: str, step: Awaitable[None]) -> None:
        await step

    visitor = Visitor(app.address)
    await visit(visitor, files, then, random.Random(0))
    await visitor.close()
    await asyncio.sleep(2 * KEPT + 10)


async def _one(app: App, run: Run, files: Files, number: int, pace: float, done: asyncio.Barrier) -> None:
    pick = random.Random(number)

    async def then(name: str, step: Awaitable[None]) -> None:
        run.times[name].append(await timed(step))
        await asyncio.sleep(pick.uniform(*THINK) * pace)

    visitor = Visitor(app.address)
    await asyncio.sleep(pick.uniform(0, ARRIVAL) * pace * (run.visitors > 1))
    try:
        await visit(visitor, files, then, pick)
    except (Fault, OSError, TimeoutError) as error:
        run.faults.append(f"{type(error).__name__}: {error}")
    await done.wait()
    await visitor.close()


def _tables(runs: list[Run], options: argparse.Namespace) -> str:
    pace, processes = options.pace, options.processes
    by = "one process" if processes == 1 else f"{processes} processes"
    steps = list(runs[0].times)
    times = pd.DataFrame(
        {
            f"{run.visitors}": {
                step: " / ".join(f"{part:.2f}" for part in np.percentile(run.times[step], [50, 95, 99]))
                for step in steps
                if run.times[step]
            }
            for run in runs
        }
    )
    pages = [np.percentile([t for page in PAGES for t in run.times[page]], 95) for run in runs]
    times.loc["**Any page**, p95"] = [f"**{page:.2f}**" for page in pages]
    memory = pd.DataFrame(
        {
            f"{run.visitors}": {
                "Before, MiB": f"{run.before:.0f}",
                "All open, MiB": f"{run.open:.0f}",
                "A session, MiB": f"{(run.open - run.before) / run.visitors:.2f}",
                "A session, times its upload": f"{(run.open - run.before) / run.visitors / run.upload:.1f}",
                f"{2 * KEPT + 10} seconds after all closed, MiB": ", ".join(f"{mib:.0f}" for mib in run.after),
                "Processor, share of one core": f"{run.busy:.2f}",
                "Processor seconds a visitor": f"{run.each:.1f}",
                "Faults": f"{len(run.faults)}",
            }
            for run in runs
        }
    )
    return "\n".join(
        [
            _title(options),
            "",
            f"`python -m benchmarks.load --sessions {' '.join(str(run.visitors) for run in runs)}"
            f"{_more(options)}`, "
            f"{date.today():%-d %B %Y}: {by}, two cores shared "
            f"with the visitors. Each uploads {runs[0].upload:.2f} MiB ({CASES_EACH} cases), comes within "
            f"{ARRIVAL * pace:.0f} seconds and waits {THINK[0] * pace:g} to {THINK[1] * pace:g} seconds between steps. "
            "Seconds, p50 / p95 / p99, by number of visitors:",
            "",
            _markdown(times, "Step"),
            "",
            f"Memory is what the app alone holds. A closed tab is kept for {KEPT} seconds here (120 as delivered).",
            "",
            _markdown(memory, "Visitors"),
            *[f"\nFault: {fault}" for run in runs for fault in run.faults[:5]],
        ]
    )


def _more(options: argparse.Namespace) -> str:
    """The options that are not as by default, as they are typed."""
    chosen = {name: vars(options)[name] for name in ("processes", "waves", "pace")}
    return "".join(f" --{name} {value:g}" for name, value in chosen.items() if value != 1)


def _markdown(table: pd.DataFrame, first: str) -> str:
    head = f"| {first} | {' | '.join(table.columns)} |\n|---|{'--:|' * len(table.columns)}"
    return "\n".join(
        [head, *(f"| {name} | {' | '.join(row)} |" for name, row in zip(table.index, table.values, strict=True))]
    )


if __name__ == "__main__":
    main()
