"""What an upload may cost, all its files together, and that it can be given up anywhere."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from test_workbook_process import Upload, far_binary

from asreport import Exports, Settings, read_exports
from asreport.importing import budget, limits, workbooks
from asreport.importing.findings import BLOCKS

ROOT = Path(__file__).parent.parent


def cases(first: int, count: int = 1) -> bytes:
    rows = [f"{first + n:08},CA,14/04/2026,Māia {n} Aperahama" for n in range(count)]
    return "\n".join(["Case Number,Record Type,Referral Date,Student Name", *rows, ""]).encode()


def workbook(first: int) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Case Number", "Record Type", "Referral Date"])
        sheet.write_row(1, 0, [f"{first:08}", "CA", "14/04/2026"])
    return stream.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def settings(number: int) -> bytes:
    return Settings(queues=[f"Queue {number}"]).to_json()


# From outside, with the limits of an installation


def assessed(folder: Path, files: dict[str, bytes], **set_to: object) -> tuple[pd.DataFrame, dict[str, int], str]:
    """Findings, the rows used of each file that the receipt lists, and what was said, of the command line."""
    given = folder / "in"
    given.mkdir()
    for name, data in files.items():
        (given / name).write_bytes(data)
    run = command("assess", *(given / name for name in files), "--out", folder / "out", **set_to)
    assert run.returncode in (0, 1) and "Traceback" not in run.stderr
    findings = pd.read_csv(folder / "out" / "findings.csv", keep_default_na=False)
    receipt = json.loads((folder / "out" / "receipt.json").read_text("utf-8"))
    used = {one["name"]: sum(table["rows_used"] for table in one["tables"]) for one in receipt["exports"]}
    return findings[findings["severity"] == BLOCKS], used, run.stderr


def command(*arguments: object, **set_to: object) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    environment |= {f"ASREPORT_{name}": str(value) for name, value in set_to.items()}
    line = [sys.executable, "-m", "asreport", *map(str, arguments)]
    return subprocess.run(line, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_zips_that_unpack_to_more_than_an_upload_may(tmp_path: Path):
    files = {f"{n}.zip": zipped({f"cases-{n}.csv": cases(1000 * n, 900)}) for n in range(1, 7)}
    each = len(files["1.zip"]) + len(cases(1000, 900))
    blocked, used, _ = assessed(tmp_path, files, UPLOAD_BYTES=round(3.5 * each))
    assert used == {**{f"{n}.zip/cases-{n}.csv": 900 for n in (1, 2, 3)}, **{f"{n}.zip": 0 for n in (4, 5, 6)}}
    assert list(blocked["file"]) == ["4.zip", "5.zip", "6.zip"]
    assert blocked["finding"].iloc[0].startswith("4.zip was being read when the upload came to its limit of ")
    assert all("bytes" in finding and "the figures lack" in finding for finding in blocked["finding"])


def test_more_members_than_an_upload_may_have(tmp_path: Path):
    many = zipped({f"{n}.csv": cases(n) for n in range(100, 140)})
    files = {"first.csv": cases(1), "many.zip": many, "last.csv": cases(2)}
    blocked, used, said = assessed(tmp_path, files, UPLOAD_FILES=40)
    assert used == {"first.csv": 1, "many.zip": 0, "last.csv": 0}
    assert list(blocked["file"]) == ["many.zip", "last.csv"]
    assert all("its limit of 40 files" in finding for finding in blocked["finding"])
    assert "many.zip was being read when the upload came to its limit" in said


def test_more_workbooks_than_there_is_time_for(tmp_path: Path):
    names = [f"{n:03}.xlsx" for n in range(300)]
    many = zipped({name: workbook(n) for n, name in enumerate(names)})
    blocked, used, said = assessed(tmp_path, {"first.csv": cases(1000), "many.zip": many}, UPLOAD_SECONDS=1)
    left = [f"many.zip/{name}" for name in names][-len(blocked) :]
    assert list(blocked["file"]) == left, "those that were not read any more"
    assert used["first.csv"] == 1 and [name for name, rows in used.items() if not rows] == left
    assert all("its limit of 1 seconds" in finding for finding in blocked["finding"])
    assert "Reading first.csv" in said and said.count("Reading many.zip/000.xlsx") == 1


def test_a_text_that_takes_too_long(tmp_path: Path):
    slow = "\n".join(
        [cases(1).decode().rstrip(), *(f"{n},CA,14/04/2026,WhÄ\x81nau {n:x} â‚¬ Ã—" for n in range(500_000))]
    )
    blocked, used, _ = assessed(
        tmp_path, {"first.csv": cases(1), "slow.csv": slow.encode(), "last.csv": cases(2)}, UPLOAD_SECONDS=1
    )
    assert used == {"first.csv": 1, "slow.csv": 0, "last.csv": 0}
    assert list(blocked["file"]) == ["slow.csv", "last.csv"]


def test_settings_are_paid_for_too(tmp_path: Path):
    files = {"cases.csv": cases(1), **{f"{n}.json": settings(n) for n in range(5)}}
    blocked, used, _ = assessed(tmp_path, files, UPLOAD_FILES=3)
    assert list(blocked["file"]) == ["2.json", "3.json", "4.json"] and used["cases.csv"] == 1


def test_more_cells_than_an_upload_may_have(tmp_path: Path):
    files = {f"{n}.csv": cases(100 * n, 50) for n in (1, 2, 3)}
    blocked, used, _ = assessed(tmp_path, files, UPLOAD_CELLS=2 * 51 * 4)
    assert list(used.values()) == [50, 50, 0] and list(blocked["file"]) == ["3.csv"]


@pytest.mark.parametrize("value", ["x", "0", "-5", "1.5", "9" * 30])
def test_a_setting_that_is_no_limit_is_one_sentence(tmp_path: Path, value: str):
    blocked, used, said = assessed(tmp_path, {"cases.csv": cases(1)}, MAX_ROWS=value)
    assert not used and len(blocked) == 1
    assert said.splitlines()[-1].startswith(
        f"Nothing could be assessed: The setting ASREPORT_MAX_ROWS is “{value}”, which is not a whole number above zero"
    )


def test_what_reads_nothing_needs_no_setting(tmp_path: Path):
    run = command("measures", MAX_ROWS="x", UPLOAD_SECONDS="")
    assert run.returncode == 0 and not run.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("as_settings", [False, True])
def test_a_pipe_is_no_file(tmp_path: Path, as_settings: bool):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "cases.csv").write_bytes(cases(1))
    files = ["cases.csv", "--settings", "pipe.csv"] if as_settings else ["cases.csv", "pipe.csv"]
    run = command("assess", *(tmp_path / f if f[0] != "-" else f for f in files), "--out", tmp_path / "out")
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "pipe.csv: this is a pipe or a device: save what it gives as a file" in run.stderr
    assert "is not a file that can be found" in read_exports([tmp_path / "pipe.csv"]).findings["finding"].iloc[0]


# Within


class Cancelled(Exception):
    """What the app raises to give a reading up, which is no fault of a file."""


def page(count: int) -> bytes:
    head, *rows = [row.split(",") for row in cases(1, count).decode().splitlines()]
    text = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in [head, *rows])
    return f"<html><table>{text}</table></html>".encode()


PLAIN = cases(1, 3_000)
LONG = {  # by the reader that a file comes to, in each of which it can be given up
    "plain.csv": PLAIN,
    "spaced.csv": PLAIN.replace(b",CA", b', "CA"'),  # Arrow does not take it, pandas does
    "uneven.csv": PLAIN + b",".join([b"x"] * 1_200),  # nor pandas
    "page.xls": page(3_000),
    "book.xlsx": workbook(1),
    "settings.json": settings(1),
    "zip.zip": zipped({"plain.csv": PLAIN}),
}


@pytest.mark.parametrize("name", LONG)
def test_a_reading_is_given_up_wherever_it_is(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(budget, "_OFTEN", -1)  # progress is told at every look at the clock

    def read(tell: Callable[[str], None]) -> Exports:
        return read_exports([Upload("first.csv", cases(90_000_000)), Upload(name, LONG[name])], progress=tell)

    told: list[str] = []
    read(told.append)
    assert told[0] == "Reading first.csv" and told[-1] == "Putting the exports together"
    assert name == "settings.json" or max(Counter(told).values()) > 10, "told again and again within one file"
    counts = Counter(told)
    for doing, times in counts.items():
        for last in {1, min(2, times), max(1, times // 2)}:  # how often a process is waited for differs from run to run
            left = [last]

            def give_up(now: str, doing: str = doing, left: list[int] = left) -> None:
                left[0] -= now == doing
                if not left[0]:
                    raise Cancelled

            with pytest.raises(Cancelled):
                read(give_up)


@pytest.mark.parametrize("values", ["dates", "words", "texts", "totals"])
def test_the_clock_is_looked_at_among_the_values_of_one_column(values: str, monkeypatch: pytest.MonkeyPatch):
    made = {
        "dates": "{n:08},CA,{n}/04/2026,a",
        "words": "{n:08},C{n},14/04/2026,a",
        "texts": "{n:08},CA,14/04/2026,Māia {n}",
        "totals": "Total,,,{n}",
    }[values]
    monkeypatch.setattr(budget, "_OFTEN", -1)
    looks = []
    for count in (1_000, 21_000):
        told: list[str] = []
        header = "Case Number,Record Type,Referral Date,Student Name"
        data = "\n".join([header, "00000009,CA,14/04/2026,b", *(made.format(n=n) for n in range(count)), ""])
        read_exports([Upload("cases.csv", data.encode())], progress=told.append)
        looks.append(len(told))
    assert looks[1] - looks[0] >= 40, "as often as the values are more"


def test_one_process_opens_all_workbooks_of_an_upload_and_another_once_it_is_gone(monkeypatch: pytest.MonkeyPatch):
    started = []
    start = workbooks._Apart._started

    def noted(apart: workbooks._Apart) -> subprocess.Popen[bytes]:
        started.append(start(apart))
        return started[-1]

    monkeypatch.setattr(workbooks._Apart, "_started", noted)
    monkeypatch.setattr(limits, "READING_BYTES", 1 << 29)
    books = {f"{n}.xlsx": workbook(n) for n in range(6)}
    exports = read_exports([Upload(name, data) for name, data in books.items()])
    assert len(exports.tables["cases"]) == 6 and len(started) == 1
    hostile = {**dict(list(books.items())[:3]), "far.xlsb": far_binary(), **dict(list(books.items())[3:])}
    exports = read_exports([Upload(name, data) for name, data in hostile.items()])
    assert len(exports.tables["cases"]) == 6 and len(started) == 3
    assert list(exports.findings.loc[exports.findings["severity"] == BLOCKS, "file"]) == ["far.xlsb"]
    assert all(process.poll() is not None for process in started), "none is left"


def test_a_process_that_opens_a_workbook_ends_when_the_reading_is_given_up(monkeypatch: pytest.MonkeyPatch):
    started = []
    start = workbooks._Apart._started

    def stopped(apart: workbooks._Apart) -> subprocess.Popen[bytes]:
        """One that never answers."""
        monkeypatch.setattr(workbooks, "_APART", Path(os.devnull))
        started.append(start(apart))
        return started[-1]

    def give_up(told: str) -> None:
        if started:
            raise Cancelled

    monkeypatch.setattr(workbooks._Apart, "_started", stopped)
    monkeypatch.setattr(budget, "_OFTEN", -1)
    with pytest.raises(Cancelled):
        read_exports([Upload("book.xlsx", workbook(1))], progress=give_up)
    assert started[0].poll() is not None


def test_nothing_is_used_where_putting_together_takes_too_long(monkeypatch: pytest.MonkeyPatch):
    def tell(doing: str) -> None:
        if doing.startswith("Putting"):
            clock.append(10_000.0)

    clock: list[float] = [0.0]
    monkeypatch.setattr(budget, "monotonic", lambda: clock[-1])
    exports = read_exports([Upload("cases.csv", cases(1))], progress=tell)
    assert exports.tables == {} and exports.files[0].parts == ()
    assert (
        exports.findings["finding"]
        .iloc[0]
        .startswith("cases.csv was read, but the upload came to its limit of 180 sec")
    )


def test_a_member_that_is_damaged_costs_the_others_nothing():
    data = bytearray(zipped({"1.csv": cases(1, 50), "2.csv": cases(100, 50), "3.csv": cases(200, 50)}))
    second = data.index(b"2.csv") + 40
    data[second : second + 9] = b"\xff" * 9
    exports = read_exports([Upload("three.zip", bytes(data))])
    assert len(exports.tables["cases"]) == 100
    blocked = exports.findings[exports.findings["severity"] == BLOCKS]
    assert list(blocked["file"]) == ["three.zip/2.csv"] and "damaged within its zip" in blocked["finding"].iloc[0]


def test_a_cell_longer_than_any_export_has():
    data = cases(1) + b'2,CA,14/04/2026,"' + b"x" * 200_001 + b'"\n'
    exports = read_exports([Upload("long.csv", data)])
    assert "has a cell of more than 200,000 letters" in exports.findings["finding"].iloc[0]
