"""The verdicts and the attainment worked out a second time, row by row, to judge the library by.

Written from rules.md alone and kept plain on purpose: loops, dictionaries and dates, nothing shared with the library.
Section numbers are those of rules.md. A table is a list of dictionaries, one a record; a table not uploaded is absent,
and a column no export held is absent from every record of its table. Of a quarter it takes what its file says: which
cases, which clock, what counts, which target, and how the guide is read.
"""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

SCHOOL = "Initial School Meeting"
WHANAU = "Initial Student / Whānau Meeting"

# National public holidays on the weekday they are observed. Those that stay on a weekend change no deadline.
HOLIDAYS = {
    date(year, month, day)
    for year, days in {
        2025: [(1, 1), (1, 2), (2, 6), (4, 18), (4, 21), (4, 25), (6, 2), (6, 20), (10, 27), (12, 25), (12, 26)],
        2026: [(1, 1), (1, 2), (2, 6), (4, 3), (4, 6), (4, 27), (6, 1), (7, 10), (10, 26), (12, 25), (12, 28)],
        2027: [(1, 1), (1, 4), (2, 8), (3, 26), (3, 29), (4, 26), (6, 7), (6, 25), (10, 25), (12, 27), (12, 28)],
    }.items()
    for month, day in days
}

PLAN_REASONS = ["plan_draft", "plan_status_not_counted", "plan_no_step", "plan_recorded_late"]


# Section 1: days


