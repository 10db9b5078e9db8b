"""What values may look like, and rows that need judgement: entries that say in full which tables they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from . import reports
from .world import Rows
from .writers import Files, delimited, web_page, workbook

CASES = ["Case Number", "Case Type", "Referral Date", "Case Owner"]
EVENTS = ["Case Number", "Subject", "Date", "Task/Event", "Created Date"]
DAY = date(2026, 4, 13)


def text(*lines: str, ending: str = "\n") -> bytes:
    """A text file of these lines."""
    return "".join(line + ending for line in lines).encode()


def _damaged() -> Files:
    """Owners as they arrive from exports in ISO-8859-1 or cp1252, and from files read in the wrong encoding."""
    whole = ["Wh\u0101nau", "Wha\u0304nau", "Wh\u00c4\u0081nau", "Wh?nau", "Wh\ufffdnau", "\u201cTe\u201d O\u2019Brien"]
    whole += ["\u200b Aroha\u00a0Test \u00a0", "Jos\u00e9"]
    head = ",".join(CASES)
    utf8 = text(head, *(f"{n},CA,13/04/2026,{owner}" for n, owner in enumerate(whole, 1)))
    cp1252 = b"11,CA,13/04/2026,O\x92Brien\n12,CA,13/04/2026,Jos\xe9\n13,CA,13/04/2026,Wh\xc4\x81nau\n"
    return {"utf8.csv": utf8, "cp1252.csv": text(head) + cp1252}


def _typed_words() -> Files:
    """NA, None and null are texts; a surname may be Null."""
    head = "Case Number,Case Type,Referral Date,Case Owner,Student"
    words = ["NA", "None", "null", "N/A", "NaN", "nan", "#N/A", "-"]
    rows = [f"0000000{n},CA,13/04/2026,{word},Tama Null" for n, word in enumerate(words, 1)]
    sheet: Rows = [head.split(","), *([f"0000001{n}", "CA", DAY, word, "Null"] for n, word in enumerate(words, 1))]
    return {"cases.csv": text(head, *rows), "cases.xlsx": workbook({"Sheet1": sheet})}


def _number_forms() -> Files:
    plans: Rows = [["Case Number", "Plan Name", "Status", "Steps"], [1234, "P-1", "Draft", 2]]
    return {
        "cases.csv": text(
            "Case Number,Case Type,Referral Date,NSN",
            "00001234,CA,13/04/2026,012345678",
            "00001235,CA,13/04/2026,100000002",
        ),
        "events.csv": text("Case Number,Subject,Date", "1234.0,x,15/04/2026", "'00001235,x,15/04/2026"),
        "plans.xlsx": workbook({"Sheet1": plans}),
        "enrol.csv": text("NSN,Enrolment Date", "12345678,15/04/2026", "100 000 002,15/04/2026", "999,15/04/2026"),
    }


def _yes_and_no() -> Files:
    yes, no = ("TRUE", "true", "1", "1.0", "Yes", "Y", "✓"), ("FALSE", "false", "0", "0.0", "No", "N", "✗")
    head = [*CASES[:3], "Migrated", "Contact Details Current"]
    words = [*yes, *no, None, "perhaps"]
    typed = [[f"{n:08}", "CA", DAY, word, word] for n, word in enumerate(words, 1)]
    cells = [[f"{n:08}", "CA", DAY, word, word] for n, word in enumerate((True, False, 1, 0, 1.0), 21)]
    return {"texts.csv": delimited([head, *typed]), "cells.xlsx": workbook({"Sheet1": [head, *cells]})}


def _case_types() -> Files:
    words = ["CA", "Chronic Absence", "NEN", "Non-Enrolled", "Non-Enrolment Notification", "Not enrolled"]
    words += ["non\u2011enrolled", "Chronic_Absence", "Truancy", ""]
    return {"cases.csv": text(",".join(CASES), *(f"{n:08},{w},13/04/2026,A" for n, w in enumerate(words, 1)))}


def _dates(*values: str) -> Files:
    head = ["Case Number", "Subject", "Date"]
    return {"events.csv": delimited([head, *([f"{n:08}", "x", value] for n, value in enumerate(values, 1))])}


def _a_column_each() -> Files:
    """One column month first, one day first, in the same file."""
    rows = ["1,CA,13/04/2026,5/14/2026", "2,CA,5/04/2026,5/06/2026", "3,CA,14/04/2026,"]
    return {"cases.csv": text("Case Number,Case Type,Referral Date,Closed Date", *rows)}


def _zones() -> Files:
    """2 July, 21:05 in UTC, is 3 July in New Zealand; a date without a time is never shifted; nor is a local time."""
    values = ["2026-07-02T21:05:00.000Z", "2026-07-02T11:59:00.000+0000", "2026-07-02", "2026-07-02T21:05:00"]
    values += ["2026-07-02T21:05:00+12:00", "2026-01-02T10:59:00Z", "2026-01-02T11:00:00Z"]
    return _dates(*values)


def _sorted_by(rows: Rows) -> bytes:
    return workbook({"A report": [*reports.title(10), *[[None, *row] for row in rows], [None, reports.COPYRIGHT]]})


def _no_group() -> Files:
    """A group without a value shows a dash; its cases have no owner."""
    head = ["Case Owner", "Case Number", "Case Type", "Referral Date"]
    rows: Rows = [head, *([owner, f"{n:08}", "CA", DAY] for n, owner in enumerate([None, None, "B", "B", "B"], 1))]
    return {"cases.xlsx": workbook({"A report": reports.grouped(rows, ["Case Owner"])})}


def _sorted_not_grouped() -> Files:
    """Blanks under a sorted header mean nothing: filled down, they would close open cases, or give them owners."""
    closed = [[f"{n:08}", "CA", DAY, date(2026, 6, 19) if n < 3 else None] for n in range(1, 6)]
    owned = [[owner, f"{n:08}", "CA", DAY] for n, owner in enumerate(["B", "B", "A", None, None], 11)]
    by_date: Rows = [["Closed Date  ↓", *CASES[:3]], *([row[3], *row[:3]] for row in closed)]
    by_owner: Rows = [["Case Owner  ↓", *CASES[:3]], *owned]
    return {"by date.xlsx": _sorted_by(by_date), "by owner.xlsx": _sorted_by(by_owner)}


def _records_without_number() -> Files:
    """Records without a case number are listed, and never given the one above them."""
    numbers = ["00000001", "00000001", None, "00000002", None]
    rows: Rows = [["Case Number  ↓", "Subject", "Date"], *([n, f"Visit {p}", DAY] for p, n in enumerate(numbers))]
    return {"events.xlsx": _sorted_by(rows)}


def _newest_export() -> Files:
    """Two exports of a case disagree: the newer is followed, and that is said."""
    head = "Case Number,Case Type,Referral Date,Case Owner,Status"
    old = text(head, "00000001,CA,13/04/2026,Old Owner,Open", "00000002,CA,14/04/2026,Same Owner,Open")
    new = text(head, "00000001,CA,13/04/2026,New Owner,Closed", "00000002,CA,14/04/2026,Same Owner,Open")
    return {
        "a new one.csv": new + reports.footer().encode(),
        "the old one.csv": old + reports.footer(taken="1/06/2026 09:14").encode(),
    }


def _record_ids() -> Files:
    """Ids of 15 or 18 characters are no case numbers, and stand beside them."""
    return {
        "events.csv": text("Case ID,Case Number,Subject,Date", "5001a000001AbCdAAK,00000001,x,13/04/2026"),
        "plans.csv": text("Case ID,Plan Name,Plan Status,Case Number", "5001a000001AbCd,P-1,Draft,00000001"),
        "ids only.csv": text("Case ID,Subject,Date", "5001a000001AbCdAAK,x,13/04/2026"),
    }


def _telling_tables_apart() -> Files:
    """Told by the whole set of headers: cases with a subject are no events, events with a type are no cases."""
    return {
        "cases.csv": text("Case Number,Case Type,Subject,Created Date,Status", "00000001,CA,Referral,13/04/2026,Open"),
        "events.csv": text(
            "Case: Case Number,Subject,Type,Start,Created Date,Status",
            "00000001,x,Meeting,14/04/2026,15/04/2026,Open",
        ),
    }


def _rows_to_list() -> Files:
    """Rows without a number, with a type nobody knows, with a date that is none; strangers, and repeats."""
    return {
        "cases.csv": text(
            ",".join(CASES), ",CA,13/04/2026,A", "00000002,Other,13/04/2026,A", "00000003,CA,31/02/2026,A"
        ),
        "events.csv": text(
            ",".join(EVENTS),
            "00000002,x,14/04/2026,Event,14/04/2026",
            "00000002,x,14/04/2026,Event,14/04/2026",
            "00000009,x,14/04/2026,Webinar,14/04/2026",
        ),
        "plans.csv": text(
            "Case Number,Plan ID,Status,Number of Steps", "00000003,P-1,Draft,a few", "00000003,P-2,Draft,3.0"
        ),
        "enrol.csv": text("NSN,Enrolment Type,Enrolment Date", ",School,13/04/2026", "100000001,Truant,13/04/2026"),
    }


def _pasted() -> Files:
    """Two exports copied below each other, so that the header stands twice; a later row longer than the header."""
    head = "Case Number,Subject,Date"
    return {"events.csv": text(head, "1,x,13/04/2026", head, "2,y,14/04/2026", "3,z,15/04/2026,more,and more")}


def _html_spans() -> Files:
    """A page with a title across its columns, and two tables."""
    rows: Rows = [["Case Number", "Subject", "Date"], ["00000001", "Wh\u0101nau & kai's \u201chui\u201d", DAY]]
    title = b"<table border=1>\n<tr><th colspan=3>Events of June</th></tr>\n"
    return {"events.xls": web_page(rows).replace(b"<table border=1>\n", title)}


def _kinds_of_totals() -> Files:
    """Every word that a row of totals starts with; a subject or an owner of that name is a record like any other."""
    head = ["Assigned  ↑", "Case Number", "Subject", "Date"]
    rows: Rows = [
        head,
        ["A One", "00000001", "Total", DAY],
        [None, "00000002", "Count", DAY],
        ["Subtotal"],
        ["Count", 2],
        ["Sum", 1234.5],
        ["Total", "00000003", "Visit", DAY],
        ["Subtotal", None, None, None],
        ["Count", 1],
        ["Total"],
        ["Grand Total", "Count", 3],
        ["Grand Totals (3 records)"],
    ]
    return {"events.xlsx": _sorted_by(rows)}


def _is_closed() -> Files:
    """The API's yes or no for closed stands for a status; its time in UTC is a day in New Zealand."""
    return {
        "cases.csv": text(
            "CASENUMBER,OwnerId,Owner.Name,recordtype.name,Referral_Date__c,IsClosed,ClosedDate,CreatedDate",
            "00000001,0051a000001AbCdAAK,Mere,Chronic_Absence,2026-07-02,true,2026-07-02T21:05:00.000Z,"
            "2026-07-01T00:00:00.000Z",
            "00000002,0051a000001AbCdAAK,Mere,NEN,2026-07-02T11:59:00.000+0000,false,,2026-07-01T00:00:00.000Z",
        )
    }


