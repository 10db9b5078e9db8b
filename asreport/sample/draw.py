"""The random remainder of the sample: cases and their records, drawn from rates, a whole column at a time.

Work goes well or badly by one number a case and kind of work, its luck between 0 and 1: evenly spread, but lower where
the case manager and the school are strong. What happens is read off a scale of rates: the first rate above the luck.
Luck is dealt like cards, not thrown like dice, so that a small sample shows the rates as well as a large one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.sample.days import NO_DAY, Days
from asreport.sample.records import (
    IN_PROGRESS,
    Records,
    counted_status,
    invented,
    people_and_schools,
    places,
    subject_spellings,
)

MIGRATED, MIGRATED_UNMEASURED, NEN = 0.40, 0.05, 0.40
REFERRED_BEFORE, REFERRED_AFTER = 0.13, 0.04  # new cases outside the period; those before it mostly NEN
NEN_BEFORE = 0.85
CONTACT = {"Yes": 0.86, "No": 0.06, "": 0.08}
NO_REFERRAL, NO_ALLOCATION, NO_NSN, NOT_IN_ENROL = 0.006, 0.01, 0.012, 0.02
CLOSED, CLOSED_DATE_MISSING, PLAN_COMPLETED_ON_CLOSING = 0.16, 0.04, 0.4
EFFECT = 4.0  # how much strength bends luck

# Migrated cases: referred so many days before the period, and moved over from so many before it on.
MIGRATED_REFERRED, MOVED_FROM = (121, 5), 79


@dataclass(frozen=True)
class Meetings:
    """How the meetings of one Subject go.

    `with_school`: the school's strength tells, too; without it, wrong contact details do. `met_within`: new cases met
    within each of `SPANS`; the rest never. `migrated_met`: migrated cases met by the cut-off, and just after it; the
    rest never. `badly_recorded`: held but recorded so that it does not count, shares of new and of migrated cases.
    """

    with_school: bool
    met_within: tuple[float, ...]
    migrated_met: tuple[float, ...]
    badly_recorded: tuple[float, float]


# Of the quarter's subjects in turn.
MEETINGS = (
    Meetings(True, (0.92, 0.96, 0.97, 0.98), (0.988, 0.992), (0.038, 0.018)),
    Meetings(False, (0.45, 0.78, 0.95, 0.975), (0.94, 0.95), (0.042, 0.03)),
)
SPANS = ((1, 5), (6, 10), (11, 15), (16, 30))  # business days after the referral
DAYS_FROM, DAYS_TO = (np.array([*days, 0]) for days in zip(*SPANS, strict=True))
MET_EARLY_IN_SPAN = 1.6  # above 1: more meetings on the first days of each span

FAULTS = ("task", "subject", "no date", "future", "before", "late")
FAULT_SHARES = ((0.40, 0.24, 0.12, 0.12, 0.12, 0.0), (0.36, 0.20, 0.10, 0.10, 0.0, 0.24))
OTHER_SPELLING = 0.05
BOOKED = 0.35  # meetings still to come that are in the calendar already

# Plans: good, draft, completed, without a step, recorded late; the rest none. New and migrated cases.
PLANS = ((0.85, 0.91, 0.92, 0.935, 0.935), (0.93, 0.949, 0.955, 0.962, 0.968))

# NEN outcomes: in time, late, without a date; the rest none. New and migrated cases.
OUTCOMES = ((0.69, 0.80, 0.82), (0.71, 0.85, 0.87))
OUTCOME_TYPES = {"School": 0.84, "Alternative Education": 0.10, "Exemption": 0.06}

# The case owner is a person, is a queue, or a person since after the cut-off (migrated); the rest is blank.
OWNERS = ((0.965, 0.985, 0.985), (0.97, 0.98, 0.99))
JUST_REFERRED = 7  # days before the export; such cases often still wait in a queue
STILL_QUEUED = 0.4

# Breaks between the school terms of any year, nearly: first and last day, as month and day.
TERM_BREAKS = (("12-20", "12-31"), ("01-01", "01-26"), ("04-03", "04-19"), ("07-04", "07-19"), ("09-26", "10-11"))


def draw(count: int, days: Days, rng: np.random.Generator) -> Records:
    """`count` cases of a quarter with what is recorded on them."""
    cases = _cases(count, days, rng)
    meetings = [
        _meetings(cases, MEETINGS[place % len(MEETINGS)], key, days, rng)
        for place, key in enumerate(days.quarter.subjects)
    ]
    events = pd.concat([*meetings, _other_activities(cases, days, rng)], ignore_index=True)
    plans = _plans(cases, days, rng)
    _close(cases, events, plans, days, rng)
    return Records(cases, events, plans, _enrolments(cases, days, rng))


def _deal(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Numbers between 0 and 1 in random order, evenly spread within each group."""
    order = np.lexsort([rng.random(len(groups)), groups])
    _, first, size = np.unique(groups[order], return_index=True, return_counts=True)
    within = np.arange(len(groups)) - np.repeat(first, size)
    numbers = np.empty(len(groups))
    numbers[order] = (within + rng.random(len(groups))) / np.repeat(size, size)
    return numbers


