"""The recording gap, apart from the service gap: how much of a shortfall is records, how much is work.

A record *nearly counted* where a case's reason is in the group “fix”: the work looks done, but is recorded in a way
that does not count. Put right, such a case is met only if the work was in time, so everything here is *at most*.
"""

from __future__ import annotations

import pandas as pd

from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import percent
from asreport.evidence import reasons_of
from asreport.evidence.reasons import Group
from asreport.words.sentences import cases
from asreport.words.sentences import percent as percent_in_words

COLUMNS = [
    "measure_id", "fixable", "fixable_missed", "fixable_pending", "floor_percent", "rate_percent",
    "floor_if_put_right", "rate_if_put_right", "ceiling_if_put_right", "still_needed", "service_gap",
]  # fmt: skip


def recording_gap(result: Assessment) -> pd.DataFrame:
    """One row a measure, in the quarter's order, with the columns of `COLUMNS`. Nothing is added to the figures.

    `fixable`: cases in scope whose record nearly counted, as whole numbers; of them `fixable_missed` and
    `fixable_pending`. `floor_percent`, `rate_percent`, `still_needed`: as in `Assessment.attainment`. `…_if_put_right`:
    floor, rate and ceiling if every one of these cases were met; percentages floored to two decimals, NaN of nothing.
    `service_gap`: how many cases the target needs beyond these (Int64, missing where there is no target or no data).
    """
    figures = result.attainment.set_index("measure_id")
    results = result.case_results
    near = results[results["reason"].isin(reasons_of(Group.FIX)) & results["verdict"].isin(["missed", "pending"])]
    counts = pd.crosstab(near["measure_id"], near["verdict"])
    counts = counts.reindex(index=figures.index, columns=["missed", "pending"], fill_value=0).astype("int64")
    missed, pending = counts["missed"], counts["pending"]

    decided = result.quarter.reading("headline_rate") == "decided"
    # With that reading the rate counts cases met early, which pending ones put right would be.
    early = (figures["met_early"] + pending) if decided else pending * 0
    met = figures["met_due"] + figures["met_early"]
    table = figures.assign(
        fixable=missed + pending,
        fixable_missed=missed,
        fixable_pending=pending,
        floor_if_put_right=percent(met + missed + pending, figures["in_scope"]),
        rate_if_put_right=percent(figures["met_due"] + missed + early, figures["due"] + early),
        ceiling_if_put_right=percent(met + figures["pending"] + missed, figures["in_scope"]),
    )
    table["service_gap"] = (table["still_needed"] - table["fixable"]).clip(lower=0)
    return table.reset_index()[COLUMNS]


def gap_in_words(gap: pd.Series) -> str:
    """What putting records right could do for a measure, in a sentence or two; "" where none nearly counted.

    `gap`: a row of `recording_gap`. The figure is the rate; where nothing is due yet, the floor.
    """
    if not gap["fixable"]:
        return ""
    fixable = int(gap["fixable"])  # a row of numbers alone is a row of floats
    put_right = "1 record" if fixable == 1 else f"{fixable:,} records"
    if pd.notna(gap["rate_percent"]):
        figure, most = "this rate", gap["rate_if_put_right"]
        # A rate of very many cases can move by less than is shown.
        moves = gap["fixable_missed"] or gap["rate_if_put_right"] > gap["rate_percent"]
    else:
        figure, most, moves = "what is met so far", gap["floor_if_put_right"], True
    if moves:
        gain = f"Putting {put_right} right would bring {figure} to at most {percent_in_words(most)}."
    else:
        gain = f"Putting {put_right} right would leave {figure} as it is: the cases are not due yet."
    return f"{gain} {_rest(gap)}".rstrip()


def _rest(gap: pd.Series) -> str:
    """What is left to do for the target when the records are right."""
    if pd.isna(gap["still_needed"]) or not gap["still_needed"]:
        return ""
    if short := int(gap["service_gap"]):
        return f"Even then it is {cases(short)} short of the target: a gap of service, not of records."
    return "That could be enough for the target."
