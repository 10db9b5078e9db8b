"""Finding one case among many: its rows in every table, its number however it was typed, its neighbours."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.analysing.case_list import owners
from asreport.assessing.assessment import Assessment
from asreport.importing.cross_checks import near_numbers
from asreport.importing.texts import as_number, bare_number
from asreport.tables import Tables


class Rows:
    """Where each value of a column stands: looked up at once, however long the column."""

    def __init__(self, column: pd.Series) -> None:
        codes, values = pd.factorize(column)
        self._code: dict[Hashable, int] = dict(zip(values, range(len(values)), strict=True))
        self._order = np.argsort(codes, kind="stable")
        self._bounds = np.searchsorted(codes[self._order], np.arange(len(values) + 1))

    def of(self, value: Hashable) -> np.ndarray:
        """The rows that hold a value, in their order; none where it is unknown or missing."""
        code = -1 if pd.isna(value) else self._code.get(value, -1)  # type: ignore[call-overload]
        return self._order[self._bounds[code] : self._bounds[code + 1]] if code >= 0 else np.array([], dtype="int64")


@dataclass(frozen=True)
class CaseIndex:
    """What it takes to find a case among many; made once for an upload."""

    numbers: tuple[str, ...]
    rows: dict[str, Rows]  # table → its rows by case number, of outcomes by NSN
    results: Rows  # rows of `Assessment.case_results` by case number
    listed: Rows  # rows of `Assessment.cases` by case number
    owner: pd.Series  # the owner each of those is listed under
    owned: Rows  # rows of `Assessment.cases` by that owner
    bare: dict[str, str]  # a number without leading zeros → the number

    @classmethod
    def of(cls, result: Assessment, tables: Tables) -> CaseIndex:
        """The index of one assessment and the tables it was made of."""
        numbers = tuple(result.cases["case_number"])
        by = {"cases": "case_number", "events": "case_number", "plans": "case_number", "outcomes": "nsn"}
        owner = owners(result.cases)
        return cls(
            numbers,
            {table: Rows(tables[table][column]) for table, column in by.items() if table in tables},
            Rows(result.case_results["case_number"]),
            Rows(result.cases["case_number"]),
            owner,
            Rows(owner),
            {bare_number(number): number for number in numbers},
        )

    def file_of(self, tables: Tables, case_number: str) -> dict[str, pd.DataFrame]:
        """The tables with what is about one case alone; a table that was not uploaded stays absent."""
        file = {"cases": tables["cases"].iloc[self.rows["cases"].of(case_number)].reset_index(drop=True)}
        nsn = file["cases"]["nsn"].iloc[0] if "nsn" in file["cases"] else None
        for table in ("events", "plans", "outcomes"):
            if table in tables:
                key = nsn if table == "outcomes" else case_number
                file[table] = tables[table].iloc[self.rows[table].of(key)].reset_index(drop=True)
        return file

    def find(self, typed: str) -> tuple[str | None, str | None]:
        """The case that was meant by what was typed, and, where there is none, the number of a case near to it."""
        number = as_number(typed.strip())
        if known := self.bare.get(bare_number(number)):
            return known, None
        return None, near_numbers([number], list(self.numbers)).get(number)

    def neighbours(self, case_number: str) -> tuple[str | None, str | None]:
        """The cases before and after it in the list of its case owner."""
        (row,) = self.listed.of(case_number)
        own = self.owned.of(self.owner.iloc[row])
        place = int(np.searchsorted(own, row))
        before = self.numbers[own[place - 1]] if place else None
        return before, self.numbers[own[place + 1]] if place + 1 < len(own) else None


def most_urgent(result: Assessment, limit: int = 5) -> pd.DataFrame:
    """The cases that need a look first: the soonest deadline still to come, then the latest that was missed.

    A row a case, columns as `Assessment.case_results`; at most `limit` rows.
    """
    pending = result.case_results[(result.case_results["verdict"] == "pending")].dropna(subset="deadline")
    missed = result.case_results[result.case_results["verdict"] == "missed"]
    ranked = pd.concat(
        [pending.sort_values("deadline", kind="stable"), missed.sort_values("deadline", ascending=False, kind="stable")]
    )
    return ranked.drop_duplicates("case_number").head(limit).reset_index(drop=True)
