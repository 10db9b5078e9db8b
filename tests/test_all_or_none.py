"""Files of one run are written all or none, readable by nobody else meanwhile, and a signal leaves no part of them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from asreport.command_line.all_or_none import NotWritten, write_together
from asreport.command_line.cli import main

NEW = {"a.csv": b"new a", "b.csv": b"new b", "c.csv": b"new c"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_all_of_them_and_nothing_else(tmp_path: Path):
    (tmp_path / "a.csv").write_text("old a")
    (tmp_path / "b.csv.part").write_text("of a run that was killed")
    (tmp_path / "c.csv.before.part").write_text("of a run that was killed")
    assert write_together(tmp_path, NEW.items()) == [tmp_path / name for name in NEW]
    assert files_of(tmp_path) == NEW


def test_one_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path: Path):
    """As a file that is open in Excel on Windows; here, what stands in the way is a folder."""
    old = {"a.csv": b"old a", "c.csv": b"old c"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(NotWritten, match=r"^The result was not written: b\.csv, in .*close it there and try again\.$"):
        write_together(tmp_path, NEW.items())
    assert files_of(tmp_path) == old and (tmp_path / "b.csv").is_dir()


def test_one_that_cannot_stand_aside_leaves_all_as_they_were(tmp_path: Path):
    old = {"a.csv": b"old a", "b.csv": b"old b"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "b.csv.before.part").mkdir()
    with pytest.raises(NotWritten, match=r"b\.csv, in "):
        write_together(tmp_path, NEW.items())
    assert files_of(tmp_path) == old


def test_one_that_cannot_take_its_name_leaves_all_as_they_were(tmp_path: Path):
    """The first has its name already when the second cannot get it."""
    (tmp_path / "a.csv").write_bytes(b"old a")

    def files() -> Iterator[tuple[str, bytes]]:
        yield from NEW.items()
        (tmp_path / "c.csv.part").unlink()

    with pytest.raises(NotWritten, match=r"c\.csv, in "):
        write_together(tmp_path, files())
    assert files_of(tmp_path) == {"a.csv": b"old a"}, "b.csv, which was new, is gone again"


def test_a_fault_while_they_are_made_leaves_nothing(tmp_path: Path):
    def files() -> Iterator[tuple[str, bytes]]:
        yield "a.csv", b"new a"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_together(tmp_path, files())
    assert files_of(tmp_path) == {}


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_parts_are_their_owners_alone_and_whole_files_as_the_umask_says(tmp_path: Path):
    def files() -> Iterator[tuple[str, bytes]]:
        yield "a.csv", b"new a"
        assert stat.S_IMODE((tmp_path / "a.csv.part").stat().st_mode) == 0o600

    for mask, mode in ((0o022, 0o644), (0o027, 0o640)):
        before = os.umask(mask)
        try:
            write_together(tmp_path, files())
            assert os.umask(mask) == mask
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == mode


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_no_link_is_followed(tmp_path: Path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "out"
    folder.mkdir()
    elsewhere.write_text("not ours")
    for name in ("a.csv.part", "a.csv", "b.csv.before.part"):
        (folder / name).symlink_to(elsewhere)
    (folder / "c.csv.part").symlink_to(tmp_path / "nowhere")
    write_together(folder, NEW.items())
    assert elsewhere.read_text() == "not ours" and not (tmp_path / "nowhere").exists()
    assert files_of(folder) == NEW and not [path for path in folder.iterdir() if path.is_symlink()]


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_put_there_at_the_last_moment_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    elsewhere, unlink = tmp_path / "elsewhere", Path.unlink
    elsewhere.write_text("not ours")

    def and_put_there_again(self: Path, missing_ok: bool = False) -> None:
        unlink(self, missing_ok)
        self.symlink_to(elsewhere)

    with monkeypatch.context() as quicker:
        quicker.setattr(Path, "unlink", and_put_there_again)
        with pytest.raises((NotWritten, FileExistsError)):
            write_together(tmp_path, NEW.items())
    assert elsewhere.read_text() == "not ours"


def test_the_command_line_says_which_file_to_close(sample_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    command = ["assess", *map(str, sorted(sample_folder.iterdir())), "--out", str(tmp_path)]
    assert main([*command, "--as-at", "2026-06-01"]) == 0
    (tmp_path / "exceptions.xlsx").unlink()
    (tmp_path / "exceptions.xlsx").mkdir()
    old = files_of(tmp_path)
    assert main(command) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("The result was not written: exceptions.xlsx, in ") and "close it there" in last
    assert files_of(tmp_path) == old, "none is of the new run"


def parts_of(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")] if folder.exists() else []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, -signal.SIGHUP)]
)
def test_a_signal_leaves_nothing_of_the_real_command(sample_folder: Path, tmp_path: Path, number: int, status: int):
    (tmp_path / "attainment.csv").write_text("of the run before")
    command = [sys.executable, "-m", "asreport", "assess", *map(str, sorted(sample_folder.iterdir()))]
    run = subprocess.Popen([*command, "--out", str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not parts_of(tmp_path) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    run.send_signal(number)
    _, told = run.communicate(timeout=60)
    assert run.returncode == status and "Traceback" not in told
    assert files_of(tmp_path) == {"attainment.csv": b"of the run before"}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_signal_while_names_are_taken_waits(tmp_path: Path):
    """Sent by the program to itself as the first file stands aside: the set is whole, and then the program ends."""
    program = f"""
import os, signal, sys
from pathlib import Path
from asreport.command_line.all_or_none import write_together
replace = Path.replace
def stopped_as_it_stands_aside(self, target):
    os.kill(os.getpid(), signal.SIGTERM)
    return replace(self, target)
Path.replace = stopped_as_it_stands_aside
write_together(Path({str(tmp_path)!r}), {NEW!r}.items())
print("went on")
"""
    (tmp_path / "a.csv").write_text("old a")
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == -signal.SIGTERM and run.stdout == "" and run.stderr == ""
    assert files_of(tmp_path) == NEW


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_what_is_ignored_stays_ignored(tmp_path: Path):
    """As with nohup."""
    program = f"""
import os, signal
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from asreport.command_line.all_or_none import write_together
def files():
    yield "a.csv", b"new a"
    os.kill(os.getpid(), signal.SIGHUP)
write_together(Path({str(tmp_path)!r}), files())
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60).returncode == 0
    assert files_of(tmp_path) == {"a.csv": b"new a"}
