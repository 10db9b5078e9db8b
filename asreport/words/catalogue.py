"""The catalogue of wording (`catalogue.toml`): the words for every verdict, outcome, group and reason."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib import resources

import pandas as pd

from asreport import evidence
from asreport.dates import in_words
from asreport.policy.quarter import Measure, Quarter

_CATALOGUE = tomllib.loads((resources.files(__package__) / "catalogue.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Reason:
    """Why a case is not met: in a few words, what was found, what to check, and where in AS-CMS to open."""

    short: str
    found: str
    check: str
    open: str


@dataclass(frozen=True)
class Table:
    """An export as people call it, with the columns it must have and those that are good to have."""

    name: str
    must: str
    good: str


@dataclass(frozen=True)
class FieldWords:
    """A field of an export: its name, what to type, and an example (a text, a number or a date)."""

    name: str
    note: str
    example: str | int | date


@dataclass(frozen=True)
class Outcome:
    """How a measure stands: a word, a sentence, an icon's name and a tone (good, open, bad, plain)."""

    word: str
    sentence: str
    icon: str
    tone: str


@dataclass(frozen=True)
class TaskList:
    """A list of tasks: its title, what it means, what it says when it is empty, an icon's name and a tone."""

    title: str
    meaning: str
    empty: str
    icon: str
    tone: str


@dataclass(frozen=True)
class StepKind:
    """A kind of step to a target: a word, on what it depends, an icon's name and a tone."""

    word: str
    note: str
    icon: str
    tone: str


TABLES = {table: Table(**texts) for table, texts in _CATALOGUE["tables"].items()}
FIELDS = {
    table: {field: FieldWords(**texts) for field, texts in fields.items()}
    for table, fields in _CATALOGUE["fields"].items()
}
MEANINGS: dict[str, str] = _CATALOGUE["meanings"]
VERDICTS: dict[str, str] = _CATALOGUE["verdicts"]
VERDICT_MEANINGS: dict[str, str] = _CATALOGUE["verdict_meanings"]
FIGURES: dict[str, str] = _CATALOGUE["figures"]
OUTCOMES = {code: Outcome(**texts) for code, texts in _CATALOGUE["outcomes"].items()}
GROUPS: dict[str, str] = _CATALOGUE["groups"]
GROUP_MEANINGS: dict[str, str] = _CATALOGUE["group_meanings"]
REASONS = {code: Reason(**texts) for code, texts in _CATALOGUE["reasons"].items()}
STORY: dict[str, dict[str, str]] = _CATALOGUE["story"]
THINGS_TO_DO: dict[str, str] = _CATALOGUE["things_to_do"]
WAYS: dict[str, str] = _CATALOGUE["ways"]
STEP_KINDS = {code: StepKind(**texts) for code, texts in _CATALOGUE["step_kinds"].items()}


def card(kind: str, migrated: bool, case_type: str, recorded: bool) -> dict[str, str]:
    """The `name`, `why`, `how` and `record` of a measure that no quarter had before, with their {names}.

    `kind`: of evidence. `recorded`: whether what counts must have been recorded by the cut-off too.
    """
    texts = dict(_CATALOGUE["cards"][kind])
    recorded_too = texts.pop("how_recorded", texts["how"])
    words = _CATALOGUE["cards_of"]
    cases_are = " ".join(words[name] for name in ["migrated"] * migrated + [case_type] if name in words)
    if cases_are:
        texts["name"] = f"{cases_are[0].upper()}{cases_are[1:]}: {within_sentence(texts['name'])}"
    return texts | ({"how": recorded_too} if recorded else {})


def general_reasons(quarter: Quarter) -> dict[str, Reason]:
    """Every reason, by its code, in words that fit any measure of the quarter."""
    subjects = " or ".join(f"“{subject.name}”" for subject in quarter.subjects.values())
    return {code: _filled(reason, subject=subjects, cut_off="the cut-off date") for code, reason in REASONS.items()}


def explain(case_results: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The words for each row of `case_results` (columns `measure_id`, `reason`), on the same index.

    Columns: `measure`, `group`, `reason` (short), `found`, `check`, `open`; texts, missing where the case is met.
    """
    codes, pairs = pd.factorize(pd.MultiIndex.from_frame(case_results[["measure_id", "reason"]]))
    words = pd.DataFrame([_words(quarter, *pair) for pair in pairs], columns=_EXPLAINED, dtype="str")
    return words.take(codes).set_axis(case_results.index)


_EXPLAINED = ["measure", "group", "reason", "found", "check", "open"]


def _words(quarter: Quarter, measure_id: str, code: str | None) -> dict[str, str]:
    measure = quarter.measures[measure_id]
    if pd.isna(code):
        return {"measure": measure.name}
    reason = _filled(REASONS[code], **placeholders(measure, quarter))
    group = GROUPS[evidence.REASONS[code].group.value]
    return {"measure": measure.name, "group": group, **asdict(reason), "reason": reason.short}


def placeholders(measure: Measure, quarter: Quarter, deadline: str = "the last day in time") -> dict[str, str]:
    """What sentences about a measure say in place of {…}. `deadline`: the last day in time, where it is known."""
    cut_off = in_words(measure.clock.cut_off) if measure.clock.cut_off else deadline
    names = {key: subject.name for key, subject in quarter.subjects.items()}
    return {**measure.evidence.placeholders(names), "cut_off": cut_off, "deadline": deadline}


def within_sentence(name: str) -> str:
    """A name as it stands within a sentence: `Case owner` becomes `case owner`, `NSN` stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _filled(reason: Reason, **words: str) -> Reason:
    return replace(reason, found=reason.found.format(**words), check=reason.check.format(**words))


def task_lists(soon: str) -> dict[str, TaskList]:
    """The lists of tasks in words, by their codes. `soon`: how far the list of what is due soon looks ahead."""
    return {
        code: TaskList(**{name: text.format(soon=soon) for name, text in texts.items()})
        for code, texts in _CATALOGUE["task_lists"].items()
    }


def plainly(table: pd.DataFrame) -> pd.DataFrame:
    """A table of codes, as the worked cases are written, in words: headings, dates, verdicts, reasons, outcomes."""
    codes = {
        **{code: outcome.word for code, outcome in OUTCOMES.items()},
        **{code: reason.short for code, reason in REASONS.items()},
        **VERDICTS,
        "-": "Not in the measure",
    }
    words = table.rename(columns=lambda name: "NSN" if name == "nsn" else name.replace("_", " ").capitalize())
    return words.map(
        lambda cell: codes.get(cell) or (in_words(date.fromisoformat(cell)) if _ISO.fullmatch(cell) else cell)
    )


_ISO = re.compile(r"\d{4}-\d\d-\d\d")


def things_to_do(tasks: pd.DataFrame, quarter: Quarter) -> pd.Series:
    """What to do about each case and measure that is not met, as an imperative. `tasks`: `measure_id`, `reason`."""
    codes, pairs = pd.factorize(pd.MultiIndex.from_frame(tasks[["measure_id", "reason"]]))
    texts = [_thing_to_do(quarter, *pair) for pair in pairs]
    return pd.Series(pd.array(texts, dtype="str").take(codes), index=tasks.index)


def _thing_to_do(quarter: Quarter, measure_id: str, code: str) -> str:
    return THINGS_TO_DO[code].format(**placeholders(quarter.measures[measure_id], quarter))
