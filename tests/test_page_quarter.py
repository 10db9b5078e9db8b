"""The page Quarter: changed in place, its effect shown before, applied, and the same as the file that it gives."""

from __future__ import annotations

import io
from datetime import date

import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest
from test_pages import ATTAINMENT, QUARTER, all_figures, app, go, texts, upload, use_sample, widget
from test_pages import assert_no_fault as no_fault

import asreport
from asreport.handing_out import downloads
from asreport.policy.quarter_editing import checked
from asreport.words.catalogue import card

__all__ = ["app"]


def at(app: AppTest, widgets: str, name: str):
    """The widget of a field: `school-meeting-5-target`."""
    return next(one for one in getattr(app, widgets) if one.key.partition("-")[2] == name)


def draft(app: AppTest):
    return app.session_state["quarter-draft"]


def file_of(app: AppTest) -> bytes:
    """What Download this quarter gives."""
    order = app.session_state["downloads"].buttons["download-quarter"]
    now = app.session_state["loaded"] if "loaded" in app.session_state else None  # noqa: SIM401  it has no `get`
    return order.make(now) if now else order.make()


def add(app: AppTest, kind: tuple[str, str], way: tuple[str, str | None], length: int, target: int) -> None:
    at(app, "selectbox", "new-counts").set_value(kind).run()
    at(app, "selectbox", "new-way").set_value(way).run()
    at(app, "number_input", "new-length").set_value(length).run()
    at(app, "number_input", "new-target").set_value(target).run()
    widget(app.button, "Add this measure").click().run()
    no_fault(app)


@pytest.fixture
def page(app: AppTest) -> AppTest:
    return go(use_sample(app), QUARTER)


def test_the_measures_and_targets_that_hold_are_what_one_sees(page: AppTest) -> None:
    no_fault(page)
    quarter = page.session_state["loaded"].result.quarter
    for measure in quarter.measures.values():
        assert at(page, "checkbox", f"{measure.id}-on").value
        assert at(page, "number_input", f"{measure.id}-target").value == measure.target
        assert measure.name in [box.label.replace("\\", "") for box in page.checkbox]
    assert not [b for b in page.button if b.label == "Apply this quarter"], "nothing is changed"


def test_made_applied_and_the_same_as_its_file(page: AppTest, sample: Computed) -> None:
    at(page, "number_input", "school-meeting-5-target").set_value(70).run()
    at(page, "number_input", "school-meeting-5-length").set_value(7).run()
    at(page, "date_input", "migrated-plan-cut_off").set_value(date(2026, 6, 12)).run()
    at(page, "checkbox", "whanau-meeting-15-on").uncheck().run()
    add(page, ("plan", ""), ("business_days", "referral_date"), 20, 80)
    add(page, ("outcome", ""), ("weeks", "referral_date"), 6, 50)
    next(b for b in page.button if str(b.key).endswith("-outcome-1-Up")).click().run()
    no_fault(page)
    content = file_of(page)
    quarter = asreport.load_quarter(content)
    assert list(quarter.measures)[-2:] == ["outcome-1", "plan-1"] and "whanau-meeting-15" not in quarter.measures
    result = asreport.assess(sample.exports.tables, quarter, as_at=sample.result.as_at)

    said = texts(page).replace("\\", "")
    for sentence in asreport.differences_in_words(sample.result.quarter, quarter):
        assert sentence in said, "what differs is said before it is applied"
    before = page.session_state["loaded"].result
    assert before.quarter == sample.result.quarter, "nothing is applied yet"
    table = next(t.value for t in page.table if "Outcome" in t.value)
    rates = result.attainment.set_index("measure")["rate_percent"]
    for name in ("Initial school meeting within 7 business days", "Student plan in place within 20 business days"):
        assert f"{rates[name]:g}%" in table.loc[name, "Rate"]
    assert "not asked for" in table.loc["Initial whānau meeting within 15 business days", "Outcome"]

    widget(page.button, "Apply this quarter").click().run()
    no_fault(page)
    applied = page.session_state["loaded"].result
    assert applied.quarter == quarter and draft(page).of == quarter
    assert applied.attainment.equals(result.attainment) and applied.case_results.equals(result.case_results)
    assert downloads.attainment_csv(applied) == downloads.attainment_csv(result)
    assert set(all_figures(page)) == {measure.name for measure in quarter.measures.values()}
    assert file_of(go(page, QUARTER)) == content, "what is in force is what is downloaded"
    assert not at(page, "checkbox", "whanau-meeting-15-on").value, "and what was taken out can be put in again"


def test_each_mistake_is_said_and_nothing_can_be_applied(page: AppTest) -> None:
    at(page, "number_input", "school-meeting-5-target").set_value(170).run()
    at(page, "number_input", "nen-outcome-length").set_value(None).run()
    at(page, "text_input", "quarter-name").set_value("").run()
    at(page, "date_input", "migrated-plan-cut_off").set_value(None).run()
    no_fault(page)
    said = texts(page).replace("\\", "")
    for mistake in ("found 170", "Say how many.", "Say by which day.", "The quarter needs a name.", "4 places"):
        assert mistake in said
    labels = [b.label for b in page.button]
    assert "Apply this quarter" not in labels and "download-quarter" not in page.session_state["downloads"].buttons
    widget(page.button, "Undo all changes").click().run()
    assert at(page, "number_input", "school-meeting-5-target").value == 80
    assert at(page, "text_input", "quarter-name").value == "Quarter 2, 2026"
    assert "found 170" not in texts(page)


