"""The kinds of evidence (rules.md, section 4). A kind is one object in one file of this folder, and is known by being
there: which table it needs, which checks a record must pass, how it ranks those that fail, and how it says what a
record is.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from asreport.evidence.kind import EvidenceKind
from asreport.evidence.reasons import CaseReason, Group, Reason

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

KINDS: tuple[type[EvidenceKind], ...] = tuple(EvidenceKind.__subclasses__())

_ENUMS: list[type[Reason]] = [*(kind.reasons for kind in KINDS), CaseReason]

REASONS: Mapping[str, Reason] = {reason.value: reason for reasons in _ENUMS for reason in reasons}


def reasons_of(*groups: Group) -> list[str]:
    """The codes of the reasons in these groups."""
    return [code for code, reason in REASONS.items() if reason.group in groups]
