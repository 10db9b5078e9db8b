"""A case's page, run without a browser: how a case is found, and that the page says what the library says."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest

from asreport.analysing.case_index import CaseIndex
from asreport.analysing.case_story import story
from asreport.words.catalogue import VERDICTS


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, clean_folder: Path) -> AppTest:
    """A new session with the clean exports uploaded."""
    monkeypatch.chdir(ROOT)
    started = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return upload(started, sorted(clean_folder.iterdir()))


def upload(app: AppTest, files: list[Path]) -> AppTest:
    app.file_uploader[0].set_value([(file.name, file.read_bytes(), "text/csv") for file in files])
    return app.run()


def opened(app: AppTest, number: str = "") -> AppTest:
    app.switch_page("pages/case.py")
    if number:
        app.query_params["case"] = number
    app.run()
    assert not app.exception and not app.error
    return app


def said(app: AppTest) -> str:
    elements = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.warning, *app.info]
    return "\n".join(str(element.value) for element in elements)


def test_a_case_is_told_as_the_library_tells_it(app: AppTest, clean: Computed) -> None:
    opened(app, "71111111")
    told = story(clean.result, clean.exports.tables, "71111111")
    assert "Case 71111111" in app.header[0].value and "Aroha Prompt" in app.header[0].value
    labels = [expander.label for expander in app.expander]
    for row in told.verdicts.to_dict("records"):
        assert any(row["measure"] in label and VERDICTS[row["verdict"]] in label for label in labels)
        for number, step in enumerate(row["steps"], 1):
            assert f"{number}. " in said(app) and step.split(" ")[0] in said(app)
    assert len(app.table[0].value) == len(told.records)


def test_a_number_is_found_by_search_with_and_without_leading_zeros(clean: Computed) -> None:
    index = CaseIndex.of(clean.result, clean.exports.tables)
    for typed in ("71111111", "0071111111", " 71111111 ", "71111111.0"):
        assert index.find(typed) == ("71111111", None)
    assert index.find("71111112") == (None, "71111111")
    assert index.find("17111111") == (None, "71111111")
    assert index.find("Aroha") == (None, None)


def test_the_search_box_opens_a_case_and_names_it_in_the_address(app: AppTest) -> None:
    opened(app)
    app.text_input[0].set_value("72222222").run()
    assert "Case 72222222" in app.header[0].value
    assert app.query_params["case"] == "72222222"


def test_an_unknown_number_suggests_a_near_one(app: AppTest) -> None:
    opened(app, "71111112")
    assert "No case has the number 71111112" in app.warning[0].value
    assert [header.value for header in app.header] == ["Choose a case"], "no other case is shown in its place"
    suggestion = next(button for button in app.button if button.label.startswith("Did you mean"))
    suggestion.click().run()
    assert "Case 71111111" in app.header[0].value
    assert app.text_input[0].value == "71111111"


def test_without_a_number_cases_are_suggested(app: AppTest) -> None:
    opened(app)
    assert "Choose a case" in said(app)
    assert "No case is waiting" in said(app), "all is met in these exports"


def test_next_and_previous_stay_with_the_owner(app: AppTest) -> None:
    opened(app, "71111111")
    buttons = {button.label: button for button in app.button}
    assert buttons["Previous case of this owner"].disabled
    buttons["Next case of this owner"].click().run()
    assert "Case 72222222" in app.header[0].value
    assert next(b for b in app.button if b.label.startswith("Next")).disabled, "the third case is another owner's"


def test_events_that_were_not_uploaded_are_said_and_nothing_reads_as_missed(app: AppTest, clean_folder: Path) -> None:
    app.switch_page("pages/upload.py").run()
    upload(app, [clean_folder / "clean-cases.csv"])
    opened(app, "71111111")
    assert "No export of Meetings and other events that can be used was uploaded" in said(app).replace("\\", "")
    assert VERDICTS["missed"] not in " ".join(expander.label for expander in app.expander)
