"""Look for uploads of several files that take long or break the reading: any number of odd files, zips, zips of zips,
settings, thousands of members. See CONTRIBUTING.md.

    python fuzz/uploads.py --seconds 600

--seed 7     where to begin; each upload has a number from there, and is the same for the same number
--only 1234  this one alone

Every upload has 10 seconds, of which its budget allows it 3 to be read, and 3 to be put together. One that takes longer
is named, with where it was, and ends the run; so does a fault.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 10  # seconds
os.environ |= {"ASREPORT_UPLOAD_SECONDS": "3"}  # to read it, and as many to put it together

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import anything  # noqa: E402
from watchdog import Hang, limited_to  # noqa: E402

File = tuple[str, bytes]


def upload(draw: random.Random) -> list[File]:
    """Some files, some of them more than once or under the name of another."""
    files = [file(draw, depth=2) for _ in range(draw.choice([1, 2, 2, 3, 5, 12, 40]))]
    if not draw.randrange(4):
        files += [draw.choice(files) for _ in range(draw.randrange(4))]
    if not draw.randrange(4):
        files = [(files[0][0], data) for _, data in files]
    return files


def file(draw: random.Random, depth: int) -> File:
    """A file of any kind; `depth`: how deep zips may lie in each other."""
    kinds: list[Callable[[random.Random], File]] = [anything.built] * 6 + [_mangled, _settings, _long]
    if depth and not draw.randrange(3):
        return _zip(draw, depth)
    return draw.choice(kinds)(draw)


def _mangled(draw: random.Random) -> File:
    name, data = anything.built(draw)
    changed = anything.mangled(data, draw)
    return (name, b"" if anything.for_calamine_alone(changed) else changed)


def _zip(draw: random.Random, depth: int) -> File:
    if not draw.randrange(8):
        _, data = anything.built(draw)  # thousands of one file, which differ in a byte at their end
        count = draw.choice([400, 600, 4_000])
        members = [(f"{n}.csv", data + str(n).encode()) for n in range(count)]
    else:
        members = [file(draw, depth - 1) for _ in range(draw.choice([1, 3, 10, 60]))]
    data = anything.zipped(
        [(f"{n}-{name}" if draw.randrange(8) else name, one) for n, (name, one) in enumerate(members)]
    )
    return "some.zip", data if draw.randrange(6) else anything.mangled(data, draw)


def _settings(draw: random.Random) -> File:
    """Settings, most of them as they are meant to be, of a few words or of very many."""
    many = draw.choice([1, 5, 300])
    cell = lambda: draw.choice(["Case Number", "Record Type", "Āwhina", "x" * 300, "1", "", "Total", "Event"])  # noqa: E731
    content = {
        "format": draw.choice(["asreport settings 1"] * 5 + ["asreport settings 2"]),
        "matches": [
            {"headers": [f"{cell()} {n}", cell()], "tables": draw.choice([{}, {"cases": {"case_number": cell()}}])}
            for n in range(many)
        ],
        "values": {"case_type": {f"{cell()} {n}": draw.choice(["CA", "NEN", "x"]) for n in range(many)}},
        "queues": [f"{cell()} {n}" for n in range(many)],
        "subjects": {"school_meeting": [f"{cell()} {n}" for n in range(draw.choice([0, 1, 40]))]},
    }
    data = json.dumps(content).encode()
    return "settings.json", data if draw.randrange(4) else anything.mangled(data, draw)


def _long(draw: random.Random) -> File:
    """A text file in which one thing goes on and on."""
    piece = draw.choice(
        ['"', ",", "\n", "a", "ā", "WhÄ\x81nau ", "\u0301", "<td>", "1/1/", '","', "\r", "=", " ", ";\n"]
    )
    head = draw.choice(["", "Case Number,Record Type,Referral Date,Student Name\n1,CA,14/04/2026,", "<table><tr><td>"])
    encoding = draw.choice(["utf-8", "utf-16"])
    return "long.csv", (head + piece * draw.choice([1_000, 40_000, 300_000])).encode(encoding)


def main() -> None:
    """Try one upload after the other until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    first = options.seed if options.only is None else options.only
    ends, number, files, longest = time.monotonic() + options.seconds, first, 0, (0.0, first)
    while number == first or (options.only is None and time.monotonic() < ends):
        drawn = upload(random.Random(number))
        print(f"\r{number}", end="", file=sys.stderr, flush=True)
        begun = time.process_time()
        try:
            with limited_to(PATIENCE):
                anything.check(*drawn)
        except BaseException as fault:
            what = f"took more than {PATIENCE} seconds" if isinstance(fault, Hang) else "broke the reading"
            print(f"\nUpload {number} {what}.", flush=True)
            raise
        longest = max(longest, (time.process_time() - begun, number))
        files += len(drawn)
        number += 1
    print(f"\r{number - first} uploads of {files} files; the longest took {longest[0]:.1f} seconds: {longest[1]}")


if __name__ == "__main__":
    main()
