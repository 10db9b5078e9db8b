"""The common world in every shape that an export comes in: a function each, which gives the files of its entry."""

from __future__ import annotations

import tomllib
from calendar import month_name
from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle

from . import reports
from .world import HEADERS, HERE, WRITTEN, Rows, Tables, world
from .writers import Files, binary_workbook, delimited, serial, web_page, workbook, zipped

SHAPES: dict[str, Callable[[], Files]] = {}


def shape(name: str) -> Callable[[Callable[[], Files]], Callable[[], Files]]:
    """Enter a function under the name of its entry."""

    def enter(make: Callable[[], Files]) -> Callable[[], Files]:
        SHAPES[name] = make
        return make

    return enter


def each(write: Callable[[Rows], bytes], ending: str = "csv", tables: Tables | None = None) -> Files:
    """A file for each table."""
    return {f"{table}.{ending}": write(rows) for table, rows in (tables or world()).items()}


# Text files

SHAPES |= {
    "utf8": lambda: each(lambda rows: delimited(rows)),
    "utf8-with-mark": lambda: each(lambda rows: delimited(rows, encoding="utf-8-sig", ending="\r\n")),
    "utf16-tabs": lambda: each(lambda rows: _utf16(rows, "\t"), "txt"),
    "utf16-without-mark": lambda: each(lambda rows: delimited(rows, encoding="utf-16-le")),
    "semicolons-cp1252": lambda: each(lambda rows: delimited(rows, ";", "cp1252", ending="\r\n")),
    "separator-named": lambda: each(lambda rows: b"sep=|\r\n" + delimited(rows, "|", ending="\r\n")),
    "macrons-repairable": lambda: each(lambda rows: delimited(rows).decode("latin-1").encode()),
    "html": lambda: each(web_page, "xls"),
    "html-utf8": lambda: each(lambda rows: web_page(rows, "UTF-8"), "xls"),
}  # fmt: skip


def _utf16(rows: Rows, separator: str) -> bytes:
    return b"\xff\xfe" + delimited(rows, separator, "utf-16-le", ending="\r\n")


def _details_only(rows: Rows, encoding: str, **about: object) -> bytes:
    broken = [[cell.replace("\n", "\r\n") if isinstance(cell, str) else cell for cell in row] for row in rows]
    return delimited(broken, encoding=encoding, every=True, footer=reports.footer(**about))


SHAPES |= {
    "details-only-latin1": lambda: each(lambda rows: _details_only(rows, "iso-8859-1", records=len(rows) - 1)),
    "details-only-utf8": lambda: each(lambda rows: _details_only(rows, "utf-8")),
    "details-only-utf16": lambda: each(lambda rows: b"\xff\xfe" + _details_only(rows, "utf-16-le")),
}


@shape("saved-again-by-excel")
def _saved_again() -> Files:
    """Opened in Excel and saved as .csv: numbers without their zeros, the last lines padded with commas."""
    bare = {"Case Number", "NSN"}

    def write(rows: Rows) -> bytes:
        places = {place for place, name in enumerate(rows[0]) if name in bare}
        short = [
            [cell.lstrip("0") if place in places and isinstance(cell, str) else cell for place, cell in enumerate(row)]
            for row in rows
        ]
        lines = reports.padded(reports.footer(), len(rows[0]))
        return delimited(short, encoding="cp1252", ending="\r\n", footer=lines)

    return each(write)


@shape("spaces-and-forms")
def _spaces_and_forms() -> Files:
    """Macrons as letter and mark; spaces at the ends, no-break and of no width, in headers too."""

    def worn(cell: object, place: int) -> object:
        if not isinstance(cell, str):
            return cell
        apart = cell.translate({ord(one): f"{one_of}\u0304" for one, one_of in zip("āēīōū", "aeiou", strict=True)})
        return [f"{apart} ", f"\u200b{apart}", f"{apart}\u00a0", apart.replace(" ", "\u00a0")][place % 4]

    def write(rows: Rows) -> bytes:
        return delimited([[worn(cell, n + place) for place, cell in enumerate(row)] for n, row in enumerate(rows)])

    return each(write)


# Dates

TIMES = (" 9:05 AM", ", 9:05\u202fam", " 21:05", ", 9:05:30 pm")

