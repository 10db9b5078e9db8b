"""Telling the Subject of an event: the measure's own, one that resembles it, or another (rules.md, section 4).

Only the very subject counts. It is compared without regard to case, white space, Unicode form, macrons, or damage that
an export's encoding did to a letter with a macron. A subject resembles it when a person would see what was meant.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from asreport.mojibake import repaired
from asreport.quarter import Quarter, Resemblance, Subject

# What a letter with a macron becomes when an encoding has no place for it: question marks, replacement characters,
# control characters, possibly behind the letter without its macron (when the macron was a character of its own).
_DAMAGE = re.compile(r"[?\ufffd\u0080-\u009f]")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_WORD = re.compile(r"[^\W_]+")

# How alike two subjects, and two words, must be to be a slip of the pen (0 to 100).
_ALIKE_SUBJECT, _ALIKE_WORD = 90, 80


def _plain(text: str) -> str:
    """Lower case, without macrons and other marks, repaired where an encoding was read as another."""
    return text.casefold() if text.isascii() else _unmarked(repaired(text))


def _unmarked(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _squeezed(text: str) -> str:
    """Without white space and letters that show nothing."""
    squeezed = "".join(text.split())
    return squeezed if squeezed.isascii() else squeezed.translate(_UNSEEN)


def _pattern(name: str) -> str:
    """Matches `name` squeezed and plain, also where its letters with macrons were damaged."""
    damage, parts = _DAMAGE.pattern, []
    for letter in _squeezed(unicodedata.normalize("NFC", name)):
        plain = re.escape(_unmarked(letter))
        marked = unicodedata.normalize("NFD", letter) != letter
        parts.append(f"(?:{plain}{damage}{{0,2}}|{damage}{{1,3}})" if marked else plain)
    return "".join(parts)


def classify(subjects: pd.Series, quarter: Quarter) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each subject of the quarter, which rows have that very subject and which have one that resembles it.

    `subjects`: texts, missing where blank. Returns subject key → (is it, resembles it), boolean arrays of that length.
    A text that is one of the quarter's own subjects, or accepted as one, resembles no other.
    """
    codes, distinct = pd.factorize(subjects)
    texts = [_plain(text) for text in distinct]
    squeezed = [_squeezed(text) for text in texts]
    exact = {key: _matches(squeezed, subject) for key, subject in quarter.subjects.items()}
    others = np.flatnonzero(~np.any(list(exact.values()), axis=0))
    seen = _Others([texts[place] for place in others], [squeezed[place] for place in others], quarter.resemblance)
    result = {}
    for key, subject in quarter.subjects.items():
        alike = np.full(len(texts), False)
        alike[others] = seen.resembling(subject)
        # A missing subject has the code -1 and so takes the False appended here.
        result[key] = (np.append(exact[key], False)[codes], np.append(alike, False)[codes])
    return result


def _matches(squeezed: list[str], subject: Subject) -> np.ndarray:
    """Which of the texts, squeezed and plain, are the very subject or accepted as it."""
    pattern = re.compile("|".join(_pattern(name) for name in (subject.name, *subject.accepted)))
    return np.array([pattern.fullmatch(text) is not None for text in squeezed], dtype=bool)


class _Others:
    """The subjects that are none of the quarter's own; tells of which a person would see what first meeting was meant.

    Typed subjects are many and their words few, so words are looked at once each, all together.
    """

    def __init__(self, texts: list[str], squeezed: list[str], words: Resemblance) -> None:
        self.squeezed = squeezed
        self.words = [_WORD.findall(_DAMAGE.sub("a", text)) for text in texts]
        self.distinct = list({word for found in self.words for word in found})
        other_matters, meant = set(words.other_matters), self._like([*words.first, *words.meeting])
        self.of_first_meeting = [not meant.isdisjoint(found) for found in self.words]
        self.of_other_matters = np.array([not other_matters.isdisjoint(found) for found in self.words], dtype=bool)

    def resembling(self, subject: Subject) -> np.ndarray:
        """Who was met is named, and that it was first or a meeting; or the whole is the name but for a slip."""
        who = self._like([_unmarked(word) for word in subject.who])
        named = [
            is_meant and not who.isdisjoint(found)
            for is_meant, found in zip(self.of_first_meeting, self.words, strict=True)
        ]
        alike = np.array(named, dtype=bool)
        alike |= _alike(self.squeezed, [_squeezed(_unmarked(subject.name))], _ALIKE_SUBJECT)
        return alike & ~self.of_other_matters

    def _like(self, wanted: list[str]) -> set[str]:
        """The words that are wanted, or are a longer wanted word but for a slip."""
        slips = _alike(self.distinct, [want for want in wanted if len(want) > 4], _ALIKE_WORD)
        return {*wanted, *(self.distinct[place] for place in np.flatnonzero(slips))}


def _alike(texts: list[str], wanted: list[str], least: int) -> np.ndarray:
    """Which of the texts are at least so like one that is wanted."""
    if not texts or not wanted:
        return np.full(len(texts), False)
    return np.asarray(np.any(process.cdist(texts, wanted, scorer=fuzz.ratio, score_cutoff=least), axis=1))


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
