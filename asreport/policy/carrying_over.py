"""Calendar quarters, and the quarter that is carried over where none is set up (rules.md, section 9)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from asreport.policy.quarter import Quarter, QuarterError
from asreport.policy.quarter_file import available_quarters, extended, load_quarter

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


def other_quarters(as_at: date) -> dict[str, Quarter]:
    """The quarters to choose from, by id, the newest first.

    They are those that come with asreport, and the calendar quarter of the as-at date and the one before, carried over
    where need be.
    """
    known = [load_quarter(name) for name in available_quarters()]
    nearest = [id_of(as_at), id_of(calendar_quarter(id_of(as_at))[0] - timedelta(days=1))]
    quarters = known + [carried_to(name, known) for name in nearest if name not in available_quarters()]
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


def carried_to(quarter_id: str, known: Sequence[Quarter]) -> Quarter:
    """The newest of the known quarters that began earlier, carried over; where none did, the earliest there is."""
    start, _ = calendar_quarter(quarter_id)
    by_start = sorted(known, key=lambda one: one.period.start)
    earlier = [one for one in by_start if one.period.start < start]
    return carried_over(earlier[-1] if earlier else by_start[0], quarter_id)
