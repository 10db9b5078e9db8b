"""An installation's own quarters: a folder that a setting names, and what becomes of a file there that is wrong."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from test_carrying_over import cases_file

import asreport
from asreport.command_line.cli import main
from asreport.policy.quarter import QuarterError
from asreport.worked.shown import shown, themes

Q2, Q3 = asreport.load_quarter("q2-2026"), asreport.load_quarter("q3-2026")
FOURTH = """
extends = "q2-2026"
id = "q4-2026"
name = "Quarter 4, 2026"
remove = ["migrated-nen-enrolled", "migrated-allocated", "migrated-school-meeting", "migrated-whanau-meeting",
          "migrated-plan"]
period = { start = 2026-10-01, end = 2026-12-31, explanation = "The Ministry’s letter." }
[measures.school-meeting-5]
target = 85
"""
FIRST = (
    'extends = "q4-2026"\nid = "q1-2027"\nname = "Quarter 1, 2027"\nperiod = { start = 2027-01-01, end = 2027-03-31 }'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installation's folder, empty."""
    folder = tmp_path / "quarters"
    folder.mkdir()
    monkeypatch.setenv("ASREPORT_QUARTERS", str(folder))
    return folder


def put(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")


def test_a_quarter_of_the_folder_is_had_by_its_id_and_may_build_on_another(folder: Path):
    put(folder, a=FIRST, letter=FOURTH)
    assert asreport.available_quarters() == ("q1-2027", "q4-2026", "q3-2026", "q2-2026")
    first = asreport.load_quarter("q1-2027")
    assert first.measures["school-meeting-5"].target == 85 and first.period.end == date(2027, 3, 31)
    assert asreport.load_quarter(b'extends = "q1-2027"\nid = "mine"').measures["school-meeting-5"].target == 85
    assert asreport.newest_confirmed() == first and asreport.unusable_quarters() == ()
    assert asreport.load_quarter("q2-2026") == Q2 and asreport.load_quarter("q3-2026") == Q3
    assert list(asreport.other_quarters(date(2026, 11, 24))) == ["q1-2027", "q4-2026", "q3-2026", "q2-2026"]


def test_what_builds_on_it_is_written_so_that_it_reads_back_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch):
    put(folder, a=FIRST, letter=FOURTH)
    first = asreport.load_quarter("q1-2027")
    written = asreport.as_toml(first)
    assert asreport.load_quarter(written.encode()) == first
    monkeypatch.delenv("ASREPORT_QUARTERS")
    assert asreport.load_quarter(written.encode()) == first and 'extends = "q2-2026"' in written


def test_it_is_taken_up_and_given_up_without_a_restart(folder: Path):
    assert "q4-2026" not in asreport.available_quarters()
    put(folder, letter=FOURTH)
    assert asreport.load_quarter("q4-2026").measures["school-meeting-5"].target == 85
    put(folder, letter=FOURTH.replace("85", "86"))
    os.utime(folder / "letter.toml", ns=(0, 1))
    assert asreport.load_quarter("q4-2026").measures["school-meeting-5"].target == 86
    (folder / "letter.toml").unlink()
    assert "q4-2026" not in asreport.available_quarters()


def test_one_with_the_id_of_a_built_in_one_takes_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    put(folder, second='extends = "q2-2026"\nremove = ["student-plan"]\n[measures.school-meeting-5]\ntarget = 83')
    second = asreport.load_quarter("q2-2026")
    assert second.measures["school-meeting-5"].target == 83 and "student-plan" not in second.measures
    assert asreport.load_quarter(folder / "second.toml") == second, "and may be checked where it lies"
    assert main(["quarter", "--check", str(folder / "second.toml")]) == 0
    assert "target 83% instead of 80%" in capsys.readouterr().out
    third = asreport.load_quarter("q3-2026")
    assert third.measures["school-meeting-5"].target == 83, "what is carried over from it, too"
    mine = asreport.load_quarter(b'extends = "q2-2026"\nid = "mine"')
    quarters = (second, third, mine)
    written = [asreport.as_toml(one).encode() for one in quarters]
    assert [asreport.load_quarter(one).measures for one in written] == [one.measures for one in quarters]
    monkeypatch.delenv("ASREPORT_QUARTERS")
    assert [asreport.load_quarter(one).measures for one in written] == [one.measures for one in quarters]
    assert asreport.load_quarter("q2-2026") == Q2


def test_what_takes_back_a_replaced_one_reads_back_here_too(folder: Path):
    put(folder, second='extends = "q2-2026"\n[measures.school-meeting-5]\ntarget = 83')
    mine = asreport.load_quarter(b'extends = "q2-2026"\nid = "mine"\n[measures.school-meeting-5]\ntarget = 80')
    assert asreport.load_quarter(asreport.as_toml(mine).encode()).measures["school-meeting-5"].target == 80


def test_worked_cases_stay_those_of_the_quarter_that_comes_with_asreport(folder: Path):
    text = 'extends = "q2-2026"\n[measures.school-meeting-5]\nclock = { start = "referral_date", business_days = 9 }'
    put(folder, second=text)
    second = asreport.load_quarter("q2-2026")
    (example,) = shown(second, "Computed for Quarter 2, 2026").examples
    assert example.measure == "school-meeting-5", "judged otherwise than what the written ones were written for"
    assert themes(Q2) == [theme for theme in themes(second) if theme != example.theme]
    assert any(len(shown(second, theme).examples) < len(shown(Q2, theme).examples) for theme in themes(Q2))


