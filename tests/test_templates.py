"""Templates: what is typed into them is read without a word; untouched, they are an empty export."""

from __future__ import annotations

import io

import openpyxl
import pytest

import asreport
from asreport.handing_out.templates import template
from asreport.importing.export_words import HEADERS, header
from asreport.policy.provider_settings import FIELDS
from asreport.tables import TABLES
from asreport.words.catalogue import FIELDS as WORDS


def read(content: bytes) -> asreport.Exports:
    stream = io.BytesIO(content)
    stream.name = "typed.xlsx"
    return asreport.read_exports([stream])


def typed(table: str, rows: int) -> bytes:
    """A template with rows typed below the example: the example again, with a number for its key."""
    book = openpyxl.load_workbook(io.BytesIO(template(table)))
    sheet = book.worksheets[0]
    for row in range(3, 3 + rows):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(row, column, sheet.cell(2, column).value)
        sheet.cell(row, 1 if sheet.cell(2, 1).value == "Example" else 11, 10_000 + row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("table", TABLES)
def test_every_field_has_words_and_its_name_is_a_header_that_is_recognised(table: str) -> None:
    assert set(WORDS[table]) == set(FIELDS[table])
    for field, words in WORDS[table].items():
        assert header(words.name).rank(HEADERS[table][field]) is not None, f"“{words.name}” is not read as {field}"


@pytest.mark.parametrize("table", TABLES)
def test_typed_rows_are_read_and_the_example_is_not(table: str) -> None:
    exports = read(typed(table, 2))
    assert set(exports.tables) == {table} and len(exports.tables[table]) == 2
    assert set(exports.tables[table].columns) == {field.name for field in TABLES[table]}
    assert exports.findings[exports.findings["severity"] == "blocks"].empty
    assert exports.findings["finding"].str.contains("example of a template").any()
    assert exports.findings["finding"].str.contains("notes of a template").any()


@pytest.mark.parametrize("table", TABLES)
def test_untouched_it_is_an_export_without_rows(table: str) -> None:
    exports = read(template(table))
    assert exports.tables == {}
    blocking = exports.findings[exports.findings["severity"] == "blocks"]
    assert len(blocking) == 1 and "has a header but no rows" in blocking["finding"].iloc[0]


@pytest.mark.parametrize("table", TABLES)
def test_notes_name_every_column(table: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(table)))
    heads = [cell.value for cell in book.worksheets[0][1]]
    notes = [row[0] for row in book["Notes"].iter_rows(min_row=2, values_only=True)]
    assert notes[:-1] == heads and len(set(heads)) == len(heads)
    assert book.worksheets[0].data_validations.dataValidation, "words can be picked, dates are checked"
