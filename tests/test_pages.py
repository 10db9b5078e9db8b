"""The pages, run without a browser: what they say without data, and the same numbers through all doors."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, Computed
from streamlit.testing.v1 import AppTest

import asreport
from asreport.analysing.breakdown import GROUPINGS
from asreport.analysing.case_list import COLUMNS, case_list
from asreport.assessing.attainment import COUNTS
from asreport.command_line import cli
from asreport.words.catalogue import OUTCOMES, VERDICTS
from asreport.words.sentences import headline, what_counts_say

# Title of each page → its file, as the app itself has them.
PAGES = {
    title: path for path, title in re.findall(r'st\.Page\("(.+?)", title="(.+?)"', (ROOT / "app.py").read_text("utf-8"))
}
UPLOAD, ATTAINMENT, BREAKDOWN, TO_DO, EXCEPTIONS, CASE, QUARTER, MEASURED, PRIVACY = PAGES
RESULT_PAGES = [ATTAINMENT, BREAKDOWN, EXCEPTIONS]
FIGURES = {  # column of “All figures” on Target attainment → column of attainment.csv
    "In scope": "in_scope", "Due": "due", "Met, due": "met_due", "Missed": "missed", "Met early": "met_early",
    "Pending": "pending", "Excluded": "excluded", "Cannot be assessed": "cannot_assess", "Rate": "rate_percent",
    "Floor": "floor_percent", "Ceiling": "ceiling_percent", "Target": "target_percent", "Still needed": "still_needed",
}  # fmt: skip


# What a user does


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app in a new session, on Upload, started where the README says."""
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def go(app: AppTest, page: str) -> AppTest:
    app.switch_page(PAGES[page]).run()
    assert [title.value for title in app.title] == [page] or app.error
    return app


def widget(widgets: Iterable[Any], label: str) -> Any:
    return next(w for w in widgets if w.label == label)


def upload(app: AppTest, files: Mapping[str, bytes] | Path) -> AppTest:
    """Drop files on Upload."""
    if isinstance(files, Path):
        files = {path.name: path.read_bytes() for path in sorted(files.iterdir())}
    go(app, UPLOAD)
    app.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in files.items()])
    return app.run()


def use_sample(app: AppTest) -> AppTest:
    return widget(app.button, "Use the sample data").click().run()


def texts(app: AppTest) -> str:
    """Everything the page says outside tables and charts."""
    elements = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join(str(element.value) for element in [*elements, *app.success, *app.metric])


def everything(app: AppTest) -> bytes:
    """All that is sent to the browser for a page: texts, options of widgets, tables and charts."""
    return b"\n".join(node.proto.SerializeToString() for node in app if getattr(node, "proto", None) is not None)


def number(text: object) -> float | None:
    """A figure as a table on a page shows it, `69.96%` or `12`; none where it shows a dash or nothing."""
    return None if pd.isna(text) or text in ("", "–") else float(str(text).rstrip("%").replace(",", ""))


def figures(table: pd.DataFrame, columns: Mapping[str, str], by: str) -> dict[str, dict[str, float | None]]:
    """What stands in each row: label of the row → label of the figure → number or none."""
    return {row[by]: {label: number(row[name]) for label, name in columns.items()} for _, row in table.iterrows()}


def all_figures(app: AppTest) -> dict[str, dict[str, float | None]]:
    """The table “All figures” of Target attainment."""
    return figures(go(app, ATTAINMENT).dataframe[0].value, {label: label for label in FIGURES}, "Measure")