@pytest.mark.parametrize("name", [".", "", "../policy/quarters", "q2-2026/.."])
def test_no_id_of_a_quarter_leads_to_other_folders(name: str):
    quarter = asreport.load_quarter(f'extends = "q2-2026"\nid = "{name}"'.encode())
    assert themes(quarter) == themes(Q2)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (FOURTH.replace("85", '"eighty"'), "measures.school-meeting-5.target"),
        (FOURTH.replace("q2-2026", "q9-2031"), "q9-2031"),
        (FOURTH.replace("q2-2026", "q4-2026"), "builds on itself"),
        (FOURTH.replace("q2-2026", "q5"), "cannot be used itself"),
        ("extends = ", "not valid TOML"),
        ("\ud800", "UTF-8"),
        ("x = 1\n" * 3, "not valid TOML"),
        ("", "Field required"),
        ("id = [1]", "id"),
        ('extends = ["q2-2026"]', "extends"),
    ],
)
def test_a_file_that_is_wrong_is_one_sentence_and_the_others_are_there(folder: Path, text: str, what: str):
    (folder / "q4.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    put(folder, fifth='extends = "q2-2026"\nid = "fifth"', broken='extends = "q5"\nid = "q5"')
    assert set(asreport.available_quarters()) == {"fifth", "q3-2026", "q2-2026"}
    (fault,) = [one for one in asreport.unusable_quarters() if "broken" not in one.split(":")[0]]
    assert what in fault and "quarter q4.toml cannot be used" in fault and "\n" not in fault


def test_a_file_that_cannot_be_read_is_too_large_or_there_twice(folder: Path):
    put(folder, a=FOURTH, b=FOURTH, large="#" * 1_000_001)
    (folder / "folder.toml").mkdir()
    (folder / "nowhere.toml").symlink_to(folder / "gone")
    faults = "\n".join(asreport.unusable_quarters())
    assert len(faults.splitlines()) == 4 and "neither is used" in faults and "too large" in faults
    assert faults.count("cannot be read") == 2 and asreport.available_quarters() == ("q3-2026", "q2-2026")


def test_a_broken_one_leaves_the_built_in_one_in_its_place(folder: Path):
    put(folder, q2='extends = "q2-2026"\n[measures.school-meeting-5]\ntarget = 183\nname = 3')
    (fault,) = asreport.unusable_quarters()
    assert "1 more of its lines" in fault
    assert asreport.load_quarter("q2-2026") == Q2 and asreport.load_quarter("q3-2026") == Q3


def test_a_built_in_one_that_no_longer_fits_what_it_builds_on_stays_and_it_is_said(folder: Path):
    put(folder, q2='extends = "q2-2026"\nremove = ["migrated-nen-enrolled"]')
    (fault,) = asreport.unusable_quarters()
    assert "q3-2026" in fault and "migrated-nen-enrolled" in fault and asreport.load_quarter("q3-2026") == Q3


@pytest.mark.parametrize("named", ["/no/such/folder", "\0", "README.md"])
def test_a_folder_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, named: str):
    monkeypatch.setattr(os, "environ", {**os.environ, "ASREPORT_QUARTERS": named})
    (fault,) = asreport.unusable_quarters()
    assert "ASREPORT_QUARTERS" in fault and asreport.available_quarters() == ("q3-2026", "q2-2026")


# On the command line


def test_the_command_line_takes_it_by_name_and_by_the_exports(folder: Path, capsys: pytest.CaptureFixture):
    put(folder, letter=FOURTH, broken="extends = ")
    exports = folder.parent
    files = [cases_file(exports, date(2026, 10, 5)), str(exports / "activities.csv")]
    for options in ([], ["--quarter", "q4-2026"]):
        assert main(["assess", *files, *options, "--as-at", "2026-11-20", "--out", str(exports / "out")]) == 0
        printed = capsys.readouterr()
        assert "of  85%" in printed.out and "carried over" not in printed.out
        assert "quarter broken.toml cannot be used" in printed.err
        assert json.loads((exports / "out" / "receipt.json").read_text("utf-8"))["quarter"] == "q4-2026"
    with pytest.raises(SystemExit) as stopped:
        main(["measures", "--quarter", "broken"])
    assert stopped.value.code == 2 and "broken.toml" in capsys.readouterr().err


def test_the_receipt_says_that_it_stands_in_place_of_a_built_in_one(folder: Path):
    files = [cases_file(folder.parent, date(2026, 5, 5)), str(folder.parent / "activities.csv")]
    receipts = []
    for text in (FOURTH, 'extends = "q2-2026"\n[measures.school-meeting-5]\ntarget = 83'):
        put(folder, one=text)
        main(["assess", *files, "--quarter", "q2-2026", "--as-at", "2026-07-06", "--out", str(folder.parent / "out")])
        receipts.append(json.loads((folder.parent / "out" / "receipt.json").read_text("utf-8")))
    assert [one["in_place_of_built_in"] for one in receipts] == [[], ["q2-2026"]]
    assert asreport.load_quarter(receipts[1]["quarter_file"].encode()).measures["school-meeting-5"].target == 83


def test_without_a_quarter_named_a_wrong_name_is_said_with_what_there_is(folder: Path):
    put(folder, q4="extends = ")
    with pytest.raises(QuarterError, match=r"q3-2026, q2-2026\.\nThis installation’s quarter q4.toml cannot be used"):
        asreport.load_quarter("q4-2026")
