"""Which words in a Subject make it resemble a meeting's, one at a time, and that a blank one resembles none."""

from __future__ import annotations

from datetime import date

import pytest
from test_readings import table

import asreport
from asreport.tables import TABLES, empty_table

MEASURES = {"school": "school-meeting-5", "whanau": "whanau-meeting-10"}

# What a person would say of a first meeting, of whom it was with, and of something else than that meeting.
FIRST = ["initial", "first", "1st", "introductory", "intro"]
MEETING = ["meeting", "mtg", "meet", "met", "hui", "introduction"]
WHO = {
    "school": ["school", "kura", "principal", "teacher", "dean"],
    "whanau": [
        "whānau", "student", "family", "caregiver", "caregivers", "parent", "parents", "ākonga", "rangatahi", "home",
    ],
}  # fmt: skip
OTHER_MATTERS = [
    "follow", "followup", "second", "2nd", "third", "3rd", "review", "final", "exit", "closing", "closure",
    "cancelled", "canceled", "postponed", "declined", "rescheduled", "reschedule", "arrange", "book", "attempted",
    "attempt", "phone", "call", "called", "email", "emailed", "text", "texted", "letter", "voicemail", "reminder",
]  # fmt: skip


def reasons(subjects: list[str | None]) -> dict[str, list[str]]:
    """What each meeting is missed for by a case whose only Event, in time, has this Subject: meeting → reasons."""
    number = [f"{place:04}" for place in range(len(subjects))]
    referred = date(2026, 5, 4)
    cases = table("cases", *({"case_number": n, "case_type": "CA", "referral_date": referred} for n in number))
    rows = zip(number, subjects, strict=True)
    events = table("events", *({"case_number": n, "subject": text, "event_date": referred} for n, text in rows))
    tables = {name: empty_table(name) for name in TABLES} | {"cases": cases, "events": events}
    results = asreport.assess(tables, asreport.load_quarter("q2-2026"), as_at=date(2026, 7, 6)).case_results
    by_measure = results.set_index(["measure_id", "case_number"])["reason"]
    return {meeting: by_measure[measure].reindex(number).to_list() for meeting, measure in MEASURES.items()}


def resembles(subjects: list[str | None]) -> dict[str, list[bool]]:
    return {meeting: [r == "subject_not_recognised" for r in own] for meeting, own in reasons(subjects).items()}


@pytest.mark.parametrize("words", [FIRST, MEETING], ids=["first", "meeting"])
def test_any_word_for_a_first_meeting_will_do(words: list[str]) -> None:
    alike = resembles([f"{word} at kura" for word in words])
    assert dict(zip(words, alike["school"], strict=True)) == dict.fromkeys(words, True)
    assert not any(alike["whanau"])


@pytest.mark.parametrize("meeting", WHO)
def test_any_word_for_who_was_met_will_do_and_for_that_meeting_alone(meeting: str) -> None:
    words = WHO[meeting]
    alike = resembles([f"1st with {word}" for word in words])
    (other,) = set(WHO) - {meeting}
    assert dict(zip(words, alike[meeting], strict=True)) == dict.fromkeys(words, True)
    assert dict(zip(words, alike[other], strict=True)) == dict.fromkeys(words, False)


def test_any_word_for_another_matter_says_that_it_was_not_the_meeting() -> None:
    alike = resembles([f"initial kura hui {word}" for word in [*OTHER_MATTERS, ""]])
    assert dict(zip([*OTHER_MATTERS, ""], alike["school"], strict=True)) == {
        **dict.fromkeys(OTHER_MATTERS, False),
        "": True,
    }


def test_who_without_a_meeting_and_a_meeting_with_nobody_resemble_nothing() -> None:
    alike = resembles(["kura", "whānau", "initial meeting", "first"])
    assert alike == {"school": [False] * 4, "whanau": [False] * 4}


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_subject_is_neither_meeting_and_resembles_neither(blank: str | None) -> None:
    # Beside one that is the very subject, and one that resembles it, whose places a blank one must not take.
    subjects = ["Initial School Meeting", "Initial Student / Whānau Meeting", "first kura hui", blank]
    of_blank = {meeting: own[-1] for meeting, own in reasons(subjects).items()}
    assert of_blank == dict.fromkeys(MEASURES, "no_meeting_recorded")
