"""The four tables asreport works on, as every export is brought to (rules.md, section 2).

A table is a DataFrame with one row a record and the columns named here. An optional column that no export held is
absent: that switches off just the check that needs it. Nothing here reads a file.

A table may carry open questions (`with_open_questions`): what an export holds but could not be understood. Whatever
hangs on such a field is not assessed until it is answered.

| kind      | dtype           | values                                                        |
| --------- | --------------- | ------------------------------------------------------------- |
| text      | str             | the text as recorded, missing where blank                     |
| date      | datetime64[s]   | midnight of the calendar date in New Zealand, NaT where blank |
| case_type | str             | "CA", "NEN", missing where blank or not understood            |
| flag      | bool            | True or False; blank reads as False                           |
| held      | str             | "yes", "no", "unknown"                                        |
| activity  | str             | "Event", "Task"; blank reads as "Event"                       |
| count     | Int64           | a whole number; blank reads as 0                              |
| outcome   | str             | "school", "alternative_education", "exemption", "other"       |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Field:
    """One column of a table: its name, the kind of value it holds, and whether the table is of use without it."""

    name: str
    kind: str
    required: bool = False


TABLES: dict[str, tuple[Field, ...]] = {
    "cases": (
        Field("case_number", "text", required=True),
        Field("case_type", "case_type", required=True),
        Field("referral_date", "date", required=True),
        Field("allocation_date", "date"),
        Field("case_owner", "text"),
        Field("owner_assigned_date", "date"),
        Field("migrated", "flag"),
        Field("contact_details_current", "held"),
        Field("status", "text"),
        Field("closed_date", "date"),
        Field("nsn", "text"),
        Field("student_name", "text"),
        Field("school", "text"),
        Field("provider", "text"),
        Field("region", "text"),
    ),
    "events": (
        Field("case_number", "text", required=True),
        Field("subject", "text", required=True),
        Field("event_date", "date", required=True),
        Field("activity_type", "activity"),
        Field("recorded_on", "date"),
        Field("assigned_to", "text"),
    ),
    "plans": (
        Field("case_number", "text", required=True),
        Field("plan_id", "text"),
        Field("status", "text", required=True),
        Field("steps", "count"),
        Field("recorded_on", "date"),
    ),
    "outcomes": (
        Field("nsn", "text", required=True),
        Field("outcome_type", "outcome"),
        Field("start_date", "date", required=True),
        Field("school", "text"),
    ),
}

# What a blank cell reads as, by kind (kinds not named here: missing).
BLANK = {"flag": False, "held": "unknown", "activity": "Event", "count": 0, "outcome": "school"}

DTYPES = {"date": "datetime64[s]", "flag": "bool", "count": "Int64"}

Tables = Mapping[str, pd.DataFrame]


def empty_table(table: str) -> pd.DataFrame:
    """A table of no rows with every column of `table` in its dtype."""
    return pd.DataFrame({field.name: pd.Series(dtype=DTYPES.get(field.kind, "str")) for field in TABLES[table]})


def day(column: pd.Series) -> np.ndarray:
    """The dates of a column as numpy days (`datetime64[D]`), NaT where missing."""
    return column.to_numpy(dtype="datetime64[D]")


def places(texts: pd.Series, among: pd.Series) -> np.ndarray:
    """The first row of `among` that holds each of the texts, -1 where none does; missing is found as missing.

    By Arrow, in a sixth of the time of an index of pandas, which makes a Python object of each text.
    """
    first_row = pc.index_in(pa.array(texts, pa.large_string()), value_set=pa.array(among, pa.large_string()))
    row: np.ndarray = first_row.fill_null(-1).to_numpy().astype("int64")
    return row


_OPEN = "asreport: open questions"


def with_open_questions(table: pd.DataFrame, questions: Mapping[str, str]) -> pd.DataFrame:
    """The same table with more questions: field ("" for all of the table) → why it cannot be told, a sentence.

    They travel with the table, as whoever hands it on would otherwise hand on figures that it does not bear.
    """
    asked = table.copy(deep=False)
    asked.attrs = {**table.attrs, _OPEN: {**open_questions(table), **questions}}
    return asked


def open_questions(table: pd.DataFrame) -> dict[str, str]:
    """What is not known of a table: field ("" for all of it) → why, a sentence."""
    return dict(table.attrs.get(_OPEN, {}))


class TablesError(ValueError):
    """A table given to the library is not as described here; the message names table, column and what is there.

    It never holds a value of the table.
    """


def check_tables(tables: Tables) -> None:
    """See that tables have the columns and types described above, and that no case number stands twice.

    Raises `TablesError` with one sentence: table, column, what was found there, what to write.
    """
    for table in tables:
        if table not in TABLES:
            raise TablesError(f"There is no table “{table}”; the tables are {', '.join(TABLES)}.")
        for field in TABLES[table]:
            _check_column(table, field, tables[table])
    if "cases" in tables:
        numbers = tables["cases"]["case_number"]
        if numbers.isna().any():
            raise TablesError("cases, case_number: some rows have none; every case needs its number.")
        if not numbers.is_unique:
            raise TablesError("cases, case_number: a number stands in several rows; give each case one row.")


def _check_column(table: str, field: Field, records: pd.DataFrame) -> None:
    if field.name not in records:
        if field.required:
            raise TablesError(f"{table}: the column {field.name} is missing; it is required.")
        return
    column = records[field.name]
    expected = DTYPES.get(field.kind, "str")
    fits = {"str": _is_text, "bool": pd.api.types.is_bool_dtype, "Int64": _is_whole}
    if not fits.get(expected, pd.api.types.is_datetime64_dtype)(column):
        write = f'convert it with .astype("{expected}")'
        raise TablesError(
            f"{table}, {field.name}: the column holds {column.dtype} where {expected} is needed; {write}."
        )


def _is_text(column: pd.Series) -> bool:
    """Texts, be they of pandas' own type or held as objects; a column of missing values alone is of any type."""
    return pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")


def _is_whole(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
