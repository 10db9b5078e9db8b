"""Dates as people here write them: 3 July 2026."""

from __future__ import annotations

from datetime import date

import pandas as pd


def in_words(day: date) -> str:
    """A date as `3 July 2026`."""
    return f"{day.day} {day:%B %Y}"


def column_in_words(days: pd.Series) -> pd.Series:
    """A column of dates as texts, missing where the date is."""
    codes, known = pd.factorize(days)
    words = pd.array([in_words(day) for day in pd.DatetimeIndex(known)] + [None], dtype="str")
    return pd.Series(words[codes], index=days.index)
