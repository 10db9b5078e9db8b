"""Which quarter the exports are about (rules.md, section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from asreport.assessing.cohort import dates, is_migrated
from asreport.policy.carrying_over import calendar_quarter, carried_to, id_of
from asreport.policy.quarter import Quarter
from asreport.policy.quarter_file import available_quarters, load_quarter, newest_confirmed
from asreport.tables import Tables

# People report on a quarter in the first weeks of the next.
FIRST_WEEKS = timedelta(days=31)


def quarter_of(cases: pd.DataFrame, as_at: date) -> str:
    """The id of the calendar quarter that the exports are about.

    The one in which the as-at date lies, unless it began no more than 31 days before and fewer referrals of new cases
    lie in it than in the one before: then that one. `cases`: the table of cases (tables.py); a referral after the as-at
    date does not count yet.
    """
    current = id_of(as_at)
    start, _ = calendar_quarter(current)
    if as_at - start > FIRST_WEEKS or start == date.min:
        return current
    before = id_of(start - timedelta(days=1))
    referred = dates(cases, "referral_date")[~is_migrated(cases)]
    referred = referred[referred <= np.datetime64(as_at)]
    counts = [np.count_nonzero(_between(referred, *calendar_quarter(one))) for one in (current, before)]
    return before if counts[0] < counts[1] else current


def quarter_for(cases: pd.DataFrame, as_at: date, known: Sequence[Quarter]) -> Quarter:
    """The quarter that the exports are about: one of those `known`, else one that is carried over.

    A known quarter fits that has the id of the calendar quarter, or whose period holds its middle; of several the first
    in `known`. Otherwise the newest earlier one is carried over, and where none is earlier, the earliest there is.
    """
    wanted = quarter_of(cases, as_at)
    start, end = calendar_quarter(wanted)
    middle = start + (end - start) / 2
    fitting = [one for one in known if one.id == wanted]
    fitting += [one for one in known if one.period.start <= middle <= one.period.end]
    return fitting[0] if fitting else carried_to(wanted, known)


def quarter_of_exports(tables: Tables, as_at: date) -> Quarter:
    """The quarter that exports are about, of those that come with asreport or carried over from them.

    Without a table of cases nothing says which: then the newest whose targets are not carried over.
    """
    if "cases" not in tables:
        return newest_confirmed()
    return quarter_for(tables["cases"], as_at, [load_quarter(name) for name in available_quarters()])


def _between(days: np.ndarray, first: date, last: date) -> np.ndarray:
    return (days >= np.datetime64(first)) & (days <= np.datetime64(last))
