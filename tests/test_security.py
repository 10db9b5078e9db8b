"""What someone with ill intent would try, tried: SECURITY.md has the threats, and what each try gave."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pandas as pd
import pytest
from browsing import (
    ATTAINMENT,
    BREAKDOWN,
    CASE,
    EXCEPTIONS,
    TITLES,
    UPLOAD,
    Server,
    Watch,
    download,
    eventually,
    go,
    heading,
    main,
    served,
    settled,
    start,
    stop,
    upload,
    use_sample,
)  # fmt: skip
from conftest import ROOT, Computed
from deployed import ask, free_port, websocket_status
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from asreport.command_line import cli
from asreport.tables import TABLES, Tables

# A header for each field that an export can hold.
HEADERS = {
    "cases": {
        "case_number": "Case Number", "case_type": "Case Record Type", "referral_date": "Referral Date",
        "allocation_date": "Date Allocated", "case_owner": "Case Owner", "owner_assigned_date": "Owner Assigned Date",
        "status": "Status", "nsn": "NSN", "student_name": "Student Name", "school": "School", "provider": "Provider",
        "region": "Region",
    },
    "events": {
        "case_number": "Case Number", "subject": "Subject", "event_date": "Date", "activity_type": "Task/Event",
        "recorded_on": "Created Date", "assigned_to": "Assigned",
    },
    "plans": {
        "case_number": "Case Number", "plan_id": "Plan ID", "status": "Plan Status", "steps": "Number of Steps",
        "recorded_on": "Created Date",
    },
    "outcomes": {"nsn": "NSN", "start_date": "Enrolment Date", "school": "School Name"},
}  # fmt: skip
KEPT = {"case_type", "status", "subject"}  # their words decide what a row is about: spoilt in some rows alone


def spoilt(tables: Tables, folder: Path, spoil: Callable[[str, str], str]) -> Path:
    """Exports of these tables in which every text is what `spoil(field, text)` makes of it."""
    folder.mkdir()
    for table, headers in HEADERS.items():
        rows = pd.DataFrame({header: tables[table][field] for field, header in headers.items()})
        for field, header in headers.items():
            column = rows[header]
            if pd.api.types.is_datetime64_dtype(column):
                rows[header] = column.dt.strftime("%d/%m/%Y")
                continue
            text = {"CA": "Chronic Absence", "NEN": "Non-Enrolled"}
            column = column.astype("string").fillna("").replace(text)
            changed = column.map(lambda value, field=field: spoil(field, value) if value else value)
            rows[header] = changed.where(~rows.index.isin(rows.index[5:]), column) if field in KEPT else changed
        rows.to_csv(folder / f"{table}.csv", index=False)
    return folder


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    page = watch.visitor(browser)
    yield page
    page.context.close()


# Formulas


FORMULA = "=1+1|"
STARTS = tuple("=+-@\t\r")


def formulas(name: str, content: bytes) -> list[str]:
    """What a spreadsheet would compute in a file that was downloaded."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            assert not [m for m in members if set(m) & set('/\\:*?"<>|') or m.startswith(".")], "a path in a name"
            return [found for m in members for found in formulas(m, archive.read(m))]
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        taken = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(STARTS)]
        # A text as it is, marked so that it stays a text when someone edits the cell.
        return [f"{name} {c.coordinate}: {c.value}" for c in taken if c.data_type == "f" or not c.quotePrefix]
    if name.endswith(".csv"):
        cells = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, header=None).to_numpy().ravel()
        return [f"{name}: {cell}" for cell in cells if cell.startswith(STARTS) and not re.fullmatch(r"-?[\d.]+", cell)]
    json.loads(content)
    return []


def downloads_of(page: Page) -> dict[str, bytes]:
    """Every file that a page offers, folded parts too."""
    found = {}
    page.wait_for_load_state("networkidle")  # all of the page is there
    settled(page)
    for button in page.get_by_test_id("stDownloadButton").get_by_role("button").all():
        with page.expect_download() as caught:
            button.dispatch_event("click")
        found[caught.value.suggested_filename] = Path(caught.value.path()).read_bytes()
    settled(page)
    return found


