"""What happens when the machine fails: a full disk, a killed process, a clock put back, a file that changes while read.

What is expected of each is written down in docs/staying-up.md.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from browsing import EXCEPTIONS, ROOT, UPLOAD, download, go, heading, served, upload
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

import asreport
from asreport.command_line import cli
from asreport.command_line.cli import main
from asreport.importing import workbooks

RESULTS = {"attainment.csv", "case-results.csv", "exceptions.xlsx", "findings.csv", "receipt.json"}


def assess(sources: Path, out: Path, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "asreport", "assess", *map(str, sorted(sources.iterdir())), "--out", str(out)]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stderr=subprocess.PIPE, **{"stdout": subprocess.DEVNULL, **options}
    )  # type: ignore[call-overload]


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    """The status and the last line, which must say what is wrong in a sentence."""
    _, told = run.communicate(timeout=120)
    assert "Traceback" not in told and "Exception" not in told, told
    return run.returncode, told.strip().splitlines()[-1]


# A full disk


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_what_cannot_be_written_whole_is_not_there(sample_folder: Path, tmp_path: Path) -> None:
    status, told = ended(assess(sample_folder, tmp_path, preexec_fn=_small_files))
    assert status == 1 and told.startswith("The result was not written: case-results.csv"), told
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_result_of_the_run_before(sample_folder: Path, tmp_path: Path) -> None:
    for name in RESULTS:
        (tmp_path / name).write_text("of the run before")
    status, _ = ended(assess(sample_folder, tmp_path, preexec_fn=_small_files))
    assert status == 1
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(RESULTS, "of the run before")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_where_the_printed_goes(sample_folder: Path, tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        status, told = ended(assess(sample_folder, tmp_path, stdout=full))
    assert status == 1 and told.startswith("Stopped: what it prints could not be written"), told
    assert {file.name for file in tmp_path.iterdir()} == RESULTS, "the files were whole before"


@pytest.fixture
def no_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process started now fails where it makes a temporary file, as it would in a full or read-only directory."""
    folder = tmp_path / "no-temporary-files"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import tempfile\ntempfile.tempdir = '/proc/none'\n")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")
    tried = subprocess.run([sys.executable, "-c", "import tempfile; tempfile.TemporaryFile()"], capture_output=True)
    assert tried.returncode == 1, "nothing can be written"


def test_the_command_line_makes_no_temporary_file(
    sample_folder: Path, tmp_path: Path, no_temporary_files: None
) -> None:
    status, told = ended(assess(sample_folder, tmp_path / "out"))
    assert status == 0, told
    assert {file.name for file in (tmp_path / "out").iterdir()} == RESULTS


def test_the_app_makes_no_temporary_file_and_once_killed_the_page_says_so(
    browser: Browser, sample_folder: Path, tmp_path: Path, no_temporary_files: None
) -> None:
    sources = Path(shutil.copytree(sample_folder, tmp_path / "sources"))
    with next(sources.glob("*.csv")).open("ab") as stream:
        stream.write(b"\n" * 3_000_000)  # from a megabyte on, an upload would go to a temporary file
    with served(tmp_path / "log.txt") as server:
        page = browser.new_page()
        page.goto(server.address)
        expect(heading(page, UPLOAD)).to_be_visible()
        upload(page, sources)
        go(page, EXCEPTIONS)
        assert len(download(page, "Download all", ".xlsx")) > 1000
    expect(page.get_by_role("dialog", name="Connection error")).to_be_visible()
    page.close()


# A killed process


