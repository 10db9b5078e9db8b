"""What a kind of evidence is, and how the record that counted or nearly did is taken from the records it judged.

A kind puts a list of checks to each record of a case. The record that failed none counts. Where none does, the ranking
of those lists gives the reason and the near miss; and the list itself is what a case's story says of a record.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from asreport.dates import column_in_words
from asreport.evidence.reasons import Reason
from asreport.frozen import Policy
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
class Records:
    """One table of records, and which case each is about.

    `case` and `row` are arrays of one length: the row of a case in the table of all cases, and of a record about it in
    `table`; a record may be about several cases, and one about no known case is in neither. `subjects`, of events
    alone: key of a subject → whether each row of `table` has that very subject, and whether it has one that resembles
    it.
    """

    table: pd.DataFrame
    case: np.ndarray
    row: np.ndarray
    subjects: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def of(self, cases: CasesInScope, relevant: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of a case in scope and a record about it that is `relevant` (a flag a row): case and row."""
        wanted = np.flatnonzero(relevant[self.row]) if relevant is not None else slice(None)
        row = self.row[wanted]
        case = cases.index_of(self.case[wanted])
        return case[case >= 0], row[case >= 0]


@dataclass(frozen=True)
class JudgedRecords:
    """Every record that a measure looks at, with the checks it failed: arrays of one length.

    `case`: where its case stands in scope. `row`: its row in the table of records. `failed`: a bit for each of the
    kind's `checks`. `done`: the day it says the work was done, NaT where it says none. `ties` decide between records of
    equal rank, the first the most important; they hold what a record is described by, so that the order of rows never
    matters.
    """

    case: np.ndarray
    row: np.ndarray
    failed: np.ndarray
    done: np.ndarray
    ties: Sequence[np.ndarray]


@dataclass(frozen=True)
class CaseEvidence:
    """What the records say of each case in scope, as arrays of one length.

    `met`: a record failed no check. `done`: the day of the earliest that counts, in time or late; NaT where there is
    none, and where the kind dates no work. `reason`: the code of the reason should the case not be met. `row`: the
    record that counted or nearly did, -1 where there is none.
    """

    met: np.ndarray
    done: np.ndarray
    reason: np.ndarray
    row: np.ndarray


class Standing(NamedTuple):
    """How a record stands by the checks it failed: the lowest order is the best; the reason is None where it counts."""

    order: tuple[int, ...]
    reason: Reason | None


class EvidenceKind(Policy, ABC):
    """One kind of evidence as a measure asks for it. The values that a quarter's file sets are its fields.

    `table`: whose records are judged; `column`: the column of the cases without which they cannot be. `checks`: what a
    record can fail, in the order they are named in its story. `irrelevant`: what is said of a record of the table that
    is not looked at at all ("" where every one is). `done_late`: the check that a record fails which counts, but too
    late ("" where the kind dates no work). `mark`: the kind of record in a case's story, and `dated_by` the column it
    is placed by there. Kinds of one table describe and mark its records alike: in a story each stands once.
    """

    kind: str

    table: ClassVar[str]
    column: ClassVar[str] = ""
    reasons: ClassVar[type[Reason]]
    checks: ClassVar[tuple[str, ...]]
    irrelevant: ClassVar[str] = ""
    done_late: ClassVar[str] = ""
    mark: ClassVar[str]
    dated_by: ClassVar[str]

    @property
    @abstractmethod
    def work(self) -> str:
        """What there is to do, as one word: measures of the same work are served by one record."""

    @property
    @abstractmethod
    def fields(self) -> tuple[str, ...]:
        """The fields of the table that decide whether a record counts."""

    @abstractmethod
    def judge(self, cases: CasesInScope, records: Records, as_at: np.datetime64) -> JudgedRecords:
        """Put the checks to every record of each case in scope that could be evidence."""

    @staticmethod
    @abstractmethod
    def standing(failed: frozenset[str]) -> Standing | None:
        """How a record stands that failed just these checks; None where it is no near miss."""

    @abstractmethod
    def without_near_miss(self, cases: CasesInScope, has_record: np.ndarray) -> np.ndarray:
        """The reason of each case that no record nearly counted for. `has_record`: whether any was judged."""

    @classmethod
    @abstractmethod
    def in_words(cls, records: pd.DataFrame) -> pd.Series:
        """What each of the records is, in a few words."""

    @classmethod
    def are_records(cls, records: pd.DataFrame) -> np.ndarray:
        """Which rows of the table are records at all."""
        return np.full(len(records), True)

    @classmethod
    def marks(cls, records: pd.DataFrame) -> list[str]:
        """The kind of each record in a case's story."""
        return [cls.mark] * len(records)

    def placeholders(self, subjects: Mapping[str, str]) -> dict[str, str]:
        """What sentences about this evidence say in place of {…}. `subjects`: key → the Subject's name."""
        return {"subject": "", "meeting": ""}

    def best(self, judged: JudgedRecords, cases: CasesInScope) -> CaseEvidence:
        """The record of each case that counted or nearly did, and what it says."""
        rank_of, reason_of = _ranking(type(self))
        rank = rank_of[judged.failed]
        place, best = best_of_case(judged.case, rank, judged.ties, len(cases))
        has_record, near = place >= 0, (place >= 0) & (best < len(reason_of))
        reason = np.append(reason_of, "")[np.where(near, best, len(reason_of))]
        reason[~near] = self.without_near_miss(cases, has_record)[~near]

        row = np.where(near, np.append(judged.row, -1)[place], -1)
        return CaseEvidence(near & (reason == ""), self._day_done(judged, rank, len(cases)), reason, row)

    def _day_done(self, judged: JudgedRecords, rank: np.ndarray, cases: int) -> np.ndarray:
        """The day of the earliest record of each case that counts, in time or late."""
        done = no_day(cases)
        if self.done_late:
            rank_of, _ = _ranking(type(self))
            counts = np.flatnonzero(np.isin(rank, [rank_of[0], rank_of[1 << self.checks.index(self.done_late)]]))
            days = judged.done[counts]
            first, _ = best_of_case(judged.case[counts], days.astype("int64"), [], cases)
            done[first >= 0] = days[first[first >= 0]]
        return done

    @classmethod
    def failed_checks(cls, bits: int) -> tuple[str, ...]:
        """The checks that the bits of a judged record name."""
        return tuple(check for place, check in enumerate(cls.checks) if bits >> place & 1)

    @classmethod
    def describe(cls, table: pd.DataFrame, rows: np.ndarray) -> pd.Series:
        """The records in words, one text for each of `rows` (rows of `table`; -1 for none gives a missing text)."""
        known = rows >= 0
        texts = cls.in_words(table.iloc[rows[known]].reset_index(drop=True))
        return pd.Series(texts.array.take(np.where(known, np.cumsum(known) - 1, -1), allow_fill=True))