def test_no_column_becomes_a_formula_in_any_download(page: Page, sample: Computed, tmp_path: Path) -> None:
    exports = spoilt(sample.exports.tables, tmp_path / "exports", lambda field, text: FORMULA + text)
    upload(page, exports)
    page.get_by_test_id("stSidebarUserContent").get_by_text(
        "Show student names"
    ).click()  # names hidden: the key is among the downloads
    settled(page)
    found = downloads_of(page)
    page.get_by_test_id("stSidebarUserContent").get_by_text("Show student names").click()
    settled(page)
    for title in TITLES:
        go(page, title)
        if title == CASE:
            page.get_by_role("button", name=re.compile("^Case ")).first.click()
            settled(page)
        found |= downloads_of(page)
    assert cli.main(["assess", *map(str, exports.iterdir()), "--out", str(tmp_path / "out")]) == 0
    found |= {f"command line/{file.name}": file.read_bytes() for file in (tmp_path / "out").iterdir()}
    kinds = {name.rsplit(".", 1)[-1] for name in found}
    assert kinds == {"csv", "xlsx", "zip", "json"} and len(found) >= 14, "\n".join(sorted(found))
    assert [name for name in found if name.startswith("student-key")]
    assert sum(FORMULA.encode() in content for content in found.values()) >= 4, "what was sent in is in what comes out"
    assert [each for name, content in found.items() for each in formulas(name, content)] == []


# Markup


MARKUP = {
    "html": ("<i onclick=window.zq=1>", "</i>"),
    "image": ("<img src=x onerror=window.zq=1>", ""),
    "bold": ("**", "**"),
    "underscore": ("__", "__"),
    "strike": ("~~", "~~"),
    "code": ("`", "`"),
    "math": ("$", "$"),
    "link": ("[", "](https://asreport.example)"),
    "picture": ("![", "](x)"),
    "colour": (":red[", "]"),
    "badge": (":blue-badge[", "]"),
    "icon": (":material/home:", ""),
    "emoji": (":smile:", ""),
    "logo": (":streamlit:", ""),
}
NASTY = " ".join(f"{before}zq{name}{after}" for name, (before, after) in MARKUP.items())


def taken_for_markup(page: Page) -> list[str]:
    """Where the page shows a word of `NASTY` without the marks in front of it."""
    # Labels too: Streamlit gives a widget's to a screen reader as it was handed over, with the backslashes of escapes.
    shown = page.evaluate(
        "[document.body.innerText, ...[...document.querySelectorAll('[aria-label],[title],[alt]')].flatMap("
        "e => ['aria-label', 'title', 'alt'].map(name => (e.getAttribute(name) || '').replaceAll('\\\\', '')))]"
        ".join('\\n')"
    )
    shown = shown.replace("\u2060", "")
    assert page.evaluate("window.zq") is None, "a script ran"
    wrong = []
    for name, (before, _) in MARKUP.items():
        for match in re.finditer(f"zq{name}", shown):
            if not shown[: match.start()].endswith(before):
                wrong.append(shown[max(0, match.start() - 40) : match.end() + 20])
    return wrong


def test_markup_in_any_column_is_shown_as_it_was_typed(page: Page, sample: Computed, tmp_path: Path) -> None:
    kept = {"case_number", "nsn"}  # numbers tell rows apart, and are in the address of a page

    def spoil(field: str, text: str) -> str:
        return text if field in kept else f"{text} {NASTY}"

    upload(page, spoilt(sample.exports.tables, tmp_path / "exports", spoil))
    seen = False
    for title in TITLES:
        go(page, title)
        page.wait_for_load_state("networkidle")
        assert taken_for_markup(page) == [], title
        seen |= "zqbold" in page.inner_text("body")
        if title == CASE:
            page.get_by_role("button", name=re.compile("^Case ")).first.click()
            settled(page)
            expect(main(page).get_by_text("zqbold").first).to_be_visible()
            assert taken_for_markup(page) == [], title
    assert seen


def test_markup_in_numbers_and_names_of_files_is_shown_as_it_was_typed(
    page: Page, sample: Computed, tmp_path: Path
) -> None:
    folder = spoilt(
        sample.exports.tables,
        tmp_path / "exports",
        lambda field, text: f"{text} {NASTY}" if field in ("case_number", "nsn") else text,
    )
    name = " ".join(f"{before}zq{name}" for name, (before, _) in MARKUP.items() if "/" not in before)
    files = [
        {"name": f"../../{name} {file.name}", "mimeType": "text/csv", "buffer": file.read_bytes()}
        for file in sorted(folder.iterdir())
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("heading", name="What was noticed")).to_be_visible()
    settled(page)
    assert "zqbold" in page.inner_text("body")
    for title in TITLES:
        go(page, title)
        assert taken_for_markup(page) == [], title


