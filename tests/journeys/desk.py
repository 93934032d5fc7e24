"""What people do again and again: open pages by their address, fill steps, enter whole activities."""

import base64
import hmac
import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from openpars.config.demo.plan import UNIVERSITY
from openpars.rulebook.fields import STEPS
from tests.journeys.running import PATIENCE, Site

#: The provider of the demo's administrator.
HOME = UNIVERSITY.number

#: What people choose who come by invitation.
PASSWORD = "a-long-quiet-river-2026"

Boxes = Mapping[str, str | Sequence[str]]

BASIC, LEARNERS, REGISTRATION, ACCREDITATION = (step.slug for step in STEPS)

#: What is posted for an activity that ended, by step, when nothing else is said: all but the learner counts.
COMPLETE: Mapping[str, Boxes] = {
    BASIC: {
        "format": "C",
        "start_date": "2026-02-03",
        "end_date": "2026-02-04",
        "delivery_methods": ["In-Person"],
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
    },
    LEARNERS: {"credits": "6.5", "on_passport": "yes", "description": "What to do first, and why."},
    REGISTRATION: {
        "registration": "Open to all",
        "fee": "Variable",
        "url": "https://cme.demo.example/course",
    },
    ACCREDITATION: {
        "providership": "Direct",
        "outcomes.0.outcome": "Learner Competence",
        "outcomes.0.measurement_types": ["Objective"],
        "support_received": "no",
        "commendation": "no",
    },
}
UPCOMING: Boxes = {"start_date": "2026-05-04", "end_date": "2026-05-05"}


def activity_path(activity_id: int, page: str = "", *, provider: str = HOME) -> str:
    """The address of a page of an activity."""
    return f"/providers/{provider}/activities/{activity_id}/{f'{page}/' if page else ''}"


def list_path(page: str = "", *, provider: str = HOME) -> str:
    """The address of the activity summary, or of a page under it."""
    return f"/providers/{provider}/activities/{f'{page}/' if page else ''}"


def post(page: Page, path: str, boxes: Boxes) -> str:
    """Post the form at an address as a browser would, hidden boxes and all; return where it led."""
    drawn = page.request.get(path).text()
    form = next(part for part in re.findall(r"<form.*?</form>", drawn, re.S) if "data-keep" in part)
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form))
    sent = page.request.post(
        path,
        data=urlencode({**hidden, **boxes}, doseq=True),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        max_redirects=0,
    )
    assert sent.status == 302, sent.text()
    return sent.headers["location"]


def enter(
    page: Page,
    title: str,
    over: Boxes | None = None,
    *,
    steps: int = len(STEPS),
    counts: tuple[int, int] | None = None,
    provider: str = HOME,
) -> int:
    """Enter an activity through its first `steps` forms without drawing them; return its activity ID."""
    known = {name for boxes in COMPLETE.values() for name in boxes}
    given = dict(over or {})
    further = {name: words for name, words in given.items() if name not in known}
    activity_id = 0
    for step in STEPS[:steps]:
        usual = COMPLETE[step.slug]
        boxes = {name: given.get(name, words) for name, words in usual.items()}
        mine = {name: words for name, words in further.items() if _step_of(name) == step.slug}
        if activity_id:
            at = activity_path(activity_id, step.slug, provider=provider)
        else:
            at, mine["title"] = list_path("add", provider=provider), title
        led = post(page, at, {**boxes, **mine})
        activity_id = activity_id or int(led.split("/")[4])
    if counts is not None:
        physicians, other = counts
        post(
            page,
            activity_path(activity_id, "learners", provider=provider),
            {"physicians": str(physicians), "other_learners": str(other)},
        )
    return activity_id


def _step_of(name: str) -> str:
    top = name.split(".", 1)[0]
    return next(step.slug for step in STEPS for field in step.fields if field.name == top)


def leave_button(page: Page) -> Locator:
    """*Save Draft and Continue*, or *Save* on the last step."""
    return page.locator("[data-leave]")


def go_on(page: Page, to: str) -> None:
    """Press the button of the step and wait for what follows."""
    leave_button(page).click()
    page.wait_for_url(f"**/{to}/**")


def row_of(page: Page, title: str) -> Locator:
    """The row of an activity in the activity summary."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=title, exact=True))


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds in the page; the site forbids the eval that Playwright's own waiting uses."""
    page.evaluate(
        f"""async () => {{
            const latest = performance.now() + {PATIENCE};
            while (!({condition})) {{
                if (performance.now() > latest) throw new Error("it never came true");
                await new Promise((again) => setTimeout(again, 20));
            }}
        }}"""
    )


def invite(page: Page, site: Site, email: str, role: str = "Editor") -> str:
    """Invite somebody to the administrator's provider; return the link of the letter."""
    page.goto(f"/providers/{HOME}/profile/invite/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("radio", name=re.compile(role)).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"We sent an invitation to {email}.")).to_be_visible()
    link = re.search(r"http\S+/invitations/\S+", site.last_letter(email))
    assert link
    return link[0]


def set_up(page: Page) -> None:
    """Fill in the first visit to an empty site, for the provider 0001234."""
    page.get_by_label("Name of the accreditor").fill("Example State Medical Society")
    page.get_by_label("Time zone").select_option("America/Denver")
    page.get_by_label("Name of the provider").fill("Example Mountain Clinic")
    page.get_by_label("Provider ID").fill("0001234")
    page.get_by_label("Your name").fill("First Administrator")
    page.get_by_label("E-mail").fill("first@mountain.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set up OpenPARS").click()
    expect(page.get_by_role("link", name="Program and Activity Data")).to_be_visible()


def one_time_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    moment = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(secret), moment.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
