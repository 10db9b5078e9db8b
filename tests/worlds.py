"""Small worlds for property tests: exports of a few cases in which the interesting things are likely.

Dates are drawn as moments (so many days from the referral, a deadline, the as-at date, a cut-off), because a date drawn
at random hardly ever falls on the day that matters. Each pool starts with the plainest value, so failures shrink to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from hypothesis import strategies as st
from judge import HOLIDAYS, RESEMBLING, SCHOOL, WHANAU, deadline_of

import asreport
from asreport.policy.quarter import ASKED_READINGS
from asreport.policy.quarter_file import extended
from asreport.tables import DTYPES, TABLES

Q2 = asreport.load_quarter("q2-2026")


@dataclass(frozen=True)
class World:
    """The exports as the judge reads them, the day they were taken, and the quarter they are judged by."""

    tables: dict[str, list[dict]]
    as_at: date
    quarter: asreport.Quarter


def moments(anchor, *days):
    return [(anchor, d) for d in days]


AS_AT = (
    moments("period_end", 6)
    + moments("period_start", 12, 13, 16, 17, 33, 34)
    + moments("period_end", 0, 1, 3, 4, 13)
    + [moment for n in range(3) for moment in moments(f"cut_off_{n}", 0, 1, -1)]
    + moments("period_start", 20, 40, 50, 60, 70, 80, 90, 100)
)
# Both ends of the period, holidays and the weekends around them.
REFERRED = (
    moments("period_start", 1, 0, 2, 3, 6, 17, 22, 23, 24, 25, 26, 27, -1)
    + [moment for n in range(3) for moment in moments(f"holiday_{n}", -1, 0, 1, -3)]
    + moments("period_end", -46, -31, -11, 0, 3)
    + moments("as_at", -7, -6, -8, -14, -13, -15, -21, -20, -22, 0, 1)
    + [*moments("period_start", -86), None]
)
# The weeks of a clock before both ends of the period and before the as-at date.
ALLOCATED = (
    moments("referral", 0, 1, 3)
    + moments("period_start", -70, -71, -60, -42)
    + moments("period_end", -70, -69, -42)
    + moments("as_at", -70, -69, -71, -30, -7)
    + [None]
)
# The deadlines of a case are those of the measures' clocks, as many as there are.
DUE = [f"due_{n}" for n in range(4)]
HELD = (
    moments("referral", 1, 0, 2, -1)
    + moments("allocation", 0, 1, -1)
    + [moment for due in DUE for moment in moments(due, 0, 1, -1)]
    + moments("as_at", 0, 1, -1, 9)
    + [moment for n in range(3) for moment in moments(f"cut_off_{n}", 0, 1, -1)]
    + [*moments("period_start", -71, 24), None]
)
STARTED = (
    moments("referral", 1, 0, -1)
    + moments("allocation", 0, -1)
    + [moment for due in DUE for moment in moments(due, 0, 1, -1)]
    + moments("as_at", 0, 1, -1)
    + [moment for n in range(3) for moment in moments(f"cut_off_{n}", 0, 1, -1)]
    + [None]
)
ON_RECORD = [moment for anchor in (*DUE, "cut_off_0", "cut_off_1") for moment in moments(anchor, 0, 1, -1)]
RECORDED = [None, *moments("record", 0, 1, 40), *ON_RECORD, *moments("as_at", 0, -1, 1)]
CLOSED = [None] * 8 + moments("as_at", 0, 1, -1, -30)

# How exports spell the subjects: as chosen, otherwise written, and with ā damaged on the way.
SUBJECTS = (
    [SCHOOL, WHANAU] * 5
    + ["INITIAL SCHOOL MEETING ", "initial\u00a0school  meeting", "Initial School\u200b Meeting"]
    + ["Initial Student/Whanau Meeting", "initial student  /whānau meeting", "Initial Student / Wha\u0304nau Meeting"]
    + [WHANAU.replace("ā", a) for a in ("?", "??", "\ufffd", "\ufffd\ufffd", "Ä\x81", "Ä\ufffd", "a?", "aÌ\x84", "Ä")]
    + ["INITIAL STUDENT / WHĀNAU MEETING", "INITIAL STUDENT / WHÄ€NAU MEETING", "Initial Student / WhaÌ„nau Meeting"]
    + [text for examples in RESEMBLING.values() for text in examples] * 2
    + ["Initial Whanau Meeting", "Initial Wh?nau Meeting", "Phone call", "Home visit", "?", None]
)
OWNERS = ["Aroha Example", "Ben Example", "Intake Queue", "Unassigned", "intake queue", "UNASSIGNED ", " ", None]


def records(pools):
    """Records with a value from each pool. In one fixed order, unlike fixed_dictionaries: failures shrink faster."""
    return st.tuples(*map(st.sampled_from, pools.values())).map(lambda values: dict(zip(pools, values, strict=True)))


CASE = records(
    {
        "case_type": ["CA", "NEN", "CA", "NEN", "NEN", "CA", "NEN", None],
        "referral_date": REFERRED,
        "allocation_date": ALLOCATED,
        "case_owner": OWNERS,
        "owner_assigned_date": [None, *ON_RECORD, *moments("as_at", 0, 1)],
        "migrated": [False, True],
        "contact_details_current": ["yes", "unknown", "no", "yes"],
        "status": ["Open"] * 6 + ["In Progress", None, "Closed", "CLOSED - enrolled"],
        "closed_date": CLOSED,
        "nsn": ["own", "own", "own", "shared", None],
    }
)
EVENT = records(
    {
        "subject": SUBJECTS,
        "event_date": HELD,
        "activity_type": ["Event", "Event", "Event", "Task"],
        "recorded_on": RECORDED,
    }
)
PLAN = records(
    {
        "status": ["In Progress", "In Progress", "Draft", "Completed", "Cancelled", None],
        "steps": [1, 3, 0, 2],
        "recorded_on": RECORDED,
    }
)
OUTCOME = records(
    {
        "outcome_type": ["school", "school", "alternative_education", "exemption", "other"],
        "start_date": STARTED,
    }
)
# A case with what was recorded about it, and how many cases went that way: alike cases bring cohorts close to targets.
STORY = st.tuples(
    CASE,
    st.lists(EVENT, max_size=4),
    st.lists(PLAN, max_size=3),
    st.lists(OUTCOME, max_size=2),
    st.sampled_from([1, 1, 1, 2, 3, 4]),
)
# Records of a case or a student that the cases do not know.
STRAYS = st.tuples(st.sampled_from([None, "99999999"]), st.lists(EVENT, max_size=2), st.lists(OUTCOME, max_size=1))

OPTIONAL = [(table, field.name) for table, fields in TABLES.items() for field in fields if not field.required]
DROPPED = st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(OPTIONAL), max_size=4))
ABSENT = st.sampled_from([None] * 9 + ["events", "plans", "outcomes"])


def resolve(record, anchors):
    """The record with its moments turned into dates; an unknown anchor falls back to the as-at date."""

    def as_date(value):
        if not isinstance(value, tuple):
            return value
        anchor, days = value
        return (anchors.get(anchor) or anchors["as_at"]) + timedelta(days=days)

    own = next((as_date(record[name]) for name in ("event_date", "start_date") if name in record), None)
    anchors = {**anchors, "record": own or anchors.get("referral")}
    return {name: as_date(value) for name, value in record.items()}


def anchors_of(quarter):
    """The days of a quarter that moments are counted from; a quarter with fewer has some of them twice."""
    period = quarter.period
    cut_offs = sorted({m.clock.cut_off for m in quarter.measures.values() if m.clock.cut_off}) or [period.end]
    holidays = [day for day in sorted(HOLIDAYS) if period.start <= day <= period.end] or [period.start]
    return {
        "period_start": period.start,
        "period_end": period.end,
        **{f"cut_off_{n}": cut_offs[n % len(cut_offs)] for n in range(3)},
        **{f"holiday_{n}": holidays[n % len(holidays)] for n in range(3)},
    }


def case_of(number, drawn, quarter, known):
    """The case, and the dates its records are drawn around."""
    referral = resolve({"day": drawn["referral_date"]}, known)["day"]
    case = {"case_number": f"{number:08d}", **drawn, "owner_assigned_date": None}
    case = {**resolve(case, {**known, "referral": referral}), "owner_assigned_date": drawn["owner_assigned_date"]}
    due = [deadline_of(case, measure, quarter) for measure in quarter.measures.values()]
    due = sorted({day for day in due if day}) or [known["as_at"]]
    # Spread over the deadlines, from a place that differs from case to case.
    anchors = {name: due[(number + n * max(1, len(due) // len(DUE))) % len(due)] for n, name in enumerate(DUE)}
    anchors |= {**known, "referral": referral, "allocation": case["allocation_date"]}
    case = resolve(case, anchors)
    case["nsn"] = {"own": f"1000{number:05d}", "shared": "199999999", None: None}[drawn["nsn"]]
    case |= {"student_name": f"Student {number}", "school": "Example School", "provider": None, "region": "Otago"}
    return case, anchors


def build(quarter, as_at, stories, strays, newest_first, dropped, absent):
    """The four tables of a world out of what was drawn for it."""
    known = anchors_of(quarter)
    known["as_at"] = resolve({"day": as_at}, {**known, "as_at": quarter.period.end})["day"]
    tables = {table: [] for table in TABLES}

    def record(anchors, number, nsn, events=(), plans=(), outcomes=()):
        tables["events"] += [
            {"case_number": number, **resolve(e, anchors), "assigned_to": "Aroha Example"} for e in events
        ]
        tables["plans"] += [{"case_number": number, "plan_id": f"P-{number}", **resolve(p, anchors)} for p in plans]
        tables["outcomes"] += [{"nsn": nsn, **resolve(o, anchors), "school": None} for o in outcomes]

    cases = [story for *story, times in stories for _ in range(times)]
    for number, (drawn, events, plans, outcomes) in enumerate(cases[:12], 1):
        case, anchors = case_of(number, drawn, quarter, known)
        tables["cases"].append(case)
        record(anchors, case["case_number"], case["nsn"], events, plans, outcomes)
    unknown, events, outcomes = strays
    record(known, unknown, unknown, events, outcomes=outcomes)
    for table, rows in tables.items():
        for row in rows:
            for name in [name for of, name in dropped if of == table]:
                row.pop(name, None)
        if newest_first:
            rows.reverse()
    return World({table: rows for table, rows in tables.items() if table != absent}, known["as_at"], quarter)


def worlds(quarters=None):
    """Worlds of up to twelve cases of a quarter (Quarter 2 of 2026, unless others are given), with what was recorded
    about them and some that nobody knows."""
    return st.builds(
        build,
        st.just(Q2) if quarters is None else quarters,
        st.sampled_from(AS_AT),
        st.lists(STORY, max_size=8),
        STRAYS,
        st.booleans(),
        DROPPED,
        ABSENT,
    )


# Whole quarters

STARTS = st.sampled_from(["referral_date", "allocation_date"])
PERIODS = [(date(2026, 4, 1), 91), (date(2026, 7, 1), 92), (date(2026, 10, 1), 92), (date(2026, 11, 16), 60)]


def clocks(start):
    """Every kind of clock, in a quarter that starts on a day."""
    cut_off = st.sampled_from([16, 93, 50]).map(lambda days: {"cut_off": start + timedelta(days=days)})
    return st.one_of(
        st.builds(lambda since, n: {"start": since, "business_days": n}, STARTS, st.sampled_from([5, 1, 7, 10, 20])),
        st.builds(lambda since, n: {"start": since, "weeks": n}, STARTS, st.sampled_from([10, 6, 1])),
        cut_off,
        st.just({}),
    )


@st.composite
def evidences(draw, clock):
    """Every kind of evidence, as a quarter's file has it."""
    kind = draw(st.sampled_from(["meeting", "plan", "owner", "outcome"]))
    if kind == "meeting":
        recorded = "cut_off" in clock and draw(st.booleans())
        return {"kind": kind, "subject": draw(st.sampled_from(["school", "whanau"])), "recorded_by_cut_off": recorded}
    if kind == "plan":
        statuses = draw(st.sampled_from([["In Progress"], ["In Progress", "Completed"], ["Completed", "Draft"]]))
        return {"kind": kind, "statuses": statuses}
    if kind == "owner":
        return {"kind": kind, "queues": ["queue", "unassigned"]}
    types = st.lists(st.sampled_from(["school", "alternative_education", "exemption"]), min_size=1, unique=True)
    return {"kind": kind, "types": draw(types)}