# Paths


def visible(folder: Path) -> set[str]:
    """What is in a folder, but for what tests that run at the same time may keep there."""
    return {path.name for path in folder.iterdir() if not path.name.startswith((".", "__"))}


def test_a_path_in_a_name_reaches_no_file(page: Page, clean_folder: Path, tmp_path: Path) -> None:
    before = visible(ROOT)
    cases = (clean_folder / "clean-cases.csv").read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("../../zq-outside.csv", cases)
        members.writestr("/zq-absolute.csv", (clean_folder / "clean-plans.csv").read_bytes())
    files = [
        {"name": "../../zq-upload.zip", "mimeType": "application/zip", "buffer": archive.getvalue()},
        {"name": "..\\..\\zq-windows.csv", "mimeType": "text/csv", "buffer": cases},
        {"name": "/etc/zq-root.csv", "mimeType": "text/csv", "buffer": cases},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("heading", name="What was noticed")).to_be_visible()
    settled(page)
    assert "zq-outside.csv" in page.inner_text("body"), "it is a name and nothing else"
    go(page, ATTAINMENT)
    assert visible(ROOT) == before
    places = [ROOT, ROOT.parent, ROOT.parent.parent, Path("/"), Path("/etc"), Path("/tmp")]
    assert not [path for place in places for path in place.glob("zq-*")]


def raw(server: Server, *lines: str) -> tuple[int, bytes]:
    """Status and answer to a request that is sent just so."""
    address = urlsplit(server.address)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("root", ["/app/static", "/static", "/media", "/component", "/_stcore/bidi-components", ""])
def test_no_path_leads_out_of_what_is_served(server: Server, root: str) -> None:
    steps = ["..", "%2e%2e", "..%2f..", "%2e%2e%2f%2e%2e", "..\\..", "....//", "%252e%252e", ".%00"]
    targets = ["app.py", ".streamlit/config.toml", "etc/passwd", "../../../../etc/passwd"]
    first_page = ask(server.address).body  # which is also the answer to an address that nothing stands at
    assert b"<title>Streamlit</title>" in first_page
    for path in [f"{root}/{step}/{target}" for step in steps for target in targets] + [f"{root}//etc/passwd"]:
        status, answer = raw(server, f"GET {path} HTTP/1.1", "Host: 127.0.0.1")
        refused = {400: b"Bad Request", 404: b"not found", 200: first_page}
        assert status in refused, (path, status)
        assert answer.lower().endswith(refused[status].lower()), (path, status)
        assert len(answer.partition(b"\r\n\r\n")[2]) <= max(len(first_page), 30) and b"root:x:0" not in answer, path


# Other people's sessions


