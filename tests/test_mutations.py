"""The runner of mutations makes mutations that can be read, one at a time, and of what runs alone."""

from __future__ import annotations

import ast
import tomllib

import pytest
from conftest import ROOT

from tools.mutations import mutations_of

PYTHON = '''"""Not 1 of these."""
import re


@once(2)
def first(most: Literal[3], *, strict: bool = True) -> Literal[4]:
    """Nor 5."""
    assert most > 6
    if not most <= 7 and strict:
        return f"{8}"
    kept = [one for one in (min(most, 9), "a") if one in {"b", "c"}]
    return swap(kept, most)
'''

TOML = """# a comment of 1
[a.table-2]
target = 80  # 3
start = 2026-04-01
held = true
words = ["one", "two"]
choices = { "day 0" = "the start day", other = "another" }
explanation = "A sentence of 4 words."
"""


def changes(path: str, source: str) -> set[tuple[str, str]]:
    found = mutations_of(path, source.encode())
    for mutation in found:
        changed = mutation.applied_to(source.encode()).decode()
        assert changed != source
        ast.parse(changed) if path.endswith(".py") else tomllib.loads(changed)
    return {(mutation.before, mutation.after) for mutation in found}


def test_of_python_what_runs_is_changed_and_nothing_else() -> None:
    assert changes("x.py", PYTHON) == {
        ("not most <= 7 and strict", "(not (not most <= 7 and strict))"),
        ("not most <= 7 and strict", "((not most <= 7) or (strict))"),
        ("not most <= 7", "(most <= 7)"),
        ("most <= 7", "(most < 7)"),
        ("7", "(7 + 1)"),
        ("7", "(7 - 1)"),
        ("min", "max"),
        ("9", "(9 + 1)"),
        ("9", "(9 - 1)"),
        ('one in {"b", "c"}', "(not (one in {'b', 'c'}))"),
        ('one in {"b", "c"}', "(one not in {'b', 'c'})"),
        ('{"b", "c"}', "{'b'}"),
        ('{"b", "c"}', "{'c'}"),
        ("swap(kept, most)", "swap(most, kept)"),
        (PYTHON.partition('5."""')[2].partition("\n    if")[0].strip(), "return None"),
    }


def test_of_toml_values_are_changed_but_no_name_comment_or_sentence() -> None:
    assert changes("x.toml", TOML) == {
        ("80", "81"), ("80", "79"), ("2026-04-01", "2026-03-31"), ("2026-04-01", "2026-04-02"), ("true", "false"),
        ('"one"', '"onezq"'), ('"two"', '"twozq"'), ('"one", ', ""), (', "two"', ""),
        ('"the start day"', '"the start dayzq"'), ('"another"', '"anotherzq"'),
    }  # fmt: skip


@pytest.mark.parametrize("path", ["asreport/importing/export_words.toml", "asreport/assessing/attainment.py"])
def test_a_file_of_the_library_has_many_that_can_be_read(path: str) -> None:
    source = (ROOT / path).read_bytes()
    found = mutations_of(path, source)
    assert len(found) > 50
    for mutation in found[:: len(found) // 40]:
        changed = mutation.applied_to(source).decode()
        ast.parse(changed) if path.endswith(".py") else tomllib.loads(changed)
