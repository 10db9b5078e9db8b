"""Look for settings, quarters' files and subjects that break asreport or make it hang. See CONTRIBUTING.md.

    python fuzz/settings_and_subjects.py --seconds 3600
    python fuzz/settings_and_subjects.py --only subjects --seed 7

Each input is drawn from a number, given with what it broke, so that it can be drawn again with --seed. An input that
takes more than 10 seconds of processor time is a hang: where it hangs is printed, and the run ends, as it does at a
fault. At the end of a run without either stands the number of inputs tried.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import anything  # noqa: E402
from watchdog import Hang, limited_to  # noqa: E402

import asreport  # noqa: E402
from asreport.assessing.subjects import classify, other_subjects  # noqa: E402
from asreport.handing_out.pseudonyms import pseudonyms, tables_with_pseudonyms  # noqa: E402
from asreport.policy import bounds  # noqa: E402
from asreport.policy.provider_settings import FIELDS, MEANINGS, Settings, SettingsError, is_settings, read_settings  # noqa: E402

A_CASE = 10  # seconds
QUARTER = asreport.load_quarter("q2-2026")
OWN = [subject.name for subject in QUARTER.subjects.values()]
LETTERS = [
    "ā",
    "Ē",
    "a",
    "A",
    "?",
    "\ufffd",
    "\u0080",
    "Ä\u0081",
    "Ã¢â‚¬",
    "\u0304",
    "\u0300\u0316",
    " ",
    "/",
    "ß",
    "ﬁ",
    "한",
]
LETTERS += [
    "(",
    "[",
    "\\",
    "*",
    "+",
    "|",
    "^",
    "$",
    ".",
    "\n",
    "\x00",
    "\u200b",
    "İ",
    "ﷺ",
    "😀",
    "0",
    "-",
    "mon",
    "initial ",
]
WORDS = ["Case Number", "Subject", "Referral Date", "Intake Queue", "school", "meeting", "whānau", "CA", "yes", "Event"]
LENGTHS = [0, 1, 2, 5, 30, 60, bounds.MAX_NAME - 1, bounds.MAX_NAME, bounds.MAX_NAME + 1, 4_000]


def a_text(draw: random.Random) -> str:
    """A subject, an odd value, or a few letters over and over."""
    kind = draw.randrange(5)
    if kind == 0:
        return draw.choice([*WORDS, *OWN])
    if kind == 1:
        return damaged(draw.choice(OWN), draw)
    if kind == 2:
        return str(draw.choice(anything._ODD))
    some = draw.sample(LETTERS, draw.randrange(1, 4))
    return "".join(draw.choice(some) for _ in range(draw.choice(LENGTHS)))


def damaged(text: str, draw: random.Random) -> str:
    """A text with some of its letters lost or changed on the way."""
    return "".join(letter if draw.randrange(4) else draw.choice(["", letter * 2, *LETTERS]) for letter in text)


def plain_data(draw: random.Random, deep: int = 0) -> Any:
    """Anything that JSON can hold."""
    kind = draw.randrange(9 if deep < 4 else 6)
    if kind < 4:
        return a_text(draw)
    if kind < 6:
        return draw.choice([None, True, 0, -1, 1e308, 10**30, 10**4000, [], {}])
    if kind == 6:
        return {a_text(draw): plain_data(draw, deep + 1) for _ in range(draw.randrange(5))}
    return [plain_data(draw, deep + 1) for _ in range(draw.randrange(5))]


def settings_data(draw: random.Random) -> dict[str, Any]:
    """Settings, mostly such as may be read."""
    many = draw.choice([1, 1, 3, 20, 60, 600])

    def texts() -> list[str]:
        return [a_text(draw) for _ in range(draw.randrange(many + 1))]

    def match() -> dict[str, Any]:
        tables = draw.choice([{}, {table: {} for table in draw.choice([("cases",), ("events",), ("cases", "events")])}])
        named = {table: {field: a_text(draw) for field in draw.sample(FIELDS[table], 3)} for table in tables}
        return {"headers": texts() or ["Subject"], "tables": named}

    data: dict[str, Any] = {"format": "asreport settings 1"}
    if draw.randrange(2):
        data["subjects"] = {draw.choice(["school", "whanau", "other"]): texts() for _ in range(2)}
    if draw.randrange(2):
        data["queues"] = texts()
    if draw.randrange(2):
        data["values"] = {field: dict.fromkeys(texts(), draw.choice(to)) for field, to in MEANINGS.items()}
    if draw.randrange(2):
        data["matches"] = [match() for _ in range(draw.randrange(1, 4))]
    if not draw.randrange(4):
        data[draw.choice([*data, a_text(draw)])] = plain_data(draw)
    return data


def settings_file(draw: random.Random) -> bytes:
    """A settings file, of which a few have had something done to them."""
    data = json.dumps(settings_data(draw), ensure_ascii=bool(draw.randrange(2))).encode("utf-8", errors="replace")
    return data if draw.randrange(5) else anything.mangled(data, draw)


def events_file(subjects: list[str], draw: random.Random) -> bytes:
    """Cases and their events, with these subjects."""
    header = "Case Number,Case Type,Referral Date,Case Owner,Student Name,Subject,Event Date,Task/Event\n"
    rows = [
        [str(n % 5), "CA", "14/04/2026", a_text(draw), a_text(draw), subject, "15/04/2026", "Event"]
        for n, subject in enumerate(subjects)
    ]
    return (header + "".join(",".join(map(anything._quoted, row)) + "\n" for row in rows)).encode(errors="replace")


def try_settings(draw: random.Random) -> None:
    """A settings file is taken or refused in one short sentence, and what is taken can be saved and read again."""
    data = settings_file(draw)
    is_settings(data)
    try:
        taken = read_settings(data)
    except SettingsError as refused:
        assert len(str(refused)) < 500 and str(refused).isprintable(), "one short sentence"
        return
    assert read_settings(taken.to_json()) == taken
    assert taken.and_then(taken).matches == taken.and_then(Settings()).and_then(taken).matches
    _ = taken.applied_to(QUARTER).departures


def try_subjects(draw: random.Random) -> None:
    """Accepted subjects are found among subjects, the very one always, in time."""
    accepted = [text for text in (a_text(draw) for _ in range(draw.choice([1, 3, 50]))) if text.strip()]
    accepted = [text[: bounds.MAX_NAME] for text in accepted][: bounds.MAX_ACCEPTED]
    texts = [damaged(draw.choice([*accepted, *OWN]), draw) for _ in range(20)] + [a_text(draw) for _ in range(20)]
    subjects = pd.Series([text for text in [*OWN, *texts] if text], dtype="str")
    quarter = Settings(subjects={"school": accepted}).applied_to(QUARTER)
    found = classify(subjects, quarter)
    assert found["school"][0][0] and found["whanau"][0][1], "the quarter's own are found whatever is accepted"
    other_subjects(subjects, quarter)


def try_together(draw: random.Random) -> None:
    """Settings dropped in with exports, names shown and hidden."""
    data = settings_data(draw)
    named = data.get("subjects")
    accepted = (
        [text for texts in named.values() if isinstance(texts, list) for text in texts]
        if isinstance(named, dict)
        else []
    )
    events = events_file([damaged(str(text), draw) for text in [*accepted[:20], *OWN]], draw)
    files = [("own.json", json.dumps(data).encode()), ("events.csv", events)]
    if not draw.randrange(3):
        files += [anything.built(draw), ("more.json", settings_file(draw))]
    exports = anything.check(*files)
    result = asreport.assess(exports.tables, exports.settings.applied_to(QUARTER), anything.AS_AT)
    asreport.receipt(exports, result)
    if "cases" in exports.tables:
        tables_with_pseudonyms(exports.tables, pseudonyms(exports.tables["cases"], b"secret"))


def try_quarter(draw: random.Random) -> None:
    """A quarter's file is taken or refused in sentences."""
    lines = ['extends = "q2-2026"']
    for _ in range(draw.randrange(1, 6)):
        table = draw.choice(
            ["", "[subjects.school]", "[resemblance]", "[measures.student-plan]", "[period]", "[readings.x]"]
        )
        key = draw.choice(["name", "who", "first", "section", "target", "start", "title", '"a"', ".".join("a" * 50)])
        lines += [table, f"{key} = {toml_value(draw)}"]
    content = "\n".join(lines).encode(errors="replace")
    if not draw.randrange(3):
        content = anything.mangled(content, draw)
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(content)
        file.flush()
        try:
            asreport.load_quarter(Path(file.name))
        except asreport.QuarterError as refused:
            assert len(str(refused)) < 20_000, "short sentences"


