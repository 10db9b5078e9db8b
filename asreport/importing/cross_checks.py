"""What the tables, seen together, make one doubt: records of no known case, slips in numbers, swapped columns.

Nothing is changed here: everything is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from asreport.importing.budget import check, watched
from asreport.importing.findings import AFFECTS, INFORMS, Findings, in_rows
from asreport.importing.table_columns import Piece
from asreport.importing.texts import bare_number
from asreport.tables import places

_NO_CASE = "This record's case number is in no case export, so it counts for no case: add the case to the case export."
_NEAR = (
    "This record's case number is in no case export, so it counts for no case, but a number that differs in one place "
    "is: if it is a slip, correct it in AS-CMS and export again."
)
_NO_STUDENT = (
    "Some enrolments are of students with no case in the case exports, as an extract covers other providers' students "
    "too: they count for no case."
)
_NEAR_FOR = 2_000  # so many unknown numbers are looked at for a near one; more are not slips
_ENOUGH = 5  # fewer rows say nothing about a column


@dataclass(frozen=True)
class Source:
    """A piece and the file it came from."""

    piece: Piece
    file: str
    taken_on: date | None

    def say(self, findings: Findings, severity: str, sentence: str, **about: object) -> None:
        """A finding about this piece's sheet."""
        findings.add(severity, sentence, file=self.file, sheet=self.piece.part.sheet, **about)  # type: ignore[arg-type]

    def header(self, field: str) -> str:
        """The header of the column a field was taken from."""
        return self.piece.part.columns.get(field, "")


def note_strangers(tables: dict[str, pd.DataFrame], sources: Sequence[Source], findings: Findings) -> None:
    """List events and plans of cases, and count outcomes of students, that no case export holds. They stay.

    `tables` have the columns `_source`, the place of a row's source, and `_row`, its number there.
    """
    cases = tables.get("cases")
    if cases is None:
        return
    known = cases["case_number"]
    for table in ("events", "plans"):
        if table not in tables:
            continue
        strange = tables[table][_unknown(tables[table]["case_number"], known)]
        near = near_numbers(strange["case_number"].unique().tolist(), known.tolist())
        for place, here in _by_source(strange):
            close = here["case_number"].isin(list(near))
            for rows, sentence in ((here[~close], _NO_CASE), (here[close], _NEAR)):
                if len(rows):
                    numbers = [f"{n} (near {near[n]})" if n in near else n for n in rows["case_number"]]
                    header = sources[place].header("case_number")
                    sources[place].say(
                        findings, AFFECTS, sentence, row=rows["_row"].tolist(), column=header, value=numbers
                    )
    if "outcomes" in tables and "nsn" in cases:
        strange = tables["outcomes"][_unknown(tables["outcomes"]["nsn"], cases["nsn"].dropna())]
        for place, here in _by_source(strange):
            sources[place].say(findings, INFORMS, _NO_STUDENT, value=in_rows(len(here)))


def _unknown(numbers: pd.Series, known: pd.Series) -> np.ndarray:
    return places(numbers, known) < 0


def _by_source(rows: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    """The rows of each source."""
    return [(int(place), rows[rows["_source"] == place]) for place in watched(rows["_source"].unique().tolist())]


def near_numbers(strange: list[str], known: list[str]) -> dict[str, str]:
    """For each number that has one, a known number that two swapped digits, or one digit, part from it."""
    if not strange or len(strange) > _NEAR_FOR:
        return {}
    shown = {bare_number(number): number for number in known}
    found = {}
    for number in strange:
        if near := next((shown[slip] for slip in _slips(bare_number(number)) if slip in shown), None):
            found[number] = near
    return found


def _slips(number: str) -> list[str]:
    """What was meant if this number was typed with one slip, the likeliest first: digits swapped, wrong, left out."""
    if not number.isdecimal() or len(number) < 4:
        return []
    places = range(len(number))
    swapped = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in places[:-1]]
    wrong = [number[:i] + digit + number[i + 1 :] for i in places for digit in "0123456789"]
    missing = [number[:i] + digit + number[i:] for i in range(len(number) + 1) for digit in "0123456789"]
    return [
        slip for slip in [*swapped, *wrong, *missing, *(number[:i] + number[i + 1 :] for i in places)] if slip != number
    ]


def note_swapped(tables: dict[str, pd.DataFrame], sources: Sequence[Source], findings: Findings) -> None:
    """Say of each case export which of its columns look swapped."""
    for source in sources:
        check()
        frame = source.piece.frame
        if source.piece.part.table != "cases":
            continue
        for first, then in (("referral_date", "allocation_date"), ("referral_date", "closed_date")):
            if {first, then} <= set(frame) and _mostly(
                frame[then] < frame[first], frame[first].notna() & frame[then].notna()
            ):
                _say_swapped(source, (first, then), "most of the second lie before the first", findings)
        if {"case_owner", "student_name"} <= set(frame):
            owners, students = frame["case_owner"].dropna(), frame["student_name"].dropna()
            if (
                len(owners) >= 4 * _ENOUGH
                and owners.nunique() > 0.8 * len(owners)
                and students.nunique() < 0.2 * len(owners)
            ):
                _say_swapped(source, ("case_owner", "student_name"), "nearly every row has its own owner", findings)
        if "outcomes" in tables and "nsn" in frame:
            students = tables["outcomes"]["nsn"]
            as_number, as_nsn = (
                int((places(frame[name].dropna(), students) >= 0).sum()) for name in ("case_number", "nsn")
            )
            if as_number >= _ENOUGH and as_number > 2 * as_nsn:
                _say_swapped(source, ("case_number", "nsn"), "ENROL knows the numbers of the first as NSNs", findings)


def _mostly(true: pd.Series, of: pd.Series) -> bool:
    return bool(of.sum() >= _ENOUGH and (true & of).sum() > of.sum() / 2)


def _say_swapped(source: Source, fields: tuple[str, str], why: str, findings: Findings) -> None:
    source.say(
        findings,
        AFFECTS,
        f"These two columns look swapped: {why}. The figures take them as they are named: if they are swapped, "
        "correct the match on Upload, or the report, and read it again.",
        column=" and ".join(source.header(field) for field in fields),
    )
