"""An activity on its public page: found before and after, taken along, and gone."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys import desk
from tests.journeys.conftest import Visit
from tests.journeys.looking import Look, looks_at
from tests.journeys.running import Site

HOSTILE = "Sepsis </script><script>alert(1)</script> \u202eand Shock"
MOC = {
    "collaborations.0.kind": "moc",
    "collaborations.0.board": "ABIM",
    "collaborations.0.practice_areas": ["Internal Medicine"],
    "collaborations.0.credit_types": ["Medical Knowledge"],
    "collaborations.0.points": "5.25",
    "collaborations.0.credit_claim_date": "2026-12-31",
    "collaborations.0.attested": "yes",
    "collaborations.0.attested_by": "The course director",
}


def public(activity_id: int) -> str:
    """The address of an activity's public page."""
    return f"/passport/activities/{activity_id}/"


def opt_out(page: Page, activity_id: int) -> None:
    """Take an activity off the list, and say so twice."""
    page.goto(desk.activity_path(activity_id, desk.LEARNERS))
    page.get_by_role("group", name="Include in CME Passport").get_by_label("No").check()
    desk.leave_button(page).click()
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(f"**/{desk.REGISTRATION}/**")


@looks_at("activity-passport", "passport-activity")
def test_an_activity_is_looked_at_shown_and_taken_off(visit: Visit, look: Look, administrator: str) -> None:
    desk_page = visit(administrator)
    made = desk.enter(desk_page, "Sepsis for Everybody", {**desk.UPCOMING, **MOC, "url": ""})
    desk_page.goto(desk.activity_path(made, desk.LEARNERS))
    expect(desk_page.get_by_text("Not shown in CME Passport: One answer is missing.")).to_be_visible()
    desk_page.get_by_role("link", name="This is how it looks in CME Passport").click()
    expect(desk_page.get_by_role("heading", name="Sepsis for Everybody")).to_be_visible()
    look(desk_page, "activity-passport", "not listed yet")
    assert visit(strict=False).goto(public(made)).status == 404  # type: ignore[union-attr]
    desk_page.get_by_role("link", name="CME Passport needs a web page to send learners to.").click()
    box = desk_page.get_by_label("Activity URL")
    expect(box).to_be_focused()
    box.fill("https://cme.demo.example/sepsis")
    desk.go_on(desk_page, desk.ACCREDITATION)
    desk_page.get_by_role("link", name="Shown in CME Passport").click()
    expect(desk_page.get_by_role("heading", name="Sepsis for Everybody")).to_be_visible()
    look(desk_page, "passport-activity")
    desk_page.goto(desk.activity_path(made, "passport"))
    look(desk_page, "activity-passport", "listed")
    opt_out(desk_page, made)
    # Somebody else than before: browsers keep what they have seen for a minute.
    visitor = visit(strict=False)
    assert visitor.goto(public(made)).status == 410  # type: ignore[union-attr]
    expect(visitor.get_by_role("heading", name="This activity is no longer listed")).to_be_visible()
    expect(visitor.get_by_text("Sepsis for Everybody")).to_have_count(0)
    look(visitor, "passport-activity", "that is gone")


@looks_at("passport-activity")
def test_a_physician_takes_an_activity_along(
    visit: Visit, look: Look, site: Site, administrator: str
) -> None:
    made = desk.enter(
        visit(administrator), HOSTILE, {**desk.UPCOMING, "description": f"{HOSTILE}\n\nSecond part"}
    )
    page = visit()
    page.goto(public(made))
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    said = json.loads(page.locator('script[type="application/ld+json"]').inner_text())
    assert (said["@type"], said["name"]) == ("EducationEvent", HOSTILE.replace("\u202e", ""))
    assert page.context.cookies() == []
    link = page.get_by_role("link", name="Go to the activity’s website")
    assert link.get_attribute("rel") == "noopener"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Add to calendar").click()
    written = Path(waiting.value.path()).read_bytes()
    assert waiting.value.suggested_filename == f"activity-{made}.ics"
    assert b"DTSTART;VALUE=DATE:20260504\r\nDTEND;VALUE=DATE:20260506\r\n" in written
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.address}{public(made)}"
    look(page, "passport-activity", "with a hostile title")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@looks_at("passport")
def test_what_is_listed_is_found_and_opened(visit: Visit, look: Look, administrator: str) -> None:
    desk.enter(visit(administrator), "Rare Words about Sepsis", desk.UPCOMING)
    page = visit()
    page.goto("/passport/")
    look(page, "passport")
    page.get_by_role("searchbox").fill("rare SEPSIS")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("1 activity")
    look(page, "passport", "with a hit")
    page.get_by_role("link", name="Rare Words about Sepsis").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rare Words about Sepsis")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("rare SEPSIS")
    page.goto("/passport/?q=nowhere")
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing was found")
    look(page, "passport", "with nothing found")


def test_the_page_works_without_scripts(visit: Visit, site: Site, administrator: str) -> None:
    made = desk.enter(visit(administrator), "Without any Script", desk.UPCOMING)
    page = visit(script=False)
    page.goto(public(made))
    expect(page.get_by_label("Share this page")).to_have_value(f"{site.address}{public(made)}")
    for name in ("Copy link", "Print"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name="Add to calendar")).to_be_visible()
