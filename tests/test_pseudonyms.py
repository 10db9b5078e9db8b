"""Pseudonyms: one a student, which say nothing of the name, and a key that leads back."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pandas as pd
from bounded import in_time
from conftest import Computed
from hypothesis import given
from hypothesis import strategies as st
from test_readings import case

import asreport
from asreport.analysing.case_story import story
from asreport.handing_out import downloads
from asreport.handing_out.pseudonyms import (
    HIDDEN,
    findings_with_pseudonyms,
    pseudonyms,
    tables_with_pseudonyms,
    with_pseudonyms,
)
from asreport.handing_out.workbook import exceptions_workbook

SECRET = b"a secret of the session"


def cases_of(*students: tuple[str | None, str | None]) -> pd.DataFrame:
    """A case each: (name, NSN), numbered from 1."""
    rows = [case(case_number=str(n), student_name=name, nsn=nsn) for n, (name, nsn) in enumerate(students, start=1)]
    frame = pd.concat(rows, ignore_index=True)
    return frame.astype({"student_name": "str", "nsn": "str"})


def test_one_nsn_is_one_student_and_without_one_each_case_is():
    cases = cases_of(("Ana Rei", "9"), ("Ana Rei", "9"), ("Ana Rei", None), ("Ana Rei", None), (None, "8"))
    hidden = pseudonyms(cases, SECRET)
    assert hidden.of_case["1"] == hidden.of_case["2"]
    assert hidden.of_case[["1", "3", "4"]].is_unique
    assert "5" not in hidden.of_case, "a case without a name gets none"
    own = hidden.key.set_index("pseudonym").loc[hidden.of_case["1"]]
    assert (own["student_name"], own["nsn"], own["case_numbers"]) == ("Ana Rei", "9", "1; 2")
    assert len(hidden.key) == 3


def test_the_key_relinks_every_case(sample: Computed):
    hidden = pseudonyms(sample.result.cases, SECRET)
    shown = with_pseudonyms(sample.result, hidden)
    key = pd.read_csv(io.BytesIO(downloads.key_csv(hidden)), dtype="str", encoding="utf-8-sig")
    numbers = key.assign(number=key["Case numbers"].str.split("; ")).explode("number").set_index("number")
    cases = shown.cases.dropna(subset="student_name").set_index("case_number")
    assert (numbers.loc[cases.index, "Pseudonym"] == cases["student_name"]).all()
    real = sample.result.cases.set_index("case_number").loc[cases.index, "student_name"]
    assert (numbers.loc[cases.index, "Student"] == real).all() and len(real) > 400


def test_the_order_says_nothing_of_names_and_depends_on_the_secret(sample: Computed):
    cases = sample.result.cases
    one, other = (pseudonyms(cases, secret) for secret in (SECRET, b"another"))
    assert (one.of_case != other.of_case).mean() > 0.9 and one.key_id != other.key_id
    assert pseudonyms(cases, SECRET).of_case.equals(one.of_case), "a pure function"
    shuffled = pseudonyms(cases.sample(frac=1, random_state=1), SECRET)
    assert shuffled.of_case[one.of_case.index].equals(one.of_case), "the order of rows does not show"
    names = one.key["student_name"]
    assert abs(pd.Series(range(len(names))).corr(names.rank())) < 0.2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=15), st.lists(st.integers(0, 30), max_size=15))
def test_a_student_keeps_the_number_when_files_are_added(first: list[int], more: list[int]):
    before = pseudonyms(cases_of(*((f"Name {n}", str(n)) for n in first)), SECRET)
    after = pseudonyms(cases_of(*((f"Name {n}", str(n)) for n in first + more)), SECRET, before.numbers)
    assert after.of_case[before.of_case.index].equals(before.of_case)
    assert after.of_case.nunique() == len({*first, *more}), "no two students share one"


def test_names_in_what_people_typed_are_replaced():
    hidden = pseudonyms(
        cases_of(("Ana Rei-Smith", "9"), ("May", "8"), ("Tama Hōhepa", "7"), ("Tama Hōhepa", "6")), SECRET
    )
    stands = hidden.of_case["1"]
    assert hidden.hide("Hui with ana rei-smith, at school") == f"Hui with {stands}, at school"
    assert hidden.hide("Rei-Smith, Ana (2)") == f"{stands} (2)"
    assert hidden.hide("Ana Rei") == "Ana Rei", "another name"
    assert hidden.hide("Event of 4 May 2026") == "Event of 4 May 2026", "a name of one word may be any word"
    assert hidden.hide("Visit to Tama Hōhepa") == "Visit to a student", "two have that name"


def test_the_records_words_and_tables_hold_no_name(sample: Computed):
    names = sample.result.cases["student_name"].dropna()
    tables = dict(sample.exports.tables)
    tables["events"] = tables["events"].assign(subject=tables["events"]["subject"].fillna("") + " " + names.iloc[0])
    result = asreport.assess(tables, sample.result.quarter, sample.result.as_at)
    assert result.case_results["evidence"].str.contains(names.iloc[0], regex=False).any()
    hidden = pseudonyms(result.cases, SECRET)
    shown = with_pseudonyms(result, hidden)
    texts = [shown.case_results["evidence"], shown.cases["student_name"]]
    texts += [tables_with_pseudonyms(tables, hidden)["events"]["subject"]]
    for column in texts:
        assert not [name for name in names.unique() if column.str.contains(name, regex=False).any()]
    assert shown.attainment.equals(result.attainment)


def _with_names_in_settings() -> tuple[asreport.Exports, asreport.Assessment]:
    """A student's name in a file's name, an accepted subject, a queue and a plan status that counts."""
    rows = ["Case Number,Case Type,Referral Date,Student Name,Case Owner", "1,CA,14/04/2026,Ana Rei,Ana Rei"]
    events = ["Case Number,Subject,Date,Activity Type", "1,Visit to ana  REI,15/04/2026,Event"]
    streams = [io.BytesIO("\n".join(lines).encode()) for lines in (rows, events)]
    for stream, name in zip(streams, ("Ana Rei.csv", "activities.csv"), strict=True):
        stream.name = name
    settings = asreport.Settings(subjects={"school": ["Visit to Ana Rei"]}, queues=["Ana Rei"])
    exports = asreport.read_exports(streams, settings=settings)
    quarter = asreport.load_quarter("q2-2026", readings={"plan_statuses": ["In Progress", "Plan of Ana Rei"]})
    return exports, asreport.assess(exports.tables, settings.applied_to(quarter), date(2026, 7, 6))


def test_names_in_the_providers_own_words_are_replaced_and_no_verdict_moves():
    exports, result = _with_names_in_settings()
    assert sum("Ana Rei" in sentence for sentence in result.quarter.departures) == 3
    hidden = pseudonyms(result.cases, SECRET)
    shown, stands = with_pseudonyms(result, hidden), hidden.of_case["1"]
    assert len(shown.quarter.departures) == len(result.quarter.departures) == 3
    assert all(stands in sentence and "Rei" not in sentence for sentence in shown.quarter.departures)
    receipt = asreport.receipt(exports, result, hidden)
    text = downloads.receipt_json(receipt).decode()
    assert "Rei" not in text and f"{stands}.csv" in text and f"Visit to {stands}" in text
    assert "Visit to Ana Rei" in downloads.receipt_json(asreport.receipt(exports, result)).decode()
    book = openpyxl.load_workbook(io.BytesIO(exceptions_workbook(shown, None, receipt=receipt)))
    about = [str(cell) for row in book["About"].iter_rows(values_only=True) for cell in row if cell]
    assert [cell for cell in about if f"Visit to {stands}" in cell] and not [cell for cell in about if "Rei" in cell]


def test_the_story_of_a_case_judges_by_what_stands_in_the_exports():
    exports, result = _with_names_in_settings()
    hidden = pseudonyms(result.cases, SECRET)
    shown = with_pseudonyms(result, hidden), tables_with_pseudonyms(exports.tables, hidden)
    plain, told = (story(result, exports.tables, "1", shown=what) for what in (None, shown))
    assert plain.judged.equals(told.judged) and plain.judged["counts"].any()
    assert plain.records["counts"].tolist() == told.records["counts"].tolist()
    assert plain.records["text"].str.contains("REI").any() and not told.records["text"].str.contains("REI").any()


def test_findings_show_only_values_of_columns_known_to_be_something_else():
    rows = ["1,CA,2026-05-99,Ana Rei,Ana", "1,CA,2026-05-04,Ana Reii,x"]
    text = "\n".join(["Case Number,Case Type,Referral Date,Student Name,Notes", *rows])
    stream = io.BytesIO(text.encode())
    stream.name = "cases.csv"
    exports = asreport.read_exports([stream])
    assert exports.findings["value"].str.contains("Ana").any(), "a finding that quotes a name"
    shown = findings_with_pseudonyms(exports.findings, exports, pseudonyms(exports.tables["cases"], SECRET))
    assert not shown["value"].str.contains("Ana").any() and HIDDEN in set(shown["value"])
    dates = exports.findings["column"] == "Referral Date"
    assert dates.any() and shown.loc[dates, "value"].equals(exports.findings.loc[dates, "value"])


def test_the_workbook_says_that_its_names_are_pseudonyms(sample: Computed):
    hidden = pseudonyms(sample.result.cases, SECRET)
    receipt = asreport.receipt(sample.exports, sample.result, hidden)
    assert hidden.key_id in receipt["student_names"]
    assert asreport.receipt(sample.exports, sample.result)["student_names"] == "as recorded"
    assert exceptions_workbook(with_pseudonyms(sample.result, hidden), None, receipt=receipt)[:2] == b"PK"


def test_exports_without_names_need_none():
    cases = case().drop(columns="nsn")
    hidden = pseudonyms(cases, SECRET)
    assert hidden.key.empty and hidden.of_case.empty
    result = asreport.assess({"cases": cases}, asreport.load_quarter("q2-2026"), pd.Timestamp("2026-07-06").date())
    assert with_pseudonyms(result, hidden).cases.equals(result.cases)


def test_a_name_of_more_words_than_any_is_hidden_all_the_same():
    words = [f"Ana{n}" for n in range(50)]
    hidden = pseudonyms(cases_of((" ".join(words), "9")), SECRET)
    shown = hidden.hide(f"Call {' '.join(words)} back")
    assert "Ana" not in shown and shown.startswith("Call ") and shown.endswith(" back")


MANY = """
import pandas as pd
from asreport.handing_out.pseudonyms import pseudonyms
names = ["a " * 300_000, *(f"A x{n}" for n in range(30_000))]
case_numbers = [str(n) for n in range(len(names))]
cases = pd.DataFrame({"case_number": case_numbers, "student_name": names, "nsn": case_numbers})
print(pseudonyms(cases.astype("str"), b"secret").hide("a " * 10_001 + "x2").split(" ")[-2])
"""


def test_names_are_made_out_in_a_time_that_grows_with_them_alone():
    """One of very many words, which turned in every way is the square of them, and very many of the same first word."""
    assert in_time(MANY) == "Student"
