"""The shortest way to each target: the fewest cases that would reach it, the easiest first. Pure.

The whole cohort ends at its floor if nothing more is done (rules.md, section 6). Two kinds of case can still raise it:

- a *pending* case becomes met by a record in time;
- a *missed* case whose record nearly counted (group “fix the record”) becomes met when that record is put right, if the
  work was really done in time. That is possible, not certain.

A measure needs `still_needed` of them, no fewer, so its way has exactly that many steps. Easiest first: putting right
the records of pending cases, then of missed ones, then doing the work of the other pending cases; within each the
soonest deadline first. Every figure assumes that this step and those before it succeed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asreport.analysing.worklist import ids_of, rows_of_cases, tasks_in_words, work_of
from asreport.assessing.assessment import Assessment
from asreport.assessing.attainment import percent
from asreport.evidence import reasons_of
from asreport.evidence.reasons import Group
from asreport.tables import day
from asreport.words.catalogue import STEP_KINDS, WAYS
from asreport.words.sentences import cases

# Kinds of step, the easiest first: fix (pending, the record can be put right), possible (missed, and the record can be
# put right), do (pending, the work is still to do).
KINDS = ("fix", "possible", "do")

# How a measure's target can be reached: the pending cases are enough; only with records of missed cases put right; not
# even so; nothing more is needed (pending cases left, or none); nobody can tell.
STATES = ("open", "records", "none", "secured", "met", "nothing_to_judge")

STEPS = ("step", "case", "case_number", "measure_id", "reason", "kind", "deadline", "floor_percent", "also")


@dataclass(frozen=True)
class Way:
    """How a measure's target can be reached.

    `state`: one of `STATES`. `outcome`: of the measure, as in the attainment. `fixable`: missed cases whose record
    nearly counted. `unknown`: missed cases that lack a detail without which nobody can tell; they are no steps, since
    nothing shows that the work was done. `steps`: a row a step in order, columns `STEPS`, `still_needed` of them where
    there is a way and none otherwise; `floor_percent` is what the floor becomes after the step, `also` the ids of other
    measures short of their target that the same work may serve, with a space between.
    """

    measure_id: str
    measure: str
    state: str
    outcome: str
    target_percent: int
    floor_percent: float
    in_scope: int
    still_needed: int
    pending: int
    fixable: int
    unknown: int
    steps: pd.DataFrame

    @property
    def sentence(self) -> str:
        """What is said of it."""
        unsaid = self.state in ("open", "records", "none") and self.unknown
        return (WAYS[self.state] + (" " + WAYS["unknown"] if unsaid else "")).format(
            needed="1 more case" if self.still_needed == 1 else f"{self.still_needed:,} more cases",
            in_scope=f"{self.in_scope:,}",
            pending=cases(self.pending),
            fixable=cases(self.fixable),
            unknown=cases(self.unknown),
            at_least=f"{self.still_needed - self.pending:,}",
            target=self.target_percent,
        )


def shortest_ways(result: Assessment) -> list[Way]:
    """The way of each measure that has a target, in the quarter's order."""
    figures = result.attainment[result.attainment["target_percent"].notna()]
    candidates = _candidates(result, figures)
    rows = result.case_results
    lacking = (rows["verdict"] == "missed") & rows["reason"].isin(reasons_of(Group.CANNOT))
    unknown = rows.loc[lacking, "measure_id"].value_counts()
    return [
        _way(row, candidates[candidates["measure_id"] == row["measure_id"]], int(unknown.get(row["measure_id"], 0)))
        for _, row in figures.iterrows()
    ]