SHAPES |= {
    "dates-iso": lambda: each(lambda rows: delimited(rows, day=date.isoformat)),
    "dates-iso-with-times": lambda: each(lambda rows: delimited(rows, day=lambda d: f"{d.isoformat()} 23:30:00")),
    "dates-two-digit-years": lambda: each(
        lambda rows: delimited(rows, day=lambda d: f"{d.day}/{d.month:02}/{d.year % 100}")
    ),
    "dates-month-first": lambda: each(lambda rows: delimited(rows, day=lambda d: f"{d.month}/{d.day}/{d.year}")),
    "dates-in-words": lambda: each(
        lambda rows: delimited(rows, day=lambda d: f"{d.day} {month_name[d.month]} {d.year}")
    ),
    "dates-serials": lambda: each(lambda rows: delimited(rows, day=lambda d: str(serial(d)))),
    "dates-serials-in-cells": lambda: each(lambda rows: workbook({"Sheet1": _bare(rows)}), "xlsx"),
    "dates-1904": lambda: each(lambda rows: workbook({"Sheet1": rows}, mac=True), "xlsx"),
}


def _bare(rows: Rows) -> Rows:
    """Dates as bare numbers, as cells show them whose format is General."""
    return [[serial(cell) if isinstance(cell, date) else cell for cell in row] for row in rows]


@shape("two-locales")
def _two_locales() -> Files:
    """Cases and plans of a person in New Zealand, events and enrolments of one with a US locale."""
    files = SHAPES["utf8"]()
    return files | {name: SHAPES["dates-month-first"]()[name] for name in ("events.csv", "outcomes.csv")}


@shape("dates-with-times")
def _dates_with_times() -> Files:
    times = cycle(TIMES)
    return each(lambda rows: delimited(rows, day=lambda d: f"{d.day}/{d.month:02}/{d.year}{next(times)}"))


# Names of columns

API = {
    "case_number": "CaseNumber", "case_type": "RecordType.Name", "case_owner": "Owner.Name",
    "referral_date": "Referral_Date__c", "recorded_on": "CreatedDate", "closed_date": "ClosedDate",
    "event_date": "ActivityDate", "student_name": "Contact.Name", "school": "Account.Name", "migrated": "Migrated__c",
}  # fmt: skip


@shape("api")
def _api() -> Files:
    """Names as the API has them, in any case; ids; what was done on a day in New Zealand, the evening before in UTC."""
    headers = {table: {n: API.get(n, header) for n, header in own.items()} for table, own in HEADERS.items()}
    headers["outcomes"] = HEADERS["outcomes"]  # ENROL's, which is no part of it
    headers["events"]["case_number"] = "CASENUMBER"
    written = WRITTEN | {"migrated": {"yes": "true", "no": "false"}}
    written["case_type"] = {"CA": "Chronic_Absence", "NEN": "Non_Enrolled"}
    files = {}
    for table, rows in world(headers, written).items():
        moments = {place for place, name in enumerate(rows[0]) if name in ("CreatedDate", "ClosedDate")}
        shown: Rows = [["Id", "OwnerId", *rows[0]]]
        for number, row in enumerate(rows[1:], 1):
            cells = [_in_utc(cell) if place in moments else cell for place, cell in enumerate(row)]
            shown.append([f"5001a00000{number:05}AAK", "0051a000001AbCdAAK", *cells])
        files[f"{table}.csv"] = delimited(shown, day=date.isoformat, every=True)
    return files


def _in_utc(cell: object) -> object:
    return f"{cell - timedelta(days=1)}T21:05:00.000Z" if isinstance(cell, date) else cell


SEEN = tomllib.loads((HERE / "world" / "headers.toml").read_text(encoding="utf-8"))
TYPES = [("CA", "NEN"), ("Chronic Absence", "Non-Enrolment Notification"), ("Chronic absence", "Not enrolled")]


def _under_headers(number: int) -> Files:
    headers = {
        table: {field: names[number % len(names)] for field, names in fields.items()} for table, fields in SEEN.items()
    }
    written = WRITTEN | {"case_type": dict(zip(("CA", "NEN"), TYPES[number % 3], strict=True))}
    if headers["cases"]["migrated"] == "Case Origin":
        written["migrated"] = {"yes": "Migration", "no": "Web"}
    return each(delimited, tables=world(headers, written))


SHAPES |= {f"headers-{n + 1}": lambda n=n: _under_headers(n) for n in range(7)}


# Workbooks


@shape("typed-by-excel")
def _typed_by_excel() -> Files:
    """Case numbers and NSNs as numbers without their zeros, dates as real dates."""
    return each(lambda rows: workbook({"Sheet1": rows}, numbers=("Case Number", "NSN")), "xlsx")


