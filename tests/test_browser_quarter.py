"""The way of who has the Ministry's letter: the quarter made on its page, applied, downloaded, and opened again."""

from __future__ import annotations

from pathlib import Path

from browsing import ATTAINMENT, QUARTER, Watch, download, go, main, settled, use_sample
from conftest import Computed
from playwright.sync_api import Browser, expect

import asreport


def test_a_quarter_is_made_applied_downloaded_and_opened_again(
    watch: Watch, browser: Browser, sample: Computed, tmp_path: Path
) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    go(page, QUARTER)
    line = main(page).locator("[class*='st-key-quarter-line-']").first
    expect(line).to_be_in_viewport()
    last = main(page).locator("[class*='st-key-quarter-line-']").last
    assert last.bounding_box()["y"] < 800, "which measures and targets hold is seen without scrolling"  # type: ignore[index]
    target = line.get_by_label("Target in percent")
    target.fill("170")
    target.press("Enter")
    expect(main(page).get_by_text("found 170")).to_be_visible()
    expect(page.get_by_role("button", name="Apply this quarter")).to_have_count(0)
    target.fill("70")
    target.press("Enter")
    expect(main(page).get_by_text("found 170")).to_have_count(0)
    days = line.get_by_label("How many business days")
    days.fill("7")
    days.press("Enter")
    expect(main(page).get_by_text("within 7 business days of referral instead of")).to_be_visible()
    main(page).get_by_text("Add a measure").click()
    new = main(page).locator(".st-key-quarter-new")
    percent = new.get_by_label("Percent")
    percent.fill("80")
    percent.press("Enter")
    new.get_by_role("button", name="Add this measure").click()
    expect(main(page).get_by_text("New: Student plan in place within 20 business days, target 80%")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Apply this quarter").click()
    expect(page.get_by_role("button", name="Apply this quarter")).to_have_count(0)
    settled(page)
    content = download(page, "Download this quarter", "q2-2026.toml")
    quarter = asreport.load_quarter(content)
    result = asreport.assess(sample.exports.tables, quarter, sample.result.as_at)
    assert result.quarter.measures["school-meeting-5"].target == 70
    assert len(content) < 2_000, "the differences only"
    go(page, ATTAINMENT)
    expect(main(page).get_by_text("Initial school meeting within 7 business days").first).to_be_visible()
    expect(main(page).get_by_text("Student plan in place within 20 business days").first).to_be_visible()
