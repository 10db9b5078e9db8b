#!/usr/bin/env python3
"""Restart the app processes one after the other, each when its users have left: the service is never away.

    deploy/restart.py --wait 240 -- systemctl restart asreport@{app}

A process that is being drained takes no new users. When its last one has gone, or after the minutes to wait, the
command is run with the process's name (`app1`, …) for `{app}`, and the next one follows once this one is healthy again.
Whoever is still there then reads that the session has ended, and uploads again.

Needs Python 3.9 or later, and the proxy's admin socket.
"""

from __future__ import annotations

import argparse
import csv
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SOCKET = os.environ.get("ASREPORT_ADMIN_SOCKET", "/run/haproxy/admin.sock")
BACKEND = "app"
HEALTHY_WITHIN = 300.0  # seconds


def say(admin: Path, command: str) -> str:
    """The proxy's answer to a command of its runtime interface."""
    with socket.socket(socket.AF_UNIX) as proxy:
        proxy.connect(str(admin))
        proxy.sendall(f"{command}\n".encode())
        return b"".join(iter(lambda: proxy.recv(65536), b"")).decode()


def processes(admin: Path) -> dict[str, dict[str, str]]:
    """What the proxy knows of each app process, by name: `status`, `scur` (open sessions) and more."""
    rows = csv.DictReader(say(admin, "show stat").lstrip("# ").splitlines())
    return {r["svname"]: r for r in rows if r["pxname"] == BACKEND and r["svname"] != "BACKEND"}


def up(admin: Path, name: str) -> bool:
    return processes(admin)[name]["status"].startswith("UP")


def restart(admin: Path, wait: float, run: Callable[[str], object], tell: Callable[[str], object] = print) -> None:
    """Restart all of them. `wait`: seconds. Raises RuntimeError rather than end the service."""
    names = list(processes(admin))
    for name in names:
        if not any(up(admin, other) for other in names if other != name):
            raise RuntimeError(f"{name} is left as it is: no other process is healthy to take its users.")
        say(admin, f"set server {BACKEND}/{name} state drain")
        try:
            until = time.monotonic() + wait
            while (there := int(processes(admin)[name]["scur"])) and time.monotonic() < until:
                tell(f"{name}: {there} open, waiting")
                time.sleep(min(10.0, max(0.1, wait / 20)))
            tell(f"{name}: restarting with {there} open")
            run(name)
            # Taken for down until the proxy's checks have found it healthy.
            say(admin, f"set server {BACKEND}/{name} health down")
        finally:
            say(admin, f"set server {BACKEND}/{name} state ready")
        until = time.monotonic() + HEALTHY_WITHIN
        while not up(admin, name):
            if time.monotonic() > until:
                raise RuntimeError(
                    f"{name} is not healthy {HEALTHY_WITHIN:.0f} seconds after its restart. Stopped here."
                )
            time.sleep(0.5)
        tell(f"{name}: healthy")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wait", type=float, default=60, help="minutes until a process is restarted all the same")
    parser.add_argument("--socket", type=Path, default=Path(SOCKET), help=f"the proxy's admin socket ({SOCKET})")
    parser.add_argument("command", nargs="+", help="what restarts a process; {app} stands for its name")
    asked = parser.parse_args()

    def run(name: str) -> None:
        subprocess.run([part.replace("{app}", name) for part in asked.command], check=True)

    try:
        restart(asked.socket, asked.wait * 60, run)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
