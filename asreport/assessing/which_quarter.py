"""Which quarter the exports are about (rules.md, section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from asreport.assessing.cohort import dates, is_migrated
from asreport.dates import in_words
from asreport.policy.carrying_over import calendar_quarter, carried_to, id_of
from asreport.policy.quarter import Quarter
from asreport.policy.quarter_file import available_quarters, load_quarter, newest_confirmed
from asreport.tables import Tables

# People report on a quarter in the first weeks of the next.
FIRST_WEEKS = timedelta(days=31)
_ABOUT = "The exports are taken to be about"


@dataclass(frozen=True)
class WhichQuarter:
    """The quarter that exports are taken to be about, the other that they could be about, and why, as a sentence."""

    taken: Quarter
    other: Quarter | None  # None: nothing says which quarter it is
    why: str


def quarter_of(cases: pd.DataFrame, as_at: date) -> str:
    """The id of the calendar quarter that the exports are about.

    The one in which the as-at date lies, unless it began no more than 31 days before and fewer referrals of new cases
    lie in it than in the one before: then that one. `cases`: the table of cases (tables.py); a referral after the as-at
    date does not count yet.
    """
    current, before = _nearest(as_at)
    in_current, in_before = _referrals(cases, as_at)
    return before if _just_begun(as_at) and in_current < in_before else current


def quarter_for(cases: pd.DataFrame, as_at: date, known: Sequence[Quarter]) -> Quarter:
    """The quarter that the exports are about: one of those `known`, else one that is carried over.

    A known quarter fits that has the id of the calendar quarter, or whose period holds its middle; of several the first
    in `known`. Otherwise the newest earlier one is carried over, and where none is earlier, the earliest there is.
    """
    return _fitting(quarter_of(cases, as_at), known)


def which_quarter(tables: Tables, as_at: date) -> WhichQuarter:
    """The quarter that exports are about, of those this installation has or carried over from them, and why.

    Without a table of cases nothing says which: then the newest whose targets are not carried over.
    """
    if "cases" not in tables:
        taken = newest_confirmed()
        return WhichQuarter(taken, None, f"{taken.name} is taken, as no export of cases says which quarter it is.")
    known = [load_quarter(name) for name in available_quarters()]
    names = _nearest(as_at)
    current, before = (_fitting(name, known) for name in names)
    in_current, in_before = _referrals(tables["cases"], as_at)
    as_at_date = f"the as-at date, {in_words(as_at)}"
    counted = f"({in_before:,} in {before.name}, {in_current:,} in {current.name})"
    if quarter_of(tables["cases"], as_at) != names[0]:
        why = f"{current.name} had just begun on {as_at_date}, and has fewer referrals of new cases {counted}"
        return WhichQuarter(before, current, f"{_ABOUT} {before.name}: {why}.")
    why = f"{as_at_date}, lies in it"
    if _just_begun(as_at):
        why += f", and the quarter before has no more referrals of new cases {counted}"
    return WhichQuarter(current, before, f"{_ABOUT} {current.name}: {why}.")


def quarter_of_exports(tables: Tables, as_at: date) -> Quarter:
    """The quarter that exports are about, as `which_quarter` has it."""
    return which_quarter(tables, as_at).taken


def _nearest(as_at: date) -> tuple[str, str]:
    """The ids of the calendar quarter in which a day lies, and of the one before; of the first there is, twice."""
    current = id_of(as_at)
    start, _ = calendar_quarter(current)
    return current, current if start == date.min else id_of(start - timedelta(days=1))


def _just_begun(as_at: date) -> bool:
    return as_at - calendar_quarter(id_of(as_at))[0] <= FIRST_WEEKS


def _referrals(cases: pd.DataFrame, as_at: date) -> tuple[int, int]:
    """How many referrals of new cases lie in the calendar quarter of the as-at date, and in the one before."""
    referred = dates(cases, "referral_date")[~is_migrated(cases)]
    referred = referred[referred <= np.datetime64(as_at)]
    current, before = (np.count_nonzero(_between(referred, *calendar_quarter(one))) for one in _nearest(as_at))
    return int(current), int(before)


def _fitting(wanted: str, known: Sequence[Quarter]) -> Quarter:
    """The calendar quarter of an id among those known, else carried over."""
    start, end = calendar_quarter(wanted)
    middle = start + (end - start) / 2
    fitting = [one for one in known if one.id == wanted]
    fitting += [one for one in known if one.period.start <= middle <= one.period.end]
    return fitting[0] if fitting else carried_to(wanted, known)


def _between(days: np.ndarray, first: date, last: date) -> np.ndarray:
    return (days >= np.datetime64(first)) & (days <= np.datetime64(last))
