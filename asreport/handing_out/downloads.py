"""The files asreport hands out, as bytes: the same from the command line and from the pages (interface.md)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from asreport.analysing.case_list import owners
from asreport.assessing.assessment import Assessment
from asreport.dates import iso
from asreport.handing_out.file_names import file_names
from asreport.handing_out.formulas import guarded, need_quotes
from asreport.handing_out.pseudonyms import Pseudonyms
from asreport.handing_out.workbook import exceptions_workbook
from asreport.importing.findings import COLUMNS as FINDING_COLUMNS
from asreport.policy.quarter import Quarter

_TEXT = pa.large_string()


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV that is safe to open in Excel: UTF-8 with a byte order mark, ISO dates, empty where missing.

    Texts are guarded (formulas.py), numbers and dates stand as they are.
    """
    header = ",".join(_quoted(pa.array(map(str, table.columns), _TEXT)).to_pylist())
    rows = _joined(*(_fields(table[name]) for name in table.columns), by=",") if len(table) else pa.array([], _TEXT)
    # Put together by Arrow as well, without a Python object for each row.
    lines = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), pa.scalar("\r\n", _TEXT))[0].as_buffer()
    return "\ufeff".encode() + header.encode() + b"\r\n" + lines.to_pybytes() + b"\r\n" * bool(len(table))


def _fields(column: pd.Series) -> pa.Array:
    """A column as fields of CSV: in quotes where they need them, empty where missing."""
    is_date = pd.api.types.is_datetime64_dtype(column)
    texts = iso(column) if is_date else column.astype("str")
    codes, distinct = pd.factorize(texts)  # most columns say few things in many rows: each is looked at once
    fields = pa.array(distinct, _TEXT)
    if not is_date and not pd.api.types.is_numeric_dtype(column):
        fields = guarded(fields)
    return _quoted(fields).take(pa.array(codes, mask=codes < 0)).fill_null("")


def _quoted(texts: pa.Array) -> pa.Array:
    """Texts in quotes where they need them."""
    quoted = _joined('"', pc.replace_substring(texts, '"', '""'), '"')
    return pc.if_else(need_quotes(texts), quoted, texts)


def _joined(*parts: pa.Array | str, by: str = "") -> pa.Array:
    """Texts put together row by row; null where a part is."""
    return pc.binary_join_element_wise(*(pa.scalar(p, _TEXT) if isinstance(p, str) else p for p in (*parts, by)))


def file_name(name: str, quarter: Quarter) -> str:
    """The name of a file that holds figures; where a provider chose other than the guide, the name says so."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem} - not as the Ministry computes it{dot}{ending}" if quarter.departures else name


def key_csv(hidden: Pseudonyms) -> bytes:
    """The key of pseudonyms: a row a student."""
    words = {"pseudonym": "Pseudonym", "student_name": "Student", "nsn": "NSN", "case_numbers": "Case numbers"}
    return csv_bytes(hidden.key.rename(columns=words))


def attainment_csv(result: Assessment) -> bytes:
    """`attainment.csv`: a row a measure."""
    return csv_bytes(result.attainment)


def case_results_csv(result: Assessment) -> bytes:
    """`case-results.csv`: a row a measure and case."""
    return csv_bytes(result.case_results)


def findings_csv(findings: pd.DataFrame) -> bytes:
    """`findings.csv`: a row a finding."""
    return csv_bytes(findings[list(FINDING_COLUMNS)])


def receipt_json(receipt: dict[str, Any]) -> bytes:
    """`receipt.json`."""
    return json.dumps(receipt, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def workbooks_by_owner(
    result: Assessment, receipt: dict[str, Any] | None = None, *, student_names: bool = True
) -> bytes:
    """A zip with one exceptions workbook for each case owner, with that owner's cases alone.

    Findings are left out of them: they are about the exports as a whole and quote other people's cases.
    """
    owner = owners(result.cases)
    names = owner.unique()
    parts = (result.only(owner == name) for name in names)
    books = (exceptions_workbook(part, None, receipt=receipt, student_names=student_names) for part in parts)
    return zipped(dict(zip(file_names(names, ".xlsx", blank="Case owner"), books, strict=True)))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files (name → content) as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
