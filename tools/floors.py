"""Does the branch coverage of each folder reach its floor? The floors are in pyproject.toml, and only go up.

    pytest -m "not browser" --cov && python -m tools.floors

Prints nothing where all do; else the lines and branches that no test reaches, and ends with status 1.
"""

from __future__ import annotations

import io
import sys
import tomllib
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import CoverageException

ROOT = Path(__file__).parent.parent


def main() -> str | None:
    """What is below its floor, or nothing."""
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["floors"]
    measured = Coverage(config_file=str(ROOT / "pyproject.toml"))
    measured.load()
    below = []
    for folder, floor in floors.items():
        report = io.StringIO()
        try:
            reached = measured.report(
                include=[f"{folder}/*"], show_missing=True, skip_covered=True, precision=2, file=report
            )
        except CoverageException as error:
            below.append(f"{folder}: {error}")
            continue
        if reached < floor:
            below.append(
                f"{folder}: {reached:.2f} % of lines and branches are reached, not {floor} %.\n{report.getvalue()}"
            )
    return "\n".join(below) or None


if __name__ == "__main__":
    sys.exit(main())
