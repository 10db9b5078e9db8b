"""Attainment against the targets (rules.md, section 6): counted in whole numbers, never rounded up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from asreport.policy.quarter import Clock, Quarter
from asreport.tables import day

COUNTS = ["in_scope", "due", "met_due", "missed", "met_early", "pending", "excluded", "cannot_assess"]
PERCENTAGES = ["rate_percent", "floor_percent", "ceiling_percent"]
COLUMNS = ["measure_id", "measure", "target_percent", *COUNTS, *PERCENTAGES, "still_needed", "outcome"]

OUTCOMES = ("met", "secured", "open", "out_of_reach", "missed", "no_target", "no_cases", "no_data")


def deadline_passed(deadline: np.ndarray, as_at: date, quarter: Quarter) -> np.ndarray:
    """Whether each deadline (numpy days, NaT for none) has passed on the as-at date."""
    today = np.datetime64(as_at, "D")
    return deadline <= today if quarter.reading("deadline_day") == "missed" else deadline < today


def attainment(
    case_results: pd.DataFrame, quarter: Quarter, as_at: date, not_assessed: Mapping[str, str]
) -> pd.DataFrame:
    """One row a measure, in the quarter's order, with the columns of `COLUMNS`.

    `not_assessed`: the measures that could not be judged (id → why); their outcome is `no_data`. Counts are whole
    numbers of cases; percentages are floored to two decimals, NaN where there is nothing to divide by.
    """
    counted = _count(case_results, quarter, as_at, ["measure_id"]).reindex(list(quarter.measures), fill_value=0)
    table = _with_figures(counted.rename_axis("measure_id").reset_index(), quarter)
    unknown = table["measure_id"].isin(list(not_assessed))
    table["outcome"] = table["outcome"].mask(unknown, "no_data")
    table["still_needed"] = table["still_needed"].mask(unknown)
    return table[COLUMNS]


def attainment_by(case_results: pd.DataFrame, quarter: Quarter, as_at: date, group: pd.Series) -> pd.DataFrame:
    """One row a measure and group that has cases in it: the columns of `COLUMNS` and, first, `group`.

    `group`: what each row of `case_results` belongs to (a case owner, a school …), on the same index, none missing.
    """
    counted = _count(case_results.assign(group=group), quarter, as_at, ["measure_id", "group"])
    table = _with_figures(counted.reset_index(), quarter)
    order = table["measure_id"].map(list(quarter.measures).index)
    return table.iloc[np.lexsort((table["group"], order))][["group", *COLUMNS]].reset_index(drop=True)


def _count(case_results: pd.DataFrame, quarter: Quarter, as_at: date, by: Sequence[str]) -> pd.DataFrame:
    """How many cases there are of each kind; every case is in exactly one of the kinds that add up (section 6)."""
    verdict = case_results["verdict"]
    passed = deadline_passed(day(case_results["deadline"]), as_at, quarter)
    met, missed, pending = verdict == "met", verdict == "missed", verdict == "pending"
    kinds = {
        "in_scope": met | missed | pending,
        "due": met & passed | missed,
        "met_due": met & passed,
        "missed": missed,
        "met_early": met & ~passed,
        "pending": pending,
        "excluded": verdict == "excluded",
        "cannot_assess": verdict == "cannot_assess",
    }
    flags = pd.DataFrame({kind: np.asarray(mask, dtype="int64") for kind, mask in kinds.items()})
    return flags.groupby([case_results[name].to_numpy() for name in by]).sum().rename_axis(list(by))


def _with_figures(table: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Adds to the counts what follows from them: percentages, how many are still needed, and the outcome."""
    measures = [quarter.measures[measure_id] for measure_id in table["measure_id"]]
    table["measure"] = pd.Series([measure.name for measure in measures], dtype="str")
    table["target_percent"] = pd.array([measure.target for measure in measures], dtype="Int64")
    met = table["met_due"] + table["met_early"]
    table["rate_percent"] = percent(*rate_fraction(table, quarter))
    table["floor_percent"] = percent(met, table["in_scope"])
    table["ceiling_percent"] = percent(met + table["pending"], table["in_scope"])
    wanted = -(-table["target_percent"] * table["in_scope"] // 100)  # rounded up to whole cases
    table["still_needed"] = (wanted - met).clip(lower=0)
    needed = table["still_needed"].fillna(0)
    table["outcome"] = np.select(
        [
            table["in_scope"] == 0,
            table["target_percent"].isna(),
            (table["pending"] == 0) & (needed == 0),
            table["pending"] == 0,
            needed == 0,
            needed <= table["pending"],
        ],
        ["no_cases", "no_target", "met", "missed", "secured", "open"],
        default="out_of_reach",
    )
    return table


def rate_fraction(table: pd.DataFrame, quarter: Quarter) -> tuple[pd.Series, pd.Series]:
    """What the rate of each row is a percentage of: cases met, of how many.

    `table`: columns `measure_id`, `met_due`, `met_early`, `due`. Those whose deadline has passed, and under the reading
    “decided” those met early too.
    """
    # Without a deadline nothing is early, so there is no rate under either reading.
    timed = table["measure_id"].map({measure.id: measure.clock != Clock() for measure in quarter.measures.values()})
    early = table["met_early"].where(timed.astype("bool") & (quarter.reading("headline_rate") == "decided"), 0)
    return table["met_due"] + early, table["due"] + early


def percent(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """`part` of `whole` in percent, floored to two decimals: none reads as a target it misses. NaN of nothing."""
    divisor = whole.to_numpy(dtype="int64")
    hundredths: np.ndarray = part.to_numpy(dtype="int64") * 10_000 // np.maximum(divisor, 1)
    return np.where(divisor > 0, hundredths / 100, np.nan)
