"""A quarter's policy: measures, targets, dates and readings, as frozen objects made of what its file says.

The file (quarter_file.py) is data that can be read aloud; this module checks it. What is wrong is said as: where, the
rule, what was found, what to write; a line a fault, and all faults at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from asreport.evidence import KINDS
from asreport.evidence.kind import EvidenceKind
from asreport.evidence.meeting import MeetingEvidence
from asreport.evidence.outcome import OutcomeEvidence
from asreport.evidence.owner import OwnerEvidence
from asreport.frozen import Policy
from asreport.policy.bounds import quoted
from asreport.policy.quarter_words import check_names, filled, words_of

if TYPE_CHECKING:
    AnyEvidence = EvidenceKind
else:  # the kinds are those that have a file
    AnyEvidence = Annotated[reduce(or_, KINDS), Field(discriminator="kind")]

_KINDS = [f'"{name}"' for kind in KINDS for name in get_args(kind.model_fields["kind"].annotation)]

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
    "kind": f"kind = {', '.join(_KINDS[:-1])} or {_KINDS[-1]}",
    "clock": 'clock = { start = "referral_date", business_days = 5 } or { cut_off = 2026-07-03 }',
    "types": 'types = ["school"]',
    "statuses": 'statuses = ["In Progress"]',
    "subject": 'subject = "school"',
    "name": 'name = "Initial school meeting {within}"',
    "why": 'why = "Meeting the school early is how everyone hears what has been tried."',
    "how": 'how = "{cases}. Met when an initial school meeting took place {no_later_than}."',
    "record": 'record = "An Event in AS-CMS with the Subject “{subject}” and the date the meeting took place."',
    "order": 'order = ["student-plan", "nen-outcome"]',
}

# A quarter's file as plain data, whole: what it extends is in it.
Definition = dict[str, Any]

# What takes a value back that the quarter a file extends has, in a measure and in its `cases`.
NOTHING = {"target": "none", "clock": {}, "without_target": ""}
NOTHING_IN_CASES = {"case_type": "any", "contact_details_held": False}


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

    `accepted`: subjects a provider has chosen to count as this one (provider_settings.py); the guide knows none.
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
    """By when: business days or weeks from a date of the case, or a fixed cut-off; none of these: no deadline.

    `note`: words that are said after the cut-off (“15 weeks in”).
    """

    start: Literal["referral_date", "allocation_date"] | None = None
    business_days: Annotated[int, Field(ge=1, le=250)] | None = None
    weeks: Annotated[int, Field(ge=1, le=52)] | None = None
    cut_off: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Clock:
        lengths = [self.business_days, self.weeks, self.cut_off]
        given = sum(length is not None for length in lengths)
        if given > 1 or (self.start is not None) != (given == 1 and self.cut_off is None):
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

    @field_validator("name", "why", "how", "record")
    @classmethod
    def _names_known(cls, value: str) -> str:
        check_names(value)
        return value

    @field_validator("section")
    @classmethod
    def _section_known(cls, value: str, info: ValidationInfo) -> str:
        _known(value, (info.context or {}).get("sections", [value]), "it must name a section")
        return value

    @field_validator("evidence")
    @classmethod
    def _subject_known(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, MeetingEvidence):
            subjects = (info.context or {}).get("subjects", [value.subject])
            _known(value.subject, subjects, ".subject: it must name a subject")
        return value

    @model_validator(mode="after")
    def _in_words(self, info: ValidationInfo) -> Measure:
        """The measure with its own numbers and dates in its texts."""
        if not info.context:
            return self
        words = words_of(self, **_for_words(info.context))
        texts, wrong = {}, []
        for name in ("name", "why", "how", "record"):
            try:
                texts[name] = filled(getattr(self, name), words)
            except ValueError as error:
                wrong += [f".{name}: {line}" for line in str(error).splitlines()]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self.model_copy(update=texts)

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

    def fields_of(self, table: str) -> set[str]:
        """The fields of a table that its verdicts hang on."""
        fields = set(self.evidence.fields) if table == self.evidence.table else set()
        if self.clock.start is None and self.clock.cut_off is None:
            fields -= {"recorded_on", "owner_assigned_date"}  # with no deadline, nothing was recorded too late
        if table != "cases":
            return fields
        fields |= {"migrated", *self.needs}
        fields |= {"case_type"} if self.cases.case_type else set()
        fields |= {"status", "closed_date"} if self.cases.which == "active" else set()
        fields |= {"contact_details_current"} if self.cases.contact_details_held else set()
        fields |= {"nsn", "referral_date"} if isinstance(self.evidence, OutcomeEvidence) else set()
        return fields


class Quarter(Policy):
    """A quarter as it is assessed. `measures` keeps the order of the file.

    Made by `defined`, `load_quarter` and its own `with_…`, which read its definition anew: a quarter of a user's own
    file keeps its policy whatever is chosen.
    """

    id: str
    name: str
    source: str
    extends: tuple[str, ...] = ()  # ids of the quarters it builds on, the nearest first
    carried_over_from: str | None = None  # the name of the quarter whose measures and targets these are, unconfirmed
    left_out: dict[str, str] = {}  # id → name of the measures that were over before a carried-over quarter began
    period: Period
    sections: dict[str, str]
    readings: dict[str, Reading]
    subjects: dict[str, Subject]
    resemblance: Resemblance
    measures: dict[str, Measure]
    used_readings: dict[str, tuple[str, ...]]  # measure id → readings its own definition takes a value from

    _definition: Definition = PrivateAttr(default_factory=dict)

    @field_validator("readings")
    @classmethod
    def _all_readings(cls, value: dict[str, Reading]) -> dict[str, Reading]:
        missing = [name for name in ASKED_READINGS if name not in value]
        if missing:
            raise ValueError(f"the rules ask for readings that are missing: {', '.join(missing)}")
        return value

    @property
    def definition(self) -> Definition:
        """What the quarter's file says, with what it extends: plain data, one's own copy."""
        return deepcopy(self._definition)

    def reading(self, name: str) -> str | list[str]:
        """The value in force of a reading."""
        return self.readings[name].value

    def with_readings(self, readings: Mapping[str, str | list[str]]) -> Quarter:
        """The quarter under just these readings (name → value; the others at their default), all else as it stands.

        Raises `QuarterError` for a reading it does not have, or a value that a reading does not take.
        """
        raw = self.definition
        for name in readings:
            if name not in raw["readings"]:
                raise QuarterError(f"{self.id} has no reading “{name}”; its readings are {', '.join(self.readings)}.")
        for name, reading in raw["readings"].items():
            reading["value"] = readings.get(name, reading["default"])
        return self._defined_again(raw)

    def with_period(self, start: date | None = None, end: date | None = None) -> Quarter:
        """The quarter with another first or last day of its period. Raises `QuarterError` if it ends before it starts.

        Another period does not say that somebody has confirmed the targets: a carried-over quarter stays one.
        """
        raw = self.definition
        raw["period"].update({name: day for name, day in (("start", start), ("end", end)) if day})
        return self._defined_again(raw)

    def with_own_words(self, subjects: Mapping[str, list[str]], queues: list[str]) -> Quarter:
        """The quarter with just these subjects accepted (key → subjects) and just these owners taken for queues."""
        accepted = {
            key: subject.model_copy(update={"accepted": subjects.get(key, [])})
            for key, subject in self.subjects.items()
        }
        measures = {
            key: measure.model_copy(update={"evidence": measure.evidence.model_copy(update={"marked": queues})})
            if isinstance(measure.evidence, OwnerEvidence)
            else measure
            for key, measure in self.measures.items()
        }
        return self.model_copy(update={"subjects": accepted, "measures": measures})

    def with_typed_words(self, reworded: Callable[[str], str]) -> Quarter:
        """The quarter with all that a provider may have typed or taken from an export put in other words.

        That is the accepted subjects, the queues, and readings that are a list. To be shown, not to judge by.
        """
        subjects = {key: list(map(reworded, subject.accepted)) for key, subject in self.subjects.items()}
        readings = {
            key: reading.model_copy(update={"value": list(map(reworded, reading.value))})
            if isinstance(reading.value, list)
            else reading
            for key, reading in self.readings.items()
        }
        own = self.with_own_words(subjects, list(map(reworded, self._marked)))
        return own.model_copy(update={"readings": readings})

    def _defined_again(self, definition: Definition) -> Quarter:
        """The quarter of another definition, with the provider's own words that hold here."""
        accepted = {key: subject.accepted for key, subject in self.subjects.items()}
        return defined(definition, self.id).with_own_words(accepted, self._marked)

    @property
    def _marked(self) -> list[str]:
        owners = [m.evidence for m in self.measures.values() if isinstance(m.evidence, OwnerEvidence)]
        return list(dict.fromkeys(name for evidence in owners for name in evidence.marked))

    @property
    def departures(self) -> list[str]:
        """What a provider chose other than the guide or its default reading, a sentence each."""
        return self._departures(self.readings, self.subjects, self._marked)

    def departures_of(self, measure_id: str) -> list[str]:
        """Those of the departures that affect a measure."""
        evidence = self.measures[measure_id].evidence
        subjects = [evidence.subject] if isinstance(evidence, MeetingEvidence) else []
        marked = evidence.marked if isinstance(evidence, OwnerEvidence) else []
        return self._departures(self.readings_of(measure_id), subjects, marked)

    def _departures(self, readings: Iterable[str], subjects: Iterable[str], marked: Iterable[str]) -> list[str]:
        changed = [reading for name in readings if (reading := self.readings[name]).changed]
        accepted = [(text, self.subjects[key].name) for key in subjects for text in self.subjects[key].accepted]
        return [
            *(f"Changed reading: {reading.title}: {reading.in_words()}." for reading in changed),
            *(f"“{text}” is accepted as “{name}”, which the guide does not." for text, name in accepted),
            *(f"The case owner “{name}” is taken for a queue." for name in marked),
        ]

    @property
    def targets_caution(self) -> str:
        """What to say with every target that was carried over; "" where somebody has confirmed them."""
        if self.carried_over_from is None:
            return ""
        return f"Targets carried over from {self.carried_over_from}: compare them with the Ministry’s letter."

    @property
    def cautions(self) -> list[str]:
        """What to say with every figure of a quarter that was carried over, a sentence each; of any other nothing."""
        if self.carried_over_from is None:
            return []
        if not self.left_out:
            return [self.targets_caution]
        it, was = ("it", "it was") if len(self.left_out) == 1 else ("them", "they were")
        return [
            self.targets_caution,
            f"Left out, because {was} over before the quarter began: {'; '.join(self.left_out.values())}. "
            f"Put {it} back if the Ministry still asks for {it}.",
        ]

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


