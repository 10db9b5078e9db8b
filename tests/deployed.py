"""asreport as it is hosted: app processes behind the proxy of `deploy/`, all on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import ROOT, Server, eventually, start, stop

PROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Hosted:
    """The proxy, and the app processes behind it by the name that the proxy's cookie gives them."""

    address: str
    plain: str  # the address without encryption, which is the same one where there is no certificate
    log: Path
    apps: dict[str, Server]
    processes: dict[str, subprocess.Popen[bytes]] = field(repr=False)
    admin: Path

    def stop(self, app: str) -> None:
        self.processes[app].kill()
        self.processes[app].wait()

    def start(self, app: str) -> None:
        """The process again, at the same port."""
        log = self.apps[app].log
        port = int(self.apps[app].address.rsplit(":", 1)[1])
        self.processes[app] = start(Server(self.apps[app].address, log), port)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """One plain HTTP request, straight there and without following; `_` in a header's name stands for `-`."""
    request = urllib.request.Request(address, body, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the tests' certificate is their own
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _Stay
    )
    try:
        with opener.open(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def websocket_status(address: str, origin: str | None) -> int:
    """The status with which a websocket is answered that says to come from there."""
    at = urlsplit(address)
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {at.netloc}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: streamlit",
        *([f"Origin: {origin}"] if origin else []),
    ]  # fmt: skip
    with socket.create_connection((str(at.hostname), at.port or 0), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(4096).split(b" ", 2)[1])


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        return None


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def need_proxy() -> None:
    """Skip where HAProxy is absent; never where CI is set."""
    if PROXY is None:
        sentence = "HAProxy is not installed, so the proxy of deploy/ was not tried. Install the package “haproxy”."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)


@contextmanager
def hosted(folder: Path, apps: int = 2, certificate: Path | None = None, **settings: str) -> Iterator[Hosted]:
    """`deploy/haproxy.cfg` as it is shipped, with ports of this machine and any other setting given.

    With fewer than two apps the proxy's second server does not answer, as after a failure.
    """
    need_proxy()
    with ExitStack() as ending:
        servers, processes = {}, {}
        for number in range(1, apps + 1):
            port = free_port()
            server = Server(f"http://127.0.0.1:{port}", folder / f"app{number}.txt")
            servers[f"app{number}"] = server
            processes[f"app{number}"] = start(server, port)
        ending.callback(lambda: [stop(process) for process in processes.values()])
        ports = [server.address.removeprefix("http://") for server in servers.values()]
        web, secure = free_port(), free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ASREPORT_")},
            "ASREPORT_HTTP": f"127.0.0.1:{web}",
            "ASREPORT_ADMIN_SOCKET": str(folder / "admin.sock"),
            "ASREPORT_APP1": ports[0] if ports else f"127.0.0.1:{free_port()}",
            "ASREPORT_APP2": ports[1] if len(ports) > 1 else f"127.0.0.1:{free_port()}",
            **(
                {"ASREPORT_CERTIFICATE": str(certificate), "ASREPORT_HTTPS": f"127.0.0.1:{secure}"}
                if certificate
                else {}
            ),
            **settings,
        }
        plain = f"http://127.0.0.1:{web}"
        address = f"https://127.0.0.1:{secure}" if certificate else plain
        log = folder / "proxy.txt"
        with log.open("wb") as stream:
            proxy = subprocess.Popen(
                [str(PROXY), "-W", "-f", "deploy/haproxy.cfg"],
                cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip
        ending.callback(lambda: stop(proxy))
        place = Hosted(address, plain, log, servers, processes, folder / "admin.sock")
        eventually(lambda: proxy.poll() is not None or _answers(place), "the proxy answers")
        assert proxy.poll() is None, log.read_text()
        yield place


def _answers(place: Hosted) -> bool:
    try:
        return ask(f"{place.address}/_stcore/health").status in (200, 421, 503)
    except OSError:
        return False
