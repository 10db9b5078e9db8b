"""Small worlds for property tests: exports of a few cases in which the interesting things are likely.

Dates are drawn as moments (so many days from the referral, a deadline, the as-at date, a cut-off), because a date drawn
at random hardly ever falls on the day that matters. Each pool starts with the plainest value, so failures shrink to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from hypothesis import strategies as st
from judge import RESEMBLING, SCHOOL, WHANAU, business_deadline

from asreport.tables import DTYPES, TABLES


@dataclass(frozen=True)
class World:
    """The exports as the judge reads them, and the day they were taken."""

    tables: dict[str, list[dict]]
    as_at: date


APRIL_17, JULY_3 = date(2026, 4, 17), date(2026, 7, 3)

AS_AT = st.one_of(
    st.sampled_from(
        [date(2026, 7, 6), date(2026, 4, 13), date(2026, 4, 14), APRIL_17, date(2026, 4, 18), date(2026, 5, 4)]
        + [date(2026, 5, 5), date(2026, 6, 30), date(2026, 7, 1), JULY_3, date(2026, 7, 4), date(2026, 7, 13)]
    ),
    st.dates(date(2026, 4, 10), date(2026, 7, 20)),
)

# Easter and Anzac Day, King's Birthday, weekends, and both ends of the period.
KEY_DAYS = [
    *(date(2026, 4, d) for d in (2, 1, 3, 4, 7, 18, 23, 24, 25, 26, 27, 28)),
    *(date(2026, 3, 31), date(2026, 5, 15), date(2026, 5, 30), date(2026, 6, 19), date(2026, 6, 30), JULY_3),
]


def moments(anchor, *days):
    return [(anchor, d) for d in days]


# Five, ten and fifteen business days are seven, fourteen and twenty-one days where no holiday intervenes.
REFERRED = (
    [(day, 0) for day in KEY_DAYS]
    + moments("as_at", -7, -6, -8, -14, -13, -15, -21, -20, -22, 0, 1)
    + [(date(2026, 1, 5), 0), None]
)
# Ten weeks before both ends of the period and before the as-at date.
ALLOCATED = (
    moments("referral", 0, 1, 3)
    + moments(date(2026, 4, 1), -70, -71, -60)
    + moments(date(2026, 6, 30), -70, -69)
    + moments("as_at", -70, -69, -71, -30)
    + [None]
)
HELD = (
    moments("referral", 1, 0, 2, -1)
    + moments("due_5", 0, 1, 2, -1)
    + moments("due_10", 0, 1, -1)
    + moments("due_15", 0, 1, -1)
    + moments("as_at", 0, 1, -1, 9)
    + moments(JULY_3, 0, 1, -1)
    + [(date(2026, 1, 20), 0), (date(2026, 4, 25), 0), None]
)
STARTED = (
    moments("referral", 1, 0, -1)
    + moments("due_weeks", 0, 1, -1)
    + moments("as_at", 0, 1, -1)
    + moments(APRIL_17, 0, 1, -1)
    + [None]
)
RECORDED = [None, *moments("record", 0, 1, 40), *moments(JULY_3, 0, 1, -1), *moments("as_at", 0, -1, 1)]
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
        "owner_assigned_date": [None, *moments(JULY_3, 0, 1, -1), *moments("as_at", 0, 1)],
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
        start = anchor if isinstance(anchor, date) else anchors.get(anchor) or anchors["as_at"]
        return start + timedelta(days=days)

    own = next((as_date(record[name]) for name in ("event_date", "start_date") if name in record), None)
    anchors = {**anchors, "record": own or anchors.get("referral")}
    return {name: as_date(value) for name, value in record.items()}


def case_of(number, drawn, as_at):
    """The case, and the dates its records are drawn around."""
    referral = resolve({"day": drawn["referral_date"]}, {"as_at": as_at})["day"]
    anchors = {"as_at": as_at, "referral": referral}
    case = {"case_number": f"{number:08d}", **resolve(drawn, anchors)}
    case["nsn"] = {"own": f"1000{number:05d}", "shared": "199999999", None: None}[drawn["nsn"]]
    case |= {"student_name": f"Student {number}", "school": "Example School", "provider": None, "region": "Otago"}
    for days in (5, 10, 15) if referral else ():
        anchors[f"due_{days}"] = business_deadline(referral, days)
    if case["allocation_date"]:
        anchors["due_weeks"] = case["allocation_date"] + timedelta(weeks=10)
    return case, anchors


def build(as_at, stories, strays, newest_first, dropped, absent):
    """The four tables of a world out of what was drawn for it."""
    tables = {table: [] for table in TABLES}

    def record(anchors, number, nsn, events=(), plans=(), outcomes=()):
        tables["events"] += [
            {"case_number": number, **resolve(e, anchors), "assigned_to": "Aroha Example"} for e in events
        ]
        tables["plans"] += [{"case_number": number, "plan_id": f"P-{number}", **resolve(p, anchors)} for p in plans]
        tables["outcomes"] += [{"nsn": nsn, **resolve(o, anchors), "school": None} for o in outcomes]

    cases = [story for *story, times in stories for _ in range(times)]
    for number, (drawn, events, plans, outcomes) in enumerate(cases[:12], 1):
        case, anchors = case_of(number, drawn, as_at)
        tables["cases"].append(case)
        record(anchors, case["case_number"], case["nsn"], events, plans, outcomes)
    unknown, events, outcomes = strays
    record({"as_at": as_at}, unknown, unknown, events, outcomes=outcomes)
    for table, rows in tables.items():
        for row in rows:
            for name in [name for of, name in dropped if of == table]:
                row.pop(name, None)
        if newest_first:
            rows.reverse()
    return World({table: rows for table, rows in tables.items() if table != absent}, as_at)


def worlds():
    """Worlds of up to twelve cases, with what was recorded about them and some that nobody knows."""
    return st.builds(build, AS_AT, st.lists(STORY, max_size=8), STRAYS, st.booleans(), DROPPED, ABSENT)


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
