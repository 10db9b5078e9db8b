"""What one upload may cost, all its files together: files, bytes, cells and seconds, looked at while they are spent.

The limits of limits.py that are a file's own hold for each file; but many files within them could still keep the app
busy for everybody. A budget is held for as long as one reading lasts and is known to that reading alone, so that the
steps of it, wherever they are, can look at the clock and be given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain
from time import monotonic
from typing import Literal, TypeVar

from asreport.importing import limits
from asreport.importing.unreadable import Unreadable

Kind = Literal["files", "bytes", "cells", "seconds"]

_T = TypeVar("_T")
_OFTEN = 0.5  # seconds after which progress is told again, so that what takes long can be given up
_AT_ONCE = 500  # values between two looks at the clock; the slowest to understand take a tenth of a millisecond each
_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


class OverBudget(Unreadable):
    """A file with which the upload went over its budget."""

    def __init__(self, limit: str) -> None:
        super().__init__(
            f"was being read when the upload came to its limit of {limit} for all its files together, so neither it "
            "nor any file after it was used, and the figures lack them: bring fewer or smaller files at a time"
        )


class GivenUp(BaseException):
    """The reading was given up; its cause is what `progress` raised. Nothing that guards against faults catches it."""


class Budget:
    """What is left for one upload. `spent` is the limit that it came to, in words: "180 seconds", "" before."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.spent = ""
        self._tell, self._doing = tell, ""
        self._all: dict[Kind, int] = {
            "files": limits.UPLOAD_FILES,
            "bytes": limits.UPLOAD_BYTES,
            "cells": limits.UPLOAD_CELLS,
            "seconds": limits.UPLOAD_SECONDS,
        }
        self._left = dict(self._all)
        self.renew_time()
        self._told = monotonic()

    def tell(self, doing: str) -> None:
        """Tell what is done now. Raises GivenUp."""
        self._doing, self._told = doing, monotonic()
        try:
            self._tell(doing)
        except BaseException as reason:
            raise GivenUp from reason

    def check(self) -> None:
        """Raises OverBudget once the time is up, and GivenUp where what hears of progress wants no more of it."""
        now = monotonic()
        if now > self._ends:
            raise self._over("seconds")
        if self._doing and now > self._told + _OFTEN:
            self.tell(self._doing)

    def renew_time(self) -> None:
        """As much time again, for what is not reading."""
        self._ends = monotonic() + self._all["seconds"]

    def spend(self, kind: Kind, amount: int) -> None:
        """Raises OverBudget where less than that is left; nothing is spent then."""
        self.check()
        if amount > self._left[kind]:
            raise self._over(kind)
        self._left[kind] -= amount

    def _over(self, kind: Kind) -> OverBudget:
        most = self._all[kind]
        self.spent = f"{most / 1e6:,.0f} MB unpacked" if kind == "bytes" and most >= 1e6 else f"{most:,} {kind}"
        return OverBudget(self.spent)


@contextmanager
def one_upload(tell: Callable[[str], None]) -> Iterator[Budget]:
    """While it lasts, all that is read is paid for out of one budget."""
    budget = Budget(tell)
    before = _budget.set(budget)
    try:
        yield budget
    finally:
        _budget.reset(before)


def check() -> None:
    """To be called between steps of less than a second. Raises OverBudget and GivenUp."""
    if (budget := _budget.get()) is not None:
        budget.check()


def spend(kind: Kind, amount: int) -> None:
    """Pay for what is about to be done. Raises OverBudget and GivenUp."""
    if (budget := _budget.get()) is not None:
        budget.spend(kind, amount)


def watched(values: Sequence[_T]) -> Iterator[_T]:
    """The same values, with a look at the clock every some hundred of them."""

    def pieces() -> Iterator[Sequence[_T]]:
        for start in range(0, len(values), _AT_ONCE):
            check()
            yield values[start : start + _AT_ONCE]

    return chain.from_iterable(pieces())
