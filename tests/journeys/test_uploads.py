"""A file from its template to its receipt, and back: as a person does it, with scripts and without."""

from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys import desk
from tests.journeys.conftest import Visit

UPLOADS = f"/providers/{desk.HOME}/uploads/"


def filled(template: bytes, *rows: dict[str, str | int]) -> bytes:
    """The template with these rows in it, by headings."""
    book = load_workbook(BytesIO(template))
    sheet = book["Activities"]
    columns = {cell.value: index for index, cell in enumerate(sheet[1], start=1)}
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, columns[heading], value)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def course(number: int, **over: str | int) -> dict[str, str | int]:
    row: dict[str, str | int] = {
        "Activity Title": f"Journey course {number}",
        "Activity Format": "Live Course",
        "Start Date": "5/4/2026",
        "End Date": "5/5/2026",
        "Internal ID": f"JOURNEY-{number}",
    }
    return row | {name.replace("_", " "): value for name, value in over.items()}


def send(page: Page, content: bytes, name: str) -> None:
    """Upload a file, and wait until it was read."""
    page.get_by_label("The file").set_input_files(FilePayload(name=name, mimeType="", buffer=content))
    page.get_by_role("button", name="Upload and check").click()


def test_a_template_is_filled_uploaded_fixed_applied_and_undone(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(desk.list_path())
    page.get_by_role("link", name="Uploads").click()
    page.get_by_role("link", name="Templates", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel workbook (empty template for activities)").click()
    template = Path(waiting.value.path()).read_bytes()
    page.get_by_label("Breadcrumbs").get_by_role("link", name="Uploads").click()
    page.get_by_role("link", name="Upload a file").click()
    wrong = (course(2, Activity_Format="Nonsense"), course(3, Activity_Format="Nonsense"))
    content = filled(template, course(1), *wrong, course(4, Total_Physician_Learners="a few"))
    send(page, content, "spring-2026.xlsx")

    expect(page.get_by_role("heading", name="3 rows cannot be written yet")).to_be_visible()
    expect(page.get_by_role("row", name="“Nonsense” is not one of the activity formats")).to_contain_text(
        "rows 3–4"
    )
    page.get_by_role("link", name="Fix in the page").first.click()
    first = page.get_by_role("group", name="Row 3: Journey course 2")
    first.get_by_label("Activity Format").first.select_option(label="Live Course")
    first.get_by_label("Use this for the one other row that has it too").check()
    page.get_by_role("group", name="Row 5: Journey course 4").get_by_role("textbox").fill("14")
    page.get_by_role("button", name="Check again").click()

    expect(page.get_by_role("link", name="4 New")).to_be_visible()
    page.get_by_role("link", name="4 New").click()
    page.get_by_label("Take in row 2").uncheck()
    page.get_by_role("button", name="Leave the unticked rows of this page out").click()
    expect(page.get_by_text("One row of this page is left out.")).to_be_visible()
    page.get_by_role("link", name="Back to the upload").click()
    page.get_by_role("button", name="Apply", exact=True).click()

    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    receipt = page.url
    expect(page.get_by_role("row", name="2 Left out Journey course 1")).to_be_visible()
    page.get_by_role("link", name="Journey course 4").click()
    expect(page.get_by_role("heading", name="Journey course 4")).to_be_visible()

    page.goto(receipt)
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo the upload").click()
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible()
    page.goto(f"{desk.list_path()}?q=journey+course")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_a_file_goes_in_without_scripts(visit: Visit, administrator: str) -> None:
    page = visit(administrator, script=False)
    page.goto(f"{UPLOADS}add/")
    text = "\n".join(
        (
            "Activity Title\tActivity Format\tStart Date\tEnd Date\tInternal ID",
            "Plain course\tC\t5/4/2026\t5/5/2026\tPLAIN-1",
        )
    )
    send(page, text.encode(), "plain.txt")
    look_again(page, "What would happen")
    page.get_by_role("button", name="Apply", exact=True).click()
    look_again(page, "Receipt")
    expect(page.get_by_role("row", name="2 Added Plain course PLAIN-1")).to_be_visible()


def look_again(page: Page, heading: str) -> None:
    """Press the link that stands in for the script until the worker is done."""
    wanted, link = page.get_by_role("heading", name=heading), page.get_by_role("link", name="Look again")
    for _ in range(100):
        page.wait_for_load_state()
        if wanted.count():
            return
        page.wait_for_timeout(200)
        if link.count():
            link.click()
    expect(wanted).to_be_visible()


def test_a_file_that_is_too_large_is_said_to_be_before_it_is_sent(visit: Visit, administrator: str) -> None:
    page = visit(administrator)
    page.goto(f"{UPLOADS}add/")
    page.locator("[data-file]").evaluate("box => box.dataset.file = 2 * 1024 * 1024")
    box = page.get_by_label("The file")
    box.set_input_files(FilePayload(name="large.txt", mimeType="", buffer=b"x" * 3 * 1024 * 1024))
    expect(page.get_by_text("The file is larger than 2 MB.")).to_be_visible()
    page.get_by_role("button", name="Upload and check").click()
    expect(box).to_be_focused()
    assert page.url.endswith("/uploads/add/")
    box.set_input_files(FilePayload(name="small.txt", mimeType="", buffer=b"x"))
    expect(page.get_by_text("The file is larger than 2 MB.")).to_be_hidden()
