"""The command line (interface.md): the same computation as the pages, from and to files.

Exit status: 0 assessed; 1 nothing could be assessed or written, with one line that says which file and why; 2 wrong
arguments; 130 stopped with Ctrl-C.

Names of files and cells of exports may hold what a terminal obeys: whatever is printed goes through `printable`.
"""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa

import asreport
from asreport.analysing.measure_summary import MeasureSummary, measure_summaries
from asreport.command_line.all_or_none import NotWritten, write_together
from asreport.command_line.quarter_command import add_quarter_command
from asreport.command_line.terminal import lead_nowhere, printable, say, show
from asreport.dates import in_words
from asreport.handing_out import downloads
from asreport.importing.findings import BLOCKS, named
from asreport.program import INTERRUPTED, NAME


class _NotDone(Exception):
    """Nothing was wrong with the arguments, and yet it could not be done; the message says why."""


class _Parser(argparse.ArgumentParser):
    """Its sentences quote the arguments."""

    def error(self, message: str) -> NoReturn:
        self.refuse([message])

    def refuse(self, sentences: list[str]) -> NoReturn:
        super().error("\n".join(map(printable, sentences)))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is returned. Never lets a traceback reach the user."""
    try:
        return _main(argv)
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            lead_nowhere(sys.stderr)


def _main(argv: Sequence[str] | None) -> int:
    parser = _parser()
    status = 0
    try:
        try:
            arguments = parser.parse_args(argv)
            for sentence in asreport.unusable_quarters():
                say(sentence)
            status = int(arguments.run(arguments))
        finally:
            sys.stdout.flush()  # what cannot be printed is told here, not by Python as it ends
        return status
    except (_NotDone, NotWritten) as reason:
        say(str(reason))
    except asreport.QuarterError as error:
        parser.refuse(str(error).split("\n"))
    except asreport.SettingsError as error:
        parser.error(str(error))
    except BrokenPipeError:  # who reads what it prints has read enough
        lead_nowhere(sys.stdout)
        return status
    except OSError as error:
        if error.filename is not None:
            parser.error(f"{error.filename}: {error.strerror}")
        say(f"Stopped: what it prints could not be written ({error.strerror}).")
        lead_nowhere(sys.stdout)
    except KeyboardInterrupt:
        say("Stopped.")
        return INTERRUPTED
    except Exception as error:  # whatever went wrong, its message may quote a case: only its kind is told
        say(f"asreport could not finish ({type(error).__name__}): a fault of asreport's own, please report it.")
    return 1


def _parser() -> _Parser:
    parser = _Parser(
        prog=NAME,
        description="Service level measures of the Attendance Service, from AS-CMS and ENROL exports.",
    )
    parser.add_argument("--version", action="version", version=f"asreport {asreport.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    assess = commands.add_parser("assess", help="exports in; attainment, case results, exceptions and findings out")
    assess.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="exports, in any order; a quarter's file, too"
    )
    assess.add_argument("--quarter", metavar="NAME|FILE", help="default: the one that the exports are about")
    assess.add_argument("--as-at", type=_date, metavar="D", help="the day the exports were taken, 2026-07-06")
    assess.add_argument("--period-start", type=_date, metavar="D", help="first day of the period")
    assess.add_argument("--period-end", type=_date, metavar="D", help="last day of the period")
    assess.add_argument("--settings", type=Path, metavar="FILE", help="how your exports are matched, saved on Upload")
    assess.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write the result")
    assess.set_defaults(run=_assess)

    sample = commands.add_parser("sample", help="write synthetic exports to try things with")
    sample.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    sample.add_argument("--cases", type=int, default=500, help="how many cases; default: %(default)s")
    sample.add_argument("--seed", type=int, default=1, help="the same seed gives the same files; default: %(default)s")
    sample.add_argument("--quarter", metavar="NAME|FILE", help="default: the newest whose targets are confirmed")
    sample.set_defaults(run=_sample)

    measures = commands.add_parser("measures", help="the measures of a quarter and how each is calculated")
    measures.add_argument("--quarter", metavar="NAME|FILE", help="default: the newest whose targets are confirmed")
    measures.set_defaults(run=_measures)
    add_quarter_command(commands)
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date; write it as 2026-07-06") from None


def _assess(arguments: argparse.Namespace) -> int:
    # A run that ends with its files has no use for Arrow's own pool, which gives memory back only to ask for it again.
    pa.set_memory_pool(pa.system_memory_pool())
    for path in arguments.files:
        _openable(path)
    states = [_state(path) for path in arguments.files]
    quarter = asreport.load_quarter(arguments.quarter) if arguments.quarter else None
    settings = _settings(arguments.settings)
    arguments.out.mkdir(parents=True, exist_ok=True)
    exports = asreport.read_exports(arguments.files, progress=_once(), settings=settings, quarter=quarter)
    for path, state in zip(arguments.files, states, strict=True):
        if _state(path) != state:  # what was read may be half of it
            raise _NotDone(f"Nothing was assessed: {path.name} changed while it was read. Wait until it is whole.")
    as_at = arguments.as_at or exports.taken_on or date.today()
    quarter = _quarter(exports, as_at, chosen=quarter is not None)
    quarter = exports.settings.applied_to(quarter.with_period(arguments.period_start, arguments.period_end))
    say(f"Assessing as at {in_words(as_at)} …")
    result = asreport.assess(exports.tables, quarter, as_at=as_at)
    findings = asreport.all_findings(exports, quarter, as_at)
    receipt = asreport.receipt(exports, result)
    write_together(arguments.out, _result_files(result, findings, receipt))
    blocking = findings[findings["severity"] == BLOCKS]
    if len(result.case_results) == 0:
        say(_why_nothing(blocking, result))
        return 1
    for file, finding in zip(blocking["file"], blocking["finding"], strict=True):
        say(f"Not used: {named(file, finding)}")
    _print_measures(measure_summaries(result))
    for sentence in quarter.cautions:
        show(sentence)
    return 0


def _quarter(exports: asreport.Exports, as_at: date, chosen: bool) -> asreport.Quarter:
    """The quarter in force: chosen, brought with the exports, or else the one they are about. Says which, and why."""
    brought = [file.name for file in exports.files if file.is_quarter]
    if exports.quarter is None:
        about = asreport.quarter_of_exports(exports.tables, as_at)
        if not brought:
            say(f"Taken to be about {about.name}; choose another with --quarter.")
        return about
    if chosen:
        aside = exports.findings[exports.findings["file"].isin(brought)]
        for sentence in aside["finding"]:
            say(sentence)
    else:
        say(f"Assessing by {exports.quarter.name}, as {brought[0]} has it.")
    return exports.quarter


def _result_files(
    result: asreport.Assessment, findings: pd.DataFrame, receipt: dict[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """Name and content, each made when it is written."""
    yield "attainment.csv", downloads.attainment_csv(result)
    yield "case-results.csv", downloads.case_results_csv(result)
    yield "findings.csv", downloads.findings_csv(findings)
    yield "receipt.json", downloads.receipt_json(receipt)
    say("Writing the exceptions workbook …")
    yield "exceptions.xlsx", asreport.exceptions_workbook(result, findings, receipt=receipt, tell=say)


def _openable(path: Path) -> None:
    """A file that is not there, or is none, is a wrong argument. Raises OSError."""
    if path.exists() and not path.is_file() and not path.is_dir():  # to open a pipe waits until somebody writes to it
        raise OSError(errno.EINVAL, "this is a pipe or a device: save what it gives as a file", str(path))
    path.open("rb").close()


def _once() -> Callable[[str], None]:
    """Says a text, but not the same one again, as it is told over and over while it lasts."""
    before = ""

    def say_once(text: str) -> None:
        nonlocal before
        if text != before:
            before = text
            say(text)

    return say_once


def _state(path: Path) -> tuple[int, ...] | None:
    """What differs once a file is written to, put in place of another, or gone."""
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _settings(path: Path | None) -> asreport.Settings:
    """Raises SettingsError and OSError."""
    if path is None:
        return asreport.Settings()
    _openable(path)
    try:
        return asreport.read_settings(path.read_bytes())
    except asreport.SettingsError as error:
        raise asreport.SettingsError(f"{path.name} {error}.") from None


def _why_nothing(blocking: pd.DataFrame, result: asreport.Assessment) -> str:
    if len(blocking):
        return f"Nothing could be assessed: {named(blocking['file'].iloc[0], blocking['finding'].iloc[0])}"
    reasons = list(result.not_assessed.values())
    return f"Nothing could be assessed: {reasons[0] if reasons else 'no case belongs to any measure of the quarter.'}"


def _print_measures(summaries: list[MeasureSummary]) -> None:
    for one in summaries:
        show(f"{one.name:<68} {one.rate_in_words:>7} of {one.target_in_words:>4}  {one.outcome_words.word}")


def _sample(arguments: argparse.Namespace) -> int:
    quarter = asreport.load_quarter(arguments.quarter) if arguments.quarter else None
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        files = asreport.sample_exports(arguments.cases, arguments.seed, quarter)
    except ValueError as error:  # too few cases
        say(str(error))
        return 2
    for path in write_together(arguments.out, files.items()):
        show(str(path))
    return 0


def _measures(arguments: argparse.Namespace) -> int:
    quarter = asreport.load_quarter(arguments.quarter) if arguments.quarter else asreport.newest_confirmed()
    period = quarter.period
    show(f"{quarter.name}: {in_words(period.start)} to {in_words(period.end)}")
    show(quarter.source)
    for sentence in quarter.cautions:
        show(sentence)
    for measure in quarter.measures.values():
        target = "no target" if measure.target is None else f"target {measure.target}%"
        print()
        show(f"{measure.id}: {measure.name} ({target})")
        show(f"  {measure.how}")
        show(f"  Recorded as: {measure.record}")
    return 0
