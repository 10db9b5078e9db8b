"""The random remainder of the sample: cases and their records, drawn from rates, a whole column at a time.

Work goes well or badly by one number a case and kind of work, its luck between 0 and 1: evenly spread, but lower where
the case manager and the school are strong. What happens is read off a scale of rates: the first rate above the luck.
Luck is dealt like cards, not thrown like dice, so that a small sample shows the rates as well as a large one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from asreport.sample.records import (
    AS_AT,
    CUT_OFF,
    ENROLLED_BY,
    NO_DAY,
    Records,
    between,
    business_days_after,
    invented,
    next_business_day,
    people_and_schools,
    places,
)

MIGRATED, NEN = 0.40, 0.40
REFERRED_BEFORE, REFERRED_AFTER = 0.13, 0.04  # new cases outside the period; those before it mostly NEN
NEN_BEFORE = 0.85
CONTACT = {"Yes": 0.86, "No": 0.06, "": 0.08}
NO_REFERRAL, NO_ALLOCATION, NO_NSN, NOT_IN_ENROL = 0.006, 0.01, 0.012, 0.02
CLOSED, CLOSED_DATE_MISSING, PLAN_COMPLETED_ON_CLOSING = 0.16, 0.04, 0.4
EFFECT = 4.0  # how much strength bends luck

# New cases: met within 5, 10, 15 and 30 business days of referral; the rest never.
MET_WITHIN = {"school_meeting": (0.92, 0.96, 0.97, 0.98), "whanau_meeting": (0.45, 0.78, 0.95, 0.975)}
DAYS_FROM, DAYS_TO = np.array([1, 6, 11, 16, 0]), np.array([5, 10, 15, 30, 0])
MET_EARLY_IN_SPAN = 1.6  # above 1: more meetings on the first days of each span

# Migrated cases: met by the cut-off, and just after it; the rest never.
MIGRATED_MET = {"school_meeting": (0.988, 0.992), "whanau_meeting": (0.94, 0.95)}

# A meeting held but recorded so that it does not count, and how: shares of new and of migrated cases.
BADLY_RECORDED = {"school_meeting": (0.038, 0.018), "whanau_meeting": (0.042, 0.03)}
FAULTS = ("task", "subject", "no date", "future", "before", "late")
FAULT_SHARES = ((0.40, 0.24, 0.12, 0.12, 0.12, 0.0), (0.36, 0.20, 0.10, 0.10, 0.0, 0.24))
OTHER_SPELLING = 0.05
BOOKED = 0.35  # meetings still to come that are in the calendar already

# Plans: good, draft, completed, without a step, recorded late; the rest none. New and migrated cases.
PLANS = ((0.85, 0.91, 0.92, 0.935, 0.935), (0.93, 0.949, 0.955, 0.962, 0.968))

# NEN outcomes: in time, late, without a date; the rest none. New and migrated cases.
OUTCOMES = ((0.69, 0.80, 0.82), (0.71, 0.85, 0.87))
LAST_JUDGED = np.datetime64("2026-04-21")  # ten weeks before the end of the period
OUTCOME_TYPES = {"School": 0.84, "Alternative Education": 0.10, "Exemption": 0.06}

# The case owner is a person, is a queue, or a person since after the cut-off (migrated); the rest is blank.
OWNERS = ((0.965, 0.985, 0.985), (0.97, 0.98, 0.99))
JUST_REFERRED = np.datetime64("2026-06-29")  # such cases often still wait in a queue
STILL_QUEUED = 0.4

TERM_BREAKS = (("2025-12-20", "2026-01-26"), ("2026-04-03", "2026-04-19"), ("2026-07-04", "2026-07-19"))


def draw(count: int, rng: np.random.Generator) -> Records:
    """`count` cases with what is recorded on them."""
    cases = _cases(count, rng)
    meetings = [_meetings(cases, name, rng) for name in MET_WITHIN]
    events = pd.concat([*meetings, _other_activities(cases, rng)], ignore_index=True)
    plans = _plans(cases, rng)
    _close(cases, events, plans, rng)
    return Records(cases, events, plans, _enrolments(cases, rng))


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


def _cases(count: int, rng: np.random.Generator) -> pd.DataFrame:
    migrated = rng.permutation(count) < MIGRATED * count
    when = _deal(migrated, rng)
    before = ~migrated & (when < REFERRED_BEFORE)
    after = ~migrated & (when > 1 - REFERRED_AFTER)
    cohort = np.select([migrated, before, after], ["migrated", "before", "after"], "in period")
    nen = _deal(cohort, rng) < np.where(before, NEN_BEFORE, NEN)
    referral = _referral_days("2026-04-01", "2026-06-30", count, rng)
    for rows, first, last in (
        (migrated, "2025-12-01", "2026-03-27"),
        (before, "2026-01-20", "2026-03-31"),
        (after, "2026-07-01", "2026-07-03"),
    ):
        referral[rows] = _referral_days(first, last, rows.sum(), rng)
    cases = pd.DataFrame(
        {
            "cohort": cohort,
            "case_type": np.where(nen, "NEN", "CA"),
            "migrated": migrated,
            "referral": referral,
            "allocation": _allocation(referral, migrated, rng),
            "contact": _pick(CONTACT, count, rng),
            "no_referral": ~migrated & (rng.random(count) < NO_REFERRAL),
            "no_allocation": rng.random(count) < NO_ALLOCATION,
            "no_nsn": rng.random(count) < NO_NSN,
        }
    ).join(places(count, rng))
    return _owners(cases, rng)


def _referral_days(first: str, last: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Days of referral: few on weekends and holidays, fewer than usual in the term breaks."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    weight = np.where(next_business_day(days) == days, 1.0, 0.04)
    for start, end in TERM_BREAKS:
        weight[(days >= np.datetime64(start)) & (days <= np.datetime64(end))] *= 0.4
    return rng.choice(days, count, p=weight / weight.sum())


def _allocation(referral: np.ndarray, migrated: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """New cases reach the provider within days; migrated ones came over from the middle of January on."""
    new = business_days_after(referral, rng.choice([0, 1, 1, 2], len(referral)))
    start = np.maximum(referral, np.datetime64("2026-01-12"))
    moved = business_days_after(start, rng.integers(1, 8, len(referral)))
    return np.minimum(np.where(migrated, moved, np.maximum(new, referral)), CUT_OFF)


def _owners(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count, migrated = len(cases), cases["migrated"].to_numpy()
    allocation = cases["allocation"].to_numpy("datetime64[D]")
    kind = _read_off(_deal(migrated, rng), OWNERS, migrated.astype(int))
    waiting = (cases["referral"].to_numpy("datetime64[D]") >= JUST_REFERRED) & (rng.random(count) < STILL_QUEUED)
    kind = np.where(waiting, 1, kind)
    queues = np.array(invented("names.toml")["queues"], dtype=object)[rng.integers(0, 2, count)]
    days = np.where(migrated, rng.integers(0, 60, count), rng.integers(0, 4, count))
    assigned = np.maximum(np.minimum(business_days_after(allocation, days), CUT_OFF), allocation)
    cases["owner"] = np.select([kind == 1, kind == 3], [queues, ""], cases["manager"].to_numpy())
    cases["owner_assigned"] = np.select([kind == 1, kind == 2, kind == 3], [allocation, AS_AT, NO_DAY], assigned)
    return cases


def _close(cases: pd.DataFrame, events: pd.DataFrame, plans: pd.DataFrame, rng: np.random.Generator) -> None:
    """Close some of the older cases, after the last thing that is recorded on them."""
    last = pd.concat([events[["case", "created"]], plans[["case", "created"]]]).groupby("case")["created"].max()
    busy_until = last.reindex(range(len(cases))).to_numpy("datetime64[D]")
    earliest = np.fmax(cases["referral"].to_numpy("datetime64[D]") + 30, busy_until)
    closed = business_days_after(earliest, rng.integers(1, 15, len(cases)))
    is_closed = (rng.random(len(cases)) < CLOSED) & (closed <= CUT_OFF)
    unknown = rng.random(len(cases)) < CLOSED_DATE_MISSING
    cases["closed"] = np.where(is_closed & ~unknown, closed, NO_DAY)
    waiting = ~is_closed & cases["owner"].isin(["", *invented("names.toml")["queues"]])
    cases["status"] = np.select([is_closed, waiting], ["Closed", "New"], "In Progress")
    ended = is_closed[plans["case"]] & (rng.random(len(plans)) < PLAN_COMPLETED_ON_CLOSING)
    plans.loc[ended & (plans["status"] == "In Progress"), "status"] = "Completed"


# Activities


def _meetings(cases: pd.DataFrame, meeting: str, rng: np.random.Generator) -> pd.DataFrame:
    """The initial meetings of one kind: those held, as they were recorded, and those in the calendar."""
    held = _held(cases, meeting, rng)
    booked = (held > AS_AT) & (rng.random(len(cases)) < BOOKED)
    rows = np.flatnonzero((held <= AS_AT) | booked)
    events = pd.DataFrame({"case": rows, "date": held[rows], "activity_type": "Event"})
    events["created"] = _created(held[rows], cases["referral"].to_numpy("datetime64[D]")[rows], rng)
    _write_down(events, meeting, _faults(cases.iloc[rows], meeting, booked[rows], rng), rng)
    return events


def _held(cases: pd.DataFrame, meeting: str, rng: np.random.Generator) -> np.ndarray:
    """The day each meeting takes place, which may be after the export; NaT for never."""
    strength = cases["manager_strength"] + (cases["school_strength"] if meeting == "school_meeting" else 0)
    if meeting == "whanau_meeting":
        strength = strength.where(cases["contact"] != "No", -0.6)
    luck = _luck(strength, cases["cohort"].to_numpy(), rng)
    step = np.searchsorted(MET_WITHIN[meeting], luck, side="right")
    within = rng.random(len(cases)) ** MET_EARLY_IN_SPAN
    days = DAYS_FROM[step] + (within * (DAYS_TO[step] - DAYS_FROM[step] + 1)).astype(int)
    new = business_days_after(cases["referral"].to_numpy("datetime64[D]"), days)
    new[step == len(DAYS_FROM) - 1] = NO_DAY
    in_time = between(cases["allocation"].to_numpy("datetime64[D]"), CUT_OFF, rng)
    step = np.searchsorted(MIGRATED_MET[meeting], luck, side="right")
    moved = np.select([step == 0, step == 1], [in_time, rng.choice([CUT_OFF + 1, AS_AT], len(cases))], NO_DAY)
    return np.where(cases["migrated"], moved, new)


def _created(held: np.ndarray, referral: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Records are made on the day or some days later; bookings in the week before the export."""
    later = np.minimum(next_business_day(held + rng.choice([0, 0, 0, 0, 0, 1, 1, 2], len(held))), AS_AT)
    booking = np.maximum(referral, rng.choice([CUT_OFF - 1, CUT_OFF], len(held)))
    return np.where(held > AS_AT, booking, later)


