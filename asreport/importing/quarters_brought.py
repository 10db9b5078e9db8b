"""Quarters' files dropped in with the exports: at most one quarter among them, or else none is used.

A figure by another quarter than the one that was brought would be a wrong figure, so what is wrong here blocks.
"""

from __future__ import annotations

from asreport.importing.findings import BLOCKS, INFORMS, Findings
from asreport.policy.bounds import MAX_SETTINGS_FILES
from asreport.policy.quarter import Quarter, QuarterError
from asreport.policy.quarter_file import read_quarter

_TWO = "{} and {} are two different quarters, so nothing was assessed by either: bring one of them."
_TOO_MANY = "{} is one of more than {} quarters’ files, so nothing was assessed: bring one of them."
_LEFT_ASIDE = "{} was not used, because the quarter was chosen otherwise: {}."


class QuartersBrought:
    """Collects the quarters of an upload's files. `given`: the quarter that was chosen otherwise, which holds."""

    def __init__(self, given: Quarter | None, findings: Findings) -> None:
        self.given, self.findings = given, findings
        self._first: tuple[str, Quarter] | None = None
        self._refused = False
        self._files = 0

    def take(self, name: str, content: bytes) -> None:
        """Take a quarter's file; what is wrong with it is a finding a line."""
        self._files += 1
        try:
            quarter: Quarter | None = self._read(name, content)
        except QuarterError as error:
            self._refused = True
            if self.given is None:
                for line in str(error).splitlines():
                    self.findings.add(BLOCKS, line, file=name)
            quarter = None
        if self.given is not None and quarter != self.given:
            self.findings.add(INFORMS, _LEFT_ASIDE.format(name, self.given.name), file=name)

    def _read(self, name: str, content: bytes) -> Quarter:
        if self._files > MAX_SETTINGS_FILES:
            raise QuarterError(_TOO_MANY.format(name, MAX_SETTINGS_FILES))
        quarter = read_quarter(content, name)
        first, known = self._first = self._first or (name, quarter)
        if quarter != known:
            raise QuarterError(_TWO.format(first, name))
        return quarter

    def in_force(self) -> Quarter | None:
        """The quarter that was given, or else brought; None if neither, or what was brought cannot be used."""
        if self.given is not None:
            return self.given
        return None if self._refused or self._first is None else self._first[1]
