"""Two people edit the same activity: only a clash in the same field asks, and shows both versions."""

from playwright.sync_api import Page, expect

from tests.journeys import desk
from tests.journeys.conftest import Visit

EDITOR = "editor@demo.example"


def two_at(visit: Visit, administrator: str, title: str, step: str) -> tuple[Page, Page, str]:
    """Two people have the same step of the same new activity open."""
    mine, theirs = visit(administrator), visit(EDITOR)
    path = desk.activity_path(desk.enter(mine, title, desk.UPCOMING), step)
    for page in (mine, theirs):
        page.goto(path)
    return mine, theirs, path


def test_different_fields_both_stay_without_a_word(visit: Visit, administrator: str) -> None:
    mine, theirs, path = two_at(visit, administrator, "Edited together", desk.LEARNERS)
    theirs.get_by_label("AMA PRA Category 1 Credit").fill("3.25")
    desk.go_on(theirs, desk.REGISTRATION)
    mine.get_by_label("Description").fill("Written at the same time.")
    desk.go_on(mine, desk.REGISTRATION)

    mine.goto(path)
    expect(mine.get_by_label("AMA PRA Category 1 Credit")).to_have_value("3.25")
    expect(mine.get_by_label("Description")).to_have_value("Written at the same time.")


def clash(visit: Visit, administrator: str, title: str) -> tuple[Page, str]:
    """Both change the description; the second also changes the credits. Return the page that asks."""
    mine, theirs, path = two_at(visit, administrator, title, desk.LEARNERS)
    theirs.get_by_label("Description").fill("Their version\nwith two lines.")
    desk.go_on(theirs, desk.REGISTRATION)
    mine.get_by_label("Description").fill("My version.")
    mine.get_by_label("AMA PRA Category 1 Credit").fill("2")
    desk.leave_button(mine).click()
    expect(mine.get_by_role("heading", name="Two versions of one answer")).to_be_visible()
    for words in (
        "My version.",
        "Their version",
        "with two lines.",
        "What to do first, and why.",
        "Demo Editor",
    ):
        expect(mine.get_by_role("group", name="Description")).to_contain_text(words)
    return mine, path


def test_keep_mine(visit: Visit, administrator: str) -> None:
    page, path = clash(visit, administrator, "Kept as mine")
    page.get_by_label("Keep mine").check()
    page.get_by_role("button", name="Save with these choices").click()
    page.wait_for_url(f"**/{desk.REGISTRATION}/**")
    page.goto(path)
    expect(page.get_by_label("Description")).to_have_value("My version.")
    expect(page.get_by_label("AMA PRA Category 1 Credit")).to_have_value("2")


def test_take_theirs(visit: Visit, administrator: str) -> None:
    page, path = clash(visit, administrator, "Taken as theirs")
    page.get_by_label("Take theirs").check()
    page.get_by_role("button", name="Save with these choices").click()
    page.wait_for_url(f"**/{desk.REGISTRATION}/**")
    page.goto(path)
    expect(page.get_by_label("Description")).to_have_value("Their version\nwith two lines.")
    expect(page.get_by_label("AMA PRA Category 1 Credit")).to_have_value("2")


def test_walking_away_from_the_question_loses_nothing(visit: Visit, administrator: str) -> None:
    page, path = clash(visit, administrator, "Left unanswered")
    page.goto(path)
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("My version.")
    page.get_by_role("button", name="Throw it away and show what is saved").click()
    expect(page.get_by_label("Description")).to_have_value("Their version\nwith two lines.")


def test_typing_brought_back_over_a_newer_version_asks_too(visit: Visit, administrator: str) -> None:
    """The browser kept what was typed against the revision it was typed over."""
    mine, theirs, path = two_at(visit, administrator, "Kept over a newer one", desk.LEARNERS)
    mine.get_by_label("Description").fill("Typed in the morning.")
    context = mine.context
    mine.close()
    theirs.get_by_label("Description").fill("Saved at noon.")
    desk.go_on(theirs, desk.REGISTRATION)

    page = context.new_page()
    page.goto(path)
    expect(page.get_by_label("Description")).to_have_value("Typed in the morning.")
    desk.leave_button(page).click()
    expect(page.get_by_role("heading", name="Two versions of one answer")).to_be_visible()
    expect(page.get_by_role("group", name="Description")).to_contain_text("Saved at noon.")


def test_closed_meanwhile(visit: Visit, administrator: str) -> None:
    mine, theirs = visit(administrator), visit(EDITOR)
    made = desk.enter(mine, "Closed under my hands", counts=(4, 5))
    path = desk.activity_path(made, desk.LEARNERS)
    mine.goto(path)
    mine.get_by_label("Description").fill("One more sentence.")
    theirs.goto(path)
    theirs.get_by_role("switch", name="Mark Activity as Closed").click()
    expect(theirs.get_by_text("The activity is closed.")).to_be_visible()

    desk.leave_button(mine).click()
    expect(mine.get_by_text("This activity has been closed meanwhile")).to_be_visible()
    mine.goto(desk.activity_path(made, "reopen"))
    mine.get_by_label("Why does it have to be reopened?").fill("A sentence is missing.")
    mine.get_by_role("button", name="Reopen").click()
    mine.goto(path)
    expect(mine.get_by_label("Description")).to_have_value("One more sentence.")
