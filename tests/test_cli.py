"""The command line: files, formats, exit status, and never a traceback."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from asreport.command_line.cli import main

ATTAINMENT = (
    "measure_id,measure,target_percent,in_scope,due,met_due,missed,met_early,pending,excluded,cannot_assess,"
    "rate_percent,floor_percent,ceiling_percent,still_needed,outcome"
)
CASE_RESULTS = "case_number,measure_id,verdict,reason,start_date,deadline,completed_date,business_days_late,evidence"
FINDINGS = "severity,file,sheet,row,column,value,finding"


@pytest.fixture(scope="module")
def out(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    assert main(["assess", *map(str, sorted(sample_folder.iterdir())), "--out", str(folder)]) == 0
    return folder


def test_the_files_have_their_names_and_columns(out: Path):
    assert {file.name for file in out.iterdir()} == {
        "attainment.csv", "case-results.csv", "exceptions.xlsx", "findings.csv", "receipt.json",
    }  # fmt: skip
    for name, header in {"attainment": ATTAINMENT, "case-results": CASE_RESULTS, "findings": FINDINGS}.items():
        content = (out / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), "a byte order mark, so that Excel shows macrons"
        text = content.decode("utf-8-sig")
        assert text.splitlines()[0] == header
        assert ",nan," not in text and ",NaT," not in text and ",<NA>," not in text and ",None," not in text


def test_dates_are_iso_and_case_numbers_keep_their_zeros(out: Path):
    results = pd.read_csv(out / "case-results.csv", dtype="str")
    assert results["case_number"].str.fullmatch(r"\d{8}").all()
    assert results["deadline"].dropna().str.fullmatch(r"\d{4}-\d\d-\d\d").all()


def test_the_receipt_says_what_it_takes_to_reproduce(out: Path, sample_folder: Path):
    receipt = json.loads((out / "receipt.json").read_text("utf-8"))
    assert receipt["as_at"] == "2026-07-06", "from the export's own “as of” line"
    assert receipt["period"] == {"start": "2026-04-01", "end": "2026-06-30"}
    assert receipt["quarter"] == "q2-2026" and receipt["readings"] and receipt["holiday_calendar"]
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sample_folder.iterdir()}
    assert {export["name"]: export["sha256"] for export in receipt["exports"]} == hashes
    assert {table["table"] for export in receipt["exports"] for table in export["tables"]} == {
        "cases", "events", "plans", "outcomes",
    }  # fmt: skip


def test_period_and_as_at_can_be_chosen(sample_folder: Path, tmp_path: Path):
    files = [str(file) for file in sample_folder.iterdir()]
    chosen = ["--as-at", "2026-05-29", "--period-start", "2026-05-01", "--period-end", "2026-05-31"]
    assert main(["assess", *files, *chosen, "--out", str(tmp_path)]) == 0
    receipt = json.loads((tmp_path / "receipt.json").read_text("utf-8"))
    assert receipt["as_at"] == "2026-05-29" and receipt["period"]["start"] == "2026-05-01"
    results = pd.read_csv(tmp_path / "case-results.csv")
    starts = results.loc[results["measure_id"] == "school-meeting-5", "start_date"].dropna()
    assert starts.between("2026-05-01", "2026-05-29").all()


def test_nothing_to_assess_is_one_line_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "notes.csv").write_text("Colour,Size\nred,4\n")
    assert main(["assess", str(tmp_path / "notes.csv"), "--out", str(tmp_path / "out")]) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Nothing could be assessed") and "notes.csv" in last


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["assess"],
        ["assess", "no-such-file.csv", "--out", "out"],
        ["assess", __file__, "--out", "out", "--as-at", "6 July"],
        ["assess", __file__, "--out", "out", "--quarter", "q9-2031"],
        ["assess", __file__, "--out", "out", "--period-start", "2026-07-01"],
        ["sample", "--out", "out", "--cases", "many"],
    ],
)
def test_wrong_arguments_are_status_2_and_no_traceback(arguments: list[str], tmp_path: Path):
    run = subprocess.run(
        [sys.executable, "-m", "asreport", *arguments],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert run.returncode == 2
    assert "Traceback" not in run.stderr and run.stderr.strip()


def test_too_few_sample_cases_is_said(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["sample", "--out", str(tmp_path), "--cases", "3"]) == 2
    assert "80" in capsys.readouterr().err


def test_a_sample_of_a_quarter_is_assessed_as_that_quarter(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["sample", "--out", str(tmp_path / "in"), "--quarter", "q3-2026", "--cases", "80"]) == 0
    assert main(["assess", *map(str, (tmp_path / "in").iterdir()), "--out", str(tmp_path / "out")]) == 0
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text(encoding="utf-8"))
    assert (receipt["quarter"], receipt["as_at"]) == ("q3-2026", "2026-10-05")


def test_a_sample_of_an_unknown_quarter_is_a_wrong_argument(tmp_path: Path):
    with pytest.raises(SystemExit, match="2"):
        main(["sample", "--out", str(tmp_path / "in"), "--quarter", "q9-2026"])
    assert not (tmp_path / "in").exists()


def test_measures_are_listed_with_their_targets(capsys: pytest.CaptureFixture):
    assert main(["measures"]) == 0
    text = capsys.readouterr().out
    assert "school-meeting-5" in text and "target 80%" in text and "no target" in text
