"""The worked cases: every rule of the measures as a small example with the answer each case must get.

The examples belong to a quarter: they are in the TOML files of a folder named after it, one file a theme, in the order
of the files' names. The tests run every one of them, and the app shows them to the reader, so what is shown is what is
computed.

    [[worked]]
    title = "A Saturday meeting after a Friday deadline is late"
    measure = "school-meeting-5"
    as_at = 2026-07-06
    cases = \"\"\"
    case_number | referral_date | verdict | reason       | deadline   | why
    1           | 2026-05-01    | missed  | meeting_late | 2026-05-08 | Friday is the fifth business day
    \"\"\"
    events = \"\"\"
    case_number | subject                | event_date
    1           | Initial School Meeting | 2026-05-09
    \"\"\"

title, measure, as_at, cases   always given
why                            one or two sentences on the rule
also                           other measures in which every case gets the same answer
events, plans, outcomes        a table that is left out is an empty table ...
not_uploaded                   ... unless it is named here: then it was not uploaded
expect                         figures of the measure's attainment ("" for an empty one)

A table has one line a record and `|` between cells; a blank cell is missing. A column that is left out is a column
the export does not have, but for two that the measure is asked for: `case_type` is then the one its cases have (CA
where they may have either), and `migrated` is yes in a measure of migrated cases.

In `cases`, the columns of `ANSWERS` are the answer; the others are fields of the case. The verdict "-" says that the
case is not in the measure at all. An answer column that is left out (but for `reason`) is not compared; a blank cell in
one that is there says that the value is missing. `times` repeats a case, with its records, that many times.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import pandas as pd

from asreport.policy.installation import built_in_files
from asreport.policy.quarter import Cases, Measure
from asreport.policy.quarter_file import built_in
from asreport.tables import BLANK, DTYPES, TABLES, empty_table

ANSWERS = ("verdict", "reason", "deadline", "completed_date", "why")
NOT_IN_MEASURE = "-"

_KEYS = {"title", "measure", "also", "as_at", "why", "not_uploaded", "expect", *TABLES}


@dataclass(frozen=True, eq=False)
class WorkedExample:
    """One example: the tables as written, and, made from them when asked for, as exported, with each case's answer."""

    quarter: str  # the id of the quarter it was written for
    title: str
    theme: str
    measure: str
    also: tuple[str, ...]  # measures in which every case gets the same answer
    as_at: date
    why: str
    not_uploaded: tuple[str, ...]
    expected_attainment: Mapping[str, Any]  # figures of the measure, "" for an empty one
    shown: Mapping[str, pd.DataFrame]  # the text tables as written, for a page
    about: Cases  # the cases the measure is about: they say what is left to be understood

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables in the dtypes of tables.py; a table not uploaded is absent."""
        cases = self._texts["cases"]
        texts = self._texts | {"cases": cases.drop(columns=[name for name in (*ANSWERS, "times") if name in cases])}
        return {
            table: _typed(table, texts[table]) if table in texts else empty_table(table)
            for table in TABLES
            if table not in self.not_uploaded
        }

    @cached_property
    def expected(self) -> pd.DataFrame:
        """`case_number` and the answer columns that were given."""
        return _answers(self._texts["cases"])

    @cached_property
    def _texts(self) -> dict[str, pd.DataFrame]:
        texts = _with_copies(self.shown)
        return texts | {"cases": _with_defaults(texts["cases"], self.about)}


@cache
def load_worked(quarter_id: str) -> tuple[WorkedExample, ...]:
    """The worked examples of a quarter that comes with asreport, in their order; none where it has none of its own."""
    folder = files(__name__) / quarter_id
    if quarter_id not in built_in_files() or not folder.is_dir():
        return ()
    measures = built_in(quarter_id).measures
    themes = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    contents = (tomllib.loads(file.read_text(encoding="utf-8")) for file in themes)
    return tuple(
        _example(quarter_id, content["theme"], entry, measures) for content in contents for entry in content["worked"]
    )


def _example(quarter_id: str, theme: str, entry: Mapping[str, Any], measures: Mapping[str, Measure]) -> WorkedExample:
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"A worked example has no such key: {', '.join(sorted(unknown))}. Known are {sorted(_KEYS)}.")
    return WorkedExample(
        quarter=quarter_id,
        title=entry["title"],
        theme=theme,
        measure=entry["measure"],
        also=tuple(entry.get("also", ())),
        as_at=entry["as_at"],
        why=entry.get("why", ""),
        not_uploaded=tuple(entry.get("not_uploaded", ())),
        expected_attainment=entry.get("expect", {}),
        shown={table: _text_table(entry[table]) for table in TABLES if table in entry},
        about=measures[entry["measure"]].cases,
    )


def _text_table(text: str) -> pd.DataFrame:
    """A text table as a DataFrame of texts, "" where a cell is blank."""
    header, *rows = ([cell.strip(" ") for cell in line.split("|")] for line in text.strip("\n").split("\n"))
    if wrong := [row for row in rows if len(row) != len(header)]:
        raise ValueError(f"Every line of a table has as many cells as its header, {len(header)}. Not so: {wrong[0]}")
    return pd.DataFrame(rows, columns=header, dtype="str")


def _with_copies(texts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with every case repeated as often as its `times` says, and its records with it."""
    cases = texts["cases"]
    if "times" not in cases:
        return dict(texts)
    times = cases["times"].astype("int64")
    return {name: _copies(text, dict(zip(cases[text.columns[0]], times, strict=True))) for name, text in texts.items()}


