"""Whole ways through the app, as the people it is for go them, on a wide or a narrow screen; each with what must not
happen on the way."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from access import violations_in_every_look
from browsing import (
    ATTAINMENT,
    BREAKDOWN,
    EXCEPTIONS,
    TO_DO,
    Watch,
    download,
    go,
    main,
    narrow_navigation_closed,
    settled,
    taken_for,
    titles,
    unfold,
    upload,
    use_sample,
)
from conftest import Computed
from playwright.sync_api import Browser, Page, expect

from asreport.analysing.case_list import COLUMNS, case_list
from asreport.analysing.route_to_target import shortest_ways
from asreport.policy.provider_settings import read_settings
from asreport.words.catalogue import OUTCOMES
from asreport.words.sentences import headline, percent

# Each story is gone in one look; what it comes to is looked at in all of them.
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
NARROW: dict[str, Any] = {"viewport": {"width": 400, "height": 800}, "color_scheme": "dark"}


def assert_open_to_all(page: Page) -> None:
    assert violations_in_every_look(page) == []


def said(page: Page) -> str:
    """What the page says, with every run of blanks as one."""
    settled(page)
    return re.sub(r"\s+", " ", main(page).inner_text())


def hide_names(page: Page) -> None:
    """Turn the names off, by the switch in the navigation, which must be opened first where the window is narrow."""
    if (opener := page.get_by_role("button", name="Expand sidebar")).is_visible():
        opener.click()
    page.get_by_text("Show student names").click()
    expect(page.get_by_role("switch", name="Show student names")).not_to_be_checked()
    narrow_navigation_closed(page)


CASES = (
    "Ref,Kind,Came in,Who,Whose\n"
    "00009234,Off roll – Domestic,14/04/2026,Intake,Example Mia\n"
    "00009235,CA,15/04/2026,Tidy,Example Bo\n"
)


def pick(page: Page, label: str | re.Pattern[str], option: str) -> None:
    """Pick the option of a select box that holds this text, and wait until the page has taken it."""
    # Typed and not scrolled to: a long list may still be moving when it is clicked.
    box = page.get_by_role("combobox", name=label, exact=isinstance(label, str))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()
    settled(page)


def drop(page: Page, *files: Path) -> None:
    """Drop files on Upload, and wait until something was made of them."""
    page.locator("input[type=file]").set_input_files(files)
    taken = taken_for(page)
    for file in files:
        expect(taken.get_by_text(file.name, exact=True)).to_be_attached()
    settled(page)


def test_a_team_lead_before_the_report_sees_what_would_secure_an_open_target(
    browser: Browser, watch: Watch, sample_folder: Path, sample: Computed
) -> None:
    stranger = watch.visitor(browser)
    page = watch.visitor(browser, **WIDE)
    upload(page, sample_folder)
    assert_open_to_all(page)
    attainment = sample.result.attainment
    expect(main(page).get_by_text(headline(attainment))).to_be_visible()

    page.get_by_role("link", name="See the targets").click()
    expect(page.get_by_role("heading", level=1, name=ATTAINMENT)).to_be_visible()
    text = said(page)
    assert headline(attainment) in text
    is_open = attainment[attainment["outcome"].map(lambda code: OUTCOMES[code].tone == "open")]
    assert len(is_open), "the sample has a target that is still open"
    row = is_open.iloc[0]
    words = re.sub(r"\s+", " ", text[text.index(row["measure"]) :])
    for figure in (OUTCOMES[row["outcome"]].word, percent(row["rate_percent"]), f"{row['target_percent']}%"):
        assert figure in words, f"{row['measure']} says {figure}"
    assert re.search(rf"\b{row['still_needed']}\b", words), "and how many more would secure it"

    # Why it is so. What might be put right is not part of the figure.
    gap = main(page).locator(f".st-key-measure-{row['measure_id']}")
    expect(gap.get_by_test_id("stMetricValue")).to_have_text(percent(row["rate_percent"]))
    unfold(gap, "Why, how, and which cases")
    expect(gap.get_by_text("How it is calculated.")).to_be_visible()
    assert_open_to_all(page)

    # What to do about it, to take along: as many steps as the library finds.
    go(page, TO_DO)
    page.get_by_text("Shortest way to the targets").click()
    expect(main(page).get_by_role("heading", name=row["measure"], exact=True)).to_be_visible()
    assert_open_to_all(page)
    steps = pd.read_csv(io.BytesIO(download(page, "Download all steps", ".csv")), dtype=str)
    ways = {way.measure: way for way in shortest_ways(sample.result)}
    assert len(steps) == sum(len(way.steps) for way in ways.values())
    assert len(ways[row["measure"]].steps) == row["still_needed"] > 0
    assert set(steps["Case number"]) <= set(sample.result.cases["case_number"])

    # And where it is short.
    go(page, BREAKDOWN)
    expect(main(page).get_by_test_id("stVegaLiteChart").first).to_be_visible()
    assert_open_to_all(page)

    # Who else is here at the same time sees nothing of it.
    for title in (ATTAINMENT, EXCEPTIONS):
        go(stranger, title)
        assert headline(attainment) not in said(stranger)
        expect(main(stranger).get_by_role("link", name="Upload")).to_be_visible()


def test_a_case_manager_takes_home_their_list_without_names(browser: Browser, watch: Watch, sample: Computed) -> None:
    page = watch.visitor(browser, **NARROW)
    use_sample(page)
    go(page, EXCEPTIONS)
    hide_names(page)
    assert_open_to_all(page)
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


def test_a_mistaken_upload_put_right_and_remembered(browser: Browser, watch: Watch, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text(CASES, "utf-8")
    page = watch.visitor(browser, **WIDE)
    drop(page, odd)
    expect(main(page).get_by_text("is not recognised as any of the exports")).to_be_visible()
    assert_open_to_all(page)
    # The match is open by itself, as the file needs a look.
    pick(page, "This sheet holds", "Cases")
    expect(main(page).get_by_text("Choose a column for: Case type.")).to_be_visible()
    pick(page, "Case number (needed)", "Ref ·")
    pick(page, "Case type (needed)", "Kind ·")
    pick(page, "Referral date (needed)", "Came in · 14/04/2026")
    pick(page, "Case owner", "Who ·")
    page.get_by_role("button", name="Read again with this match").click()
    expect(page.get_by_role("button", name="Download these settings")).to_be_visible()
    settled(page)
    expect(main(page).get_by_text("neither chronic absence nor non-enrolled")).to_be_visible()
    pick(page, re.compile("“Off roll – Domestic” means"), "Non-enrolment notification (NEN)")
    page.get_by_role("button", name="Read again with this match").click()
    expect(main(page).get_by_text("neither chronic absence nor non-enrolled")).to_have_count(0)
    settled(page)
    kept = tmp_path / "asreport-settings.json"
    kept.write_bytes(download(page, "Download these settings", ".json"))
    settings = read_settings(kept.read_bytes())
    assert settings.values == {"case_type": {"Off roll – Domestic": "NEN"}}
    assert not [text for text in ("00009234", "Example", "14/04") if text in kept.read_text("utf-8")]

    # Another day, another session: dropped in with the exports, it needs no click.
    later = watch.visitor(browser, **NARROW)
    drop(later, odd, kept)
    expect(main(later).get_by_text("is not recognised")).to_have_count(0)
    expect(main(later).get_by_text("neither chronic absence")).to_have_count(0)
    assert_open_to_all(later)
