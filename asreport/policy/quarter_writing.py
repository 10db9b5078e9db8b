"""A quarter as its file, small and readable, and what differs from another quarter in sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from asreport.dates import in_words
from asreport.policy.installation import built_in_files
from asreport.policy.quarter import NOTHING, NOTHING_IN_CASES, Definition, Measure, Quarter, QuarterError
from asreport.policy.quarter_file import WHOLE, built_in, load_quarter
from asreport.policy.quarter_words import within

_HEADING = """\
# A quarter of asreport: measures, targets and dates, and no case. Drop it in with the exports, or give it to the
# command line with --quarter.

"""


def base_of(quarter: Quarter) -> Quarter | None:
    """The quarter that a quarter is or builds on, the nearest, as it comes with asreport; None if it stands alone."""
    names = [name for name in (quarter.id, *quarter.extends) if name in built_in_files()]
    return built_in(names[0]) if names else None


def as_toml(quarter: Quarter) -> str:
    """The quarter as a file: what it extends and the differences only, or whole where it builds on none that is known.

    Read again, it gives the same quarter. What is a provider's own, accepted subjects and queues, is in the settings
    and not here.
    """
    plain = quarter.with_own_words({}, [])
    if base := base_of(quarter):
        text = _HEADING + "\n".join(_lines(_differences(base, plain), ())) + "\n"
        if _gives(text, plain):
            return text
    whole = {key: value for key, value in plain.definition.items() if key != "extends"}
    return _HEADING + "\n".join(_lines(whole, ())) + "\n"


def _gives(text: str, quarter: Quarter) -> bool:
    """Whether a file's text gives a quarter here too, where another may stand in place of the one it builds on."""
    try:
        again = load_quarter(text.encode())
    except QuarterError:
        return False
    return again == quarter and list(again.measures) == list(quarter.measures)


def _differences(base: Quarter, quarter: Quarter) -> dict[str, Any]:
    """What a file says that extends `base` and gives `quarter`."""
    old, new = base.definition, quarter.definition
    own: dict[str, Any] = {"extends": base.id}
    gone = [name for name in old["measures"] if name not in new["measures"]]
    if quarter.carried_over_from:
        by_rule = quarter.carried_over_from == (base.carried_over_from or base.name)
        own["carried_over"] = True if by_rule else quarter.carried_over_from
        left_out = {key: name for key, name in quarter.left_out.items() if key not in base.left_out}
        plainly = all(key in base.measures and base.measures[key].name == name for key, name in left_out.items())
        own["left_out"] = list(left_out) if plainly else left_out
    own["remove"] = [name for name in gone if name not in own.get("left_out", ())]
    for key, value in new.items():
        if key not in ("extends", "left_out", "carried_over_from", "readings") and value != old.get(key):
            own[key] = _changed(old[key], value) if isinstance(old.get(key), dict) else value
    own["readings"] = _readings(old["readings"], new["readings"])
    as_merged = [*(name for name in old["measures"] if name in new["measures"]), *new["measures"]]
    if list(dict.fromkeys(as_merged)) != list(new["measures"]):
        own["order"] = list(new["measures"])
    return {key: value for key, value in own.items() if value not in ([], {})}


def differences_in_words(base: Quarter, quarter: Quarter) -> list[str]:
    """What differs from another quarter, a sentence each."""
    sentences = list(quarter.cautions)
    for what, old, new in (("name", base.name, quarter.name), ("source", base.source, quarter.source)):
        if old != new:
            sentences.append(f"The {what} is “{new}”.")
    if (base.period.start, base.period.end) != (quarter.period.start, quarter.period.end):
        sentences.append(f"The period is {in_words(quarter.period.start)} to {in_words(quarter.period.end)}.")
    for name, measure in base.measures.items():
        if name not in quarter.measures and name not in quarter.left_out:
            sentences.append(f"No longer asked for: {measure.name}.")
    for name, measure in quarter.measures.items():
        if name not in base.measures:
            target = "no target" if measure.target is None else f"target {measure.target}%"
            sentences.append(f"New: {measure.name}, {target}.")
        else:
            sentences += _measure_in_words(base.measures[name], measure)
    kept = [name for name in base.measures if name in quarter.measures]
    if kept != [name for name in quarter.measures if name in base.measures]:
        sentences.append("The measures stand in another order.")
    for name, reading in quarter.readings.items():
        if name not in base.readings or base.readings[name].value != reading.value:
            sentences.append(f"{reading.title}: {reading.in_words()}.")
    for key, subject in quarter.subjects.items():
        if key not in base.subjects or base.subjects[key].name != subject.name:
            sentences.append(f"The Subject “{subject.name}” counts for {key}.")
    return sentences


def _measure_in_words(old: Measure, new: Measure) -> list[str]:
    parts = []
    if old.name != new.name:
        parts.append(f"is now “{new.name}”")
    if old.target != new.target:
        now = "no target" if new.target is None else f"target {new.target}%"
        parts.append(f"{now} instead of {'none' if old.target is None else f'{old.target}%'}")
    if old.clock != new.clock:
        before, now = (_within(one) for one in (old, new))
        parts.append(f"{now} instead of {before}")
    if old.cases != new.cases:
        parts.append("about other cases")
    if old.evidence != new.evidence:
        parts.append("other evidence counts")
    texts = [name for name in ("why", "how", "record", "section") if getattr(old, name) != getattr(new, name)]
    if texts and not parts:
        parts.append("its card says something else")
    return [f"{old.name}: {'; '.join(parts)}."] if parts else []


def _within(measure: Measure) -> str:
    clock = measure.clock
    since = {"referral_date": " of referral", "allocation_date": " of allocation", None: ""}[clock.start]
    return (within(clock) or "no deadline") + since


def _changed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key, value in new.items():
        if key not in old or key in WHOLE or not (isinstance(value, dict) and isinstance(old[key], dict)):
            if key not in old or value != old[key]:
                changed[key] = value
        elif inner := _changed(old[key], value):
            changed[key] = inner
    nothing = NOTHING | NOTHING_IN_CASES
    return changed | {key: nothing[key] for key in old if key not in new and key in nothing}


def _readings(old: Definition, new: Definition) -> dict[str, Any]:
    """The readings that differ. What a file gives as a value is its default too, unless it says otherwise."""
    differing = {}
    for name, reading in new.items():
        before = old.get(name, {})
        changed = _changed(before, reading)
        if reading["value"] == reading["default"]:
            changed.pop("default", None)
            if before.get("default") != reading["default"]:
                changed["value"] = reading["value"]
        elif "value" in changed:
            changed["default"] = reading["default"]
        if changed:
            differing[name] = changed
    return differing


# Plain data as TOML


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """The lines of a table, and after them of those in it; what is two deep in a measure stands in one line."""
    nested = {key: value for key, value in table.items() if isinstance(value, dict) and len(path) < 2}
    for key, value in table.items():
        if key not in nested:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in nested.items():
        deeper = (*path, key)
        if any(not isinstance(inner, dict) for inner in value.values()) or not value or len(deeper) == 2:
            yield f"\n[{'.'.join(map(_key, deeper))}]"
        yield from _lines(value, deeper)


def _value(value: Any) -> str:
    if isinstance(value, dict) and not value:
        return "{}"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _value(key)
