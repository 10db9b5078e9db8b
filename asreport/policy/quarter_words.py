"""The words in which a measure's name and card say its numbers and dates, so that these stand once, in its definition.

A text of a quarter's file may hold `{within}` or another of the names below; it is filled in when the quarter is read.

| name                    | for example                                                                        |
| ----------------------- | ---------------------------------------------------------------------------------- |
| `{within}`              | within 5 business days; within 10 weeks; by 3 July 2026; nothing without a clock    |
| `{no_later_than}`       | no later than the fifth business day after the referral; at any time                |
| `{deadline_in_words}`   | the fifth business day after the referral; 3 July 2026                              |
| `{duration}`            | five business days; ten weeks                                                       |
| `{span}`                | three weeks, for 15 business days; seven business days; the weeks up to 3 July 2026  |
| `{week}`                | the second week, for 10 business days; 3 July 2026                                  |
| `{business_days}`       | 5                                                                                  |
| `{weeks}`               | 10                                                                                 |
| `{cut_off}`             | 3 July 2026                                                                        |
| `{created}`             | , created no later than 3 July 2026; nothing without a clock                        |
| `{created_where_known}` | , created no later than 3 July 2026 where that date is known; ; there is no deadline |
| `{assigned}`            | , assigned no later than 3 July 2026 where that date is known                       |
| `{cases}`               | new cases referred in the period                                                   |
| `{subject}`             | Initial School Meeting                                                             |
| `{statuses}`            | “In Progress”                                                                      |
| `{outcomes}`            | an enrolment, alternative education or an exemption                                |
| `{target}`              | 80%; no target                                                                     |
| `{quarter}`             | Quarter 2                                                                          |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from asreport.dates import in_words

if TYPE_CHECKING:
    from asreport.policy.quarter import Clock, Measure

_NUMBERS = [
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
]  # fmt: skip
_ORDINALS = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
]  # fmt: skip
_FROM = {"referral_date": "referral", "allocation_date": "allocation"}
_OUTCOMES = {"school": "an enrolment", "alternative_education": "alternative education", "exemption": "an exemption"}
_NAME = re.compile(r"\{(\w+)\}")
NAMES = (
    "within", "no_later_than", "deadline_in_words", "duration", "span", "week", "business_days", "weeks", "cut_off",
    "created", "created_where_known", "assigned", "cases", "subject", "statuses", "outcomes", "target", "quarter",
)  # fmt: skip


def ordinal(number: int) -> str:
    """`fifth`, up to `twentieth`; from there `23rd`."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def counted(number: int, unit: str) -> str:
    """A number of things: `five business days`, `one week`, `26 weeks`."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{word} {unit}{'s' * (number != 1)}"


def within(clock: Clock) -> str:
    """By when a clock ends: `within 5 business days`, `by 3 July 2026`, nothing where there is no clock."""
    if clock.cut_off:
        return f"by {in_words(clock.cut_off)}"
    for number, unit in ((clock.business_days, "business day"), (clock.weeks, "week")):
        if number:
            return f"within {number} {unit}{'s' * (number != 1)}"
    return ""


def words_of(measure: Measure, *, quarter: str, subjects: Mapping[str, str], day_one: bool) -> dict[str, str | None]:
    """What each name stands for in one measure; None where it stands for nothing, as `{weeks}` of a cut-off does.

    `quarter`: the quarter's name; `subjects`: key → the subject's name; `day_one`: whether the start day is itself
    day 1 where business days are counted.
    """
    clock, evidence = measure.clock, measure.evidence
    deadline = _deadline(measure, day_one)
    by = f"no later than {deadline}" if deadline else None
    subject, statuses, types = (getattr(evidence, name, None) for name in ("subject", "statuses", "types"))
    return {
        "within": within(clock),
        "no_later_than": by or "at any time",
        "deadline_in_words": deadline,
        "duration": _duration(measure),
        "span": _span(clock),
        "week": _week(clock),
        "business_days": str(clock.business_days) if clock.business_days else None,
        "weeks": str(clock.weeks) if clock.weeks else None,
        "cut_off": in_words(clock.cut_off) if clock.cut_off else None,
        "created": f", created {by}" if by else "",
        "created_where_known": f", created {by} where that date is known" if by else "; there is no deadline",
        "assigned": f", assigned {by} where that date is known" if by else "",
        "cases": _cases(measure),
        "subject": subjects.get(subject) if subject else None,
        "statuses": _or([f"“{status}”" for status in statuses]) if statuses else None,
        "outcomes": _outcomes(types) if types else None,
        "target": "no target" if measure.target is None else f"{measure.target}%",
        "quarter": quarter.split(",")[0],
    }


def check_names(text: str) -> None:
    """Raises ValueError where a text holds a `{name}` that stands for nothing anywhere."""
    for name in _NAME.findall(text):
        if name not in NAMES:
            raise ValueError(f"there is no {{{name}}}; there is {', '.join(f'{{{known}}}' for known in NAMES)}")


def filled(text: str, words: Mapping[str, str | None]) -> str:
    """The text with every `{name}` in words, a capital where it starts with one. Raises ValueError, a line a fault."""
    check_names(text)
    if nothing := [name for name in dict.fromkeys(_NAME.findall(text)) if words.get(name) is None]:
        names = ", ".join(f"{{{name}}}" for name in nothing)
        raise ValueError(f"{names} stands for nothing here, as the measure has none; leave it out or write {{within}}")
    if not _NAME.search(text):
        return text
    whole = " ".join(_NAME.sub(lambda placeholder: words[placeholder[1]] or "", text).split())
    return whole[:1].upper() + whole[1:] if _NAME.match(text) else whole


def _duration(measure: Measure) -> str | None:
    clock = measure.clock
    if clock.business_days:
        return counted(clock.business_days, "business day")
    return counted(clock.weeks, "week") if clock.weeks else None


def _span(clock: Clock) -> str:
    if clock.cut_off:
        return f"the weeks up to {in_words(clock.cut_off)}"
    weeks, rest = divmod(clock.business_days or 5 * (clock.weeks or 0), 5)
    if weeks > 1 and not rest:
        return counted(weeks, "week")
    return counted(clock.business_days or 5, "business day") if weeks or rest else "weeks without a deadline"


def _week(clock: Clock) -> str:
    if clock.cut_off:
        return in_words(clock.cut_off)
    weeks = clock.weeks or -(-(clock.business_days or 0) // 5)
    return f"the {ordinal(weeks)} week" if weeks else "the end"


def _deadline(measure: Measure, day_one: bool) -> str | None:
    clock = measure.clock
    if clock.cut_off:
        return f"{in_words(clock.cut_off)}, {clock.note}" if clock.note else in_words(clock.cut_off)
    if clock.business_days and clock.start:
        start = _FROM[clock.start]
        since = f"counted from the {start} as the first" if day_one else f"after the {start}"
        return f"the {ordinal(clock.business_days)} business day{',' * day_one} {since}"
    return f"{counted(clock.weeks, 'week')} after the {_FROM[clock.start]}" if clock.weeks and clock.start else None


def _cases(measure: Measure) -> str:
    rule, clock = measure.cases, measure.clock
    case_type = {"CA": " chronic absence", "NEN": " NEN", None: ""}[rule.case_type]
    kind = f"{'active ' * (rule.which == 'active')}{'migrated' if rule.migrated else 'new'}{case_type} cases"
    duration, start = _duration(measure), _FROM.get(clock.start or "")
    which = {
        "referred_in_period": " referred in the period",
        "deadline_in_period": f" whose {duration} from {start} end in the period"
        if duration
        else " whose deadline falls in the period",
        "active": "",
        "all": ", closed ones too" * rule.migrated,
    }[rule.which]
    held = ", without those whose contact details are recorded as out of date" * rule.contact_details_held
    return kind + which + held


def _outcomes(types: list[str]) -> str:
    return "a school enrolment" if types == ["school"] else _or([_OUTCOMES[one] for one in types])


def _or(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