SHAPES |= {
    "xlsb": lambda: each(binary_workbook, "xlsb"),
    "several-sheets": lambda: {
        "everything.xlsx": workbook({**world(), "Notes": [["Remember to ask about the enrolments"]], "Blank": []})
    },
    "formatted-header-in-row-6": lambda: each(lambda rows: workbook({"A report": reports.formatted(rows, 6)}), "xlsx"),
    "formatted-header-in-row-20": lambda: each(
        lambda rows: workbook({"A report": reports.formatted(rows, 20, sorted_by=rows[0][0])}), "xlsx"
    ),
    "formatted-spacer-columns": lambda: each(
        lambda rows: workbook({"A report": reports.formatted(rows, 12, sorted_by=rows[0][1], spacers=True)}), "xlsx"
    ),
}
GROUPS = {"cases": "Case Owner", "events": "Assigned", "plans": "Plan Status", "outcomes": "Enrolment Type"}


def _grouped(merged: bool, **how: object) -> Files:
    files = {}
    for table, rows in world().items():
        report = reports.grouped(rows, [GROUPS[table]], **how)
        files[f"{table}.xlsx"] = workbook({"A report": report}, reports.groups_merged(report, 10) if merged else ())
    return files


SHAPES |= {
    "grouped": lambda: _grouped(False),
    "grouped-totals-in-rows-of-their-own": lambda: _grouped(False, in_one_row=False, header_row=14),
    "grouped-spacer-columns": lambda: _grouped(False, spacers=True),
    "grouped-merged": lambda: _grouped(True),
    "grouped-downwards": lambda: _grouped(False, upwards=False),
}


@shape("grouped-twice")
def _grouped_twice() -> Files:
    """Two levels of groups, of which the inner one begins anew with each value of the outer one."""
    by = {
        "cases": ["Region", "Case Owner"], "events": ["Assigned", "Case Number"],
        "plans": ["Plan Status", "Case Number"], "outcomes": ["School Name", "Enrolment Type"],
    }  # fmt: skip
    return {f"{t}.xlsx": workbook({"A report": reports.grouped(rows, by[t])}) for t, rows in world().items()}


# Rows and files


def _a_row_a_step(header: str) -> Files:
    tables = world()
    head, *plans = tables["plans"]
    place = head.index("Number of Steps")
    rows: Rows = [[*head[:place], header, *head[place + 1 :]]]
    for plan in plans:
        steps = [f"Step {n} of the plan" for n in range(1, plan[place] + 1)] or [None]
        rows += [[*plan[:place], step, *plan[place + 1 :]] for step in steps]
    return each(delimited, tables=tables | {"plans": rows})


SHAPES |= {
    "a-row-a-step": lambda: _a_row_a_step("Step Name"),
    "a-row-an-action-item": lambda: _a_row_a_step("Action Item"),
}


def _joined(table: str, parent: str) -> Rows:
    """Cases with their events or plans: a row for each of these, or one where there is none."""
    tables = world()
    (head, *cases), (own_head, *own) = tables["cases"], tables[table]
    named = [f"{parent}: {name}" if name == "Created Date" else name for name in own_head[1:]]
    rows: Rows = [[*head, *named]]
    for case in cases:
        records = [record[1:] for record in own if record[0] == case[0]] or [[None] * len(named)]
        rows += [[*case, *record] for record in records]
    return rows


def _wide() -> Tables:
    return {"cases with activities": _joined("events", "Activity"), "cases with plans": _joined("plans", "Plan")}


SHAPES |= {
    "wide": lambda: each(delimited, tables=_wide() | {"enrol": world()["outcomes"]}),
    "wide-grouped-by-case": lambda: {
        f"{name}.xlsx": workbook({"A report": reports.grouped(rows, ["Case Number"])}) for name, rows in _wide().items()
    } | {"enrol.csv": delimited(world()["outcomes"])},
}  # fmt: skip


def _overlapping(parts: int, overlap: int, day: int) -> Files:
    """Each table in some files, of which each begins with the last rows of the one before."""
    files = {}
    for table, (head, *rows) in world().items():
        size = -(-len(rows) // parts)
        for part in range(parts):
            own = rows[max(part * size - overlap, 0) : (part + 1) * size]
            lines = reports.footer(taken=f"{day + part}/07/2026 09:14")
            files[f"{table}-{part + 1}.csv"] = delimited([head, *own], every=True, footer=lines)
    return files


SHAPES |= {
    "two-regions": lambda: _overlapping(2, 3, 5),
    "three-months": lambda: _overlapping(3, 1, 4),
}


@shape("zipped")
def _zipped() -> Files:
    """All of them in a zip, in a folder, with what systems add of their own."""
    inner = {f"June/{table}.csv": delimited(rows) for table, rows in world().items()}
    return {"exports.zip": zipped({**inner, "__MACOSX/June/._cases.csv": b"\0\5\x16\7", "June/.DS_Store": b"\0\0"})}
