"""Looking at a page as people with other eyes and hands meet it: axe, a phone, 400 % zoom."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.journeys.running import DESKTOP, PHONE

AXE = (Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
#: What a window of 1280 pixels has left at 400 %.
ZOOMED = (320, 256)

_RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.flatMap((one) => one.nodes.map((node) =>
        `${one.id} at ${node.target.join(" ")}: ${node.any.concat(node.all, node.none).map((why) => why.message)[0]}`
    ));
}"""
#: What sticks out at the right-hand side, where the page scrolls sideways.
_SIDEWAYS = """async () => {
    const page = document.documentElement;
    // What the new width means is drawn in the next frame.
    await new Promise((next) => requestAnimationFrame(next));
    const room = page.clientWidth;
    if (page.scrollWidth <= room) return null;
    const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 1);
    const last = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)));
    return last.slice(0, 3).map((one) => `${one.tagName}.${one.className}`).join(", ") || "something";
}"""

#: The names of the addresses that tests look at.
LOOKED_AT: set[str] = set()

_Test = TypeVar("_Test", bound=Callable[..., None])


def looks_at(*names: str) -> Callable[[_Test], _Test]:
    """Say which addresses a test looks at; it fails when it misses one or looks at others."""
    LOOKED_AT.update(names)

    def declared(test: _Test) -> _Test:
        test.looks_at = set(names)  # type: ignore[attr-defined]
        return test

    return declared


class Look:
    """Collects what is wrong with the pages of one test, so that all of it is told at once."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.troubles: list[str] = []

    def __call__(self, page: Page, name: str, state: str = "") -> None:
        """Look at the page that is open; `name` is that of its address, empty where there is no such page."""
        page.wait_for_load_state()
        here = urlsplit(page.url).path
        try:
            found = resolve(here).view_name
        except Resolver404:
            found = ""
        assert found == name, f"{here} is {found}, not {name} {state}"
        self.seen |= {name} - {""}
        what = f"{name or here} {state}".strip()
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        for size in (DESKTOP, PHONE):
            _resize(page, size)
            self.troubles += [f"{what} at {size[0]}: {one}" for one in page.evaluate(_RUN)]
        for size in (PHONE, ZOOMED):
            _resize(page, size)
            sticks_out = page.evaluate(_SIDEWAYS)
            if sticks_out:
                self.troubles.append(f"{what} scrolls sideways at {size[0]}: {sticks_out}")
        _resize(page, DESKTOP)


def _resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
