"""Pseudonyms in place of students' names, and the key that leads back.

A pseudonym says nothing of the name: students are numbered in an order drawn with a secret. The key is a table of its
own, for the provider alone. Case numbers and NSNs stay what they are, so whoever has AS-CMS can look a case up: this
keeps names off a screen and out of a file, and does not make the data anonymous.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from asreport.assessing.assessment import Assessment
from asreport.importing import Exports
from asreport.tables import Tables

KEY_COLUMNS = ["pseudonym", "student_name", "nsn", "case_numbers"]
HIDDEN = "(hidden)"
SOME_STUDENT = "a student"  # where a record names one and several have that name
_MOST_WORDS = 20  # of a name
_DIGITS = 4
_WORD = re.compile(r"\w+(?:['’ʻ\-]\w+)*")
_OPEN_COLUMNS = {"events": "subject", "plans": "plan_id"}  # what people type may hold a name


@dataclass(frozen=True)
class Pseudonyms:
    """The pseudonyms of a table of cases.

    `of_case`: case number → pseudonym, for the cases that have a student's name. `key`: a row a pseudonym, columns
    `KEY_COLUMNS`. `key_id`: four characters that tell one key from another. `numbers`: digest of a student → number,
    to be handed on so that a student keeps the number when files are added.
    """

    of_case: pd.Series
    key: pd.DataFrame
    key_id: str
    numbers: Mapping[str, int]
    _written: Mapping[tuple[str, ...], str]  # the words of a name → its pseudonym
    _lengths: Mapping[str, list[int]]  # the first word of a name → how many it may have, the most first

    def hide(self, text: str) -> str:
        """A text with every student's name in it, of two words or more and in either order, as its pseudonym.

        A name of a single word stands as it is: it may be any word.
        """
        words = list(_WORD.finditer(text))
        folded = [word.group().casefold() for word in words]
        result, copied, place = "", 0, 0
        while place < len(words):
            for length in self._lengths.get(folded[place], ()):
                name = tuple(folded[place : place + length])
                if name in self._written:
                    result += text[copied : words[place].start()] + self._written[name]
                    place += len(name) - 1  # at the end of the text there are fewer
                    copied = words[place].end()
                    break
            place += 1
        return result + text[copied:]

    def hide_all(self, texts: pd.Series) -> pd.Series:
        """`hide` for a column of texts; each distinct text is looked at once."""
        codes, distinct = pd.factorize(texts)
        hidden = pd.Series([*map(self.hide, distinct), None], dtype="str")
        return hidden.take(codes).set_axis(texts.index)


def pseudonyms(cases: pd.DataFrame, secret: bytes, before: Mapping[str, int] | None = None) -> Pseudonyms:
    """The pseudonyms of the students of `cases`: a pure function of its arguments.

    A student is one NSN, or one name and case where there is no NSN. `before`: the `numbers` of students who have
    theirs already; new ones are numbered after them.
    """
    if "student_name" not in cases:
        cases = cases.assign(student_name=pd.Series(None, index=cases.index, dtype="str"))
    named = cases[cases["student_name"].notna()]
    nsn = named["nsn"] if "nsn" in named else pd.Series(None, index=named.index, dtype="str")
    other = "name " + named["student_name"] + " case " + named["case_number"] if len(named) else nsn
    student = ("nsn " + nsn).fillna(other)
    digest = student.map({text: _digest(secret, text) for text in student.unique()})
    numbers = dict(before or {})
    # In the order of the digests, which nobody knows without the secret.
    for new in sorted(set(digest) - set(numbers)):
        numbers[new] = len(numbers) + 1
    number = digest.map(numbers).astype("int64")
    pseudonym = "Student " + number.astype("str").str.zfill(_DIGITS)
    of_case = pd.Series(pseudonym.to_numpy(), index=named["case_number"].to_numpy(), dtype="str")
    key = pd.DataFrame(
        {
            "pseudonym": pseudonym,
            "student_name": named["student_name"],
            "nsn": nsn,
            "case_numbers": named["case_number"],
        }
    )
    key = _row_a_student(key.loc[number.sort_values(kind="stable").index].astype("str"))
    written = _written(named["student_name"], pseudonym)
    return Pseudonyms(of_case, key, _digest(secret, "key")[:4].upper(), numbers, written, _lengths(written))


def with_pseudonyms(result: Assessment, hidden: Pseudonyms) -> Assessment:
    """The assessment with pseudonyms for names, also where a record's or the provider's own words name a student.

    It is to be shown: judged by its quarter, a record of an accepted subject that names a student would be another's.
    """
    evidence = hidden.hide_all(result.case_results["evidence"])
    return replace(
        result,
        quarter=result.quarter.with_typed_words(hidden.hide),
        cases=_renamed(result.cases, hidden),
        case_results=result.case_results.assign(evidence=evidence),
    )


def plain_with_pseudonyms(data: Any, hidden: Pseudonyms) -> Any:
    """Plain data (texts, lists, dicts with texts for keys) with pseudonyms for the names in all its texts."""
    if isinstance(data, str):
        return hidden.hide(data)
    if isinstance(data, list):
        return [plain_with_pseudonyms(entry, hidden) for entry in data]
    if isinstance(data, dict):
        return {hidden.hide(key): plain_with_pseudonyms(value, hidden) for key, value in data.items()}
    return data


def tables_with_pseudonyms(tables: Tables, hidden: Pseudonyms) -> dict[str, pd.DataFrame]:
    """The tables with pseudonyms for names, also in the subjects of events and the names of plans."""
    changed = dict(tables)
    if "cases" in changed:
        changed["cases"] = _renamed(changed["cases"], hidden)
    for name, column in _OPEN_COLUMNS.items():
        if name in changed and column in changed[name]:
            changed[name] = changed[name].assign(**{column: hidden.hide_all(changed[name][column])})
    return changed


def findings_with_pseudonyms(findings: pd.DataFrame, exports: Exports, hidden: Pseudonyms) -> pd.DataFrame:
    """The findings without names: a value is shown only of a column known to hold something else than names."""
    other = {
        (file.name, part.sheet, header)
        for file in exports.files
        for part in file.parts
        for field, header in part.columns.items()
        if field != "student_name"
    }
    names = {
        (file.name, part.sheet, part.columns["student_name"])
        for file in exports.files
        for part in file.parts
        if "student_name" in part.columns
    }
    places = zip(findings["file"], findings["sheet"], findings["column"], strict=True)
    open_ = [place[2] == "" or place in other - names for place in places]
    value = hidden.hide_all(findings["value"]).where(pd.Series(open_, index=findings.index, dtype="bool"), HIDDEN)
    texts = {name: hidden.hide_all(findings[name]) for name in ("column", "finding")}
    return findings.assign(value=value.mask(findings["value"] == "", ""), **texts)


def _renamed(cases: pd.DataFrame, hidden: Pseudonyms) -> pd.DataFrame:
    if "student_name" not in cases:
        return cases
    return cases.assign(student_name=cases["case_number"].map(hidden.of_case).astype("str"))


def _digest(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _row_a_student(key: pd.DataFrame) -> pd.DataFrame:
    """The rows of a student as one, with every name and case number in it."""
    several = key["pseudonym"].duplicated(keep=False)
    together = key[~key["pseudonym"].duplicated()].set_index("pseudonym")
    for pseudonym, rows in key[several].groupby("pseudonym"):
        for column in ("student_name", "case_numbers"):
            together.at[pseudonym, column] = "; ".join(dict.fromkeys(rows[column]))
    return together.reset_index()[KEY_COLUMNS]


def _written(names: pd.Series, pseudonym: pd.Series) -> dict[tuple[str, ...], str]:
    """How each name may be written: as it is, and from any later word on.

    What has more words than any name is taken in pieces: whole, it would be turned as often as it has words.
    """
    stand_ins: dict[tuple[str, ...], str] = {}
    for name, stands in zip(names, pseudonym, strict=True):
        words = tuple(word.casefold() for word in _WORD.findall(name))
        for start in range(0, len(words), _MOST_WORDS):
            piece = words[start : start + _MOST_WORDS]
            for turned in range(len(piece) if len(piece) > 1 else 0):
                written = piece[turned:] + piece[:turned]
                stand_ins[written] = stands if stand_ins.get(written, stands) == stands else SOME_STUDENT
    return stand_ins


def _lengths(names: Iterable[tuple[str, ...]]) -> dict[str, list[int]]:
    """How many words the names have that start with each word, the most first."""
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[0], set()).add(len(name))
    return {word: sorted(some, reverse=True) for word, some in lengths.items()}
