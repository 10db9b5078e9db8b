"""Which quarter the exports are about, and the one carried over where none is set up (rules.md, section 9)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from asreport.quarter import Quarter, QuarterError
from asreport.quarter_file import available_quarters, extended, load_quarter, newest_confirmed
from asreport.reading import Exports
from asreport.scope import dates, is_migrated

# People report on a quarter in the first weeks of the next.
FIRST_WEEKS = timedelta(days=31)
_ID = re.compile(r"q([1-4])-(\d{4})")


def calendar_quarter(quarter_id: str) -> tuple[date, date]:
    """The first and the last day of the calendar quarter of an id such as `q4-2026`. Raises QuarterError."""
    named = _ID.fullmatch(quarter_id)
    if not named:
        raise QuarterError(f"A calendar quarter is named as in q4-2026; found “{quarter_id}”.")
    last_month, year = 3 * int(named[1]), max(int(named[2]), date.min.year)
    return date(year, last_month - 2, 1), date(year, last_month, monthrange(year, last_month)[1])


def id_of(day: date) -> str:
    """The id of the calendar quarter in which a day lies: `q4-2026`."""
    return f"q{(day.month + 2) // 3}-{day.year:04}"


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
    return fitting[0] if fitting else _carried_to(wanted, known)


def quarter_of_exports(exports: Exports, as_at: date) -> Quarter:
    """The quarter that exports are about, of those that come with asreport or carried over from them.

    Without a table of cases nothing says which: then the newest whose targets are not carried over.
    """
    if "cases" not in exports.tables:
        return newest_confirmed()
    return quarter_for(exports.tables["cases"], as_at, [load_quarter(name) for name in available_quarters()])


def other_quarters(as_at: date) -> dict[str, Quarter]:
    """The quarters to choose from, by id, the newest first.

    They are those that come with asreport, and the calendar quarter of the as-at date and the one before, carried over
    where need be.
    """
    known = [load_quarter(name) for name in available_quarters()]
    nearest = [id_of(as_at), id_of(calendar_quarter(id_of(as_at))[0] - timedelta(days=1))]
    quarters = known + [_carried_to(name, known) for name in nearest if name not in available_quarters()]
    return {one.id: one for one in sorted(quarters, key=lambda one: one.period.start, reverse=True)}


def newest_before(start: date) -> Quarter:
    """The newest quarter that comes with asreport and began before a day; where none did, the earliest."""
    known = sorted((load_quarter(name) for name in available_quarters()), key=lambda one: one.period.start)
    return next((one for one in reversed(known) if one.period.start < start), known[0])


def carried_over(earlier: Quarter, quarter_id: str) -> Quarter:
    """Another quarter's measures, targets and readings for a calendar quarter, marked as carried over.

    A measure whose cut-off lies before the first day is left out, and named in `left_out`. Raises QuarterError.
    """
    start, end = calendar_quarter(quarter_id)
    over = [m.id for m in earlier.measures.values() if m.clock.cut_off and m.clock.cut_off < start]
    name = f"Quarter {quarter_id[1]}, {start.year}"
    origin = earlier.carried_over_from or earlier.name
    own = {
        "carried_over": True,
        "left_out": over,
        "id": quarter_id,
        "name": name,
        "source": earlier.source if earlier.carried_over_from else f"Carried over from {origin}: {earlier.source}",
        "period": {
            "start": start,
            "end": end,
            "explanation": "Nobody has given dates for this quarter; the calendar quarter is taken, and both its ends "
            "belong to it.",
        },
    }
    return extended(earlier, own, quarter_id)


def _carried_to(quarter_id: str, known: Sequence[Quarter]) -> Quarter:
    start, _ = calendar_quarter(quarter_id)
    by_start = sorted(known, key=lambda one: one.period.start)
    earlier = [one for one in by_start if one.period.start < start]
    return carried_over(earlier[-1] if earlier else by_start[0], quarter_id)


def _between(days: np.ndarray, first: date, last: date) -> np.ndarray:
    return (days >= np.datetime64(first)) & (days <= np.datetime64(last))
