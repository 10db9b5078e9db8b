"""The worklist: what is to do, by when, ahead of the deadlines. Pure: no clock, file or global state.

A *task* is one piece of work on one case: a meeting to hold, a plan to make, an owner to name, an outcome to see to, or
a date to enter. A case that is open for two tiers of one meeting (5 and 10 business days) is one task, because one
meeting serves both.

Each task stands in one list, the first of `LISTS` that applies to any of the measures it serves:

today    pending, and the deadline is the as-at date
soon     pending, and the deadline falls in the next `SOON` business days
fix      the record can be put right now: the work looks done but is recorded so that it does not count, or a detail is
         missing without which nobody can tell (the groups “fix the record” and “cannot be assessed”)
overdue  missed, and nothing that was done is recorded: the work is still to do
later    pending, with a later deadline or none

What was done late is no task, and neither is what a closed case left undone: no work is left that anyone could do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from asreport.analysing.case_list import owners
from asreport.assessing.assessment import Assessment
from asreport.assessing.cohort import is_active
from asreport.business_days import add_business_days, count_business_days
from asreport.evidence import reasons_of
from asreport.evidence.reasons import Group
from asreport.policy.quarter import Measure, Quarter
from asreport.policy.quarter_words import counted
from asreport.tables import day
from asreport.words.catalogue import explain, task_lists, things_to_do
from asreport.words.sentences import due, together

LISTS = ("today", "soon", "fix", "overdue", "later")
SOON = 5  # business days
SOON_IN_WORDS = counted(SOON, "business day")
TASK_LISTS = task_lists(SOON_IN_WORDS)  # list → its words

TASKS = ("case", "case_number", "work", "list", "measure_id", "reason", "deadline", "serves", "closed")

# Column of the list in words → what it is called in the file.
COLUMNS = {
    "title": "List",
    "due": "By when",
    "do": "What to do",
    "case_number": "Case number",
    "student_name": "Student",
    "case_owner": "Case owner",
    "deadline": "Due date",
    "measures": "Measures",
    "check": "What to check",
    "open": "Where",
}


def work_of(measure: Measure) -> str:
    """The work a measure asks for: `school` or `whanau` (the subject of a meeting), `plan`, `owner` or `outcome`."""
    return measure.evidence.work


def worklist(result: Assessment) -> pd.DataFrame:
    """One row a task, columns `TASKS`: by list, then deadline (those to come, those passed, none), then case number.

    `case`: the row of its case in `result.cases`, from which names are taken when they are shown. `work`: as
    `work_of`, or the reason where a missing date is what to enter. `list`: one of `LISTS`. `measure_id`, `reason`,
    `deadline` (datetime64[s], NaT for none): of the measure that put the task in its list with the soonest deadline.
    `serves`: the ids of the measures it is for, in the quarter's order, with a space between. `closed`: whether the
    case is closed.
    """
    rows = result.case_results
    rows = rows[rows["verdict"].isin(["pending", "missed", "cannot_assess"])].reset_index(drop=True)
    listed = _list_of(rows, result.as_at)
    rows, listed = rows[listed >= 0].reset_index(drop=True), listed[listed >= 0]
    case = rows_of_cases(rows, result)

    order = {measure_id: place for place, measure_id in enumerate(result.quarter.measures)}
    place = rows["measure_id"].map(order).to_numpy(dtype="int64")
    work = _work(rows, result.quarter)
    work_code, works = pd.factorize(work)
    task, _ = pd.factorize(case * len(works) + work_code)
    deadline = _last_if_none(day(rows["deadline"]))
    by_task = np.lexsort((place, deadline, listed, task))
    first = by_task[np.r_[True, np.diff(task[by_task]) != 0]] if len(task) else by_task

    # What can no longer be met is not what a task serves, unless it is overdue and serves nothing else.
    of_task = listed[first][task]  # the first rows stand in the order of tasks
    overdue = LISTS.index("overdue")
    has = np.zeros((len(first), len(order)), dtype=bool)
    counted = (listed != overdue) | (of_task == overdue)
    has[task[counted], place[counted]] = True
    chosen = rows.iloc[first]
    tasks = pd.DataFrame(
        {
            "case": case[first],
            "case_number": chosen["case_number"].to_numpy(),
            "work": work.iloc[first].to_numpy(),
            "list": pd.Series(np.array(LISTS)[listed[first]], dtype="str"),
            "measure_id": chosen["measure_id"].to_numpy(),
            "reason": chosen["reason"].to_numpy(),
            "deadline": chosen["deadline"].to_numpy(),
            "serves": ids_of(has, list(order)),
            "closed": ~is_active(result.cases, result.as_at)[case[first]],
        }
    ).astype({"case_number": "str", "work": "str", "measure_id": "str", "reason": "str"})
    tasks = tasks[~(tasks["closed"] & tasks["list"].isin(["overdue", "later"]))]
    return _in_order(tasks, result.as_at)


def owners_of(tasks: pd.DataFrame, result: Assessment) -> pd.Series:
    """The owner each task is listed under (`exceptions.owners`), on the index of `tasks`."""
    owned = result.cases[[column for column in ("case_owner",) if column in result.cases]]
    return owners(owned.iloc[tasks["case"]]).set_axis(tasks.index)


def counts_by_owner(tasks: pd.DataFrame, owner: pd.Series) -> pd.DataFrame:
    """How many tasks each owner has in each list: a row an owner, columns `LISTS` and `all`; the most urgent first."""
    counts = pd.crosstab(owner, tasks["list"]).reindex(columns=list(LISTS), fill_value=0)
    counts = counts.rename_axis("owner", axis="index").rename_axis(None, axis="columns").assign(all=counts.sum(axis=1))
    return counts.sort_index().sort_values(["today", "soon", "fix", "overdue"], ascending=False, kind="stable")


def tasks_in_words(tasks: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """The tasks as people read them, on the same index: the columns of `COLUMNS`; texts, and `deadline` as a date.

    `tasks`: columns `case`, `list`, `measure_id`, `reason`, `deadline`, `serves`. `student_name` is missing where no
    export has it. `due`: “today”, “in 3 business days, 9 July 2026”.
    """
    words = explain(tasks, result.quarter)
    case = result.cases.iloc[tasks["case"]].set_axis(tasks.index)
    return pd.DataFrame(
        {
            "title": tasks["list"].map({code: words.title for code, words in TASK_LISTS.items()}),
            "due": due_in_words(tasks["deadline"], result.as_at),
            "do": things_to_do(tasks, result.quarter),
            "case_number": case["case_number"],
            "student_name": case.get("student_name"),
            "case_owner": owners(case),
            "deadline": tasks["deadline"],
            "measures": measures_in_words(tasks["serves"], result.quarter),
            "check": words["check"],
            "open": words["open"],
        },
        index=tasks.index,
    ).astype(dict.fromkeys(["title", "due", "do", "student_name", "case_owner", "measures", "check", "open"], "str"))


def tasks_for_file(tasks: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """The tasks in words under the names of `COLUMNS`, as a file has them."""
    return tasks_in_words(tasks, result)[list(COLUMNS)].rename(columns=COLUMNS)


def measures_in_words(ids: pd.Series, quarter: Quarter) -> pd.Series:
    """The names of measures, given by their ids with a space between."""
    return ids.map({some: together([quarter.measures[i].name for i in some.split()]) for some in ids.unique()})


def due_in_words(deadlines: pd.Series, as_at: date) -> pd.Series:
    """By when, counted from the as-at date: “today”, “in 3 business days, 9 July 2026”, “was due 2 July 2026”."""
    codes, known = pd.factorize(deadlines)
    words = [_due(deadline.date(), as_at) for deadline in pd.DatetimeIndex(known)]
    words.append(due(None, as_at, 0))  # for the code of a missing deadline, -1
    return pd.Series(np.array(words, dtype=object)[codes], index=deadlines.index, dtype="str")


def tasks_headline(counts: Mapping[str, int]) -> str:
    """What there is to do, in one sentence. `counts`: list of tasks (`LISTS`) → how many."""
    said = {
        "today": "due today",
        "soon": f"in the next {SOON_IN_WORDS}",
        "fix": "to put right in the record",
        "overdue": "overdue",
    }
    parts = [f"{counts[name]:,} {words}" for name, words in said.items() if counts.get(name)]
    return (
        f"{', '.join(parts)}." if parts else "Nothing is due, nothing is overdue, and no record needs to be put right."
    )


def _due(deadline: date, as_at: date) -> str:
    left = count_business_days(as_at, deadline) - count_business_days(as_at, as_at)
    return due(deadline, as_at, left)


def _list_of(rows: pd.DataFrame, as_at: date) -> np.ndarray:
    """The place in `LISTS` of each row of the case results; -1 where there is nothing to do."""
    deadline, today = day(rows["deadline"]), np.datetime64(as_at, "D")
    pending = (rows["verdict"] == "pending").to_numpy()
    within = add_business_days(np.array([today]), SOON)[0]
    conditions = {
        "today": pending & (deadline == today),
        "soon": pending & (deadline > today) & (deadline <= within),
        "fix": rows["reason"].isin(reasons_of(Group.FIX, Group.CANNOT)).to_numpy(),
        "overdue": ~pending & rows["reason"].isin(reasons_of(Group.NOTHING)).to_numpy(),
        "later": pending,
    }
    return np.select(list(conditions.values()), [LISTS.index(name) for name in conditions], default=-1)


def _work(rows: pd.DataFrame, quarter: Quarter) -> pd.Series:
    works = rows["measure_id"].map({measure.id: work_of(measure) for measure in quarter.measures.values()})
    return works.mask(rows["verdict"] == "cannot_assess", rows["reason"]).astype("str")


def rows_of_cases(rows: pd.DataFrame, result: Assessment) -> np.ndarray:
    """The row in `result.cases` of the case of each of `rows` (column `case_number`)."""
    return pd.Index(result.cases["case_number"]).get_indexer(rows["case_number"])


def ids_of(has: np.ndarray, ids: Sequence[str]) -> pd.Series:
    """The ids that each row of a table of flags has (a column an id), with a space between."""
    patterns, which = np.unique(has, axis=0, return_inverse=True)
    words = [" ".join(np.array(ids, dtype=object)[pattern]) for pattern in patterns]
    return pd.Series(np.array(words, dtype=object)[which.reshape(-1)], dtype="str")


def _in_order(tasks: pd.DataFrame, as_at: date) -> pd.DataFrame:
    """The tasks as `worklist` orders them."""
    deadline, number = day(tasks["deadline"]), tasks["case_number"]
    keys = (  # the last is the first to decide
        tasks["work"],
        pd.factorize(number, sort=True)[0],
        number.str.len(),  # numbers of one length sort as numbers do
        _last_if_none(deadline),
        np.select([np.isnat(deadline), deadline < np.datetime64(as_at)], [2, 1], default=0),
        tasks["list"].map(LISTS.index),
    )
    return tasks.iloc[np.lexsort(keys)].reset_index(drop=True)


def _last_if_none(deadline: np.ndarray) -> np.ndarray:
    return np.where(np.isnat(deadline), np.iinfo("int64").max, deadline.astype("int64"))
