"""Whoever uses it, however: contrast, names, headings, keyboard, zoom; see docs/access.md."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import ATTAINMENT, UPLOAD, Watch, go, heading, main, settled, titles, too_wide, use_sample
from playwright.sync_api import Browser, Page, expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# What axe finds in markup that is Streamlit's own, and the app cannot change: rule → what the element must be like for
# the finding to be let pass. Each is explained in docs/access.md.
STREAMLITS_OWN = {
    "list": re.compile(r'<ul data-testid="stSidebarNavItems"'),
    "listitem": re.compile(r"<li class=.*stSidebarNavLink", re.DOTALL),
    # The group of a chart's layer that has nothing to draw, so nothing to name.
    # What is typed into a box of several choices shrinks beside them; the whole box takes the click.
    "target-size": re.compile(
        r'<input aria-label="[^"]*" type="text" aria-autocomplete="list".*role="combobox"', re.DOTALL
    ),
    "svg-img-alt": re.compile(r'<g class="mark-\S+ role-mark [^>]*></g>'),
}


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds on the page as it stands, other than what is Streamlit's own."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": rules}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]} ({(node['any'] or node['all'] or node['none'])[0]['message'][:200]})"
        for violation in found
        for node in violation["nodes"]
        if not (own := STREAMLITS_OWN.get(violation["id"])) or not own.search(whole(page, node))
    ]


def whole(page: Page, node: dict[str, Any]) -> str:
    """An element's markup: axe shortens it."""
    return page.locator(node["target"][0]).first.evaluate("element => element.outerHTML")


def narrow_navigation_closed(page: Page) -> None:
    """On a phone the navigation lies over the page, which must be seen to be judged."""
    sidebar = page.get_by_test_id("stSidebar")
    if page.evaluate("innerWidth") < 768 and sidebar.get_attribute("data-collapsed") == "false":
        sidebar.hover()
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()


def drawn(page: Page) -> None:
    settled(page)
    narrow_navigation_closed(page)
    page.wait_for_load_state("networkidle")


def levels(page: Page) -> list[int]:
    """The levels of the headings that can be seen, in their order."""
    found = page.locator("h1:visible, h2:visible, h3:visible, h4:visible, h5:visible, h6:visible")
    return [int(name[1]) for name in found.evaluate_all("all => all.map(heading => heading.tagName)")]


def assert_in_order(found: list[int], title: str) -> None:
    assert found[:1] == [1] and found.count(1) == 1, f"{title}: one title, first: {found}"
    skipped = [pair for pair in zip(found, found[1:], strict=False) if pair[1] > pair[0] + 1]
    assert not skipped, f"{title}: no level is skipped: {found}"


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_what_can_be_checked_by_rule(browser: Browser, watch: Watch, width: int, scheme: str) -> None:
    # Tall, as axe cannot tell the contrast of what is scrolled out of sight. Dark, only colours differ.
    page = watch.visitor(browser, viewport={"width": width, "height": 6000}, color_scheme=scheme)
    rules = {"type": "tag", "values": RULES} if scheme == "light" else {"type": "rule", "values": ["color-contrast"]}
    drawn(page)
    found = {f"{UPLOAD}, without data": violations(page, rules)}
    assert_in_order(levels(page), f"{UPLOAD}, without data")
    pages = titles(page)
    assert len(pages) >= 8
    go(page, ATTAINMENT)
    drawn(page)
    found[f"{ATTAINMENT}, without data"] = violations(page, rules)
    go(page, UPLOAD)
    narrow_navigation_closed(page)
    use_sample(page)
    for title in pages:
        go(page, title)
        drawn(page)
        found[title] = violations(page, rules)
        assert_in_order(levels(page), title)
        # What a tab hides is checked once: it is the same at every width.
        for tab in page.get_by_role("tab").all()[1:] if (width, scheme) == (1280, "light") else []:
            tab.click()
            drawn(page)
            found[f"{title}, {tab.inner_text()}"] = violations(page, rules)
            assert_in_order(levels(page), f"{title}, {tab.inner_text()}")
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
