"""Whatever is uploaded becomes tables or a finding, and soon. See anything.py for what is drawn and what must hold."""

from __future__ import annotations

import time

import pytest
from anything import TEXT_CELL, check, workbook

TAGS = b"<table><tr><td>Case Number<td>Subject<td>Date<tr><td>1<td>a &amp; b<td>2026-05-04</table>"


# Found by trying, each a few letters that stopped the reading or took it minutes.
@pytest.mark.parametrize(
    "after", [b"<a ", b"<a b='", b"<![ ", b"<!--", b"</a", b"<?", b"<" + b"a" * 99, b"<td ", b"<table>", b"<tr>"]
)
def test_a_page_of_tags_that_never_end(after: bytes) -> None:
    started = time.monotonic()
    assert list(check(("page.xls", TAGS + after * 50_000)).tables["events"]["subject"]) == ["a & b"]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "hex", "no-such", "utf-7"])
def test_a_page_that_says_it_is_in_no_encoding_of_pages(charset: str) -> None:
    page = f'<meta charset="{charset}">'.encode() + TAGS + b"\\ud800+2AA-"
    assert len(check(("page.xls", page)).tables["events"]) == 1


def test_a_page_with_numbers_no_computer_holds() -> None:
    page = TAGS.replace(b"<td>1<", b"<td colspan=%b>1<" % (b"9" * 5000)).replace(b"&amp;", b"&#%b;" % (b"9" * 5000))
    assert len(check(("page.xls", page)).tables["events"]) == 1


@pytest.mark.parametrize(
    "rows", [b"<tr><td colspan=1000>x" * 50_000, b"<tr><td colspan=1000>x" + b"<tr><td>x" * 50_000]
)
def test_a_page_that_unfolds_to_more_cells_than_fit(rows: bytes) -> None:
    assert "too large" in check(("page.xls", b"<table>" + rows)).findings["finding"][0]


def test_a_page_of_too_many_tables() -> None:
    assert "more than 50 tables" in check(("page.xls", TAGS * 51)).findings["finding"][0]


@pytest.mark.parametrize(
    "day",
    ["9999-12-31 23:59 UTC", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "99999-01-01T00:00Z", "1/1/0000"],
)
def test_a_day_at_the_end_of_the_calendar(day: str) -> None:
    exports = check(("e.csv", f"Case Number,Subject,Date\n1,a,{day}\n2,b,2026-05-04\n".encode()))
    assert list(exports.tables["events"]["event_date"].isna()) == [True, False]


@pytest.mark.parametrize("number", ["1e999", "inf", "-inf", "1e308"])
def test_a_number_without_end_among_dates(number: str) -> None:
    sheet = [["Case Number", "Subject", "Date"], ["1", "a", number], ["2", "b", "2026-05-04"]]
    data = workbook(sheet, lambda cell: '<c r="{0}"><v>{1}</v></c>' if cell == number else TEXT_CELL)
    assert list(check(("e.xlsx", data)).tables["events"]["event_date"].isna()) == [True, False]


def test_a_long_text_that_nearly_is_a_time() -> None:
    started = time.monotonic()
    rows = "".join(f'{n},a,"1:00{" " * (n * 9)}x\ny"\n' for n in range(200))
    check(("e.csv", f"Case Number,Subject,Date\n999,a,2026-05-04\n{rows}".encode()))
    assert time.monotonic() - started < 5
