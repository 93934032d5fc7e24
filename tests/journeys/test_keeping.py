"""What was typed is never lost: closed tabs, a sign-in that ran out, going back, pressing twice."""

from playwright.sync_api import Browser, Page, expect

from tests.journeys import desk
from tests.journeys.conftest import SignedIn, Visit
from tests.journeys.running import PATIENCE, Site, launch, sign_in

EDITOR = "editor@demo.example"


def typed(page: Page) -> None:
    """Wait until the browser has kept what was typed."""
    desk.until(page, "Object.keys(localStorage).some(name => name.startsWith('openpars:keep:'))")


def kept(page: Page) -> int:
    """How many forms the browser keeps."""
    found: int = page.evaluate(
        "Object.keys(localStorage).filter(name => name.startsWith('openpars:keep:')).length"
    )
    return found


def another_tab(page: Page) -> Page:
    """Close the tab and open a new one in the same browser."""
    context = page.context
    page.close()
    return context.new_page()


def sign_in_as(page: Page, site: Site, email: str) -> None:
    sign_in(page, email, site.sign_ins[email])


def test_an_activity_begun_in_a_closed_tab_comes_back(visit: Visit, site: Site, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Sleep Medicine for Primary Care")
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("In-Person", exact=True).check()
    page.get_by_label("City").fill("Peoria")
    typed(page)

    page = another_tab(page)
    page.goto(desk.list_path("add"))
    notice = page.get_by_text("We brought back what you had typed", exact=True)
    expect(notice).to_be_visible()
    expect(page.get_by_label("Activity title")).to_have_value("Sleep Medicine for Primary Care")
    expect(page.get_by_label("City")).to_have_value("Peoria")

    # Saved, it is the server's, and the browser keeps nothing.
    page.get_by_label("Start date").fill("2026-09-01")
    page.get_by_label("End date").fill("2026-09-01")
    desk.go_on(page, desk.LEARNERS)
    assert kept(page) == 0
    page.goto(desk.list_path("add"))
    expect(page.get_by_label("Activity title")).to_have_value("")
    expect(notice).to_be_hidden()


def test_unsent_changes_come_back_and_can_be_discarded(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Palliative Care Rounds")
    step = desk.activity_path(made, desk.ACCREDITATION)
    page.goto(step)
    page.get_by_label("Internal ID").fill("PAL-7")
    page.get_by_role("group", name="Did this activity receive commercial support?").get_by_label(
        "Yes"
    ).check()
    page.get_by_role("checkbox", name="In-kind support").check()
    page.get_by_role("group", name="Sources of in-kind support").get_by_role("combobox").fill("Demo Beds")
    typed(page)

    page = another_tab(page)
    page.goto(step)
    expect(page.get_by_label("Internal ID")).to_have_value("PAL-7")
    source = page.get_by_role("group", name="Sources of in-kind support").get_by_role("combobox")
    expect(source).to_have_value("Demo Beds")
    page.get_by_role("button", name="Discard what I typed").click()
    expect(page.get_by_label("Internal ID")).to_have_value("")
    expect(page.get_by_text("We brought back what you had typed", exact=True)).to_be_hidden()
    page.reload()
    expect(page.get_by_label("Internal ID")).to_have_value("")
    assert kept(page) == 0


def test_another_person_at_the_same_browser_never_sees_it(visit: Visit, site: Site) -> None:
    page = visit()
    sign_in_as(page, site, EDITOR)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Half an idea")
    typed(page)
    page.locator("summary", has_text="Demo Editor").click()
    page.get_by_role("button", name="Sign out").click()

    sign_in_as(page, site, site.administrator)
    page.goto(desk.list_path("add"))
    expect(page.get_by_label("Activity title")).to_have_value("")
    expect(page.get_by_text("Half an idea")).to_have_count(0)

    page.locator("summary", has_text="Demo Administrator").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in_as(page, site, EDITOR)
    page.goto(desk.list_path("add"))
    expect(page.get_by_label("Activity title")).to_have_value("Half an idea")


def test_a_sign_in_that_ran_out_gives_the_text_back(visit: Visit, site: Site, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Travel Medicine", desk.UPCOMING)
    page.goto(desk.activity_path(made, desk.LEARNERS))
    page.get_by_label("Description").fill("Typed while the sign-in ran out.\n- malaria\n- yellow fever")
    page.context.clear_cookies(name="sessionid")
    desk.leave_button(page).click()

    # Somebody else signs in at this browser first: nothing of it is theirs.
    expect(page.get_by_text("Your sign-in had run out.")).to_be_visible()
    sign_in_as(page, site, EDITOR)
    page.goto(desk.activity_path(made, desk.LEARNERS))
    expect(page.get_by_label("Description")).to_have_value("What to do first, and why.")
    page.context.clear_cookies(name="sessionid")

    page.goto(desk.activity_path(made, desk.LEARNERS))
    sign_in_as(page, site, administrator)
    expect(page).to_have_url(f"{site.address}{desk.activity_path(made, desk.LEARNERS)}")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value(
        "Typed while the sign-in ran out.\n- malaria\n- yellow fever"
    )
    desk.go_on(page, desk.REGISTRATION)
    page.goto(desk.activity_path(made, desk.LEARNERS))
    expect(page.get_by_label("Description")).to_have_value(
        "Typed while the sign-in ran out.\n- malaria\n- yellow fever"
    )
    expect(page.get_by_text("Not saved yet.")).to_be_hidden()


def test_a_sign_in_that_ran_out_while_adding(visit: Visit, site: Site, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Begun before lunch")
    page.context.clear_cookies(name="sessionid")
    desk.leave_button(page).click()
    expect(page.get_by_text("Your sign-in had run out.")).to_be_visible()
    sign_in_as(page, site, administrator)
    expect(page.get_by_label("Activity title")).to_have_value("Begun before lunch")
    page.get_by_label("Activity format").select_option(label="Manuscript Review")
    page.get_by_label("Start date").fill("2026-06-01")
    page.get_by_label("End date").fill("2026-06-02")
    desk.go_on(page, desk.LEARNERS)


def test_pressing_twice_makes_one_activity(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Pressed twice")
    page.get_by_label("Activity format").select_option(label="Manuscript Review")
    page.get_by_label("Start date").fill("2026-06-01")
    page.get_by_label("End date").fill("2026-06-01")
    desk.leave_button(page).dblclick()
    page.wait_for_url(f"**/{desk.LEARNERS}/**")

    page.goto(f"{desk.list_path()}?q=Pressed+twice")
    expect(page.get_by_role("link", name="Pressed twice", exact=True)).to_have_count(1)


def test_going_back_to_a_sent_form_and_sending_it_again(
    browser: Browser, site: Site, signed_in: SignedIn, administrator: str
) -> None:
    """The browser brings the page back as it was left: covered, sent, filled in."""
    remembering = launch(browser.browser_type, remembering=True)
    page = remembering.new_page(base_url=site.address, storage_state=signed_in(administrator))
    page.set_default_timeout(PATIENCE)
    page.goto(desk.list_path("add"))
    page.evaluate("addEventListener('pageshow', (event) => { document.title = `back ${event.persisted}` })")
    page.get_by_label("Activity title").fill("Sent, back, sent")
    page.get_by_label("Activity format").select_option(label="Manuscript Review")
    page.get_by_label("Start date").fill("2026-06-01")
    page.get_by_label("End date").fill("2026-06-01")
    desk.go_on(page, desk.LEARNERS)

    page.evaluate("history.back()")
    expect(page).to_have_title("back true")
    expect(page.get_by_label("Activity title")).to_have_value("Sent, back, sent")
    expect(page.locator("[data-overlay]")).to_have_count(0)
    desk.go_on(page, desk.LEARNERS)
    page.goto(f"{desk.list_path()}?q=Sent+back+sent")
    expect(page.get_by_role("link", name="Sent, back, sent", exact=True)).to_have_count(1)
    page.goto(desk.list_path("add"))
    expect(page.get_by_label("Activity title")).to_have_value("")
    remembering.close()


def test_two_posts_that_cross_make_one_activity(visit: Visit, administrator: str) -> None:
    """The browser's own guard left out: the same form arrives twice at the same time."""
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Sent twice at once")
    page.get_by_label("Activity format").select_option(label="Manuscript Review")
    page.get_by_label("Start date").fill("2026-06-01")
    page.get_by_label("End date").fill("2026-06-01")
    led = page.evaluate(
        """async () => {
            const body = () => new URLSearchParams(new FormData(document.querySelector("form[data-keep]")));
            const send = () => fetch(location.href, {method: "POST", body: body()}).then((one) => one.url);
            return Promise.all([send(), send(), send()]);
        }"""
    )
    assert len({address.split("?")[0] for address in led}) == 1
    page.goto(f"{desk.list_path()}?q=Sent+twice+at+once")
    expect(page.get_by_role("link", name="Sent twice at once", exact=True)).to_have_count(1)


def test_a_browser_closed_in_the_middle_of_a_step(visit: Visit, administrator: str) -> None:
    """What was saved before is there, what was typed since comes back, and the status says where it stands."""
    page = visit(administrator)
    made = desk.enter(page, "Interrupted by the phone", desk.UPCOMING, steps=2)
    page.goto(desk.activity_path(made, desk.REGISTRATION))
    page.get_by_label("Activity URL").fill("https://cme.demo.example/half")
    page.context.pages[0].close(run_before_unload=False)

    page = page.context.new_page()
    page.goto(f"{desk.list_path()}?q=Interrupted")
    row = desk.row_of(page, "Interrupted by the phone")
    expect(row).to_contain_text("Draft")
    row.get_by_role("link", name="Edit").click()
    expect(page).to_have_url(
        f"{page.url.split('/providers')[0]}{desk.activity_path(made, desk.REGISTRATION)}"
    )
    expect(page.get_by_label("Activity URL")).to_have_value("https://cme.demo.example/half")
