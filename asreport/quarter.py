"""A quarter's policy: measures, targets, dates and readings, loaded from its file in `asreport/quarters/`.

The file is data that can be read aloud; this module checks it and hands out frozen objects. A quarter may build on
another with `extends`. What is wrong in a file is said as: where, the rule, what was found, what to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from importlib import resources
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from asreport.bounds import quoted, read_toml
from asreport.evidence import KINDS
from asreport.evidence.kind import EvidenceKind
from asreport.evidence.meeting import MeetingEvidence
from asreport.evidence.outcome import OutcomeEvidence
from asreport.evidence.owner import OwnerEvidence
from asreport.frozen import Policy

if TYPE_CHECKING:
    AnyEvidence = EvidenceKind
else:  # the kinds are those that have a file
    AnyEvidence = Annotated[reduce(or_, KINDS), Field(discriminator="kind")]

# What to write for a field, by its name: the last part of an error's message.
EXAMPLES = {
    "target": "target = 80",
    "business_days": "business_days = 5",
    "weeks": "weeks = 10",
    "cut_off": "cut_off = 2026-07-03",
    "start": 'start = "referral_date" in a clock, start = 2026-04-01 in the period',
    "end": "end = 2026-06-30",
    "period": "start = 2026-04-01 and end = 2026-06-30",
    "section": 'section = "case-management"',
    "cases": 'cases = { migrated = false, which = "referred_in_period" }',
    "which": 'which = "referred_in_period", "deadline_in_period", "active" or "all"',
    "evidence": 'evidence = { kind = "meeting", subject = "school" }',
    "kind": 'kind = "meeting", "plan", "owner" or "outcome"',
    "clock": 'clock = { start = "referral_date", business_days = 5 } or { cut_off = 2026-07-03 }',
    "types": 'types = ["school"]',
    "statuses": 'statuses = ["In Progress"]',
}


# Readings the rules ask for by name; the others are taken up in the definitions of measures.
ASKED_READINGS = ("start_day", "unknown_contact_details", "deadline_day", "headline_rate")


class QuarterError(ValueError):
    """A quarter's file or a choice made for it cannot be used; the message says where, why and what to write."""


class Period(Policy):
    start: date
    end: date
    explanation: str

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise ValueError(
                f"the period must end on or after the day it starts; it ends {self.end}, starts {self.start}"
            )
        return self


class Reading(Policy):
    """How the guide is read where it is silent: the value in force, the file's default, and why."""

    title: str
    value: str | list[str]
    default: str | list[str]
    explanation: str
    choices: dict[str, str] = {}  # value → what it means; empty for a list
    allowed: list[str] = []  # what a list may hold; empty: anything

    @model_validator(mode="after")
    def _is_a_choice(self) -> Reading:
        known = list(self.choices) or self.allowed
        given = self.value if isinstance(self.value, list) else [self.value]
        unknown = [v for v in given if known and v not in known]
        if unknown or not given or isinstance(self.value, str) != bool(self.choices):
            raise ValueError(f"“{self.title}” takes {' or '.join(known) or 'a list of texts'}")
        return self

    @property
    def changed(self) -> bool:
        return self.value != self.default

    def in_words(self, value: str | list[str] | None = None) -> str:
        """A value, or the one in force, as it is said: `already missed`, `school, alternative education`."""
        value = self.value if value is None else value
        return self.choices[value] if isinstance(value, str) else ", ".join(v.replace("_", " ") for v in value)


class Subject(Policy):
    """The Subject an Event must have, and words for the people met that make another subject resemble it.

    `accepted`: subjects a provider has chosen to count as this one (settings.py); the guide knows none.
    """

    name: str
    who: list[str]
    accepted: list[str] = []


class Resemblance(Policy):
    """Words by which a person would see that a first meeting was meant, and words that say it was something else."""

    first: list[str]
    meeting: list[str]
    other_matters: list[str]


class Cases(Policy):
    """Which cases a measure is about (rules.md, section 3)."""

    migrated: bool
    which: Literal["referred_in_period", "deadline_in_period", "active", "all"]
    case_type: Literal["CA", "NEN"] | None = None
    contact_details_held: bool = False


