"""Why a case is not met: closed enums, each reason with the group it belongs to (rules.md, sections 5 and 8).

The group is policy: it decides what putting records right could add, and which list a task stands in. Words for groups
and reasons are in the catalogue (`words/catalogue.toml`), which no figure depends on. The reasons of a kind of evidence
stand in that kind's file.
"""

from __future__ import annotations

from enum import StrEnum


class Group(StrEnum):
    """What a reason says of the case: the work looks done, was late, is not recorded, or nobody can tell."""

    FIX = "fix"
    LATE = "late"
    NOTHING = "nothing"
    CANNOT = "cannot"


class Reason(StrEnum):
    """A reason: its code, as files and the catalogue have it, and its group."""

    group: Group

    def __new__(cls, code: str, group: Group) -> Reason:
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.group = group
        return reason


class CaseReason(Reason):
    """Reasons that a case itself gives, whatever is recorded on it."""

    CONTACT_DETAILS_NOT_CURRENT = ("contact_details_not_current", Group.CANNOT)
    REFERRAL_DATE_MISSING = ("referral_date_missing", Group.CANNOT)
    ALLOCATION_DATE_MISSING = ("allocation_date_missing", Group.CANNOT)
