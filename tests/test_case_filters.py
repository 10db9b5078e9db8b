"""Filters on the case-level list: they combine, they can be written into an address, and no name gets into one."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT, Computed
from hypothesis import given
from hypothesis import strategies as st

from asreport.analysing.breakdown import breakdown, furthest, is_small, ranked
from asreport.analysing.case_filters import BY_GROUP, FILTERS, group_identity, identity, listing
from asreport.analysing.case_list import CODES, case_list, owners
from asreport.words.catalogue import GROUPS
from asreport.words.sentences import shortest_of_target
from ui.charts.heat import in_words

UPLOAD = b"these files"


def test_the_list_is_the_case_list_in_another_order(sample: Computed) -> None:
    listed, plain = listing(sample.result, UPLOAD), case_list(sample.result)
    keys = ["case_number", "measure_id"]
    assert sorted(map(tuple, listed.rows[keys].to_numpy())) == sorted(map(tuple, plain[keys].to_numpy()))
    rows = listed.part(np.arange(len(plain)))
    assert rows.dtypes.equals(plain.dtypes)
    assert rows["group_code"].map(list(GROUPS).index).is_monotonic_increasing, "what can be put right comes first"
    groups = list(rows.groupby("group_code", observed=True)["deadline"])
    assert len(groups) == len(GROUPS)
    for _, deadlines in groups:
        assert deadlines.dropna().is_monotonic_increasing, "and then the soonest deadline"
    assert list(listed.options) == list(FILTERS), "the sample has all columns"


@given(data=st.data())
def test_filters_let_through_what_a_plain_comparison_does(sample: Computed, data: st.DataObject) -> None:
    listed = _sample_list(sample)
    chosen = {
        name: data.draw(st.lists(st.sampled_from(list(options)), unique=True, max_size=3), label=name)
        for name, options in listed.options.items()
        if name in ("verdict", "owner", "measure", "group", "type")
    }
    search = data.draw(st.sampled_from(["", "  ", "000017", "MEI", "no such case"]), label="search")
    rows = listed.rows
    columns = {"verdict": "verdict_code", "measure": "measure_id", "group": "group_code", "type": "case_type"}
    expected = rows["case_number"].str.contains(search.strip()) | rows["student_name"].str.lower().str.contains(
        search.strip().lower(), na=False
    )
    for name, values in chosen.items():
        if values and name == "owner":
            expected &= owners(rows).map(lambda owner: identity(UPLOAD, owner)).isin(values)
        elif values:
            expected &= rows[columns[name]].isin(values)
    found = listed.where(chosen, search)
    assert list(found) == list(expected.to_numpy().nonzero()[0])
    assert listed.cases(found) == rows.loc[expected, "case_number"].nunique()
    assert listed.count(found, "group", "fix") == (rows.loc[expected, "group_code"] == "fix").sum()


_MADE: list = []


def _sample_list(sample: Computed):
    if not _MADE:
        _MADE.append(listing(sample.result, UPLOAD))
    return _MADE[0]


def test_an_identity_holds_for_one_upload_in_any_process() -> None:
    """So that a link still leads to its cases after the app was started again."""
    code = f"from asreport.analysing.case_filters import identity; print(identity({UPLOAD!r}, 'Ana Example'))"
    elsewhere = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert elsewhere == {identity(UPLOAD, "Ana Example")}


def test_an_identity_holds_nothing_of_the_name() -> None:
    one = identity(UPLOAD, "Ana Example")
    assert one != identity(UPLOAD, "Ana Exampel")
    assert one != identity(b"other files", "Ana Example"), "no list of names leads back"
    # Names that digits of a digest could spell, and of any length: nothing but ten such digits comes of any.
    names = ["", "Ada", "Abe", "Fae Dade", "Facade Bead", "Tūī", "Ana Example", "Ana " * 99]
    written = [identity(UPLOAD, name) for name in names]
    assert all(re.fullmatch(r"[0-9a-f]{10}", text) for text in written), written
    assert len(set(written)) == len(names)
    assert not [name for name, text in zip(names, written, strict=True) if name and name.casefold() in text]


def test_what_may_stand_in_an_address_names_nobody(sample: Computed) -> None:
    listed = _sample_list(sample)
    cases = sample.result.cases
    names = {
        str(name).casefold()
        for column in ("case_owner", "student_name", "school", "provider", "region")
        for name in cases[column].dropna()
    }
    written = {value.casefold() for options in listed.options.values() for value in options}
    assert len(names) > 100 and len(written) > 30
    assert not [(name, value) for name in names for value in written if name in value or value in name.split()]
    assert listed.names_a_case(cases["case_number"].iloc[0][-4:])
    assert not listed.names_a_case(cases["student_name"].dropna().iloc[0])
    assert not listed.names_a_case("") and not listed.names_a_case("999999999")


def test_a_reason_or_measure_without_a_case_can_still_be_asked_for(clean: Computed) -> None:
    listed = listing(clean.result, UPLOAD)
    assert listed.rows.empty
    assert set(listed.options["measure"]) == set(clean.result.quarter.measures) - set(clean.result.not_assessed)
    assert "no_plan" in listed.options["reason"]
    assert list(listed.where({"reason": ["no_plan"]}, "")) == []


@pytest.mark.parametrize("param, by", BY_GROUP.items())
def test_a_group_of_the_breakdown_leads_to_its_cases(sample: Computed, param: str, by: str) -> None:
    """The number beside a group is the number of rows that its link shows."""
    listed = _sample_list(sample)
    groups = breakdown(sample.result, by)
    assert groups["missed"].sum() > 100
    for _, row in groups.iterrows():
        chosen = {"measure": [row["measure_id"]], param: [group_identity(UPLOAD, param, row["group"])]}
        not_met = row[["missed", "pending", "excluded", "cannot_assess"]].sum()
        assert len(listed.where(chosen)) == not_met, (row["measure_id"], row["group"])
        assert len(listed.where({**chosen, "verdict": ["missed"]})) == row["missed"]


def test_the_workbook_shows_words_and_no_codes(sample: Computed) -> None:
    assert set(CODES) <= set(case_list(sample.result))


def test_a_measure_alone_is_broken_down_as_among_all(sample: Computed) -> None:
    for by in ("case_owner", "week"):
        table = breakdown(sample.result, by)
        for measure in sample.result.quarter.measures:
            alone = breakdown(sample.result, by, measure)
            assert len(alone)
            assert alone.equals(table[table["measure_id"] == measure].reset_index(drop=True)), (by, measure)


# Ranking, small groups, and the charts


def test_groups_are_ranked_by_cases_short_of_the_target(sample: Computed) -> None:
    table = breakdown(sample.result, "case_owner")
    one = ranked(table[table["measure_id"] == "whanau-meeting-10"])
    assert one["still_needed"].is_monotonic_decreasing and one["still_needed"].iloc[0] > 0
    said = shortest_of_target(one.iloc[0], one["group"].iloc[0])
    assert said.startswith(f"Furthest from the target: {one['group'].iloc[0]}, short by {one['still_needed'].iloc[0]} ")
    assert "short by" not in shortest_of_target(one.iloc[-1], "X") and one["still_needed"].iloc[-1] == 0
    untargeted = ranked(table[table["measure_id"] == "student-plan"])
    assert untargeted["missed"].is_monotonic_decreasing, "without a target, by cases missed"


def test_a_group_under_five_cases_is_small(sample: Computed) -> None:
    table = breakdown(sample.result, "school")
    assert set(table.loc[is_small(table), "in_scope"]) <= {0, 1, 2, 3, 4} and is_small(table).any()
    assert table.loc[~is_small(table), "in_scope"].min() == 5


def test_the_furthest_owners_are_those_with_the_most_short_cases(sample: Computed) -> None:
    table = breakdown(sample.result, "case_owner")
    few = furthest(table, 3)
    short = table.groupby("group")["still_needed"].sum().sort_values(ascending=False)
    assert sorted(few["rank"].unique()) == [1, 2, 3]
    assert few.groupby("group")["still_needed"].sum().min() >= short.iloc[3]
    kept = few.drop(columns="rank").reset_index(drop=True)
    assert kept.equals(table[table["group"].isin(few["group"])].reset_index(drop=True)), "their figures are untouched"


def test_a_cell_says_in_signs_what_its_colour_says(sample: Computed) -> None:
    table = breakdown(sample.result, "case_owner")
    cells = in_words(table)
    for sign in "▼✓△":
        assert {sign in cell for cell in cells} == {True, False}, f"{sign} is in some and not in others"
    for cell, (_, row) in zip(cells, table.iterrows(), strict=True):
        rate, target = row["rate_percent"], row["target_percent"]
        judged = rate == rate and target is not None and target == target
        assert ("▼" in cell) == (bool(judged) and rate < target)
        assert ("✓" in cell) == (bool(judged) and rate >= target)
        assert ("△" in cell) == (row["in_scope"] < 5)
