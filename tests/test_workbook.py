"""The exceptions workbook and the other files handed out: complete, and safe to open in Excel."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

import asreport
from asreport import downloads
from asreport.exceptions import COLUMNS, NO_OWNER
from asreport.findings import Findings
from asreport.tables import TABLES, empty_table
from asreport.wording import REASONS

SHEETS = ["Exceptions", "To do", "Excluded", "Summary", "Findings", "About"]
FORMULAS = ["=1+1", "+64 21", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")']


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
        cells = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False).to_numpy().ravel()
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


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


def test_owners_with_awkward_names_get_files_of_their_own():
    names = downloads._file_names(["A/B", "A\\B", "a b", "...", "CON?"])
    assert len({name.casefold() for name in names}) == 5
    assert not [name for name in names if set(name) & set('<>:"/\\|?*')]
