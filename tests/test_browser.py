"""The app as people use it: a real browser, files uploaded, figures read, workbooks downloaded and opened."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
from browsing import (
    ATTAINMENT,
    BREAKDOWN,
    EXCEPTIONS,
    TIMEOUT,
    TITLES,
    UPLOAD,
    Watch,
    download,
    go,
    heading,
    main,
    served,
    settled,
    taken_for,
    too_wide,
    upload,
    use_sample,
)  # fmt: skip
from conftest import Computed
from playwright.sync_api import Browser, Page, expect

from asreport.analysing.case_list import COLUMNS, NO_OWNER, case_list
from asreport.words.catalogue import GROUPS
from asreport.words.sentences import cases, percent, what_counts_say

LISTS = ("Exceptions", "To do", "Excluded")


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a filter, and wait until the page has taken it."""
    said = main(page).get_by_text(" rows, ")
    before = said.inner_text()
    # Typed and not scrolled to: a long list may still be moving when it is clicked.
    page.get_by_role("combobox", name=label, exact=True).fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    expect(said).not_to_have_text(before)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=f"Remove {option}", exact=True)).to_be_visible()
    settled(page)


def row_count(page: Page) -> tuple[int, int]:
    """(rows shown, of how many) as Exceptions says."""
    shown, listed, *_ = re.findall(r"\d[\d,]*", main(page).get_by_text(" rows, ").inner_text())
    return int(shown.replace(",", "")), int(listed.replace(",", ""))