def _near_numbers() -> Files:
    """Numbers of no case: two with a slip (digits swapped, a digit wrong), one that is like no other."""
    return {
        "cases.csv": text(",".join(CASES), "00012345,CA,13/04/2026,A", "00067890,CA,14/04/2026,A"),
        "events.csv": text(
            ",".join(EVENTS),
            *(f"{n},x,15/04/2026,Event,15/04/2026" for n in ("00012354", "00012346", "00099999", "12345")),
        ),
    }


def _swapped_columns() -> Files:
    """The dates of referral and of allocation under each other's header."""
    rows = [f"{n:08},CA,{n + 13}/04/2026,{n + 12}/04/2026" for n in range(1, 7)]
    return {"cases.csv": text("Case Number,Case Type,Referral Date,Allocation Date", *rows)}


def _two_providers() -> Files:
    """A case handed on is in the exports of both providers: the newer is followed, and it counts once."""
    head = "Case Number,Case Type,Referral Date,Provider"
    return {
        "north.csv": text(head, "00000001,CA,13/04/2026,North Provider")
        + reports.footer(taken="1/06/2026 9:14").encode(),
        "south.csv": text(head, "00000001,CA,13/04/2026,South Provider") + reports.footer().encode(),
    }


def _times_in_cells() -> Files:
    """Real dates with times late in the day, as texts would show them."""
    rows: Rows = [["Case Number", "Subject", "Start"], ["00000001", "x", datetime(2026, 7, 2, 23, 30)]]
    return {"events.xlsx": workbook({"Sheet1": rows})}