def test_uploads_need_a_token_and_a_session_that_is_there(server: Server) -> None:
    health = ask(f"{server.address}/_stcore/health")
    token = health.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    url = f"{server.address}/_stcore/upload_file/0b5e2b7e-1111-4222-8333-123456789012/a"
    multipart = {"Content_Type": "multipart/form-data; boundary=zq"}
    body = b'--zq\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\na\r\n--zq--\r\n'
    both = {"X_Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
    assert ask(url, "PUT", body, **multipart).status == 403, "no token"
    assert ask(url, "PUT", body, **multipart, Cookie=both["Cookie"]).status == 403, (
        "as another site's page would send it"
    )
    assert ask(url, "PUT", body, **multipart, **{**both, "X_Xsrftoken": token[:-3] + "000"}).status in (403, 400)
    assert ask(url, "PUT", body, **multipart, **both).status == 400, "a session that was guessed"
    assert ask(url, "DELETE", Cookie=both["Cookie"]).status == 403


def upload_addresses(page: Page, folder: Path) -> list[str]:
    """Upload a folder; the addresses that the browser sent its files to."""
    puts: list[str] = []
    page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    upload(page, folder)
    return puts


def test_what_was_uploaded_can_never_be_fetched(
    browser: Browser, watch: Watch, clean_folder: Path, server: Server
) -> None:
    page = watch.visitor(browser)
    puts = upload_addresses(page, clean_folder)
    assert len(puts) == len(list(clean_folder.iterdir()))
    # All that is answered is the first page, as at any address that nothing stands at.
    first_page = ask(server.address).body
    assert b"<title>Streamlit</title>" in first_page
    for url in puts:
        assert ask(url, "POST").status == 405
        for method, body in (("GET", first_page), ("HEAD", b"")):
            answer = ask(url, method)
            assert (answer.status, answer.body) == (200, body), method
            assert answer.headers["Content-Length"] == str(len(first_page)), method
    page.context.close()


# Has a page ask for the session of someone else when it connects, as a browser does that comes back.
_AS_SESSION = """id => {
    const Plain = window.WebSocket;
    window.WebSocket = class extends Plain {
        constructor(url, protocols) { super(url, [protocols[0], protocols[1] || 'x', id]); }
    };
}"""


def test_a_session_that_is_guessed_is_an_empty_one(
    browser: Browser, watch: Watch, clean_folder: Path, server: Server
) -> None:
    page = watch.visitor(browser)
    puts = upload_addresses(page, clean_folder)
    session = puts[0].split("/")[-2]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", session), (
        "122 bits drawn"
    )
    for guess in (session[:-1] + ("0" if session[-1] != "0" else "1"), session.upper(), session + "x", "..", "1"):
        context = browser.new_context()
        context.add_init_script(f"({_AS_SESSION})({json.dumps(guess)})")
        stranger = context.new_page()
        stranger.goto(f"{server.address}/exceptions")
        expect(stranger.get_by_text("Nothing to show yet")).to_be_visible()
        expect(stranger.get_by_text("clean-cases.csv")).to_have_count(0)
        context.close()
    go(page, EXCEPTIONS)
    page.context.close()


def test_the_address_of_a_download_is_drawn_of_its_content_and_does_not_last(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "log.txt", "--server.disconnectedSessionTTL=3") as server:
        _download_and_clear(browser, server)


def _download_and_clear(browser: Browser, server: Server) -> None:
    page = Watch(server).visitor(browser)
    use_sample(page)
    go(page, EXCEPTIONS)
    with page.expect_response(re.compile("/media/")) as media:
        content = download(page, "Download all", ".xlsx")
    url = media.value.url
    assert re.search(r"/media/[0-9a-f]{32,}", url), "too long to guess"
    assert ask(url).body == content, "known, and left: who has the address has the file while the session lasts"
    assert ask(f"{server.address}/media/").status == 404, "no list of them"
    assert ask(url[:-8] + "0000.xlsx").status == 404
    go(page, UPLOAD)
    page.get_by_role("button", name="Clear everything").click()
    expect(page.get_by_role("heading", name="What was noticed")).to_have_count(0)
    settled(page)
    # What was downloaded is kept for as long as a closed tab is: a slow browser may not have it yet.
    until = time.monotonic() + 60
    while ask(url).status != 404 and time.monotonic() < until:
        time.sleep(0.5)
        go(page, UPLOAD)
    assert ask(url).status == 404, "cleared is gone, downloads too"
    page.context.close()


@pytest.mark.browser
def test_a_page_of_another_site_cannot_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Before it refuses, Streamlit asks an outside service for its own public address: here that leads nowhere.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with served(tmp_path / "log.txt") as server:
        assert websocket_status(server.address, server.address) == 101
        for origin in ("https://asreport.example", "http://127.0.0.1.asreport.example", "null"):
            assert websocket_status(server.address, origin) == 403, origin
            for path in ("/", "/_stcore/health", "/_stcore/host-config", "/media/none"):
                answer = ask(server.address + path, Origin=origin)
                assert answer.headers["Access-Control-Allow-Origin"] is None, path


def test_interfaces_that_the_app_does_not_use_are_off(server: Server) -> None:
    check = ask(f"{server.address}/_stcore/script-health-check")
    assert check.body == ask(server.address).body, "nothing stands there, so the first page answers"
    answer = ask(f"{server.address}/_stcore/agent/interact", "POST", b"{}", Content_Type="application/json")
    assert answer.status == 403, "no client but a browser drives the app"


# What is left behind after an error


