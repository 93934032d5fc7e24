"""The tutorial, sentence by sentence, from sign-in to Closed and through its troubleshooting."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def continue_button(page: Page) -> Locator:
    """*Save Draft and Continue*."""
    return page.get_by_role("button", name="Save Draft and Continue")


def start_adding(page: Page) -> None:
    """From the home page to the empty form."""
    page.goto("/")
    page.get_by_role("link", name="Program and Activity Data").click()
    page.get_by_role("link", name="Add Activity", exact=True).click()


def basic_information(page: Page, *, title: str, start: str, end: str) -> None:
    """An in-person live course in Chicago."""
    page.get_by_label("Activity title").fill(title)
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("Start date").fill(start)
    page.get_by_label("End date").fill(end)
    page.get_by_label("In-Person", exact=True).check()
    page.get_by_label("Country").select_option("USA")
    page.get_by_label("City").fill("Chicago")
    page.get_by_label("State").fill("IL")


def test_from_sign_in_to_closed(visit: Callable[..., Page], administrator: str) -> None:
    page = visit(administrator)
    start_adding(page)

    # "The form expands to ask about where the activity took place, and whether it occurred more than once."
    expect(page.get_by_text("In-Person", exact=True)).to_be_hidden()
    page.get_by_label("Activity format").select_option(label="Live Course")
    expect(page.get_by_text("In-Person", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("more than once with the same content"))).to_be_visible()
    expect(page.get_by_label("City")).to_be_hidden()
    # "This button will turn purple when you can move to the next step."
    expect(continue_button(page)).not_to_have_class(re.compile("is-ready"))
    basic_information(page, title="Airway Management Workshop", start="2026-03-02", end="2026-03-03")
    expect(page.get_by_label("City")).to_be_visible()
    expect(continue_button(page)).to_have_class(re.compile("is-ready"))
    continue_button(page).click()

    page.wait_for_url(re.compile("/information-for-learners/"))
    page.get_by_label("AMA PRA Category 1 Credit").fill("6.5")
    page.get_by_role("group", name="Include in CME Passport").get_by_label("Yes").check()
    page.get_by_label("Description").fill(
        "Hands-on airway skills.\n\n- Mask ventilation\n- Video laryngoscopy"
    )
    continue_button(page).click()

    page.wait_for_url(re.compile("/registration-details/"))
    page.get_by_role("group", name="Registration").get_by_label("Open to all").check()
    page.get_by_role("group", name="Fee to participate").get_by_label("Variable").check()
    page.get_by_label("Activity URL").fill("https://cme.demo.example/airway")
    continue_button(page).click()

    page.wait_for_url(re.compile("/accreditation-details/"))
    page.get_by_label("Internal ID").fill("AIR-2026-01")
    page.get_by_role("group", name="Providership").get_by_label("Joint").check()
    # "Use the + button to add additional joint providers."
    joint = page.get_by_role("group", name="Joint providers").get_by_role("combobox")
    joint.nth(0).fill("Demo Lakeside Clinic")
    page.get_by_role("button", name="Add another joint provider").click()
    joint.nth(1).fill("Demo Heart Foundation")
    measured = page.get_by_role("group", name="Learner Competence")
    measured.get_by_label("Objective").check()
    expect(page.get_by_role("checkbox", name="Learner Competence")).to_be_checked()
    # "If this activity did receive commercial support, select Yes. You will see a new section appear."
    expect(page.get_by_label("Monetary support", exact=True)).to_be_hidden()
    page.get_by_role("group", name="receive commercial support").get_by_label("Yes").check()
    # "Once you select either of these two commercial support types, the form will expand again."
    monetary = page.get_by_role("group", name="Sources of monetary support")
    expect(monetary).to_be_hidden()
    page.get_by_label("Monetary support", exact=True).check()
    monetary.get_by_role("combobox", name="Source").fill("Demo Devices")
    monetary.get_by_label("Amount").fill("$12,500.00")
    page.get_by_role("button", name="Add another source of monetary support").click()
    monetary.get_by_role("combobox", name="Source").nth(1).fill("Demo Imaging")
    monetary.get_by_label("Amount").nth(1).fill("4000")
    page.get_by_label("In-kind support", exact=True).check()
    page.get_by_role("group", name="Sources of in-kind support").get_by_role("combobox").fill("Demo Manikins")
    # "Chosen commendation criteria will turn blue."
    criterion = page.locator("label", has_text="Engages Teams")
    expect(criterion).to_be_hidden()
    page.get_by_role("group", name="commendation criteria").first.get_by_label("Yes").check()
    page.get_by_label("Engages Teams").check()
    expect(criterion.locator("xpath=ancestor-or-self::label")).to_have_css(
        "background-color", "rgb(0, 94, 162)"
    )
    page.get_by_role("button", name="Save", exact=True).click()

    # "After a brief loading screen, you will see the following."
    expect(page.get_by_role("link", name="Add Another Activity")).to_be_visible()
    page.get_by_role("link", name="View All Activities").click()
    top = page.locator("table tbody tr").first
    expect(top).to_contain_text("Airway Management Workshop")
    expect(top).to_contain_text("Ready to Close")

    top.get_by_role("link", name=re.compile("Update Learners")).click()
    page.get_by_label("Total physician learners").fill("31")
    page.get_by_label("Total other learners").fill("0")
    page.get_by_role("button", name="Update Learners").click()
    expect(top).to_contain_text("31")

    top.get_by_role("link", name=re.compile("^Edit")).click()
    page.get_by_role("switch", name="Mark Activity as Closed").click()
    expect(page.get_by_text("Closed", exact=True).first).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Program and Activity Data").click()
    expect(top).to_contain_text("Closed")


def test_why_will_my_activity_not_save(visit: Callable[..., Page], administrator: str) -> None:
    page = visit(administrator)
    start_adding(page)
    basic_information(page, title="Wound Care Update", start="2026-05-04", end="2026-05-01")
    continue_button(page).click()
    # "Anything which needs attention will have red text below the entry field", also after a reload.
    for _ in range(2):
        expect(page).to_have_url(re.compile("basic-information|add"))
        expect(
            page.locator("#field-end_date-error, [id^='field-end_date'][class*=error]").first
        ).to_be_visible()
        page.reload()


def test_why_is_my_activity_not_active(visit: Callable[..., Page], administrator: str) -> None:
    page = visit(administrator)
    start_adding(page)
    basic_information(page, title="Stroke Grand Rounds", start="2026-05-04", end="2026-05-05")
    continue_button(page).click()
    page.wait_for_url(re.compile("/information-for-learners/"))
    page.goto("/")
    page.get_by_role("link", name="Program and Activity Data").click()
    top = page.locator("table tbody tr").first
    expect(top).to_contain_text("Stroke Grand Rounds")
    expect(top).to_contain_text("Draft")
    top.get_by_role("link", name=re.compile("^Edit")).click()
    page.get_by_role("link", name=re.compile("Information for learners")).first.click()
    # "If any required fields are missing, they will be displayed in red text when you go to edit your activity."
    expect(page.locator(".usa-error-message").first).to_be_visible()
