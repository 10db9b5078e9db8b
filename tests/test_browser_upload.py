"""Uploads that go wrong, and putting them right, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

from browsing import EXCEPTIONS, UPLOAD, Watch, download, go, main, settled, upload, use_sample
from exports.make import files_of
from playwright.sync_api import Browser, Page, expect

from asreport.settings import read_settings

CASES = (
    "Ref,Kind,Came in,Who,Whose\n"
    "00009234,NEN – Domestic,14/04/2026,Intake,Example Mia\n"
    "00009235,CA,15/04/2026,Tidy,Example Bo\n"
)
EVENTS = "Case Number\tSubject\tEvent Date\n00009235\tSchool visit\t16/04/2026\n"


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
    taken = page.get_by_role("region", name="taken for")
    for file in files:
        expect(taken.get_by_text(file.name, exact=True)).to_be_attached()
    settled(page)


def test_a_mistaken_upload_put_right_and_remembered(browser: Browser, watch: Watch, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text(CASES, "utf-8")
    page = watch.visitor(browser)
    drop(page, odd)
    expect(main(page).get_by_text("is not recognised as any of the exports")).to_be_visible()
    # The match is open by itself, as the file needs a look.
    pick(page, "This sheet holds", "Cases")
    expect(main(page).get_by_text("Choose a column for: Case number, Case type, Referral date.")).to_be_visible()
    pick(page, "Case number (needed)", "Ref ·")
    pick(page, "Case type (needed)", "Kind ·")
    pick(page, "Referral date (needed)", "Came in · 14/04/2026")
    pick(page, "Case owner", "Who ·")
    page.get_by_role("button", name="Read again with this match").click()
    expect(page.get_by_role("button", name="Download these settings")).to_be_visible()
    settled(page)
    expect(main(page).get_by_text("neither chronic absence nor non-enrolled")).to_be_visible()
    pick(page, re.compile("“NEN – Domestic” means"), "Non-enrolment notification (NEN)")
    page.get_by_role("button", name="Read again with this match").click()
    expect(main(page).get_by_text("neither chronic absence nor non-enrolled")).to_have_count(0)
    settled(page)
    kept = tmp_path / "asreport-settings.json"
    kept.write_bytes(download(page, "Download these settings", ".json"))
    settings = read_settings(kept.read_bytes())
    assert settings.values == {"case_type": {"NEN – Domestic": "NEN"}}
    assert not [text for text in ("00009234", "Example", "14/04") if text in kept.read_text("utf-8")]

    # Another day, another session: dropped in with the exports, it needs no click.
    later = watch.visitor(browser)
    drop(later, odd, kept)
    expect(main(later).get_by_text("is not recognised")).to_have_count(0)
    expect(main(later).get_by_text("neither chronic absence")).to_have_count(0)


def test_tables_pasted_one_after_the_other(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser)
    taken = page.get_by_role("region", name="taken for")
    cases = "Case Number\tRecord Type\tReferral Date\n00009235\tCA\t14/04/2026\n"
    for text in (cases, EVENTS):
        box = page.get_by_role("textbox", name=re.compile("Copy a table"))
        if not box.is_visible():  # it stays open once it was
            page.get_by_text("No export? Paste a table").click()
        expect(box).to_be_visible()
        # Typed, a tab would leave the box: what is pasted keeps it.
        box.fill(text)
        page.get_by_role("button", name="Read this table").click()
        expect(
            taken.get_by_text("Cases" if text == cases else "Meetings and other events", exact=True)
        ).to_be_attached()
        settled(page)
    expect(main(page).get_by_text("Not uploaded, so not assessed: Student plans, ENROL outcomes.")).to_be_visible()


def test_a_subject_of_the_team_is_accepted_and_named_on_every_page(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser)
    use_sample(page)
    page.get_by_text("Queues and subjects of your team").click()
    box = page.get_by_role("combobox", name=re.compile("Also accept as “Initial School Meeting”"))
    subject = "School Meeting"
    box.click()
    box.fill(subject)
    option = page.get_by_role("option", name=re.compile(rf"^{subject} \(\d+\)$"))
    if not option.is_visible():
        box.press("ArrowDown")  # opens the list, should the click have closed it
    option.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile(f"^Remove {subject}"))).to_be_visible()
    page.get_by_role("button", name="Assess again with these").click()
    told = main(page).get_by_text("Not as the Ministry computes it.")
    expect(told).to_be_visible()
    settled(page)
    go(page, EXCEPTIONS)
    expect(told).to_contain_text(subject)


HOSTILE = {  # of tests/exports, and what is said
    "sparse-xlsx": "has a cell far away from its table",
    "bomb-xlsx": "unpacks to far more than a workbook of its size would",
    "locked-xlsx": "is protected with a password",
    "truncated-xlsx": "is damaged or was not copied whole",
}


def test_hostile_files_cost_another_visitor_nothing(
    browser: Browser, watch: Watch, clean_folder: Path, tmp_path: Path
) -> None:
    other = watch.visitor(browser)
    upload(other, clean_folder)
    page = watch.visitor(browser)
    for entry, said in HOSTILE.items():
        ((name, content),) = files_of(f"hostile/{entry}").items()
        (tmp_path / name).write_bytes(content)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        # While that is read, the other visitor goes on.
        go(other, EXCEPTIONS)
        go(other, UPLOAD)
        expect(other.get_by_role("region", name="taken for").get_by_text("clean-cases.csv")).to_be_attached()
        expect(main(page).get_by_text(said)).to_be_visible()
        settled(page)
    upload(page, clean_folder)  # and the one who sent them goes on too
    expect(main(page).get_by_text(said)).to_have_count(0)


def test_reading_can_be_cancelled(browser: Browser, watch: Watch, clean_folder: Path, tmp_path: Path) -> None:
    page = watch.visitor(browser)
    upload(page, clean_folder)
    ((name, content),) = files_of("hostile/a-million-rows-csv").items()
    (tmp_path / name).write_bytes(content)
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    settled(page)
    taken = page.get_by_role("region", name="taken for")
    expect(taken.get_by_text("clean-cases.csv", exact=True)).to_be_attached()
    expect(page.get_by_text(name)).to_have_count(0)
