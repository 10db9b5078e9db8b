"""Uploads that go wrong, and putting them right, in a real browser."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from browsing import (
    EXCEPTIONS,
    PRIVACY,
    UPLOAD,
    Watch,
    begin_reading,
    bytes_of_uploads,
    eventually,
    given_up,
    go,
    main,
    settled,
    taken_for,
    unfold,
    upload,
    use_sample,
)
from exports.make import files_of
from playwright.sync_api import Browser, expect

EVENTS = "Case Number\tSubject\tEvent Date\n00009235\tSchool visit\t16/04/2026\n"


def test_tables_pasted_one_after_the_other(browser: Browser, watch: Watch) -> None:
    page = watch.visitor(browser)
    taken = taken_for(page)
    cases = "Case Number\tRecord Type\tReferral Date\n00009235\tCA\t14/04/2026\n"
    for text in (cases, EVENTS):
        box = page.get_by_role("textbox", name=re.compile("Copy a table"))
        if not box.is_visible():  # it stays open once it was
            unfold(page, "No export? Paste a table")
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
    own = unfold(page, "Queues and subjects of your team")
    box = own.get_by_role("combobox", name=re.compile("Also accept as “Initial School Meeting”"))
    subject = "School Meeting"
    box.click()
    box.fill(subject)
    page.get_by_role("option", name=re.compile(rf"^{subject} \(\d+\)$")).click()
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
        expect(taken_for(other).get_by_text("clean-cases.csv")).to_be_attached()
        expect(main(page).get_by_text(said)).to_be_visible()
        settled(page)
    upload(page, clean_folder)  # and the one who sent them goes on too
    expect(main(page).get_by_text(said)).to_have_count(0)


# Giving up


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip that takes many seconds to read, and each file in it some: it is given up within one.

    No two texts are the same, and the letters of each were damaged.
    """
    file = tmp_path_factory.mktemp("slow") / "slow.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            first = 10_000_000 + number * 100_000
            rows = "".join(f"{n},CA,14/04/2026,WhÄ\x81nau Ã— {n}\n" for n in range(first, first + 60_000))
            name = f"cases {number}{' of a provider with a long name' * (number % 3)}.csv"
            archive.writestr(name, f"Case Number,Record Type,Referral Date,Student Name\n{rows}")
    return file


@pytest.mark.parametrize("width", [1280, 400])
def test_reading_is_cancelled(browser: Browser, watch: Watch, clean_folder: Path, slow: Path, width: int) -> None:
    page = watch.visitor(browser, width)
    taken = taken_for(page).get_by_text("clean-cases.csv", exact=True)
    for earlier in (0, 1):
        if earlier:  # it goes on as if nothing had been, and what is read now stays
            upload(page, clean_folder)
        reading = begin_reading(page, slow)
        eventually(lambda: bytes_of_uploads(page) > 0, "what is being read is counted")
        reading.get_by_role("button", name="Cancel").click()
        given_up(page, slow)
        expect(taken).to_have_count(earlier)
        eventually(lambda: bytes_of_uploads(page) == 0, "nothing is held of what was cancelled")


def test_upload_is_left_while_reading(browser: Browser, watch: Watch, clean_folder: Path, slow: Path) -> None:
    page = watch.visitor(browser)
    upload(page, clean_folder)
    begin_reading(page, slow)
    eventually(lambda: bytes_of_uploads(page) > 0, "what is being read is counted")
    go(page, PRIVACY)
    eventually(lambda: bytes_of_uploads(page) == 0, "nothing is held of what was left")
    go(page, UPLOAD)
    given_up(page, slow)
    expect(taken_for(page).get_by_text("clean-cases.csv", exact=True)).to_be_attached()


def test_a_file_is_cancelled_on_its_way(browser: Browser, watch: Watch, slow: Path) -> None:
    page = watch.visitor(browser)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slowly = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}  # bytes a second
    network.send("Network.emulateNetworkConditions", slowly)
    page.locator("input[type=file]").set_input_files(slow)
    page.get_by_role("button", name=f"Cancel upload of {slow.name}").click()
    given_up(page, slow)
