"""Whoever uses it, however: contrast, names, headings, keyboard, zoom; see docs/access.md."""

from __future__ import annotations

import pytest
from access import violations, violations_in_every_look
from browsing import ATTAINMENT, UPLOAD, Watch, go, heading, main, settled, titles, too_wide, use_sample
from playwright.sync_api import Browser, Page, expect


def levels(page: Page) -> list[int]:
    """The levels of the headings that can be seen, in their order."""
    found = page.locator("h1:visible, h2:visible, h3:visible, h4:visible, h5:visible, h6:visible")
    return [int(name[1]) for name in found.evaluate_all("all => all.map(heading => heading.tagName)")]


def assert_in_order(found: list[int], title: str) -> None:
    assert found[:1] == [1] and found.count(1) == 1, f"{title}: one title, first: {found}"
    skipped = [pair for pair in zip(found, found[1:], strict=False) if pair[1] > pair[0] + 1]
    assert not skipped, f"{title}: no level is skipped: {found}"


def test_every_page_passes_what_can_be_checked_by_rule(browser: Browser, watch: Watch) -> None:
    # Tall, as axe cannot tell the contrast of what is scrolled out of sight.
    page = watch.visitor(browser, viewport={"width": 1280, "height": 6000}, color_scheme="light")
    found = {f"{UPLOAD}, without data": violations_in_every_look(page)}
    assert_in_order(levels(page), f"{UPLOAD}, without data")
    pages = titles(page)
    assert len(pages) >= 8
    go(page, ATTAINMENT)
    found[f"{ATTAINMENT}, without data"] = violations_in_every_look(page)
    go(page, UPLOAD)
    use_sample(page)
    tabs = 0
    for title in pages:
        go(page, title)
        found[title] = violations_in_every_look(page)
        assert_in_order(levels(page), title)
        # What a tab hides is checked in one look: it is the same at every width.
        for tab in page.get_by_role("tab").all()[1:]:
            tabs += 1
            tab.click()
            found[f"{title}, {tab.inner_text()}"] = violations(page)
            assert_in_order(levels(page), f"{title}, {tab.inner_text()}")
    assert tabs > 2, "what tabs hide was seen too"
    assert not any(found.values()), "\n".join(f"{title}: {one}" for title, many in found.items() for one in many)


FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const nowhere = element === document.body || element === document.documentElement;
    const name = nowhere ? "" : element.getAttribute("aria-label") || element.innerText || element.tagName;
    // A cell of a table is drawn, and so is the ring around it.
    const ring = element.closest("canvas") || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    return {name: name.trim(), ring: Boolean(ring)};
}"""


def test_by_keyboard_alone_to_the_first_figures(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser)
    settled(page)
    page.wait_for_load_state("networkidle")  # what the page looks like is fetched when first needed
    pages = titles(page)
    seen: dict[str, bool] = {}

    def tab_to(name: str, most: int = 60) -> None:
        """Press Tab until what ends with this name has the focus."""
        for _ in range(most):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused["name"]:
                seen[focused["name"]] = focused["ring"]
            if focused["name"].endswith(name):
                return
        pytest.fail(f"Tab does not reach {name}, but {[seen_name[-40:] for seen_name in seen]}")

    tab_to("Use the sample data")
    assert set(pages) <= {name.split("\n")[-1] for name in seen}, "the navigation comes first"
    assert any(name.endswith("Upload") for name in list(seen)[len(pages) :]), "then the upload"
    assert not [name for name, ring in seen.items() if not ring], "wherever the focus is, it is seen"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What was noticed")).to_be_visible()
    settled(page)
    expect(page.get_by_role("link", name="See the targets")).to_be_visible()
    page.wait_for_load_state("networkidle")  # links and tables are drawn by code that is fetched when first needed
    tab_to("See the targets")
    page.keyboard.press("Enter")
    expect(heading(page, ATTAINMENT)).to_be_visible()
    settled(page)
    page.wait_for_load_state("networkidle")
    # All the way round, through charts and tables: nothing holds the focus.
    tab_to("Skip to main content", most=300)
    tab_to("Exceptions")
    assert not [name for name, ring in seen.items() if not ring]


@pytest.mark.parametrize("width", [640, 320], ids=["200 %", "400 %"])
def test_enlarged_nothing_scrolls_sideways(browser: Browser, watch: Watch, width: int) -> None:
    """So wide is a window of 1280 when the page is enlarged."""
    page = watch.visitor(browser, width=width)
    use_sample(page)
    for title in titles(page):
        go(page, title)
        assert too_wide(page) == [], title


# The look


WIDTHS = """texts => {
    const pen = document.createElement("canvas").getContext("2d");
    return texts.map(([font, text]) => { pen.font = `100px ${font}`; return pen.measureText(text).width; });
}"""


def test_letters_are_those_shipped_with_the_app(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    go(page, ATTAINMENT)
    families = [
        element.first.evaluate("element => getComputedStyle(element).fontFamily.split(',')[0].replaceAll('\"', '')")
        for element in (heading(page, ATTAINMENT), main(page).locator("p"))
    ]
    assert families == ["asreport Display", "asreport"]
    loaded = page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)")
    assert {name.strip("'\"") for name in loaded} >= set(families)
    for family in families:
        vowels = "aeiouAEIOU"
        macrons = "āēīōūĀĒĪŌŪ"
        font = f"'{family}', monospace"
        plain, marked, other = (
            page.evaluate(WIDTHS, [[name, letter] for letter in letters])
            for name, letters in ((font, vowels), (font, macrons), ("monospace", macrons))
        )
        assert not [m for m, own, fallen in zip(macrons, marked, other, strict=True) if own == fallen], family
        assert [vowel for vowel in (0, 1, 3, 4) if plain[vowel] != marked[vowel]] == [], "ā is as wide as a"
    digits = page.evaluate(WIDTHS, [["'asreport'", digit] for digit in "0123456789"])
    assert len(set(digits)) == 1, "figures stand below each other"