def _luck(strength: pd.Series, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _deal(groups, rng) ** np.exp(EFFECT * strength.to_numpy())


def _read_off(luck: np.ndarray, scales: tuple[tuple[float, ...], ...], which: np.ndarray) -> np.ndarray:
    """The step on the scale of rates that each luck falls on; `which` tells the scale of each."""
    steps = [np.searchsorted(scale, luck, side="right") for scale in scales]
    return np.choose(which, steps)


def _pick(options: dict[str, float], count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array(list(options), dtype=object), count, p=list(options.values()))


# Cases


def _cases(count: int, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    migrated = rng.permutation(count) < (MIGRATED if days.any_migrated else MIGRATED_UNMEASURED) * count
    when = _deal(migrated, rng)
    before = ~migrated & (when < REFERRED_BEFORE)
    after = ~migrated & (when > 1 - REFERRED_AFTER)
    cohort = np.select([migrated, before, after], ["migrated", "before", "after"], "in period")
    nen = _deal(cohort, rng) < np.where(before, NEN_BEFORE, NEN)
    referral = _referral_days(days.start, days.end, count, days, rng)
    referral[migrated] = _referral_days(
        days.start - MIGRATED_REFERRED[0], days.start - MIGRATED_REFERRED[1], migrated.sum(), days, rng
    )
    referral[before] = _referral_days(days.start - days.outcome_within - 1, days.start - 1, before.sum(), days, rng)
    referral[after] = _referral_days(days.end + 1, days.last_worked, after.sum(), days, rng)
    cases = pd.DataFrame(
        {
            "cohort": cohort,
            "case_type": np.where(nen, "NEN", "CA"),
            "migrated": migrated,
            "referral": referral,
            "allocation": _allocation(referral, migrated, days, rng),
            "contact": _pick(CONTACT, count, rng),
            "no_referral": ~migrated & (rng.random(count) < NO_REFERRAL),
            "no_allocation": rng.random(count) < NO_ALLOCATION,
            "no_nsn": rng.random(count) < NO_NSN,
        }
    ).join(places(count, rng))
    return _owners(cases, days, rng)


def _referral_days(
    first: np.datetime64, last: np.datetime64, count: int, days: Days, rng: np.random.Generator
) -> np.ndarray:
    """Days of referral: few on weekends and holidays, fewer than usual in the term breaks."""
    every = np.arange(first, last + 1)
    weight = np.where(days.next_business_day(every) == every, 1.0, 0.04)
    in_year = np.array([str(day)[5:] for day in every])
    for start, end in TERM_BREAKS:
        weight[(in_year >= start) & (in_year <= end)] *= 0.4
    return rng.choice(every, count, p=weight / weight.sum())


def _allocation(referral: np.ndarray, migrated: np.ndarray, days: Days, rng: np.random.Generator) -> np.ndarray:
    """New cases reach the provider within days; migrated ones came over from some weeks before the period on."""
    new = days.business_days_after(referral, rng.choice([0, 1, 1, 2], len(referral)))
    start = np.maximum(referral, days.start - MOVED_FROM)
    moved = days.business_days_after(start, rng.integers(1, 8, len(referral)))
    return np.minimum(np.where(migrated, moved, np.maximum(new, referral)), days.last_worked)


def _owners(cases: pd.DataFrame, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    count, migrated = len(cases), cases["migrated"].to_numpy()
    allocation = cases["allocation"].to_numpy("datetime64[D]")
    kind = _read_off(_deal(migrated, rng), OWNERS, migrated.astype(int))
    waiting = (cases["referral"].to_numpy("datetime64[D]") >= days.as_at - JUST_REFERRED) & (
        rng.random(count) < STILL_QUEUED
    )
    kind = np.where(waiting, 1, kind)
    queues = np.array(invented("names.toml")["queues"], dtype=object)[rng.integers(0, 2, count)]
    after = np.where(migrated, rng.integers(0, 60, count), rng.integers(0, 4, count))
    latest = np.where(migrated, days.migrated_by, days.last_worked)
    assigned = np.maximum(np.minimum(days.business_days_after(allocation, after), latest), allocation)
    cases["owner"] = np.select([kind == 1, kind == 3], [queues, ""], cases["manager"].to_numpy())
    cases["owner_assigned"] = np.select([kind == 1, kind == 2, kind == 3], [allocation, days.as_at, NO_DAY], assigned)
    return cases


def _close(
    cases: pd.DataFrame, events: pd.DataFrame, plans: pd.DataFrame, days: Days, rng: np.random.Generator
) -> None:
    """Close some of the older cases, after the last thing that is recorded on them."""
    last = pd.concat([events[["case", "created"]], plans[["case", "created"]]]).groupby("case")["created"].max()
    busy_until = last.reindex(range(len(cases))).to_numpy("datetime64[D]")
    earliest = np.fmax(cases["referral"].to_numpy("datetime64[D]") + 30, busy_until)
    closed = days.business_days_after(earliest, rng.integers(1, 15, len(cases)))
    is_closed = (rng.random(len(cases)) < CLOSED) & (closed <= days.last_worked)
    unknown = rng.random(len(cases)) < CLOSED_DATE_MISSING
    cases["closed"] = np.where(is_closed & ~unknown, closed, NO_DAY)
    waiting = ~is_closed & cases["owner"].isin(["", *invented("names.toml")["queues"]])
    cases["status"] = np.select([is_closed, waiting], ["Closed", "New"], IN_PROGRESS)
    ended = is_closed[plans["case"]] & (rng.random(len(plans)) < PLAN_COMPLETED_ON_CLOSING)
    plans.loc[ended & (plans["status"] == counted_status(days.quarter)), "status"] = "Completed"


# Activities


def _meetings(cases: pd.DataFrame, meetings: Meetings, key: str, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    """The meetings with the Subject of that key: those held, as they were recorded, and those in the calendar."""
    held = _held(cases, meetings, days, rng)
    booked = (held > days.as_at) & (rng.random(len(cases)) < BOOKED)
    rows = np.flatnonzero((held <= days.as_at) | booked)
    events = pd.DataFrame({"case": rows, "date": held[rows], "activity_type": "Event"})
    events["created"] = _created(held[rows], cases["referral"].to_numpy("datetime64[D]")[rows], days, rng)
    _write_down(events, key, _faults(cases.iloc[rows], meetings, booked[rows], rng), days, rng)
    return events


def _held(cases: pd.DataFrame, meetings: Meetings, days: Days, rng: np.random.Generator) -> np.ndarray:
    """The day each meeting takes place, which may be after the export; NaT for never."""
    strength = cases["manager_strength"] + (cases["school_strength"] if meetings.with_school else 0)
    if not meetings.with_school:
        strength = strength.where(cases["contact"] != "No", -0.6)
    luck = _luck(strength, cases["cohort"].to_numpy(), rng)
    step = np.searchsorted(meetings.met_within, luck, side="right")
    within = rng.random(len(cases)) ** MET_EARLY_IN_SPAN
    after = DAYS_FROM[step] + (within * (DAYS_TO[step] - DAYS_FROM[step] + 1)).astype(int)
    new = days.business_days_after(cases["referral"].to_numpy("datetime64[D]"), after)
    new[step == len(DAYS_FROM) - 1] = NO_DAY
    in_time = days.between(cases["allocation"].to_numpy("datetime64[D]"), days.migrated_by, rng)
    late = rng.choice([days.migrated_by + 1, days.as_at], len(cases))
    step = np.searchsorted(meetings.migrated_met, luck, side="right")
    moved = np.select([step == 0, step == 1], [in_time, late], NO_DAY)
    return np.where(cases["migrated"], moved, new)


def _created(held: np.ndarray, referral: np.ndarray, days: Days, rng: np.random.Generator) -> np.ndarray:
    """Records are made on the day or some days later; bookings in the week before the export."""
    after = rng.choice([0, 0, 0, 0, 0, 1, 1, 2], len(held))
    later = np.minimum(days.next_business_day(held + after), days.as_at)
    booking = np.maximum(referral, rng.choice([days.last_worked - 1, days.last_worked], len(held)))
    return np.where(held > days.as_at, booking, later)


def _faults(cases: pd.DataFrame, meetings: Meetings, booked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is wrong with each record, "" where nothing is; strong case managers err less."""
    migrated = cases["migrated"].to_numpy()
    rate = np.where(migrated, meetings.badly_recorded[1], meetings.badly_recorded[0])
    wrong = _deal(cases["cohort"].to_numpy(), rng) < rate * np.exp(-EFFECT * cases["manager_strength"].to_numpy())
    new, moved = (rng.choice(FAULTS, len(cases), p=shares) for shares in FAULT_SHARES)
    return np.where(wrong & ~booked, np.where(migrated, moved, new), "")


def _write_down(events: pd.DataFrame, key: str, faults: np.ndarray, days: Days, rng: np.random.Generator) -> None:
    """Put subject and faults into the records; a wrong date is the right day in a wrong year."""
    spellings, right = subject_spellings(days.quarter, key), days.quarter.subjects[key].name
    wrong, other = (np.array(spellings[kind], dtype=object) for kind in ("unrecognised", "counted"))
    count = len(events)
    own_spelling = rng.random(count) < OTHER_SPELLING
    subject = np.where(own_spelling, other[rng.integers(0, len(other), count)], right)
    events["subject"] = np.where(faults == "subject", wrong[rng.integers(0, len(wrong), count)], subject)
    events.loc[faults == "task", "activity_type"] = "Task"
    held = events["date"].to_numpy("datetime64[D]")
    last_days = days.migrated_by - rng.integers(0, 4, count)
    events["date"] = np.select(
        [faults == "no date", faults == "future", faults == "before", faults == "late"],
        [NO_DAY, held + 365, held - 365, last_days],
        held,
    )
    events.loc[faults == "late", "created"] = days.as_at


def _other_activities(cases: pd.DataFrame, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    """Calls, e-mails and the like: recorded on every case, evidence of nothing."""
    kinds = pd.DataFrame(invented("names.toml")["other_activities"])
    rows = np.repeat(np.arange(len(cases)), rng.poisson(1.3, len(cases)))
    start = cases["allocation"].to_numpy("datetime64[D]")[rows]
    day = np.maximum(days.business_days_after(start, rng.integers(0, 40, len(rows))), start)
    rows, day = rows[day <= days.last_worked], day[day <= days.last_worked]
    activities = kinds.iloc[rng.integers(0, len(kinds), len(rows))].reset_index(drop=True)
    return activities.assign(case=rows, date=day, created=day)


# Plans and enrolments


def _plans(cases: pd.DataFrame, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    migrated = cases["migrated"].to_numpy()
    luck = _luck(cases["manager_strength"], cases["cohort"].to_numpy(), rng)
    kind = _read_off(luck, PLANS, migrated.astype(int))
    new = days.business_days_after(cases["referral"].to_numpy("datetime64[D]"), rng.integers(3, 20, len(cases)))
    moved = days.between(cases["allocation"].to_numpy("datetime64[D]"), days.migrated_by, rng)
    created = np.select([kind == 4, migrated], [days.as_at, moved], new)
    rows = np.flatnonzero((kind < 5) & (created <= days.as_at))
    kind = kind[rows]
    return pd.DataFrame(
        {
            "case": rows,
            "status": np.select([kind == 1, kind == 2], ["Draft", "Completed"], counted_status(days.quarter)),
            "steps": np.where(kind == 3, 0, rng.integers(1, 5, len(rows))),
            "created": created[rows],
        }
    )


def _enrolments(cases: pd.DataFrame, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    """What ENROL knows: the enrolment before the referral, and for NEN what came of it."""
    rows = np.arange(len(cases))
    referral = cases["referral"].to_numpy("datetime64[D]")
    before = pd.DataFrame(
        {
            "case": rows,
            "school": cases["school"],
            "type": "School",
            "date": days.business_days_after(referral - rng.integers(120, 1500, len(cases)), 0),
        }
    )
    known = rng.random(len(cases)) >= NOT_IN_ENROL
    outcomes = _outcomes(cases, days, rng)
    return pd.concat([before[known], outcomes[known[outcomes["case"]]]], ignore_index=True)


def _outcomes(cases: pd.DataFrame, days: Days, rng: np.random.Generator) -> pd.DataFrame:
    migrated = cases["migrated"].to_numpy()
    allocation = cases["allocation"].to_numpy("datetime64[D]")
    nen = (cases["case_type"] == "NEN").to_numpy()
    judged = np.select([~nen, migrated, allocation <= days.end - days.outcome_within], [0, 1, 2], 3)
    kind = _read_off(_luck(cases["manager_strength"], judged, rng), OUTCOMES, migrated.astype(int))
    within = days.outcome_within
    moved_in_time = days.between(allocation, days.enrolled_by, rng)
    in_time = np.where(migrated, moved_in_time, allocation + rng.integers(7, within + 1, len(cases)))
    late_from = np.where(migrated, days.enrolled_by + 3, allocation + within + 1)
    start = np.select([kind == 0, kind == 1], [in_time, late_from + rng.integers(0, 50, len(cases))], NO_DAY)
    start = days.business_days_after(start, 0)
    rows = np.flatnonzero(nen & (kind < 3) & ~(start > days.as_at))
    outcome = _pick(OUTCOME_TYPES, len(rows), rng)
    _, schools = people_and_schools()
    providers = np.array(invented("names.toml")["alternative_education"], dtype=object)
    school = schools["name"].to_numpy()[rng.integers(0, len(schools), len(rows))]
    school = np.where(outcome == "Alternative Education", providers[rng.integers(0, len(providers), len(rows))], school)
    school = np.where(outcome == "Exemption", "", school)
    return pd.DataFrame({"case": rows, "school": school, "type": outcome, "date": start[rows]})