def _way(row: pd.Series, candidates: pd.DataFrame, unknown: int) -> Way:
    fixable = int((candidates["kind"] == "possible").sum())
    needed = 0 if pd.isna(row["still_needed"]) else int(row["still_needed"])
    if row["outcome"] in ("no_data", "no_cases"):
        state = "nothing_to_judge"
    elif not needed:
        state = "secured" if row["pending"] else "met"
    elif needed <= row["pending"]:
        state = "open"
    else:
        state = "records" if needed <= row["pending"] + fixable else "none"
    met = row["met_due"] + row["met_early"]
    steps = candidates.head(needed if state in ("open", "records") else 0)
    number = pd.Series(np.arange(1, len(steps) + 1), index=steps.index)
    after = percent(met + number, pd.Series(row["in_scope"], index=steps.index))
    return Way(
        measure_id=row["measure_id"],
        measure=row["measure"],
        state=state,
        outcome=row["outcome"],
        target_percent=int(row["target_percent"]),
        floor_percent=float(row["floor_percent"]),
        in_scope=int(row["in_scope"]),
        still_needed=needed,
        pending=int(row["pending"]),
        fixable=fixable,
        unknown=unknown,
        steps=steps.assign(step=number, floor_percent=after)[list(STEPS)].reset_index(drop=True),
    )


def _candidates(result: Assessment, figures: pd.DataFrame) -> pd.DataFrame:
    """The cases that can still be met, of measures short of their target, the easiest first within each measure."""
    short = figures.loc[figures["still_needed"].fillna(0) > 0, "measure_id"]
    rows = result.case_results
    rows = rows[rows["measure_id"].isin(short) & rows["verdict"].isin(["pending", "missed"])]
    fix = rows["reason"].isin(reasons_of(Group.FIX))
    pending = rows["verdict"] == "pending"
    kind = np.select([pending & fix, fix, pending], [0, 1, 2], default=-1)
    rows, kind = rows[kind >= 0].reset_index(drop=True), kind[kind >= 0]
    deadline = day(rows["deadline"])
    soonest = np.where(np.isnat(deadline), np.iinfo("int64").max, deadline.astype("int64"))
    also = _also(rows, result)
    helps = -also.str.count(" ").to_numpy() - (also != "").to_numpy()
    number = rows["case_number"]
    keys = (pd.factorize(number, sort=True)[0], number.str.len(), helps, soonest, kind)
    rows = rows.assign(case=rows_of_cases(rows, result), kind=pd.Series(np.array(KINDS)[kind], dtype="str"), also=also)
    return rows.iloc[np.lexsort(keys)]


def _also(rows: pd.DataFrame, result: Assessment) -> pd.Series:
    """The other measures, of each candidate, in which the same work on the same case is a candidate too."""
    works = {measure.id: work_of(measure) for measure in result.quarter.measures.values()}
    place = rows["measure_id"].map({measure_id: n for n, measure_id in enumerate(works)}).to_numpy(dtype="int64")
    pieces = pd.MultiIndex.from_arrays([rows["case_number"], rows["measure_id"].map(works)])
    piece, _ = pd.factorize(pieces)
    has = np.zeros((len(rows), len(works)), dtype=bool)  # a row a piece of work; there are no more than rows
    has[piece, place] = True
    others = has[piece]
    others[np.arange(len(rows)), place] = False
    return ids_of(others, list(works))


def steps_in_words(ways: list[Way], result: Assessment) -> pd.DataFrame:
    """The steps of all ways as a file has them: a row a step, texts, numbers and dates under the names people read."""
    steps = pd.concat([way.steps for way in ways], ignore_index=True) if ways else pd.DataFrame(columns=list(STEPS))
    words = tasks_in_words(steps.assign(list="", serves=steps["also"]), result)
    names = {way.measure_id: way.measure for way in ways}
    return pd.DataFrame(
        {
            "Measure": steps["measure_id"].map(names),
            "Step": steps["step"],
            "What to do": words["do"],
            "Case number": steps["case_number"],
            "Student": words["student_name"],
            "Case owner": words["case_owner"],
            "By when": words["due"],
            "Due date": steps["deadline"],
            "Kind": steps["kind"].map({kind: f"{word.word}, {word.note}" for kind, word in STEP_KINDS.items()}),
            "Met so far then, percent": steps["floor_percent"],
            "Serves as well": words["measures"],
            "What to check": words["check"],
            "Where": words["open"],
        }
    )
