"""Findings that tables seen together, the quarter and the as-at date give rise to."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest

import asreport
from asreport.importing.cross_checks import near_numbers

CASES = "Case Number,Case Type,Referral Date,Allocation Date,Case Owner,Student Name,NSN,Provider,Migrated\n"


def read(**texts: str) -> asreport.Exports:
    streams = []
    for name, text in texts.items():
        stream = io.BytesIO(text.encode())
        stream.name = f"{name}.csv"
        streams.append(stream)
    return asreport.read_exports(streams)


def said(findings: pd.DataFrame, words: str) -> pd.DataFrame:
    return findings[findings["finding"].str.contains(words, regex=False)]


def case(number: int, **other: str) -> str:
    values = {"referred": "14/04/2026", "allocated": "15/04/2026", "owner": "Aroha Tester", "student": f"S{number}",
              "nsn": str(100_000_000 + number), "provider": "One", "migrated": "No"}  # fmt: skip
    row = {**values, **other}
    return f"{number:08d},CA," + ",".join(row[name] for name in values) + "\n"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("00012354", "00012345"),  # two digits swapped
        ("00012346", "00012345"),  # one digit wrong
        ("0001245", "00012345"),  # one left out
        ("000123345", "00012345"),  # one too many
        ("00054321", None),
        ("CASE-12", None),
    ],
)
def test_a_near_number(typed: str, meant: str | None) -> None:
    assert near_numbers([typed], ["00012345", "00099999"]).get(typed) == meant


def test_swapped_digits_come_before_other_slips() -> None:
    assert near_numbers(["12354"], ["12353", "12345"]) == {"12354": "12345"}


def test_unknown_case_numbers_are_listed_with_the_near_one() -> None:
    events = "Case Number,Subject,Event Date\n00012354,x,15/04/2026\n00777777,x,15/04/2026\n"
    findings = read(cases=CASES + case(12345), events=events).findings
    near = said(findings, "a number that differs in one place is")
    assert near[["row", "value", "column"]].values.tolist() == [[2, "00012354 (near 00012345)", "Case Number"]]
    far = said(findings, "add the case to the case export")
    assert far[["row", "value"]].values.tolist() == [[3, "00777777"]]


def test_a_case_of_two_providers_is_named() -> None:
    findings = read(one=CASES + case(1), two=CASES + case(1, provider="Two")).findings
    two = said(findings, "more than one provider")
    assert two["severity"].tolist() == ["affects figures"] and two["value"].tolist() == ["case 00000001: One / Two"]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (
            [case(n, referred="20/04/2026", allocated="14/04/2026") for n in range(6)],
            "Referral Date and Allocation Date",
        ),
        ([case(n, owner=f"Student {n}", student="Aroha") for n in range(25)], "Case Owner and Student Name"),
    ],
)
def test_columns_that_look_swapped(rows: list[str], columns: str) -> None:
    swapped = said(read(cases=CASES + "".join(rows)).findings, "look swapped")
    assert swapped["column"].tolist() == [columns] and swapped["severity"].tolist() == ["affects figures"]


def test_case_number_and_nsn_swapped() -> None:
    rows = "".join(case(n, nsn=f"{n:08d}").replace(f"{n:08d},CA", f"{100_000_000 + n},CA") for n in range(1, 9))
    enrol = "NSN,Enrolment Date\n" + "".join(f"{100_000_000 + n},1/05/2026\n" for n in range(1, 9))
    assert said(read(cases=CASES + rows, enrol=enrol).findings, "look swapped")["column"].tolist() == [
        "Case Number and NSN"
    ]


def test_a_few_odd_rows_are_no_swap() -> None:
    rows = [case(n, allocated="1/04/2026" if n < 4 else "20/04/2026") for n in range(12)]
    assert said(read(cases=CASES + "".join(rows)).findings, "look swapped").empty


def test_an_nsn_of_many_rows_is_no_students() -> None:
    """3,000 cases and 3,000 enrolments of NSN 0 would make nine million pairs."""
    rows = "".join(case(n, nsn="0" if n > 1 else "100000001") for n in range(1, 103))
    exports = read(cases=CASES + rows, enrol="NSN,Enrolment Date\n" + "0,1/05/2026\n100000001,1/05/2026\n")
    found = said(exports.findings, "more rows than one student can have")
    assert found[["file", "column", "value"]].values.tolist() == [["cases.csv", "NSN", "0"]]
    assert exports.tables["cases"]["nsn"].dropna().tolist() == ["100000001"]


# How the exports fit the quarter and the as-at date


def fit(text: str, as_at: date) -> pd.DataFrame:
    return asreport.all_findings(read(cases=text), asreport.load_quarter("q2-2026"), as_at)


@pytest.mark.parametrize(
    ("referred", "asked"), [("14/01/2026", True), ("14/07/2026", True), ("1/04/2026", False), ("30/06/2026", False)]
)
def test_another_quarters_export(referred: str, asked: bool) -> None:
    found = said(fit(CASES + case(1, referred=referred), date(2026, 7, 6)), "is this another quarter's export?")
    assert len(found) == asked
    if asked:
        assert found["column"].tolist() == ["Referral Date"] and found["severity"].tolist() == ["affects figures"]


def test_migrated_cases_were_referred_before_the_quarter_rightly() -> None:
    text = CASES + case(1, referred="14/01/2026", migrated="Yes")
    assert said(fit(text, date(2026, 7, 6)), "another quarter").empty


def test_an_export_taken_long_before_the_as_at_date() -> None:
    text = CASES + case(1) + "\n\nReport\nGenerated By:  Hana Neat  1/06/2026 09:14\n"
    old = said(fit(text, date(2026, 7, 6)), "taken long before the as-at date")
    assert old["value"].tolist() == ["1 June 2026"] and old["severity"].tolist() == ["affects figures"]
    assert said(fit(text, date(2026, 6, 8)), "taken long before").empty, "a week is not long"


def test_an_export_that_does_not_say_when_is_judged_by_its_newest_record() -> None:
    assert len(said(fit(CASES + case(1), date(2026, 7, 6)), "newest record")) == 1
    assert said(fit(CASES + case(1), date(2026, 5, 1)), "newest record").empty


def test_the_command_line_and_the_library_agree_on_what_reading_found() -> None:
    exports = read(cases=CASES + case(1))
    findings = asreport.all_findings(exports, asreport.load_quarter("q2-2026"), date(2026, 7, 6))
    assert len(findings) == len(exports.findings) + 1
    assert findings["severity"].tolist() == sorted(
        findings["severity"], key=["blocks", "affects figures", "for information"].index
    )
