"""Every export of the corpus (tests/exports) is read as its expected.toml says: tables, rows, and findings."""

from __future__ import annotations

import io
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from exports.make import EXPECTED, HERE, KEPT, MADE, UNKEPT, files_of
from exports.world import plain
from exports.writers import Files, unzipped

import asreport
from asreport.assessing.verdict import VERDICTS
from asreport.importing import Exports, read_exports
from asreport.tables import DTYPES, TABLES

ENTRIES = sorted({*MADE, *KEPT, *UNKEPT})
SHAPES = [entry for entry in ENTRIES if entry.startswith(("shapes/", "headings/", "apart/"))]
ABSENT = tomllib.loads((HERE / "absent.toml").read_text(encoding="utf-8"))
GOOD = {"a good one.csv": (HERE / "shapes/utf8/plans.csv").read_bytes()}
AS_AT = pd.Timestamp("2026-07-06").date()

Finding = tuple[str, str, str, int, str, str]  # without its sentence


@cache
def expected(entry: str) -> dict:
    return tomllib.loads((HERE / entry / EXPECTED).read_text(encoding="utf-8"))


@cache
def exports_of(entry: str) -> Exports:
    """An entry as read; a hostile one beside a good file."""
    return read(files_of(entry) | (GOOD if entry.startswith("hostile/") else {}))


def read(files: Files) -> Exports:
    streams = []
    for name, content in files.items():
        stream = io.BytesIO(content)
        stream.name = name
        streams.append(stream)
    return read_exports(streams)


def with_faults(entries: list[str]) -> list:
    """The entries, of which those with a known fault are expected to fail until it is mended."""
    return [
        pytest.param(entry, marks=pytest.mark.xfail(reason=fault, strict=True))
        if (fault := expected(entry).get("fault"))
        else entry
        for entry in entries
    ]


@pytest.mark.parametrize("entry", with_faults(ENTRIES))
def test_read_as_expected(entry: str) -> None:
    exports, wanted = exports_of(entry), expected(entry)
    parts, tables, lines = wanted["parts"], tables_of(entry), wanted["findings"]
    if entry.startswith("hostile/"):
        tables["plans"] = world()["plans"]
        parts = [*parts, ["a good one.csv", "", "plans", 1, 8, 8, 0]]
    found = [
        [file.name, part.sheet, part.table, part.header_row, part.rows_read, part.rows_used, part.rows_listed]
        for file in exports.files
        for part in file.parts
    ]
    assert sorted(found) == sorted(parts)
    assert {table: shown(frame) for table, frame in exports.tables.items()} == tables
    assert exports.taken_on == wanted.get("taken")
    check_findings(exports.findings, [*lines, *absent(wanted)])
    for sentence in exports.findings["finding"]:
        assert sentence.endswith(".") and "Error" not in sentence and "\n" not in sentence


@pytest.mark.parametrize("entry", ["shapes/two-regions", "shapes/three-months", "values/newest-export-wins"])
def test_the_order_of_the_files_changes_nothing(entry: str) -> None:
    exports = read(dict(reversed(files_of(entry).items())))
    assert {table: shown(frame) for table, frame in exports.tables.items()} == tables_of(entry)
    assert exports.taken_on == expected(entry)["taken"]


# Tables as rows of texts, in an order of their own: no shape need keep the order of rows


def world() -> dict[str, list[list[str]]]:
    return {table: in_order([list(rows[0]), *(list(row.values()) for row in rows)]) for table, rows in plain().items()}


def tables_of(entry: str) -> dict[str, list[list[str]]]:
    """The tables that an entry is expected to give."""
    wanted = expected(entry)
    if wanted.get("tables") != "the world":
        return {table: in_order(rows) for table, rows in wanted.get("tables", {}).items()}
    tables = {table: rows for table, rows in world().items() if table not in wanted.get("without", [])}
    for table, (head, *rows) in tables.items():
        if wanted.get("numbers") == "without zeros":
            numbers = [place for place, name in enumerate(head) if name in ("case_number", "nsn")]
            rows = [[one.lstrip("0") if place in numbers else one for place, one in enumerate(row)] for row in rows]
        if wanted.get("macrons") == "lost":
            rows = [[one.encode("cp1252", "replace").decode("cp1252") for one in row] for row in rows]
        tables[table] = in_order([head, *rows])
    return tables