class Clock(Policy):
    """By when: business days or weeks from a date of the case, or a fixed cut-off; none of these: no deadline."""

    start: Literal["referral_date", "allocation_date"] | None = None
    business_days: Annotated[int, Field(ge=1, le=250)] | None = None
    weeks: Annotated[int, Field(ge=1, le=52)] | None = None
    cut_off: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Clock:
        lengths = [self.business_days, self.weeks, self.cut_off]
        given = sum(length is not None for length in lengths)
        if given > 1 or ((given == 1) and (self.start is None) != (self.cut_off is not None)):
            raise ValueError("a clock has a start with business_days or weeks, or a cut_off alone")
        return self


class Measure(Policy):
    """One service level measure: its card, its cases, its clock, what counts as evidence, and its target in percent."""

    id: str
    section: str
    name: str
    why: str
    how: str
    record: str
    cases: Cases
    clock: Clock = Clock()
    evidence: AnyEvidence
    target: Annotated[int, Field(ge=1, le=100)] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The dates of a case without which it cannot be assessed, in the order they are asked for (section 5).

        An outcome counts from the referral on, so where no clock starts on a date of the case that one is needed.
        """
        referral = self.cases.which == "referred_in_period" or (
            isinstance(self.evidence, OutcomeEvidence) and self.clock.start is None
        )
        dates = ["referral_date"] * referral + ([self.clock.start] if self.clock.start else [])
        return tuple(dict.fromkeys(dates))


class Quarter(Policy):
    """A quarter as it is assessed. `measures` keeps the order of the file."""

    id: str
    name: str
    source: str
    period: Period
    sections: dict[str, str]
    readings: dict[str, Reading]
    subjects: dict[str, Subject]
    resemblance: Resemblance
    measures: dict[str, Measure]
    used_readings: dict[str, tuple[str, ...]]  # measure id → readings its own definition takes a value from

    @model_validator(mode="after")
    def _names_known(self) -> Quarter:
        for name in ASKED_READINGS:
            _known(
                name, self.readings, f"readings.{name} is missing; the rules ask for it, and the quarter", "a reading"
            )
        for measure in self.measures.values():
            _known(measure.section, self.sections, f"measures.{measure.id}.section", "a section")
            if isinstance(measure.evidence, MeetingEvidence):
                _known(measure.evidence.subject, self.subjects, f"measures.{measure.id}.evidence.subject", "a subject")
        return self

    def reading(self, name: str) -> str | list[str]:
        """The value in force of a reading."""
        return self.readings[name].value

    @property
    def departures(self) -> list[str]:
        """What a provider chose other than the guide or its default reading, a sentence each."""
        readings = [
            f"Changed reading: {reading.title}: {reading.in_words()}."
            for reading in self.readings.values()
            if reading.changed
        ]
        subjects = [
            f"“{accepted}” is accepted as “{subject.name}”, which the guide does not."
            for subject in self.subjects.values()
            for accepted in subject.accepted
        ]
        marked = {
            name: None
            for m in self.measures.values()
            if isinstance(m.evidence, OwnerEvidence)
            for name in m.evidence.marked
        }
        return readings + subjects + [f"The case owner “{name}” is taken for a queue." for name in marked]

    def readings_of(self, measure_id: str) -> tuple[str, ...]:
        """The names of the readings that affect a measure, in the order of the file."""
        measure = self.measures[measure_id]
        affects = {
            "start_day": measure.clock.business_days is not None,
            "unknown_contact_details": measure.cases.contact_details_held,
            "deadline_day": measure.clock != Clock(),
            "headline_rate": measure.target is not None and measure.clock != Clock(),
        }
        return tuple(n for n in self.readings if affects.get(n) or n in self.used_readings[measure_id])


def available_quarters() -> tuple[str, ...]:
    """The ids of the quarters that come with asreport, the newest first."""
    folder = resources.files(__package__) / "quarters"
    names = [file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: name.split("-")[::-1], reverse=True))


def load_quarter(
    quarter: str | Path,
    *,
    period_start: date | None = None,
    period_end: date | None = None,
    readings: Mapping[str, str | list[str]] | None = None,
) -> Quarter:
    """Load and check a quarter by its id ("q2-2026") or by the path of a file.

    `period_start`, `period_end` (both days belong to the period) and `readings` (name → value) take the place of the
    file's own.
    Raises `QuarterError` with one sentence a problem: where, the rule, what was found, what to write.
    """
    raw = _read(quarter)
    chosen = {"start": period_start, "end": period_end}
    raw["period"] = {**raw.get("period", {}), **{end: day for end, day in chosen.items() if day}}
    for reading in raw.get("readings", {}).values():
        reading.setdefault("default", reading.get("value"))
    for name, value in (readings or {}).items():
        if name not in raw["readings"]:
            raise QuarterError(f"{raw['id']} has no reading “{name}”; its readings are {', '.join(raw['readings'])}.")
        raw["readings"][name]["value"] = value
    raw["used_readings"] = {}
    for measure_id, measure in raw.get("measures", {}).items():
        used: list[str] = []
        raw["measures"][measure_id] = {"id": measure_id, **_resolve(measure, raw.get("readings", {}), measure_id, used)}
        raw["used_readings"][measure_id] = tuple(used)
    try:
        return Quarter.model_validate(raw)
    except ValidationError as error:
        raise QuarterError("\n".join(_problem(quarter, e) for e in error.errors())) from None


def _read(quarter: str | Path) -> dict[str, Any]:
    """The quarter's file as plain data, on top of the one it extends."""
    name = str(quarter)
    if isinstance(quarter, Path) or name.endswith(".toml"):
        if not Path(quarter).is_file():
            raise QuarterError(f"There is no quarter's file at {quarter}.")
        content = Path(quarter).read_bytes()
    elif name in available_quarters():
        content = (resources.files(__package__) / "quarters" / f"{name}.toml").read_bytes()
    else:
        raise QuarterError(f"There is no quarter “{name}”; there is {', '.join(available_quarters())}.")
    try:
        own = read_toml(content)
    except ValueError as error:
        raise QuarterError(f"{name}: {error}.") from None
    if "extends" not in own:
        return own
    base, removed = _read(own.pop("extends")), own.pop("remove", [])
    for measure_id in removed:
        _known(measure_id, base["measures"], "remove", "a measure of the quarter it extends", QuarterError)
        del base["measures"][measure_id]
    return _merged(base, own)