def _faults(cases: pd.DataFrame, meeting: str, booked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is wrong with each record, "" where nothing is; strong case managers err less."""
    migrated = cases["migrated"].to_numpy()
    rate = np.where(migrated, BADLY_RECORDED[meeting][1], BADLY_RECORDED[meeting][0])
    wrong = _deal(cases["cohort"].to_numpy(), rng) < rate * np.exp(-EFFECT * cases["manager_strength"].to_numpy())
    new, moved = (rng.choice(FAULTS, len(cases), p=shares) for shares in FAULT_SHARES)
    return np.where(wrong & ~booked, np.where(migrated, moved, new), "")


def _write_down(events: pd.DataFrame, meeting: str, faults: np.ndarray, rng: np.random.Generator) -> None:
    """Put subject and faults into the records; a wrong date is the right day in a wrong year."""
    spellings = invented("names.toml")["subjects"][meeting]
    wrong, other = (np.array(spellings[kind], dtype=object) for kind in ("unrecognised", "counted"))
    count = len(events)
    own_spelling = rng.random(count) < OTHER_SPELLING
    subject = np.where(own_spelling, other[rng.integers(0, len(other), count)], spellings["right"])
    events["subject"] = np.where(faults == "subject", wrong[rng.integers(0, len(wrong), count)], subject)
    events.loc[faults == "task", "activity_type"] = "Task"
    held = events["date"].to_numpy("datetime64[D]")
    last_days = CUT_OFF - rng.integers(0, 4, count)
    events["date"] = np.select(
        [faults == "no date", faults == "future", faults == "before", faults == "late"],
        [NO_DAY, held + 365, held - 365, last_days],
        held,
    )
    events.loc[faults == "late", "created"] = AS_AT


def _other_activities(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Calls, e-mails and the like: recorded on every case, evidence of nothing."""
    kinds = pd.DataFrame(invented("names.toml")["other_activities"])
    rows = np.repeat(np.arange(len(cases)), rng.poisson(1.3, len(cases)))
    start = cases["allocation"].to_numpy("datetime64[D]")[rows]
    day = np.maximum(business_days_after(start, rng.integers(0, 40, len(rows))), start)
    rows, day = rows[day <= CUT_OFF], day[day <= CUT_OFF]
    activities = kinds.iloc[rng.integers(0, len(kinds), len(rows))].reset_index(drop=True)
    return activities.assign(case=rows, date=day, created=day)


# Plans and enrolments


def _plans(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    migrated = cases["migrated"].to_numpy()
    luck = _luck(cases["manager_strength"], cases["cohort"].to_numpy(), rng)
    kind = _read_off(luck, PLANS, migrated.astype(int))
    new = business_days_after(cases["referral"].to_numpy("datetime64[D]"), rng.integers(3, 20, len(cases)))
    moved = between(cases["allocation"].to_numpy("datetime64[D]"), CUT_OFF, rng)
    created = np.select([kind == 4, migrated], [AS_AT, moved], new)
    rows = np.flatnonzero((kind < 5) & (created <= AS_AT))
    kind = kind[rows]
    return pd.DataFrame(
        {
            "case": rows,
            "status": np.select([kind == 1, kind == 2], ["Draft", "Completed"], "In Progress"),
            "steps": np.where(kind == 3, 0, rng.integers(1, 5, len(rows))),
            "created": created[rows],
        }
    )


def _enrolments(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What ENROL knows: the enrolment before the referral, and for NEN what came of it."""
    rows = np.arange(len(cases))
    referral = cases["referral"].to_numpy("datetime64[D]")
    before = pd.DataFrame(
        {
            "case": rows,
            "school": cases["school"],
            "type": "School",
            "date": business_days_after(referral - rng.integers(120, 1500, len(cases)), 0),
        }
    )
    known = rng.random(len(cases)) >= NOT_IN_ENROL
    outcomes = _outcomes(cases, rng)
    return pd.concat([before[known], outcomes[known[outcomes["case"]]]], ignore_index=True)


def _outcomes(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    migrated = cases["migrated"].to_numpy()
    allocation = cases["allocation"].to_numpy("datetime64[D]")
    nen = (cases["case_type"] == "NEN").to_numpy()
    judged = np.select([~nen, migrated, allocation <= LAST_JUDGED], [0, 1, 2], 3)
    kind = _read_off(_luck(cases["manager_strength"], judged, rng), OUTCOMES, migrated.astype(int))
    in_time = np.where(migrated, between(allocation, ENROLLED_BY, rng), allocation + rng.integers(7, 71, len(cases)))
    late_from = np.where(migrated, ENROLLED_BY + 3, allocation + 71)
    start = np.select([kind == 0, kind == 1], [in_time, late_from + rng.integers(0, 50, len(cases))], NO_DAY)
    start = business_days_after(start, 0)
    seen = nen & (kind < 3) & ~(start > AS_AT)
    rows = np.flatnonzero(seen)
    outcome = _pick(OUTCOME_TYPES, len(rows), rng)
    _, schools = people_and_schools()
    providers = np.array(invented("names.toml")["alternative_education"], dtype=object)
    school = schools["name"].to_numpy()[rng.integers(0, len(schools), len(rows))]
    school = np.where(outcome == "Alternative Education", providers[rng.integers(0, len(providers), len(rows))], school)
    school = np.where(outcome == "Exemption", "", school)
    return pd.DataFrame({"case": rows, "school": school, "type": outcome, "date": start[rows]})
