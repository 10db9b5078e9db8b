"""From the records of several sets of cases to the four exports, still as frames: numbered, named and sorted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.sample.records import Records, invented

FIRST_NUMBER = 1234
LOWEST_NSN = (900_000_000, 9_000_000_000)  # of nine and of ten digits; far above any that was given out
TEN_DIGITS = 0.15
OPENING, CLOSING, EXPORTED = 8 * 60 + 10, 17 * 60, 9 * 60  # minutes of the day in which records are made


@dataclass(frozen=True)
class Exports:
    """The four exports, with the columns the files have; dates are datetime64[s], missing where blank."""

    cases: pd.DataFrame
    activities: pd.DataFrame
    plans: pd.DataFrame
    enrolments: pd.DataFrame


def assemble(parts: list[Records], as_at: np.datetime64, rng: np.random.Generator) -> Exports:
    """Join the parts, give every case a number, a student and an NSN, and sort as the exports are sorted.

    `as_at`: the day the exports are taken.
    """
    records = _joined(parts)
    cases = records.cases
    cases["number"] = _numbers(cases, rng)
    cases["student"] = _students(len(cases), rng)
    cases["nsn"] = _nsns(len(cases), rng)
    return Exports(
        cases=_case_columns(cases),
        activities=_activity_columns(records.events, cases, as_at, rng),
        plans=_plan_columns(records.plans, cases, rng),
        enrolments=_enrolment_columns(records.enrolments, cases),
    )


def _joined(parts: list[Records]) -> Records:
    starts = np.cumsum([0, *(len(part.cases) for part in parts)])[:-1]

    def stacked(name: str) -> pd.DataFrame:
        frames = [getattr(part, name) for part in parts]
        moved = [f.assign(case=f["case"].to_numpy() + at) for f, at in zip(frames, starts, strict=True)]
        return pd.concat(moved, ignore_index=True)

    cases = pd.concat([part.cases for part in parts], ignore_index=True)
    return Records(cases, stacked("events"), stacked("plans"), stacked("enrolments"))


def _numbers(cases: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Case numbers in the order the cases reached the provider, with gaps: other providers have cases too."""
    order = np.lexsort([rng.random(len(cases)), cases["allocation"].to_numpy()])
    numbers = np.empty(len(cases), dtype=object)
    values = FIRST_NUMBER + np.cumsum(rng.integers(1, 4, len(cases)))
    numbers[order] = [f"{value:08d}" for value in values.tolist()]
    return numbers


def _students(count: int, rng: np.random.Generator) -> np.ndarray:
    names = invented("names.toml")
    first, last = (np.array(names[kind], dtype=object) for kind in ("first_names", "last_names"))
    return first[rng.integers(0, len(first), count)] + " " + last[rng.integers(0, len(last), count)]


def _nsns(count: int, rng: np.random.Generator) -> np.ndarray:
    apart = rng.permutation(np.cumsum(rng.integers(1, 900, count)))
    lowest = np.where(rng.random(count) < TEN_DIGITS, LOWEST_NSN[1], LOWEST_NSN[0])
    return (lowest + apart).astype(str).astype(object)


def _case_columns(cases: pd.DataFrame) -> pd.DataFrame:
    columns = pd.DataFrame(
        {
            "Case Number": cases["number"],
            "Case Record Type": cases["case_type"].map({"CA": "Chronic Absence", "NEN": "Non-Enrolled"}),
            "Referral Date": cases["referral"].mask(cases["no_referral"]),
            "Allocation Date": cases["allocation"].mask(cases["no_allocation"]),
            "Case Owner": cases["owner"],
            "Owner Assigned Date": cases["owner_assigned"],
            "Migrated": cases["migrated"],
            "Contact Details Current": cases["contact"],
            "Status": cases["status"],
            "Closed Date": cases["closed"],
            "NSN": cases["nsn"].mask(cases["no_nsn"], ""),
            "Student Name": cases["student"],
            "School": cases["school"],
            "Provider": invented("names.toml")["provider"],
            "Region": cases["region"],
        }
    )
    return columns.sort_values("Case Number", ignore_index=True)


def _activity_columns(
    events: pd.DataFrame, cases: pd.DataFrame, as_at: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    rows = events["case"].to_numpy()
    created = events["created"].to_numpy("datetime64[s]")
    until = np.where(created == as_at, EXPORTED, CLOSING)  # the export was taken early on its day
    minute = OPENING + (rng.random(len(events)) * (until - OPENING)).astype(int)
    columns = pd.DataFrame(
        {
            "Case Number": cases["number"].to_numpy()[rows],
            "Subject": events["subject"],
            "Date": events["date"],
            "Activity Type": events["activity_type"],
            "Created Date": created + minute.astype("timedelta64[m]"),
            "Assigned": cases["manager"].to_numpy()[rows],
        }
    )
    return columns.sort_values(["Case Number", "Created Date"], kind="stable", ignore_index=True)


def _plan_columns(plans: pd.DataFrame, cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row a step; a plan without a step has one row with the step left blank."""
    numbers = cases["number"].to_numpy()[plans["case"]]
    plans = plans.assign(number=numbers).sort_values(["number", "created"], ignore_index=True)
    plans["name"] = [f"SP-{value:06d}" for value in range(401, 401 + len(plans))]
    names = np.array(invented("names.toml")["plans"]["steps"], dtype=object)
    rows = np.repeat(np.arange(len(plans)), np.maximum(plans["steps"], 1))
    nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
    start = rng.integers(0, len(names), len(plans))
    by_step = plans.iloc[rows]
    step = np.where(by_step["steps"] > 0, names[(start[rows] + 3 * nth) % len(names)], "")
    columns = {"number": "Case Number", "name": "Plan Name", "status": "Plan Status", "step": "Step Name"}
    by_step = by_step.assign(step=step).rename(columns={**columns, "created": "Created Date"})
    return by_step[[*columns.values(), "Created Date"]].reset_index(drop=True)


def _enrolment_columns(enrolments: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    columns = pd.DataFrame(
        {
            "NSN": cases["nsn"].to_numpy()[enrolments["case"]],
            "School Name": enrolments["school"],
            "Enrolment Type": enrolments["type"],
            "Enrolment Date": enrolments["date"],
        }
    )
    return columns.sort_values(["NSN", "Enrolment Date"], kind="stable", ignore_index=True)
