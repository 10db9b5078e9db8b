"""A record in words: what `case_results.evidence` says of the record that counted or nearly did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asreport.dates import column_in_words

OUTCOME_TYPES = {
    "school": "enrolment at school",
    "alternative_education": "alternative education",
    "exemption": "exemption",
    "other": "another type of outcome",
}


def describe_events(events: pd.DataFrame, record: np.ndarray) -> pd.Series:
    """“Event “Initial School Meeting” of 9 April 2026, recorded 14 April 2026”, one text for each of `record`.

    `record`: rows of `events`, -1 for none, which gives a missing text. So for the other functions here.
    """
    chosen = _rows(events, record)
    kind = chosen["activity_type"] if "activity_type" in chosen else pd.Series("Event", index=chosen.index, dtype="str")
    held = (" of " + column_in_words(chosen["event_date"])).fillna(" without a date")
    return _placed(kind + " “" + chosen["subject"].fillna("") + "”" + held + _recorded(chosen), record)


def describe_plans(plans: pd.DataFrame, record: np.ndarray) -> pd.Series:
    """“Plan “Student plan 2”, Draft, 1 step, recorded 2 May 2026”."""
    chosen = _rows(plans, record)
    text = pd.Series("Plan", index=chosen.index, dtype="str")
    if "plan_id" in chosen:
        text += (" “" + chosen["plan_id"] + "”").fillna("")
    text += ", " + chosen["status"].fillna("no status")
    if "steps" in chosen:
        steps = chosen["steps"].fillna(0)
        text += ", " + steps.astype("str") + np.where(steps == 1, " step", " steps")
    return _placed(text + _recorded(chosen), record)


def describe_case_owners(cases: pd.DataFrame, record: np.ndarray) -> pd.Series:
    """“Case owner Intake Queue, assigned 2 May 2026”."""
    chosen = _rows(cases, record)
    text = "Case owner " + chosen["case_owner"]
    if "owner_assigned_date" in chosen:
        text += (", assigned " + column_in_words(chosen["owner_assigned_date"])).fillna("")
    return _placed(text, record)


def describe_outcomes(outcomes: pd.DataFrame, record: np.ndarray) -> pd.Series:
    """“ENROL: exemption from 4 May 2026”."""
    chosen = _rows(outcomes, record)
    if "outcome_type" in chosen:
        text = "ENROL: " + chosen["outcome_type"].map(OUTCOME_TYPES)
    else:
        text = pd.Series(f"ENROL: {OUTCOME_TYPES['school']}", index=chosen.index, dtype="str")
    if "school" in chosen:
        text += (", " + chosen["school"] + ",").fillna("")
    return _placed(text + (" from " + column_in_words(chosen["start_date"])).fillna(" without a start date"), record)


def _rows(table: pd.DataFrame, record: np.ndarray) -> pd.DataFrame:
    return table.iloc[record[record >= 0]].reset_index(drop=True)


def _recorded(records: pd.DataFrame) -> pd.Series | str:
    if "recorded_on" not in records:
        return ""
    return (", recorded " + column_in_words(records["recorded_on"])).fillna("")


def _placed(texts: pd.Series, record: np.ndarray) -> pd.Series:
    """The texts of the records where there is one, missing elsewhere."""
    result = pd.Series([None], dtype="str").repeat(len(record)).reset_index(drop=True)
    result[record >= 0] = texts.to_numpy()
    return result
