"""Attainment by group: where are we short?"""

from __future__ import annotations

import pandas as pd

from asreport.assessment import Assessment
from asreport.attainment import attainment_by
from asreport.exceptions import owners

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


def groupings(result: Assessment) -> dict[str, str]:
    """The groupings for which the exports have a column."""
    has = {**{name: name in result.cases for name in GROUPINGS}, "week": "referral_date" in result.cases}
    return {name: words for name, words in GROUPINGS.items() if has[name]}


def breakdown(result: Assessment, by: str) -> pd.DataFrame:
    """Attainment of each measure and group: `group` and the columns of `Assessment.attainment`.

    `by`: one of `groupings`. Cases without a value are a group of their own; weeks are named by their Monday
    (2026-04-06), so that they sort as dates do.
    """
    group = pd.Series(_group(result.cases, by).to_numpy(), index=result.cases["case_number"], dtype="str")
    of_row = group.reindex(result.case_results["case_number"]).set_axis(result.case_results.index)
    return attainment_by(result.case_results, result.quarter, result.as_at, of_row)


def _group(cases: pd.DataFrame, by: str) -> pd.Series:
    if by == "case_owner":
        return owners(cases)
    if by == "week":
        monday = cases["referral_date"] - pd.to_timedelta(cases["referral_date"].dt.day_of_week, unit="D")
        return monday.dt.strftime("%Y-%m-%d").fillna(NO_WEEK)
    return cases[by].fillna(f"No {GROUPINGS[by].lower()}")
