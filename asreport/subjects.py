"""Telling the Subject of an event: the measure's own, one that resembles it, or another (rules.md, section 4).

Only the very subject counts. It is compared without regard to case, white space, Unicode form, macrons, or damage that
an export's encoding did to a letter with a macron. A subject resembles it when a person would see what was meant.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from asreport.mojibake import repaired
from asreport.quarter import Quarter, Resemblance, Subject

# What a letter with a macron becomes when an encoding has no place for it: question marks, replacement characters,
# control characters, possibly behind the letter without its macron (when the macron was a character of its own).
_DAMAGE = r"[?\ufffd\u0080-\u009f]"
_SPACES = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2060\ufeff]+")
_WORD = re.compile(r"[^\W_]+")

# How alike two subjects, and two words, must be to be a slip of the pen (0 to 100).
_ALIKE_SUBJECT, _ALIKE_WORD = 90, 80


def _plain(text: str) -> str:
    """Lower case, without macrons and other marks, repaired where an encoding was read as another."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", repaired(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _squeezed(text: str) -> str:
    return _SPACES.sub("", text)


def _pattern(name: str) -> re.Pattern[str]:
    """Matches `name` squeezed and plain, also where its letters with macrons were damaged."""
    parts = []
    for letter in _squeezed(unicodedata.normalize("NFC", name)):
        plain = re.escape(_plain(letter))
        marked = unicodedata.normalize("NFD", letter) != letter
        parts.append(f"(?:{plain}{_DAMAGE}{{0,2}}|{_DAMAGE}{{1,3}})" if marked else plain)
    return re.compile("".join(parts))


class _Likeness:
    """Tells of a plain text whether a person would see that this first meeting was meant."""

    def __init__(self, subject: Subject, words: Resemblance) -> None:
        self.name = _squeezed(_plain(subject.name))
        self.who = [_plain(word) for word in subject.who]
        self.first_or_meeting = [*words.first, *words.meeting]
        self.other_matters = set(words.other_matters)

    def seen_in(self, text: str) -> bool:
        """Who was met is named, and that it was first or a meeting; or the whole is the name but for a slip."""
        found = _WORD.findall(re.sub(_DAMAGE, "a", text))
        if not self.other_matters.isdisjoint(found):
            return False
        if fuzz.ratio(_squeezed(text), self.name) >= _ALIKE_SUBJECT:
            return True
        return _has_word(found, self.who) and _has_word(found, self.first_or_meeting)


def _has_word(words: list[str], wanted: list[str]) -> bool:
    """Whether one of the words is wanted, or is a longer wanted word but for a slip."""
    return any(
        word == want or len(want) > 4 and fuzz.ratio(word, want) >= _ALIKE_WORD for word in words for want in wanted
    )


def classify(subjects: pd.Series, quarter: Quarter) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each subject of the quarter, which rows have that very subject and which have one that resembles it.

    `subjects`: texts, missing where blank. Returns subject key → (is it, resembles it), boolean arrays of that length.
    A text that is one of the quarter's own subjects, or accepted as one, resembles no other.
    """
    codes, distinct = pd.factorize(subjects)
    texts = [_plain(text) for text in distinct]
    exact = {}
    for key, subject in quarter.subjects.items():
        patterns = [_pattern(name) for name in (subject.name, *subject.accepted)]
        exact[key] = [any(pattern.fullmatch(_squeezed(text)) for pattern in patterns) for text in texts]
    own = [any(flags) for flags in zip(*exact.values(), strict=True)]
    result = {}
    for key, subject in quarter.subjects.items():
        likeness = _Likeness(subject, quarter.resemblance)
        alike = [not is_own and likeness.seen_in(text) for text, is_own in zip(texts, own, strict=True)]
        # A missing subject has the code -1 and so takes the False appended here.
        result[key] = (np.array([*exact[key], False])[codes], np.array([*alike, False])[codes])
    return result


def other_subjects(subjects: pd.Series, quarter: Quarter, limit: int = 200) -> pd.DataFrame:
    """The subjects that are none of the quarter's own, those that resemble one first, then the most frequent.

    Columns: `subject`, `records` (how many have it), `resembles` (bool); at most `limit` rows.
    """
    of_each = classify(subjects, quarter)
    exact = np.logical_or.reduce([own for own, _ in of_each.values()])
    alike = np.logical_or.reduce([resembling for _, resembling in of_each.values()])
    others = pd.DataFrame({"subject": subjects, "resembles": alike})[~exact].dropna(subset="subject")
    counted = others.groupby("subject", sort=False).agg(records=("resembles", "size"), resembles=("resembles", "first"))
    ranked = counted.reset_index().sort_values(["resembles", "records", "subject"], ascending=[False, False, True])
    return ranked.head(limit)[["subject", "records", "resembles"]].reset_index(drop=True)