VALUES: dict[str, Callable[[], Files]] = {
    "damaged-texts": _damaged,
    "typed-words": _typed_words,
    "number-forms": _number_forms,
    "yes-and-no": _yes_and_no,
    "case-types": _case_types,
    "dates-undecided": lambda: _dates("3/07/2026", "4/07/2026", "7/07/2026"),
    "dates-contradictory": lambda: _dates("13/05/2026", "5/14/2026", "3/07/2026", "31/02/2026"),
    "dates-month-first": lambda: _dates("7/3/2026", "7/13/2026", "6/30/26", "7/3/2026 9:05 AM"),
    "dates-of-every-form": lambda: _dates(
        "2026-07-03", "3/07/2026", "13/07/26", "3/07/2026 9:05 AM", "3/07/2026, 9:05\u202fam", "46206", "46206.378",
        "3 July 2026", "Friday, 3 July 2026", "2026-07-03 09:05:00",
    ),
    "dates-decided-column-by-column": _a_column_each,
    "dates-with-zones": _zones,
    "dates-with-times-in-cells": _times_in_cells,
    "group-without-a-value": _no_group,
    "sorted-not-grouped": _sorted_not_grouped,
    "records-without-a-number": _records_without_number,
    "newest-export-wins": _newest_export,
    "record-ids": _record_ids,
    "telling-tables-apart": _telling_tables_apart,
    "rows-to-list": _rows_to_list,
    "pasted-below-each-other": _pasted,
    "html-title-across": _html_spans,
    "near-numbers": _near_numbers,
    "swapped-columns": _swapped_columns,
    "two-providers": _two_providers,
    "kinds-of-totals": _kinds_of_totals,
    "is-closed": _is_closed,
}  # fmt: skip


