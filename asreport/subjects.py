"""Telling the Subject of an event: the measure's own, one that resembles it, or another (rules.md, section 4).

Only the very subject counts. It is compared without regard to case, white space, Unicode form, macrons, or damage that
an export's encoding did to a letter with a macron. A subject resembles it when a person would see what was meant.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
from ftfy import fix_encoding
from rapidfuzz import fuzz

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
    decomposed = unicodedata.normalize("NFKD", fix_encoding(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _squeezed(text: str) -> str:
    return _SPACES.sub("", text)


def _pattern(name: str) -> re.Pattern[str]:
    """Matches `name` squeezed and plain, also where its letters with macrons were damaged."""
    letters = _squeezed(unicodedata.normalize("NFC", name))
    parts = []
    for letter in letters:
        plain = re.escape(_plain(letter))
        marked = unicodedata.normalize("NFD", letter) != letter
        parts.append(f"(?:{plain}{_DAMAGE}{{0,2}}|{_DAMAGE}{{1,3}})" if marked else plain)
    return re.compile("".join(parts))


def _has_word(words: list[str], wanted: list[str]) -> bool:
    return any(
        fuzz.ratio(word, want) >= _ALIKE_WORD if len(want) > 4 else word == want for word in words for want in wanted
    )


def _resembles(text: str, subject: Subject, words: Resemblance) -> bool:
    """Whether a person would see that this first meeting was meant: who was met, and that it was first or a meeting."""
    found = _WORD.findall(re.sub(_DAMAGE, "a", text))
    if any(word in words.other_matters for word in found):
        return False
    if fuzz.ratio(_squeezed(text), _squeezed(_plain(subject.name))) >= _ALIKE_SUBJECT:
        return True
    who = _has_word(found, [_plain(word) for word in subject.who])
    return who and (_has_word(found, words.first) or _has_word(found, words.meeting))


def classify(subjects: pd.Series, quarter: Quarter) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each subject of the quarter, which rows have that very subject and which have one that resembles it.

    `subjects`: texts, missing where blank. Returns subject key → (is it, resembles it), boolean arrays of that length.
    A text that is one of the quarter's own subjects resembles no other.
    """
    codes, distinct = pd.factorize(subjects)
    texts = [_plain(text) for text in distinct]
    patterns = {key: _pattern(subject.name) for key, subject in quarter.subjects.items()}
    exact = {key: [bool(p.fullmatch(_squeezed(text))) for text in texts] for key, p in patterns.items()}
    named = [any(flags) for flags in zip(*exact.values(), strict=True)]
    result = {}
    for key, subject in quarter.subjects.items():
        alike = [
            not own and _resembles(text, subject, quarter.resemblance) for text, own in zip(texts, named, strict=True)
        ]
        # A missing subject has the code -1 and so takes the False appended here.
        result[key] = (np.array([*exact[key], False])[codes], np.array([*alike, False])[codes])
    return result
