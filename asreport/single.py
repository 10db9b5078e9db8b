"""Each record of one case judged by itself: for which measures it counts, and why it does not for the others.

No rule is written here. The case is given as many copies as it has records, each with one of them, and the copies are
judged as any cases are (`assessment.decided`). A record with more than one fault names none of them as a reason; so
that each can be told, a further copy holds it with its Subject, kind or type put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asreport.assessment import Book, Decided, decided
from asreport.quarter import Measure, Quarter
from asreport.tables import Tables

# Which table's records a measure is judged by.
TABLE_OF = {"meeting": "events", "plan": "plans", "outcome": "outcomes"}

OTHER_SUBJECT = ("other_subject",)


class Judged(NamedTuple):
    """One record and one measure that asks for such a record.

    `row`: the record's row in its table. `counts`: it makes the case met. `faults`: codes (keys of `story.why` in the
    catalogue), none where it counts.
    """

    table: str
    row: int
    measure_id: str
    counts: bool
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Copy:
    """A copy of the case with one record, as it is or put right."""

    table: str
    row: int
    put_right: tuple[tuple[str, str], ...] = ()


def judge_records(file: Tables, measures: list[Measure], quarter: Quarter, as_at: date) -> list[Judged]:
    """Every record, for each measure that asks for such a record.

    `file`: the tables with one case and its records alone (`CaseIndex.file_of`). `measures`: those that are about the
    case and were assessed.
    """
    asked = [(m, TABLE_OF[m.evidence.kind]) for m in measures if m.evidence.kind in TABLE_OF]
    pairs = [(m, table, row) for m, table in asked for row in range(len(file[table]))]
    copies = dict.fromkeys(
        copy for m, table, row in pairs for copy in (_Copy(table, row), _Copy(table, row, _put_right(m, quarter)))
    )
    if not pairs:
        return []
    number = {copy: f"{place:06d}" for place, copy in enumerate(copies)}
    book = Book.of(_copied(file, number), quarter, as_at)
    place = {text: position for position, text in enumerate(book.cases["case_number"])}
    found: dict[str, Decided] = {m.id: decided(m, book) for m, _ in asked}

    def answer(measure: Measure, copy: _Copy) -> tuple[str, str, bool]:
        """Verdict, reason, and whether the record is named as the one that counted or nearly did."""
        judged = found[measure.id]
        at = int(np.flatnonzero(judged.position == place[number[copy]])[0])
        return judged.verdict[at], judged.reason[at], bool(judged.evidence.record[at] >= 0)

    rows = []
    for measure, table, row in pairs:
        verdict, reason, named = answer(measure, _Copy(table, row))
        faults: tuple[str, ...] = ()
        if verdict in ("excluded", "cannot_assess") or verdict != "met" and named:
            faults = (reason,)
        elif verdict != "met":
            repaired = answer(measure, _Copy(table, row, _put_right(measure, quarter)))
            own = book.subjects[measure.evidence.subject] if measure.evidence.kind == "meeting" else None
            # The copies' events stand in the order of their numbers: find this record's own.
            faults = _faults(file[table].iloc[row], own, _event_row(book, number[_Copy(table, row)]), repaired, as_at)
        rows.append(Judged(table, row, measure.id, verdict == "met", faults))
    return rows


def _put_right(measure: Measure, quarter: Quarter) -> tuple[tuple[str, str], ...]:
    """The values a record of the measure should have had, as far as they are chosen from a list."""
    if measure.evidence.kind == "meeting":
        return (("subject", quarter.subjects[measure.evidence.subject].name), ("activity_type", "Event"))
    if measure.evidence.kind == "outcome":
        return (("outcome_type", measure.evidence.types[0]),)
    return ()


def _copied(file: Tables, number: dict[_Copy, str]) -> dict[str, pd.DataFrame]:
    """The tables of all copies: each a case of its own, with a number and a student of its own."""
    cases = file["cases"].iloc[[0] * len(number)].reset_index(drop=True).assign(case_number=list(number.values()))
    if "nsn" in cases:
        cases["nsn"] = cases["case_number"].where(cases["nsn"].notna())
    result = {"cases": cases}
    for table in ("events", "plans", "outcomes"):
        if table in file:
            own = [copy for copy in number if copy.table == table]
            records = file[table].iloc[[copy.row for copy in own]].reset_index(drop=True)
            key = "nsn" if table == "outcomes" else "case_number"
            values: dict[str, list[Any]] = {key: [number[copy] for copy in own]}
            for name in {field for copy in own for field, _ in copy.put_right if field in records}:
                values[name] = [
                    dict(copy.put_right).get(name, old) for copy, old in zip(own, records[name], strict=True)
                ]
            result[table] = records.assign(
                **{name: pd.Series(column, dtype=records[name].dtype) for name, column in values.items()}
            )
    return result


def _event_row(book: Book, number: str) -> int:
    return int(np.argmax((book.events["case_number"] == number).to_numpy())) if len(book.events) else -1


def _faults(
    record: pd.Series,
    subject: tuple[np.ndarray, np.ndarray] | None,
    row: int,
    repaired: tuple[str, str, bool],
    as_at: date,
) -> tuple[str, ...]:
    """All faults of a record that has more than one, or one that is no near miss.

    `subject`: for events, which rows have the measure's Subject and which one that resembles it. `repaired`: the answer
    for the record with its Subject, kind or type put right.
    """
    verdict, reason, named = repaired
    rest = (reason,) if verdict != "met" and named else ()
    if subject is not None:
        right, alike = bool(subject[0][row]), bool(subject[1][row])
        if not (right or alike):
            return OTHER_SUBJECT
        task = record.get("activity_type", "Event") != "Event"
        return (
            *(() if right else ("subject_not_recognised",)),
            *(("recorded_as_task",) if task else ()),
            *rest,
        )
    if rest or verdict == "met":
        # Put right it would be late at most: its type is what is wrong besides.
        return ("outcome_not_counted", *rest)
    future = pd.notna(record["start_date"]) and record["start_date"] > pd.Timestamp(as_at)
    return ("outcome_future" if future else "outcome_before",)