def row_count(app: AppTest) -> tuple[int, int, int]:
    """(rows shown, of how many, cases) as Exceptions says."""
    said = next(m.value for m in app.markdown if " rows, " in m.value)
    return tuple(int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", said))  # type: ignore[return-value]


def assert_no_fault(app: AppTest) -> None:
    assert not app.exception, "a page showed a traceback"
    assert not app.error, f"a page showed a fault: {app.error[0].value}"


# Without data


@pytest.mark.parametrize("page", RESULT_PAGES)
def test_without_data_a_page_says_what_to_do_next(app: AppTest, page: str) -> None:
    go(app, page)
    assert_no_fault(app)
    assert "Upload" in texts(app)
    (link,) = app.page_link
    assert "Upload" in link.label and link.proto.page == "", "it leads to the first page, which is Upload"
    assert not app.dataframe and not app.download_button


def test_without_data_upload_offers_the_uploader_and_the_sample(app: AppTest) -> None:
    assert_no_fault(app)
    assert app.file_uploader[0].accept_multiple_files
    assert widget(app.button, "Use the sample data")
    assert not app.dataframe


def test_how_it_is_measured_needs_no_data(app: AppTest) -> None:
    go(app, MEASURED)
    assert_no_fault(app)
    labels = " ".join(expander.label for expander in app.expander)
    for measure in asreport.newest_confirmed().measures.values():
        assert measure.name in labels


# With data: the same numbers through all doors


@pytest.fixture(scope="module")
def written(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample through the command line, as it is run: a folder of what it wrote."""
    out = tmp_path_factory.mktemp("out")
    command = [sys.executable, "-m", "asreport", "assess", *map(str, sample_folder.iterdir()), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return out


def _csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def test_the_sample_is_a_click_away(app: AppTest, sample: Computed) -> None:
    use_sample(app)
    assert_no_fault(app)
    assert headline(sample.result.attainment) in texts(app)
    taken = app.dataframe[0].value
    assert sorted(taken["File"]) == sorted(file.name for file in sample.exports.files)
    assert dict(zip(taken["File"], taken["Rows used"], strict=True)) == {
        file.name: sum(part.rows_used for part in file.parts) for file in sample.exports.files
    }


def test_target_attainment_has_the_figures_of_library_and_command_line(
    app: AppTest, sample: Computed, written: Path
) -> None:
    by_library = figures(sample.result.attainment, FIGURES, "measure")
    by_command_line = figures(_csv(written / "attainment.csv"), FIGURES, "measure")
    assert by_library == by_command_line
    assert all_figures(use_sample(app)) == by_library
    assert_no_fault(app)
    shown = app.dataframe[0].value
    assert list(shown["Measure"]) == list(sample.result.attainment["measure"]), "in the order of the rules"
    assert list(shown["Outcome"]) == [OUTCOMES[code].word for code in sample.result.attainment["outcome"]]
    # And beside the charts, in words.
    said = texts(app)
    for _, row in sample.result.attainment.iterrows():
        assert what_counts_say(row) in said
    assert [number(metric.value) for metric in app.metric] == [row["Rate"] for row in by_library.values()]


def test_exceptions_has_the_rows_of_library_and_command_line(app: AppTest, sample: Computed, written: Path) -> None:
    results = _csv(written / "case-results.csv")
    go(use_sample(app), EXCEPTIONS)
    names = {measure.id: measure.name for measure in sample.result.quarter.measures.values()}
    book = openpyxl.load_workbook(written / "exceptions.xlsx", read_only=True)
    sheets = {"Exceptions": ["missed", "cannot_assess"], "To do": ["pending"], "Excluded": ["excluded"]}
    for sheet, codes in sheets.items():
        widget(app.multiselect, "Verdict").set_value([VERDICTS[code] for code in codes]).run()
        assert_no_fault(app)
        shown = app.dataframe[0].value
        by_page = Counter(shown[["Case number", "Measure", "Verdict"]].itertuples(index=False, name=None))
        rows = list(book[sheet].iter_rows(values_only=True))
        place = [rows[0].index(name) for name in ("Case number", "Measure", "Verdict")]
        assert by_page == Counter(tuple(row[p] for p in place) for row in rows[1:]), f"page and workbook, {sheet}"
        own = results[results["verdict"].isin(codes)]
        by_csv = Counter(
            zip(own["case_number"], own["measure_id"].map(names), own["verdict"].map(VERDICTS), strict=True)
        )
        assert by_page == by_csv
        of_library = sample.result.case_results[sample.result.case_results["verdict"].isin(codes)]
        listed = int((sample.result.case_results["verdict"] != "met").sum())
        assert row_count(app) == (len(of_library), listed, of_library["case_number"].nunique())


def test_exceptions_filters_keep_just_what_was_chosen(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), EXCEPTIONS)
    listed = case_list(sample.result)
    counted = listed[listed["verdict_code"].isin(["missed", "cannot_assess"])]
    for label, column in {
        "Case owner": "case_owner",
        "Group": "group",
        "Measure": "measure",
        "Reason": "reason",
    }.items():
        value = counted[column].dropna().iloc[0]
        widget(app.multiselect, label).set_value([value]).run()
        wanted = counted[counted[column] == value]
        assert 0 < len(wanted) < len(counted), "a filter that changes something"
        assert sorted(app.dataframe[0].value["Case number"]) == sorted(wanted["case_number"])
        assert row_count(app)[0] == len(wanted)
        widget(app.multiselect, label).set_value([]).run()


def test_breakdown_adds_up_to_the_attainment_of_each_measure(app: AppTest, written: Path) -> None:
    attainment = _csv(written / "attainment.csv").set_index("measure_id")
    go(use_sample(app), BREAKDOWN)
    columns = {label: name for label, name in FIGURES.items() if name in COUNTS and label != "Due"}
    ways = list(GROUPINGS)
    for position, measure in enumerate(attainment.index):
        widget(app.selectbox, "Measure").set_value(measure).run()
        # Each measure by two groupings, in turn, so that every grouping is seen with several measures.
        for way in (ways[position % len(ways)], ways[(position + 3) % len(ways)]):
            widget(app.selectbox, "By").set_value(way).run()
            assert_no_fault(app)
            table = app.dataframe[0].value
            sums = {label: int(table[label].sum()) for label in columns}
            assert sums == {label: int(attainment.at[measure, name]) for label, name in columns.items()}, (measure, way)
            assert table[GROUPINGS[way]].is_unique and table[GROUPINGS[way]].notna().all()


def test_another_as_at_date_and_period_give_the_figures_of_the_command_line(
    app: AppTest, sample_folder: Path, tmp_path: Path
) -> None:
    before = all_figures(use_sample(app))
    go(app, UPLOAD)
    widget(app.date_input, "Period from").set_value(date(2026, 4, 20))
    widget(app.date_input, "As at").set_value(date(2026, 6, 1))
    widget(app.button, "Assess again").click().run()
    chosen = ["--as-at", "2026-06-01", "--period-start", "2026-04-20", "--out", str(tmp_path)]
    assert cli.main(["assess", *map(str, sample_folder.iterdir()), *chosen]) == 0
    after = all_figures(app)
    assert after == figures(_csv(tmp_path / "attainment.csv"), FIGURES, "measure")
    assert after != before
    assert "1 June 2026" in texts(app) and "20 April 2026" in texts(app), "what is shown says what it was assessed with"


def test_a_period_that_cannot_be_is_refused_and_changes_nothing(app: AppTest) -> None:
    before = all_figures(use_sample(app))
    go(app, UPLOAD)
    widget(app.date_input, "Period from").set_value(date(2026, 6, 30))
    widget(app.date_input, "Period to").set_value(date(2026, 4, 1))
    widget(app.button, "Assess again").click().run()
    assert len(app.error) == 1 and not app.exception
    assert all_figures(app) == before


def test_the_sample_is_of_the_quarter_that_is_chosen(app: AppTest, tmp_path: Path) -> None:
    use_sample(app)
    assert widget(app.selectbox, "Quarter").value == asreport.newest_confirmed().id, "with nothing loaded before"
    widget(app.selectbox, "Quarter").set_value("q3-2026")
    widget(app.date_input, "Period from").set_value(date(2026, 7, 1))
    widget(app.date_input, "Period to").set_value(date(2026, 9, 25))
    widget(app.button, "Assess again").click().run()
    use_sample(app)
    assert_no_fault(app)
    assert widget(app.date_input, "Period to").value == date(2026, 9, 25), "it is judged by what was chosen"
    chosen = ["--quarter", "q3-2026", "--period-end", "2026-09-25"]
    quarter = asreport.load_quarter("q3-2026").with_period(end=date(2026, 9, 25))
    for name, content in asreport.sample_exports(quarter=quarter).items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    assert cli.main(["assess", *map(str, tmp_path.glob("*.*")), *chosen, "--out", str(out)]) == 0
    assert all_figures(app) == figures(_csv(out / "attainment.csv"), FIGURES, "measure")


# Nothing in it, nothing wrong in it, nothing left of it


@pytest.mark.parametrize(
    "files",
    [
        {"cases.csv": b"Case Number,Case Record Type,Referral Date,Case Owner\n"},
        {"shopping.csv": b"what,how many\napples,3\n"},
        {"picture.xlsx": b"\x89PNG\r\n\x1a\n\x00\x00"},
        {"nothing.csv": b""},
    ],
    ids=["header without rows", "not an export", "not a workbook", "no bytes"],
)
def test_an_upload_with_nothing_in_it_is_told_as_such(app: AppTest, files: dict[str, bytes]) -> None:
    upload(app, files)
    assert_no_fault(app)
    (name,) = files
    assert name in texts(app).replace("\\", ""), "what was noticed names the file"
    assert not app.success
    for page in RESULT_PAGES:
        go(app, page)
        assert_no_fault(app)
        assert not app.dataframe and not app.metric and not app.download_button, "nothing is shown of nothing"
        assert not app.success, "nothing assessed is not the same as no exceptions"
        assert app.warning or app.info, "it says why there is nothing"


def test_without_exceptions_the_page_says_so_and_the_workbook_is_valid(
    app: AppTest, clean_folder: Path, clean: Computed
) -> None:
    assert set(clean.result.case_results["verdict"]) == {"met"}, "the exports of this test are clean"
    upload(app, clean_folder)
    assert_no_fault(app)
    assert all_figures(app) == figures(clean.result.attainment, FIGURES, "measure")
    go(app, EXCEPTIONS)
    assert_no_fault(app)
    assert "No exceptions" in app.header[0].value and not app.dataframe and not app.multiselect
    assert len(app.download_button) == 1
    # What the button hands out is tried in a browser; here, that such a workbook opens and says there is nothing.
    book = openpyxl.load_workbook(io.BytesIO(asreport.exceptions_workbook(clean.result, clean.exports.findings)))
    assert book.sheetnames == ["Exceptions", "To do", "Excluded", "Summary", "Findings", "About"]
    for name in ("Exceptions", "To do", "Excluded"):
        header, (said, *rest) = book[name].iter_rows(values_only=True)
        assert list(header) == list(COLUMNS.values())
        assert said.startswith("Nothing to list") and not any(rest)
    assert book["Summary"].max_row == 1 + len(clean.result.attainment)


def test_a_second_upload_replaces_the_first_everywhere(
    app: AppTest, sample: Computed, clean_folder: Path, clean: Computed
) -> None:
    first = sample.exports.tables["cases"]
    gone = {
        text.encode()
        for column in ("case_number", "student_name", "case_owner", "school", "provider", "region", "nsn")
        for text in first[column].dropna().unique()
    } | {file.name.encode() for file in sample.exports.files}
    use_sample(app)
    # Choices made of the first upload's names must go with it.
    listed = case_list(sample.result)
    go(app, EXCEPTIONS)
    widget(app.multiselect, "Case owner").set_value([listed["case_owner"].dropna().iloc[0]]).run()
    widget(app.multiselect, "Verdict").set_value([VERDICTS["pending"]]).run()
    go(app, BREAKDOWN)
    widget(app.selectbox, "By").set_value("school").run()
    for page in (UPLOAD, BREAKDOWN, EXCEPTIONS):
        sent = everything(go(app, page))
        assert any(text in sent for text in gone), "the first upload is on the page to begin with"

    upload(app, clean_folder)
    for page in PAGES:
        go(app, page)
        assert_no_fault(app)
        sent = everything(app)
        left = sorted(text.decode() for text in gone if text in sent)
        assert not left, f"on {page}, of the first upload: {left}"
    assert all_figures(app) == figures(clean.result.attainment, FIGURES, "measure")
    assert headline(sample.result.attainment) not in texts(app)
    held = repr(app.session_state.to_dict()).encode()
    left = sorted(text.decode() for text in gone if len(text) > 4 and text in held)
    assert not left, f"the session holds on to what the first upload was about: {left}"


def test_clearing_leaves_nothing(app: AppTest, sample: Computed) -> None:
    use_sample(app)
    widget(app.button, "Clear everything").click().run()
    assert not app.dataframe
    for page in RESULT_PAGES:
        go(app, page)
        assert not app.dataframe and app.page_link
        assert not any(number.encode() in everything(app) for number in sample.result.cases["case_number"])


# Not uploaded is not the same as none


@pytest.mark.parametrize(
    "left_out, table", [("activities", "events"), ("plans", "plans"), ("ENROL", "outcomes")], ids=lambda text: text
)
def test_a_table_not_uploaded_is_said_in_words_and_never_as_zeros(
    app: AppTest, sample_folder: Path, left_out: str, table: str
) -> None:
    files = {path.name: path.read_bytes() for path in sample_folder.iterdir() if left_out not in path.name}
    assert len(files) == 3
    upload(app, files)
    assert_no_fault(app)
    assert any("not assessed" in warning.value for warning in app.warning)
    needed = {"meeting": "events", "plan": "plans", "outcome": "outcomes"}
    measures = asreport.newest_confirmed().measures.values()
    without = {measure.name for measure in measures if needed.get(measure.evidence.kind) == table}
    shown = all_figures(app)
    assert_no_fault(app)
    outcomes = dict(app.dataframe[0].value[["Measure", "Outcome"]].itertuples(index=False, name=None))
    for name, row in shown.items():
        assert (outcomes[name] == OUTCOMES["no_data"].word) == (name in without)
        if name in without:
            del row["Target"]
            assert set(row.values()) == {None}, f"{name} was not assessed and has no figures"
        else:
            assert row["In scope"], f"{name} is still assessed"
    assert len(app.metric) == len(shown) - len(without), "no rate stands beside what was not assessed"
    go(app, BREAKDOWN)
    assert not without & set(widget(app.selectbox, "Measure").options)
    go(app, EXCEPTIONS)
    widget(app.multiselect, "Verdict").set_value([]).run()
    assert not without & set(app.dataframe[0].value["Measure"])


def test_without_cases_no_page_shows_a_figure(app: AppTest, sample_folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in sample_folder.iterdir() if path.suffix == ".csv"}
    assert len(files) == 3
    upload(app, files)
    assert_no_fault(app)
    for page in RESULT_PAGES:
        go(app, page)
        assert_no_fault(app)
        assert app.warning and app.page_link and not app.dataframe and not app.metric


# A fault


SECRET = "Tamati Nobody 70123456"


def _with_stray_measure(now: Any) -> Any:
    """A result that breaks what reads it, by a value that the exception's message quotes."""
    broken = {
        name: table.assign(measure_id=SECRET)
        for name, table in {"attainment": now.result.attainment, "case_results": now.result.case_results}.items()
    }
    return replace(now, result=replace(now.result, **broken))


def _with_stray_quarter(now: Any) -> Any:
    return replace(now, result=replace(now.result, quarter=SECRET))


@pytest.mark.parametrize(
    "page, spoil",
    [
        (ATTAINMENT, _with_stray_measure),
        (BREAKDOWN, _with_stray_measure),
        (EXCEPTIONS, _with_stray_measure),
        (MEASURED, _with_stray_quarter),
        (UPLOAD, _with_stray_quarter),
    ],
)
def test_a_fault_shows_one_plain_sentence_and_nothing_of_a_case(
    app: AppTest, capfd: pytest.CaptureFixture[str], page: str, spoil: Callable[[Any], Any]
) -> None:
    use_sample(app)
    app.session_state["loaded"] = spoil(app.session_state["loaded"])
    capfd.readouterr()
    go(app, page)
    assert not app.exception, "no traceback"
    (fault,) = app.error
    assert "Something went wrong" in fault.value
    assert SECRET.encode() not in fault.proto.SerializeToString() and "Traceback" not in texts(app)
    out, err = capfd.readouterr()
    assert SECRET not in out + err and "Traceback" not in out + err, "nor in a log"


# Pages hold no rule, the library no page


def test_the_library_never_imports_streamlit() -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "asreport").rglob("*.py")]
    names = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    assert len(names) > 20
    code = f"import importlib, sys\nfor n in {names!r}: importlib.import_module(n)\nprint('streamlit' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "False"
    for path in (ROOT / "asreport").rglob("*.py"):
        assert not re.search(r"^\s*(import|from) +streamlit\b", path.read_text("utf-8"), re.MULTILINE), path


def test_weeks_of_a_measure_whose_cases_have_no_referral_date(app: AppTest) -> None:
    cases = b"Case Number,Case Type,Referral Date,Migrated,Case Owner\n1,CA,,Yes,Ana Example\n2,CA,,Yes,\n"
    cases += b"\nGenerated By:  Hana Neat  6/07/2026 09:14\n"  # else they would be about the quarter of today
    go(upload(app, {"cases.csv": cases}), BREAKDOWN)
    widget(app.selectbox, "Measure").set_value("migrated-allocated").run()
    widget(app.selectbox, "By").set_value("week").run()
    assert_no_fault(app)
    assert "no week to draw" in texts(app)
    assert app.dataframe[0].value["In scope"].sum() == 2, "the table still counts them"
