"""Whatever is uploaded becomes tables or a finding, and soon. See anything.py for what is drawn and what must hold."""

from __future__ import annotations

import time

import pytest
from anything import check

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