def test_a_fault_in_a_page_or_download_tells_nobody_about_a_case(
    browser: Browser, tmp_path: Path, sample_folder: Path, sample: Computed
) -> None:
    """The app as it is, but for two faults whose messages quote students."""
    copy = tmp_path / "app"
    kept = shutil.ignore_patterns("__pycache__", ".git", "tests", "benchmarks", "fuzz", ".venv", "venv")
    shutil.copytree(ROOT, copy, ignore=kept)
    fault = "raise ValueError('bad rows: ' + ', '.join({}['student_name'].dropna()))\n"
    with (copy / "pages" / "breakdown.py").open("a") as file:
        file.write(fault.format("result.cases"))
    with (copy / "asreport" / "downloads.py").open("a") as file:
        file.write(f"\n\ndef attainment_csv(result):\n    {fault.format('result.cases')}")
    names = set(sample.result.cases["student_name"].dropna())

    server = Server(f"http://127.0.0.1:{(port := free_port())}", tmp_path / "log.txt")
    process = start(server, port, folder=copy)
    try:
        page = Watch(server).visitor(browser)
        received: list[bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame)))
        page.reload()
        upload(page, sample_folder)
        page.get_by_role("navigation").get_by_role("link", name=BREAKDOWN, exact=True).click()
        expect(heading(page, BREAKDOWN)).to_be_visible()
        expect(page.get_by_text("Something went wrong on this page")).to_be_visible()
        assert "bad rows" not in page.content() and "Traceback" not in page.content()
        go(page, ATTAINMENT)
        main(page).get_by_role("button", name="Download these figures").click()
        eventually(lambda: page.wait_for_timeout(50) or any(map(is_of_a_download, received)), "the click is answered")
        settled(page)
        assert not [message for message in received if b"bad rows" in message]
        shown = page.content()
        assert "bad rows" not in shown and not [name for name in names if name in shown]
        go(page, EXCEPTIONS)  # and the app goes on
        page.context.close()
    finally:
        stop(process)
    log = server.log.read_text("utf-8", errors="replace")
    assert str(port) in log, "this is the log of that server"
    assert "bad rows" not in log and not [name for name in names if name in log]


def is_of_a_download(message: bytes) -> bool:
    """Whether the server answers with this that a file was made, or could not be."""
    return ForwardMsg.FromString(message).WhichOneof("type") == "backend_operation_response"


def test_every_field_is_among_those_that_are_spoilt() -> None:
    """So that a field added later is tried too."""
    left = {table: {field.name for field in TABLES[table]} - set(HEADERS[table]) for table in HEADERS}
    assert left == {
        "cases": {"migrated", "contact_details_current", "closed_date"},
        "events": set(), "plans": set(), "outcomes": {"outcome_type"},
    }, "but for yes or no, a date, and a word that is told"  # fmt: skip


# What asreport is made of


def audited(folder: Path, answer: dict[str, object], allowed: str = "") -> subprocess.CompletedProcess[str]:
    """The audit of `.ci/`, with an answer in place of the advisories', as they cannot be reached everywhere."""
    shutil.copy(ROOT / ".ci" / "audit", folder)
    (folder / "audit-allowed.toml").write_text(allowed)
    (folder / "pip_audit.py").write_text(
        f"import sys\nassert '--ignore-vuln' in sys.argv or not {bool(allowed)}\nprint({json.dumps(answer)!r})\n"
    )
    command = [sys.executable, str(folder / "audit")]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True)


def test_the_audit_fails_on_a_known_vulnerability_and_says_when_it_could_not_ask(tmp_path: Path) -> None:
    known = {"id": "CVE-2026-00000", "fix_versions": ["1.1"]}
    package = {"name": "example", "version": "1.0"}
    bad = audited(tmp_path, {"dependencies": [{**package, "vulns": [known]}]})
    assert bad.returncode == 1 and "example 1.0: CVE-2026-00000" in bad.stderr
    good = audited(tmp_path, {"dependencies": [{**package, "vulns": []}]})
    assert good.returncode == 0 and "1 packages asked for" in good.stdout
    unknown = audited(tmp_path, {"dependencies": [{**package, "skip_reason": "not found"}]})
    assert unknown.returncode == 0 and "nothing is known either way" in unknown.stdout
    entry = '[[allowed]]\nid = "CVE-2026-00000"\nreason = "never called"\nuntil = '
    assert audited(tmp_path, {"dependencies": [{**package, "vulns": []}]}, entry + "2999-01-01").returncode == 0
    late = audited(tmp_path, {"dependencies": [{**package, "vulns": []}]}, entry + "2020-01-01")
    assert late.returncode == 1 and "until 2020-01-01 only" in late.stderr
