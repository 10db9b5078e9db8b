"""Do the tables join? Where most records of a table are of no case, the table is not used, and the likeliest cause is
named from both sides: a figure of 0% because of how numbers are written would be a wrong one.

An export may well hold records of other cases: an extract of ENROL has students of the whole country, and a report of
cases leaves out what was closed. So "most" is asked of both sides: a table is not used where most of its rows are of no
case *and* hardly any case has a row, or where numbers are surely the same ones but written in two ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.importing.budget import watched
from asreport.importing.cross_checks import Source
from asreport.importing.findings import AFFECTS, BLOCKS, Findings
from asreport.importing.lines_between import form
from asreport.importing.recognise_columns import RECORD_ID
from asreport.importing.table_columns import KEYS
from asreport.importing.texts import bare_number, digits_of
from asreport.policy.provider_settings import Number
from asreport.tables import places
from asreport.words.catalogue import TABLES as TABLE_WORDS
from asreport.words.catalogue import within_sentence

NUMBERS: dict[Number, str] = {"case_number": "case numbers", "nsn": "NSNs"}

# Cases that have a record, of those that could: fewer, with most rows of no case, and nothing joins. Of ENROL it may be
# few indeed, as an extract of a few weeks has but the students enrolled in them.
_HARDLY_ANY = {"events": 0.1, "plans": 0.1, "outcomes": 0.02}
_SAME_NUMBERS = 0.9  # of the numbers of no case, so many are some case's once only digits are compared
_SAME_CASES = 0.5  # or so many of the cases without a record get one
_WRITTEN_SO = 0.1  # rows written in the other way that are too many to go on
_MANY = 0.2  # rows of no case that deserve a word on all of them together
_ENOUGH = 5  # fewer rows are listed one by one and need no such word
_TOO_FEW = 3  # fewer rows of no case say nothing about a table
_SHOWN = 3  # numbers shown of each side

_STOPPED = (
    "{} is of a case in the case exports, so this table was not used and the measures of {} are not assessed: {}."
)
_CAUSES = {
    "empty": "most rows have no number in this column: put {numbers} into the report and export it again",
    "record ids": "this column holds record ids and not {numbers}: put {numbers} into the report and export it again",
    "shortened": "a spreadsheet shortened {numbers} to the form 1.23E+08, and their last digits are lost: "
    "export the report again and bring it as it was exported, or give the column the format of a number before saving",
    "digits": "{numbers} have letters or signs around them on one side only. If they are the same, choose “Compare "
    "{numbers} by their digits alone” on Upload, or export both reports with the same column",
    "written": "{numbers} are written in another way here than in the case exports, with other letters or signs around "
    "them: match the right column on Upload, or export both reports with the same column",
    "none": "no case has a number there: put NSNs into the report of cases and export it again",
    "length": "{numbers} have more or fewer digits here than in the case exports, so digits were lost or another "
    "number was taken: match the right column on Upload, or export the report again",
    "range": "{numbers} lie outside the range of those in the case exports, as those of another provider or another "
    "time do: bring exports of the same cases",
    "others": "they are other {numbers}, as in exports of another provider, of another time or with other filters: "
    "bring exports of the same cases, or match the right column on Upload",
}
_MOST_KEYLESS = (
    "Most rows of this sheet have no case number that can be used, so its cases would be incomplete and nothing is "
    "assessed: {}."
)
_DEGREE = (
    "Many rows of this table are of no case in the case exports, so cases may look undone whose records are here under "
    "another number: see that both reports cover the same cases, and that the numbers are right."
)
_COLLIDE = (
    "Two numbers of this column have the same digits, so the settings’ wish to compare {} by their digits alone was "
    "not followed: export both reports with the same column of numbers."
)


@dataclass(frozen=True)
class Joins:
    """`stopped`: the tables that are not to be used. `offered`: the numbers that would surely join by digits alone."""

    stopped: frozenset[str]
    offered: tuple[Number, ...]


def by_digits(
    frames: list[pd.DataFrame], key: Number, sources: Sequence[Source], findings: Findings
) -> list[pd.DataFrame]:
    """The frames with the digits alone of their numbers, unless that made one number of two."""
    maps: list[dict[str, str]] = []
    for source, frame in zip(sources, frames, strict=True):
        numbers = pd.unique(frame[key].dropna()).tolist() if key in frame else []
        digits = {number: digits_of(number) for number in watched(numbers)}
        if len({bare_number(one) for one in digits.values()}) < len({bare_number(one) for one in numbers}):
            source.say(findings, AFFECTS, _COLLIDE.format(NUMBERS[key]), column=source.header(key))
            return frames
        maps.append(digits)
    return [f.assign(**{key: f[key].map(to)}) if to else f for f, to in zip(frames, maps, strict=True)]


def note_joins(tables: Mapping[str, pd.DataFrame], sources: Sequence[Source], findings: Findings) -> Joins:
    """See which tables join, and say of those that do not why, once for each sheet.

    `tables` have the columns `_source`, the place of a row's source, and `_row`, its number there.
    """
    cases = tables.get("cases")
    if cases is None:
        return Joins(frozenset(), ())
    stopped: set[str] = set()
    offered: list[Number] = []
    if _keyless("cases", sources) > len(cases):
        for source in sources:
            if source.piece.part.table == "cases" and "case_number" not in source.piece.open:
                cause = "shortened" if "case_number" in source.piece.shortened else "empty"
                source.say(
                    findings,
                    BLOCKS,
                    _MOST_KEYLESS.format(_CAUSES[cause].format(numbers="case numbers")),
                    column=source.header("case_number"),
                    value=f"{source.piece.part.rows_listed:,} of {source.piece.part.rows_read:,} rows",
                )
        return Joins(frozenset(tables), ())
    for table in ("events", "plans", "outcomes"):
        if table not in tables or KEYS[table] not in cases:
            continue
        join = _Join(table, tables[table], cases[KEYS[table]], sources)
        if cause := join.why_not():
            stopped.add(table)
            join.say_stopped(cause, findings)
            offered += [join.key] if cause == "digits" else []
        elif table != "outcomes":
            join.say_degree(findings)
    return Joins(frozenset(stopped), tuple(dict.fromkeys(offered)))


def _keyless(table: str, sources: Sequence[Source]) -> int:
    return sum(source.piece.part.rows_listed for source in sources if source.piece.part.table == table)


class _Join:
    """The records of one table beside the numbers of the cases."""

    def __init__(self, table: str, records: pd.DataFrame, known: pd.Series, sources: Sequence[Source]) -> None:
        self.table, self.key, self.sources = table, KEYS[table], sources
        self.records = records[records[self.key].notna()]
        self.known = known.dropna().drop_duplicates()
        place = places(self.records[self.key], self.known)
        self.is_strange = place < 0
        self.keyless = _keyless(table, sources)
        self.rows = len(self.records) + self.keyless
        touched = np.zeros(len(self.known), dtype=bool)
        touched[place[~self.is_strange]] = True
        self.untouched = self.known[~touched].tolist()
        self.strange: list[str] = self.records.loc[self.is_strange, self.key].unique().tolist()

    def why_not(self) -> str:
        """The likeliest cause why this table does not join; "" where it does."""
        if not self.rows:
            return ""
        same = self._same_by_digits()
        written_so = self.records[self.key].isin(same)
        of_a_sheet = written_so.groupby(self.records["_source"]).mean().max() if len(same) else 0
        if written_so.sum() >= _WRITTEN_SO * self.rows or of_a_sheet >= 0.5:
            return "digits" if self._is_certain(same) else "written"
        joined = int((~self.is_strange).sum())
        touched = len(self.known) - len(self.untouched)
        if self.rows - joined < _TOO_FEW or 2 * joined >= self.rows:
            return ""
        if touched > _HARDLY_ANY[self.table] * len(self.known):
            return ""
        return self._cause()

    def _same_by_digits(self) -> list[str]:
        """The numbers of no case that a case's digits match, where these numbers differ by more than leading zeros."""
        strange = [number for number in watched(self.strange) if not RECORD_ID.fullmatch(number)]
        if not strange or not self.untouched:
            return []
        if all(map(str.isdecimal, strange)) and all(map(str.isdecimal, self.untouched)):
            return []
        digits = {bare_number(digits_of(number)) for number in watched(self.untouched)}
        same = [number for number in watched(strange) if bare_number(digits_of(number)) in digits]
        enough = len(same) >= _SAME_NUMBERS * len(strange)
        reached = len({bare_number(digits_of(number)) for number in same}) >= _SAME_CASES * len(self.untouched)
        return same if enough or reached else []

    def _is_certain(self, same: list[str]) -> bool:
        """Whether no two numbers become one."""
        known = self.known.tolist()
        both = (same, known)
        return all(len({bare_number(digits_of(one)) for one in numbers}) == len(numbers) for numbers in both)

    def _cause(self) -> str:
        own = [source.piece for source in self.sources if source.piece.part.table == self.table]
        of_cases = [source.piece for source in self.sources if source.piece.part.table == "cases"]
        if any(self.key in piece.shortened for piece in [*own, *of_cases]):
            return "shortened"
        if not len(self.known):
            return "none"
        if 2 * self.keyless > self.rows or not self.strange:
            return "empty"
        if _mostly(RECORD_ID.fullmatch(one) is not None for one in self.strange):
            return "record ids"
        forms = {form(one) for one in self.known.head(1_000)}
        if _mostly(form(one) not in forms for one in self.strange[:1_000]):
            return "written"
        if not (all(map(str.isdecimal, self.strange)) and self.known.str.isdecimal().all()):
            return "others"
        here, there = ([len(bare_number(one)) for one in numbers] for numbers in (self.strange, self.known))
        if max(here) < min(there) or min(here) > max(there):
            return "length"
        low, high = (pick(map(int, self.known)) for pick in (min, max))
        return "range" if _mostly(not low <= int(one) <= high for one in self.strange) else "others"

    def say_stopped(self, cause: str, findings: Findings) -> None:
        """One finding for each sheet of the table."""
        joined = int((~self.is_strange).sum())
        some = "Hardly any row" if 10 * joined < self.rows else "Only a part of the rows"
        why = _CAUSES[cause].format(numbers=NUMBERS[self.key])
        sentence = _STOPPED.format(some if joined else "No row", within_sentence(TABLE_WORDS[self.table].name), why)
        for place, source in enumerate(self.sources):
            # A column without numbers was asked about when it was read.
            asked = cause == "empty" and self.key in source.piece.open
            if source.piece.part.table == self.table and not asked:
                here = self.records["_source"] == place
                shown = self.records.loc[here & self.is_strange, self.key].unique()[:_SHOWN]
                value = f"{int((here & ~self.is_strange).sum()):,} of {source.piece.part.rows_read:,} rows"
                value += f"; here {', '.join(shown)}" if len(shown) else ""
                value += f"; in the cases {', '.join((self.untouched or self.known.tolist())[:_SHOWN])}"
                source.say(findings, BLOCKS, sentence, column=source.header(self.key), value=value)

    def say_degree(self, findings: Findings) -> None:
        """A word on sheets of which many rows are of no case, though the table joins."""
        for place in watched(self.records["_source"].unique().tolist()):
            here = (self.records["_source"] == place).to_numpy()
            strange = self.records[here & self.is_strange]
            if len(strange) >= _ENOUGH and len(strange) >= _MANY * here.sum():
                shown = ", ".join(strange[self.key].unique()[:_SHOWN])
                value = f"{len(strange):,} of {int(here.sum()):,} rows, such as {shown}"
                source = self.sources[place]
                source.say(findings, AFFECTS, _DEGREE, column=source.header(self.key), value=value)


def _mostly(true: object) -> bool:
    answers = list(true)  # type: ignore[call-overload]
    return 2 * sum(answers) > len(answers)