def toml_value(draw: random.Random) -> str:
    """A value of TOML, well formed or not."""
    value = plain_data(draw)
    return draw.choice(["2026-04-01", "1e9", "0x" + "f" * 5_000, json.dumps(value), json.dumps(value), "[" * 5_000])


TARGETS: dict[str, Callable[[random.Random], None]] = {
    "settings": try_settings, "subjects": try_subjects, "together": try_together, "quarter": try_quarter,
}  # fmt: skip


def main() -> int:
    """Try inputs until the time is over; 1 at a fault or a hang."""
    parser = argparse.ArgumentParser(description="Look for settings and subjects that break asreport or make it hang.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=TARGETS)
    parser.add_argument("--seed", type=int, help="the one input to try")
    arguments = parser.parse_args()
    targets = [arguments.only] if arguments.only else list(TARGETS)
    first = random.SystemRandom().randrange(1 << 40) if arguments.seed is None else arguments.seed
    end, tried = time.monotonic() + arguments.seconds, 0
    while time.monotonic() < end and not (tried and arguments.seed is not None):
        seed, target = first + tried, targets[(first + tried) % len(targets)]
        print(f"\r{target}: --only {target} --seed {seed}", end="", file=sys.stderr, flush=True)
        try:
            with limited_to(A_CASE):
                TARGETS[target](random.Random(seed))
        except BaseException as fault:
            what = f"takes more than {A_CASE} seconds" if isinstance(fault, Hang) else "breaks"
            print(f"\n{target} {what}: python fuzz/settings_and_subjects.py --only {target} --seed {seed}", flush=True)
            raise
        tried += 1
    print(f"\n{tried:,} inputs tried, {', '.join(targets)}: no fault, and no hang of {A_CASE} seconds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
