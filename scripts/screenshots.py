"""`python -m scripts.screenshots [--docs] [ONLY]`: pictures of every page, at desktop and phone width.

The site runs on demo data at a fixed day, so that the same code gives the same pictures. With `--docs` the
pictures that the documentation shows are written into docs/pictures/ too. ONLY is a part of a picture's name.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Error, FilePayload, Page
from tests.journeys import desk
from tests.journeys.running import DESKTOP, PHONE, Site, running_browser, running_site, sign_in

from openpars.web.help.guides import GUIDES

ROOT = Path(__file__).parents[1]
ACTIVITIES = desk.list_path()
PROFILE = f"/providers/{desk.HOME}/profile/"
#: Pictures of the documentation: the first screen, at desktop width. Name of the scene to name of the file.
SHOWN = {"activity-summary": "activity-summary", "basic-information-expanded": "activity-form"}
SHOWN_HEIGHT = 1000

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


def first_listed(page: Page) -> None:
    """Open the first activity that CME Passport lists."""
    page.goto("/passport/")
    page.locator(".pr-list a").first.click()


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


def brought_back(page: Page) -> None:
    """Type into a form and come back to it."""
    expanded(page)
    page.reload()


def entered(page: Page, title: str, over: desk.Boxes | None = None) -> int:
    """Enter an activity; in another city for each width, so that the second does not look like the first."""
    size = page.viewport_size
    city = "Chicago" if size and size["width"] == DESKTOP[0] else "Evanston"
    return desk.enter(page, title, {"city": city, **desk.UPCOMING, **(over or {})})


def step_of_new(title: str, step: str) -> Scene:
    """Return a scene: a step of an activity that was entered just now."""
    return lambda page: page.goto(desk.activity_path(entered(page, title), step))


def backwards(page: Page) -> None:
    """Take an answer away that an Active activity needs."""
    step_of_new("Taken back", desk.LEARNERS)(page)
    page.get_by_label("AMA PRA Category 1 Credit").fill("")
    desk.leave_button(page).click()
    page.get_by_role("heading", name="Is this what you mean?").wait_for()


def two_versions(page: Page) -> None:
    """Change an answer that was changed meanwhile."""
    step_of_new("Changed by two", desk.LEARNERS)(page)
    page.get_by_label("Description").fill("What I wrote meanwhile.")
    path = page.url.removeprefix(page.url.split("/providers")[0])
    desk.post(page, path, {**desk.COMPLETE[desk.LEARNERS], "description": "What they wrote meanwhile."})
    page.request.get(ACTIVITIES)  # where the word that it is saved is told
    desk.leave_button(page).click()
    page.get_by_role("heading", name="Two versions of one answer").wait_for()


def everything_supported(page: Page) -> None:
    """Open everything the fourth step has."""
    step_of_new("Supported and joint", desk.ACCREDITATION)(page)
    page.get_by_role("group", name="Providership").get_by_label("Joint").check()
    page.get_by_role("group", name="Did this activity receive commercial support?").get_by_label(
        "Yes"
    ).check()
    for kind in ("Monetary", "In-kind"):
        page.get_by_role("checkbox", name=f"{kind} support").check()
    page.get_by_role("group", name="Mark the activity for commendation").get_by_label("Yes").check()
    for code in ("C23", "C26", "C31"):
        page.locator("label", has_text=code).click()


def every_collaboration(page: Page) -> None:
    """Open one collaboration of each kind."""
    step_of_new("Registered everywhere", desk.REGISTRATION)(page)
    for index in (1, 2, 3):
        page.get_by_role("button", name="Add a collaboration").click()
        page.locator("select[name$='.kind']").last.select_option(index=index)
    page.get_by_label("Certifying board").first.select_option(index=2)


def repeated(page: Page) -> None:
    """Enter a live course that took place twice."""
    again: desk.Boxes = {
        "repeated": "yes",
        "instances.0.start_date": "2026-06-10",
        "instances.0.end_date": "2026-06-11",
        "instances.0.delivery_methods": ["Live-Streamed"],
    }
    page.goto(desk.activity_path(entered(page, "Given twice", again), "saved"))


def unfolded(*words: str) -> Scene:
    """Return a scene: the activity summary with menus and explanations open."""

    def open_page(page: Page) -> None:
        page.goto(f"{ACTIVITIES}?status=Ready+to+Close")
        for each in words:
            page.locator("summary", has_text=each).first.click()
        page.wait_for_load_state("networkidle")

    return open_page


def of_contact(name: str, link: str) -> Scene:
    """Return a scene: what an administrator does with one contact."""

    def open_page(page: Page) -> None:
        page.goto(PROFILE)
        page.get_by_role("row", name=name).first.get_by_role("link", name=link).click()

    return open_page


def key_made(page: Page) -> None:
    """Make a test key, which makes the sandbox, too."""
    page.goto(f"{PROFILE}keys/make/")
    page.get_by_label("Name", exact=True).fill("Learning system")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("link", name="I have kept it").wait_for()


def webhook_added(page: Page) -> None:
    """Add a webhook, which shows its secret."""
    page.goto(f"{PROFILE}webhooks/add/")
    page.get_by_label("Name", exact=True).fill("Learning system")
    page.get_by_label("Address").fill("https://hooks.invalid/openpars/" + "deep/" * 12)
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_role("link", name="I have kept it").wait_for()


def of_webhook(press: str = "") -> Scene:
    """Return a scene: the first webhook, when a button of its page, if it is there, has been pressed."""

    def open_page(page: Page) -> None:
        page.goto(f"{PROFILE}webhooks/")
        page.get_by_role("link", name="Learning system").first.click()
        page.get_by_role("heading", name="Deliveries").wait_for()
        if press and (button := page.get_by_role("button", name=press)).count():
            button.click()
        page.wait_for_load_state()

    return open_page


def of_keys(link: str) -> Scene:
    """Return a scene: where a link of the list of keys leads."""

    def open_page(page: Page) -> None:
        page.goto(f"{PROFILE}keys/")
        page.get_by_role("link", name=link).first.click()
        page.wait_for_load_state()

    return open_page


def wrong_password(page: Page) -> None:
    """Sign in with a wrong password."""
    page.goto("/")
    page.get_by_label("E-mail").fill("nobody@demo.example")
    page.get_by_label("Password", exact=True).fill("a wrong one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".usa-alert, .usa-error-message").first.wait_for()


UPLOADS = f"/providers/{desk.HOME}/uploads/"
#: A file with something of everything: new, blocked, not known.
HEADER = "Activity Title\tActivity Format\tStart Date\tEnd Date\tInternal ID\tPhysicians\tRemarks"
ROWS = (
    "Grand Rounds in Cardiology\tRegularly Scheduled Series\t1/8/2026\t12/10/2026\tGR-{n}\t\tweekly",
    "Update in Wound Care\tLive Course\t5/4/2026\t5/5/2026\tWC-{n}\t\t",
    "Reading Chest Films\tWebinar on demand\t3/2/2026\t3/2/2027\tCF-{n}\t40\t",
    "Pain in Primary Care\tWebinar on demand\t13/2/2026\t3/2/2027\tPP-{n}\tmany\t",
)


def uploaded(*lines: str, then: str = "", press: str = "", name: str = "activities-2026.txt") -> Scene:
    """Return a scene: a file that was uploaded and read, and perhaps applied; `then` is a page under its own."""

    def open_page(page: Page) -> None:
        page.goto(f"{UPLOADS}add/")
        # Each width sends a file of its own, so that the second is as new as the first.
        text = "\n".join(lines).replace("{n}", str((page.viewport_size or {"width": 0})["width"]))
        file = FilePayload(name=name, mimeType="text/plain", buffer=text.encode())
        page.get_by_label("The file").set_input_files(file)
        page.get_by_role("button", name="Upload and check").click()
        read(page)
        if press:
            page.get_by_role("button", name=press).click()
            read(page)
        if then:
            page.goto(page.url + then)

    return open_page


def read(page: Page) -> None:
    """Wait until the worker is done with an upload."""
    page.wait_for_url("**/uploads/*-*/")
    page.locator("progress").wait_for(state="detached", timeout=60_000)


def prepared(page: Page) -> None:
    """Have a file prepared that is too large to be marked at once."""
    remarks = "remarks " * 3_000
    uploaded(HEADER, *(f"Large\tWebinar\t3/2/2026\t3/2/2026\tLA-{n}\t\t{remarks}" for n in range(50)))(page)
    page.get_by_role("link", name="Download your file with the cells marked").click()
    page.get_by_role("heading", name="Your file is ready").wait_for()


READY = "status=Ready+to+Close"
STEPS = (desk.BASIC, desk.LEARNERS, desk.REGISTRATION, desk.ACCREDITATION)

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
    "brought-back": brought_back,
    "please-confirm": backwards,
    "two-versions": two_versions,
    "registration-expanded": every_collaboration,
    "accreditation-expanded": everything_supported,
    "saved-repeated": repeated,
    "activity-summary-unfolded": unfolded("What is stopping me?", "Account of"),
    **{f"{step}-draft": of_first("status=Draft&format=C", f"{step}/") for step in STEPS},
    **{f"{step}-active": of_first("status=Active&format=C", f"{step}/") for step in STEPS},
    "needs-attention": of_first("attention=yes", "information-for-learners/"),
    "edit-ready-to-close": of_first(READY, "accreditation-details/"),
    "saved": of_first("status=Active", "saved/"),
    "learners": of_first(READY, "learners/"),
    "learners-enduring-material": of_first("status=Active&format=EM", "learners/"),
    "passport-preview": of_first("status=Active&format=C", "passport/"),
    "passport-preview-not-listed": of_first("status=Draft&format=C", "passport/"),
    "closed": of_first("status=Closed"),
    "reopen": of_first("status=Closed", "reopen/"),
    "history": of_first("status=Closed", "history/"),
    "sheet": of_first("status=Closed", "sheet/"),
    "copy": of_first("status=Closed", "copy/"),
    "delete": of_first("status=Draft", "delete/"),
    "bulk-close": at(f"{ACTIVITIES}bulk-close/"),
    "deleted": at(f"{ACTIVITIES}deleted/"),
    "uploads-empty": at(UPLOADS),
    "upload-add": at(f"{UPLOADS}add/"),
    "upload-bring-over": at(f"{UPLOADS}bring-over/"),
    "upload-templates": at(f"{UPLOADS}templates/"),
    "upload-cannot-be-read": uploaded("Nothing that anybody could read", name="holiday.png"),
    "upload-columns": uploaded("Name of the course\tOur code", "Sepsis\tS-1", name="our-list.txt"),
    "upload-planned": uploaded(HEADER, *ROWS),
    "upload-rows": uploaded(HEADER, *ROWS, then="rows/"),
    "upload-findings": uploaded(HEADER, *ROWS, then="findings/?weight=blocking"),
    "upload-fix": uploaded(HEADER, *ROWS, then="fix/"),
    "upload-applied": uploaded(HEADER, *ROWS, press="Apply only the 2 good rows"),
    "upload-undo": uploaded(HEADER, ROWS[0].replace("GR", "UN"), press="Apply", then="undo/"),
    "uploads": at(UPLOADS),
    "download": prepared,
    "downloads": at(f"/providers/{desk.HOME}/downloads/"),
    "profile": at(PROFILE),
    "profile-edit": at(f"{PROFILE}edit/"),
    "profile-invite": at(f"{PROFILE}invite/"),
    "keys-empty": at(f"{PROFILE}keys/"),
    "key-make": at(f"{PROFILE}keys/make/"),
    "key-made": key_made,
    "keys": at(f"{PROFILE}keys/"),
    "key-revoke": of_keys("Revoke"),
    "key-sandbox": of_keys("Look into the sandbox"),
    "key-sandbox-reset": of_keys("Empty the sandbox"),
    "webhooks-empty": at(f"{PROFILE}webhooks/"),
    "webhook-add": at(f"{PROFILE}webhooks/add/"),
    "webhook-secret": webhook_added,
    "webhooks": at(f"{PROFILE}webhooks/"),
    "webhook-delivery": of_webhook("Send a test"),
    "webhook": of_webhook(),
    "webhook-paused": of_webhook("Pause"),
    "contact-role": of_contact("Demo Editor", "Change role"),
    "contact-end": of_contact("Demo Editor", "End"),
    "account": at("/account/"),
    "account-e-mail": at("/account/email/"),
    "account-password": at("/account/password/change/"),
    "account-passkeys": at("/account/protection/passkeys/"),
    "account-add-passkey": at("/account/protection/passkeys/add/"),
    "account-one-time-codes": at("/account/protection/codes/on/"),
    "help": at("/help/"),
    **{f"help-{guide.slug}": at(f"/help/{guide.slug}/") for guide in GUIDES},
    "technical-resources": at("/technical-resources/"),
    "columns": at("/technical-resources/columns/"),
    "rulebook": at("/rulebook/"),
    "no-such-page": at("/no-such-page/"),
}
#: The same, as the accreditor's staff.
STAFF_SCENES: dict[str, Scene] = {
    "accreditor": at("/accreditors/1/"),
    "accreditor-years": at("/accreditors/1/years/"),
    "accreditor-staff": at("/accreditors/1/staff/"),
    "accreditor-lists": at("/accreditors/1/lists/"),
    "accreditor-edit": at("/accreditors/1/edit/"),
    "accreditor-add-provider": at("/accreditors/1/providers/add/"),
    "staff-activity-summary": at(ACTIVITIES),
}
#: The same, as nobody.
STRANGER_SCENES: dict[str, Scene] = {
    "sign-in": at("/"),
    "sign-in-refused": wrong_password,
    "forgotten-password": at("/account/password/reset/"),
    "passport": at("/passport/"),
    "passport-nothing-found": at("/passport/?q=nowhere"),
    "passport-activity": first_listed,
}
SCENES_BY_PERSON = {
    "admin@demo.example": SCENES,
    "accreditor@demo.example": STAFF_SCENES,
    "": STRANGER_SCENES,
}


def take(
    browser: Browser, site: Site, people: dict[str, dict[str, Scene]], only: str, *, docs: bool
) -> list[str]:
    """Take the pictures; answers the names of those that could not be taken."""
    failed = []
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        for email, scenes in people.items():
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
                except (Error, StopIteration) as problem:  # one page that is broken hides no other
                    failed.append(f"{width} {name}: {' '.join(str(problem).split())[:600]}")
                    continue
                page.wait_for_load_state("networkidle")
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
                if docs and width == "desktop" and name in SHOWN:
                    page.set_viewport_size({"width": size[0], "height": SHOWN_HEIGHT})
                    page.evaluate("scrollTo(0, 0)")
                    page.screenshot(path=ROOT / "docs" / "pictures" / f"{SHOWN[name]}.png")
                    page.set_viewport_size({"width": size[0], "height": size[1]})
            context.close()
    return failed


def main() -> int:
    """Take pictures, and say which could not be taken."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.screenshots", description="Pictures of every page."
    )
    parser.add_argument("only", nargs="?", default="", help="a part of a picture's name")
    parser.add_argument("--docs", action="store_true", help="write the pictures of the documentation too")
    asked = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory(prefix="openpars-pictures-") as folder, running_browser() as browser:
        for name, people in (("demo", SCENES_BY_PERSON), ("empty", {"": {"set-up": at("/")}})):
            data = Path(folder) / name
            data.mkdir()
            with running_site(data, demo=name == "demo") as site:
                failed += take(browser, site, people, asked.only, docs=asked.docs)
    for line in failed:
        sys.stderr.write(f"no picture of {line}\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
