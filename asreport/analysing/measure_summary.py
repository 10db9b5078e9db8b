"""What is said of each measure: one object that every door lays out, so that all say the same.

Pages, the command line, the workbook and reports take figures and sentences from here and add no rule and no wording.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from asreport.analysing.recording_gap import gap_in_words, recording_gap
from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import COUNTS, rate_fraction
from asreport.words.catalogue import OUTCOMES, Outcome
from asreport.words.sentences import percent, what_counts_say, where_it_ends

# A measure's figures and what they are called, in the order of a table.
FIGURES = {
    "target": "Target",
    "rate": "Rate",
    "in_scope": "In scope",
    "due": "Due",
    "met_due": "Met, due",
    "missed": "Missed",
    "met_early": "Met early",
    "pending": "Pending",
    "excluded": "Excluded",
    "cannot_assess": "Cannot be assessed",
    "floor": "Floor",
    "ceiling": "Ceiling",
    "still_needed": "Still needed",
}
PERCENTAGES = ("rate", "floor", "ceiling")


@dataclass(frozen=True)
class MeasureSummary:
    """One measure: its figures, and what is said of them.

    `section`: a key of `Quarter.sections`; `section_title`: what it is called. `target`: whole percent, None for none.
    `counts`: the columns `COUNTS` of the attainment; None for each where nothing could be judged, which is not the same
    as no case. `rate`, `floor`, `ceiling`: percent, floored to two decimals, None of nothing; `rate_of`, `floor_of`:
    what they are made of, cases met and of how many, None where there is no percentage. `still_needed`: cases, None
    without a target.
    `outcome`: its code; `outcome_words`: word, sentence, icon and tone.
    `why_not_assessed`: "" where it was assessed. `in_words`: how it stands, or why it was not assessed, in a sentence.
    `counts_in_words`: the counts in a sentence. `ends`: between which percentages it will end.
    `fixable`, `fixable_pending`, `ceiling_if_put_right`: as `recording_gap`; `put_right`: the same in a sentence or
    two, "" where no record nearly counted.
    `cautions`: what nobody has confirmed; `departures`: what was chosen other than the guide, of what affects it.
    """

    id: str
    name: str
    section: str
    section_title: str
    target: int | None
    counts: dict[str, int | None]
    rate: float | None
    rate_of: tuple[int, int] | None
    floor: float | None
    floor_of: tuple[int, int] | None
    ceiling: float | None
    still_needed: int | None
    outcome: str
    outcome_words: Outcome
    why_not_assessed: str
    in_words: str
    counts_in_words: str
    ends: str
    fixable: int
    fixable_pending: int
    ceiling_if_put_right: float | None
    put_right: str
    cautions: tuple[str, ...]
    departures: tuple[str, ...]

    @property
    def has_figures(self) -> bool:
        """Whether there is a case in scope: without one no figure can be shown."""
        return self.outcome not in ("no_data", "no_cases")

    @property
    def target_in_words(self) -> str:
        """`80%`, and `–` where there is none."""
        return percent(self.target)

    @property
    def rate_in_words(self) -> str:
        """`85.48%`, and `–` where nothing is due."""
        return percent(self.rate)

    @property
    def figures(self) -> dict[str, int | float | None]:
        """The figures of `FIGURES`."""
        own = {"target": self.target, "rate": self.rate, "floor": self.floor, "ceiling": self.ceiling}
        figures = {**own, **self.counts, "still_needed": self.still_needed}
        return {name: figures[name] for name in FIGURES}


def measure_summaries(result: Assessment) -> list[MeasureSummary]:
    """What is said of each measure, in the quarter's order."""
    attainment = result.attainment
    fractions = zip(*(part.tolist() for part in rate_fraction(attainment, result.quarter)), strict=True)
    gaps = recording_gap(result)
    rows = zip(attainment.iterrows(), gaps.iterrows(), fractions, strict=True)
    return [_summary(result, row, gap, fraction) for (_, row), (_, gap), fraction in rows]


def figures_table(summaries: list[MeasureSummary]) -> pd.DataFrame:
    """The figures of all measures: a row a measure, columns as `FIGURES`; whole numbers Int64, percentages floats."""
    whole = {name: "Int64" for name in FIGURES if name not in PERCENTAGES}
    table = pd.DataFrame([summary.figures for summary in summaries], columns=list(FIGURES), dtype="object")
    return table.astype({**whole, **dict.fromkeys(PERCENTAGES, "float64")})


def _summary(result: Assessment, row: pd.Series, gap: pd.Series, fraction: tuple[int, int]) -> MeasureSummary:
    quarter, why_not = result.quarter, result.not_assessed.get(row["measure_id"], "")
    measure, words = quarter.measures[row["measure_id"]], OUTCOMES[row["outcome"]]
    met = int(row["met_due"] + row["met_early"])
    return MeasureSummary(
        id=measure.id,
        name=measure.name,
        section=measure.section,
        section_title=quarter.sections[measure.section],
        target=measure.target,
        counts={name: None if row["outcome"] == "no_data" else int(row[name]) for name in COUNTS},
        rate=_known(row["rate_percent"]),
        rate_of=fraction if fraction[1] else None,
        floor=_known(row["floor_percent"]),
        floor_of=(met, int(row["in_scope"])) if row["in_scope"] else None,
        ceiling=_known(row["ceiling_percent"]),
        still_needed=None if pd.isna(row["still_needed"]) else int(row["still_needed"]),
        outcome=row["outcome"],
        outcome_words=words,
        why_not_assessed=why_not,
        in_words=why_not or words.sentence,
        counts_in_words=what_counts_say(row),
        ends=where_it_ends(row),
        fixable=int(gap["fixable"]),
        fixable_pending=int(gap["fixable_pending"]),
        ceiling_if_put_right=_known(gap["ceiling_if_put_right"]),
        put_right=gap_in_words(gap),
        cautions=(quarter.targets_caution,) if quarter.targets_caution and measure.target is not None else (),
        departures=tuple(quarter.departures_of(measure.id)),
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
