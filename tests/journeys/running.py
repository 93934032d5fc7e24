"""A real site in a process of its own, on demo data at a fixed day, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from tests import postgres

#: The day it is on the site.
TODAY = "2026-03-10"
DESKTOP = (1280, 900)
PHONE = (390, 844)
#: How long a page may take on a busy machine, in milliseconds.
PATIENCE = 20_000


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data folder, and who may sign in.

    `sign_ins` has passwords by e-mail; the first is an administrator. `environment` leads commands to the data.
    """

    address: str
    data: Path
    sign_ins: dict[str, str]
    environment: dict[str, str]

    @property
    def administrator(self) -> str:
        """The demo's first sign-in."""
        return next(iter(self.sign_ins))

    def last_letter(self, to: str) -> str:
        """The newest letter to somebody; letters are kept in the data folder."""
        letters = sorted((self.data / "mail").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return next(text for text in (file.read_text() for file in reversed(letters)) if f"To: {to}" in text)


@contextmanager
def running_site(data: Path, *, today: str = TODAY, demo: bool = True) -> Iterator[Site]:
    """Run `openpars serve` on a free port for the length of the block, on the database that the tests are run on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = ("OPENPARS_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    if os.environ.get("OPENPARS_TEST_DATABASE") == "postgres":
        environment["DATABASE_URL"] = postgres.start()
    command = [
        str(Path(sys.executable).parent / "openpars"),
        "serve",
        "--data",
        str(data),
        "--port",
        str(port),
    ]
    said = data / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            [*command, *(["--demo"] if demo else [])],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment | {"OPENPARS_TODAY": today},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert process.poll() is None, said.read_text()
                time.sleep(0.1)
        lines = [line for line in said.read_text().splitlines() if line.startswith("demo sign-in: ")]
        sign_ins = dict(line.removeprefix("demo sign-in: ").split(" ", 1) for line in lines)
        yield Site(address, data, sign_ins, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def launch(kind: BrowserType, *, remembering: bool = False) -> Browser:
    """Start Chromium, the one on PATH or else the one Playwright installed.

    `remembering` leaves it the pages one goes back to, as everybody's browser does; Playwright takes them away.
    """
    return kind.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        ignore_default_args=["--disable-back-forward-cache"] if remembering else None,
    )


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a browser for the length of the block."""
    with sync_playwright() as playwright:
        started = launch(playwright.chromium)
        yield started
        started.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the page's words."""
    if "/account/login/" not in page.url:
        page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "login" not in address)
