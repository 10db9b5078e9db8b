"""The page To do: the lists as the library makes them, an owner's alone, the ways, and what is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest

from asreport.analysing.route_to_target import shortest_ways
from asreport.analysing.worklist import LISTS, TASK_LISTS, owners_of, tasks_headline, worklist
from ui.tasks import FEW, FIRST

PAGE = "pages/todo.py"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def labelled(widgets: Any, start: str) -> Any:
    return next(widget for widget in widgets if widget.label.startswith(start))


def with_sample(app: AppTest) -> AppTest:
    labelled(app.button, "Use the sample data").click().run()
    return opened(app)


def uploaded(app: AppTest, files: dict[str, bytes]) -> AppTest:
    app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files.items()]).run()
    return opened(app)


def opened(app: AppTest) -> AppTest:
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    return app


def texts(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.header, *app.subheader, *app.markdown, *app.caption, *app.warning])


def counts(app: AppTest) -> dict[str, int]:
    """How many tasks each list says it holds."""
    found = {}
    for header in app.header:
        for code, words in TASK_LISTS.items():
            if f": {words.title} :" in header.value:
                found[code] = int(re.search(r"badge\[([\d,]+)\]", header.value)[1].replace(",", ""))
    return found


def first(shown: list[str]) -> list[str]:
    """Those of a list that are shown before more are asked for."""
    return shown if len(shown) <= FIRST + FEW else shown[:FIRST]


def numbers(app: AppTest, code: str) -> list[str]:
    return [button.label for button in app.button if (button.key or "").startswith(f"open-{code}-")]


def test_the_lists_are_those_of_the_library_and_show_the_first_tasks(app: AppTest, sample: Computed) -> None:
    with_sample(app)
    expected = worklist(sample.result)
    sizes = expected["list"].value_counts().to_dict()
    assert counts(app) == {code: sizes.get(code, 0) for code in LISTS}
    assert f"**{tasks_headline(sizes)}**" in texts(app)
    for code in LISTS:
        assert numbers(app, code) == first(expected.loc[expected["list"] == code, "case_number"].to_list())


def test_an_owner_sees_their_tasks_alone_and_keeps_the_choice_on_coming_back(app: AppTest, sample: Computed) -> None:
    with_sample(app)
    expected = worklist(sample.result)
    owner = owners_of(expected, sample.result)
    assert app.dataframe[0].value["Today"].sum() == (expected["list"] == "today").sum()
    name = "Hinemoa Qiu"
    app.selectbox[0].select(name).run()
    own = expected[owner == name]
    assert counts(app) == own["list"].value_counts().reindex(LISTS, fill_value=0).to_dict()
    assert not app.dataframe, "the counts by owner are for everyone"
    others = {other for other in owner.unique() if other != name}
    assert not any(other.replace("-", "\\-") in texts(app) for other in others), "no one else is named on the page"
    app.switch_page("pages/attainment.py").run()
    assert opened(app).selectbox[0].value == name


def test_more_tasks_are_shown_when_asked_for(app: AppTest, sample: Computed) -> None:
    with_sample(app)
    expected = worklist(sample.result)
    fix = expected.loc[expected["list"] == "fix", "case_number"].to_list()
    next(button for button in app.button if button.key == "more-fix").click().run()
    assert numbers(app, "fix") == fix[: FIRST + 20]


def test_a_task_opens_its_case(app: AppTest) -> None:
    with_sample(app)
    button = next(button for button in app.button if (button.key or "").startswith("open-today-"))
    number = button.label
    button.click().run()
    assert [title.value for title in app.title] == ["A case"]
    assert app.query_params["case"] in (number, [number])


def test_the_ways_lead_to_the_targets_and_say_what_they_assume(app: AppTest, sample: Computed) -> None:
    with_sample(app)
    app.radio[0].set_value("Shortest way to the targets").run()
    assert not app.exception and not app.error
    ways = {way.measure_id: way for way in shortest_ways(sample.result)}
    assert {way.state for way in ways.values()} == {"open", "records", "none", "secured", "met"}
    said = texts(app)
    for way in ways.values():
        assert way.sentence in said and way.measure in said
        assert numbers(app, way.measure_id) == first(way.steps["case_number"].to_list())
    assert "assumes that this step and those before it succeed" in said and "possible, not certain" in said


def test_a_table_not_uploaded_is_said_and_never_taken_for_nothing_to_do(app: AppTest, sample_folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in sample_folder.iterdir() if "activities" not in path.name}
    uploaded(app, files)
    (warning,) = [warning.value for warning in app.warning if "could not be assessed" in warning.value]
    assert "No export of Meetings" in warning and "plan" not in warning and "6 of 11 measures" in warning
    assert counts(app)["today"] == 0 and TASK_LISTS["today"].empty in texts(app)


def test_with_nothing_left_to_do_the_page_says_so(app: AppTest, clean_folder: Path) -> None:
    uploaded(app, {path.name: path.read_bytes() for path in clean_folder.iterdir()})
    assert [title.value for title in app.header] == [":material/task_alt: Nothing left to do"]
    assert not app.selectbox


def test_names_from_exports_are_shown_as_they_are(app: AppTest) -> None:
    cases = b"Case Number,Case Type,Referral Date,Migrated,Case Owner,Student Name\n1,CA,,No,*Ana* [x](y),:red[Bo]\n"
    said = texts(uploaded(app, {"cases.csv": cases, "plans.csv": b"Case Number,Plan Status\n1,Draft\n"}))
    assert r"\:red\[Bo\]" in said and r"\*Ana\* \[x\]\(y\)" in said


def test_without_data_the_page_says_what_to_do_next(app: AppTest) -> None:
    opened(app)
    assert [header.value for header in app.header] == [":material/upload_file: Nothing to show yet"]
    assert app.page_link and not app.download_button
