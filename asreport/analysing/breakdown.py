"""Attainment by group: where are we short?"""

from __future__ import annotations

import pandas as pd

from asreport.analysing.case_list import owners
from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import attainment_by

# What cases can be grouped by → the name people know it by.
GROUPINGS = {
    "case_owner": "Case owner",
    "school": "School",
    "case_type": "Case type",
    "region": "Region",
    "provider": "Provider",
    "week": "Week of referral",
}


NO_WEEK = "No referral date"

# A group with fewer cases in scope is marked as small: one case moves its rate by more than 20 percentage points.
SMALL_GROUP = 5


def groupings(result: Assessment) -> dict[str, str]:
    """The groupings for which the exports have a column."""
    has = {**{name: name in result.cases for name in GROUPINGS}, "week": "referral_date" in result.cases}
    return {name: words for name, words in GROUPINGS.items() if has[name]}


def breakdown(result: Assessment, by: str, measure_id: str | None = None) -> pd.DataFrame:
    """Attainment of each measure (or of one) and group: `group` and the columns of `Assessment.attainment`.

    `by`: one of `groupings`. Cases without a value are a group of their own; weeks are named by their Monday
    (2026-04-06), so that they sort as dates do.
    """
    rows = result.case_results
    if measure_id is not None:
        rows = rows[rows["measure_id"] == measure_id].reset_index(drop=True)
    group = group_of(result.cases, by).astype("str")
    case = pd.Index(result.cases["case_number"]).get_indexer(pd.Index(rows["case_number"]))
    return attainment_by(rows, result.quarter, result.as_at, group.take(case).set_axis(rows.index))


def group_of(cases: pd.DataFrame, by: str) -> pd.Series:
    """The group each case belongs to, on the index of `cases`; none missing. `by`: one of `groupings`."""
    if by == "case_owner":
        return owners(cases)
    if by == "week":
        monday = cases["referral_date"] - pd.to_timedelta(cases["referral_date"].dt.day_of_week, unit="D")
        return monday.dt.strftime("%Y-%m-%d").fillna(NO_WEEK)
    return cases[by].fillna(f"No {GROUPINGS[by].lower()}")


def is_small(table: pd.DataFrame) -> pd.Series:
    """Whether each group of a breakdown has too few cases in scope for its rate to say much."""
    return table["in_scope"] < SMALL_GROUP


def ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The groups of one measure, the one that is short of the target by most cases first; then by cases missed."""
    return table.sort_values(["still_needed", "missed", "in_scope"], ascending=False, kind="stable")


def furthest(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The `most` groups of a breakdown of all measures that have the most short cases over all of them, and their rank.

    All columns of `breakdown`, in its order, and `rank` (1: the most). Where no case is short, cases missed decide.
    A case that several measures miss counts for each.
    """
    sums = table.groupby("group", sort=True)[["still_needed", "missed", "in_scope"]].sum()
    order = sums.sort_values(["still_needed", "missed", "in_scope"], ascending=False, kind="stable").index[:most]
    rank = pd.Series(range(1, len(order) + 1), index=order)
    kept = table[table["group"].isin(order)].reset_index(drop=True)
    return kept.assign(rank=kept["group"].map(rank).astype("int64"))
