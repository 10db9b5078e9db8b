"""Quarters as files: those that come with asreport, those of the installation (installation.py), and a user's own.

A file may hold a whole quarter, or build on one that the installation has and hold only what differs:

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

A file of the installation's takes the place of one with the same id that comes with asreport. A file that builds on a
quarter of its own id builds on the one that comes with asreport.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any

from asreport.policy.bounds import MAX_BYTES, quoted, read_toml
from asreport.policy.installation import Listing, built_in_files, content_of, folder_listing
from asreport.policy.quarter import Quarter, QuarterError, defined, tables_in

# Tables whose keys name one of several alternatives: changed as a whole, never mixed with what they replace.
WHOLE = {"clock", "evidence", "choices"}
# What a file may say of how it builds on another; the quarter itself has none of these.
_BUILDING = ("remove", "order", "carried_over", "left_out")

# A line that a quarter's file has and an export has not; and how the first line of such a file starts.
_OF_A_QUARTER = re.compile(rb"^[ \t]*(?:extends[ \t]*=|\[[ \t]*(?:measures|period)[ \t]*[].])", re.MULTILINE)
_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:\[|[\w.\"-]+[ \t]*=)")

Source = str | Path | bytes | IO[bytes]


def is_quarter(name: str, content: bytes = b"") -> bool:
    """Whether a file is meant as a quarter's: named as TOML, or a text that says what such a file says."""
    if name.lower().endswith(".toml"):
        return True
    return len(content) <= MAX_BYTES and bool(_STARTS.match(content) and _OF_A_QUARTER.search(content))


def available_quarters() -> tuple[str, ...]:
    """The ids of the quarters that this installation has, the newest first."""
    return tuple(_installed().quarters)


def newest_confirmed() -> Quarter:
    """The newest quarter that is not carried over: the one where no exports say which."""
    return next(quarter for quarter in _installed().quarters.values() if quarter.carried_over_from is None)


def unusable_quarters() -> tuple[str, ...]:
    """What of the installation's own quarters cannot be used, and why: a sentence each."""
    return _installed().faults


def replaced_quarters() -> tuple[str, ...]:
    """The ids of the quarters that come with asreport, and in whose place stands one of the installation's own."""
    return _installed().replaced


@cache
def built_in(name: str) -> Quarter:
    """A quarter as it comes with asreport, whatever the installation has in its place. Raises KeyError."""
    own = _plain(built_in_files()[name], name)
    return _quarter(own, name, built_in, tuple(built_in_files()))


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
    itself = raw.get("id") == base.id or base.id not in built_in_files()
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


def read_quarter(content: bytes, where: str) -> Quarter:
    """The quarter of a file's content; `where` is what the file is called in what is wrong. Raises QuarterError."""
    own = _plain(content, where)
    quarters = _installed().quarters
    return _quarter(own, where, lambda name: quarters[name], tuple(quarters))


def _loaded(source: Source) -> Quarter:
    if isinstance(source, bytes):
        return read_quarter(source, "the quarter’s file")
    if not isinstance(source, str | Path):
        return read_quarter(source.read(), str(getattr(source, "name", "the quarter’s file")))
    installed = _installed()
    if str(source) in installed.quarters:
        return installed.quarters[str(source)]
    path = Path(source)
    if path.is_file():
        return read_quarter(path.read_bytes(), path.name)
    if isinstance(source, Path) or source.endswith(".toml"):
        raise QuarterError(f"There is no quarter’s file at {source}.")
    there_is = f"There is no quarter “{source}”; there is {', '.join(installed.quarters)}."
    raise QuarterError("\n".join([there_is, *installed.faults]))


def _plain(content: bytes, where: str) -> dict[str, Any]:
    try:
        return read_toml(content)
    except ValueError as error:
        raise QuarterError(f"{where}: {error}.") from None


def _quarter(own: dict[str, Any], where: str, installed: Callable[[str], Quarter], names: tuple[str, ...]) -> Quarter:
    """The quarter of a file's plain data. `installed` gives one of those `names` that it may build on."""
    if "extends" not in own:
        return defined(own, where)
    base = own["extends"]
    if base not in names:
        raise QuarterError(
            f"{where}, extends: it must name a quarter that this installation has; found “{quoted(base)}”; "
            f"write one of {', '.join(names)}."
        )
    itself = own.get("id", base) == base and base in built_in_files()
    changes = {key: value for key, value in own.items() if key != "extends"}
    return extended(built_in(base) if itself else installed(base), changes, where)


# The quarters of the installation


@dataclass(frozen=True)
class _Installed:
    quarters: dict[str, Quarter]  # by id, the newest first
    faults: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def _installed() -> _Installed:
    listing, fault = folder_listing()
    installed = _of_folder(listing)
    return replace(installed, faults=(fault, *installed.faults)) if fault else installed


@lru_cache(maxsize=2)
def _of_folder(listing: Listing) -> _Installed:
    """The quarters of an installation with these files in its folder: read again only where a file has changed."""
    files, wrong = _files_of(listing)
    come_with = {name: (name, _plain(content, name)) for name, content in built_in_files().items()}
    known = come_with | files
    quarters: dict[str, Quarter] = {}

    def resolved(name: str, under: tuple[str, ...] = ()) -> Quarter:
        file, own = known[name]
        if name in under:
            raise QuarterError(f"{file}, extends: it builds on itself, by way of {', '.join(under)}.")

        def base(extends: str) -> Quarter:
            try:
                return resolved(extends, (*under, name))
            except QuarterError as error:
                raise QuarterError(f"{file}, extends: “{extends}” cannot be used itself. {error}") from None

        if name not in quarters:
            quarters[name] = _quarter(own, file, base, tuple(known))
        return quarters[name]

    for name, (file, _) in files.items():
        try:
            resolved(name)
        except QuarterError as error:
            wrong[file] = str(error)
    replaced = tuple(name for name in come_with if name in files and name in quarters)
    known |= {name: own for name, own in come_with.items() if name not in replaced}
    for name in come_with:
        try:
            resolved(name)
        except QuarterError as error:  # it does not fit the one it builds on now
            quarters[name] = built_in(name)
            wrong[name] = str(error)
    newest_first = sorted(quarters.items(), key=lambda item: item[1].period.start, reverse=True)
    return _Installed(dict(newest_first), tuple(_unusable(*item) for item in wrong.items()), replaced)


def _files_of(listing: Listing) -> tuple[dict[str, tuple[str, dict[str, Any]]], dict[str, str]]:
    """What the files of a folder say: id → name of the file and its plain data; and what is wrong, by file."""
    files: dict[str, tuple[str, dict[str, Any]]] = {}
    wrong: dict[str, str] = {}
    twice = set[str]()
    for path, changed, _ in listing:
        file = Path(path).name
        try:
            own = _plain(_content(path, changed, file), file)
        except QuarterError as error:
            wrong[file] = str(error)
            continue
        name = str(own.get("id", own.get("extends")))
        if name in files:
            twice.add(name)
            wrong[file] = f"{file}, id: {files[name][0]} is “{quoted(name)}” too, so neither is used; keep one of them."
        else:
            files[name] = (file, own)
    return {name: one for name, one in files.items() if name not in twice}, wrong


def _content(path: str, changed: int | None, file: str) -> bytes:
    try:
        if changed is not None:
            return content_of(path)
    except OSError:
        pass
    raise QuarterError(f"{file}: the file cannot be read.")


def _unusable(file: str, lines: str) -> str:
    first, *more = lines.splitlines()
    others = f" ({len(more)} more of its lines are wrong.)" if more else ""
    return f"This installation’s quarter {file} cannot be used: {first}{others}"


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