# Tables whose keys name one of several alternatives: changed as a whole, never mixed with what they replace.
_WHOLE = {"clock", "evidence", "choices"}


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        deep = isinstance(value, dict) and isinstance(base.get(key), dict) and key not in _WHOLE
        merged[key] = _merged(base[key], value) if deep else value
    return merged


def _resolve(value: Any, readings: dict[str, Any], where: str, used: list[str]) -> Any:
    """`value` with every { reading = "name" } replaced by that reading's value; the names are added to `used`."""
    if not isinstance(value, dict):
        return value
    if set(value) == {"reading"}:
        _known(value["reading"], readings, f"measures.{where}", "a reading", QuarterError)
        used.append(value["reading"])
        return readings[value["reading"]].get("value")
    return {key: _resolve(inner, readings, where, used) for key, inner in value.items()}


def _known(name: str, names: Any, where: str, what: str, error: type[ValueError] = ValueError) -> None:
    if name not in names:
        raise error(f"{where} must name {what}; found “{quoted(name)}”; write one of {', '.join(names)}")


def _problem(quarter: str | Path, error: Any) -> str:
    path = [str(part) for part in error["loc"]]
    if path and path[-1] == "default":  # a reading's default repeats its value
        path[-1] = "value"
    rule = error["msg"].removeprefix("Value error, ")
    found = "" if error["type"] in ("value_error", "missing") else f"; found {quoted(repr(error['input']))}"
    write = next((f"; write for example {EXAMPLES[part]}" for part in reversed(path) if part in EXAMPLES), "")
    return f"{quarter}, {'.'.join(path) or 'the quarter'}: {rule}{found}{write}."
