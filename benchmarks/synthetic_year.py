"""A synthetic year of the Attendance Service nationwide, as four CSV exports.

Referrals are spread over the year to 30 June 2026, so most cases are outside the quarter; about a fifth are migrated.
Names are invented or numbered. The same scale and seed give the same bytes.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parent / "data"
CASES, EVENTS, PLANS, OUTCOMES = 65_000, 325_000, 65_000, 40_000

YEAR = np.arange(np.datetime64("2025-07-01"), np.datetime64("2026-07-01"))
CONTRACT_START = np.datetime64("2026-01-02")  # cases in the previous system before then may be migrated
AS_AT = np.datetime64("2026-07-06")
NO_DAY = np.datetime64("NaT", "D")

MEETINGS = {"Initial School Meeting": 0.85, "Initial Student / Whānau Meeting": 0.80}  # subject → share of cases
MISSPELT = {"Initial School Meeting": "School meeting", "Initial Student / Whānau Meeting": "Initial whanau mtg"}
OTHER_SUBJECTS = ("Phone call", "Home visit", "Email to school", "Review meeting", "Left a message", "Hui with kura")
FIRST_NAMES = ("Anahera", "Hēmi", "Jack", "Kavya", "Mere", "Niko", "Poppy", "Sefa", "Siobhán", "Wiremu", "Yusuf", "Zoë")
LAST_NAMES = ("Cho", "Desai", "Kāretu", "Leota", "Lockyer", "Ngātai", "O'Dowd", "Quill", "Tāwhara", "Te Awhi", "Zhou")


def national_year(scale: float, seed: int) -> dict[str, Path]:
    """The four exports, name → path; made only where they are not there yet."""
    folder = DATA / f"x{scale:g}-seed{seed}"
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _make(unfinished, scale, np.random.default_rng(seed))
        unfinished.rename(folder)
    return {name: folder / f"{name}.csv" for name in ("cases", "activities", "plans", "enrolments")}


def _make(folder: Path, scale: float, rng: np.random.Generator) -> None:
    cases = _cases(round(CASES * scale), rng)
    tables = {
        "cases": cases,
        "activities": _activities(cases, round(EVENTS * scale), rng),
        "plans": _plans(cases, round(PLANS * scale), rng),
        "enrolments": _enrolments(cases, round(OUTCOMES * scale), rng),
    }
    for name, table in tables.items():
        # Activities in ISO-8859-1, the usual default of such reports, which has no `ā`.
        encoding = "latin-1" if name == "activities" else "utf-8"
        written = table.assign(**{column: _days(table[column]) for column in table.select_dtypes("datetime")})
        path = folder / f"{name}.csv"
        written.to_csv(
            path, index=False, quoting=csv.QUOTE_ALL, lineterminator="\n", encoding=encoding, errors="replace"
        )


def _cases(count: int, rng: np.random.Generator) -> pd.DataFrame:
    referral = np.sort(np.busday_offset(rng.choice(YEAR, count), 0, roll="forward"))
    migrated = (referral < CONTRACT_START) & (rng.random(count) < 0.4)
    allocation = np.where(migrated, np.maximum(referral, CONTRACT_START), referral) + rng.integers(0, 4, count)
    closed = referral + rng.integers(20, 300, count)
    closed[(closed > AS_AT) | (rng.random(count) < 0.5)] = NO_DAY
    schools = np.array([f"School {number}" for number in range(1, 2501)], dtype=object)
    nsn = (900_000_000 + rng.permutation(count)).astype(str).astype(object)
    return pd.DataFrame(
        {
            "Case Number": [f"{number:08d}" for number in range(1234, 1234 + count)],
            "Case Record Type": _pick(rng, {"Chronic Absence": 0.65, "Non-Enrolled": 0.35}, count),
            "Referral Date": np.where(rng.random(count) < 0.003, NO_DAY, referral),
            "Allocation Date": np.where(rng.random(count) < 0.01, NO_DAY, allocation),
            "Case Owner": np.where(rng.random(count) < 0.02, "Intake Queue", _people(rng, count)),
            "Owner Assigned Date": np.minimum(allocation + rng.integers(0, 20, count), AS_AT),
            "Migrated": np.where(migrated, "TRUE", "FALSE"),
            "Contact Details Current": _pick(rng, {"Yes": 0.86, "No": 0.06, "": 0.08}, count),
            "Status": np.where(np.isnat(closed), "Open", "Closed"),
            "Closed Date": closed,
            "NSN": np.where(rng.random(count) < 0.01, "", nsn),
            "Student Name": _people(rng, count),
            "School": rng.choice(schools, count),
            "Provider": [f"Provider {number}" for number in rng.integers(1, 81, count)],
            "Region": [f"Region {number}" for number in rng.integers(1, 11, count)],
        }
    )


def _activities(cases: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """The two first meetings of most cases; for the rest phone calls and the like, some with a subject of their own."""
    parts = [_meetings(cases, subject, share, rng) for subject, share in MEETINGS.items()]
    left = count - sum(map(len, parts))
    case = rng.integers(0, len(cases), left)
    start = _start(cases)[case]
    subject = rng.choice(np.array(OTHER_SUBJECTS, dtype=object), left)
    own = np.flatnonzero(rng.random(left) < 0.15)
    subject[own] = subject[own] + [f", note {number}" for number in range(len(own))]
    date = start + (rng.random(left) * (AS_AT - start + 1).astype(int)).astype(int)
    parts.append(pd.DataFrame({"case": case, "subject": subject, "date": date, "event": rng.random(left) < 0.5}))
    events = pd.concat(parts, ignore_index=True)
    date = events["date"].to_numpy("datetime64[D]")
    created = pd.Series(np.minimum(date + rng.integers(0, 5, count), AS_AT))
    return pd.DataFrame(
        {
            "Case Number": cases["Case Number"].to_numpy()[events["case"]],
            "Subject": events["subject"],
            "Date": np.where(rng.random(count) < 0.005, NO_DAY, date),
            "Activity Type": np.where(events["event"], "Event", "Task"),
            "Created Date": _days(created) + " " + _clock(rng.integers(8 * 60, 18 * 60, count)),
            "Assigned": cases["Case Owner"].to_numpy()[events["case"]],
        }
    )


def _meetings(cases: pd.DataFrame, subject: str, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """One first meeting for a share of the cases, most within two weeks; a few misspelt, a few recorded as a Task."""
    case = np.flatnonzero(rng.random(len(cases)) < share)
    start = _start(cases)[case]
    date = np.busday_offset(start + rng.exponential(9, len(case)).astype(int), 0, roll="forward")
    subjects = np.where(rng.random(len(case)) < 0.04, MISSPELT[subject], subject).astype(object)
    event = rng.random(len(case)) < 0.96
    return pd.DataFrame({"case": case, "subject": subjects, "date": date, "event": event})[date <= AS_AT]


def _start(cases: pd.DataFrame) -> np.ndarray:
    """The day work on each case began: a migrated case's on the contract's first day or after."""
    known = cases["Allocation Date"].fillna(cases["Referral Date"]).fillna(pd.Timestamp(CONTRACT_START))
    start: np.ndarray = known.to_numpy("datetime64[D]")
    return start


def _plans(cases: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a plan: none for some cases, two for others."""
    case = rng.permutation(np.r_[np.arange(len(cases)), np.arange(len(cases))])[:count]
    return pd.DataFrame(
        {
            "Case Number": cases["Case Number"].to_numpy()[case],
            "Plan Name": [f"SP-{number:06d}" for number in range(count)],
            "Plan Status": _pick(rng, {"In Progress": 0.85, "Draft": 0.07, "Completed": 0.08}, count),
            "Number of Steps": np.where(rng.random(count) < 0.03, 0, rng.integers(1, 6, count)),
            "Created Date": np.minimum(_start(cases)[case] + rng.integers(0, 40, count), AS_AT),
        }
    )