# What is empty, in many spellings; columns that are seen and not understood; words by what they mean


def _cases(head: str, *rows: str) -> bytes:
    """Cases of type CA, each with what follows its number, type and referral date."""
    return text(
        f"Case Number,Case Type,Referral Date,{head}", *(f"{n:08},CA,13/04/2026,{r}" for n, r in enumerate(rows, 1))
    )


def _plans(head: str, *rows: str) -> bytes:
    return text(f"Case Number,Plan Name,{head}", *(f"{n:08},P-{n},{row}" for n, row in enumerate(rows, 1)))


def _events(head: str, *rows: str) -> bytes:
    return text(
        f"Case Number,Subject,Event Date,{head}", *(f"{n:08},x,{n + 13}/04/2026,{row}" for n, row in enumerate(rows, 1))
    )


def _enrolments(*types: str) -> bytes:
    return text(
        "NSN,Enrolment Type,Enrolment Date", *(f"{n:09},{t},13/04/2026" for n, t in enumerate(types, 100000001))
    )


EMPTY_DATES = ("-", "\u2014", "N/A", "TBC", "0", "00/00/0000", "1900-01-00", "1/01/1900", "(blank)", "15/04/2026")
NOBODY = (
    "-",
    "\u2013",
    "n.a.",
    "TBA",
    "nil",
    "(blank)",
    "unknown",
    "Not assigned",
    "unallocated",
    "?",
    "Tama Null",
    "Unassigned",
)

