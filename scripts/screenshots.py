"""`python -m scripts.screenshots [ONLY]`: pictures of every page, at desktop and phone width.

The site runs on demo data at a fixed day, so that the same code gives the same pictures. The pictures the
documentation shows are written into docs/pictures/ as well. ONLY is a part of a picture's name.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.journeys.running import DESKTOP, PHONE, Site, running_site, sign_in

from openpars.config.demo.plan import UNIVERSITY

ROOT = Path(__file__).parents[1]
ACTIVITIES = f"/providers/{UNIVERSITY.number}/activities/"
#: Pictures of the documentation: cut to the first screen, at desktop width.
SHOWN = {"activity-summary", "basic-information-expanded", "edit-ready-to-close"}

SHOWN_HEIGHT = 1240

Scene = Callable[[Page], object]


def at(address: str) -> Scene:
    """Return a scene: the page at this address."""
    return lambda page: page.goto(address)


def of_first(query: str, ending: str = "") -> Scene:
    """Return a scene: a page of the first activity that the summary lists for a query."""

    def open_page(page: Page) -> None:
        page.goto(f"{ACTIVITIES}?{query}")
        links = page.locator("tbody a[href]").evaluate_all("links => links.map(link => link.pathname)")
        found = next(match for link in links if (match := re.match(rf"{ACTIVITIES}\d+/", link)))
        page.goto(found[0] + ending)

    return open_page


def expanded(page: Page) -> None:
    """Choose what opens the first step as far as it goes."""
    page.goto(f"{ACTIVITIES}add/")
    page.get_by_label("Activity title").fill("Sepsis in the First Hour")
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("In-Person", exact=True).check()
    page.get_by_role("group", name="Did it occur more than once").get_by_label("Yes").check()
    page.get_by_label("Activity title").focus()


def refused(page: Page) -> None:
    """Send a first step that cannot be left."""
    page.goto(f"{ACTIVITIES}add/")
    page.get_by_label("Activity title").fill("Wound Care Update")
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("Start date").fill("2026-05-04")
    page.get_by_label("End date").fill("2026-05-01")
    page.get_by_role("button", name="Save Draft and Continue").click()
    page.wait_for_load_state()


READY = "status=Ready+to+Close"
STEPS = ("basic-information", "information-for-learners", "registration-details", "accreditation-details")

#: Picture name to scene, as the university's administrator.
SCENES: dict[str, Scene] = {
    "home": at("/"),
    "activity-summary": at(ACTIVITIES),
    "activity-summary-filtered": at(f"{ACTIVITIES}?{READY}&format=C"),
    "activity-summary-nothing-found": at(f"{ACTIVITIES}?q=nothing+is+called+like+this"),
    "activity-summary-page-2": at(f"{ACTIVITIES}?page=2"),
    "stopping": of_first(READY, "stopping/"),
    "basic-information-empty": at(f"{ACTIVITIES}add/"),
    "basic-information-expanded": expanded,
    "basic-information-refused": refused,
    **{f"{step}-draft": of_first("status=Draft&format=C", f"{step}/") for step in STEPS},
    **{f"{step}-active": of_first("status=Active&format=C", f"{step}/") for step in STEPS},
    "needs-attention": of_first("attention=yes", "information-for-learners/"),
    "edit-ready-to-close": of_first(READY, "accreditation-details/"),
    "saved": of_first("status=Active", "saved/"),
    "learners": of_first(READY, "learners/"),
    "learners-enduring-material": of_first("status=Active&format=EM", "learners/"),
    "closed": of_first("status=Closed"),
    "reopen": of_first("status=Closed", "reopen/"),
    "history": of_first("status=Closed", "history/"),
    "sheet": of_first("status=Closed", "sheet/"),
    "copy": of_first("status=Closed", "copy/"),
    "delete": of_first("status=Draft", "delete/"),
    "bulk-close": at(f"{ACTIVITIES}bulk-close/"),
    "deleted": at(f"{ACTIVITIES}deleted/"),
    "profile": at(f"/providers/{UNIVERSITY.number}/profile/"),
    "account": at("/account/"),
    "help": at("/help/"),
    "technical-resources": at("/technical-resources/"),
    "rulebook": at("/rulebook/"),
    "no-such-page": at("/no-such-page/"),
}
#: The same, as the accreditor's staff.
STAFF_SCENES: dict[str, Scene] = {
    "accreditor": at("/accreditors/1/"),
    "accreditor-years": at("/accreditors/1/years/"),
    "accreditor-staff": at("/accreditors/1/staff/"),
    "accreditor-lists": at("/accreditors/1/lists/"),
    "staff-activity-summary": at(ACTIVITIES),
}
#: The same, as nobody.
STRANGER_SCENES: dict[str, Scene] = {
    "sign-in": at("/"),
    "forgotten-password": at("/account/password/reset/"),
}
SCENES_BY_PERSON = {
    "admin@demo.example": SCENES,
    "accreditor@demo.example": STAFF_SCENES,
    "": STRANGER_SCENES,
}


def take(browser: Browser, site: Site, only: str) -> list[str]:
    """Take the pictures; answers the names of those that could not be taken."""
    failed = []
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        for email, scenes in SCENES_BY_PERSON.items():
            context = browser.new_context(
                base_url=site.address, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
            )
            page = context.new_page()
            page.set_default_timeout(10_000)
            if email:
                sign_in(page, email, site.sign_ins[email])
            for name, scene in scenes.items():
                if only not in name:
                    continue
                try:
                    scene(page)
                except Exception as problem:  # one page that is broken hides no other
                    failed.append(f"{width} {name}: {' '.join(str(problem).split())[:600]}")
                    continue
                page.wait_for_load_state("networkidle")
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
                if width == "desktop" and name in SHOWN:
                    page.set_viewport_size({"width": size[0], "height": SHOWN_HEIGHT})
                    page.screenshot(path=ROOT / "docs" / "pictures" / f"{name}.png")
            context.close()
    return failed


def main() -> int:
    """Take pictures, and say which could not be taken."""
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory(prefix="openpars-pictures-") as folder,
        running_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        failed = take(browser, site, only)
        browser.close()
    for line in failed:
        sys.stderr.write(f"no picture of {line}\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
