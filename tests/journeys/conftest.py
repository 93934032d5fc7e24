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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

#: The day it is on the site.
TODAY = "2026-03-10"
DESKTOP = (1280, 900)
PHONE = (390, 844)


@dataclass(frozen=True)
class Site:
    """A running site: its address and who may sign in (e-mail to password, the first an administrator)."""

    address: str
    sign_ins: dict[str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def start_site(data: Path, *, today: str = TODAY, demo: bool = True) -> tuple[subprocess.Popen[str], Site]:
    """Start `openpars serve` on a free port and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = ("OPENPARS_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [Path(sys.executable).parent / "openpars", "serve", "--data", data, "--port", str(port)]
    process = subprocess.Popen(
        [*command, *(["--demo"] if demo else [])],
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"OPENPARS_TODAY": today},
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).read()
            break
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                raise RuntimeError(process.stdout.read() if process.stdout else "the site did not start") from None
            time.sleep(0.1)
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    lines = (process.stdout.read() or "").splitlines()
    sign_ins = dict(line.removeprefix("demo sign-in: ").split(" ", 1) for line in lines if "demo sign-in: " in line)
    return process, Site(address, sign_ins)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with demo data, shared by the journeys of one worker."""
    process, running = start_site(tmp_path_factory.mktemp("site"))
    yield running
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one on PATH, else the one Playwright installed."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody: `visit(email)`; nobody without. Script errors and refused resources fail the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(email: str = "", *, size: tuple[int, int] = DESKTOP) -> Page:
        context = browser.new_context(
            base_url=site.address, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        if email:
            sign_in(page, email, site.sign_ins[email])
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def administrator(site: Site) -> str:
    """The demo's first sign-in."""
    return next(iter(site.sign_ins))


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the page's words."""
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "login" not in address)