@cache
def _ranking(kind: type[EvidenceKind]) -> tuple[np.ndarray, np.ndarray]:
    """The rank of every set of failed checks, by its bits, and the reason of every rank that is a near miss or counts.

    A set that makes no near miss has the rank after the last.
    """
    standings = [kind.standing(frozenset(kind.failed_checks(bits))) for bits in range(1 << len(kind.checks))]
    ordered = sorted({standing for standing in standings if standing})
    rank_of = np.array([ordered.index(s) if s else len(ordered) for s in standings])
    reason_of = np.array([s.reason.value if s.reason else "" for s in ordered], dtype=object)
    return rank_of, reason_of


def failed_bits(failed: Sequence[np.ndarray]) -> np.ndarray:
    """The bits of each record, from one array of flags a check, in the order of the kind's checks."""
    bits = np.zeros(len(failed[0]), dtype="int64")
    for place, flags in enumerate(failed):
        bits |= flags.astype("int64") << place
    return bits


def best_of_case(
    case: np.ndarray, rank: np.ndarray, ties: Sequence[np.ndarray], cases: int
) -> tuple[np.ndarray, np.ndarray]:
    """The record of the lowest rank of each case, and that rank; both -1 where a case has no record."""
    order = np.lexsort((*reversed(ties), rank, case))
    first = order[np.r_[True, np.diff(case[order]) != 0]] if len(order) else order
    record, best = np.full(cases, -1), np.full(cases, -1)
    record[case[first]] = first
    best[case[first]] = rank[first]
    return record, best


def known_and_not_after(days: np.ndarray, last: np.ndarray | np.datetime64) -> np.ndarray:
    """Whether each date is known and not after `last` (NaT: no limit)."""
    return ~np.isnat(days) & ~(days > last)


def known_and_not_before(days: np.ndarray, earliest: np.ndarray) -> np.ndarray:
    """Whether each date is known and not before `earliest` (NaT: no limit)."""
    return ~np.isnat(days) & ~(days < earliest)


def text_order(column: pd.Series) -> np.ndarray:
    """Texts as numbers that sort as the texts do (missing first)."""
    return pd.factorize(column, sort=True)[0]


def missing_last(days: np.ndarray) -> np.ndarray:
    """Days as numbers, a missing one after every other."""
    return np.where(np.isnat(days), np.iinfo("int64").max, days.astype("int64"))


def no_day(length: int) -> np.ndarray:
    """So many missing days."""
    return np.full(length, np.datetime64("NaT", "D"))


def recorded_on(records: pd.DataFrame) -> np.ndarray:
    """The day each record was created, NaT where the export does not say."""
    return day(records["recorded_on"]) if "recorded_on" in records else no_day(len(records))


def recorded_in_words(records: pd.DataFrame) -> pd.Series | str:
    """“, recorded 2 May 2026” of each record, "" where that is not known."""
    if "recorded_on" not in records:
        return ""
    return (", recorded " + column_in_words(records["recorded_on"])).fillna("")
