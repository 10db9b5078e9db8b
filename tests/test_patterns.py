"""Patterns of fixed text that an export's text is held against take no more time than it is long."""

from __future__ import annotations

from bounded import in_time

DATE = """
import sys
from asreport.importing.date_columns import read_one
print(read_one(sys.argv[1] * 300_000 + sys.argv[2]))
"""
PAGE = """
from asreport.importing.html_tables import read_web_page
(grid,) = read_web_page(b"<table><tr><td>Case Number<td colspan=" + b" " * 1_000_000 + b"x>1</table>")
print(len(grid.columns))
"""


def test_a_date_of_a_million_letters() -> None:
    assert in_time(DATE, "mon", " 10:00") == "None"


def test_an_attribute_of_a_million_spaces() -> None:
    assert in_time(PAGE) == "2"
