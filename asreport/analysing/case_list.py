"""The case-level list: every case and measure with the words a case manager needs."""

from __future__ import annotations

import pandas as pd

from asreport.assessing.assessment import Assessment
from asreport.words import catalogue

# Column of the list → what it is called in the workbook and on the pages (interface: "The exceptions workbook").
COLUMNS = {
    "case_number": "Case number",
    "student_name": "Student",
    "case_type": "Case type",
    "school": "School",
    "case_owner": "Case owner",
    "measure": "Measure",
    "verdict": "Verdict",
    "deadline": "Due date",
    "completed_date": "Done date",
    "business_days_late": "Business days late",
    "group": "Group",
    "reason": "Reason",
    "found": "What was found",
    "check": "What to check",
}

# What the words stand for, and where in AS-CMS to look.
CODES = ["measure_id", "verdict_code", "group_code", "reason_code", "open"]

NO_OWNER = "No case owner"


def case_list(result: Assessment, *, student_names: bool = True) -> pd.DataFrame:
    """Every case that is not met: a row a measure and case, columns of `COLUMNS` and `CODES`.

    Dates are datetime64[s]; texts are missing where there is nothing to say. `found` ends with the record that nearly
    counted. Without `student_names` the column `student_name` is left out.
    """
    results = result.case_results[result.case_results["verdict"] != "met"].reset_index(drop=True)
    words = catalogue.explain(results, result.quarter)
    record = (" Record: " + results["evidence"] + ".").fillna("")
    table = results.assign(
        verdict_code=results["verdict"],
        verdict=results["verdict"].map(catalogue.VERDICTS),
        measure=words["measure"],
        group=words["group"],
        group_code=words["group"].map({name: code for code, name in catalogue.GROUPS.items()}),
        reason_code=results["reason"],
        reason=words["reason"],
        found=words["found"] + record,
        check=words["check"],
        open=words["open"],
    )
    details = [c for c in COLUMNS if c in result.cases and c != "case_number"]
    table = table.merge(result.cases[["case_number", *details]], on="case_number", how="left")
    columns = [c for c in COLUMNS if student_names or c != "student_name"]
    absent = [c for c in columns if c not in table]  # what no export held is missing, as a text
    return table.assign(**dict.fromkeys(absent, pd.Series(dtype="str")))[[*columns, *CODES]]


def owners(cases: pd.DataFrame) -> pd.Series:
    """The owner each case is listed under: its case owner, or `NO_OWNER` where it has none."""
    if "case_owner" not in cases:
        return pd.Series(NO_OWNER, index=cases.index, dtype="str")
    return cases["case_owner"].fillna(NO_OWNER)
