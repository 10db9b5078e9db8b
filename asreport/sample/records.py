"""What the parts of the sample share: the invented names, and the records of a set of cases."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from asreport.evidence.plan import PlanEvidence
from asreport.policy.quarter import Quarter

IN_PROGRESS = "In Progress"  # of a case that is being worked on, and of a plan where no measure says what counts


@dataclass(frozen=True)
class Records:
    """A set of cases and what is recorded on them; `case` in the other frames is the row number in `cases`.

    cases: case_type, migrated, referral, allocation, owner, owner_assigned, contact, status, closed, region, school,
    manager (the person who does the work, whoever owns the case), and no_referral, no_allocation, no_nsn for what the
    export leaves blank although it is so. events: case, subject, date, activity_type, created. plans: case, status,
    steps, created. enrolments: case, school, type, date.
    """

    cases: pd.DataFrame
    events: pd.DataFrame
    plans: pd.DataFrame
    enrolments: pd.DataFrame


@cache
def invented(file: str) -> dict[str, Any]:
    """The content of a data file of the sample."""
    return tomllib.loads(files("asreport.sample").joinpath(file).read_text(encoding="utf-8"))


@cache
def people_and_schools() -> tuple[pd.DataFrame, pd.DataFrame]:
    """All case managers and all schools: name, strength, region."""
    regions = invented("names.toml")["regions"]
    managers = [{**manager, "region": region["name"]} for region in regions for manager in region["managers"]]
    schools = [{**school, "region": region["name"]} for region in regions for school in region["schools"]]
    return pd.DataFrame(managers), pd.DataFrame(schools)


def places(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """For each of `count` cases a school, its region, a case manager of that region, and how strong they are."""
    managers, schools = people_and_schools()
    share = np.linspace(1, 3, len(schools))[rng.permutation(len(schools))]
    school = rng.choice(len(schools), count, p=share / share.sum())
    region = schools["region"].to_numpy()[school]
    manager = np.zeros(count, dtype=int)
    for name in managers["region"].unique():
        here = region == name
        own = np.flatnonzero(managers["region"] == name)
        manager[here] = own[rng.integers(0, len(own), here.sum())]
    return pd.DataFrame(
        {
            "school": schools["name"].to_numpy()[school],
            "region": region,
            "manager": managers["name"].to_numpy()[manager],
            "manager_strength": managers["strength"].to_numpy()[manager],
            "school_strength": schools["strength"].to_numpy()[school],
        }
    )


def frame(records: Iterable[dict[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Records as a frame; `columns` are those it has even without a record."""
    table = pd.DataFrame(list(records), columns=list(columns) or None)
    types = {"case": "int64", "date": "datetime64[s]", "created": "datetime64[s]"}
    return table.astype({name: kind for name, kind in types.items() if name in table})


def subject_spellings(quarter: Quarter, key: str) -> dict[str, list[str]]:
    """How the Subject of that key is typed otherwise: `counted` as it all the same, and `unrecognised`."""
    name = quarter.subjects[key].name
    known: dict[str, list[str]] | None = invented("names.toml")["spellings"].get(name)
    return known or {"counted": [name.lower(), name.upper(), f"{name} "], "unrecognised": [resembling(quarter, key)]}


def resembling(quarter: Quarter, key: str) -> str:
    """A Subject that is none of the quarter's, but by which a person sees that the one of that key was meant."""
    words, own = quarter.resemblance, quarter.subjects[key]
    taken = {_squeezed(name) for subject in quarter.subjects.values() for name in (subject.name, *subject.accepted)}
    others = {who for other, subject in quarter.subjects.items() if other != key for who in subject.who}
    texts = (
        f"{first} {who} {meeting}".capitalize()
        for who in sorted(own.who, key=others.__contains__)
        for meeting in reversed(words.meeting[:2])
        for first in words.first
    )
    return next((text for text in texts if _squeezed(text) not in taken), f"{own.name}s")


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def counted_status(quarter: Quarter) -> str:
    """A plan status that counts in the quarter: the first that its first plan measure names."""
    plans = (m.evidence for m in quarter.measures.values() if isinstance(m.evidence, PlanEvidence))
    return next((status for plan in plans for status in plan.statuses), IN_PROGRESS)
