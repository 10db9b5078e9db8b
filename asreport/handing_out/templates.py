"""Empty workbooks to type into, one for each table: the right headers, an example row, choices to pick from, notes."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

from asreport.importing.export_words import WORDS as VOCABULARY
from asreport.policy.provider_settings import MEANINGS as CHOICES
from asreport.tables import TABLES, Field
from asreport.words.catalogue import FIELDS
from asreport.words.catalogue import MEANINGS as WORDS

if TYPE_CHECKING:
    import xlsxwriter

ROWS = 2_000  # so many rows are made ready: dates look like dates, and words can be picked
INK, PALE = "#12404A", "#E6F0EF"


def template(table: str) -> bytes:
    """An .xlsx for `table` (cases, events, plans, outcomes) that read_exports reads; its example row is left out there.

    Sheets: the table, headers in row 1 and the example in row 2, and `Notes`, what each column holds.
    """
    import xlsxwriter  # loaded when a workbook is made

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": f"asreport template: {table}", "created": date(2026, 1, 1)})
        formats = {
            "header": book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True}),
            "must": book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#8A3B12", "text_wrap": True}),
            "date": book.add_format({"num_format": "d mmmm yyyy", "align": "left"}),
            "text": book.add_format({"num_format": "@"}),
            "note": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _typing_sheet(book, table, formats)
        _notes(book, table, formats)
    return target.getvalue()


def _typing_sheet(book: xlsxwriter.Workbook, table: str, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.capitalize())
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    pale = {"italic": True, "bg_color": PALE}
    example = book.add_format(pale)
    example_date = book.add_format({**pale, "num_format": "d mmmm yyyy", "align": "left"})
    for place, field in enumerate(TABLES[table]):
        words = FIELDS[table][field.name]
        sheet.set_column(place, place, 18, formats["date" if field.kind == "date" else "text"])
        sheet.write_string(0, place, words.name, formats["must" if field.required else "header"])
        if isinstance(words.example, date):
            sheet.write_datetime(1, place, words.example, example_date)
        elif isinstance(words.example, str):
            sheet.write_string(1, place, words.example, example)
        else:
            sheet.write_number(1, place, words.example, example)
        if options := _validation(field):
            sheet.data_validation(1, place, ROWS, place, options)


def _validation(field: Field) -> dict[str, Any] | None:
    """What Excel lets a cell hold; it warns and does not forbid, as an export may have words of its own."""
    if field.kind == "date":
        return {
            "validate": "date",
            "criteria": ">",
            "value": date(2000, 1, 1),
            "error_type": "warning",
            "error_title": "A date",
            "error_message": "Type a date, such as 3 July 2026.",
        }
    if field.name in CHOICES:
        short = [meaning if field.kind == "case_type" else WORDS[meaning] for meaning in CHOICES[field.name]]
        return {
            "validate": "list",
            "source": [word for word in short if word != WORDS["other"]],
            "error_type": "warning",
        }
    return None


def _notes(book: xlsxwriter.Workbook, table: str, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Notes")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 90)
    for column, head in enumerate([VOCABULARY["layout"]["notes"], "Needed", "What to type"]):
        sheet.write_string(0, column, head, formats["header"])
    lines = [
        (FIELDS[table][f.name].name, "Must be filled" if f.required else "If you have it", FIELDS[table][f.name].note)
        for f in TABLES[table]
    ]
    lines.append(
        ("Row 2", "", "An example. It is left out when the file is read; type your rows below it, or over it.")
    )
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line):
            sheet.write_string(row, column, text, formats["note"])
