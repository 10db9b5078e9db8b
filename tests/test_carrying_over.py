"""Which quarter the exports are about, and what is carried over where none is set up (rules.md, section 9)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_quarter import quarter_of
from test_readings import table

import asreport
from asreport.command_line.cli import main
from asreport.policy.carrying_over import calendar_quarter
from asreport.policy.quarter import QuarterError
from asreport.tables import empty_table

Q2 = asreport.load_quarter("q2-2026")
KNOWN = [asreport.load_quarter(name) for name in asreport.available_quarters()]


def referred(*days: date, migrated: bool = False) -> pd.DataFrame:
    rows = [
        {"case_number": str(n), "case_type": "CA", "referral_date": day, "migrated": migrated}
        for n, day in enumerate(days)
    ]
    return table("cases", *rows) if rows else empty_table("cases")


@pytest.mark.parametrize(
    ("quarter_id", "start", "end"),
    [
        ("q1-2028", date(2028, 1, 1), date(2028, 3, 31)),
        ("q2-2026", date(2026, 4, 1), date(2026, 6, 30)),
        ("q4-2026", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_calendar_quarters(quarter_id: str, start: date, end: date):
    assert calendar_quarter(quarter_id) == (start, end)


JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("as_at", "days", "about"),
    [
        (date(2026, 7, 6), [JUNE, JUNE, JULY], "q2-2026"),
        (date(2026, 7, 6), [JUNE, JULY], "q3-2026"),  # not fewer
        (date(2026, 7, 6), [], "q3-2026"),
        (date(2026, 8, 1), [JUNE], "q2-2026"),  # 31 days after its first day
        (date(2026, 8, 2), [JUNE], "q3-2026"),
        (JULY, [JUNE], "q2-2026"),
        (JUNE, [date(2026, 3, 31)], "q2-2026"),
        (date(2026, 7, 6), [JUNE, JUNE, *[date(2026, 7, 7)] * 3], "q2-2026"),  # what comes later does not count yet
        (date(2026, 7, 6), [date(2026, 4, 1), date(2026, 3, 31), date(2026, 3, 31)], "q2-2026"),
        (date(2027, 1, 20), [date(2026, 12, 31)], "q4-2026"),
        (date(2027, 1, 20), [date(2027, 1, 4)], "q1-2027"),
    ],
)
def test_the_quarter_that_exports_are_about(as_at: date, days: list[date], about: str):
    assert asreport.quarter_of(referred(*days), as_at) == about


def test_migrated_cases_do_not_say_which_quarter_it_is():
    cases = pd.concat([referred(JUNE, JUNE, migrated=True), referred(JULY)], ignore_index=True)
    assert asreport.quarter_of(cases, date(2026, 7, 6)) == "q3-2026"
    assert asreport.quarter_of(cases.drop(columns="migrated"), date(2026, 7, 6)) == "q2-2026"


@pytest.mark.parametrize("as_at", [date.min, date(1, 4, 2), date.max])
def test_no_day_is_too_far_off(as_at: date):
    assert asreport.quarter_of(referred(JUNE), as_at)


def test_a_known_quarter_that_fits_is_taken_else_the_newest_earlier_one_is_carried_over():
    assert asreport.quarter_for(referred(JUNE), date(2026, 7, 6), KNOWN) == Q2
    own = quarter_of("[period]\nstart = 2026-10-12\nend = 2026-12-18")
    assert asreport.quarter_for(referred(), date(2026, 11, 24), [own, *KNOWN]) == own, "its period holds the middle"
    fourth = asreport.quarter_for(referred(), date(2026, 11, 24), KNOWN)
    assert (fourth.id, fourth.name, fourth.carried_over_from) == ("q4-2026", "Quarter 4, 2026", "Quarter 2, 2026")
    assert fourth.extends == ("q3-2026", "q2-2026")
    earlier = asreport.quarter_for(referred(), date(2026, 2, 20), KNOWN)
    assert earlier.id == "q1-2026" and earlier.cautions, "none is earlier"


def test_what_was_over_before_the_quarter_is_left_out_and_named():
    assert asreport.load_quarter("q3-2026") == asreport.carried_over(Q2, "q3-2026"), "its file is what the rule gives"
    fourth = asreport.carried_over(asreport.load_quarter("q3-2026"), "q4-2026")
    gone = [name for name in Q2.measures if name not in fourth.measures]
    assert list(fourth.left_out) == gone == [name for name, m in Q2.measures.items() if m.clock.cut_off]
    assert all(Q2.measures[name].name in " ".join(fourth.cautions) for name in gone)
    assert {name: m.target for name, m in fourth.measures.items()}.items() <= {
        name: m.target for name, m in Q2.measures.items()
    }.items()
    on_the_day = quarter_of("[measures.migrated-plan]\nclock = { cut_off = 2026-10-01 }")
    assert "migrated-plan" in asreport.carried_over(on_the_day, "q4-2026").measures


def test_a_carried_over_quarter_says_nothing_of_its_own_that_nobody_said():
    text = asreport.carried_over(Q2, "q4-2026").measures["student-plan"].why
    assert "sets no Quarter 2 target" in text and "Quarter 4" not in text
    confirmed = asreport.load_quarter(b'extends = "q3-2026"\nid = "mine"\nname = "Quarter 3, 2026"')
    assert "sets no Quarter 3 target" in confirmed.measures["student-plan"].why
    assert confirmed.cautions == [] and confirmed.left_out == {}


def test_readings_and_the_period_do_not_confirm_anything():
    third = asreport.load_quarter("q3-2026", period_start=date(2026, 7, 20), readings={"deadline_day": "missed"})
    assert third.cautions == asreport.load_quarter("q3-2026").cautions != []
    carried = asreport.carried_over(quarter_of("").with_readings({"start_day": "day 1"}), "q4-2026")
    assert carried.reading("start_day") == "day 1" and carried.readings["start_day"].changed


def test_what_is_carried_over_from_a_file_of_ones_own_reads_back():
    own = quarter_of('[measures.extra]\nsection = "outcomes"\nname = "Extra {within}"\nwhy = "…"\nhow = "…"\n'
                     'record = "…"\ncases = { migrated = true, which = "all" }\nclock = { cut_off = 2026-05-01 }\n'
                     'evidence = { kind = "owner", queues = ["queue"] }')  # fmt: skip
    carried = asreport.carried_over(own, "q4-2026")
    assert carried.carried_over_from == "Next" and carried.left_out["extra"] == "Extra by 1 May 2026"
    assert asreport.load_quarter(asreport.as_toml(carried).encode()) == carried


@pytest.mark.parametrize("name", ["q5-2026", "Q4-2026", "q4 2026", "", "q4-26"])
def test_other_names_are_no_calendar_quarter(name: str):
    with pytest.raises(QuarterError, match="q4-2026"):
        asreport.carried_over(Q2, name)


def test_the_quarters_to_choose_from_are_the_built_in_ones_and_the_two_nearest():
    assert list(asreport.other_quarters(date(2026, 11, 24))) == ["q4-2026", "q3-2026", "q2-2026"]
    assert list(asreport.other_quarters(date(2027, 1, 24))) == ["q1-2027", "q4-2026", "q3-2026", "q2-2026"]


# On the command line


def cases_file(folder: Path, *days: date) -> str:
    lines = [f"{n},Chronic Absence,{day:%d/%m/%Y},No" for n, day in enumerate(days, 71111111)]
    path = folder / "cases.csv"
    path.write_text("\n".join(["Case Number,Case Record Type,Referral Date,Migrated", *lines]) + "\n")
    (folder / "activities.csv").write_text("Case Number,Subject,Date\n71111111,Initial School Meeting,\n")
    return str(path)


def test_exports_of_the_fourth_quarter_are_assessed_by_it_and_flagged(tmp_path: Path, capsys: pytest.CaptureFixture):
    files = [cases_file(tmp_path, date(2026, 10, 5), date(2026, 10, 6)), str(tmp_path / "activities.csv")]
    assert main(["assess", *files, "--as-at", "2026-11-20", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    caution = "Targets carried over from Quarter 2, 2026"
    assert caution in printed.out and "Taken to be about Quarter 4, 2026" in printed.err
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text("utf-8"))
    assert (receipt["quarter"], receipt["carried_over_from"]) == ("q4-2026", "Quarter 2, 2026")
    assert list(receipt["policy"]["measures"]) == list(asreport.carried_over(Q2, "q4-2026").measures)
    again = tmp_path / "again.toml"
    again.write_text(receipt["quarter_file"], "utf-8")
    assert main(["assess", *files, "--as-at", "2026-11-20", "--quarter", str(again), "--out", str(tmp_path / "b")]) == 0
    for name in ("attainment.csv", "case-results.csv", "exceptions.xlsx", "receipt.json"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "out" / name).read_bytes(), name
    results = pd.read_csv(tmp_path / "out" / "case-results.csv")
    assert len(results) == 2 * 4 and (results["verdict"] == "missed").all()


def test_a_new_quarter_is_written_checked_and_never_over_another_file(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = tmp_path / "q4.toml"
    assert main(["quarter", "--new", "q4-2026", "--from", "q2-2026", "--out", str(path)]) == 0
    assert asreport.load_quarter(path) == asreport.carried_over(Q2, "q4-2026")
    assert len(path.read_text("utf-8").splitlines()) < 20
    assert main(["quarter", "--check", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "What differs from Quarter 2, 2026" in printed and "1 October 2026 to 31 December 2026" in printed
    written = path.read_bytes()
    for wrong in (["--new", "q1-2027", "--out", str(path)], ["--new", "q1-2027"], ["--new", "x", "--out", "y"]):
        with pytest.raises(SystemExit) as stopped:
            main(["quarter", *wrong])
        assert stopped.value.code == 2
    assert path.read_bytes() == written


def test_a_file_with_faults_is_checked_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = tmp_path / "bad.toml"
    path.write_text('extends = "q2-2026"\n[measures.student-plan]\ntarget = 180\nsection = "x"\n', "utf-8")
    assert main(["quarter", "--check", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("bad.toml, measures.student-plan.") for line in lines)


def test_without_a_table_of_cases_nothing_says_which_quarter(tmp_path: Path):
    cases_file(tmp_path)
    exports = asreport.read_exports([tmp_path / "activities.csv"])
    assert asreport.quarter_of_exports(exports.tables, date(2026, 11, 20)) == asreport.newest_confirmed() == Q2
