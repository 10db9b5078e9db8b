"""Exceptions and Breakdown: the filters and the address follow each other, and a picked row is shown in full."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest
from test_pages import BREAKDOWN, EXCEPTIONS, assert_no_fault, go, row_count, texts, use_sample, widget

from asreport.analysing.breakdown import breakdown, ranked
from asreport.analysing.case_list import case_list


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app in a new session."""
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def address(app: AppTest) -> dict[str, list[str]]:
    return {name: values if isinstance(values, list) else [values] for name, values in app.query_params.items()}


def opened(app: AppTest, **query: str | list[str]) -> AppTest:
    """Exceptions, opened by a link."""
    app.query_params.clear()
    for name, value in query.items():
        app.query_params[name] = value
    return go(app, EXCEPTIONS)


def test_a_link_opens_the_view_it_was_taken_from(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), EXCEPTIONS)
    assert address(app) == {"verdict": ["missed", "cannot_assess"]}
    counted = case_list(sample.result)
    owner = counted["case_owner"].dropna().mode()[0]
    widget(app.multiselect, "Case owner").set_value([owner]).run()
    widget(app.multiselect, "Verdict").set_value([]).run()
    widget(app.multiselect, "Measure").set_value([counted["measure"].iloc[0]]).run()
    taken, count = address(app), row_count(app)
    assert taken["verdict"] == ["all"] and taken["measure"] == [counted["measure_id"].iloc[0]]
    assert owner not in str(taken), "a name never stands in an address"

    fresh = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    opened(use_sample(fresh), **taken)
    assert_no_fault(fresh)
    assert row_count(fresh) == count and address(fresh) == taken
    assert not fresh.warning


def test_a_link_opened_before_its_files_are_there_is_kept_until_they_are(app: AppTest) -> None:
    opened(app, measure="whanau-meeting-10", reason="no_meeting_recorded")
    assert not app.dataframe
    app.query_params.clear()
    app.switch_page("pages/upload.py").run()
    go(use_sample(app), EXCEPTIONS)
    assert set(app.dataframe[0].value["Reason"]) == {"No meeting recorded"}
    assert address(app)["measure"] == ["whanau-meeting-10"]


def test_what_a_link_asks_for_in_vain_is_left_out_with_a_word(app: AppTest) -> None:
    opened(use_sample(app), owner="0123456789", verdict=["missed", "nonsense"], reason="no_plan")
    assert_no_fault(app)
    (said,) = app.warning
    assert "case owner" in said.value and "verdict" in said.value and "reason" not in said.value
    assert "nonsense" not in texts(app) and address(app) == {"verdict": ["missed"], "reason": ["no_plan"]}
    assert set(app.dataframe[0].value["Reason"]) == {"No plan"}
    widget(app.multiselect, "Reason").set_value([]).run()
    assert not app.warning, "the filters are the user's own again"


def test_a_search_for_a_student_stays_out_of_the_address(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), EXCEPTIONS)
    row = case_list(sample.result).dropna(subset=["student_name"]).query("verdict_code == 'missed'").iloc[0]
    widget(app.text_input, "Case number or student").set_value(row["student_name"]).run()
    assert set(app.dataframe[0].value["Student"]) == {row["student_name"]}
    assert "q" not in address(app) and row["student_name"] not in str(address(app))
    widget(app.text_input, "Case number or student").set_value(row["case_number"]).run()
    assert set(app.dataframe[0].value["Case number"]) == {row["case_number"]}
    assert address(app)["q"] == [row["case_number"]]


def test_filters_outlive_a_look_at_another_page_and_can_be_cleared(app: AppTest) -> None:
    go(use_sample(app), EXCEPTIONS)
    before = row_count(app)
    widget(app.multiselect, "Group").set_value(["Done late"]).run()
    narrowed = row_count(app)
    assert narrowed < before
    app.query_params.clear()  # as the navigation does
    go(app, BREAKDOWN)
    app.query_params.clear()
    go(app, EXCEPTIONS)
    assert row_count(app) == narrowed and address(app)["group"] == ["late"]
    widget(app.text_input, "Case number or student").set_value("no such case").run()
    assert not app.dataframe and "No case is like that" in texts(app)
    widget(app.button, "Clear the filters").click().run()
    assert row_count(app) == before and "group" not in address(app)


def test_a_page_of_rows_is_sent_and_the_others_can_be_turned_to(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(use_sample(app), verdict="all")
    everything = app.dataframe[0].value
    assert not any("The downloads hold them all" in caption.value for caption in app.caption)
    monkeypatch.setattr("ui.exceptions_view.AT_ONCE", 150)
    seen = [app.run().dataframe[0].value]
    assert any(f"Rows 1 to 150 of {len(everything):,}." in caption.value for caption in app.caption)
    (turned,) = [key for key in app.session_state.to_dict() if str(key).startswith("filter-page")]
    while sum(map(len, seen)) < len(everything):
        app.session_state[turned] = len(seen) + 1
        seen.append(app.run().dataframe[0].value)
    assert_no_fault(app)
    assert [len(rows) for rows in seen[:-1]] == [150] * (len(seen) - 1) and len(seen) > 2
    assert pd.concat(seen, ignore_index=True).equals(everything.reset_index(drop=True)), "each row once, in order"


def test_breakdown_names_the_group_furthest_from_the_target(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), BREAKDOWN)
    widget(app.selectbox, "Measure").set_value("whanau-meeting-10").run()
    table = breakdown(sample.result, "case_owner")
    first = ranked(table[table["measure_id"] == "whanau-meeting-10"])
    assert list(app.dataframe[0].value["Case owner"]) == list(first["group"])
    assert f"**{first['group'].iloc[0]}**, short by" in texts(app)
    small = app.dataframe[0].value.set_index("Case owner")["Group size"] == "△ small"
    assert small.to_dict() == dict(zip(first["group"], first["in_scope"] < 5, strict=True)) and small.any()
    by_owner = app.dataframe[1].value
    assert list(by_owner["Measure"]) == list(sample.result.attainment["measure"]), "the heat map as a table"