@st.composite
def measures(draw, start):
    """One measure, as a quarter's file has it."""
    clock = draw(clocks(start))
    which = ["referred_in_period", "active", "all", *["deadline_in_period"] * bool(clock)]
    return {
        "section": "outcomes",
        "name": "A drawn measure {within}",
        "why": "…",
        "how": "{cases}, {no_later_than}.",
        "record": "…",
        "cases": {
            "migrated": draw(st.booleans()),
            "which": draw(st.sampled_from(which)),
            "case_type": draw(st.sampled_from(["any", "NEN", "CA"])),
            "contact_details_held": draw(st.booleans()),
        },
        "clock": clock,
        "evidence": draw(evidences(clock)),
        "target": draw(st.sampled_from([80, "none", 1, 50, 67, 100])),
    }


@st.composite
def drawn_quarters(draw):
    """Whole quarters: another period, measures of every kind, and other readings."""
    start, days = draw(st.sampled_from(PERIODS))
    drawn = draw(st.lists(measures(start), min_size=1, max_size=5))
    readings = draw(
        st.fixed_dictionaries(
            {},
            optional={name: st.sampled_from(list(Q2.readings[name].choices)) for name in ASKED_READINGS},
        )
    )
    own = {
        "id": "drawn",
        "name": "A drawn quarter",
        "remove": list(Q2.measures),
        "period": {"start": start, "end": start + timedelta(days=days - 1)},
        "measures": {f"drawn-{n}": measure for n, measure in enumerate(drawn)},
    }
    return extended(Q2, own, "drawn").with_readings(readings)


def any_quarter():
    """A quarter that comes with asreport, or a drawn one."""
    return st.one_of(st.sampled_from(asreport.available_quarters()).map(asreport.load_quarter), drawn_quarters())


def to_tables(world):
    """The world as the canonical tables of asreport/tables.py; a table without a row has every column."""
    return {
        table: pd.DataFrame(
            {
                field.name: pd.Series([row[field.name] for row in rows], dtype=DTYPES.get(field.kind, "str"))
                for field in TABLES[table]
                if not rows or field.name in rows[0]
            }
        )
        for table, rows in world.tables.items()
    }
