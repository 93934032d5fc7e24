"""One site and one browser for all journeys of a worker; everybody signs in once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, expect

from tests.journeys.looking import Look
from tests.journeys.running import DESKTOP, PATIENCE, Site, running_browser, running_site, sign_in

expect.set_options(timeout=PATIENCE)


#: The cookies of somebody, by their e-mail.
SignedIn = Callable[[str], StorageState]


class Visit(Protocol):
    """What the fixture `visit` gives."""

    def __call__(
        self,
        email: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        of: Site | None = None,
        script: bool = True,
        strict: bool = True,
    ) -> Page:
        """Open an empty page of a new visitor, signed in as somebody; nobody without an e-mail.

        Not `strict`, it may come to pages that do not exist.
        """


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with demo data, shared by the journeys of one worker."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, shared by the journeys of one worker."""
    with running_browser() as started:
        yield started


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> SignedIn:
    """The cookies of somebody of the demo who has signed in; each signs in once."""
    known: dict[str, StorageState] = {}

    def cookies_of(email: str) -> StorageState:
        if email not in known:
            context = browser.new_context(base_url=site.address)
            context.set_default_timeout(PATIENCE)
            sign_in(context.new_page(), email, site.sign_ins[email])
            known[email] = context.storage_state()
            context.close()
        return known[email]

    return cookies_of


@pytest.fixture
def visit(browser: Browser, site: Site, signed_in: SignedIn) -> Iterator[Visit]:
    """Open pages as different people. Script errors and refused resources fail the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def note(line: ConsoleMessage) -> None:
        # A form that asks how it stands after the sign-in ran out is told so with a 401, which browsers note.
        if line.type == "error" and "status of 401" not in line.text:
            troubles.append(line.text)

    def open_page(
        email: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        of: Site | None = None,
        script: bool = True,
        strict: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=(of or site).address,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            java_script_enabled=script,
            storage_state=signed_in(email) if email else None,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        if strict:
            context.on("console", note)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def administrator(site: Site) -> str:
    """The demo's first sign-in."""
    return site.administrator


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Look]:
    """Look at pages; everything wrong with them is told at the end of the test."""
    looking = Look()
    yield looking
    assert not looking.troubles, "\n".join(looking.troubles)
    assert looking.seen == request.function.looks_at