def test_a_name_follows_until_someone_writes_another(page: AppTest) -> None:
    names = lambda: [box.label.replace("\\", "") for box in page.checkbox]  # noqa: E731
    at(page, "number_input", "school-meeting-5-length").set_value(7).run()
    assert "Initial school meeting within 7 business days" in names()
    at(page, "text_input", "school-meeting-5-name").set_value("School met").run()
    at(page, "number_input", "school-meeting-5-length").set_value(8).run()
    assert "School met" in names()
    at(page, "text_input", "school-meeting-5-name").set_value("").run()
    assert "Initial school meeting within 8 business days" in names()


def test_what_was_typed_is_there_when_one_comes_back_and_gone_with_everything(page: AppTest) -> None:
    at(page, "number_input", "school-meeting-5-target").set_value(70).run()
    go(page, ATTAINMENT)
    go(page, QUARTER)
    assert at(page, "number_input", "school-meeting-5-target").value == 70
    go(page, "Upload")
    widget(page.button, "Clear everything").click().run()
    assert "quarter-draft" not in page.session_state


def test_readings_and_plan_statuses(page: AppTest, sample: Computed) -> None:
    at(page, "selectbox", "reading-start_day").set_value("day 1").run()
    at(page, "multiselect", "reading-plan_statuses").set_value(["In Progress", "Completed"]).run()
    widget(page.button, "Apply this quarter").click().run()
    no_fault(page)
    quarter = page.session_state["loaded"].result.quarter
    assert quarter.reading("plan_statuses") == ["In Progress", "Completed"] and not quarter.departures
    assert asreport.load_quarter(file_of(page)) == quarter


def test_a_team_s_own_words_hold_and_are_not_in_the_file(page: AppTest) -> None:
    loaded = page.session_state["loaded"]
    owner = loaded.exports.tables["cases"]["case_owner"].dropna().iloc[0]
    go(page, "Upload")
    widget(page.multiselect, "Case owners that are queues").set_value([owner])
    widget(page.button, "Assess again with these").click().run()
    go(page, QUARTER)
    at(page, "number_input", "school-meeting-5-target").set_value(70).run()
    assert owner.encode() not in file_of(page)
    widget(page.button, "Apply this quarter").click().run()
    no_fault(page)
    assert owner in " ".join(page.session_state["loaded"].result.quarter.departures)


# A quarter that was carried over


@pytest.fixture
def carried(app: AppTest) -> AppTest:
    """Two new cases of November 2026."""
    cases = (
        "Case Number,Case Record Type,Referral Date,Date Allocated,Case Owner,Migrated,Status,NSN\n"
        "71111111,Chronic Absence,02/11/2026,03/11/2026,Wiremu Tidy,No,Open,711111111\n"
        "72222222,Non-Enrolled,03/11/2026,04/11/2026,Wiremu Tidy,No,Open,722222222\n"
    )
    go(upload(app, {"cases.csv": cases.encode()}), QUARTER)
    assert app.session_state["loaded"].result.quarter.id == "q4-2026"
    return app


def test_a_carried_over_quarter_says_so_first_and_is_confirmed(carried: AppTest) -> None:
    assert "Targets carried over from Quarter 2, 2026" in texts(carried).replace("\\", "")
    go(carried, ATTAINMENT)
    assert any("quarter" in str(link.proto) for link in carried.get("page_link"))
    go(carried, QUARTER)
    widget(carried.button, "The targets are right").click().run()
    widget(carried.button, "Apply this quarter").click().run()
    no_fault(carried)
    quarter = carried.session_state["loaded"].result.quarter
    assert quarter.cautions == [] and quarter.id == "q4-2026"
    assert "carried over from" not in texts(go(carried, ATTAINMENT))
    assert asreport.load_quarter(file_of(carried)).cautions == []


def test_a_measure_that_was_left_out_is_named_and_put_back(carried: AppTest) -> None:
    button = next(b for b in carried.button if str(b.key).endswith("put-back-migrated-plan"))
    assert button.label == "Migrated: student plan recorded by 3 July 2026"
    button.click().run()
    at(carried, "date_input", "migrated-plan-cut_off").set_value(date(2026, 11, 30)).run()
    widget(carried.button, "Apply this quarter").click().run()
    no_fault(carried)
    quarter = carried.session_state["loaded"].result.quarter
    assert quarter.measures["migrated-plan"].clock.cut_off == date(2026, 11, 30)
    assert "migrated-plan" not in quarter.left_out and quarter.cautions


# Without exports


def test_without_exports_a_quarter_is_prepared_as_a_file(app: AppTest) -> None:
    go(app, QUARTER)
    no_fault(app)
    widget(app.selectbox, "Start from").set_value("q2-2026").run()
    at(app, "number_input", "school-meeting-5-target").set_value(70).run()
    no_fault(app)
    quarter = asreport.load_quarter(io.BytesIO(file_of(app)))
    assert quarter.measures["school-meeting-5"].target == 70 and len(file_of(app)) < 400
    assert "Apply this quarter" not in [b.label for b in app.button]
    kept = draft(app)
    assert checked(kept.rows, kept.of, card)[0] == quarter


def test_the_page_holds_no_rule() -> None:
    for path in ("pages/quarter.py", "ui/quarter_editor.py", "ui/quarter_measure.py", "ui/quarter_effects.py"):
        text = (ROOT / path).read_text("utf-8")
        assert "2026" not in text and "definition[" not in text.replace('definition["readings"]', ""), path
