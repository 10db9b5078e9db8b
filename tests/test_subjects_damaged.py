"""The very subject, however it is written or was damaged, and soon, however hostile the text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pandas as pd
import pytest
from bounded import in_time
from hypothesis import given
from hypothesis import strategies as st
from judge import UNSEEN, fold

import asreport
from asreport.assessing.subjects import classify
from asreport.policy.provider_settings import Settings

QUARTER = asreport.load_quarter("q2-2026")
LETTERS = "aāeĒt/ ?ä"


def is_one_of(names: list[str], texts: list[str]) -> list[bool]:
    """Whether each text is accepted where these names are."""
    quarter = Settings(subjects={"school": names}).applied_to(QUARTER)
    return classify(pd.Series(texts, dtype="str"), quarter)["school"][0].tolist()


def lengths(letter: str, text: str) -> Iterator[int]:
    """How many letters at the start of a folded text a letter of a name may have become (rules.md, section 4)."""
    plain = fold(letter)
    signs = next((n for n, c in enumerate(text) if c not in "?\ufffd"), len(text))
    if plain == letter.lower():
        return iter([len(plain)] * text.startswith(plain))
    behind = text[len(plain) :]
    signs_behind = next((n for n, c in enumerate(behind) if c not in "?\ufffd"), len(behind))
    kept = [len(plain) + n for n in range(min(signs_behind, 2) + 1)] if text.startswith(plain) else []
    return iter([*kept, *range(1, min(signs, 3) + 1)])


def is_plainly(name: str, text: str) -> bool:
    """The reference: every way tried, one after the other."""
    if not name:
        return not text
    return any(is_plainly(name[1:], text[n:]) for n in lengths(name[0], text))


@st.composite
def names_and_texts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A few short names, and texts that were one of them before they were damaged, mostly beyond what is one still."""
    names = draw(st.lists(st.text(LETTERS, min_size=1, max_size=7), min_size=1, max_size=3))
    texts = []
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=8)):
        text = ""
        for letter in name:
            signs = draw(st.text("?\ufffd", max_size=4))
            text += draw(st.sampled_from([letter, letter, signs, fold(letter) + signs, letter.upper(), letter + " "]))
        texts.append(draw(st.sampled_from([text, text, unicodedata.normalize("NFD", text), text[1:]])))
    return names, [text for text in texts if fold(text)]


@given(names_and_texts())
def test_it_is_the_subject_where_a_plain_look_says_so(drawn: tuple[list[str], list[str]]) -> None:
    names, texts = drawn
    plain = ["".join(c for c in name if not c.isspace() and c not in UNSEEN) for name in names]
    expected = [any(is_plainly(name, fold(text)) for name in plain) for text in texts]
    assert is_one_of(names, texts) == expected


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("Whānau hui", True),
        ("WHANAU  HUI", True),
        ("Wh?nau hui", True),
        ("Wh???nau hui", True),
        ("Wh????nau hui", False),
        ("Wha??nau hui", True),
        ("Wha???nau hui", False),
        ("Wh\u0081nau hui", True),
        ("Wh\ufffdnau h?i", False),
        ("Whnau hui", False),
        ("?h?nau hui", False),
    ],
)
def test_what_damage_is(text: str, is_it: bool) -> None:
    assert is_one_of(["whānau hui"], [text]) == [is_it]


def test_a_question_mark_of_the_subject_itself() -> None:
    assert is_one_of(["Met whānau?"], ["met wh??nau?", "met wh?nau", "met whanau ?"]) == [True, False, True]


ASSESSED = """
import sys
import pandas as pd
import asreport
from asreport.policy.provider_settings import Settings
from asreport.assessing.subjects import classify

name, text, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
quarter = Settings(subjects={"school": [name[:-n] for n in range(1, times)] + [name]}).applied_to(
    asreport.load_quarter("q2-2026")
)
print(classify(pd.Series([text], dtype="str"), quarter)["school"][0][0])
"""


@pytest.mark.parametrize("times", [1, 50])
def test_a_subject_of_nothing_but_macrons_is_looked_for_in_no_time(times: int) -> None:
    """Each of its letters may be one to three signs, so there are more ways than can be tried one by one."""
    name = "ā" * 255
    assert in_time(ASSESSED, name, "a" + "?" * 300 + "x", str(times)) == "False"
    assert in_time(ASSESSED, name, "a?" * 100 + "?" * 300, str(times)) == "True"
