"""The exceptions workbook and the other files handed out: complete, and safe to open in Excel."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape
from test_formulas import live

import asreport
from asreport.analysing.case_list import COLUMNS, NO_OWNER
from asreport.handing_out import downloads, workbook
from asreport.importing.findings import Findings
from asreport.tables import TABLES, empty_table
from asreport.words.catalogue import REASONS

SHEETS = ["Exceptions", "To do", "Excluded", "Summary", "Findings", "About"]
FORMULAS = [
    "=1+1", "+64 21", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")', "＝1+1", "＋1", "－1", "＠SUM(A1)",
    " =1+1", "\u200b=1+1", "\u202e=1+1", '"=1+1', "x;=2+5*9", "x\t=1+1", "x|-1", "x\n=1+1", "x;\"=1;",
    "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.fixture(scope="module")
def sample():
    streams = []
    for name, content in asreport.sample_exports(cases=120, seed=3).items():
        stream = io.BytesIO(content)
        stream.name = name
        streams.append(stream)
    exports = asreport.read_exports(streams)
    result = asreport.assess(exports.tables, asreport.load_quarter("q2-2026"), as_at=exports.taken_on)
    return exports, result


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows(sheet) -> list[dict]:
    header, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in body]


def test_the_sheets_hold_every_case_that_is_not_met_once(sample):
    exports, result = sample
    book = opened(asreport.exceptions_workbook(result, exports.findings))
    assert book.sheetnames == SHEETS
    counts = result.case_results["verdict"].value_counts()
    assert len(rows(book["Exceptions"])) == counts["missed"] + counts["cannot_assess"]
    assert len(rows(book["To do"])) == counts["pending"]
    assert len(rows(book["Excluded"])) == counts["excluded"]
    assert len(rows(book["Summary"])) == len(result.attainment)
    assert len(rows(book["Findings"])) == len(exports.findings)


def test_columns_dates_and_numbers_are_what_they_say(sample):
    exports, result = sample
    book = opened(asreport.exceptions_workbook(result, exports.findings))
    listed = rows(book["Exceptions"])
    assert list(listed[0]) == list(COLUMNS.values())
    late = next(row for row in listed if row["Reason"] == REASONS["meeting_late"].short)
    assert isinstance(late["Due date"], datetime) and isinstance(late["Done date"], datetime)
    assert isinstance(late["Business days late"], int) and late["Business days late"] >= 1
    assert late["What was found"] and late["What to check"]
    due = [row["Due date"] for row in rows(book["To do"]) if row["Due date"]]
    assert due == sorted(due), "soonest deadline first"
    summary = {row["Measure"]: row for row in rows(book["Summary"])}
    for figures in result.attainment.to_dict("records"):
        assert summary[figures["measure"]]["Missed"] == figures["missed"]
        if not pd.isna(figures["rate_percent"]):
            assert summary[figures["measure"]]["Rate %"] == figures["rate_percent"]


def test_the_header_is_frozen_filterable_and_repeated_in_print(sample):
    exports, result = sample
    book = opened(asreport.exceptions_workbook(result, exports.findings))
    for name in SHEETS[:5]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref and sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"


def test_about_says_what_it_takes_to_reproduce(sample):
    exports, result = sample
    book = opened(asreport.exceptions_workbook(result, exports.findings, receipt=asreport.receipt(exports, result)))
    text = " ".join(str(cell) for row in book["About"].iter_rows(values_only=True) for cell in row)
    for file in exports.files:
        assert file.name in text and file.sha256 in text
    assert asreport.__version__ in text and "6 July 2026" in text
    for reason in REASONS.values():
        assert reason.short in text


def test_student_names_can_be_left_out(sample):
    exports, result = sample
    content = asreport.exceptions_workbook(result, exports.findings, student_names=False)
    text = {str(cell) for sheet in opened(content) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not text & set(result.cases["student_name"].dropna())
    assert "Student" not in text


def one_missed_case(text: str) -> asreport.Assessment:
    fields = {field.name: [text] for field in TABLES["cases"] if field.kind == "text"}
    cases = pd.DataFrame(fields | {"case_type": ["CA"]}).assign(referral_date=pd.to_datetime(["2026-05-04"]))
    tables = {table: empty_table(table) for table in TABLES} | {"cases": cases}
    return asreport.assess(tables, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str):
    result = one_missed_case(text)
    findings = Findings()
    findings.add("for information", "A finding.", file=text, column=text, value=text, row=1)
    book = opened(asreport.exceptions_workbook(result, findings.frame()))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    # A workbook holds a carriage return as an escape, which Excel undoes and openpyxl leaves to its reader.
    assert unescape(rows(book["Exceptions"])[0]["Student"]) == text
    for content in (downloads.case_results_csv(result), downloads.findings_csv(findings.frame())):
        assert live(content) == []


def test_with_nothing_to_list_it_is_a_valid_workbook_that_says_so():
    tables = {table: empty_table(table) for table in TABLES}
    result = asreport.assess(tables, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6))
    book = opened(asreport.exceptions_workbook(result, Findings().frame()))
    assert book.sheetnames == SHEETS
    for name in ("Exceptions", "To do", "Excluded", "Findings"):
        assert str(book[name]["A2"].value).startswith("Nothing to list")


def test_one_workbook_for_each_owner_holds_that_owners_cases_alone(sample):
    _, result = sample
    archive = zipfile.ZipFile(io.BytesIO(downloads.workbooks_by_owner(result)))
    owners = result.cases["case_owner"].fillna(NO_OWNER)
    assert len(archive.namelist()) == owners.nunique()
    listed = 0
    for name in archive.namelist():
        book = opened(archive.read(name))
        own = [row for sheet in SHEETS[:3] for row in rows(book[sheet]) if row["Verdict"]]
        assert len({row["Case owner"] for row in own}) <= 1
        listed += len(own)
    assert listed == (result.case_results["verdict"] != "met").sum()


def texts_of(book: openpyxl.Workbook, sheet: str) -> list[str]:
    return [str(cell) for row in book[sheet].iter_rows(values_only=True) for cell in row if cell is not None]


@pytest.mark.parametrize("rows_of_a_sheet", [4, 7, 12])
def test_what_a_sheet_has_no_room_for_goes_on_in_the_next(sample, monkeypatch: pytest.MonkeyPatch, rows_of_a_sheet):
    exports, result = sample
    result = result.only(pd.Series(result.cases.index < 12))
    whole = opened(asreport.exceptions_workbook(result, exports.findings))
    monkeypatch.setattr(workbook, "_ROWS", rows_of_a_sheet)
    told: list[str] = []
    book = opened(asreport.exceptions_workbook(result, exports.findings, tell=told.append))
    for name in SHEETS[:5]:
        parts = [sheet for sheet in book if sheet.title.rstrip("0123456789 ") == name]
        assert [sheet.title for sheet in parts] == [name, *(f"{name} {n}" for n in range(2, len(parts) + 1))]
        assert [row for sheet in parts for row in rows(sheet)] == rows(whole[name]), "every row, once, in its order"
        assert all(sheet.max_row <= rows_of_a_sheet and sheet.freeze_panes == "B2" for sheet in parts)
        assert (len(parts) > 1) == any(note.startswith(f"{name} goes on in {name} 2") for note in told)
    assert len(told) == len({sheet.title.split(" 2")[0] for sheet in book if sheet.title.endswith(" 2")})
    assert set(told) <= set(texts_of(book, "About")), "said in the workbook as well"
    assert list(book.sheetnames).index("About") == len(book.sheetnames) - 1


@pytest.mark.parametrize(
    ("text", "cut"),
    [("x" * 32_767, False), ("x" * 32_768, True), ("\U0001f642" * 16_383, False), ("x" + "\U0001f642" * 16_384, True)],
    ids=["full", "over", "full of two units each", "over, in the middle of one"],
)
def test_a_text_that_no_cell_holds_is_cut_and_marked(sample, text: str, cut: bool):
    exports, result = sample
    findings, told = Findings(), []
    findings.add("for information", "A finding.", value=text, row=1)
    receipt = asreport.receipt(exports, result)
    book = opened(asreport.exceptions_workbook(result, findings.frame(), receipt=receipt, tell=told.append))
    value = rows(book["Findings"])[0]["Value"]
    assert len(value.encode("utf-16-le")) // 2 <= 32_767
    if cut:
        assert value.endswith(" … [the rest did not fit]") and text.startswith(value.removesuffix(workbook._CUT))
        assert len(value) > len(text) - 60 and len(told) == 1 and "1 text," in told[0]
    else:
        assert value == text and told == []
    assert set(told) <= set(texts_of(book, "About"))
    assert max(d.height for d in book["Findings"].row_dimensions.values() if d.height) <= 409.5, "as Excel takes it"


def test_a_blank_cell_below_a_guarded_one_is_blank(sample):
    _, result = sample
    findings = Findings()
    for value in ("=1", "plain", ""):
        findings.add("for information", "A finding.", value=value, row=1)
    table = findings.frame()
    table.loc[2, "value"] = None
    sheet = opened(asreport.exceptions_workbook(result, table))["Findings"]
    assert [bool(cell.quotePrefix) for cell in sheet["F"]] == [False, True, False, False]
