"""The life of an activity beyond the tutorial: other formats, collaborations, questions asked, reopening."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys import desk
from tests.journeys.conftest import Visit

EDITOR = "editor@demo.example"
#: A format that asks for no place.
NOWHERE: desk.Boxes = {"format": "MR", "delivery_methods": [], "city": "", "state": "", "country": ""}


def basics(page: Page, title: str, kind: str, start: str, end: str) -> None:
    page.goto(desk.list_path("add"))
    page.get_by_label("Activity title").fill(title)
    page.get_by_label("Activity format").select_option(label=kind)
    page.get_by_label("Start date").fill(start)
    page.get_by_label("End date").fill(end)


def learners_of_interest(page: Page, *, on_passport: str) -> None:
    page.get_by_label("AMA PRA Category 1 Credit").fill("1")
    page.get_by_role("group", name="Include in CME Passport").get_by_label(on_passport).check()
    page.get_by_label("Description").fill("What it is about.")


def accredited(page: Page) -> None:
    page.get_by_role("group", name="Providership").get_by_label("Direct").check()
    page.get_by_role("group", name="Learner Competence").get_by_label("Subjective").check()
    page.get_by_role("group", name="Did this activity receive commercial support?").get_by_label("No").check()


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="Mark Activity as Closed")


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


# --- formats


def test_a_regularly_scheduled_series(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    basics(page, "Tumor Board 2026", "Regularly Scheduled Series", "2026-01-05", "2026-12-28")
    page.get_by_label("Number of sessions").fill("48")
    page.get_by_label("Live-Streamed", exact=True).check()
    expect(page.get_by_label("Online", exact=True)).to_be_hidden()
    expect(page.get_by_label("City")).to_be_hidden()
    desk.go_on(page, desk.LEARNERS)
    learners_of_interest(page, on_passport="No")
    desk.go_on(page, desk.REGISTRATION)
    desk.go_on(page, desk.ACCREDITATION)
    accredited(page)
    desk.go_on(page, "saved")
    expect(page.locator("main")).to_contain_text("Active")
    expect(page.locator("main")).to_contain_text("In progress")


def test_enduring_material_counts_add_up_over_the_years(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    basics(page, "Hand Hygiene Module", "Enduring Material", "2025-03-01", "2028-02-29")
    for shown, hidden in (("Online", "In-Person"), ("Print/Other", "Live-Streamed")):
        expect(page.get_by_label(shown, exact=True)).to_be_visible()
        expect(page.get_by_label(hidden, exact=True)).to_be_hidden()
    page.get_by_label("Print/Other", exact=True).check()
    page.get_by_label("Online", exact=True).check()
    desk.go_on(page, desk.LEARNERS)
    made = re.search(r"/activities/(\d+)/", page.url)
    assert made

    page.goto(desk.activity_path(int(made[1]), "learners"))
    for as_of, physicians in (("2025-12-31", "40"), ("2026-03-09", "55")):
        page.get_by_label("Total physician learners").fill(physicians)
        page.get_by_label("Total other learners").fill("7")
        page.get_by_label("Counts as of").fill(as_of)
        press(page, "Update Learners")
        expect(page.get_by_text("The learners of “Hand Hygiene Module” are updated.")).to_be_visible()
        page.goto(desk.activity_path(int(made[1]), "learners"))
    table = page.get_by_role("table", name="Totals kept for each year")
    expect(table.get_by_role("row").nth(1)).to_contain_text("40")
    expect(table.get_by_role("row").nth(2)).to_contain_text("55")

    # Totals that add up cannot fall without a word.
    page.get_by_label("Total physician learners").fill("12")
    press(page, "Update Learners")
    expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
    press(page, "Yes, save it like this")
    expect(page.get_by_text("The learners of “Hand Hygiene Module” are updated.")).to_be_visible()


def test_repeat_activities_become_a_group(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Suturing Lab", {"internal_id": "SUT", **desk.UPCOMING})
    page.goto(desk.activity_path(made, desk.BASIC))
    page.get_by_role("group", name="Did it occur more than once").get_by_label("Yes").check()
    for number, (day, city) in enumerate((("2026-06-09", "Rockford"), ("2026-07-14", "Joliet")), start=1):
        page.get_by_role("button", name="Add a further instance").click()
        row = page.get_by_role("group", name=f"Further instance {number}")
        row.get_by_label("Start date").fill(day)
        row.get_by_label("End date").fill(day)
        row.get_by_label("In-Person", exact=True).check()
        row.get_by_label("Country").select_option(label="United States")
        row.get_by_label("City").fill(city)
        row.get_by_label("State").fill("IL")
    for to in (desk.LEARNERS, desk.REGISTRATION, desk.ACCREDITATION, "saved"):
        desk.go_on(page, to)
    expect(page.get_by_role("heading", name="The other times the same content was given")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Rockford, SUT-1")
    expect(page.locator("main")).to_contain_text("Joliet, SUT-2")

    page.get_by_role("link", name="View All Activities").click()
    expect(page.get_by_role("link", name="Suturing Lab", exact=True)).to_have_count(3)
    for row in page.get_by_role("row").filter(has=page.get_by_role("link", name="Suturing Lab")).all():
        expect(row).to_contain_text("Active")

    # Saved once more, nothing is made twice.
    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    desk.go_on(page, "saved")
    page.goto(f"{desk.list_path()}?q=suturing+lab")
    expect(page.get_by_role("link", name="Suturing Lab", exact=True)).to_have_count(3)


def test_collaborations(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Perioperative Pain", counts=(9, 1))
    path = desk.activity_path(made, desk.REGISTRATION)
    page.goto(path)

    def collaboration(number: int, kind: str) -> Locator:
        page.get_by_role("button", name="Add a collaboration").click()
        row = page.get_by_role("group", name=f"Collaboration {number}", exact=True)
        row.get_by_label("Collaboration", exact=True).select_option(label=kind)
        return row

    for number, (board, area, credit, others_area) in enumerate(
        (
            (
                "American Board of Anesthesiology (ABA)",
                "Ambulatory Anesthesia",
                "MOCA Points",
                "Anatomic Pathology",
            ),
            ("American Board of Surgery (ABS)", "Breast Surgery", "Self-Assessment", "Ambulatory Anesthesia"),
        ),
        start=1,
    ):
        row = collaboration(number, "Maintenance of Certification (MOC/CC)")
        expect(row.get_by_label("REMS type")).to_be_hidden()
        row.get_by_label("Certifying board").select_option(label=board)
        expect(row.get_by_label(others_area)).to_be_hidden()
        row.get_by_label(area, exact=True).check()
        row.get_by_label(credit, exact=True).check()
        row.get_by_label("Points", exact=True).fill("6.5")
        row.get_by_label("Last day to claim credit").fill("2026-12-31")
        row.get_by_role("group", name="The activity meets the board’s requirements").get_by_label(
            "Yes"
        ).check()
        row.get_by_label("Attested by").fill("Demo Course Director")
    row = collaboration(3, "Risk Evaluation and Mitigation Strategy (REMS)")
    expect(row.get_by_label("Certifying board")).to_be_hidden()
    row.get_by_label("REMS type").select_option(label="Opioid Analgesic")
    row.get_by_label("RPC ID").fill("RPC-77")
    collaboration(4, "Merit-based Incentive Payment System (MIPS)")
    desk.go_on(page, desk.ACCREDITATION)

    page.goto(path)
    expect(
        page.get_by_role("group", name="Collaboration 2", exact=True).get_by_label("Points", exact=True)
    ).to_have_value("6.5")
    expect(page.get_by_role("group", name="Collaboration 4", exact=True)).to_be_visible()
    switch(page).click()
    expect(page.get_by_text("The activity is closed.")).to_be_visible()
    for words in ("Breast Surgery", "MOCA Points", "RPC-77", "Demo Course Director", "MIPS"):
        expect(page.locator("main")).to_contain_text(words)


# --- what is asked before it is saved


def test_going_backwards_and_leaving_cme_passport_ask_first(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Well Child Visits", desk.UPCOMING)
    path = desk.activity_path(made, desk.LEARNERS)
    page.goto(path)
    page.get_by_label("AMA PRA Category 1 Credit").fill("")
    desk.leave_button(page).click()
    asked = page.get_by_role("heading", name="Is this what you mean?")
    expect(asked).to_be_visible()
    expect(page.locator("main")).to_contain_text("Draft")
    expect(page.locator("main")).to_contain_text("CME Passport")
    page.get_by_role("link", name="No, back to the form").click()
    expect(page.get_by_label("AMA PRA Category 1 Credit")).to_have_value("")
    page.get_by_label("AMA PRA Category 1 Credit").fill("6.5")
    desk.go_on(page, desk.REGISTRATION)

    page.goto(path)
    page.get_by_role("group", name="Include in CME Passport").get_by_label("No", exact=True).check()
    desk.leave_button(page).click()
    expect(asked).to_be_visible()
    press(page, "Yes, save it like this")
    page.wait_for_url(f"**/{desk.REGISTRATION}/**")
    page.goto(f"{desk.list_path()}?q=well+child")
    expect(desk.row_of(page, "Well Child Visits")).to_contain_text("Active")


def test_one_that_looks_like_another_asks_first(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    first = desk.enter(page, "Annual Ethics Day", {**NOWHERE, **desk.UPCOMING}, steps=1)
    basics(page, "Annual Ethics Day", "Manuscript Review", "2026-05-04", "2026-05-05")
    desk.leave_button(page).click()
    expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Look at the other activity").click()
    expect(opened.value).to_have_url(re.compile(f"/{first}/"))
    press(page, "Yes, save it like this")
    page.wait_for_url(f"**/{desk.LEARNERS}/**")
    page.goto(f"{desk.list_path()}?q=annual+ethics")
    expect(page.get_by_role("link", name="Annual Ethics Day", exact=True)).to_have_count(2)


# --- closing and what stops it


def test_each_point_that_stops_closing_leads_into_its_box(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    missing = {"outcomes.0.outcome": "", "outcomes.0.measurement_types": [], "support_received": ""}
    made = desk.enter(page, "Not quite finished", missing)
    page.goto(f"{desk.list_path()}?q=not+quite")
    row = desk.row_of(page, "Not quite finished")
    expect(row).to_contain_text("Ready to Close")
    row.get_by_text("What is stopping me?").click()
    points = row.locator(".op-stopping__points li")
    expect(points).to_have_count(4)

    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    expect(switch(page)).to_be_hidden()
    stopping = page.get_by_role("region", name="What is stopping me?")
    stopping.get_by_role("link", name=re.compile("support")).click()
    expect(page.locator("[name=support_received]").first).to_be_focused()
    stopping.get_by_role("link", name=re.compile("outcome", re.I)).click()
    expect(page.locator("[name='outcomes.0.outcome']")).to_be_focused()
    stopping.get_by_role("link", name=re.compile("physician", re.I)).click()
    expect(page).to_have_url(re.compile("/learners/#field-physicians"))
    expect(page.get_by_label("Total physician learners")).to_be_focused()

    page.get_by_label("Total physician learners").fill("10")
    page.get_by_label("Total other learners").fill("0")
    press(page, "Update Learners")
    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    accredited(page)
    desk.go_on(page, "saved")
    page.goto(desk.activity_path(made, desk.ACCREDITATION))
    switch(page).click()
    expect(page.get_by_text("The activity is closed.")).to_be_visible()


def test_closing_what_cannot_be_closed_any_more_says_why(visit: Visit, administrator: str) -> None:
    mine, theirs = visit(administrator), visit(EDITOR)
    made = desk.enter(mine, "Changed before closing", counts=(1, 1))
    mine.goto(desk.activity_path(made, desk.ACCREDITATION))
    expect(switch(mine)).to_be_visible()
    desk.post(theirs, desk.activity_path(made, desk.ACCREDITATION), {"providership": "Direct"})
    switch(mine).click()
    expect(mine.get_by_role("alert").first).to_be_visible()
    expect(mine.get_by_role("region", name="What is stopping me?")).to_be_visible()


def test_reopen_with_a_reason_and_the_history_of_it_all(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Opened once more", counts=(12, 3))
    page.goto(desk.activity_path(made, desk.BASIC))
    switch(page).click()
    expect(page.get_by_text("The activity is closed.")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    page.get_by_role("link", name="Reopen").click()
    press(page, "Reopen")
    expect(page.locator("#field-reason-error")).to_be_visible()
    page.get_by_label("Why does it have to be reopened?").fill("The second sign-in sheet was found.")
    press(page, "Reopen")
    expect(page.get_by_text("The activity is reopened.")).to_be_visible()
    page.goto(desk.activity_path(made, "learners"))
    page.get_by_label("Total physician learners").fill("15")
    press(page, "Update Learners")
    expect(desk.row_of(page, "Opened once more")).to_contain_text("15")

    page.goto(desk.activity_path(made, "history"))
    changes = page.locator(".op-history__change")
    expect(changes.nth(0)).to_contain_text("Changed by Demo Administrator, by the web form")
    expect(changes.nth(0).get_by_role("row", name="Total physician learners")).to_contain_text("12")
    expect(changes.nth(0).get_by_role("row", name="Total physician learners")).to_contain_text("15")
    expect(changes.nth(0)).to_contain_text("March 10, 2026")
    expect(changes.nth(1)).to_contain_text("Reopened by Demo Administrator")
    expect(changes.nth(1)).to_contain_text("The second sign-in sheet was found.")
    expect(changes.nth(2)).to_contain_text("Closed by Demo Administrator")
    expect(changes.last).to_contain_text("Added by Demo Administrator")


def test_close_several_with_a_preview(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    chosen = desk.enter(page, "Closed with others", counts=(2, 2))
    left = desk.enter(page, "Left open", counts=(2, 2))
    page.goto(desk.list_path("bulk-close") + "?ticked=none")
    expect(page.get_by_role("heading", name=re.compile("can be closed$"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("cannot be closed yet"))).to_be_visible()
    page.get_by_label("Close Closed with others").check(force=True)
    press(page, "Close the ticked activities")
    expect(page.get_by_role("heading", name="1 activity is closed")).to_be_visible()
    for made, status in ((chosen, "Closed"), (left, "Ready to Close")):
        page.goto(f"{desk.list_path()}?q={made}")
        expect(page.locator("tbody tr")).to_contain_text(status)


# --- delete, restore, copy, print


def test_delete_and_restore(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Deleted by mistake")
    page.goto(desk.activity_path(made, desk.BASIC))
    page.get_by_role("navigation", name="This activity").get_by_role("link", name="Delete").click()
    press(page, "Delete")
    expect(page.get_by_text("“Deleted by mistake” is deleted.")).to_be_visible()
    expect(desk.row_of(page, "Deleted by mistake")).to_have_count(0)
    page.get_by_role("link", name="Deleted activities").click()
    press(page, "Restore Deleted by mistake")
    expect(desk.row_of(page, "Deleted by mistake")).to_be_visible()


def test_copy_and_copy_to_next_year(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Yearly Conference", {"internal_id": "YC-26"}, counts=(80, 20))
    page.goto(f"{desk.list_path()}?q=yearly+conference")
    row = desk.row_of(page, "Yearly Conference")
    row.locator("summary", has_text="More actions").click()
    row.get_by_role("button", name="Copy to next year").click()
    expect(page.get_by_text("This is the copy.")).to_be_visible()
    expect(page.get_by_label("Start date")).to_have_value("2027-02-03")
    expect(page.get_by_label("City")).to_have_value("Chicago")
    page.get_by_role("link", name="Accreditation details").click()
    expect(page.get_by_label("Internal ID")).to_have_value("")
    expect(page.get_by_role("radio", name="Direct")).to_be_checked()

    page.goto(desk.activity_path(made, "copy"))
    press(page, "Copy")
    expect(page.get_by_label("Start date")).to_have_value("2026-02-03")


def test_a_sheet_to_print(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    made = desk.enter(page, "Printed for the file", counts=(31, 0))
    page.goto(desk.activity_path(made, "sheet"))
    page.emulate_media(media="print")
    for words in ("Printed for the file", "Chicago", "6.5", "Open to all", "Learner Competence", "31"):
        expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("header.op-header")).to_be_hidden()


def test_a_viewer_looks_and_changes_nothing(visit: Visit, administrator: str) -> None:
    made = desk.enter(visit(administrator), "Looked at", desk.UPCOMING)
    page = visit("viewer@demo.example")
    page.goto(desk.list_path())
    expect(page.get_by_role("link", name="Add Activity")).to_have_count(0)
    row = desk.row_of(page, "Looked at")
    expect(row.get_by_role("link", name="Update Learners")).to_have_count(0)
    row.get_by_role("link", name="View").click()
    expect(page).to_have_url(re.compile(f"/{made}/$"))
    expect(page.get_by_role("heading", name="Looked at")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