def is_business_day(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def business_deadline(start, days):
    """The n-th business day after the start, which is day 0."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if is_business_day(day):
            days -= 1
    return day


def deadline_of(case, measure, quarter):
    """The last day in time, or None where the measure has none or the date it runs from is missing."""
    clock = measure.clock
    if clock.cut_off:
        return clock.cut_off
    start = case.get(clock.start) if clock.start else None
    if start is None:
        return None
    if clock.weeks:
        return start + timedelta(days=7 * clock.weeks)
    if quarter.reading("start_day") == "day 1":  # a start day that is a business day is itself day 1
        start -= timedelta(days=1)
    return business_deadline(start, clock.business_days)


def dates_needed(measure):
    """The dates without which a case cannot be assessed (section 5, point 2)."""
    referral = measure.cases.which == "referred_in_period" or (
        measure.evidence.kind == "outcome" and measure.clock.start is None
    )
    needed = ["referral_date"] if referral else []
    return needed + ([measure.clock.start] if measure.clock.start not in (None, *needed) else [])


# Section 4: subjects

# No-width characters that people see as nothing at all but str.isspace does not know.
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

RESEMBLING = {
    SCHOOL: ["School Meeting", "Initial school mtg", "Initial School Meeting - done", "Intial School Meeting"],
    WHANAU: ["Initial Whānau Meeting", "Initial meeting with whānau", "Whānau Meeting", "Initial whānau mtg"],
}


def damage_to_a_macron():
    """ā, and everything an export's encoding makes of it, precomposed or not, small or capital."""
    spellings = {"ā", "?", "\ufffd"}
    for letter in ("ā", "Ā", "a\u0304", "A\u0304"):
        spellings.add(letter.encode("ascii", "replace").decode("ascii"))
        for codec in ("ascii", "latin-1", "cp1252"):
            spellings.add(letter.encode("utf-8").decode(codec, "replace"))
    return spellings | {spelling.replace("\ufffd", "?") for spelling in spellings}


DAMAGED = damage_to_a_macron()


def fold(text):
    """The text without case, white space, macrons and Unicode form."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in letters if not (c.isspace() or c in UNSEEN or unicodedata.combining(c)))


@cache
def is_subject(text, name):
    return text is not None and any(fold(text) == fold(name.replace("ā", damaged)) for damaged in DAMAGED)


@cache
def resembles(text, name):
    """Whether a person would see what was meant; a closed list, since the generated worlds use no other."""
    return not is_subject(text, name) and any(is_subject(text, example) for example in RESEMBLING[name])


# Section 4: evidence. Each answers (met, done date, reason if not met). `due` is None where there is no deadline.


def look_at_meetings(case, measure, quarter, tables, due, as_at):
    subject = quarter.subjects[measure.evidence.subject].name
    events = [e for e in tables["events"] if e["case_number"] == case["case_number"]]
    right = [e for e in events if is_subject(e["subject"], subject)]
    not_before = date.min if case.get("migrated") else case["referral_date"] or date.min
    last = due or date.max
    recorded_by = last if measure.evidence.recorded_by_cut_off else date.max

    def held(event):
        return event["event_date"] is not None and not_before <= event["event_date"] <= as_at

    def held_in_time(event):
        return held(event) and event["event_date"] <= last

    def is_event(event):
        return event.get("activity_type", "Event") == "Event"

    def recorded_late(event):
        return held_in_time(event) and (event.get("recorded_on") or date.min) > recorded_by

    done = min((e["event_date"] for e in right if is_event(e) and held(e) and not recorded_late(e)), default=None)
    if done is not None and done <= last:
        return True, done, None
    undated = [e for e in right if e["event_date"] is None]
    dates = [e["event_date"] for e in right if e["event_date"] is not None]
    alike = [e for e in events if resembles(e["subject"], subject)]
    return (
        False,
        done,
        first_that_holds(
            ("recorded_as_task", any(held_in_time(e) and not is_event(e) for e in right)),
            ("recorded_late", any(recorded_late(e) and is_event(e) for e in right)),
            ("subject_not_recognised", any(held_in_time(e) and is_event(e) for e in alike)),
            ("meeting_late", done is not None),
            ("event_date_missing", bool(undated)),
            ("event_date_future", any(day > as_at for day in dates)),
            ("event_date_before_referral", any(day < not_before for day in dates)),
            ("no_meeting_recorded", True),
        ),
    )


def look_at_plans(case, measure, quarter, tables, due, as_at):
    plans = [p for p in tables["plans"] if p["case_number"] == case["case_number"]]
    failures = [plan_failures(p, measure.evidence.statuses, due or date.max) for p in plans]
    if [] in failures:
        return True, None, None
    nearest = min(((len(f), PLAN_REASONS.index(f[0])) for f in failures), default=None)
    return False, None, "no_plan" if nearest is None else PLAN_REASONS[nearest[1]]


def plan_failures(plan, statuses, recorded_by):
    """The checks a plan fails, in the order of section 5; by when it was recorded, as section 8 says."""
    failures = []
    if plan["status"] not in statuses:
        failures.append("plan_draft" if plan["status"] == "Draft" else "plan_status_not_counted")
    if "steps" in plan and plan["steps"] < 1:
        failures.append("plan_no_step")
    if (plan.get("recorded_on") or date.min) > recorded_by:
        failures.append("plan_recorded_late")
    return failures


def look_at_owner(case, measure, quarter, tables, due, as_at):
    owner = (case["case_owner"] or "").strip().lower()
    queues, marked = measure.evidence.queues, [name.lower() for name in measure.evidence.marked]
    reason = first_that_holds(
        ("no_case_owner", owner == ""),
        ("owner_is_queue", any(queue in owner for queue in queues) or owner in marked),
        ("allocated_late", (case.get("owner_assigned_date") or date.min) > (due or date.max)),
        (None, True),
    )
    return reason is None, None, reason


def look_at_outcomes(case, measure, quarter, tables, due, as_at):
    nsn = case["nsn"]
    outcomes = [o for o in tables["outcomes"] if nsn is not None and o["nsn"] == nsn]
    last = due or date.max

    def accepted(outcome):
        return outcome.get("outcome_type", "school") in measure.evidence.types

    not_before = case["referral_date"] or case.get("allocation_date") or date.min
    started = [o for o in outcomes if o["start_date"] and not_before <= o["start_date"] <= as_at]
    done = min((o["start_date"] for o in started if accepted(o)), default=None)
    if done is not None and done <= last:
        return True, done, None
    return (
        False,
        done,
        first_that_holds(
            ("outcome_late", done is not None),
            ("outcome_not_counted", any(o["start_date"] <= last and not accepted(o) for o in started)),
            ("outcome_date_missing", any(o["start_date"] is None for o in outcomes)),
            ("no_nsn", nsn is None),
            ("not_in_enrol", not outcomes),
            ("no_outcome_recorded", True),
        ),
    )


def first_that_holds(*reasons):
    return next(reason for reason, holds in reasons if holds)


LOOK_AT = {
    "meeting": look_at_meetings,
    "plan": look_at_plans,
    "owner": look_at_owner,
    "outcome": look_at_outcomes,
}


# Sections 3 and 5: the cases of a measure and their verdicts


def is_active(case, as_at):
    if case.get("closed_date") is not None:
        return case["closed_date"] > as_at
    return "closed" not in (case.get("status") or "").lower()


def belongs(case, measure, quarter, as_at):
    rule, first, last = measure.cases, quarter.period.start, quarter.period.end
    referral = case["referral_date"]
    if referral is not None and referral > as_at:
        return False
    if rule.case_type and case["case_type"] != rule.case_type:
        return False
    if case.get("migrated", False) != rule.migrated:
        return False
    if rule.which == "active":
        return is_active(case, as_at)
    if rule.which == "referred_in_period":  # without a referral date nobody can tell, so it cannot be assessed
        return referral is None or first <= referral <= last
    if rule.which == "deadline_in_period":
        due = deadline_of(case, measure, quarter)
        return due is None or first <= due <= last
    return True


def verdict_of(case, measure, quarter, tables, as_at):
    """(verdict, reason, deadline, completed date): the first that applies."""
    due = deadline_of(case, measure, quarter)
    out = ["no"] if quarter.reading("unknown_contact_details") == "held" else ["no", "unknown"]
    if measure.cases.contact_details_held and case.get("contact_details_current", "unknown") in out:
        return "excluded", "contact_details_not_current", due, None
    for name in dates_needed(measure):
        if case.get(name) is None:
            return "cannot_assess", f"{name}_missing", due, None
    met, done, reason = LOOK_AT[measure.evidence.kind](case, measure, quarter, tables, due, as_at)
    if met:
        return "met", None, due, done
    return "missed" if has_passed(due, quarter, as_at) else "pending", reason, due, done


def has_passed(due, quarter, as_at):
    """Whether the deadline is over; on the day itself it is not, unless it is read so."""
    if due is None:
        return False
    return due < as_at or due == as_at and quarter.reading("deadline_day") == "missed"


# The table that holds a measure's evidence, and the column of the cases without which none can be found.
RESTS_ON = {
    "meeting": ("events", None),
    "plan": ("plans", None),
    "owner": ("cases", "case_owner"),
    "outcome": ("outcomes", "nsn"),
}


def has_data(measure, tables):
    """Whether the tables the measure rests on were uploaded, and the column its evidence stands in."""
    if "cases" not in tables:
        return False
    table, column = RESTS_ON[measure.evidence.kind]
    return table in tables and (column is None or all(column in case for case in tables["cases"]))


# Section 6: attainment


def percent(part, whole):
    return Fraction(100 * part, whole) if whole else None


def attain(rows, measure, quarter, as_at, *, known=True):
    """The counts, percentages and outcome of one measure from the verdicts of its cases."""
    target = measure.target
    count = {v: sum(row[0] == v for row in rows) for v in ("met", "missed", "pending", "excluded", "cannot_assess")}
    met_due = sum(row[0] == "met" and has_passed(row[2], quarter, as_at) for row in rows)
    met_early = count["met"] - met_due
    in_scope = count["met"] + count["missed"] + count["pending"]
    # Read otherwise, the rate counts cases met before their deadline too; without a deadline none is early.
    timed = measure.clock.cut_off or measure.clock.start
    early = met_early if timed and quarter.reading("headline_rate") == "decided" else 0
    needed = None
    if known and target is not None:
        needed = 0
        while (count["met"] + needed) * 100 < target * in_scope:
            needed += 1
    outcome = first_that_holds(
        ("no_data", not known),
        ("no_cases", in_scope == 0),
        ("no_target", target is None),
        ("met", count["pending"] == 0 and needed == 0),
        ("missed", count["pending"] == 0),
        ("secured", needed == 0),
        ("out_of_reach", needed is not None and needed > count["pending"]),
        ("open", True),
    )
    return {
        "in_scope": in_scope,
        "due": met_due + count["missed"],
        "met_due": met_due,
        "missed": count["missed"],
        "met_early": met_early,
        "pending": count["pending"],
        "excluded": count["excluded"],
        "cannot_assess": count["cannot_assess"],
        "rate_percent": percent(met_due + early, met_due + count["missed"] + early),
        "floor_percent": percent(count["met"], in_scope),
        "ceiling_percent": percent(count["met"] + count["pending"], in_scope),
        "still_needed": needed,
        "outcome": outcome,
    }


def judge(tables, as_at, quarter):
    """Verdicts by (measure, case number), and attainment by measure."""
    results, attainment = {}, {}
    for measure_id, measure in quarter.measures.items():
        known = has_data(measure, tables)
        rows = {
            case["case_number"]: verdict_of(case, measure, quarter, tables, as_at)
            for case in (tables["cases"] if known else ())
            if belongs(case, measure, quarter, as_at)
        }
        results.update({(measure_id, number): row for number, row in rows.items()})
        attainment[measure_id] = attain(rows.values(), measure, quarter, as_at, known=known)
    return results, attainment
