"""What each file was taken for, and putting it right: table, header row, columns, and what words mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd
import streamlit as st
from xlsxwriter.utility import xl_col_to_name

import asreport
from asreport.assessing.subjects import other_subjects
from asreport.importing import ExportFile, Sheet
from asreport.importing.joining import NUMBERS
from asreport.policy.bounds import MAX_ACCEPTED, MAX_NAME, MOST_OF
from asreport.policy.provider_settings import FIELDS, MEANINGS, SHEETS_HOLD
from asreport.tables import TABLES as SCHEMA
from asreport.words.catalogue import FIELDS as FIELD_WORDS
from asreport.words.catalogue import MEANINGS as MEANING_WORDS
from asreport.words.catalogue import TABLES
from ui import download, session
from ui.session import Loaded
from ui.shared import reading_status, safe_markdown

NOT_USED: tuple[str, ...] = ()


def holds(tables: tuple[str, ...]) -> str:
    """The tables of a sheet in words."""
    return ", with ".join(TABLES[table].name for table in tables) or "Nothing: leave it out"


def what_was_read(now: Loaded) -> None:
    """What each file was taken for, and how many of its rows were used."""
    st.header("What the files were taken for")
    rows = [
        {
            "File": file.name, "Taken for": TABLES[part.table].name if part.table else "Not used",
            "Rows used": part.rows_used, "Rows read": part.rows_read, "Rows listed below": part.rows_listed,
            "Sheet": part.sheet,
        }
        for file in now.exports.files
        for part in file.parts
    ]  # fmt: skip
    listed = {row["File"] for row in rows}
    others = [file for file in now.exports.files if file.name not in listed]
    rows += [{"File": file.name, "Taken for": _other_than_export(file)} for file in others]
    table = pd.DataFrame(rows)
    if "Sheet" in table and not table["Sheet"].fillna("").any():
        table = table.drop(columns="Sheet")
    st.dataframe(table, hide_index=True, placeholder="–", alt="What each uploaded file was taken for")
    if not now.exports.quarter_refused:
        _not_assessed(now)


def _not_assessed(now: Loaded) -> None:
    """The tables that are missing, and those that were read and cannot be used."""
    read = {part.table for file in now.exports.files for part in file.parts}
    absent = [table for table in TABLES if table not in now.exports.tables]
    for why, tables in (
        ("Not uploaded", [table for table in absent if table not in read]),
        ("Not used, for the reason given below", [table for table in absent if table in read]),
    ):
        if tables:
            st.warning(
                f"{why}, so not assessed: {', '.join(TABLES[table].name for table in tables)}.", icon=":material/help:"
            )


def digits_alone(now: Loaded) -> None:
    """A click for numbers that would surely join if only their digits were compared."""
    for number in now.exports.digits_offered:
        if st.button(
            f"Compare {NUMBERS[number]} by their digits alone",
            icon=":material/pin:",
            key=f"digits-{number}",
            help="Letters and signs around the digits are left out in every export. Settings remember it.",
        ):
            with reading_status() as tell:
                session.read_again(now.exports.settings.with_digits_alone(number), tell)
            st.rerun()


def _other_than_export(file: ExportFile) -> str:
    return "Your settings" if file.is_settings else "A quarter" if file.is_quarter else "Not used"


def correct(now: Loaded) -> None:
    """How a sheet was matched, and changing it. A recognised export needs no look in here."""
    sheets = [(file, sheet) for file in now.exports.files for sheet in file.sheets]
    if not sheets:
        return
    doubtful = [_needs_a_look(*one) for one in sheets]
    with st.expander("How the columns were matched, and correcting it", icon=":material/rule:", expanded=any(doubtful)):
        if now.hidden:
            st.info(
                "The first rows of the files stand here, and any column may hold a name. "
                "Switch “Show student names” on to see or correct the match.",
                icon=":material/visibility_off:",
            )
            return
        names = [f"{file.name}{f', sheet {sheet.name}' if sheet.name else ''}" for file, sheet in sheets]
        place = st.selectbox(
            "File",
            range(len(sheets)),
            index=doubtful.index(True) if any(doubtful) else 0,
            format_func=names.__getitem__,
            key=f"match-file-{now.number}",
        )
        file, sheet = sheets[place]
        match = _edited_match(now, file, sheet)
        meanings = _edited_meanings(now, file, sheet)
        if st.button("Read again with this match", icon=":material/refresh:", type="primary", disabled=match is None):
            settings = now.exports.settings if match is None else now.exports.settings.with_match(match)
            for field, words in meanings.items():
                settings = settings.with_meanings(field, words)
            with reading_status() as tell:
                session.read_again(settings, tell)
            st.rerun()


def _needs_a_look(file: ExportFile, sheet: Sheet) -> bool:
    parts = [part for part in file.parts if part.sheet == sheet.name]
    return any(part.unknown for part in parts) or not (sheet.matched or any(part.columns for part in parts))


def _edited_match(now: Loaded, file: ExportFile, sheet: Sheet) -> asreport.Match | None:
    """The match as chosen, or None with a word why it is none."""
    taken = {part.table: part.columns for part in file.parts if part.sheet == sheet.name and part.columns}
    key = f"{now.number}-{file.name}-{sheet.name}"
    left, right = st.columns([2, 1])
    options = [*SHEETS_HOLD, NOT_USED]
    index = options.index(tuple(taken)) if tuple(taken) in options else len(options) - 1
    tables = left.selectbox("This sheet holds", options, index=index, format_func=holds, key=f"match-table-{key}")
    last = sheet.top.first_row + sheet.top.height - 1
    row = right.number_input(
        "The headers are in row", sheet.top.first_row, last, sheet.header_row, key=f"match-row-{key}"
    )
    preview = pd.DataFrame(sheet.preview())
    preview.columns = [xl_col_to_name(column) for column in preview]
    preview.index = pd.RangeIndex(sheet.top.first_row, sheet.top.first_row + len(preview), name="Row")
    height: int | Literal["content"] = "content" if len(preview) <= 5 else 220
    st.dataframe(preview, height=height, alt="The first rows of the sheet, named and numbered as in Excel")
    if sheet.is_record(row):
        st.error(f"Row {row} is blank or holds a number or a date, so it holds no headers: choose another row.")
        return None
    likely = taken if row == sheet.header_row and set(tables) == set(taken) else sheet.likely(row, tables)
    chosen = {table: _edited_columns(sheet, row, table, likely[table], f"{key}-{tables}-{row}") for table in tables}
    lacks = [
        FIELD_WORDS[table][field.name].name
        for table in tables
        for field in SCHEMA[table]
        if field.required and field.name not in chosen[table]
    ]
    if lacks:
        st.warning(f"Choose a column for: {', '.join(lacks)}.", icon=":material/help:")
        return None
    orders = [
        f"{FIELD_WORDS[part.table][field].name}: {order}"
        for part in file.parts
        if part.sheet == sheet.name
        for field, order in part.orders.items()
    ]
    if orders:
        st.caption("How the dates were read. " + safe_markdown("; ".join(orders)) + ".")
    return sheet.match(row, chosen)


def _edited_columns(sheet: Sheet, row: int, table: str, likely: dict[str, str], key: str) -> dict[str, str]:
    """A column for each field of a table."""
    st.markdown(f"**{TABLES[table].name}**")
    labels, samples = sheet.labels(row), sheet.samples(row)
    required = {field.name for field in SCHEMA[table] if field.required}
    chosen = {}
    columns = st.columns(3)
    for place, field in enumerate(FIELDS[table]):
        words = FIELD_WORDS[table][field]
        label = columns[place % 3].selectbox(
            f"{words.name}{' (needed)' if field in required else ''}",
            [None, *labels],
            index=labels.index(likely[field]) + 1 if likely.get(field) in labels else 0,
            format_func=lambda label: (
                "–" if label is None else " · ".join([label, ", ".join(samples[label])]).rstrip(" ·")
            ),
            help=words.note,
            key=f"match-{key}-{table}-{field}",
        )
        if label is not None:
            chosen[field] = label
    return chosen


def _edited_meanings(now: Loaded, file: ExportFile, sheet: Sheet) -> dict[str, dict[str, str]]:
    """What the words mean that were not understood."""
    meanings: dict[str, dict[str, str]] = {}
    unknown = [
        (part.table, field, word)
        for part in file.parts
        if part.sheet == sheet.name
        for field, words in part.unknown.items()
        for word in words[:50]
        if len(word) <= MAX_NAME
    ]
    if unknown:
        st.markdown("**Words that were not understood**")
    columns = st.columns(3)
    for place, (table, field, word) in enumerate(unknown):
        meaning = columns[place % 3].selectbox(
            f"{FIELD_WORDS[table][field].name}: “{safe_markdown(word)}” means",
            [None, *MEANINGS[field]],
            format_func=lambda code: "Not decided" if code is None else MEANING_WORDS[code],
            key=f"mean-{now.number}-{file.name}-{sheet.name}-{field}-{word}",
        )
        if meaning is not None:
            meanings.setdefault(field, {})[word] = meaning
    return meanings


def own_words(now: Loaded) -> None:
    """Owners that are queues, and subjects that a team uses for its first meetings."""
    tables, settings, quarter = now.exports.tables, now.exports.settings, now.result.quarter
    with st.expander("Queues and subjects of your team", icon=":material/groups:"):
        if now.hidden:
            st.write("Show student names to change these: a subject may hold one, and is accepted as it stands.")
            return
        st.write(
            "The Ministry counts only its own two subjects, and no case of a queue as allocated. What you choose here "
            "changes your figures here, not at the Ministry: every page, the workbook and the receipt name it."
        )
        with st.form(f"words-{now.number}", border=False):
            owners = (
                tables["cases"].get("case_owner", pd.Series(dtype="str"))
                if "cases" in tables
                else pd.Series(dtype="str")
            )
            names = sorted({*_short(owners.dropna().unique()), *settings.queues})
            queues = st.multiselect(
                "Case owners that are queues", names, settings.queues, format_func=now.words,
                max_selections=MOST_OF["queues"],
            )  # fmt: skip
            accepted = {}
            others = other_subjects(tables["events"]["subject"], quarter) if "events" in tables else pd.DataFrame()
            counts = dict(zip(others["subject"], others["records"], strict=True)) if len(others) else {}
            for code, subject in quarter.subjects.items():
                before = settings.subjects.get(code, [])
                accepted[code] = st.multiselect(
                    f"Also accept as “{subject.name}”",
                    list(dict.fromkeys([*before, *_short(counts)])),
                    default=before,
                    max_selections=MAX_ACCEPTED,
                    format_func=lambda text: now.words(text) + (f" ({counts[text]:,})" if text in counts else ""),
                )
            if st.form_submit_button("Assess again with these", icon=":material/refresh:"):
                chosen = {code: texts for code, texts in accepted.items() if texts}
                session.assess_again(settings=settings.model_copy(update={"queues": queues, "subjects": chosen}))
                st.rerun()


def _short(texts: Iterable[str]) -> list[str]:
    """Those that a settings file may hold; a longer one is a sentence, and no queue's name or team's subject."""
    return [text for text in texts if len(text) <= MAX_NAME]


def keep(now: Loaded) -> None:
    """The settings file, where there is something to keep."""
    if now.exports.settings:
        if _names_a_student(now):
            st.caption("These settings hold a student’s name: switch “Show student names” on to download them.")
            return
        download.button(
            "Download these settings", _settings_file, "asreport-settings.json", download.JSON, key="settings", now=now
        )
        st.caption(
            "Drop this small file in with your exports next time, and they are read and assessed the same way. "
            "It holds headers, words, and names of queues: no case."
        )


def _names_a_student(now: Loaded) -> bool:
    """Whether the settings hold a name that is to be hidden. They are of use only as they stand."""
    settings = now.exports.settings.to_json().decode()
    return now.words(settings) != settings


def _settings_file(now: Loaded) -> bytes:
    if _names_a_student(now):
        raise download.RefusedError
    return now.exports.settings.to_json()
