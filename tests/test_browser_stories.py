"""Whole ways through the app, as the people it is for go them; each with what must not happen on the way."""

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
    Watch,
    download,
    go,
    main,
    settled,
    titles,
    upload,
    use_sample,
)
from conftest import Computed
from playwright.sync_api import Browser, Page, expect

from asreport.exceptions import COLUMNS, case_list
from asreport.wording import OUTCOMES, headline, percent


def said(page: Page) -> str:
    """What the page says, with every run of blanks as one."""
    settled(page)
    return re.sub(r"\s+", " ", main(page).inner_text())


def test_a_team_lead_before_the_report_sees_what_would_secure_an_open_target(
    browser: Browser, watch: Watch, sample_folder: Path, sample: Computed
) -> None:
    stranger = watch.visitor(browser)
    page = watch.visitor(browser)
    upload(page, sample_folder)
    attainment = sample.result.attainment
    expect(main(page).get_by_text(headline(attainment))).to_be_visible()

    page.get_by_role("link", name="See the targets").click()
    expect(page.get_by_role("heading", level=1, name=ATTAINMENT)).to_be_visible()
    text = said(page)
    assert headline(attainment) in text
    is_open = attainment[attainment["outcome"].map(lambda code: OUTCOMES[code].tone == "open")]
    assert len(is_open), "the sample has a target that is still open"
    row = is_open.iloc[0]
    card = main(page).get_by_test_id("stVerticalBlock").filter(has_text=row["measure"]).last
    expect(card).to_be_visible()
    words = re.sub(r"\s+", " ", text[text.index(row["measure"]) :])
    for figure in (OUTCOMES[row["outcome"]].word, percent(row["rate_percent"]), f"{row['target_percent']}%"):
        assert figure in words, f"{row['measure']} says {figure}"
    assert re.search(rf"\b{row['still_needed']}\b", words), "and how many more would secure it"

    # Where they are, and that the numbers are the same there.
    go(page, BREAKDOWN)
    assert row["measure"] in page.content() or attainment.iloc[0]["measure"] in page.content()

    # Who else is here at the same time sees nothing of it.
    for title in (ATTAINMENT, EXCEPTIONS):
        go(stranger, title)
        assert headline(attainment) not in said(stranger)
        expect(main(stranger).get_by_role("link", name="Upload")).to_be_visible()


def test_a_case_manager_takes_home_their_list_without_names(browser: Browser, watch: Watch, sample: Computed) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    go(page, EXCEPTIONS)
    page.get_by_text("Show student names").click()
    expect(page.get_by_role("switch", name="Show student names")).not_to_be_checked()
    # Away and back: the choice holds, and what is downloaded is what this page offers now.
    go(page, ATTAINMENT)
    go(page, EXCEPTIONS)
    expect(page.get_by_role("switch", name="Show student names")).not_to_be_checked()
    listed = case_list(sample.result)
    owner = listed.loc[listed["verdict_code"] == "missed", "case_owner"].mode()[0]
    with zipfile.ZipFile(io.BytesIO(download(page, "One workbook for each case owner", ".zip"))) as archive:
        content = archive.read(f"{owner}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    header, *rows = book["Exceptions"].iter_rows(values_only=True)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    own = listed[(listed["case_owner"] == owner) & listed["verdict_code"].isin(["missed", "cannot_assess"])]
    assert sorted(row["Case number"] for row in found) == sorted(own["case_number"])
    assert {row["Case owner"] for row in found} == {owner}, "nobody else's"
    assert all(row["What to check"] for row in found), "each says what to check"

    # Names were hidden: they are in no part of the file, and on no page since.
    names = set(listed["student_name"].dropna())
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist()).decode("utf-8", errors="replace")
    assert all(re.fullmatch(r"Student \d{4}", str(row[COLUMNS["student_name"]])) for row in found), "pseudonyms"
    assert not sorted(name for name in names if name in inside)
    for title in titles(page):
        go(page, title)
        shown = page.content()
        assert not sorted(name for name in names if name in shown), title
