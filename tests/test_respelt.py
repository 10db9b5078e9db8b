"""Values of a recognised export in other spellings: the same verdicts, or a finding that names the column and blocks
what hangs on it. There is no third outcome."""

from __future__ import annotations

import io
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asreport
from asreport.importing.export_words import WORDS
from asreport.importing.findings import BLOCKS
from asreport.sample import sample_exports
from asreport.tables import TABLES

AS_AT = date(2026, 7, 6)
WRITTEN = {
    "case_type": {"CA": "Chronic Absence", "NEN": "Non-Enrolled"},
    "flag": {"True": "Yes", "False": "No"},
    "held": {"yes": "Yes", "no": "No", "unknown": ""},
    "outcome": {"school": "School", "alternative_education": "Alternative Education", "exemption": "Exemption",
                "other": "Withdrawn"},
}  # fmt: skip
NOTHING = ["-", "\u2014", "\u2013\u2013", "N/A", "n.a.", "nil", "Null", "(blank)", "None", " - "]
OPEN = [*NOTHING, "TBC", "tba", "unknown", "Not assigned", "unallocated", "?"]
NO_DAY = [*OPEN, "0", "00/00/0000", "1900-01-00", "1/01/1900", "1900-01-01T00:00:00"]
ODD = ["Zzyx", "Kind 3", "Umber", "not known to anyone"]
MAORI = {"Yes": ["\u0100e", "ae", "\u0101e - kua oti"], "No": ["K\u0101o", "kao"]}


def named(name: str, content: bytes) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def exports_of_sample() -> dict[str, pd.DataFrame]:
    return asreport.read_exports(named(*one) for one in sample_exports(cases=100).items()).tables


@cache
def written() -> dict[str, pd.DataFrame]:
    """The sample's tables as texts, as exports write them."""
    tables = {}
    for table, frame in exports_of_sample().items():
        columns = {}
        for field in TABLES[table]:
            if field.name not in frame:
                continue
            column = frame[field.name]
            if field.kind == "date":
                texts = column.dt.strftime("%Y-%m-%d").fillna("")
            else:
                texts = column.astype("str").fillna("").replace(WRITTEN.get(field.kind, {}))
            columns[WORDS["headers"][table][field.name][0]] = texts
        tables[table] = pd.DataFrame(columns)
    return tables


def read(tables: dict[str, pd.DataFrame]) -> tuple[asreport.Exports, asreport.Assessment]:
    exports = asreport.read_exports(
        named(f"{table}.csv", frame.to_csv(index=False).encode()) for table, frame in tables.items()
    )
    return exports, asreport.assess(exports.tables, asreport.load_quarter("q2-2026"), as_at=AS_AT)


@cache
def base() -> pd.DataFrame:
    exports, result = read(written())
    assert not result.not_assessed and BLOCKS not in set(exports.findings["severity"])
    return verdicts(result)


def verdicts(result: asreport.Assessment) -> pd.DataFrame:
    columns = ["measure_id", "case_number", "verdict", "reason", "deadline", "completed_date"]
    return result.case_results[columns].sort_values(columns[:2], ignore_index=True)


def same_or_blocked(table: str, header: str, respelt: pd.Series) -> None:
    changed = {**written(), table: written()[table].assign(**{header: respelt})}
    exports, result = read(changed)
    before, after = base(), verdicts(result)
    kept = before[~before["measure_id"].isin(list(result.not_assessed))].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, kept)
    if result.not_assessed:
        blocking = exports.findings[exports.findings["severity"] == BLOCKS]
        assert set(blocking["column"]) == {header} and set(blocking["file"]) == {f"{table}.csv"}


@st.composite
def spelling(draw: st.DrawFn, word: str) -> str:
    """A word in other letters, marks or company; or another word."""
    ways = [
        word.upper(), word.lower(), word.replace(" ", "-"), word.replace("-", " "), word.replace(" ", "_"),
        f"  {word} ", word.replace(" ", "\u00a0"), word.replace("-", "\u2011"), f"{word}.", *MAORI.get(word, []), *ODD,
        f"{word} - Domestic", f"{word} (full time)", f"{word}s", f"Not {word}", f"{word} / {word}",
    ]  # fmt: skip
    return draw(st.sampled_from(ways))


WORDED = [
    ("cases", "Case Record Type"), ("cases", "Migrated"), ("cases", "Contact Details Current"),
    ("events", "Task/Event"), ("outcomes", "Enrolment Type"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "header"), WORDED)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_words(table: str, header: str, data: st.DataObject) -> None:
    column = written()[table][header]
    counts = column.value_counts()
    words = [str(word) for word in counts.index[counts > 1] if word]  # what stands in one row is a slip, and listed
    same_or_blocked(table, header, column.replace({word: data.draw(spelling(word)) for word in words}))


EMPTIED = [
    ("cases", "Case Owner", OPEN), ("cases", "NSN", OPEN), ("cases", "Closed Date", NO_DAY),
    ("cases", "Allocation Date", NO_DAY), ("cases", "Owner Assigned Date", NO_DAY), ("cases", "Referral Date", NO_DAY),
    ("cases", "Contact Details Current", [*NOTHING, "unknown", "TBC"]), ("events", "Event Date", NO_DAY),
    ("events", "Created Date", NO_DAY), ("plans", "Plan Created Date", NO_DAY),
    ("outcomes", "Enrolment Start Date", NO_DAY),
]  # fmt: skip


@pytest.mark.parametrize(("table", "header", "spellings"), EMPTIED)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(data=st.data())
def test_empty_is_empty(table: str, header: str, spellings: list[str], data: st.DataObject) -> None:
    column = written()[table][header]
    drawn = data.draw(st.lists(st.sampled_from(spellings), min_size=1, max_size=4))
    fill = pd.Series([drawn[place % len(drawn)] for place in range(len(column))], index=column.index)
    same_or_blocked(table, header, column.where(column != "", fill))


@pytest.mark.parametrize("how", ["########", "14/04/2569", "4 Rajab 1447", "week {n}"])
@pytest.mark.parametrize(
    ("table", "header"),
    [(table, header) for table, header, _ in EMPTIED if header.endswith("Date")]
    + [("cases", "Case Owner"), ("plans", "Number of Steps"), ("events", "Subject")],
)
def test_a_column_that_cannot_be_read_blocks_what_hangs_on_it(table: str, header: str, how: str) -> None:
    column = written()[table][header]
    if header in ("Case Owner", "Subject") and how != "########":
        pytest.skip("any text is a name")
    numbered = pd.Series([how.format(n=n) for n in range(len(column))], index=column.index)
    same_or_blocked(table, header, numbered.where(column != "", ""))


@pytest.mark.parametrize("status", ["In-Progress", "IN PROGRESS", "In progress ", "in_progress", "InProgress"])
def test_a_status_in_another_spelling_is_the_same(status: str) -> None:
    same_or_blocked("plans", "Plan Status", written()["plans"]["Plan Status"].replace("In Progress", status))