def defined(definition: Definition, where: str) -> Quarter:
    """The quarter of a whole definition; `where` is what the definition is called in what is said of its faults.

    Raises `QuarterError`, a line a fault: where, the rule, what was found, what to write.
    """
    whole = deepcopy(definition)
    readings = tables_in(whole.get("readings"))
    for reading in readings.values():
        reading.setdefault("default", reading.get("value"))
    for measure in tables_in(whole.get("measures")).values():
        _drop(measure, NOTHING)
        if isinstance(measure.get("cases"), dict):
            _drop(measure["cases"], NOTHING_IN_CASES)
    raw = deepcopy(whole)
    wrong: dict[tuple[str, ...], str] = {}
    raw["used_readings"] = {}
    for measure_id, measure in tables_in(raw.get("measures")).items():
        used: list[str] = []
        measure = {"id": measure_id, **_resolved(measure, readings, ("measures", measure_id), used, wrong)}
        without_target = measure.pop("without_target", None)
        if measure.get("target") is None and without_target:
            measure["why"] = f"{measure.get('why', '')} {without_target}".strip()
        raw["measures"][measure_id] = measure
        raw["used_readings"][measure_id] = tuple(used)
    context = {
        "sections": list(raw["sections"]) if isinstance(raw.get("sections"), dict) else [],
        "subjects": {key: str(subject.get("name")) for key, subject in tables_in(raw.get("subjects")).items()},
        "quarter": str(raw.get("carried_over_from") or raw.get("name")),
        "day_one": readings.get("start_day", {}).get("value") == "day 1",
    }
    lines = list(wrong.values())
    try:
        quarter = Quarter.model_validate(raw, context=context)
    except ValidationError as error:
        own = [e for e in error.errors() if not any(_under(_path(e), path) for path in wrong)]
        lines += [line for e in own for line in _problem(e)]
    if lines:
        raise QuarterError("\n".join(f"{where}, {line}." for line in lines))
    quarter = quarter.model_copy(update={"readings": _readings_in_words(quarter, context, where)})
    quarter._definition = whole
    return quarter


