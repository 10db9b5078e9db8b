"""Do the tests notice when a line of the library is wrong? Single mutations, tried one at a time.

    python -m tools.mutate --sample 300 --seed 1

The tree is copied, and all tests without a browser run once to see which of them reach which line. Then each mutation
of the sample is put into a copy and the tests that reach its line run, the quickest first, until one fails. A mutation
that no test notices survives, and is written as `file:line before → after`; one that makes the tests run without end
counts as noticed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from coverage import CoverageData

from tools.mutations import Mutation, mutations_of

ROOT = Path(__file__).parent.parent
PACKAGE = "asreport"
AT_ONCE = 2
# What Hypothesis draws is the same each time, so that a survivor is one again. Nothing compiled is kept of a mutation.
PYTEST = [sys.executable, "-m", "pytest", "-m", "not browser", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
_ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
_NOT_COLLECTED = 4  # what pytest ends with when a test is not there, or what all tests load fails
_PLAIN = re.compile(r"[\w./:\[\], -]+", re.ASCII)


@dataclass(frozen=True)
class Reach:
    """Which tests execute a line, and how long each takes (seconds), the quickest first."""

    tests: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]

    def of(self, mutation: Mutation) -> list[str]:
        """The tests that a mutation matters to.

        What runs when a module is loaded, and what is no code, matters to every test that runs code of the file, or for
        a table of words or policy, of the files beside and above it; failing that, to every test.
        """
        tests = self.tests.get((mutation.path, mutation.line), set())
        folder = Path(mutation.path)
        while not tests and folder != Path():
            tests = set().union(*(own for (path, _), own in self.tests.items() if Path(path).is_relative_to(folder)))
            folder = folder.parent
        return sorted(tests or self.seconds, key=lambda test: self.seconds[test])


def copied(folder: Path) -> Path:
    """The files of the project, as they are now, without what git ignores."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def reached(tree: Path) -> Reach:
    """Run every test without a browser once, and note what each reaches."""
    record = [
        "--cov",
        PACKAGE,
        "--cov-context=test",
        "--cov-report=",
        "--junitxml=times.xml",
        "--dist=loadfile",
        "-n",
        str(AT_ONCE),
    ]
    run = subprocess.run([*PYTEST, *record], cwd=tree, env=_ENVIRONMENT)
    if run.returncode:
        sys.exit("The tests fail before anything is changed.")
    seconds: dict[str, float] = {}
    for case in ElementTree.parse(tree / "times.xml").iter("testcase"):
        file = f"{case.attrib['classname'].replace('.', '/')}.py"
        test = _selectable(f"{file}::{case.attrib['name']}")
        seconds[test] = seconds.get(test, 0) + float(case.attrib["time"])
    data = CoverageData(str(tree / ".coverage"))
    data.read()
    tests: dict[tuple[str, int], set[str]] = defaultdict(set)
    for path in data.measured_files():
        for line, contexts in data.contexts_by_lineno(path).items():
            own = {_selectable(context.rpartition("|")[0]) for context in contexts if context}
            tests[str(Path(path).relative_to(tree)), line] |= own & seconds.keys()
    return Reach({place: own for place, own in tests.items() if own}, seconds)


def sampled(tree: Path, size: int, seed: int, only: Iterable[str], without: Iterable[str]) -> list[Mutation]:
    """So many mutations of the package's files, drawn at random."""
    every = []
    for file in sorted((tree / PACKAGE).rglob("*")):
        path = str(file.relative_to(tree))
        chosen = not only or any(Path(path).is_relative_to(part) for part in only)
        if file.is_file() and chosen and not any(Path(path).is_relative_to(part) for part in without):
            every += mutations_of(path, file.read_bytes())
    random.Random(seed).shuffle(every)
    taken: list[Mutation] = []
    for mutation in every:
        if len(taken) == size:
            break
        if _can_be_read(mutation, mutation.applied_to((tree / mutation.path).read_bytes())):
            taken.append(mutation)
    return taken


def _can_be_read(mutation: Mutation, source: bytes) -> bool:
    try:
        ast.parse(source) if mutation.path.endswith(".py") else tomllib.loads(source.decode())
    except (SyntaxError, tomllib.TOMLDecodeError):
        return False
    return True


def _selectable(test: str) -> str:
    """A test as it can be asked for: with its parameters if these are plain, else with every set of them."""
    return test if _PLAIN.fullmatch(test) else test.partition("[")[0]


def survives(mutation: Mutation, tree: Path, reach: Reach) -> bool:
    """Whether the tests that reach the mutation all pass with it; `tree` is left as it was."""
    tests = reach.of(mutation)
    limit = 120 + 5 * sum(reach.seconds[test] for test in tests)
    file = tree / mutation.path
    source, stat = file.read_bytes(), file.stat()
    file.write_bytes(mutation.applied_to(source))
    try:
        status = _run(tests, tree, limit)
        if status == _NOT_COLLECTED:  # it may have changed the parameters of a test
            status = _run(list(dict.fromkeys(test.partition("[")[0] for test in tests)), tree, limit)
        return status == 0
    finally:
        file.write_bytes(source)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _run(tests: list[str], tree: Path, limit: float) -> int | None:
    """What pytest ends with; nothing where it had to be ended after `limit` seconds."""
    chosen = tree / "chosen.txt"
    chosen.write_text("\n".join(tests), "utf-8")
    command = [*PYTEST, "-n", "0", "-x", "-q", "--tb=no", f"@{chosen}"]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=tree, env=_ENVIRONMENT, stdout=nowhere, stderr=nowhere, start_new_session=True
    ) as run:
        try:
            return run.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300, help="how many mutations (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--only", action="append", default=[], metavar="PATH", help="a file or folder to draw from")
    parser.add_argument("--without", action="append", default=[], metavar="PATH", help="a file or folder to leave out")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "survivors.txt", help="the list of survivors")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        first = copied(Path(scratch) / "0")
        mutations = sampled(first, options.sample, options.seed, options.only, options.without)
        reach = reached(first)
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(1, AT_ONCE + 1):
            trees.put(copied(Path(scratch) / str(number)))
        started, survivors, lock = time.monotonic(), [], threading.Lock()

        def attempt(mutation: Mutation) -> None:
            tree = trees.get()
            try:
                survived = survives(mutation, tree, reach)
            finally:
                trees.put(tree)
            with lock:
                if survived:
                    survivors.append(mutation)
                print("survived" if survived else "killed  ", mutation, flush=True)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(attempt, mutations))
    survivors.sort(key=lambda one: (one.path, one.start, one.after))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text("".join(f"{mutation}\n" for mutation in survivors), "utf-8")
    killed = len(mutations) - len(survivors)
    print(f"{killed} of {len(mutations)} killed in {time.monotonic() - started:.0f} s; the others are in {options.out}")


if __name__ == "__main__":
    main()
