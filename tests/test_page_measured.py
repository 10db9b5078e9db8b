"""How it is measured: readings tried, applied, flagged everywhere and taken back."""

from __future__ import annotations

import ast
import io
from datetime import date

import openpyxl
import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest
from test_pages import (
    ATTAINMENT,
    BREAKDOWN,
    EXCEPTIONS,
    FIGURES,
    MEASURED,
    PAGES,
    PRIVACY,
    QUARTER,
    UPLOAD,
    all_figures,
    app,
    assert_no_fault,
    figures,
    go,
    texts,
    upload,
    use_sample,
    widget,
)

import asreport
from asreport.analysing.reading_effects import effect, reading_effects
from asreport.handing_out import downloads
from asreport.words.sentences import effect_on_figure
from ui import readings

__all__ = ["app"]
DEADLINE_DAY = "A case on its deadline day"


def radio(app: AppTest, name: str):
    return next(r for r in app.radio if r.key.startswith(f"reading-{name}-"))


def html(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def plain(text: str) -> str:
    return text.replace("\\", "")


def changed(app: AppTest) -> AppTest:
    """The sample under another reading."""
    go(use_sample(app), MEASURED)
    radio(app, "deadline_day").set_value("missed").run()
    widget(app.button, "Apply these readings").click().run()
    assert_no_fault(app)
    return app


def test_the_effect_of_each_other_choice_is_shown_before_anything_is_applied(app: AppTest, sample: Computed) -> None:
    before = all_figures(use_sample(app))
    go(app, MEASURED)
    said = plain(texts(app))
    effects = reading_effects(sample.exports.tables, sample.result)
    rows = effects[effects["rate_change"].abs() > 1]
    assert len(rows) > 5
    for _, row in rows.iterrows():
        assert effect_on_figure(row) in said, (row["reading"], row["measure"])
    assert not [b for b in app.button if b.label == "Apply these readings"], "nothing is chosen"
    radio(app, "deadline_day").set_value("missed").run()
    radio(app, "start_day").set_value("day 1").run()
    assert_no_fault(app)
    both = effect(sample.exports.tables, sample.result, {"deadline_day": "missed", "start_day": "day 1"})
    together = next(t.value for t in app.table if "Ceiling" in t.value)
    for _, row in both[both["rate_change"] != 0].iterrows():
        assert f"{row['rate_percent']:g}%" in together.loc[row["measure"], "Rate"]
    assert all_figures(app) == before, "chosen is not applied"


def test_applied_readings_give_their_figures_and_are_flagged_on_every_page(app: AppTest, sample: Computed) -> None:
    changed(app)
    quarter = asreport.load_quarter("q2-2026", readings={"deadline_day": "missed"})
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    assert all_figures(app) == figures(result.attainment, FIGURES, "measure")
    assert result.attainment["rate_percent"].tolist() != sample.result.attainment["rate_percent"].tolist()
    for page in PAGES:
        if page != PRIVACY:  # it shows no figure
            go(app, page)
            assert_no_fault(app)
            flags = [plain(warning.value) for warning in app.warning]
            assert any(DEADLINE_DAY in flag and "Not as the Ministry" in flag for flag in flags), page


def test_another_period_keeps_the_readings_and_the_guide_brings_them_back(app: AppTest, sample: Computed) -> None:
    before = all_figures(changed(app))
    go(app, UPLOAD)
    widget(app.date_input, "Period from").set_value(date(2026, 4, 20))
    widget(app.button, "Assess again").click().run()
    quarter = asreport.load_quarter("q2-2026", period_start=date(2026, 4, 20), readings={"deadline_day": "missed"})
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    assert all_figures(app) == figures(result.attainment, FIGURES, "measure") != before
    go(app, MEASURED)
    widget(app.button, "Back to the guide’s readings").click().run()
    assert not app.warning
    quarter = asreport.load_quarter("q2-2026", period_start=date(2026, 4, 20))
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    assert all_figures(app) == figures(result.attainment, FIGURES, "measure"), "and the period stays"


def test_a_list_without_any_entry_is_no_choice(app: AppTest) -> None:
    go(use_sample(app), MEASURED)
    statuses = next(m for m in app.multiselect if m.key.startswith("reading-plan_statuses-"))
    statuses.set_value([]).run()
    assert_no_fault(app)
    assert not [b for b in app.button if b.label == "Apply these readings"]
    statuses.set_value(["In Progress", "Draft"]).run()
    widget(app.button, "Apply these readings").click().run()
    assert any("In Progress, Draft" in plain(warning.value) for warning in app.warning)


def test_with_many_cases_effects_are_worked_out_when_asked_for(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "AT_ONCE", 100)
    go(use_sample(app), MEASURED)
    assert "instead of" not in texts(app)
    radio(app, "start_day").set_value("day 1").run()
    assert not [t for t in app.table if "Ceiling" in t.value]
    widget(app.button, "Show what this does to each figure").click().run()
    assert [t for t in app.table if "Ceiling" in t.value]
    widget(app.button, "Work out what each choice would do").click().run()
    assert_no_fault(app)
    assert "instead of" in texts(app)


def test_files_with_figures_say_in_their_name_and_in_them_what_was_changed(sample: Computed) -> None:
    quarter = asreport.load_quarter("q2-2026", readings={"deadline_day": "missed"})
    assert downloads.file_name("attainment.csv", sample.result.quarter) == "attainment.csv"
    assert downloads.file_name("attainment.csv", quarter) == "attainment - not as the Ministry computes it.csv"
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    receipt = asreport.receipt(sample.exports, result)
    assert receipt["chosen_otherwise"] == quarter.departures != []
    book = openpyxl.load_workbook(io.BytesIO(asreport.exceptions_workbook(result, None, receipt=receipt)))
    about = [" ".join(str(cell) for cell in row if cell) for row in book["About"].iter_rows(values_only=True)]
    assert any("CHOSEN OTHERWISE" in line and DEADLINE_DAY in line for line in about)


# What holds no figure of the upload, so that its name need not say how figures were computed.
NO_FIGURES = {"findings.csv", "asreport-settings.json"}


def test_every_download_of_figures_is_named_by_how_they_were_computed() -> None:
    counted = 0
    for path in [*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert called != "st.download_button" or path.name == "download.py", f"{path.name}: by ui.download"
            if isinstance(node, ast.Call) and called == "download.button":
                name = node.args[2]
                if isinstance(name, ast.Constant):
                    assert name.value in NO_FIGURES, f"{path.name}: name “{name.value}” by parts.file_name"
                counted += 1
    assert counted > 5


def test_the_calendar_shows_months_and_the_same_as_a_table(app: AppTest) -> None:
    go(app, MEASURED)
    assert "June 2026" in html(app) and "21 business days" in html(app)
    days = next(t.value for t in app.table if t.value.index.name == "Day")
    assert days.loc["Friday 10 July 2026"].iloc[0] == "Matariki"
    widget(app.date_input, "A case referred, and allocated, on").set_value(date(2026, 5, 4)).run()
    due = next(t.value for t in app.table if "In time until" in t.value)
    assert due.loc["Initial school meeting within 5 business days"].iloc[0] == "Monday 11 May 2026"


def test_pages_without_departures_show_no_flag(app: AppTest) -> None:
    use_sample(app)
    for page in (ATTAINMENT, BREAKDOWN, EXCEPTIONS, MEASURED):
        assert not go(app, page).warning


def test_exports_of_another_quarter_show_it_flagged_and_no_page_fails(app: AppTest) -> None:
    lines = ["Case Number,Case Record Type,Referral Date,Migrated", "71111111,Chronic Absence,5/10/2026,No"]
    cases = "\n".join([*lines, "", "Generated By:  Hana Neat  20/11/2026 09:14", ""])
    upload(
        app, {"cases.csv": cases.encode(), "activities.csv": b"Case Number,Subject,Date\n71111111,Phone,6/10/2026\n"}
    )
    for page in PAGES:
        go(app, page)
        assert_no_fault(app)
        if page not in (PRIVACY, UPLOAD, QUARTER):  # Quarter says it first of all, with what to do
            notes = [plain(note.value) for note in app.info]
            assert any("carried over from Quarter 2, 2026" in note for note in notes), page
    go(app, UPLOAD)
    widget(app.selectbox, "Quarter").set_value("q3-2026")
    widget(app.button, "Assess again").click().run()
    assert_no_fault(app)
    assert widget(app.date_input, "Period from").value == date(2026, 7, 1), "its own period, not the one before"
