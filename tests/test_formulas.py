"""No text of an export is computed, whatever separator a spreadsheet parts our CSV files by, and none is spoilt."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asreport
from asreport.handing_out.downloads import csv_bytes
from asreport.handing_out.formulas import begins_formula, guarded

SEPARATORS = [",", ";", "\t", "|", "،", "؛", "、", "，", "；"]
SIGNS = "=+-@＝＋－＠"
HOSTILE = [
    f"{before}{hidden}{sign}2+5*9{after}"
    for before in ("", "x;", "x\t", "x|", "x,", "x\n", "x\r\n", "x\u2028", ";;", 'x;"', 'x";', "x؛", "x、", "x；")
    for hidden in ("", " ", "\u00a0", "\u200b", "\u202e", "\ufeff", '"')
    for sign in SIGNS
    for after in ("", ";y", "\ty", '";"y')
] + ["=cmd|' /C calc'!A0", "x;=cmd|' /C calc'!A0;", "@SUM(1+9)*cmd|' /C calc'!A0", 'x\t=DDE("cmd";"/C calc";"x");']
# What a program may see of a text before it looks for a sign.
_OVERLOOKED = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def live(content: bytes) -> list[str]:
    """The cells of a CSV file that some spreadsheet would compute, parted by any one separator or by all that ours
    quotes, with quotation marks heeded or not."""
    text = content.decode("utf-8-sig")
    found = []
    for separator in SEPARATORS:
        found += [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
        plain = re.split(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", text)
        found += [cell for line in plain for cell in line.split(separator)]
    found += re.split("|".join(map(re.escape, SEPARATORS)), text)
    return sorted({cell for cell in found if _computed(cell) and not re.fullmatch(r'-?\d+(\.\d+)?"?', cell)})


def _computed(cell: str) -> bool:
    bare = cell.lstrip('"')
    while bare and (unicodedata.category(bare[0]) in _OVERLOOKED or bare[0] == '"'):
        bare = bare[1:]
    return bare[:1] in set(SIGNS)


def table(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first": pd.Series(texts, dtype="str"),
            "number": pd.Series([-1.5] * len(texts)),
            "last": pd.Series(texts, dtype="str"),
        }
    )


def test_no_text_is_computed_under_any_separator():
    content = csv_bytes(table(HOSTILE))
    assert live(content) == []
    plain = pd.DataFrame({"a": HOSTILE}).to_csv(index=False).encode()
    assert len(live(plain)) > 1000, "without the guard they are"


@given(
    st.lists(
        st.text(st.sampled_from("=+-@＝－,;|\t\r\n\"' x1\u200b\u202e\u00a0；、\u2028\x85"), max_size=9), max_size=9
    )
)
def test_nothing_drawn_is_computed_and_one_apostrophe_less_is_the_text(texts: list[str]):
    content = csv_bytes(table(texts))
    assert live(content) == []
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert [unguarded(row[0]) for row in rows if row] == texts and [row[0] for row in rows] == [row[2] for row in rows]
    assert {row[1] for row in rows} <= {"-1.5"}, "a number is no text"


def unguarded(text: str) -> str:
    """The rule of the guard the other way round: at each place where a cell may begin, one apostrophe out."""
    boundary, hidden, signs = (
        r"[,;|\t،؛、，；｜፣\r\n\v\f\x1c-\x1e\x85\u2028\u2029]",
        r'[ \xa0\u200b\u202e"]*',
        re.escape(SIGNS),
    )
    text = re.sub(rf"^'(?='*{hidden}[{signs}\t\r])", "", text)
    return re.sub(rf"({boundary})'(?='*{hidden}[{signs}])", r"\1", text)


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string"])
def test_texts_are_guarded_whatever_they_are_kept_as(dtype: str):
    column = pd.Series(["=1+1", None, "x;=2"], dtype=dtype)
    assert csv_bytes(pd.DataFrame({"a": column})).decode("utf-8-sig") == "a\r\n'=1+1\r\n\r\n\"x;'=2\"\r\n"


def test_what_is_no_text_stands_as_it_is(sample):
    """Ids, codes, ISO dates and numbers are exactly what interface.md says."""
    days = pd.to_datetime(["2026-07-03", None])
    values = pd.DataFrame({"n": [-1, 2], "f": [-0.5, None], "d": days, "b": [True, False], "t": ["met", "q2-2026"]})
    assert csv_bytes(values).decode("utf-8-sig") == "n,f,d,b,t\r\n-1,-0.5,2026-07-03,True,met\r\n2,,,False,q2-2026\r\n"
    results = sample.result.case_results
    again = pd.read_csv(io.BytesIO(csv_bytes(results)), dtype="str", keep_default_na=False)
    assert len(again) == len(results)
    for name in ("case_number", "measure_id", "verdict", "reason", "evidence"):
        assert again[name].tolist() == results[name].fillna("").tolist()


def test_a_case_number_that_was_guarded_is_read_as_it_was():
    """Our own CSV may be dropped in again."""
    cases = pd.DataFrame(
        {"Case Number": ["-00012", "+7", "00001234"], "Case Type": "CA", "Referral Date": "2026-05-04"}
    )
    stream = io.BytesIO(csv_bytes(cases))
    stream.name = "again.csv"
    exports = asreport.read_exports([stream])
    assert exports.tables["cases"]["case_number"].tolist() == ["-00012", "+7", "00001234"]


@pytest.mark.parametrize("text", ["=1", " =1", "\u200b+1", "＝1", "\t", "\rx", ";=1", "\n-1", '"@x'])
def test_what_a_cell_would_become_once_edited(text: str):
    assert begins_formula(text)


@pytest.mark.parametrize("text", ["", "x", "x=1", "2026-07-03", "Initial Student / Whānau Meeting", "'=1", "a - b"])
def test_what_a_cell_would_not_become(text: str):
    assert not begins_formula(text)
    assert guarded(pa.array([text], pa.large_string())).to_pylist()[0].lstrip("'") == text.lstrip("'")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_nothing(tmp_path: Path):
    """Parted by comma, semicolon, tab and bar at once, and by semicolon alone, with formulas allowed."""
    (tmp_path / "texts.csv").write_bytes(csv_bytes(table(HOSTILE)))
    (tmp_path / "bare.csv").write_text("a\nx;=2+5*9;y\n", "utf-8")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for separators in ("44/59/9/124", "59"):
        # Separators, quotation mark, UTF-8, from line 1, …, special numbers heeded, …, formulas computed.
        options = f"CSV:{separators},34,76,1,,1033,false,true,false,false,false,-1,true"
        out = tmp_path / separators.replace("/", "-")
        files = [str(tmp_path / "texts.csv"), str(tmp_path / "bare.csv")]
        command = [
            "soffice",
            "--headless",
            profile,
            f"--infilter={options}",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
        ]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=240)
        assert _formulas(out / "bare.xlsx") == ["=2+5*9"], "without the guard it computes"
        assert _formulas(out / "texts.xlsx") == []


def _formulas(book: Path) -> list[str]:
    sheets = openpyxl.load_workbook(book)
    return [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
