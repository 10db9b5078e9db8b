"""Dates as people here write them: 3 July 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd


def in_words(day: date) -> str:
    """A date as `3 July 2026`."""
    return f"{day.day} {day:%B %Y}"


def column_in_words(days: pd.Series) -> pd.Series:
    """A column of dates as texts, missing where the date is."""
    return _each(days, in_words)


def iso(days: pd.Series) -> pd.Series:
    """A column of dates as `2026-07-03`, missing where the date is."""
    return _each(days, date.isoformat)


def _each(days: pd.Series, written: Callable[[date], str]) -> pd.Series:
    """A column of dates in writing: so many rows have so few dates."""
    codes, known = pd.factorize(days)
    words = pd.array([written(day) for day in np.asarray(known, "datetime64[D]").tolist()] + [None], dtype="str")
    return pd.Series(words[codes], index=days.index)
