"""Writes the exports that the tests read: `python -m tests.exports.make`, the same files each time.

A folder an entry: `shapes` hold the common world (world/), `joins`, `headings` and `apart` the same with numbers
or headers written otherwise, or in other sheets, `values`
and `hostile` what their expected.toml says. An
expected.toml is written by hand, from what the export is, and never from what asreport makes of it. What it holds:

    tables    "the world", or a table each as rows of texts, its header first
    without   tables of the world that are not to be used
    numbers   "without zeros", and
    macrons   "lost", where the shape takes these from the world
    taken     the day that the export says it was taken
    parts     [file, sheet, table, row of the header, rows read, used, listed], one a table found in a sheet
    absent    [file, sheet, table, field, …], the columns that a file lacks, of which absent.toml has what is said
    findings  [severity, file, sheet, row (0 for none), column, value, words of the sentence], all others, in any order
    fault     what asreport is known to do wrong, so that the test is expected to fail until it is mended

Where a sentence or a row changes, the failed test shows the lines that are wrong and those that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .make_hostile import HOSTILE, LARGE
from .make_joins import JOINS
from .make_shapes import SHAPES
from .make_unforeseen import APART, HEADINGS
from .make_values import VALUES
from .writers import Files

HERE = Path(__file__).parent
EXPECTED = "expected.toml"

MADE: dict[str, Callable[[], Files]] = {
    f"{kind}/{name}": make
    for kind, entries in {
        "shapes": SHAPES,
        "values": VALUES,
        "hostile": HOSTILE,
        "joins": JOINS,
        "headings": HEADINGS,
        "apart": APART,
    }.items()
    for name, make in entries.items()
}
# Written when a test asks for them: they would weigh too much here.
UNKEPT: dict[str, Callable[[], Files]] = {f"hostile/{name}": make for name, make in LARGE.items()}
# Saved once by LibreOffice, which does not write the same bytes twice, and kept.
KEPT: dict[str, str] = {
    "shapes/xls": "the workbooks of shapes/typed-by-excel, saved as .xls",
    "shapes/ods": "the workbooks of shapes/typed-by-excel, saved as .ods",
    "shapes/saved-again-by-libreoffice": "the workbooks of shapes/grouped-merged, saved as .xlsx",
    "hostile/locked-xlsx": "the workbook of hostile/formula-xlsx, saved under a password",
    "hostile/locked-xls": "the same, as .xls",
    "hostile/locked-ods": "the same, as .ods",
    "hostile/sparse-xls": "the same without a password, with something in the last cell that an .xls can have, IV65536",
    "hostile/sparse-ods": "the same as .ods, with something in XFD1048576",
}


def files_of(entry: str) -> Files:
    """The exports of an entry as they are kept, in the order of their names; of a large one, written now."""
    if entry in UNKEPT:
        return UNKEPT[entry]()
    paths = sorted(path for path in (HERE / entry).iterdir() if path.name != EXPECTED)
    return {path.name: path.read_bytes() for path in paths}


def main() -> None:
    """Write every entry anew."""
    for entry, make in MADE.items():
        folder = HERE / entry
        folder.mkdir(parents=True, exist_ok=True)
        files = make()
        for path in folder.iterdir():
            if path.name not in {*files, EXPECTED}:
                path.unlink()
        for name, content in files.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
