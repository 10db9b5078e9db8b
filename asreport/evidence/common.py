"""What the four kinds of evidence share: a measure's cases, what is answered of them, the best record of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.tables import day


@dataclass(frozen=True)
class CasesInScope:
    """The cases of one measure, as arrays of one length; dates are numpy days, NaT where missing.

    `position` is the row of each case in the table of all cases; `earliest` the first day a record may be dated
    (NaT: no lower bound); `deadline` the last day in time (NaT: none).
    """

    table: pd.DataFrame
    position: np.ndarray
    earliest: np.ndarray
    deadline: np.ndarray

    def __len__(self) -> int:
        return len(self.position)

    def index_of(self, positions: np.ndarray) -> np.ndarray:
        """Where cases, given by their row in the table of all cases, stand in this scope; -1 where they do not."""
        where = np.full(positions.max(initial=-1) + 1, -1)
        inside = self.position[self.position < len(where)]
        where[inside] = np.arange(len(self.position))[self.position < len(where)]
        return where[positions]


@dataclass(frozen=True)
class Evidence:
    """What the records say of each case in scope, as arrays of one length.

    `counts`: a record counts. `done`: its date, NaT where it has none (plans, owners). `reason`: the code of the reason
    should the case not be met. `record`: the row, in the table of records, of the record that counted or nearly did;
    -1 where there is none.
    """

    counts: np.ndarray
    done: np.ndarray
    reason: np.ndarray
    record: np.ndarray


def in_time_or_open(done: np.ndarray, last: np.ndarray | np.datetime64) -> np.ndarray:
    """Whether each date is known and not after `last` (NaT: no limit)."""
    return ~np.isnat(done) & ~(done > last)


def not_before(done: np.ndarray, earliest: np.ndarray) -> np.ndarray:
    """Whether each date is known and not before `earliest` (NaT: no limit)."""
    return ~np.isnat(done) & ~(done < earliest)


def best_of_case(
    case: np.ndarray, rank: np.ndarray, ties: Sequence[np.ndarray], cases: int
) -> tuple[np.ndarray, np.ndarray]:
    """The record of the lowest rank of each case, and that rank; both -1 where a case has no record.

    `ties` decide between equal ranks, the first the most important; they hold what the record is described by, so
    that the order of rows never matters.
    """
    order = np.lexsort((*reversed(ties), rank, case))
    first = order[np.r_[True, np.diff(case[order]) != 0]] if len(order) else order
    record, best = np.full(cases, -1), np.full(cases, -1)
    record[case[first]] = first
    best[case[first]] = rank[first]
    return record, best


def text_order(column: pd.Series) -> np.ndarray:
    """Texts as numbers that sort as the texts do (missing first)."""
    return pd.factorize(column, sort=True)[0]


def missing_last(days: np.ndarray) -> np.ndarray:
    """Days as numbers, a missing one after every other."""
    return np.where(np.isnat(days), np.iinfo("int64").max, days.astype("int64"))


def recorded_on(records: pd.DataFrame) -> np.ndarray:
    """The day each record was created, NaT where the export does not say."""
    if "recorded_on" in records:
        return day(records["recorded_on"])
    return np.full(len(records), np.datetime64("NaT", "D"))
