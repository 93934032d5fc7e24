"""The form by the keyboard alone, without scripts, and the words that follow what somebody does."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys import desk
from tests.journeys.conftest import Visit
from tests.journeys.running import PHONE

MOST_TABS = 12


def tab_to(page: Page, box: Locator) -> Locator:
    """Press Tab until the box has the focus; it may be a few stops away, not many."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            return box
    message = f"{MOST_TABS} tabs did not lead to {box}"
    raise AssertionError(message)


def box(page: Page, name: str, value: str = "") -> Locator:
    """The box of a field; of several the one with this value."""
    return page.locator(f"[name='{name}'][value='{value}']" if value else f"[name='{name}']")


def test_the_whole_form_by_keyboard(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Add Activity"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/add/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, box(page, "title"))
    page.keyboard.type("Typed with ten fingers")
    tab_to(page, box(page, "format"))
    page.keyboard.type("Live")
    tab_to(page, box(page, "start_date"))
    page.keyboard.type("05042026")
    tab_to(page, box(page, "end_date"))
    page.keyboard.type("05042026")
    tab_to(page, box(page, "delivery_methods", "In-Person"))
    page.keyboard.press("Space")
    tab_to(page, box(page, "city"))
    page.keyboard.type("Moline")
    tab_to(page, box(page, "state"))
    page.keyboard.type("IL")
    tab_to(page, box(page, "country"))
    page.keyboard.type("United States")
    tab_to(page, box(page, "repeated").first)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("group", name="Did it occur more than once").get_by_label("No")).to_be_checked()
    tab_to(page, desk.leave_button(page))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{desk.LEARNERS}/**")

    page.locator("main").focus()
    tab_to(page, box(page, "credits"))
    page.keyboard.type("4")
    tab_to(page, box(page, "on_passport").first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    tab_to(page, box(page, "description"))
    page.keyboard.type("Typed.")
    page.keyboard.press("Enter")
    page.keyboard.type("In two lines.")
    tab_to(page, desk.leave_button(page))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{desk.REGISTRATION}/**")

    page.locator("main").focus()
    tab_to(page, box(page, "registration").first)
    page.keyboard.press("Space")
    tab_to(page, box(page, "fee").first)
    page.keyboard.press("Space")
    tab_to(page, box(page, "url"))
    page.keyboard.type("https://cme.demo.example/keyboard")
    tab_to(page, page.get_by_role("button", name="Add a collaboration"))
    page.keyboard.press("Enter")
    expect(box(page, "collaborations.0.kind")).to_be_focused()
    page.keyboard.type("Merit")
    tab_to(page, desk.leave_button(page))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{desk.ACCREDITATION}/**")

    page.locator("main").focus()
    tab_to(page, box(page, "internal_id"))
    page.keyboard.type("KEY-1")
    tab_to(page, box(page, "providership").first)
    page.keyboard.press("Space")
    tab_to(page, box(page, "outcomes.0.measurement_types", "Objective"))
    page.keyboard.press("Space")
    expect(box(page, "outcomes.0.outcome")).to_be_checked()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
    tab_to(page, box(page, "support_received").first)
    page.keyboard.press("ArrowDown")
    tab_to(page, box(page, "commendation").first)
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="Commendation criteria", exact=True)).to_be_visible()
    tab_to(page, box(page, "commendation_criteria", "C23"))
    page.keyboard.press("Space")
    desk.leave_button(page).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/saved/**")
    expect(page.locator("main")).to_contain_text("Active")


def test_menus_by_keyboard(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path())
    menu = page.locator("summary", has_text="Account of")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()


def test_questions_follow_the_field_with_the_focus(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    questions = page.get_by_role("region", name="Frequently asked questions")
    for label in ("Activity format", "Start date", "Activity title"):
        page.get_by_label(label).focus()
        expect(questions.locator(".op-faq__panel").filter(visible=True)).to_have_count(1)
        expect(questions.get_by_role("heading", name=label)).to_be_visible()
    page.get_by_role("button", name="Show all questions of this step").click()
    assert questions.locator(".op-faq__panel").filter(visible=True).count() > 3

    phone = visit(administrator, size=PHONE)
    phone.goto(desk.list_path("add"))
    below = phone.locator(".op-faq__panel")
    assert below.filter(visible=True).count() == below.count()
    form, faq = phone.locator("form[data-step]").bounding_box(), phone.locator(".op-faq").bounding_box()
    assert form
    assert faq
    assert faq["y"] >= form["y"] + form["height"]


def colour(button: Locator) -> str:
    """What the button is filled with."""
    found: str = button.evaluate("button => getComputedStyle(button).backgroundColor")
    return found


def test_the_button_is_purple_only_when_the_step_can_be_left(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    button = desk.leave_button(page)
    quiet = colour(button)
    page.get_by_label("Activity title").fill("Purple at last")
    page.get_by_label("Activity format").select_option(label="Manuscript Review")
    page.get_by_label("Start date").fill("2026-06-02")
    expect(button).not_to_have_class(re.compile("is-ready"))
    page.get_by_label("End date").fill("2026-06-03")
    expect(button).to_have_class(re.compile("is-ready"))
    expect(page.get_by_text("This step is ready.")).to_be_visible()
    page.mouse.move(0, 0)
    purple = colour(button)
    assert purple != quiet
    red, green, blue = (int(part) for part in re.findall(r"\d+", purple)[:3])
    assert green < red < blue

    page.get_by_label("End date").fill("2026-06-01")
    page.get_by_label("End date").blur()
    expect(page.locator("#field-end_date-error")).to_be_visible()
    expect(page.get_by_label("End date")).to_have_attribute("aria-invalid", "true")
    expect(button).not_to_have_class(re.compile("is-ready"))
    page.get_by_label("End date").fill("2026-06-03")
    expect(page.locator("#field-end_date-error")).to_have_count(0)
    expect(button).to_have_class(re.compile("is-ready"))


def test_a_us_date_pasted_into_the_date_box(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(desk.list_path("add"))
    for label, text, iso in (
        ("Start date", "3/4/2026", "2026-03-04"),
        ("End date", "Friday, March 6, 2026", "2026-03-06"),
    ):
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.get_by_label(label).focus()
        page.keyboard.press("ControlOrMeta+V")
        expect(page.get_by_label(label)).to_have_value(iso)


def test_questions_come_and_go_with_the_answers(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path("add"))
    kind, city = page.get_by_label("Activity format"), page.get_by_label("City")
    kind.select_option(label="Live Course")
    page.get_by_label("In-Person", exact=True).check()
    city.fill("Elgin")
    kind.select_option(label="Manuscript Review")
    expect(city).to_be_hidden()
    expect(page.get_by_label("In-Person", exact=True)).to_be_hidden()
    # What was answered comes back with the question.
    kind.select_option(label="Regularly Scheduled Series")
    expect(city).to_have_value("Elgin")
    expect(page.get_by_label("Number of sessions")).to_be_visible()
    page.get_by_label("In-Person", exact=True).uncheck()
    expect(city).to_be_hidden()

    made = desk.enter(page, "Shown and hidden", desk.UPCOMING)
    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    joint = page.get_by_role("group", name="Joint providers")
    expect(joint).to_be_hidden()
    page.get_by_role("group", name="Providership").get_by_label("Joint").check()
    expect(joint).to_be_visible()
    criteria = page.get_by_role("group", name="Commendation criteria", exact=True)
    expect(criteria).to_be_hidden()
    page.get_by_role("group", name="Mark the activity for commendation").get_by_label("Yes").check()
    chip = page.locator("label", has_text="C23")
    before = colour(chip)
    chip.click()
    page.mouse.move(0, 0)
    after = colour(chip)
    assert after != before
    red, green, blue = (int(part) for part in re.findall(r"\d+", after)[:3])
    assert blue > max(red, green)


def test_the_counter_and_text_that_is_too_long(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Long words", desk.UPCOMING, steps=1)
    page.goto(desk.activity_path(made, desk.LEARNERS))
    page.get_by_label("Description").fill("x" * 2510)
    expect(page.locator("#field-description-counter")).to_contain_text("10")
    desk.leave_button(page).click()
    page.wait_for_url("**/*stayed=yes*")
    # In red with everything typed, also after a reload; the page's summary leads into the box.
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("x" * 2510)
    expect(page.locator("#field-description-error")).to_contain_text("2,510")
    page.locator("[data-summary] a").first.click()
    expect(page.get_by_label("Description")).to_be_focused()


