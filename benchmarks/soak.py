"""Whether the app stays as it is: one visitor after the other against one process, for an hour or as long as asked.

python -m benchmarks.soak --minutes 60

Each visitor uploads a provider's 800 cases, looks at four pages, filters, downloads, clears everything and closes the
tab; every fourth just closes it. Memory is sampled each minute. The last line says whether it is flat, and how many
faults there were; the exit code is 1 where it is not, or where there were any.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import time
from collections.abc import Awaitable

import numpy as np

from benchmarks.client import Fault, Visitor
from benchmarks.load import provider, visit
from benchmarks.served import App, served

KEPT = 20  # seconds until what a closed tab held is freed
FLAT = 0.05  # MiB for each visitor: a tenth of what one uploads; a session that stayed would be sixty times that
ENOUGH = 30  # visitors in the second half; with fewer, one whose tab has just closed decides
PAUSE = 1.0  # seconds between steps, so that the computer is not kept busy by this alone


def main() -> None:
    """Run, print a line a minute, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    with served(f"--server.disconnectedSessionTTL={KEPT}") as app:
        flat, faults = asyncio.run(_soak(app, options.minutes * 60))
    raise SystemExit(0 if flat and not faults else 1)


async def _soak(app: App, seconds: float) -> tuple[bool, int]:
    start, sampled = time.monotonic(), -60.0
    samples: list[tuple[float, float, int]] = []  # seconds, MiB, visitors so far
    faults: list[str] = []
    files = [provider(seed) for seed in range(1, 5)]
    for number in itertools.count():
        passed = time.monotonic() - start
        if passed - sampled >= min(60, seconds / 10):
            sampled = passed
            samples.append((passed, app.mib(), number))
            print(
                f"{passed / 60:6.1f} min {samples[-1][1]:8.1f} MiB {number:6,} visitors {len(faults):4} faults",
                flush=True,
            )
        if passed >= seconds:
            break
        try:
            await _visitor(app, files[number % 4], number)
        except (Fault, OSError, TimeoutError) as error:
            faults.append(f"{type(error).__name__}: {error}")
    return _judged(samples, faults), len(faults)


async def _visitor(app: App, files: list[tuple[str, bytes]], number: int) -> None:
    async def then(name: str, step: Awaitable[None]) -> None:
        await step
        await asyncio.sleep(PAUSE)

    visitor = Visitor(app.address)
    try:
        await visit(visitor, files, then, random.Random(number))
        if number % 4:
            await visitor.go("Upload")
            await visitor.click("Clear everything")
    finally:
        await visitor.close()


def _judged(samples: list[tuple[float, float, int]], faults: list[str]) -> bool:
    """The second half's slope, MiB for each visitor: what is imported and made once is in the first."""
    late = np.array(samples[len(samples) // 2 :])
    slope = np.polyfit(late[:, 2], late[:, 1], 1)[0] if len(late) > 2 else 0.0
    flat = bool(slope < FLAT)
    short = late[-1, 2] - late[0, 2] < ENOUGH
    said = "too short a run to say" if short else "flat" if flat else "NOT flat"
    print(
        f"Memory: {said}, {slope * 1024:+.0f} KiB for each visitor over the second half "
        f"({late[0, 1]:.0f} to {late[-1, 1]:.0f} MiB); {len(faults)} faults. {'; '.join(faults[:3])}"
    )
    return flat or short


if __name__ == "__main__":
    main()