def in_order(rows: list[list[str]]) -> list[list[str]]:
    return [rows[0], *sorted(rows[1:])]


def shown(frame: pd.DataFrame) -> list[list[str]]:
    """A table as read, in the form of an expected one."""
    return in_order([list(frame.columns), *([text(cell) for cell in row] for row in frame.itertuples(index=False))])


def text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if pd.isna(cell):
        return ""
    # Which line end stands within a cell is the program's that wrote the file.
    return f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else str(cell).replace("\r\n", "\n")


# Findings


def absent(wanted: dict) -> list[list]:
    """What is to be said of the columns that files lack."""
    lines = []
    for file, sheet, table, *fields in wanted.get("absent", []):
        for field in fields:
            severity, column, words = ABSENT[table][field]
            lines.append([severity, file, sheet, 0, column, "", words])
    return lines


def check_findings(findings: pd.DataFrame, wanted: list[list]) -> None:
    """Every finding is one that is wanted, and every one that is wanted is found; what has no match is shown."""
    unexpected = []
    missing = list(wanted)
    for row in findings.itertuples(index=False):
        number = 0 if pd.isna(row.row) else int(row.row)
        found = [row.severity, row.file, row.sheet, number, row.column, row.value]
        match = next((line for line in missing if line[:6] == found and line[6] in row.finding), None)
        if match:
            missing.remove(match)
        else:
            unexpected.append([*found, row.finding])
    if unexpected or missing:
        lines = [
            *("found, not expected: " + str(line) for line in unexpected),
            *("expected, not found: " + str(line) for line in missing),
        ]
        pytest.fail("\n".join(lines), pytrace=False)


# Verdicts


@cache
def verdicts_of_the_world() -> pd.DataFrame:
    """Assessed without reading any export: the world's own tables."""
    tables = {}
    for table, rows in plain().items():
        frame = pd.DataFrame(rows, dtype="str").replace({"": None})
        for field in TABLES[table]:
            if field.kind == "flag":
                frame[field.name] = frame[field.name] == "yes"
            frame[field.name] = frame[field.name].astype(DTYPES.get(field.kind, "str"))
        tables[table] = frame
    return verdicts(tables)


def verdicts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A pure function of the tables, so tables that are the same, row by row, as others were are not assessed again."""
    key = tuple((table, str(frame.dtypes), frame.to_csv()) for table, frame in sorted(tables.items()))
    if key not in _assessed:
        _assessed[key] = assessed(tables)
    return _assessed[key]


_assessed: dict[tuple, pd.DataFrame] = {}


def assessed(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    results = asreport.assess(tables, asreport.load_quarter("q2-2026"), as_at=AS_AT).case_results
    columns = ["case_number", "measure_id", "verdict", "reason", "start_date", "deadline", "completed_date"]
    # A number without its zeros is the same case.
    shown = results[columns].assign(case_number=results["case_number"].str.zfill(8))
    return shown.sort_values(["case_number", "measure_id"], ignore_index=True)


@pytest.mark.parametrize("entry", SHAPES)
def test_the_shape_of_the_exports_changes_no_verdict(entry: str) -> None:
    pd.testing.assert_frame_equal(verdicts(exports_of(entry).tables), verdicts_of_the_world())


def test_the_world_reaches_every_verdict() -> None:
    assert set(verdicts_of_the_world()["verdict"]) == set(VERDICTS)


# The corpus itself


@pytest.mark.parametrize("entry", MADE)
def test_the_script_writes_what_is_kept(entry: str) -> None:
    made, kept = MADE[entry](), files_of(entry)
    assert {name: contents(data) for name, data in made.items()} == {name: contents(d) for name, d in kept.items()}


def contents(data: bytes) -> bytes | Files:
    """The members of a zip archive, as how well they are packed may differ from machine to machine."""
    try:
        return unzipped(data)
    except Exception:  # no archive, or one that is broken or locked on purpose
        return data


def test_no_entry_is_forgotten() -> None:
    folders = {f"{path.parent.parent.name}/{path.parent.name}" for path in Path(HERE).glob(f"*/*/{EXPECTED}")}
    assert folders == set(ENTRIES)


def test_the_corpus_stays_small() -> None:
    assert sum(path.stat().st_size for path in Path(HERE).rglob("*") if path.is_file()) < 1_500_000
