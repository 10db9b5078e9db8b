"""The case-level list made ready for filters that combine, and for filters that are written into an address.

An address ends up in the browser's history and in the logs of whatever passes it on. So it holds codes where asreport
has codes, and for what people are called (owners, schools, providers, regions) an identity that nobody can turn back
without the exports themselves: `identity`. A student's name never gets into one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import numpy as np
import pandas as pd

from asreport.analysing.breakdown import GROUPINGS, group_of, groupings
from asreport.analysing.case_list import case_list, owners
from asreport.assessing.assessment import Assessment
from asreport.dates import in_words
from asreport.words import catalogue

# What a filter is called in an address → the grouping of cases it chooses by. The other filters choose by codes.
BY_GROUP = {
    "owner": "case_owner",
    "school": "school",
    "type": "case_type",
    "region": "region",
    "provider": "provider",
    "week": "week",
}
# Filter → the column of codes.
BY_CODE = {"verdict": "verdict_code", "measure": "measure_id", "group": "group_code", "reason": "reason_code"}
FILTERS = (*BY_CODE, *BY_GROUP)
SAID_OF_MANY = ["measure", "verdict", "group", "reason", "check", "open", *BY_CODE.values()]
OPEN_IN_ADDRESS = ("type", "week")  # CA, NEN and days: they name nobody


def identity(upload: bytes, value: str) -> str:
    """What stands for a name in an address: the same for the same upload, and meaningless without it.

    `upload`: what tells the upload from others, such as a digest of its files.
    """
    return blake2b(value.encode(), key=blake2b(upload).digest(), digest_size=5).hexdigest()


def group_identity(upload: bytes, param: str, value: str) -> str:
    """How a group of cases (as `breakdown` names it) is written in an address as the filter `param`."""
    return value if param in OPEN_IN_ADDRESS else identity(upload, value)


@dataclass(frozen=True)
class Listing:
    """The case-level list and what it can be chosen by.

    `rows`: as `case_list`, what can be put right first and then the soonest deadline first; what is said of many cases
    is a category, its texts held once, as every session keeps a list. `options`: filter → what
    stands for a value in an address → its words, in the order in which they are offered. `places`: filter → for each
    row, which of the options is its value.
    """

    rows: pd.DataFrame
    options: dict[str, dict[str, str]]
    places: dict[str, np.ndarray]
    texts: pd.Series  # what a search looks through, in small letters, a row a case
    case_of_row: np.ndarray  # row of `texts`

    def part(self, positions: np.ndarray) -> pd.DataFrame:
        """These rows, their texts as `case_list` has them."""
        rows = self.rows.take(positions)
        return rows.astype(dict.fromkeys(rows.select_dtypes("category"), "str"))

    def where(self, chosen: Mapping[str, Sequence[str]], search: str = "") -> np.ndarray:
        """The positions of the rows that every filter lets through; a filter without choices lets through all."""
        kept = np.ones(len(self.rows), dtype=bool)
        for name, values in chosen.items():
            if values:
                wanted = np.fromiter((value in set(values) for value in self.options[name]), dtype=bool)
                kept &= wanted[self.places[name]]
        if sought := search.strip().casefold():
            kept &= self.texts.str.contains(sought, regex=False).to_numpy(dtype=bool)[self.case_of_row]
        return np.flatnonzero(kept)

    def cases(self, positions: np.ndarray) -> int:
        """How many cases these rows are about."""
        return len(np.unique(self.case_of_row[positions]))

    def count(self, positions: np.ndarray, name: str, value: str) -> int:
        """How many of these rows have a value (as an address has it) of a filter."""
        return int((self.places[name][positions] == list(self.options[name]).index(value)).sum())

    def names_a_case(self, search: str) -> bool:
        """Whether a search is part of a case number: then it is no student's name and may stand in an address."""
        sought = search.strip().casefold()
        if not any(c.isdigit() for c in sought):
            return False
        return bool(self.texts.str.partition("\n")[0].str.contains(sought, regex=False).any())


def listing(result: Assessment, upload: bytes) -> Listing:
    """The case-level list of `result`, ready to be filtered. `upload`: see `identity`."""
    rows = _in_order(case_list(result, student_names="student_name" in result.cases))
    case = pd.Index(result.cases["case_number"]).get_indexer(rows["case_number"])
    options, places = {}, {}
    for name, column in BY_CODE.items():
        options[name] = _words_of_codes(name, result)
        places[name] = pd.Index(list(options[name])).get_indexer(pd.Index(rows[column])).astype("int32")
    available = groupings(result)
    for name, by in BY_GROUP.items():
        if by == "case_owner" or by in available:
            values = owners(result.cases) if by == "case_owner" else group_of(result.cases, by)
            codes, known = pd.factorize(values, sort=True)
            options[name] = {group_identity(upload, name, value): _in_words(by, value) for value in known}
            places[name] = codes[case].astype("int32")
    rows["case_owner"] = owners(rows)
    rows = rows.astype(dict.fromkeys(SAID_OF_MANY, "category"))
    return Listing(rows, options, places, _searched(result.cases), case)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """What can be put right first, then the soonest deadline; otherwise as they were."""
    group = rows["group_code"].map({code: place for place, code in enumerate(catalogue.GROUPS)})
    order = np.lexsort((rows["deadline"].fillna(pd.Timestamp.max.floor("s")), group))
    return rows.iloc[order].reset_index(drop=True)


def _words_of_codes(name: str, result: Assessment) -> dict[str, str]:
    """All codes a filter can be asked for, whether or not a row has it: a link to none must show none."""
    if name == "verdict":
        return {code: words for code, words in catalogue.VERDICTS.items() if code != "met"}
    if name == "group":
        return catalogue.GROUPS
    if name == "reason":
        return {code: reason.short for code, reason in catalogue.REASONS.items()}
    measures = result.quarter.measures
    return {id: measures[id].name for id in result.attainment["measure_id"] if id not in result.not_assessed}


def _in_words(by: str, value: str) -> str:
    if by != "week" or value.startswith("No "):
        return value
    return f"Week of {in_words(date.fromisoformat(value))}"


def _searched(cases: pd.DataFrame) -> pd.Series:
    number = cases["case_number"].str.casefold() + "\n"
    return number + cases["student_name"].str.casefold().fillna("") if "student_name" in cases else number


def filter_label(name: str) -> str:
    """What a filter is called."""
    return GROUPINGS[BY_GROUP[name]] if name in BY_GROUP else name.capitalize()