def test_names_typed_before_are_suggested(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    desk.enter(
        page, "With a partner", {"providership": "Joint", "joint_providers.0": "Demo Quiet Valley Clinic"}
    )
    made = desk.enter(page, "With the same partner", {"providership": "Joint"})
    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    name = page.get_by_role("group", name="Joint providers").get_by_role("combobox").first
    name.fill("quiet")
    expect(page.locator("datalist option[value='Demo Quiet Valley Clinic']").first).to_be_attached()

    stranger = visit("coordinator@demo.example")
    found = stranger.request.get("/providers/9000002/suggestions/?kind=joint-providers&q=quiet").json()
    assert found == {"suggestions": []}


def test_the_form_without_scripts(visit: Visit, administrator: str) -> None:
    page = visit(administrator, script=False)
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill("Entered without scripts")
    page.get_by_label("Activity format").select_option(label="Live Course")
    page.get_by_label("Start date").first.fill("2026-02-02")
    page.get_by_label("End date").first.fill("2026-02-03")
    page.get_by_label("In-Person", exact=True).first.check()
    page.get_by_label("City").first.fill("Galena")
    page.get_by_label("State").first.fill("IL")
    page.get_by_label("Country").first.select_option(label="United States")
    page.get_by_role("button", name="Add a further instance").click()
    again = page.get_by_role("group", name="Further instance 1")
    again.get_by_label("Start date").fill("2026-02-09")
    again.get_by_label("End date").fill("2026-02-09")
    again.get_by_label("In-Person", exact=True).check()
    page.get_by_role("group", name="Did it occur more than once").get_by_label("Yes").check()
    # Enter is the button of the step, not one of the rows.
    page.get_by_label("Activity title").press("Enter")

    page.get_by_label("AMA PRA Category 1 Credit").fill("2.5")
    page.get_by_role("group", name="Include in CME Passport").get_by_label("Yes").check()
    page.get_by_label("Description").fill("Plain as bread.")
    page.get_by_role("button", name="Save Draft and Continue").click()

    page.get_by_role("group", name="Registration").get_by_label("Limited").check()
    page.get_by_role("group", name="Fee to participate").get_by_label("No, it").check()
    page.get_by_label("Activity URL").fill("https://cme.demo.example/plain")
    for number in (1, 2):
        page.get_by_role("button", name="Add a collaboration").click()
        page.get_by_role("group", name=f"Collaboration {number}").locator("select").first.select_option(
            index=3
        )
    page.get_by_role("button", name="Remove Collaboration 2").click()
    page.get_by_role("button", name="Remove Collaboration 1").click()
    expect(page.get_by_label("Activity URL")).to_have_value("https://cme.demo.example/plain")
    page.get_by_role("button", name="Save Draft and Continue").click()

    page.get_by_role("group", name="Providership").get_by_label("Joint").check()
    page.get_by_label("Joint provider 1", exact=True).fill("Demo Quiet Valley Clinic")
    page.get_by_role("button", name="Add another joint provider").click()
    page.get_by_label("Joint provider 2", exact=True).fill("Demo Harbor Society")
    page.get_by_role("group", name="Learner Competence").get_by_label("Objective").check()
    page.get_by_label("Learner Competence", exact=True).check()
    page.get_by_role("group", name="Did this activity receive commercial support?").get_by_label(
        "Yes"
    ).check()
    for number, source, amount in ((1, "Demo Devices", "500"), (2, "Demo Beds", "1200")):
        page.get_by_role("button", name="Add another source of monetary support").click()
        row = page.get_by_role("group", name=f"Source {number}")
        row.get_by_role("combobox").fill(source)
        row.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Your activity is saved")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Ready to Close")
    expect(page.get_by_role("list").filter(has_text="Feb 9, 2026")).to_be_visible()
    made = page.url.split("/")[-3]
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("link", name="4. Accreditation Details").click()
    for label, words in {
        "Joint provider 2": "Demo Harbor Society",
        "Amount": "500",
    }.items():
        expect(page.get_by_label(label, exact=True).first).to_have_value(words)
    sources = page.get_by_role("group", name="Sources of monetary support").get_by_role("combobox")
    assert [one.input_value() for one in sources.all()] == ["Demo Devices", "Demo Beds"]
    page.go_back()
    page.go_back()

    page.get_by_role("link", name="Update Learners").click()
    page.get_by_label("Total physician learners").fill("8")
    page.get_by_label("Total other learners").fill("2")
    page.get_by_role("button", name="Update Learners").click()
    page.locator(f"#activity-{made}").get_by_role("link", name="Edit").click()
    page.get_by_role("switch", name="Mark Activity as Closed").click()
    expect(page.get_by_text("The activity is closed.")).to_be_visible()
