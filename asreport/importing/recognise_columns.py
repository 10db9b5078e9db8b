"""Which tables a sheet holds, and which column is which field: told by the whole set of its headers, and by values
where a header is too general to tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from asreport.importing import date_columns
from asreport.importing.budget import check
from asreport.importing.export_words import (
    HEADERS,
    KNOWN_BY_VALUES,
    LIKE,
    PLAN_FIELDS,
    PLAN_STATUS,
    STAND_INS,
    SUMMARY_HEADERS,
    TICKED,
    WITHOUT_CASES,
    WORDS,
    Header,
    fields_of,
)
from asreport.importing.grids import Cells
from asreport.importing.header_row import Layout
from asreport.importing.texts import as_text
from asreport.importing.values import is_vocabulary, understands, yes_no
from asreport.importing.values import says_origin as tells_migrated
from asreport.tables import TABLES

RECORD_ID = re.compile(r"(?=\w*[A-Za-z])[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")

Fields = dict[str, int]  # field -> place of its column


@dataclass(frozen=True)
class Shape:
    """The tables of a sheet, each with its columns; and the places of columns that were passed over as doubles.

    `doubtful`: of each table, columns that may say something of a field for which there is no column.
    """

    tables: dict[str, Fields]
    doubles: list[int]
    doubtful: dict[str, Fields] = field(default_factory=dict)


def recognise(layout: Layout) -> Shape:
    """Tell the tables of a sheet: none, one, or two (a wide report, with the case's columns on each event or plan)."""
    doubles = _doubles(layout)
    sheet = _Sheet(layout, doubles)
    tables = {}
    cases = sheet.fields("cases", taken=set())
    if is_complete("cases", cases):
        tables["cases"] = cases
    others = {}
    for table in ("events", "plans"):
        taken = sheet.case_columns(tables.get("cases"), table)
        fields = sheet.fields(table, taken, with_cases="cases" in tables)
        if is_complete(table, fields) and (table == "events" or sheet.is_plan(fields, "cases" in tables)):
            others[table] = fields
    if others:
        # The one with more columns; events where both have as many.
        table = max(others, key=lambda name: (len(others[name]), name == "events"))
        tables[table] = others[table]
        if table == "plans" and "cases" in tables and tables["cases"].get("status") == tables["plans"]["status"]:
            del tables["cases"]["status"]
    if not tables:
        outcomes = sheet.fields("outcomes", taken=set())
        if is_complete("outcomes", outcomes):
            tables["outcomes"] = outcomes
    return Shape(tables, doubles, sheet.doubtful(tables))


def likely_fields(layout: Layout, tables: Sequence[str], guessing: bool = True) -> dict[str, Fields]:
    """The column each field of these tables would be, by its name or by its values, whether or not that makes a table.

    `guessing`: by its values too, where no name is known.
    """
    sheet = _Sheet(layout, _doubles(layout))
    found: dict[str, Fields] = {}
    for table in tables:
        taken = sheet.case_columns(found.get("cases"), table) if "case_number" in found.get("cases", {}) else set()
        found[table] = sheet.fields(table, taken, with_cases="cases" in found)
        found[table] |= guesses(layout, table, found[table]) if guessing else {}
    return found


def is_complete(table: str, fields: Fields) -> bool:
    """Whether every field is there without which the table is of no use."""
    return all(field.name in fields for field in TABLES[table] if field.required)


def _doubles(layout: Layout) -> list[int]:
    """Columns whose header stands on another column too: all but the first that has values."""
    by_text: dict[str, list[int]] = {}
    for place, seen in enumerate(layout.headers):
        if seen.names:
            by_text.setdefault(seen.names[0], []).append(place)
    doubles = []
    for places in by_text.values():
        kept = next((place for place in places if layout.columns[place].filled.any()), places[0])
        doubles += [place for place in places if place != kept]
    return sorted(doubles)


class _Sheet:
    """The columns of one sheet, asked for what they may be."""

    def __init__(self, layout: Layout, doubles: list[int]) -> None:
        self.headers = layout.headers
        self.columns = layout.columns
        self.places = [place for place in range(len(layout.headers)) if place not in set(doubles)]

    def fields(self, table: str, taken: set[int], with_cases: bool = False) -> Fields:
        """The column of each field of `table`, of those not `taken`."""
        found: Fields = {}
        for name in HEADERS[table]:
            free = [place for place in self.places if place not in taken and place not in found.values()]
            candidates = self._candidates(table, name, free, with_cases)
            kind = next((field.kind for field in TABLES[table] if field.name == name), "text")
            if candidates:
                found[name] = next((p for p in candidates if understands(self.columns[p], kind)), candidates[0])
        return found

    def _candidates(self, table: str, name: str, free: list[int], with_cases: bool) -> list[int]:
        """The columns that may be the field, the most preferred name first."""
        ranked = []
        for place in free:
            seen = self.headers[place]
            if name not in fields_of(seen, table) or not self._may_be(table, name, place):
                continue
            if with_cases and seen.rank(WITHOUT_CASES.get(table, {}).get(name, {})) is not None and not seen.parent:
                continue
            # Of headers that say the same, the plain one comes before one with a note.
            ranked.append((seen.rank(HEADERS[table][name]), seen.names[0] not in HEADERS[table][name], place))
        return [place for *_, place in sorted(ranked)]

    def _may_be(self, table: str, name: str, place: int) -> bool:
        check()
        cells, seen = self.columns[place], self.headers[place]
        if name in ("case_number", "nsn"):
            return not holds_record_ids(cells)
        if table == "plans" and name in ("steps", "step"):
            if name == "steps" and "step" not in fields_of(seen, table):
                return True  # even where it holds no number: then it cannot be read, which is said
            return understands(cells, "count") == (name == "steps") or not cells.filled.any()
        if seen.rank(KNOWN_BY_VALUES.get(table, {}).get(name, {})) is None:
            return True
        if name == "migrated":
            return tells_migrated(cells)
        if name == "contact_details_current" and is_vocabulary(cells):
            return True
        if name == "activity_type" and any(one in TICKED for one in seen.names):
            answers = [yes_no(value) for value in cells.seen(10)]
            return bool(answers) and None not in answers
        kinds = {field.name: field.kind for field in TABLES[table]}
        return understands(cells, "flag" if name == "status" else kinds[name])

    def doubtful(self, tables: dict[str, Fields]) -> dict[str, Fields]:
        """Columns in no table whose name and values may say something of a field for which there is no column."""
        used = {place for fields in tables.values() for place in fields.values()}
        found: dict[str, Fields] = {}
        for table, fields in tables.items():
            for name, parts in LIKE.get(table, {}).items():
                has = name in fields or (name == "steps" and "step" in fields)
                has |= name == "status" and "closed_date" in fields
                for place in () if has else self.places:
                    text = self.headers[place].text.lower()
                    like = any(part in text for part in parts) and not any(w in text for w in LIKE["not"]["words"])
                    if like and place not in used and is_vocabulary(self.columns[place]):
                        found.setdefault(table, {})[name] = place
        return found

    def case_columns(self, cases: Fields | None, table: str) -> set[int]:
        """The columns of a wide report that are the case's and so not the event's or plan's."""
        if cases is None:
            return set()
        keep = {cases["case_number"]}
        status = cases.get("status")
        if table == "plans" and status is not None and self.headers[status].names[0] in ("status", "state"):
            keep.add(status)  # the plan's, if the sheet holds plans and names no other
        return set(cases.values()) - keep

    def is_plan(self, fields: Fields, with_cases: bool) -> bool:
        """Whether the sheet says that it holds plans: any case may have a number and a status."""
        if PLAN_FIELDS & set(fields) or self.headers[fields["status"]].names[0] in PLAN_STATUS:
            return True
        if self.headers[fields["status"]].parent == "plans":
            return True
        foreign = {"case_type", "referral_date", "allocation_date", "case_owner", "closed_date", "migrated", "subject"}
        alone = not foreign & {
            name
            for place in self.places
            for table in ("cases", "events")
            for name in fields_of(self.headers[place], table)
            if place not in fields.values()
        }
        return alone and not with_cases


def holds_record_ids(cells: Cells) -> bool:
    """Whether the column holds Salesforce record ids (15 or 18 characters) in place of numbers."""
    texts = [as_text(value) for value in cells.seen(200)]
    return bool(texts) and all(RECORD_ID.fullmatch(text) for text in texts)


def stands_in(seen: Header, table: str, name: str) -> bool:
    """Whether a header is only the next best for a field, such as Created Date for the referral date."""
    return seen.rank(STAND_INS.get(table, {}).get(name, {})) is not None


def says_is_closed(seen: Header) -> bool:
    """Whether a header asks if the case is closed, so that its yes or no stands for a status."""
    return seen.rank(KNOWN_BY_VALUES["cases"]["status"]) is not None


def says_origin(seen: Header) -> bool:
    """Whether a header asks where the case came from, so that any origin but migration makes it new."""
    return seen.rank(KNOWN_BY_VALUES["cases"]["migrated"]) is not None


def holds_steps(layout: Layout) -> bool:
    """Whether a sheet that holds no table holds the steps of plans, a row each."""
    fields = {name for seen in layout.headers for name in fields_of(seen, "plans")}
    return "step" in fields and bool(fields & {"plan_id", "case_number"}) and len(layout.rows) > 0


def is_summary(layout: Layout) -> bool:
    """Whether a sheet that holds no table is a summary or matrix report: totals by group, and no record."""
    for seen in layout.headers:
        if seen.names and seen.names[0].startswith(SUMMARY_HEADERS):
            return True
    return bool(len(layout.subtotals)) and not any("case_number" in fields_of(seen, "cases") for seen in layout.headers)


def nearest(layout: Layout) -> tuple[str, str, str]:
    """For a sheet not recognised: the nearest table, the required field it lacks, and the header most like that."""
    best: tuple[int, str, list[str]] | None = None
    for table, names in HEADERS.items():
        has = {name for seen in layout.headers for name in fields_of(seen, table) if name in names}
        lacks = [field.name for field in TABLES[table] if field.required and field.name not in has]
        score = 2 * len(has) - 3 * len(lacks)
        if best is None or score > best[0]:
            best = (score, table, lacks)
    assert best is not None
    _, table, lacks = best
    if not lacks:
        return table, "", ""
    from rapidfuzz import fuzz, process  # for a sheet that is none of the exports

    texts = [seen.text for seen in layout.headers if seen.text]
    wanted = WORDS["headers"][table][lacks[0]]
    close = [process.extractOne(name, texts, scorer=fuzz.WRatio, processor=str.lower) for name in wanted]
    likely = max((found for found in close if found), key=lambda found: found[1], default=None)
    return table, lacks[0], likely[0] if likely and likely[1] >= 75 else ""


def guesses(layout: Layout, table: str, fields: Fields) -> Fields:
    """For the required fields that are in no known column, the one whose values fit, its header most like it."""
    from rapidfuzz import fuzz  # for a sheet that is none of the exports

    found: Fields = {}
    for wanted in TABLES[table]:
        if not wanted.required or wanted.name in fields:
            continue
        names = WORDS["headers"][table][wanted.name]
        fitting = [
            (max(fuzz.WRatio(name.lower(), seen.text.lower()) for name in names), -place)
            for place, seen in enumerate(layout.headers)
            if place not in {*fields.values(), *found.values()}
            and seen.text
            # A referral date is no meeting's date, however well it would fit.
            and (not seen.fields or wanted.name in fields_of(seen, table))
            and _fits(layout.columns[place], wanted.kind, wanted.name)
        ]
        if fitting and (len(fitting) == 1 or max(fitting)[0] >= _LIKE):
            found[wanted.name] = -max(fitting)[1]
    return found


_LIKE = 60  # of 100: how like a known header one is that may be it, where several columns' values fit
_ANY_NUMBER = re.compile(r"\D*\d+\D*")


def _fits(cells: Cells, kind: str, name: str) -> bool:
    """Whether nearly all values of the column (of its first 100) are of the kind; a text may be anything but those."""
    values = cells.seen(100)
    if name in ("case_number", "nsn"):
        answers = [_ANY_NUMBER.fullmatch(as_text(value)) is not None and not _is_date(value) for value in values]
        answers = answers if len(values) > 1 else []
    elif kind == "date":
        answers = [_is_date(value) for value in values]
    elif kind == "text":
        answers = [not _is_date(value) and not as_text(value).isdecimal() for value in values]
    else:
        answers = [understands(Cells(np.zeros(1, dtype="int64"), [value]), kind) for value in values]
    return bool(answers) and sum(answers) >= 0.9 * len(answers)


def _is_date(value: object) -> bool:
    return any(date_columns.read_one(value, order) is not None for order in (False, True))


def filled_rows(layout: Layout, fields: Fields, without: tuple[str, ...]) -> np.ndarray:
    """The rows in which some field but those named holds a value."""
    rows = np.zeros(len(layout.rows), dtype=bool)
    for name, place in fields.items():
        if name not in without:
            rows |= layout.columns[place].filled
    return rows
