"""Do the exports fit what is assessed? Findings on exports of another quarter, and on exports that are old."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from asreport.dates import in_words
from asreport.importing import ExportFile, Exports
from asreport.importing.findings import AFFECTS, INFORMS, Findings
from asreport.policy.quarter import Quarter

# An export this much older than the as-at date lacks what was recorded since.
OLD = timedelta(days=7)
# Where no line of an export says when it was taken, its newest record does, less surely.
QUIET = timedelta(days=28)


def all_findings(exports: Exports, quarter: Quarter, as_at: date) -> pd.DataFrame:
    """The findings of reading and those on how the exports fit the quarter and the as-at date, as Findings.frame()."""
    findings = Findings()
    for file in exports.files:
        _note_other_quarter(file, quarter, findings)
        _note_old(file, as_at, findings)
    return findings.frame(after=exports.findings)


def _note_other_quarter(file: ExportFile, quarter: Quarter, findings: Findings) -> None:
    for part in file.parts:
        if part.referred and (part.referred[1] < quarter.period.start or part.referred[0] > quarter.period.end):
            first, last = map(in_words, part.referred)
            findings.add(
                AFFECTS,
                f"Every case here that is not migrated was referred outside {quarter.name}, so none counts in the "
                "measures of the quarter's referrals: is this another quarter's export? "
                "If not, check the period on Upload.",
                file=file.name,
                sheet=part.sheet,
                column=part.columns.get("referral_date", ""),
                value=f"{first} to {last}",
            )


def _note_old(file: ExportFile, as_at: date, findings: Findings) -> None:
    advice = "what was recorded since is not in it: export it again, or set the as-at date on Upload to that day."
    if file.taken_on:
        if as_at - file.taken_on > OLD:
            sentence = f"This export was taken long before the as-at date, {in_words(as_at)}, and {advice}"
            findings.add(AFFECTS, sentence, file=file.name, value=in_words(file.taken_on))
        return
    newest = max((part.newest for part in file.parts if part.newest), default=None)
    if newest and as_at - newest > QUIET:
        findings.add(
            INFORMS,
            f"The newest record in this export is much older than the as-at date, {in_words(as_at)}. "
            f"If the export is as old, {advice}",
            file=file.name,
            value=in_words(newest),
        )