def opened(workbook: bytes) -> dict[str, list[dict[str, object]]]:
    """Sheets of a workbook: a row each as a mapping from the header."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheets = {}
    for sheet in book:
        header, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(header, row, strict=True)) for row in rows]
    return sheets


def numbers(rows: list[dict[str, object]]) -> list[object]:
    return sorted(str(row["Case number"]) for row in rows)


# The ways of a user


def test_from_exports_to_the_workbook_of_chosen_cases(
    browser: Browser, watch: Watch, sample_folder: Path, sample: Computed
) -> None:
    page = watch.visitor(browser)
    upload(page, sample_folder)
    go(page, ATTAINMENT)
    attainment = sample.result.attainment
    rates = page.get_by_test_id("stMetricValue")
    expect(rates).to_have_text([percent(rate) for rate in attainment["rate_percent"]])
    for _, row in attainment.iterrows():
        expect(main(page).get_by_text(what_counts_say(row), exact=True).first).to_be_visible()

    go(page, EXCEPTIONS)
    listed = case_list(sample.result)
    counted = listed[listed["verdict_code"].isin(["missed", "cannot_assess"])]
    assert row_count(page) == (len(counted), len(listed))
    fix = counted[counted["group"] == GROUPS["fix"]]
    choose(page, "Group", GROUPS["fix"])
    assert row_count(page) == (len(fix), len(listed))
    owner = fix["case_owner"].mode()[0]
    own = fix[fix["case_owner"] == owner]
    assert 0 < len(own) < len(fix) < len(counted), "filters that change something"
    choose(page, "Case owner", owner)
    assert row_count(page) == (len(own), len(listed))
    expect(main(page).get_by_text(cases(own["case_number"].nunique()))).to_be_visible()

    sheets = opened(download(page, "Download as shown", ".xlsx"))
    assert list(sheets) == [*LISTS, "Summary", "Findings", "About"]
    assert len(sheets["Exceptions"]) == row_count(page)[0]
    assert list(sheets["Exceptions"][0]) == list(COLUMNS.values())
    assert numbers(sheets["Exceptions"]) == sorted(own["case_number"])
    assert {(row["Case owner"], row["Group"]) for row in sheets["Exceptions"]} == {(owner, GROUPS["fix"])}
    assert [row["In scope"] for row in sheets["Summary"]] == list(attainment["in_scope"]), "the summary is of all cases"

    # All of it, with pseudonyms for names.
    page.get_by_text("Show student names").click()
    expect(page.get_by_role("switch", name="Show student names")).not_to_be_checked()
    settled(page)
    content = download(page, "Download all", ".xlsx")
    sheets = opened(content)
    for sheet, codes in zip(LISTS, (["missed", "cannot_assess"], ["pending"], ["excluded"]), strict=True):
        assert numbers(sheets[sheet]) == sorted(listed.loc[listed["verdict_code"].isin(codes), "case_number"])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist()).decode("utf-8", errors="replace")
    assert listed["case_number"].iloc[0] in inside
    students = {row[COLUMNS["student_name"]] for row in sheets["Exceptions"]} - {None}
    assert students and all(re.fullmatch(r"Student \d{4}", student) for student in students)
    assert not [name for name in listed["student_name"].dropna().unique() if name in inside]


def test_a_workbook_for_each_case_owner(browser: Browser, watch: Watch, sample: Computed) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    go(page, EXCEPTIONS)
    listed = case_list(sample.result)
    owners = sample.result.cases["case_owner"].fillna(NO_OWNER)
    with zipfile.ZipFile(io.BytesIO(download(page, "One workbook for each case owner", ".zip"))) as archive:
        assert sorted(archive.namelist()) == sorted(f"{owner}.xlsx" for owner in owners.unique())
        owner = listed["case_owner"].mode()[0]
        sheets = opened(archive.read(f"{owner}.xlsx"))
    own = listed[listed["case_owner"] == owner]
    found = [row for sheet in LISTS for row in sheets[sheet] if row["Measure"]]
    assert numbers(found) == sorted(own["case_number"])
    assert {row["Case owner"] for row in found} == {owner}


def test_without_exceptions_and_then_a_second_upload_that_replaces_the_first(
    browser: Browser, watch: Watch, clean_folder: Path, clean: Computed, sample_folder: Path, sample: Computed
) -> None:
    page = watch.visitor(browser)
    upload(page, clean_folder)
    go(page, ATTAINMENT)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(
        [percent(rate) for rate in clean.result.attainment["rate_percent"]]
    )
    go(page, EXCEPTIONS)
    expect(main(page).get_by_text(re.compile("no exceptions", re.IGNORECASE))).to_be_visible()
    sheets = opened(download(page, re.compile("^Download"), ".xlsx"))
    for sheet in LISTS:
        (only,) = sheets[sheet]
        assert str(only["Case number"]).startswith("Nothing to list")
        assert not any(value for name, value in only.items() if name != "Case number")
    assert [row["In scope"] for row in sheets["Summary"]] == list(clean.result.attainment["in_scope"])

    first = clean.exports.tables["cases"]
    columns = ("case_number", "student_name", "case_owner", "school", "provider", "region", "nsn")
    gone = {text for column in columns for text in first[column].dropna()} | {f.name for f in clean.exports.files}
    go(page, UPLOAD)
    taken = taken_for(page)
    expect(taken.get_by_text("clean-activities.csv")).to_be_attached()  # to begin with, it is there
    upload(page, sample_folder)
    for title in TITLES:
        go(page, title)
        left = sorted(text for text in gone if text in page.content())
        assert not left, f"on {title}, of the first upload: {left}"
    go(page, ATTAINMENT)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(
        [percent(rate) for rate in sample.result.attainment["rate_percent"]]
    )
    go(page, EXCEPTIONS)
    listed = case_list(sample.result)
    assert row_count(page)[1] == len(listed)
    values = {
        str(v)
        for rows in opened(download(page, "Download all", ".xlsx")).values()
        for row in rows
        for v in row.values()
    }
    assert set(listed["case_number"]) <= values
    left = sorted(text for text in gone if any(text in value for value in values))
    assert not left, f"in the workbook, of the first upload: {left}"


def test_another_visitor_sees_nothing_and_clearing_leaves_nothing(
    browser: Browser, watch: Watch, clean_folder: Path
) -> None:
    page = watch.visitor(browser)
    upload(page, clean_folder)
    stranger = watch.visitor(browser)
    for title in (ATTAINMENT, BREAKDOWN, EXCEPTIONS):
        go(stranger, title)
        expect(main(stranger).get_by_role("link", name="Upload")).to_be_visible()
        expect(main(stranger).get_by_role("button", name=re.compile("[Dd]ownload"))).to_have_count(0)
    main(stranger).get_by_role("link", name="Upload").click()  # what to do next leads there
    expect(heading(stranger, UPLOAD)).to_be_visible()
    page.get_by_role("button", name="Clear everything").click()
    expect(page.get_by_role("heading", name="What was noticed")).to_have_count(0)
    settled(page)
    assert "clean-cases.csv" not in page.content()
    go(page, EXCEPTIONS)
    expect(main(page).get_by_role("link", name="Upload")).to_be_visible()


def test_on_a_phone_nothing_scrolls_sideways(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser, width=400)
    assert too_wide(page) == [], f"{UPLOAD}, without data"
    use_sample(page)
    for title in TITLES:
        go(page, title)
        assert too_wide(page) == [], title


def test_a_page_opened_by_its_address_is_part_of_the_app(browser: Browser, tmp_path: Path) -> None:
    """The very first visit to a server is the one that can go wrong: Streamlit does not know the app's pages yet."""
    with served(tmp_path / "log.txt") as fresh:
        context = browser.new_context()
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        page.goto(f"{fresh.address}/exceptions")
        expect(heading(page, EXCEPTIONS)).to_be_visible()
        settled(page)
        links = page.get_by_role("navigation").get_by_role("link")
        expect(links).to_have_count(len(TITLES))
        for title in TITLES:
            expect(links.and_(page.get_by_role("link", name=title, exact=True))).to_be_visible()
        context.close()