def _copies(text: pd.DataFrame, times: Mapping[str, int]) -> pd.DataFrame:
    """Each row as often as `times` says for its first column, with the number of the copy added to its keys."""
    repeats = [times.get(key, 1) for key in text.iloc[:, 0]]
    copies = text.loc[text.index.repeat(repeats)]
    number = copies.groupby(level=0).cumcount().add(1).astype("str").str.zfill(5)
    keys = {key: (copies[key] + number).where(copies[key] != "", "") for key in ("case_number", "nsn") if key in copies}
    return copies.assign(**keys).reset_index(drop=True)


def _with_defaults(cases: pd.DataFrame, about: Cases) -> pd.DataFrame:
    """The cases with the type, and where they are migrated the mark, that the example leaves to be understood."""
    defaults: dict[str, str] = {"case_type": about.case_type or "CA"}
    if about.migrated:
        defaults["migrated"] = "yes"
    return cases.assign(**{name: value for name, value in defaults.items() if name not in cases})


def _answers(cases: pd.DataFrame) -> pd.DataFrame:
    blanks = {name: "" for name in ("reason", "why") if name not in cases}
    given = cases.assign(**blanks)[["case_number", *(name for name in ANSWERS if name in cases or name in blanks)]]
    return pd.DataFrame(
        {name: _values("date" if name in ("deadline", "completed_date") else "text", given[name]) for name in given}
    )


def _typed(table: str, text: pd.DataFrame) -> pd.DataFrame:
    kinds = {field.name: field.kind for field in TABLES[table]}
    if unknown := set(map(str, text)) - set(kinds):
        raise ValueError(f"{table} has no such column: {', '.join(sorted(unknown))}. Known are {list(kinds)}.")
    return pd.DataFrame({name: _values(kind, text[name]) for name, kind in kinds.items() if name in text})


def _values(kind: str, cells: pd.Series) -> pd.Series:
    values: list[Any] = [_value(kind, cell) for cell in cells]
    return pd.Series(values, dtype=DTYPES.get(kind, "str"))


def _value(kind: str, cell: str) -> object:
    if cell == "":
        return BLANK.get(kind)
    if kind == "date":
        return date.fromisoformat(cell)
    if kind == "flag":
        return {"yes": True, "no": False}[cell]
    return int(cell) if kind == "count" else cell
