"""What browser tests share to look at a page with axe: can it be used by who sees it badly, or not at all?"""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from browsing import narrow_navigation_closed, settled, still
from playwright.sync_api import Page, expect

WIDTHS, SCHEMES = (1280, 400), ("light", "dark")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# What axe finds in markup that is Streamlit's own, and the app cannot change: rule → what the element must be like for
# the finding to be let pass. Each is explained in docs/access.md.
STREAMLITS_OWN = {
    "list": re.compile(r'<ul data-testid="stSidebarNavItems"'),
    "listitem": re.compile(r"<li class=.*stSidebarNavLink", re.DOTALL),
    # What is typed into a box of several choices shrinks beside them; the whole box takes the click.
    "target-size": re.compile(
        r'<input aria-label="[^"]*" type="text" aria-autocomplete="list".*role="combobox"', re.DOTALL
    ),
    # The group of a chart's layer that has nothing to draw, so nothing to name.
    "svg-img-alt": re.compile(r'<g class="mark-\S+ role-mark [^>]*></g>'),
}


def violations_in_every_look(page: Page) -> list[str]:
    """What axe finds on the page, wide and narrow, light and dark; afterwards it looks as it did."""
    size, scheme = page.viewport_size, page.evaluate(_SCHEME)
    assert size
    found = []
    for width in WIDTHS:
        for each in SCHEMES:
            look(page, width, size["height"], each)
            found += [f"{width} {each}: {violation}" for violation in violations(page)]
    look(page, size["width"], size["height"], scheme)
    drawn(page)
    return found


_SCHEME = "getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme"


def look(page: Page, width: int, height: int, scheme: str) -> None:
    """Have a window of another size, and another colour scheme, as when a phone is turned or evening comes."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.wait_for_function(f"wanted => {_SCHEME} === wanted && innerWidth === {width}", arg=scheme)
    if width >= 768:  # the navigation lies beside the page, to be looked at with it, unless it was closed by hand
        sidebar, opener = page.get_by_test_id("stSidebar"), page.get_by_role("button", name="Expand sidebar")
        page.wait_for_load_state("networkidle")
        still(page.locator("body"))
        if opener.is_visible():
            opener.click()
        expect(sidebar).to_have_attribute("data-collapsed", "false")


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, other than what is Streamlit's own."""
    drawn(page)
    rules = {"type": "tag", "values": RULES}
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


def drawn(page: Page) -> None:
    settled(page)
    narrow_navigation_closed(page)
    page.wait_for_load_state("networkidle")
    still(page.locator("body"))  # what was faded while the page was made anew comes back in steps