def _enrolments(cases: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """What ENROL holds: enrolments before and after the referral, a tenth of them of students without a case."""
    case = rng.integers(0, len(cases), count)
    stranger = (990_000_000 + np.arange(count)).astype(str).astype(object)
    return pd.DataFrame(
        {
            "NSN": np.where(rng.random(count) < 0.1, stranger, cases["NSN"].to_numpy()[case]),
            "School Name": [f"School {number}" for number in rng.integers(1, 2501, count)],
            "Enrolment Type": _pick(rng, {"School": 0.8, "Alternative Education": 0.12, "Exemption": 0.08}, count),
            "Enrolment Date": np.minimum(_start(cases)[case] + rng.integers(-60, 120, count), AS_AT),
        }
    )


def _pick(rng: np.random.Generator, shares: dict[str, float], count: int) -> np.ndarray:
    return rng.choice(np.array(list(shares), dtype=object), count, p=list(shares.values()))


def _people(rng: np.random.Generator, count: int) -> np.ndarray:
    first, last = (np.array(names, dtype=object) for names in (FIRST_NAMES, LAST_NAMES))
    return rng.choice(first, count) + " " + rng.choice(last, count)


def _days(days: pd.Series) -> np.ndarray:
    """Dates as New Zealand writes them, `3/07/2026`; blank where missing."""
    codes, known = pd.factorize(days)
    words = np.array([*(f"{day.day}/{day:%m/%Y}" for day in pd.DatetimeIndex(known)), ""], dtype=object)
    return words[codes]


def _clock(minutes: np.ndarray) -> np.ndarray:
    """Minutes of the day as `9:05 AM`."""
    words = [f"{(h - 1) % 12 + 1}:{m:02d} {'AM' if h < 12 else 'PM'}" for h in range(24) for m in range(60)]
    return np.array(words, dtype=object)[minutes]
