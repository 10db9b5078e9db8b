"""Look for input that breaks the reading, guided by what code each input reaches. See CONTRIBUTING.md.

    pip install atheris
    python fuzz/read_exports.py --built -max_total_time=300 -rss_limit_mb=4096 -timeout=20 .fuzz/built
    python fuzz/read_exports.py         -max_total_time=300 -rss_limit_mb=4096 -timeout=20 .fuzz/files

With --built an input is a string of choices out of which tests/anything.py builds a table; without, it is a file. The
folder keeps the inputs that reached something new; an empty one is first filled with the sample and small files of each
format. An input that breaks something is written to the current folder as `crash-…`, `timeout-…` or `oom-…`:

    python fuzz/read_exports.py [--built] crash-…
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

with atheris.instrument_imports(include=["asreport"]):
    import anything

    import asreport

LONGEST = 200_000  # bytes of an input; beyond that, too few are tried


class Choices:
    """Choices drawn from the bytes of an input, so that the fuzzer can change one at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = atheris.FuzzedDataProvider(data)

    def randrange(self, stop: int, /) -> int:
        return self._data.ConsumeIntInRange(0, stop - 1)

    def choice(self, of: Sequence[Any], /) -> Any:
        return of[self.randrange(len(of))]


def try_built(data: bytes) -> None:
    """Read the file that these choices build."""
    draw = Choices(data)
    files = [anything.built(draw)]
    if not draw.randrange(3):
        files.append(("other.csv", anything.built(draw)[1]))
    anything.check(*files)


def try_file(data: bytes) -> None:
    """Read these bytes as a file."""
    if not anything.for_calamine_alone(data):
        anything.check(("file", data))


def mangle(data: bytes, most: int, seed: int) -> bytes:
    """What the fuzzer tries next: bytes changed blindly come to nothing in a zip, so mostly something is done to it."""
    draw = random.Random(seed)
    if not draw.randrange(4):
        return atheris.Mutate(data, most)
    changed = anything.mangled(data, draw)
    return changed if len(changed) <= most else data


def seeds() -> list[bytes]:
    """The sample, and small files of every format the fuzzer is to try."""
    draws = map(random.Random, range(150))
    return [*asreport.sample_exports(80).values(), *(anything.built(draw)[1] for draw in draws)]


def main() -> None:
    """Hand over to libFuzzer, which takes the options that start with one dash."""
    built = "--built" in sys.argv
    arguments = [argument for argument in sys.argv if argument != "--built"]
    for folder in [Path(argument) for argument in arguments[1:] if not argument.startswith("-")]:
        if folder.is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            given = [random.Random(n).randbytes(400) for n in range(100)] if built else seeds()
            for number, data in enumerate(given):
                (folder / f"seed-{number:03}").write_bytes(data)
    if not any(argument.startswith("-max_len") for argument in arguments):
        arguments.append(f"-max_len={2_000 if built else LONGEST}")
    if built:
        atheris.Setup(arguments, try_built)
    else:
        atheris.Setup(arguments, try_file, custom_mutator=mangle)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
