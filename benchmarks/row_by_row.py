"""The counts of the eleven measures the way an analyst would first write them: pandas, a row at a time, with
`CustomBusinessDay`. What asreport is measured against, on a sample of the synthetic year.

It knows the exports of the synthetic year alone, and follows rules.md for Q2 2026 as at 6 July 2026.
"""

from __future__ import annotations

import re
from pathlib import Path

import holidays
import pandas as pd
from pandas.tseries.offsets import CustomBusinessDay

AS_AT, CUT_OFF, CUT_OFF_NEN = pd.Timestamp("2026-07-06"), pd.Timestamp("2026-07-03"), pd.Timestamp("2026-04-17")
START, END = pd.Timestamp("2026-04-01"), pd.Timestamp("2026-06-30")
COUNTS = ["met", "missed", "pending", "excluded", "cannot_assess"]
BUSINESS_DAYS = {
    days: CustomBusinessDay(days, holidays=list(holidays.country_holidays("NZ", years=range(2025, 2027))))
    for days in (5, 10, 15)
}
SUBJECTS = {
    "school": re.compile(r"initial\s*school\s*meeting", re.IGNORECASE),
    # No `ā` in the export's encoding: it became a question mark.
    "whanau": re.compile(r"initial\s*student\s*/\s*wh(ā|a|\?)nau\s*meeting", re.IGNORECASE),
}


def counts(folder: Path) -> pd.DataFrame:
    """A row a measure: `measure_id` and `COUNTS`."""
    read = {"dtype": str, "keep_default_na": False}
    cases = pd.read_csv(folder / "cases.csv", **read)
    events = dict(list(pd.read_csv(folder / "activities.csv", encoding="latin-1", **read).groupby("Case Number")))
    plans = dict(list(pd.read_csv(folder / "plans.csv", **read).groupby("Case Number")))
    outcomes = dict(list(pd.read_csv(folder / "enrolments.csv", **read).groupby("NSN")))
    results = []
    for _, case in cases.iterrows():
        own = events.get(case["Case Number"]), plans.get(case["Case Number"]), outcomes.get(case["NSN"])
        results += judge(case, *(pd.DataFrame() if table is None else table for table in own))
    table = pd.DataFrame(results, columns=["measure_id", "verdict"])
    wide = table.groupby(["measure_id", "verdict"]).size().unstack(fill_value=0).reindex(columns=COUNTS, fill_value=0)
    return wide.reset_index()


def judge(case: pd.Series, events: pd.DataFrame, plans: pd.DataFrame, outcomes: pd.DataFrame) -> list[tuple[str, str]]:
    """The verdict of one case on each measure it belongs to."""
    referral, allocation = day(case["Referral Date"]), day(case["Allocation Date"])
    migrated, nen = case["Migrated"] == "TRUE", case["Case Record Type"] == "Non-Enrolled"
    if referral > AS_AT:
        return []
    out = case["Contact Details Current"] == "No"
    verdicts = []
    if not migrated and (pd.isna(referral) or START <= referral <= END):
        for who, days in (("school", 5), ("school", 10), ("whanau", 10), ("whanau", 15)):
            held = meetings(events, who, referral, recorded_by=None)
            deadline = referral + BUSINESS_DAYS[days] if pd.notna(referral) else pd.NaT
            verdict = decide(
                out and who == "whanau", pd.isna(referral), min(held, default=pd.NaT) <= deadline, deadline
            )
            verdicts.append((f"{who}-meeting-{days}", verdict))
        verdicts.append(("student-plan", decide(False, pd.isna(referral), has_plan(plans, None), pd.NaT)))
    first = allocation if pd.isna(referral) else referral
    if not migrated and nen:
        deadline, unknown = allocation + pd.Timedelta(weeks=10), pd.isna(referral) or pd.isna(allocation)
        if unknown or START <= deadline <= END:
            began = enrolled(outcomes, first, school_only=False)
            verdicts.append(("nen-outcome", decide(out, unknown, min(began, default=pd.NaT) <= deadline, deadline)))
    if migrated and nen:
        began = enrolled(outcomes, first, school_only=True)
        met = min(began, default=pd.NaT) <= CUT_OFF_NEN
        verdicts.append(("migrated-nen-enrolled", decide(False, pd.isna(referral), met, CUT_OFF_NEN)))
    closed = day(case["Closed Date"])
    if migrated and (closed > AS_AT if pd.notna(closed) else case["Status"] != "Closed"):
        for who in SUBJECTS:
            held = meetings(events, who, pd.NaT, recorded_by=CUT_OFF)
            met = min(held, default=pd.NaT) <= CUT_OFF
            verdicts.append((f"migrated-{who}-meeting", decide(False, False, met, CUT_OFF)))
        verdicts.append(("migrated-plan", decide(False, False, has_plan(plans, CUT_OFF), CUT_OFF)))
        owner, assigned = case["Case Owner"].lower(), day(case["Owner Assigned Date"])
        owned = bool(owner) and "queue" not in owner and "unassigned" not in owner and not assigned > CUT_OFF
        verdicts.append(("migrated-allocated", decide(False, False, owned, CUT_OFF)))
    return verdicts


def decide(excluded: bool, unknown: bool, met: bool, deadline: pd.Timestamp) -> str:
    if excluded:
        return "excluded"
    if unknown:
        return "cannot_assess"
    if met:
        return "met"
    return "missed" if deadline < AS_AT else "pending"


def meetings(
    events: pd.DataFrame, who: str, earliest: pd.Timestamp, recorded_by: pd.Timestamp | None
) -> list[pd.Timestamp]:
    """The dates of the meetings that count."""
    dates = []
    for _, event in events.iterrows():
        if event["Activity Type"] != "Event" or not SUBJECTS[who].fullmatch(event["Subject"].strip()):
            continue
        held, recorded = day(event["Date"]), day(event["Created Date"].split(" ")[0])
        if pd.isna(held) or held > AS_AT or held < earliest:
            continue
        if recorded_by is None or not (held <= recorded_by and recorded > recorded_by):
            dates.append(held)
    return dates


def has_plan(plans: pd.DataFrame, recorded_by: pd.Timestamp | None) -> bool:
    for _, plan in plans.iterrows():
        counts = plan["Plan Status"].lower() == "in progress" and int(plan["Number of Steps"]) >= 1
        if counts and (recorded_by is None or not day(plan["Created Date"]) > recorded_by):
            return True
    return False


def enrolled(outcomes: pd.DataFrame, first: pd.Timestamp, school_only: bool) -> list[pd.Timestamp]:
    """The dates of the outcomes that count."""
    dates = []
    for _, outcome in outcomes.iterrows():
        began = day(outcome["Enrolment Date"])
        accepted = outcome["Enrolment Type"] == "School" or not school_only
        if accepted and pd.notna(began) and began <= AS_AT and not began < first:
            dates.append(began)
    return dates


def day(text: str) -> pd.Timestamp:
    return pd.to_datetime(text, format="%d/%m/%Y") if text else pd.NaT