def tables_in(value: Any) -> dict[str, dict[str, Any]]:
    """The entries of a table of tables; what is none, and is said to be wrong elsewhere, is passed over."""
    return {key: entry for key, entry in value.items() if isinstance(entry, dict)} if isinstance(value, dict) else {}


def _drop(table: dict[str, Any], nothing: Mapping[str, Any]) -> None:
    for key, value in nothing.items():
        if key in table and table[key] == value:
            del table[key]


def _resolved(
    value: Any, readings: dict[str, Any], path: tuple[str, ...], used: list[str], wrong: dict[tuple[str, ...], str]
) -> Any:
    """`value` with every { reading = "name" } replaced by that reading's value; the names are added to `used`."""
    if not isinstance(value, dict):
        return value
    if set(value) != {"reading"}:
        return {key: _resolved(inner, readings, (*path, key), used, wrong) for key, inner in value.items()}
    name = value["reading"]
    if not isinstance(name, str) or name not in readings:
        wrong[path] = (
            f"{'.'.join(path)}: it must name a reading; found “{quoted(name)}”; write one of {', '.join(readings)}"
        )
        return None
    used.append(name)
    return readings[name].get("value")


def _readings_in_words(quarter: Quarter, context: Mapping[str, Any], where: str) -> dict[str, Reading]:
    """The readings that anything hangs on, with the numbers of the first measure that takes a value from each."""
    users: dict[str, Measure] = {}
    for measure_id, names in quarter.used_readings.items():
        for name in names:
            users.setdefault(name, quarter.measures[measure_id])
    in_words, wrong = {}, []
    for name in (one for one in quarter.readings if one in users or one in ASKED_READINGS):
        reading, words = quarter.readings[name], dict[str, str | None]()
        if name in users:
            words = words_of(users[name], **_for_words(context))
            words["duration"] = words["duration"] or "days"
        try:
            in_words[name] = reading.model_copy(
                update={
                    "title": filled(reading.title, words),
                    "explanation": filled(reading.explanation, words),
                    "choices": {value: filled(text, words) for value, text in reading.choices.items()},
                }
            )
        except ValueError as error:
            wrong += [f"{where}, readings.{name}: {line}." for line in str(error).splitlines()]
    if wrong:
        raise QuarterError("\n".join(wrong))
    return in_words


