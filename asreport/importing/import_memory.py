"""What one reading works out once for each text, and forgets when it ends.

A text may be a student's name, even where a header or a date is looked for. So nothing that outlives the reading, and
nothing that another session's reading can see, may hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, TypeVar

_MOST = 65_536  # texts at a time
_T = TypeVar("_T")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """While it lasts, what is `once_a_text` is worked out once for each text."""
    before = _known.set({})
    try:
        yield
    finally:
        _known.reset(before)


def once_a_text(work: Callable[[str], _T]) -> Callable[[str], _T]:
    """Have a function work once for each text within one reading."""

    @wraps(work)
    def told(text: str) -> _T:
        known = _known.get()
        if known is None:
            return work(text)
        if work not in known:
            known[work] = lru_cache(_MOST)(work)
        answer: _T = known[work](text)
        return answer

    return told
