"""How far each figure would move if the guide were read otherwise where it is silent.

Every answer here is a whole assessment under the other reading, with everything else as it stands: the period, the
as-at date, the other readings, accepted subjects and marked queues. Nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from asreport.assessing.assessment import Assessment, assess
from asreport.business_days import OutsideCalendar
from asreport.evidence.plan import PlanEvidence
from asreport.policy.quarter import Quarter, Reading
from asreport.tables import Tables

Value = str | list[str]

_FIGURES = ("in_scope", "rate_percent", "floor_percent", "ceiling_percent", "still_needed", "outcome")
EFFECT = ["measure_id", "measure", "target_percent", *(f"{name}{when}" for name in _FIGURES for when in ("_now", "")),
          "rate_change"]  # fmt: skip
_MOST_SEEN = 8  # of the words of an export, those offered as other choices


@dataclass(frozen=True)
class Alternative:
    """Another choice for one reading: its name, what it is called, the value, and the choice in words."""

    reading: str
    title: str
    value: Value
    words: str


def with_readings(quarter: Quarter, readings: Mapping[str, Value]) -> Quarter:
    """The quarter under just these readings (name → value; the others at their default), all else as it stands.

    Names the quarter does not have are left out, so that what was chosen can be carried to another quarter. Raises
    `QuarterError` for a value that a reading does not take.
    """
    return quarter.with_readings({name: value for name, value in readings.items() if name in quarter.readings})


def changed_readings(quarter: Quarter) -> dict[str, Value]:
    """The readings that are not at their default: name → value in force."""
    return {name: reading.value for name, reading in quarter.readings.items() if reading.changed}


def alternatives(quarter: Quarter, tables: Tables) -> list[Alternative]:
    """Every other choice of every reading, in the order of the file.

    Of a list: with one allowed entry more or less, and never none. A list that may hold any text takes the words that
    the exports use, the commonest first: the plan statuses.
    """
    return [
        Alternative(name, reading.title, value, reading.in_words(value))
        for name, reading in quarter.readings.items()
        for value in _other_values(reading, name, quarter, tables)
    ]


def entries(name: str, quarter: Quarter, tables: Tables) -> list[str]:
    """What a reading that is a list may hold: what the file allows, else its default, what it holds, what is seen."""
    reading = quarter.readings[name]
    own = [*reading.default, *reading.value] if isinstance(reading.value, list) else []
    return reading.allowed or _distinct([*own, *_seen(name, quarter, tables)])


def effect(tables: Tables, now: Assessment, readings: Mapping[str, Value]) -> pd.DataFrame:
    """What each figure is under `readings` (the others at their default), beside what it is now.

    One row for each measure that a difference concerns and that can be judged: columns of `EFFECT`, of which those that
    end in `_now` are of `now`; percentages as in attainment.csv; `rate_change` is in percentage points, missing where
    either rate is. Raises `OutsideCalendar` as `assess` does.
    """
    then = with_readings(now.quarter, readings)
    differing = {n for n, reading in then.readings.items() if reading.value != now.quarter.readings[n].value}
    concerned = [m for m in then.measures if m not in now.not_assessed and differing & set(now.quarter.readings_of(m))]
    # Measures do not look at one another, so those that no difference concerns need not be judged again.
    part = then.model_copy(update={"measures": {m: then.measures[m] for m in concerned}})
    after = assess(tables, part, now.as_at).attainment
    return _beside(now.attainment[now.attainment["measure_id"].isin(concerned)], after)


def quarter_effect(tables: Tables, now: Assessment, then: Quarter) -> pd.DataFrame:
    """What each figure is under another quarter, beside what it is now: the columns of `EFFECT`, a row a measure.

    The measures of `then` in its order, then those that it does not ask for; the figures of the side that does not have
    a measure are missing. Target and name are those of `then` where it has the measure. Raises `OutsideCalendar`.
    """
    return _beside(now.attainment, assess(tables, then, now.as_at).attainment)


def _beside(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Two tables of attainment, of the same or of other measures, as one of `EFFECT`."""
    before, after = before.set_index("measure_id"), after.set_index("measure_id")
    every = after.index.append(before.index.difference(after.index, sort=False))
    before, after = before.reindex(every), after.reindex(every)
    table = after[["measure", "target_percent"]].where(after["measure"].notna(), before[["measure", "target_percent"]])
    for name in _FIGURES:
        table[f"{name}_now"], table[name] = before[name], after[name]
    table["rate_change"] = (table["rate_percent"] - table["rate_percent_now"]).round(2)
    return table.rename_axis("measure_id").reset_index()[EFFECT]


def reading_effects(
    tables: Tables, now: Assessment, progress: Callable[[float, str], None] | None = None
) -> pd.DataFrame:
    """`effect` of each alternative by itself: the same columns, and first `reading`, `title`, `words` and `value`.

    A choice under which a deadline would lie outside the known calendar has no rows. `progress` is told the share that
    is done and what comes next.
    """
    others = alternatives(now.quarter, tables)
    found = []
    for place, other in enumerate(others):
        if progress:
            progress(place / len(others), f"{other.title}: {other.words}")
        try:
            table = effect(tables, now, changed_readings(now.quarter) | {other.reading: other.value})
        except OutsideCalendar:
            continue
        found.append(table.assign(reading=other.reading, title=other.title, words=other.words,
                                  value=pd.Series([other.value] * len(table), dtype="object")))  # fmt: skip
    columns = ["reading", "title", "words", "value", *EFFECT]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def moves(effects: pd.DataFrame) -> pd.Series:
    """Which rows of `effect` show a difference in any figure."""
    pairs = [(effects[f"{name}_now"], effects[name]) for name in _FIGURES]
    same = [(then == before).fillna(False) | (then.isna() & before.isna()) for before, then in pairs]
    return ~pd.concat(same, axis=1).all(axis=1) if len(effects) else pd.Series(dtype="bool")


def _other_values(reading: Reading, name: str, quarter: Quarter, tables: Tables) -> Iterator[Value]:
    if isinstance(reading.value, str):
        yield from (value for value in reading.choices if value != reading.value)
        return
    options = entries(name, quarter, tables)
    yield from ([*reading.value, entry] for entry in options if entry not in reading.value)
    if len(reading.value) > 1:
        yield from ([kept for kept in reading.value if kept != entry] for entry in reading.value)


def _seen(name: str, quarter: Quarter, tables: Tables) -> list[str]:
    """The words of the exports that a list without bounds is about."""
    plans = any(
        name in quarter.used_readings[m.id] for m in quarter.measures.values() if isinstance(m.evidence, PlanEvidence)
    )
    if not plans or "plans" not in tables:
        return []
    words = tables["plans"]["status"].str.split().str.join(" ")
    return [str(word) for word in words.value_counts().index[:_MOST_SEEN]]


def _distinct(texts: list[str]) -> list[str]:
    """Each text once, as it first stands, whatever its case."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(text.casefold(), text)
    return list(first.values())