def _for_words(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: context[name] for name in ("quarter", "subjects", "day_one")}


def _known(name: str, names: Any, rule: str) -> None:
    if name not in names:
        raise ValueError(f"{rule}; found “{quoted(name)}”; write one of {', '.join(names)}")


def _path(error: Any) -> tuple[str, ...]:
    """Where an error lies in the file; in a measure's evidence, where its kind is no level of its own."""
    path = tuple(str(part) for part in error["loc"])
    return path[:3] + path[4:] if path[:1] == ("measures",) and path[2:3] == ("evidence",) else path


def _under(loc: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether an error lies at a path, or above or below it."""
    length = min(len(loc), len(path))
    return loc[:length] == path[:length] and length > 1


def _problem(error: Any) -> list[str]:
    """What is wrong at one place, a line a fault: where, the rule, what was found, what to write.

    A rule that starts with a point names, before its colon, a place further in.
    """
    path = list(_path(error))
    if path and path[-1] == "default":  # a reading's default repeats its value
        path[-1] = "value"
    rules = error["msg"].removeprefix("Value error, ").splitlines()
    input_in_words = "" if error["type"] in ("value_error", "missing") else f"; found {quoted(repr(error['input']))}"
    write = next((f"; write for example {EXAMPLES[part]}" for part in reversed(path) if part in EXAMPLES), "")
    place = ".".join(path) or "the quarter"
    return [f"{place}{'' if rule.startswith('.') else ': '}{rule}{input_in_words}{write}" for rule in rules]
