"""asreport as it is hosted: the proxy of `deploy/` as it is shipped, really run, with two app processes behind it."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import shutil
import socket
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from browsing import (
    BREAKDOWN,
    EXCEPTIONS,
    ROOT,
    TITLES,
    UPLOAD,
    Server,
    Watch,
    download,
    eventually,
    go,
    heading,
    settled,
    start,
    stop,
    upload,
    use_sample,
)  # fmt: skip
from deployed import Hosted, ask, free_port, hosted, need_proxy, websocket_status
from playwright.sync_api import Browser, Page, expect

from deploy import restart

pytestmark = pytest.mark.browser  # the app is served
CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
LIMIT = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]["maxUploadSize"] * 1024 * 1024
LOST = "Your session has ended"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("hosted")) as place:
        yield place


def visitor(browser: Browser, place: Hosted, **options: object) -> Page:
    return Watch(Server(place.address, place.log)).visitor(browser, **options)


def process_of(page: Page) -> str:
    """Which process the proxy keeps this visitor on."""
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "asreport_process")


def raw(place: Hosted, *lines: str) -> str:
    """The status line of the answer to a request of which only this is sent."""
    with socket.create_connection(("127.0.0.1", urlsplit(place.address).port or 0), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "Host: 127.0.0.1", "", ""]).encode())
        return connection.recv(4096).decode().split("\r\n")[0]


# Sessions


def test_each_stays_on_one_process_and_all_processes_are_used(browser: Browser, place: Hosted) -> None:
    pages = [visitor(browser, place) for _ in range(4)]
    on = [process_of(page) for page in pages]
    assert sorted(on) == ["app1", "app1", "app2", "app2"]
    for page, process in zip(pages, on, strict=True):
        use_sample(page)
        go(page, EXCEPTIONS)
        assert process_of(page) == process
        page.reload()
        expect(heading(page, EXCEPTIONS)).to_be_visible()
        assert process_of(page) == process
        page.context.close()
    log = place.log.read_text()
    streams = re.findall(r"/_stcore 101 .*(app\d)$", log, re.MULTILINE)
    assert {"app1", "app2"} == set(streams), "websockets went through to both"


def test_what_goes_through_the_proxy_leaves_no_address_in_its_log(
    browser: Browser, place: Hosted, sample_folder: Path
) -> None:
    page = visitor(browser, place)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    upload(page, sample_folder)
    go(page, EXCEPTIONS)
    download(page, "Download all", ".xlsx")
    secret = {part for url in asked if "/upload_file/" in url or "/media/" in url for part in url.split("/")[5:]}
    assert len(secret) > 4, "the session, each file, and the download"
    page.context.close()
    log = place.log.read_text()
    assert "/_stcore 204" in log and "/media 200" in log
    assert not [part for part in secret if part in log]


def test_a_process_is_killed_and_its_user_is_told_and_uploads_again(
    browser: Browser, place: Hosted, sample_folder: Path
) -> None:
    page, other = visitor(browser, place), visitor(browser, place)
    use_sample(page)
    use_sample(other)
    page.get_by_text("Show student names").click()
    settled(page)
    gone, kept = process_of(page), process_of(other)
    assert gone != kept
    place.stop(gone)
    try:
        newcomer = visitor(browser, place)
        assert process_of(newcomer) == kept, "who comes now goes on without noticing"
        expect(newcomer.get_by_text(LOST)).to_have_count(0)
        go(other, BREAKDOWN)
        expect(other.get_by_text(LOST)).to_have_count(0)

        eventually(lambda: process_of(page) == kept, "the browser comes back by itself, to the other process")
        go(page, BREAKDOWN)
        expect(page.get_by_text(LOST)).to_be_visible()
        expect(page.get_by_role("switch", name="Show student names")).not_to_be_checked()  # nor did hiding end
        go(page, UPLOAD)
        expect(page.get_by_text(LOST)).to_be_visible()
        upload(page, sample_folder)
        expect(page.get_by_text(LOST)).to_have_count(0)
        go(page, EXCEPTIONS)
        expect(page.get_by_text(LOST)).to_have_count(0)
        expect(page.get_by_text("Student names hidden")).to_be_visible()
    finally:
        place.start(gone)
        eventually(lambda: restart.up(place.admin, gone), "the proxy has found it healthy again")
        for each in browser.contexts:
            each.close()


def test_restarted_one_after_the_other_the_service_is_never_away(browser: Browser, place: Hosted) -> None:
    page = visitor(browser, place)
    use_sample(page)
    before = {name: process.pid for name, process in place.processes.items()}
    failed: list[object] = []
    done = threading.Event()

    def visit() -> None:
        while not done.wait(0.05):
            try:
                answers = [ask(f"{place.address}{path}").status for path in ("/", "/_stcore/health")]
            except OSError as error:
                answers = [error]
            failed.extend(answer for answer in answers if answer != 200)

    def again(name: str) -> None:
        place.stop(name)
        place.start(name)

    said: list[str] = []
    visits = threading.Thread(target=visit)
    visits.start()
    try:
        restart.restart(place.admin, 1, again, said.append)
    finally:
        done.set()
        visits.join()
    assert failed == []
    assert all(place.processes[name].pid != pid for name, pid in before.items())
    assert [line for line in said if line.endswith("healthy")] == ["app1: healthy", "app2: healthy"]
    assert [line for line in said if "1 open" in line], "it waited for the one who was there"
    go(page, BREAKDOWN)
    expect(page.get_by_text(LOST)).to_be_visible()
    page.context.close()


def test_the_last_healthy_process_is_never_restarted(tmp_path: Path) -> None:
    with hosted(tmp_path, apps=1) as place:
        eventually(lambda: not restart.up(place.admin, "app2"), "the proxy has found that app2 is not there")
        with pytest.raises(RuntimeError, match="app1 is left as it is"):
            restart.restart(place.admin, 1, lambda name: pytest.fail(f"{name} was restarted"))
        assert restart.up(place.admin, "app1")


# Headers


def test_every_page_keeps_to_the_content_security_policy(browser: Browser, place: Hosted) -> None:
    page = visitor(browser, place)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.reload()
    expect(heading(page, UPLOAD)).to_be_visible()
    use_sample(page)
    for title in TITLES:
        go(page, title)
        page.wait_for_load_state("networkidle")
    go(page, BREAKDOWN)
    expect(page.locator("canvas, svg.marks").first).to_be_visible()
    with page.expect_response(re.compile("/media/")) as media:
        go(page, EXCEPTIONS)
        download(page, "Download all", ".xlsx")
    assert media.value.headers["cache-control"] == "no-store", "no browser keeps a download in its cache"
    assert not [line for line in said if not line.startswith(("log", "info", "debug"))]
    # That a breach would have been noted:
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    eventually(lambda: page.wait_for_timeout(100) or any("Content Security Policy" in line for line in said), "said")
    page.context.close()


def test_security_headers_are_on_every_answer(place: Hosted) -> None:
    paths = {"/": 200, "/privacy": 200, "/app/static/inter.woff2": 200, "/media/none": 404, "/_stcore/metrics": 404}
    for path, status in paths.items():
        answer = ask(place.address + path)
        headers = answer.headers
        assert answer.status == status, path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == "same-origin" and "camera=()" in headers["Permissions-Policy"], path
        assert headers["Server"] is None and headers["Strict-Transport-Security"] is None, path


def test_the_one_inline_script_is_the_one_that_is_allowed() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert hashes == re.findall(r"'sha256-([^']+)'", CONFIGURATION.read_text()), "put this release's into haproxy.cfg"


# What is refused at the proxy


def refused_at_the_proxy(place: Hosted, answered: str, times: int = 1) -> bool:
    """Whether every request that was answered so was answered by the proxy itself."""

    def lines() -> list[str]:
        return [line for line in place.log.read_text().splitlines() if answered in line]

    eventually(lambda: len(lines()) >= times, "the proxy's log has them")  # it comes a little later
    return all("<NOSRV>" in line for line in lines())


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(place: Hosted) -> None:
    put = "PUT /_stcore/upload_file/a/b HTTP/1.1"
    assert " 413 " in raw(place, put, f"Content-Length: {LIMIT + 1}")
    assert " 411 " in raw(place, put, "Transfer-Encoding: chunked")
    assert " 413 " in raw(place, "GET / HTTP/1.1", "Content-Length: 1")
    assert refused_at_the_proxy(place, "PUT /_stcore 413 "), "none of it reached a process"
    assert refused_at_the_proxy(place, "PUT /_stcore 411 "), "none of it reached a process"
    answer = ask(f"{place.address}/_stcore/upload_file/a/b", "PUT", b"x")
    assert answer.status == 403, "one within the limit is the app's to judge: it has no token"


def test_only_what_the_pages_need_can_be_reached(place: Hosted) -> None:
    for path in ("metrics", "script-health-check", "agent/openapi.json", "agent/interact", "bidi-components/x"):
        assert ask(f"{place.address}/_stcore/{path}").status == 404, path
    for method in ("POST", "PATCH", "TRACE"):
        assert ask(place.address, method).status == 405, method
    assert ask(f"{place.address}/_stcore/health", "DELETE").status == 405
    assert ask(f"{place.address}/_stcore/health").body == b"ok"


def other_spellings(path: str) -> list[str]:
    """Ways to write a path that the app, which decodes once, or a proxy that tidies up might take for the same."""
    name, _, rest = path.removeprefix("/").partition("/")
    first, tail = f"{ord(name[0]):02x}", f"{name[1:]}/{rest}"
    return [
        f"/%{first}{tail}", f"/%{first.upper()}{tail}", f"/{name[0]}%{ord(name[1]):02X}{name[2:]}/{rest}",
        "/" + "".join(f"%{ord(letter):02x}" for letter in name) + f"/{rest}",
        f"/%25{first}{tail}", "/" + "".join(f"%{ord(c):02x}" for c in f"%{first}") + tail,  # encoded twice
        f"/%u00{first}{tail}", f"/%c1%9f{tail}", f"/%{tail}", f"/%zz{tail}", f"/{name}/{rest}%", f"/{name}/{rest}%0",
        f"/{name}%2f{rest}", f"/{name}%2F{rest}", f"/%2f{name}/{rest}", f"/{name}%5c{rest}", f"/\\{name}/{rest}",
        f"//{name}/{rest}", f"/{name}//{rest}", f"/{name}/{rest}//", f"http://127.0.0.1//{name}/{rest}",
        f"/./{name}/{rest}", f"/{name}/./{rest}", f"/x/../{name}/{rest}", f"/x/%2e%2e/{name}/{rest}",
        f"/x/.%2E/{name}/{rest}",
        f"/{name}/x/../{rest}", f"/.../{name}/{rest}", f"/{name}/{rest}/.", f"/{name}/{rest}/..",
        f"/{name};x=1/{rest}", f"/;/{name}/{rest}", f"/{name}/{rest};x", f"/{name}/{rest}%00", f"/{name}/{rest}%20",
        f"/%09{name}/{rest}", f"/{name}/{rest}%0d%0aX:1", f"http://127.0.0.1/%{first}{tail}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_stcore/metrics"),  # closed
        ("GET", "/_stcore/stream"),  # counted
        ("PUT", "/_stcore/upload_file/a/b"),  # counted, and a body may come
        ("GET", "/media/none"),  # kept by no browser
    ],
)
def test_every_rule_holds_however_a_path_is_spelt(place: Hosted, method: str, path: str) -> None:
    let_through = {
        spelling: status
        for spelling in other_spellings(path)
        if not (status := raw(place, f"{method} {spelling} HTTP/1.1", "Content-Length: 0")).startswith("HTTP/1.1 400 ")
    }
    assert let_through == {}
    assert refused_at_the_proxy(place, " 400 "), "no process was asked"


def test_in_other_cases_a_path_is_another(place: Hosted) -> None:
    """The app tells cases apart, as the proxy does: it shows its page, as for any name that it does not know."""
    page = ask(place.address).body
    for path in ("/_STCORE/metrics", "/_Stcore/stream", "/_stcorE/agent/openapi.json", "/Media/none"):
        assert ask(place.address + path).body == page, path


def test_under_no_folder_is_there_more(place: Hosted) -> None:
    """Were the app set to answer under a folder, it would be out of reach rather than open."""
    for path in ("/asreport/_stcore/metrics", "/x/y/_stcore/stream", "/x/_stcore/upload_file/a/b"):
        assert ask(place.address + path).status == 404, path
    assert refused_at_the_proxy(place, "GET /asreport 404 "), "no process was asked"


def test_whatever_the_pages_are_made_of_has_a_path_that_is_let_through(tmp_path: Path) -> None:
    streamlits, own = Path(streamlit.__file__).parent / "static", ROOT / "static"
    paths = [f"/{file.relative_to(streamlits)}" for file in streamlits.rglob("*") if file.is_file()]
    paths += [f"/app/static/{file.relative_to(own)}" for file in own.rglob("*") if file.is_file()]
    paths += [f"/{page.stem}" for page in (ROOT / "pages").glob("*.py")]
    paths += ["/", "/_stcore/host-config", "/auth/login", "/auth/logout", "/oauth2callback"]
    assert len(paths) > 50
    with hosted(tmp_path, apps=0) as place:
        assert {path for path in paths if ask(place.address + path).status != 503} == set()


def test_only_our_own_pages_may_connect(place: Hosted) -> None:
    assert websocket_status(place.address, place.address) == 101
    for origin in ("https://asreport.example", "http://localhost", "http://127.0.0.1:1", f"{place.address}1", "null"):
        assert websocket_status(place.address, origin) == 403, origin
    assert refused_at_the_proxy(place, "GET /_stcore 403 ", times=5), "no process was asked"


def test_asreport_answers_under_its_own_name_only(tmp_path: Path) -> None:
    with hosted(tmp_path, apps=0, ASREPORT_HOST="asreport.example.nz") as place:
        assert ask(place.address, Host="asreport.example.nz").status == 503
        assert ask(place.address, Host="ASREPORT.example.nz:8443").status == 503
        assert ask(place.address, Host="another.example.nz").status == 421


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/", 1500),
        ("PUT", "/_stcore/upload_file/a/b", 300),
        ("GET", "/_stcore/stream", 120),
    ],
)
def test_too_many_requests_are_answered_with_429(tmp_path: Path, method: str, path: str, limit: int) -> None:
    with hosted(tmp_path, apps=0) as place:
        # An earlier failed connection makes the proxy answer at once that nobody is there.
        eventually(lambda: not any(restart.up(place.admin, name) for name in ("app1", "app2")), "both are found gone")
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(place.address).port or 0, timeout=30)
        statuses = []
        for _ in range(limit + 50):
            connection.request(method, path, b"" if method == "PUT" else None)
            answer = connection.getresponse()
            body = answer.read()
            statuses.append(answer.status)
        connection.close()
        assert statuses[: limit // 2] == [503] * (limit // 2), "nobody is there, but all may ask"
        assert statuses[-1] == 429 and int(answer.headers["Retry-After"]) >= 10 and b"Wait a minute" in body
        assert statuses.count(429) <= 60, "and all before that may ask"


# Encrypted


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's own making, with its key."""
    need_proxy()
    folder = tmp_path_factory.mktemp("certificate")
    openssl = shutil.which("openssl")
    assert openssl, "openssl comes with Debian's ca-certificates"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def test_encrypted(browser: Browser, tmp_path: Path, certificate: Path, sample_folder: Path) -> None:
    with hosted(tmp_path, apps=1, certificate=certificate) as place:
        answer = ask(place.address)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        health = ask(f"{place.address}/_stcore/health")
        cookies = [*answer.headers.get_all("Set-Cookie", []), *health.headers.get_all("Set-Cookie", [])]
        assert {cookie.split("=")[0] for cookie in cookies} == {"asreport_process", "_streamlit_xsrf"}
        assert all(cookie.lower().count("; secure") == 1 for cookie in cookies), cookies
        plain = ask(place.plain + "/privacy")
        assert plain.status == 308 and plain.headers["Location"].startswith("https://")

        page = visitor(browser, place, ignore_https_errors=True)
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.reload()
        upload(page, sample_folder)
        go(page, EXCEPTIONS)
        download(page, "Download all", ".xlsx")
        assert sockets and all(url.startswith("wss://") for url in sockets)
        page.context.close()


# The container


def test_what_the_image_holds_is_all_that_the_app_needs(browser: Browser, tmp_path: Path) -> None:
    """No container can be built where the tests run; what would be copied into it is run in its place."""
    image = tmp_path / "image"
    copies = re.findall(r"^COPY (?!--)(\S+) (\S+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    final = [(source, target) for source, target in copies if source != "requirements.txt"]
    for source, target in final:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, image / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (image / target).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, image / target)
    allowed = {
        line[1:].removesuffix("/**") for line in (ROOT / ".dockerignore").read_text().splitlines() if "!" in line
    }
    assert allowed == {source for source, _ in copies}, ".dockerignore lets through what the Dockerfile copies"

    port = free_port()
    server = Server(f"http://127.0.0.1:{port}", tmp_path / "log.txt")
    process = start(server, port, folder=image)
    try:
        page = Watch(server).visitor(browser)
        use_sample(page)
        for title in TITLES:
            go(page, title)
        page.context.close()
    finally:
        stop(process)
