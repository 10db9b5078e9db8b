"""From where we are short to the cases, in a browser: a bar clicked, a row picked, a case opened, a link taken."""

from __future__ import annotations

import re

from browsing import BREAKDOWN, EXCEPTIONS, Watch, go, heading, main, settled, use_sample
from conftest import Computed
from playwright.sync_api import Browser, Page, expect

from asreport.analysing.breakdown import breakdown, ranked
from asreport.analysing.case_list import case_list
from asreport.words.sentences import cases


def pick_row(page: Page, row: int) -> None:
    """Tick a row of the first table, at its left edge."""
    table = main(page).get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    expect(table.locator("canvas").first).to_be_visible()
    table.click(position={"x": 18, "y": 35 + 35 * row + 17})
    settled(page)


def counted(page: Page) -> int:
    return int(re.findall(r"\d[\d,]*", main(page).get_by_text(" rows, ").inner_text())[0].replace(",", ""))


def test_from_a_group_to_its_cases_and_to_one_of_them(browser: Browser, watch: Watch, sample: Computed) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    table = breakdown(sample.result, "case_owner")
    first = ranked(table[table["measure_id"] == "school-meeting-5"]).iloc[0]

    # A bar.
    go(page, BREAKDOWN)
    chart = main(page).get_by_test_id("stVegaLiteChart").first
    bar = chart.get_by_role("graphics-symbol", name=re.compile(f"{first['group']}.*Missed")).or_(
        chart.locator(f"[aria-label*='Missed'][aria-label*=\"{first['group']}\"]")
    )
    bar.first.click()
    expect(heading(page, EXCEPTIONS)).to_be_visible()
    settled(page)
    assert counted(page) == first["missed"]
    assert first["group"] not in page.url and "measure=school-meeting-5" in page.url

    # A row of the table, without a mouse's aim.
    go(page, BREAKDOWN)
    settled(page)
    expect(heading(page, BREAKDOWN)).to_be_visible()  # the click before does not lead away again
    pick_row(page, 0)
    expect(page.get_by_role("heading", name=first["group"], exact=True)).to_be_visible()
    not_met = int(first[["missed", "pending", "excluded", "cannot_assess"]].sum())
    page.get_by_role("button", name=f"See {cases(not_met)} not met").click()
    expect(heading(page, EXCEPTIONS)).to_be_visible()
    settled(page)
    assert counted(page) == not_met

    # One of the cases.
    pick_row(page, 0)
    listed = case_list(sample.result)
    own = listed[(listed["measure_id"] == "school-meeting-5") & (listed["case_owner"] == first["group"])]
    title = page.get_by_role("heading", name=re.compile("^Case "))
    number = title.inner_text().removeprefix("Case ")
    assert number in set(own["case_number"])
    row = own[own["case_number"] == number].iloc[0]
    details = main(page).locator(".st-key-details")
    for text in (row["check"], row["open"], row["verdict"]):
        expect(details).to_contain_text(text)
    page.get_by_role("button", name="Open this case").click()
    expect(heading(page, "A case")).to_be_visible()
    assert f"case={number}" in page.url
