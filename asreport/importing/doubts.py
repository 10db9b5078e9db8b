"""What is said of a column that was seen and not understood: what cannot be told, what that stops, and what to do."""

from __future__ import annotations

from asreport.policy.provider_settings import MEANINGS
from asreport.tables import TABLES

WORDS, UNREADABLE, EMPTY, UNMATCHED, APART = "words", "unreadable", "empty", "unmatched", "apart"

# What hangs on a field, as the beginning of a sentence.
_WHAT: dict[str, dict[str, str]] = {
    "cases": {
        "case_number": "Which case each row is about",
        "case_type": "Which cases are chronic absence and which are non-enrolled",
        "referral_date": "When cases were referred",
        "allocation_date": "When cases were allocated to the provider",
        "case_owner": "Who has each case",
        "owner_assigned_date": "When case owners were assigned",
        "migrated": "Which cases are migrated",
        "contact_details_current": "Whose contact details are current",
        "status": "Which cases are closed",
        "closed_date": "Which cases are closed, and when",
        "nsn": "Which student of ENROL each case is about",
    },
    "events": {
        "case_number": "Which case each event is about",
        "subject": "What each event was about",
        "event_date": "When meetings took place",
        "activity_type": "Which records are events and which are tasks",
        "recorded_on": "When events were recorded",
    },
    "plans": {
        "case_number": "Which case each plan is about",
        "status": "Which status each plan has",
        "steps": "How many steps each plan has",
        "recorded_on": "When plans were recorded",
    },
    "outcomes": {
        "nsn": "Which student each enrolment is of",
        "outcome_type": "What kind each enrolment is",
        "start_date": "When enrolments started",
    },
}
# Why it cannot be told, and what to do about it: of the tables as a whole, and of one column of a file.
_WHY = {
    WORDS: (
        "the exports use words for it that are not known: say on Upload what they mean",
        "this column uses words that are not known, so the measures that hang on it are not assessed: say on Upload "
        "what each word means, or correct it in AS-CMS or ENROL and export again",
    ),
    UNREADABLE: (
        "most values of that column cannot be read: Upload says which, and what to do",
        "most values of this column cannot be read, so the measures that hang on it are not assessed: if it shows ###, "
        "make it wider in Excel and save it; else correct it, or show it in another form (dates as 31/12/2026), and "
        "export again",
    ),
    EMPTY: (
        "most rows have no number in that column: put the numbers into the report and export it again",
        "most rows have no number in this column, so the measures that hang on it are not assessed: put the numbers "
        "into the report and export it again",
    ),
    UNMATCHED: (
        "a column that may say so was not matched to it: match it on Upload",
        "this column may say so, but is not known for certain, so the measures that hang on it are not assessed: match "
        "it on Upload, or leave it out there",
    ),
    APART: (
        "the steps stand in a sheet of their own: export the plans and their steps as one report",
        "",
    ),
}


def matters(table: str, field: str) -> bool:
    """Whether any figure hangs on a field."""
    return field in _WHAT[table]


def reason(table: str, field: str, doubt: str) -> str:
    """Why what hangs on a field is not assessed: a sentence without a word of the exports."""
    return f"{_WHAT[table][field]} cannot be told, as {_WHY[_kind(table, field, doubt)][0]}."


def finding(table: str, field: str, doubt: str) -> str:
    """The same of one column, with what to do."""
    return f"{_WHAT[table][field]} cannot be told, as {_WHY[_kind(table, field, doubt)][1]}."


def _kind(table: str, field: str, doubt: str) -> str:
    """Only the words of some fields can be explained."""
    known = next((one.kind for one in TABLES[table] if one.name == field), "")
    return UNREADABLE if doubt == WORDS and (field not in MEANINGS or known == "text") else doubt
