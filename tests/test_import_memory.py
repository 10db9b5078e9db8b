"""Nothing of what was read stays in the process once what came of it is let go of."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Iterator
from datetime import date

from asreport import assess, load_quarter, read_exports
from asreport.importing.import_memory import once_a_text, one_reading
from asreport.policy.provider_settings import Settings

NAME = "Qyxzwvu"  # in no text of asreport's; and put together below, as this file is in memory too
EXPORT = """Case Number,Record Type,Referral Date,Case Owner,Student Name,{n}a
00000001,CA,4/05/2026,{n}b,{n}c,{n}d
00000002,CA,{n}e,{n}f,{n}g,{n}h
00000003,{n}i,6/05/2026 10:15 {n}j,{n}k,{n}l,{n}m
"""


def export(name: str, text: str) -> io.BytesIO:
    stream = io.BytesIO(text.encode())
    stream.name = name
    return stream


def held() -> Iterator[str]:
    """Every text that anything in the process holds."""
    gc.collect()
    seen, waiting = {id(sys._getframe())}, gc.get_objects()
    seen.add(id(waiting))
    while waiting:
        one = waiting.pop()
        for other in gc.get_referents(one):
            if isinstance(other, str):
                yield other
            elif id(other) not in seen and isinstance(other, dict | list | tuple | set | frozenset):
                seen.add(id(other))
                waiting.append(other)


def named(stem: str) -> set[str]:
    return {text for text in held() if text.lower().startswith(stem.lower()) and text != stem}


def test_no_cache_keeps_what_was_read() -> None:
    stem = NAME[:5] + "0"  # looked for by its start alone, so that no text of the test is found
    exports = read_exports([export("cases.csv", EXPORT.format(n=stem + NAME[5:]))], settings=Settings())
    result = assess(exports.tables, load_quarter("q2-2026"), as_at=date(2026, 7, 6))
    assert len(result.cases) == 3
    assert named(stem), "while the result is there, so are its texts"
    del exports, result
    assert not named(stem)


def test_a_text_is_worked_out_once_in_a_reading_and_again_in_the_next() -> None:
    asked: list[str] = []
    upper = once_a_text(lambda text: asked.append(text) or text.upper())
    for _ in range(2):
        with one_reading():
            assert [upper(text) for text in "aba"] == ["A", "B", "A"]
    assert asked == ["a", "b", "a", "b"]
    assert upper("a") == upper("a") == "A"
    assert asked[4:] == ["a", "a"], "outside a reading nothing is kept"