def test_the_process_that_opens_workbooks_is_killed(sample_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    apart = sample_folder.parent / "killed.py"
    apart.write_text(killed)
    monkeypatch.setattr(workbooks, "_APART", apart)
    exports = asreport.read_exports(sorted(sample_folder.iterdir()))
    books = [file for file in sample_folder.iterdir() if file.suffix == ".xlsx"]
    assert books, "the sample holds a workbook"
    for book in books:
        told = exports.findings.loc[exports.findings["file"] == book.name, "finding"]
        assert told.str.contains("too large to read safely").any()
    assert len(exports.tables) >= 1, "the other files were read"


def test_killed_while_writing_no_file_looks_whole(sample_folder: Path, tmp_path: Path) -> None:
    """Killed when the first file is being written, by what no program can heed: until all are, none has its name.

    Of the signals that it can heed, test_all_or_none.py says what is left: nothing.
    """
    run = assess(sample_folder, tmp_path)
    until = time.monotonic() + 120
    while not any(tmp_path.iterdir()) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    run.kill()
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
    names = {file.name for file in tmp_path.iterdir()}
    assert names and all(name.endswith(".part") for name in names), names
    status, told = ended(assess(sample_folder, tmp_path))
    assert status == 0, told
    assert {file.name for file in tmp_path.iterdir()} == RESULTS, "the next run leaves nothing of the killed one"


# A clock that is changed


class _Clock(date):
    now = date(2026, 7, 6)

    @classmethod
    def today(cls) -> date:
        return cls.now


def test_today_is_asked_once_and_held(clean_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files that do not say when they were taken are assessed as at the day they are read, whatever the clock does
    later: over midnight, or put back, the figures on the pages stay."""
    import ui.session

    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    monkeypatch.setattr(ui.session, "date", _Clock)
    page.run()
    uploads = tuple((file.name, _undated(file)) for file in sorted(clean_folder.iterdir()))
    page.file_uploader[0].set_value([(name, content, "text/csv") for name, content in uploads]).run()
    assert page.session_state["loaded"].result.as_at == date(2026, 7, 6)
    for later in (date(2026, 7, 7), date(2026, 6, 1), date(2031, 1, 1)):
        monkeypatch.setattr(_Clock, "now", later)
        page.run()
        assert not page.exception
        assert page.session_state["loaded"].result.as_at == date(2026, 7, 6)


def _undated(file: Path) -> bytes:
    return b"\n".join(line for line in file.read_bytes().splitlines() if not line.startswith(b"Generated"))


@pytest.mark.parametrize("today", [date(1970, 1, 1), date(2026, 1, 5), date(2026, 7, 6), date(2099, 12, 31)])
def test_a_clock_far_off_is_figures_or_a_sentence(
    today: date, clean_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "date", _Clock)
    monkeypatch.setattr(_Clock, "now", today)
    files = []
    for file in sorted(clean_folder.iterdir()):
        files.append(tmp_path / file.name)
        files[-1].write_bytes(_undated(file))
    try:
        status = main(["assess", *map(str, files), "--out", str(tmp_path / "out")])
    except SystemExit as stopped:
        status = stopped.code
    told = capsys.readouterr().err
    assert status in (0, 1, 2) and "fault of asreport" not in told and "Traceback" not in told, told


# A file that changes while it is read


@pytest.mark.parametrize("change", [
    lambda file: file.write_bytes(file.read_bytes()[:-200]),
    lambda file: os.utime(file, ns=(1, 1)),
    lambda file: file.unlink(),
    lambda file: (shutil.copy(file, file.with_suffix(".new")), file.with_suffix(".new").replace(file)),
])  # fmt: skip
def test_a_file_that_changes_while_it_is_read(
    change: Callable[[Path], object],
    clean_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sources = Path(shutil.copytree(clean_folder, tmp_path / "exports"))
    victim = sources / "clean-cases.csv"
    read, out = asreport.read_exports, tmp_path / "out"

    def read_while_it_changes(*arguments: object, **options: object) -> asreport.Exports:
        exports = read(*arguments, **options)  # type: ignore[arg-type]
        changing = threading.Thread(target=change, args=(victim,))
        changing.start()
        changing.join()
        return exports

    monkeypatch.setattr(asreport, "read_exports", read_while_it_changes)
    assert main(["assess", *map(str, sorted(sources.iterdir())), "--out", str(out)]) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == "Nothing was assessed: clean-cases.csv changed while it was read. Wait until it is whole."
    assert list(out.iterdir()) == []


def test_a_folder_in_place_of_a_file(clean_folder: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "asreport", "assess", str(clean_folder), "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 2 and "Traceback" not in run.stderr