SEEN: dict[str, Callable[[], Files]] = {
    "empty-dates": lambda: {"cases.csv": _cases("Closed Date", *EMPTY_DATES)},
    "empty-owners-and-numbers": lambda: {
        "cases.csv": _cases(
            "Case Owner,NSN",
            *(f"{owner},{nsn}" for owner, nsn in zip(NOBODY, [*NOBODY[:10], "0", "100000001"], strict=True)),
        )
    },
    "empty-steps-and-statuses": lambda: {
        "plans.csv": _plans("Plan Status,Number of Steps", "-,-", "n/a,None", "In Progress,0", "In Progress,3"),
    },
    "empty-names-of-steps": lambda: {
        "plans.csv": _plans(
            "Plan Status,Step Name", "In Progress,-", "In Progress,n/a", "In Progress,\u2014", "In Progress,Visit"
        ),
    },
    "origin-asked": lambda: {"cases.csv": _cases("Case Origin", *["Legacy load"] * 2, *["School request"] * 3)},
    "origin-understood": lambda: {"cases.csv": _cases("Case Origin", *["Transition"] * 2, *["School request"] * 3)},
    "date-of-migration": lambda: {"cases.csv": _cases("Migration Date", "2/02/2026", "-", "", "27/02/2026")},
    "a-column-like-migrated": lambda: {"cases.csv": _cases("Transition Wave", *["Wave one"] * 2, *["None"] * 3)},
    "box-for-tasks": lambda: {"events.csv": _events("IsTask", "TRUE", "FALSE", "", "false")},
    "open-and-closed-tasks": lambda: {
        "events.csv": _events("Open / Closed Task", "Open", "Closed", "Open", "Closed", ""),
    },
    "contact-details-in-words": lambda: {
        "cases.csv": _cases("Contact Details", "Up to date", "Valid", "Do not use", "", "Unknown", "Not valid")
    },
    "contact-details-asked": lambda: {"cases.csv": _cases("Contact Details Current", *["Yes"] * 3, *["On file"] * 2)},
    "steps-in-words": lambda: {
        "plans.csv": _plans("Plan Status,Steps", "In Progress,3 steps", "Draft,1 step", "Draft,0 of 2 steps")
    },
    "steps-apart": lambda: {
        "plans.xlsx": workbook(
            {
                "Plans": [["Case Number", "Plan Name", "Plan Status"], ["00000001", "P-1", "In Progress"]],
                "Steps": [["Plan Name", "Step Name"], ["P-1", "Visit"], ["P-1", "Call"]],
            }
        )
    },
    "case-types-by-meaning": lambda: {
        "cases.csv": text(
            "Case Number,Case Type,Referral Date",
            *(
                f"{n:08},{w},13/04/2026"
                for n, w in enumerate(
                    ["NEN - Domestic", "NENs", "non enrolled", "CHRONIC-ABSENCE", "Chronic absences (CA)", "CA / NEN"],
                    1,
                )
            ),
        )
    },
    "case-types-asked": lambda: {
        "cases.csv": text(
            "Case Number,Case Type,Referral Date",
            *(f"{n:08},{w},13/04/2026" for n, w in enumerate(["CA", "CA", "Off roll", "Off roll", "Off roll"], 1)),
        )
    },
    "yes-and-no-in-maori": lambda: {
        "cases.csv": _cases(
            "Migrated,Contact Details Current",
            "\u0100e,\u0101e",
            "Ae,ae",
            "K\u0101o,k\u0101o",
            "Kao,kao",
            "Yes - wave 1,No (moved)",
        )
    },
    "enrolments-by-meaning": lambda: {
        "enrol.csv": _enrolments(
            "Schools", "Alternative-Education", "AE (full time)", "Exemptions", "Enrolled - domestic", "Withdrawn"
        )
    },
    "dates-too-narrow": lambda: {"cases.csv": _cases("Allocation Date", *["########"] * 4, "15/04/2026")},
    "dates-of-another-calendar": lambda: {
        "cases.csv": _cases("Allocation Date", *[f"{n}/04/2569" for n in range(14, 18)])
    },
    "dates-with-spaces": lambda: {
        "cases.csv": _cases("Allocation Date", "14 / 04 / 2026", "15 04 2026", "2026 - 04 - 16")
    },
    "many-rows-one-line": lambda: {
        "cases.csv": _cases("Allocation Date", *["soon"] * 3, *["later"] * 4, *["15/04/2026"] * 9),
    },
}
VALUES |= SEEN
