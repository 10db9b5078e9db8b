"""The rooms of the house: what each may import. Read from the files as they stand, so that nothing need be kept by hand
but the order of the rooms."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

# From the ground up. A room imports what stands below it, and nothing of its own level.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("tables", "business_days", "dates", "frozen", "mojibake", "program", "version"),
    ("evidence",),
    ("policy",),
    ("words",),
    ("importing", "assessing"),
    ("analysing",),
    ("handing_out",),
    ("sample", "worked"),
    ("asreport",),  # the package itself: what a user of the library finds in it
    ("command_line",),
    ("__main__",),
    ("ui",),
    ("pages",),
    ("app",),
)
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}

FILES = sorted(
    path for folder in ("asreport", "ui", "pages") for path in (ROOT / folder).rglob("*.py") if path.is_file()
) + [ROOT / "app.py"]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in FILES}


def room_of(module: str) -> str:
    """The room a module stands in: a folder of `asreport`, a file beside them, or `ui`, `pages`, `app`."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] or top if top == "asreport" else top


def imports_of(source: str) -> Iterator[str]:
    """Every module that a file imports, in functions too, and for the type checker alone too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path, so that it can be seen where they lead"
            whole = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in MODULES else str(node.module) for name in whole)


def is_own(module: str) -> bool:
    return module.partition(".")[0] in ("asreport", "ui", "pages", "app")


def upward(module: str, source: str) -> list[str]:
    """What a module imports that stands no lower than itself, outside its own room."""
    room = room_of(module)
    return [
        name
        for name in imports_of(source)
        if is_own(name) and room_of(name) != room and LEVEL[room_of(name)] >= LEVEL[room]
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_leads_upward(path: Path):
    module = module_of(path)
    assert room_of(module) in LEVEL, "a new room gets its place among the levels"
    assert not upward(module, path.read_text("utf-8"))


def test_an_import_that_leads_upward_is_noticed():
    assert upward("asreport.evidence.plan", "def f():\n    from asreport.policy.quarter import Quarter") == [
        "asreport.policy.quarter"
    ]
    assert upward("asreport.assessing.verdict", "from asreport.importing import findings") == [
        "asreport.importing.findings"
    ], "nor sideways"
    assert upward("asreport.handing_out.receipt", "import asreport") == ["asreport"]
    assert upward("ui.session", "from pages import upload") == ["pages.upload"]
    assert not upward("asreport.policy.quarter", "from asreport.policy import bounds\nfrom asreport import evidence")


def test_every_room_is_there():
    assert {room_of(module) for module in MODULES} == set(LEVEL)


def imported_by(*folders: str) -> set[str]:
    """The libraries of others that the files of these folders import."""
    own = [path for path in FILES if path.relative_to(ROOT).parts[0] in folders]
    tops = {name.partition(".")[0] for path in own for name in imports_of(path.read_text("utf-8"))}
    return {name for name in tops if not is_own(name) and name not in sys.stdlib_module_names}


def distributions(requirements: list[str]) -> set[str]:
    """The names of what is required, as modules are called."""
    plain = [line.partition(">")[0].partition("[")[0].strip() for line in requirements]
    return {name.lower().replace("-", "_") for name in plain}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
APP = PROJECT["optional-dependencies"]["app"]


def test_the_library_asks_for_what_it_imports_and_no_more():
    assert imported_by("asreport") == distributions(PROJECT["dependencies"])
    assert not imported_by("asreport") & {"streamlit", "altair", "starlette"}


def test_the_app_asks_for_what_it_imports_besides():
    streamlits_own = {"starlette"}  # what Streamlit serves with, and asks for itself
    besides = imported_by("ui", "pages", "app.py") - distributions(PROJECT["dependencies"]) - streamlits_own
    assert besides == distributions(APP)


def test_the_requirements_are_the_same():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    required = [line for line in lines if line and not line.startswith("#")]
    assert sorted(required) == sorted([*PROJECT["dependencies"], *APP])


def test_the_picture_in_the_readme_shows_every_room_in_its_order():
    picture = (ROOT / "README.md").read_text("utf-8").partition("## Where things are")[2]
    named = [line.split("  ")[0] for line in (raw.strip() for raw in picture.splitlines() if raw.startswith("    "))]
    paths = [path.strip() for entry in named for path in entry.split(",")]
    rooms = [path.removesuffix("/").removesuffix(".toml").removesuffix(".py") for path in paths]
    levels = [LEVEL[room] for room in rooms if room in LEVEL and room != "asreport"]
    assert levels == sorted(levels), "from the ground up"
    beside = {"business_days", "dates", "frozen", "mojibake", "program", "version", "__main__"}
    assert set(LEVEL) - set(rooms) == beside, "every folder is in the picture"
    assert len(named) <= 22, "it is seen at one look"
    inside = {path for path in paths if (ROOT / "asreport" / path).exists()}
    assert all((ROOT / path).exists() or path in inside | {".py"} for path in paths)
