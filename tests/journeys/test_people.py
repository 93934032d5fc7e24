"""People: invitations, roles, several providers, and the first visit to an empty site."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys import desk
from tests.journeys.conftest import Visit
from tests.journeys.running import Site, running_site, sign_in

PROFILE = f"/providers/{desk.HOME}/profile/"


def test_from_invitation_to_the_end_of_a_contact(visit: Visit, site: Site, administrator: str) -> None:
    page = visit(administrator)
    link = desk.invite(page, site, "new@lakeshore.example", "Viewer")

    newcomer = visit()
    newcomer.goto(link)
    newcomer.get_by_label("Your name").fill("Demo Newcomer")
    newcomer.get_by_label("Password", exact=True).fill("short")
    newcomer.get_by_role("button", name="Accept the invitation").click()
    expect(newcomer.locator(".usa-error-message").first).to_be_visible()
    newcomer.get_by_label("Password", exact=True).fill(desk.PASSWORD)
    newcomer.get_by_role("button", name="Accept the invitation").click()
    newcomer.goto(desk.list_path())
    expect(newcomer.get_by_role("heading", name="Activities")).to_be_visible()
    expect(newcomer.get_by_role("link", name="Add Activity")).to_have_count(0)
    assert visit().request.get(link).status == 410

    page.goto(PROFILE)
    row = page.get_by_role("table", name="Contacts").get_by_role("row", name="Demo Newcomer")
    expect(row).to_contain_text("Viewer")
    row.get_by_role("link", name="Change role").click()
    page.get_by_role("radio", name=re.compile("Editor")).check()
    page.get_by_role("button", name="Save").click()
    newcomer.goto(desk.list_path())
    expect(newcomer.get_by_role("link", name="Add Activity")).to_be_visible()

    row.get_by_role("link", name="End").click()
    page.get_by_role("button", name="End the contact").click()
    expect(page.get_by_role("table", name="Contacts")).not_to_contain_text("Demo Newcomer")
    expect(page.get_by_role("table", name="What happened here")).to_contain_text("new@lakeshore.example")
    newcomer.goto("/")
    expect(newcomer.get_by_text("You are not a contact of any provider")).to_be_visible()


def test_an_invitation_to_somebody_who_has_a_sign_in(visit: Visit, site: Site, administrator: str) -> None:
    link = desk.invite(visit(administrator), site, "coordinator@demo.example", "Editor")
    page = visit()
    page.goto(link)
    page.get_by_role("link", name="Sign in to accept").click()
    sign_in(page, "coordinator@demo.example", site.sign_ins["coordinator@demo.example"])
    page.get_by_role("button", name="Accept the invitation").click()
    page.goto(desk.list_path())
    expect(page.get_by_role("link", name="Add Activity")).to_be_visible()


def test_switching_between_providers(visit: Visit) -> None:
    page = visit("coordinator@demo.example")
    page.goto(desk.list_path(provider="9000002"))
    here = page.locator("summary", has_text="Provider: ")
    here.click()
    page.get_by_role("link", name=re.compile("Prairie Example Society")).click()
    expect(page).to_have_url(re.compile("/providers/9000003/activities/$"))
    expect(here).to_contain_text("Prairie Example Society")
    page.goto("/")
    page.get_by_role("link", name="Program and Activity Data").click()
    expect(page).to_have_url(re.compile("/providers/900000[1-3]/activities/$"))


def test_a_forgotten_password(visit: Visit, site: Site) -> None:
    page = visit()
    page.goto("/account/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill("viewer@demo.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page).to_have_url(re.compile("/done/"))
    link = re.search(r"http\S+/password/reset/key/\S+", site.last_letter("viewer@demo.example"))
    assert link
    page.goto(link[0])
    page.get_by_label("New password", exact=True).fill(desk.PASSWORD)
    page.get_by_label("New password, once more").fill(desk.PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page).to_have_url(re.compile("/key/done/"))
    sign_in(page, "viewer@demo.example", desk.PASSWORD)
    expect(page.get_by_role("link", name="Program and Activity Data")).to_be_visible()


def test_the_first_visit_to_an_empty_site(visit: Visit, tmp_path: Path) -> None:
    with running_site(tmp_path, demo=False) as empty:
        page = visit(of=empty)
        page.goto(desk.list_path())
        expect(page.get_by_role("heading", name="Welcome. Let us set up OpenPARS")).to_be_visible()
        page.get_by_role("button", name="Set up OpenPARS").click()
        expect(page.locator(".usa-error-message").first).to_be_visible()
        desk.set_up(page)
        page.get_by_role("link", name="Program and Activity Data").click()
        expect(page.get_by_role("heading", name="No activities yet")).to_be_visible()
        made = desk.enter(page, "The very first", provider="0001234")
        assert made == 100000001
        page.reload()
        expect(desk.row_of(page, "The very first")).to_be_visible()
        assert page.request.get("/setup/").status == 404
        page.context.close()
