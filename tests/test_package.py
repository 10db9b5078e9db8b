"""asreport as a library: the wheel that is made of it, and what comes with it."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

import asreport

EVERY_MODULE = """
import pkgutil, sys
import asreport
names = [module.name for module in pkgutil.walk_packages(asreport.__path__, "asreport.")]
for name in names:
    if name != "asreport.__main__":
        __import__(name)
print(asreport.__file__, len(names))
print(*sorted({"streamlit", "altair", "starlette", "openpyxl", "ui", "pages"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made by the backend that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs, and the command as an installer writes it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (points,) = folder.glob("*.dist-info/entry_points.txt")
    parser = configparser.ConfigParser()
    parser.read_string(points.read_text("utf-8"))
    module, _, function = parser["console_scripts"]["asreport"].partition(":")
    (folder / "bin").mkdir()
    (folder / "bin" / "asreport").write_text(
        f"import sys\nfrom {module} import {function}\nif __name__ == '__main__':\n    sys.exit({function}())\n"
    )
    return folder


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a folder outside the repository, where asreport is what the wheel installs."""
    command = [sys.executable, "-W", "error::ImportWarning", *arguments]
    environment = {"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_every_file_of_the_library_is_in_the_wheel(wheel: Path):
    files = [path for path in (ROOT / "asreport").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {".py", ".toml"} <= {path.suffix for path in files}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {path.relative_to(ROOT).as_posix() for path in files}


def test_the_version_is_the_librarys(wheel: Path):
    assert wheel.name.split("-")[1] == asreport.__version__


def test_no_page_is_imported_with_the_library(installed: Path, tmp_path: Path):
    done = run(installed, tmp_path, "-c", EVERY_MODULE)
    assert done.returncode == 0, done.stderr
    where, others = done.stdout.splitlines()
    assert where.startswith(str(installed / "asreport")) and int(where.split()[1]) > 50
    assert others == "", "neither the pages nor what they are made with"


def test_the_command_from_sample_to_result(installed: Path, tmp_path: Path):
    command = str(installed / "bin" / "asreport")
    sample = run(installed, tmp_path, command, "sample", "--out", "exports", "--cases", "200")
    assert sample.returncode == 0, sample.stderr
    exports = [str(path) for path in sorted((tmp_path / "exports").iterdir())]
    done = run(installed, tmp_path, command, "assess", *exports, "--out", "result")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "result").iterdir())) == 5 and "Initial school meeting" in done.stdout
    assert run(installed, tmp_path, command, "quarter", "--new", "q4-2026", "--out", "q4.toml").returncode == 0
    assert 'extends = "' in (tmp_path / "q4.toml").read_text("utf-8")
    wrong = run(installed, tmp_path, command, "assess")
    assert wrong.returncode == 2 and wrong.stderr.startswith("usage: asreport assess "), "as it was called"


def test_ctrl_c_while_the_command_is_still_imported(installed: Path, tmp_path: Path):
    (tmp_path / "numpy.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nsum(range(1000))\n")
    environment = {"PYTHONPATH": f"{tmp_path}:{installed}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, str(installed / "bin" / "asreport"), "measures"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


def test_a_quarter_is_added_as_contributing_says(installed: Path, tmp_path: Path):
    """To a copy of the library: one file in the folder of the quarters, written by the command and then altered."""
    shutil.copytree(installed / "asreport", tmp_path / "asreport")
    path = "asreport/policy/quarters/q4-2026.toml"
    new = run(tmp_path, tmp_path, "-m", "asreport", "quarter", "--new", "q4-2026", "--out", path)
    assert new.returncode == 0, new.stderr
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    example = guide.partition('       extends = "q2-2026"\n')
    lines = [line[7:] for line in "".join(example[1:]).partition("\n   A `clock`")[0].split("\n")]
    (tmp_path / path).write_text("\n".join(lines), "utf-8")
    checked = run(tmp_path, tmp_path, "-m", "asreport", "quarter", "--check", path)
    assert checked.returncode == 0 and "nothing is wrong with it.\nWhat differs from Quarter 2, 2026:" in checked.stdout
    measures = run(tmp_path, tmp_path, "-m", "asreport", "measures", "--quarter", "q4-2026").stdout
    assert "school-meeting-5: Initial school meeting within 7 business days (target 85%)" in measures
    assert "migrated-nen-enrolled" not in measures
