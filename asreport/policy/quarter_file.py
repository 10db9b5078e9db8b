"""Quarters as files: those that come with asreport, in `quarters/`, and a user's own.

A file may hold a whole quarter, or build on one that comes with asreport and hold only what differs:

    extends = "q2-2026"                 the quarter it builds on
    remove = ["migrated-nen-enrolled"]  measures of that quarter that are no longer asked for
    order = ["student-plan"]            measures in the order they are reported; those not named follow as they stood
    carried_over = true                 nobody has confirmed the measures and targets for this quarter yet; or the name
                                        of the quarter whose they are
    left_out = ["migrated-plan"]        as remove, and named as left out: for a quarter that is carried over; or a table
                                        of ids and names

and any of the tables and values that a quarter has. A `clock`, an `evidence` and the `choices` of a reading are
replaced as a whole, everything else value by value. `target = "none"` and `case_type = "any"` take back a target or a
case type.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, Any

from asreport.policy.bounds import quoted, read_toml
from asreport.policy.quarter import Quarter, QuarterError, defined, tables_in

# Tables whose keys name one of several alternatives: changed as a whole, never mixed with what they replace.
WHOLE = {"clock", "evidence", "choices"}
# What a file may say of how it builds on another; the quarter itself has none of these.
_BUILDING = ("remove", "order", "carried_over", "left_out")

Source = str | Path | bytes | IO[bytes]


def available_quarters() -> tuple[str, ...]:
    """The ids of the quarters that come with asreport, the newest first."""
    folder = resources.files(__package__) / "quarters"
    names = [file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: name.split("-")[::-1], reverse=True))


def newest_confirmed() -> Quarter:
    """The newest quarter that comes with asreport and is not carried over: the one where no exports say which."""
    known = [_built_in(name) for name in available_quarters()]
    return next(quarter for quarter in known if quarter.carried_over_from is None)


def load_quarter(
    quarter: Source,
    *,
    period_start: date | None = None,
    period_end: date | None = None,
    readings: Mapping[str, str | list[str]] | None = None,
) -> Quarter:
    """Load and check a quarter: by its id ("q2-2026"), a file's path, or a file's content (bytes, or a binary stream).

    `period_start`, `period_end` (both days belong to the period) and `readings` (name → value) take the place of the
    file's own.
    Raises `QuarterError`, a line a fault: where, the rule, what was found, what to write.
    """
    loaded = _loaded(quarter)
    if period_start or period_end:
        loaded = loaded.with_period(period_start, period_end)
    if readings:
        changed = {name: reading.value for name, reading in loaded.readings.items() if reading.changed}
        loaded = loaded.with_readings({**changed, **readings})
    return loaded


def extended(base: Quarter, own: dict[str, Any], where: str) -> Quarter:
    """`base` with what a file that extends it says (`own`, without `extends`), as if it had been loaded.

    A carried-over base counts as confirmed by it, unless `own` says `carried_over`. Raises `QuarterError`.
    """
    raw = base.definition
    wrong: list[str] = []
    own = deepcopy(own)
    building = {name: own.pop(name, None) for name in _BUILDING}
    named: dict[str, str] = {}
    if isinstance(building["left_out"], dict):
        named = {key: str(name) for key, name in building["left_out"].items()}
    else:
        for measure_id in _names(building["left_out"], "left_out", base.measures, wrong):
            named[measure_id] = base.measures[measure_id].name
    for measure_id in [*_names(building["remove"], "remove", base.measures, wrong), *named]:
        raw["measures"].pop(measure_id, None)
    raw = _merged(raw, own)
    if isinstance(raw["measures"], dict):
        order = _names(building["order"], "order", raw["measures"], wrong)
        raw["measures"] = {one: raw["measures"][one] for one in [*order, *raw["measures"]]}
    for name, reading in tables_in(own.get("readings")).items():
        if "value" in reading and "default" not in reading:  # what the file says is its default
            raw["readings"][name]["default"] = reading["value"]
    raw = {key: value for key, value in raw.items() if key not in ("extends", "carried_over_from", "left_out")}
    itself = raw.get("id") == base.id or base.id not in available_quarters()
    if extends := base.extends if itself else (base.id, *base.extends):
        raw["extends"] = extends
    carried_over = building["carried_over"]
    if carried_over not in (None, False, True) and not isinstance(carried_over, str):
        wrong.append(f"carried_over: it is true, false or a quarter’s name; found {carried_over!r}")
    elif carried_over:
        origin = carried_over if isinstance(carried_over, str) else base.carried_over_from or base.name
        raw |= {"carried_over_from": origin, "left_out": {**base.left_out, **named}}
    elif named:
        wrong.append("left_out: only a quarter with carried_over = true leaves measures out; write remove instead")
    faults = [f"{where}, {line}." for line in wrong]
    try:
        quarter = defined(raw, where)
    except QuarterError as error:
        raise QuarterError("\n".join([*faults, str(error)])) from None
    if faults:
        raise QuarterError("\n".join(faults))
    return quarter


def _loaded(source: Source) -> Quarter:
    if isinstance(source, bytes):
        return _of_text(source, "the quarter’s file")
    if not isinstance(source, str | Path):
        return _of_text(source.read(), str(getattr(source, "name", "the quarter’s file")))
    if str(source) in available_quarters():
        return _built_in(str(source))
    path = Path(source)
    if path.is_file():
        return _of_text(path.read_bytes(), path.name)
    if isinstance(source, Path) or source.endswith(".toml"):
        raise QuarterError(f"There is no quarter’s file at {source}.")
    raise QuarterError(f"There is no quarter “{source}”; there is {', '.join(available_quarters())}.")


@cache
def _built_in(name: str) -> Quarter:
    return _of_text((resources.files(__package__) / "quarters" / f"{name}.toml").read_bytes(), name)


def _of_text(content: bytes, where: str) -> Quarter:
    try:
        own = read_toml(content)
    except ValueError as error:
        raise QuarterError(f"{where}: {error}.") from None
    if "extends" not in own:
        return defined(own, where)
    base = own.pop("extends")
    if base not in available_quarters():
        raise QuarterError(
            f"{where}, extends: it must name a quarter that this installation has; found “{quoted(base)}”; "
            f"write one of {', '.join(available_quarters())}."
        )
    return extended(_built_in(base), own, where)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        deep = isinstance(value, dict) and isinstance(base.get(key), dict) and key not in WHOLE
        merged[key] = _merged(base[key], value) if deep else value
    return merged


def _names(value: Any, key: str, measures: Mapping[str, Any], wrong: list[str]) -> list[str]:
    """The measures that a list names; what is wrong with it is added to `wrong`."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        wrong.append(
            f'{key}: it is a list of measures’ ids; found {value!r}; write for example {key} = ["student-plan"]'
        )
        return []
    known = ", ".join(measures)
    wrong += [
        f"{key}: it must name a measure; found “{name}”; write one of {known}" for name in value if name not in measures
    ]
    return [name for name in dict.fromkeys(value) if name in measures]
