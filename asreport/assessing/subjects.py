"""Telling the Subject of an event: the measure's own, one that resembles it, or another (rules.md, section 4).

Only the very subject counts. It is compared without regard to case, white space, Unicode form, macrons, or damage that
an export's encoding did to a letter with a macron. A subject resembles it when a person would see what was meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from asreport.mojibake import repaired
from asreport.policy.quarter import Quarter, Resemblance, Subject

# What a letter with a macron becomes when an encoding has no place for it: question marks, replacement characters,
# control characters, possibly behind the letter without its macron (when the macron was a character of its own).
_DAMAGE = re.compile(r"[?\ufffd\u0080-\u009f]")
_INSTEAD, _BESIDE = 3, 2  # the most of them in place of such a letter, and behind the letter without its macron
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
    """The text without white space and letters that show nothing."""
    squeezed = "".join(text.split())
    return squeezed if squeezed.isascii() else squeezed.translate(_UNSEEN)


def classify(subjects: pd.Series, quarter: Quarter) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Which rows have a subject of the quarter, and which have one that resembles it, by the key of the subject.

    `subjects`: texts, missing where blank. Returns subject key → (is it, resembles it), boolean arrays of that length.
    A text that is one of the quarter's own subjects, or accepted as one, resembles no other.
    """
    codes, distinct = pd.factorize(subjects)
    texts = [_plain(text) for text in distinct]
    squeezed = [_squeezed(text) for text in texts]
    damaged = [place for place, text in enumerate(squeezed) if "?" in text or not text.isascii()]
    exact = {key: _are(subject, squeezed, damaged) for key, subject in quarter.subjects.items()}
    others = np.flatnonzero(~np.any(list(exact.values()), axis=0))
    other_subjects = _Others(
        [texts[place] for place in others], [squeezed[place] for place in others], quarter.resemblance
    )
    result = {}
    for key, subject in quarter.subjects.items():
        alike = np.full(len(texts), False)
        alike[others] = other_subjects.resembling(subject)
        # A missing subject has the code -1 and so takes the False appended here.
        result[key] = (np.append(exact[key], False)[codes], np.append(alike, False)[codes])
    return result


def _are(subject: Subject, squeezed: list[str], damaged: list[int]) -> np.ndarray:
    """Which of the texts, squeezed and plain, are the very subject or accepted as it. `damaged`: those that may be."""
    names = _Names((subject.name, *subject.accepted))
    exact = np.fromiter((text in names.plain for text in squeezed), dtype=bool, count=len(squeezed))
    exact[[place for place in damaged if names.holds_damaged(squeezed[place])]] = True
    return exact


class _Names:
    """The names by which one subject is known, to tell whether a text, squeezed and plain, is one of them.

    A text without a sign of damage is one of the names, plain, or it is none. A damaged one is walked through letter by
    letter, beside all names at once: a number holds a bit for each place in them that the walk may have come to, so the
    time is that of the text's length times the names', however much is damaged.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.plain: set[str] = set()
        self._longest = self._starts = self._ends = self._marked = 0
        self._literal: dict[str, int] = {}  # letter → the places that hold it
        self._bases: dict[str, dict[str, int]] = {}  # its first letter → letter without its mark → the places
        place = 0
        for name in names:
            self._starts |= 1 << place
            letters = _squeezed(unicodedata.normalize("NFC", name))
            plain = [_unmarked(letter) for letter in letters]
            for letter, base in zip(letters, plain, strict=True):
                if unicodedata.normalize("NFD", letter) != letter:
                    bases = self._bases.setdefault(base[0], {})
                    bases[base] = bases.get(base, 0) | 1 << place
                    self._marked |= 1 << place
                    place += 1
                else:
                    for one in base:
                        self._literal[one] = self._literal.get(one, 0) | 1 << place
                        place += 1
            self.plain.add("".join(plain))
            self._longest = max(self._longest, sum(max(len(base) + _BESIDE, _INSTEAD) for base in plain))
            self._ends |= 1 << place
            place += 1

    def holds_damaged(self, text: str) -> bool:
        """Whether a text with signs of damage is one of the names."""
        if len(text) > self._longest:
            return False
        reached = {0: self._starts}  # after so many letters, the places in the names
        for at, letter in enumerate(text):
            here = reached.pop(at, 0)
            if here:
                if literal := (here & self._literal.get(letter, 0)) << 1:
                    reached[at + 1] = reached.get(at + 1, 0) | literal
                _lose(reached, (here & self._marked) << 1, text, at, _INSTEAD)
                for base, places in self._bases.get(letter, {}).items():
                    if (kept := (here & places) << 1) and text.startswith(base, at):
                        end = at + len(base)
                        reached[end] = reached.get(end, 0) | kept
                        _lose(reached, kept, text, end, _BESIDE)
            elif not reached:
                return False
        return bool(reached.get(len(text), 0) & self._ends)


def _lose(reached: dict[int, int], places: int, text: str, at: int, most: int) -> None:
    """Come to these places after each of the signs of damage, `most` at most, that follow one another from here on."""
    for end in range(at + 1, at + 1 + most) if places else ():
        if not _DAMAGE.match(text, end - 1):
            break
        reached[end] = reached.get(end, 0) | places


class _Others:
    """The subjects that are none of the quarter's own; tells of which a person would see what first meeting was meant.

    Typed subjects are many and their words few, so words are looked at once each, all together.
    """

    def __init__(self, texts: list[str], squeezed: list[str], words: Resemblance) -> None:
        self.squeezed = squeezed
        self.words = [_WORD.findall(_DAMAGE.sub("a", text)) for text in texts]
        self.distinct = list({word for words_in_text in self.words for word in words_in_text})
        other_matters, meant = set(words.other_matters), self._like([*words.first, *words.meeting])
        self.of_first_meeting = [not meant.isdisjoint(words_in_text) for words_in_text in self.words]
        self.of_other_matters = np.array(
            [not other_matters.isdisjoint(words_in_text) for words_in_text in self.words], dtype=bool
        )

    def resembling(self, subject: Subject) -> np.ndarray:
        """Who was met is named, and that it was first or a meeting; or the whole is the name but for a slip."""
        who = self._like([_unmarked(word) for word in subject.who])
        named = [
            is_meant and not who.isdisjoint(words_in_text)
            for is_meant, words_in_text in zip(self.of_first_meeting, self.words, strict=True)
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
