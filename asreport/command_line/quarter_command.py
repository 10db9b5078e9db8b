"""The command `quarter`, which makes and checks a quarter's file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from asreport.command_line.terminal import say, show
from asreport.dates import in_words
from asreport.policy.carrying_over import calendar_quarter, carried_over, newest_before
from asreport.policy.quarter import QuarterError
from asreport.policy.quarter_file import load_quarter
from asreport.policy.quarter_writing import as_toml, base_of, differences_in_words


def add_quarter_command(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `quarter --new ID [--from QUARTER] --out FILE` and `quarter --check FILE`."""
    command = commands.add_parser("quarter", help="make a quarter's file from an earlier quarter, or check one")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--new", metavar="ID", help="the quarter to make, as in q4-2026")
    what.add_argument("--check", type=Path, metavar="FILE", help="say what is wrong with a quarter's file, or differs")
    command.add_argument(
        "--from", dest="base", metavar="QUARTER", help="what to carry over; default: the newest earlier"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="where to write the new quarter")
    command.set_defaults(run=_quarter, wrong=command.error)


def _quarter(arguments: argparse.Namespace) -> int:
    if arguments.check:
        return _check(arguments.check)
    if arguments.out is None:
        arguments.wrong("--new needs --out FILE")
    start, _ = calendar_quarter(arguments.new)
    earlier = load_quarter(arguments.base) if arguments.base else newest_before(start)
    quarter = carried_over(earlier, arguments.new)
    content = as_toml(quarter).encode()  # before there is a file, which may be one of those that this reads
    with arguments.out.open("xb") as file:  # what somebody has written there may be a letter's worth of work
        file.write(content)
    show(str(arguments.out))
    for sentence in quarter.cautions:
        show(sentence)
    return 0


def _check(path: Path) -> int:
    try:
        quarter = load_quarter(path)
    except QuarterError as error:
        for line in str(error).splitlines():
            say(line)
        return 2
    base = base_of(quarter)
    if base == quarter and quarter.extends:  # the file of a quarter that comes with asreport
        base = load_quarter(quarter.extends[0])
    period = f"{in_words(quarter.period.start)} to {in_words(quarter.period.end)}"
    show(f"{quarter.name}, {period}: nothing is wrong with it.")
    if base:
        sentences = differences_in_words(base, quarter)
        show(f"What differs from {base.name}:" if sentences else f"It is the same as {base.name}.")
        for sentence in sentences:
            show(f"- {sentence}")
    return 0
