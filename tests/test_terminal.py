"""What a terminal and its streams may do to the command line: names that hold its codes, streams closed, full or
broken, and Ctrl-C before it has begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from conftest import ROOT

from asreport.command_line.cli import main
from asreport.command_line.terminal import printable

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shells of POSIX")
EVIL = "zq\x1b[31m\u202ezq\u200b\x9b2J\n.csv"
WHOLE = {"attainment.csv", "case-results.csv", "exceptions.xlsx", "findings.csv", "receipt.json"}


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of bash; `asreport` in it is the command line. The status is that of the first part that failed."""
    script = f'set -o pipefail; asreport() {{ "{sys.executable}" -m asreport "$@"; }}; {line}'
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    run = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, errors="surrogateescape", timeout=120,
        env=kept | environment,
    )  # fmt: skip
    for told in (run.stdout, run.stderr):
        assert "Traceback" not in told and "Exception" not in told and "fault of asreport" not in told, told
    return run


def codes(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]


def test_what_is_printed_holds_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    export = tmp_path / EVIL
    export.write_text("Colour,Size\nred,4\n")
    out = tmp_path / f"out{EVIL}"
    attempts = (
        ["assess", str(export), "--out", str(out)],
        ["assess", str(tmp_path / f"none{EVIL}"), "--out", str(out)],
        ["assess", str(export), "--out", str(out), "--settings", str(export)],
        ["assess", str(export), "--out", str(out), f"--{EVIL}"],
        ["assess", str(export), "--out", str(export)],
        ["measures", "--quarter", EVIL],
        ["measures", "--quarter", f"{EVIL}.toml"],
        ["sample", "--out", str(out)],
    )
    for arguments in attempts:
        try:
            main(arguments)
        except SystemExit as ended:
            assert ended.code == 2
        printed = capsys.readouterr()
        assert "zq\\x1b[31m" in printed.out + printed.err, "it is named, so that one can find it"
        assert codes(printed.out + printed.err) == []
        forged = [line for line in (printed.out + printed.err).splitlines() if line.startswith(".csv")]
        assert not forged or "--quarter" in arguments, "a name stays on its line"


def test_what_is_printed_otherwise_stands_as_it_is():
    assert printable("Whānau – 3 July 2026 “ākonga”\u00a0…") == "Whānau – 3 July 2026 “ākonga”\u00a0…"
    assert printable("a\nb\tc\ud800") == "a\\nb\\tc\\ud800"


def test_a_quarter_with_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "own.toml"
    file.write_text('extends = "q2-2026"\nid = "own"\nname = "Own \\u001b[31m"\nsource = "A \\u202e source"\n', "utf-8")
    assert main(["measures", "--quarter", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "Own \\x1b[31m" in printed and codes(printed) == []


@pytest.mark.parametrize(
    ("line", "status", "sentence"),
    [
        ("asreport measures >&-", 0, ""),
        ("asreport measures 2>&-", 0, ""),
        ("asreport measures <&- >&- 2>&-", 0, ""),
        ("asreport --help >&-", 0, ""),
        ("asreport nonsense 2>&-", 2, ""),
        ("asreport assess none.csv --out none >&- 2>&-", 2, ""),
        ("asreport measures | head -1", 0, ""),
        ("asreport measures | true", 0, ""),
        ("asreport nonsense 2>&1 | true", 2, ""),
        ("asreport measures >/dev/full", 1, "Stopped: what it prints could not be written"),
        ("asreport --help >/dev/full", 1, "Stopped: what it prints could not be written"),
        ("asreport measures 2>/dev/full", 0, ""),
        ("asreport nonsense 2>/dev/full", 2, ""),
        ("asreport measures --quarter none 2>/dev/full", 2, ""),
        ("asreport measures >/dev/full 2>/dev/full", 1, ""),
    ],
)
def test_streams_that_are_closed_full_or_broken(line: str, status: int, sentence: str):
    run = shell(line)
    assert run.returncode == status and run.stderr.startswith(sentence) and run.stderr.count("\n") == bool(sentence)


@pytest.mark.parametrize("streams", [">&- 2>&- <&-", "2>&1 | true", "2>/dev/full", "2>&1 | head -1"])
def test_the_files_are_whole_whatever_becomes_of_what_is_printed(clean_folder: Path, tmp_path: Path, streams: str):
    run = shell(f"asreport assess {clean_folder}/* --out {tmp_path}/out {streams}")
    assert run.returncode == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == WHOLE
    shell(f"asreport assess {clean_folder}/* --out {tmp_path}/plain")
    for name in WHOLE:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes(), (
            "nothing printed in it"
        )


def test_a_stream_that_has_no_macrons():
    run = shell("asreport measures", PYTHONIOENCODING="ascii")
    assert run.returncode == 0 and "Initial wh?nau meeting" in run.stdout


@pytest.mark.parametrize("module", ["numpy", "pandas", "pyarrow", "pydantic"])
def test_ctrl_c_while_it_is_still_imported(tmp_path: Path, module: str):
    """Pressed while this library is being imported, which a stand-in does for it."""
    (tmp_path / f"{module}.py").write_text(
        "import os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    sum(range(1000))\n"
        "except BaseException as error:\n    raise ImportError('as libraries say it') from error\n"
    )
    run = shell("asreport measures", PYTHONPATH=str(tmp_path))
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "Stopped.\n")


def test_ctrl_c_that_the_shell_ignores_is_ignored(tmp_path: Path):
    """As of a job in the background."""
    (tmp_path / "sitecustomize.py").write_text("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n")
    (tmp_path / "numpy.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise SystemExit(7)\n")
    assert shell("asreport --version", PYTHONPATH=str(tmp_path)).returncode == 7, "it went on"


def test_ctrl_c_where_asreport_is_not_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is the program's own then."""
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
    monkeypatch.setattr("asreport.command_line.cli.write_together", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["sample", "--out", str(tmp_path)]) == 130
