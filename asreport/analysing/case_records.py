"""Each record of one case: for which measures it counts, and which checks it failed for the others.

No rule is written here: the records are judged as those of any case are (`assessment.judged_records`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from asreport.assessing.assessment import Book, cases_in_scope, judged_records
from asreport.policy.quarter import Measure, Quarter
from asreport.tables import Tables


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


def judge_records(file: Tables, results: Iterable[Any], quarter: Quarter, as_at: date) -> list[Judged]:
    """Every record of the case, for each measure that is about it and asks for such a record.

    `file`: the tables with one case and its records alone (`CaseIndex.file_of`). `results`: the rows of
    `Assessment.case_results` about the case.
    """
    book = Book.of(file, quarter, as_at)
    judged = []
    for result in results:
        for row, faults in _faults(quarter.measures[result.measure_id], result, book).items():
            table = quarter.measures[result.measure_id].evidence.table
            judged.append(Judged(table, row, result.measure_id, not faults, faults))
    return judged


def _faults(measure: Measure, result: Any, book: Book) -> dict[int, tuple[str, ...]]:
    """Row of a record → the checks it failed; of a case that is left out or cannot be assessed, why that is."""
    evidence = measure.evidence
    own = book.records[evidence.table]
    are_records = evidence.are_records(own.table)
    rows = [row for row in range(len(own.table)) if are_records[row]]
    if result.verdict in ("excluded", "cannot_assess"):
        return dict.fromkeys(rows, (result.reason,))
    judged = judged_records(measure, cases_in_scope(measure, book), book)
    failed = dict(zip(judged.row.tolist(), judged.failed.tolist(), strict=True))
    return {row: evidence.failed_checks(failed[row]) if row in failed else (evidence.irrelevant,) for row in rows}
