"""The pages of uploads: the list, sending a file, one upload in each of its states, and what is decided there."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from openpars.activities.models import Change
from openpars.jobs.models import Job
from openpars.uploads import exporting
from openpars.uploads.models import ColumnMapping, Upload, UploadFinding, UploadFix, UploadRow
from openpars.uploads.states import UNDER_WAY, Result, State
from openpars.web.views.uploads import mending, rows, sending, stretches
from openpars.web.views.uploads.upload import in_ranges
from tests import factories
from tests.web import drawn, uploading
from tests.web.desk import Desk, drained, errors, text
from tests.working import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "files")]

PART = {"HX-Request": "true"}
GOOD = "Good course\tLive Course\t2026-03-01\t2026-03-02\tA-1\t12"
WRONG = "Wrong course\tNonsense\t2026-03-01\t2026-03-02\tA-2\t12"
HEADER = "Activity Title\tActivity Format\tStart Date\tEnd Date\tInternal ID\tPhysicians"


@pytest.fixture
def files(tmp_path: Any, settings: Any) -> None:
    """What is sent is kept in a folder of the test's own."""
    kept = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path, "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": kept}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def words(response: HttpResponse) -> str:
    """What the page says, without its header and footer."""
    assert response.status_code == 200, response
    return " ".join(drawn.read(text(response)).one("main").text().split())


def file_of(*lines: str, name: str = "activities.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADER, *lines]).encode())


def send(desk: Desk, *lines: str, **over: Any) -> Upload:
    """Send a file of these rows and let it be read."""
    answer = desk.post(desk.url("upload-add"), {"file": file_of(*lines), "kind": "activities"} | over)
    assert answer.status_code == 302, errors(answer)
    work_off()
    return Upload.objects.latest("created_at", "pk")


def on(desk: Desk, upload: Upload, name: str = "upload") -> str:
    return desk.url(name, upload.pk)


def cells(response: HttpResponse) -> list[list[str]]:
    """What stands in the table's body, row by row."""
    table = drawn.read(text(response)).one("tbody")
    return [
        [" ".join(cell.text().split()) for cell in row.all() if cell.tag in ("td", "th")]
        for row in table.all("tr")
    ]


# --- the list


def test_the_list_shows_the_newest_first_with_what_came_of_each(desk: Desk) -> None:
    uploading.upload(desk.provider, State.UNREADABLE, file_name="<b>old</b>.png")
    planned = uploading.upload(desk.provider, State.PLANNED, file_name="new.xlsx", adopt=True)
    uploading.row(planned, 2, Result.NEW)
    uploading.row(planned, 3, Result.NEW)
    uploading.row(planned, 4, Result.BLOCKED)
    page = desk.get(desk.url("uploads"))
    assert cells(page) == [
        [
            "Planned",
            "new.xlsxBrought over from PARS",
            "3",
            "2 new, 1 blocked. Nothing is written yet.",
            "Mar 10, 2026, 12:00 PMby Test Person",
        ],
        [
            "Cannot be read",
            "<b>old</b>.png",
            "–",
            "Nothing was written.",
            "Mar 10, 2026, 12:00 PMby Test Person",
        ],
    ]
    assert f'href="{on(desk, planned)}"' in text(page)
    tab = drawn.read(text(page)).one("a", aria_current="page", cls="op-tab")
    assert tab.text() == "Uploads"


def test_an_empty_list_says_how_to_begin(desk: Desk) -> None:
    assert "Upload your first file" in words(desk.get(desk.url("uploads")))
    viewer = Desk(role="viewer", at=desk.provider)
    assert "Upload" not in words(viewer.get(viewer.url("uploads"))).replace("Uploads", "")


def test_the_list_costs_the_same_however_long_it_is(desk: Desk) -> None:
    for _ in range(3):
        uploading.upload(desk.provider)
    desk.get(desk.url("uploads"))
    with CaptureQueriesContext(connection) as few:
        desk.get(desk.url("uploads"))
    for _ in range(9):
        uploading.upload(desk.provider)
    with CaptureQueriesContext(connection) as many:
        desk.get(desk.url("uploads"))
    assert len(few) == len(many) == 8


# --- sending


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ({"kind": "activities"}, [sending.NO_FILE]),
        ({"kind": "nothing"}, [sending.NO_FILE, sending.NO_KIND]),
        (
            {"kind": "activities", "file": SimpleUploadedFile("empty.txt", b"")},
            [
                "The file is empty. Check that you chose the right file, and that it was saved before you sent it."
            ],
        ),
    ],
)
def test_what_cannot_be_taken_in_is_said_at_its_box(
    desk: Desk, boxes: dict[str, Any], told: list[str]
) -> None:
    page = desk.post(desk.url("upload-add"), boxes)
    assert [one.removeprefix("Needs attention").strip() for one in errors(page)] == told
    assert Upload.objects.count() == 0


def test_a_file_that_is_too_large_is_not_kept_and_said_to_be(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_BYTES = 2048
    large = b"x" * 4096
    sent = {"file": SimpleUploadedFile("large.txt", large), "kind": "activities"}
    says = "The file is larger than 0 MB."
    assert says in words(desk.post(desk.url("upload-add"), sent))
    # Said beforehand, it is never looked at.
    monkeypatch.setattr("openpars.web.views.uploads.limit._BESIDES", 0)
    monkeypatch.setattr("openpars.web.views.uploads.sending.receive", None)
    # Nor is it read by lines, for one line may be all of it.
    monkeypatch.setattr("django.http.HttpRequest.readline", lambda *_: pytest.fail("by lines"))
    sent = {"file": SimpleUploadedFile("large.txt", large), "kind": "activities"}
    page = desk.post(desk.url("upload-add"), sent)
    assert says in words(page)
    assert Upload.objects.count() == 0


def test_who_may_only_look_is_told_so(desk: Desk) -> None:
    viewer = Desk(role="viewer", at=desk.provider)
    for name in ("upload-add", "upload-bring-over"):
        answer = viewer.get(viewer.url(name))
        assert (answer.status_code, "make you an editor" in text(answer)) == (403, True)


def test_what_is_sent_is_taken_in_for_the_provider_under_its_own_name(desk: Desk) -> None:
    answer = desk.post(
        desk.url("upload-add"),
        {"file": file_of(GOOD, name="..\\a/Übersicht 2026.txt"), "kind": "learner-counts"},
    )
    upload = Upload.objects.get()
    assert answer["Location"] == on(desk, upload)
    assert (upload.provider_id, upload.person_id, upload.door) == (desk.provider.pk, desk.person.pk, "file")
    assert (upload.file_name, upload.kind, upload.adopt) == ("Übersicht 2026.txt", "learner-counts", False)
    assert upload.page == f"http://testserver{on(desk, upload)}"


def test_what_is_brought_over_keeps_its_activity_ids(desk: Desk) -> None:
    file = SimpleUploadedFile("2019.txt", f"Activity ID\t{HEADER}\n200000007\t{GOOD}".encode())
    answer = desk.post(desk.url("upload-bring-over"), {"file": file})
    work_off()
    desk.post(on(desk, Upload.objects.get(), "upload-apply"), {})
    work_off()
    assert [activity.activity_id for activity in desk.activities()] == [200000007]
    assert "Brought over" in words(desk.get(desk.url("uploads")))
    assert answer["Location"] == on(desk, Upload.objects.get())


# --- one upload, state by state


SAYS = {
    State.WAITING: "Waiting for its turn",
    State.READING: "Reading and checking",
    State.MAPPING: "What do these columns hold?",
    State.UNREADABLE: "The file is empty.",
    State.PLANNED: "Nothing would change",
    State.APPLYING: "Applying",
    State.APPLIED: "Receipt",
    State.UNDOING: "Undoing",
    State.UNDONE: "Everything is as it was before.",
    State.CANCELLED: "canceled before anything was written",
    State.FAILED: "The disk is full.",
}
PAGES = (
    "upload",
    "upload-rows",
    "upload-findings",
    "upload-columns",
    "upload-fix",
    "upload-undo",
    "upload-file",
)


def status(client: Client, address: str) -> int:
    return drained(client.get(address)).status_code


@pytest.mark.parametrize("state", State)
def test_every_page_answers_in_every_state_for_editors_viewers_and_staff(desk: Desk, state: State) -> None:
    upload = uploading.upload(
        desk.provider,
        state,
        unreadable={"message": "The file is empty.", "mend": "Check it."},
        problem="The disk is full." if state == State.FAILED else "",
        layout=uploading.layout({"Begin": None}, {0: ["2026-03-01"]}),
    )
    viewer = Desk(role="viewer", at=desk.provider)
    staff = Client()
    staff.force_login(factories.contact(desk.provider.accreditor, role="editor").person)
    assert SAYS[state] in words(desk.get(on(desk, upload)))
    for name in PAGES:
        assert status(desk.client, on(desk, upload, name)) in {200, 302}, name
        for looking in (viewer.client, staff):
            assert status(looking, on(desk, upload, name)) in {200, 302, 403}, name
    for page in (viewer.get(on(desk, upload)), staff.get(on(desk, upload))):
        assert 'method="post"' not in text(page).split("<main", 1)[1]  # type: ignore[arg-type]


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_how_far_a_worker_is_is_asked_for_until_it_is_done(desk: Desk, state: State) -> None:
    job = Job.objects.create(kind="uploads.check", stage="Reading and checking", done=1200, total=5000)
    upload = uploading.upload(desk.provider, state, job=job.pk)
    where = on(desk, upload, "upload-progress")
    part = drawn.read(text(desk.client.get(where, headers=PART)))  # type: ignore[arg-type]
    assert [one.attributes.get("value") for one in part.all("progress")] == ["1200"]
    assert " ".join(part.text().split()) == "Reading and checking 1,200 of 5,000 rows"
    assert f'hx-get="{where}"' in text(desk.get(on(desk, upload)))
    assert desk.get(where)["Location"] == on(desk, upload)
    Job.objects.update(total=None)
    part = drawn.read(text(desk.client.get(where, headers=PART)))  # type: ignore[arg-type]
    assert (part.one("progress").attributes.get("value"), "1,200 rows so far" in part.text()) == (None, True)
    Upload.objects.update(state=State.PLANNED)
    assert desk.client.get(where, headers=PART)["HX-Refresh"] == "true"


def test_a_plan_tells_first_what_would_happen_then_what_was_found(desk: Desk) -> None:
    upload = uploading.upload(desk.provider, layout=uploading.layout({"Title": "title", "Remarks": None}))
    for number in (2, 3, 4):
        uploading.row(
            upload, number, Result.NEW, closes=number == 2, not_closed=number == 3, ticked=number != 4
        )
    uploading.row(upload, 5, Result.UNCHANGED)
    for number in (6, 7, 9):
        uploading.row(upload, number, Result.BLOCKED)
    uploading.found(
        upload, "activity.action.unknown", [6, 7, 9], path="action", value="Chnage", column="Action"
    )
    uploading.found(upload, "activity.credits.required", [2, 3], path="credits")
    page = desk.get(on(desk, upload))
    tiles = [" ".join(one.text().split()) for one in drawn.read(text(page)).all("a", cls="op-tile")]
    assert tiles == [
        "3 New",
        "1 Unchanged",
        "3 Blocked",
        "1 Closed by this file",
        "1 Saved, but not closed",
    ]
    said = words(page)
    assert "One column is not read: Remarks." in said
    assert "1 row is left out" in said
    assert "3 rows cannot be written yet" in said
    assert "For example: “Chnage” is nothing a row can ask for." in said
    assert "rows 6–7, 9" in said
    assert "2 things are still missing before these activities can become Active or be closed" in said
    assert "rows 2–3" in said
    assert "Apply only the 2 good rows" in said
    buttons = [one.text() for one in drawn.read(text(page)).one("main").all("button")]
    assert buttons == ["Apply only the 2 good rows", "Give this upload up"]


def test_a_plan_without_a_bad_row_is_applied_as_a_whole(desk: Desk) -> None:
    upload = send(desk, GOOD)
    page = desk.get(on(desk, upload))
    assert [one.text() for one in drawn.read(text(page)).one("main").all("button")] == [
        "Apply",
        "Give this upload up",
    ]
    assert desk.post(on(desk, upload, "upload-apply"), {})["Location"] == on(desk, upload)
    assert "Applying" in words(desk.get(on(desk, upload)))
    work_off()
    [activity] = desk.activities()
    upload.refresh_from_db()
    page = desk.get(on(desk, upload))
    assert cells(page) == [["2", "Added", "Good course", "A-1", str(activity.activity_id), ""]]
    assert desk.url("activity", activity.activity_id) in text(page)
    assert upload.sha256 in words(page)
    assert f"RulebookVersion {upload.rulebook_version}" in words(page)
    assert "1 added, 0 changed, 0 deleted" in words(page)


def test_the_same_file_is_recognised(desk: Desk) -> None:
    first = send(desk, GOOD)
    desk.post(on(desk, first, "upload-apply"), {})
    work_off()
    page = desk.get(on(desk, send(desk, GOOD)))
    assert "This is the same file that was applied on March 10, 2026. Nothing would change." in words(page)
    assert "Everything in the file is here already." in words(page)


def test_blocked_rows_keep_the_rest_from_being_applied_unless_somebody_says_so(desk: Desk) -> None:
    upload = send(desk, GOOD, WRONG)
    desk.post(on(desk, upload, "upload-apply"), {})
    assert "Nothing was applied: some rows are blocked." in words(desk.get(on(desk, upload)))
    desk.post(on(desk, upload, "upload-apply"), {"rows": "good"})
    work_off()
    page = desk.get(on(desk, upload))
    assert [row[:3] for row in cells(page)] == [
        ["2", "Added", "Good course"],
        ["3", "Not written", "Wrong course"],
    ]
    assert "the good rows only" in words(page)


def test_a_plan_that_no_longer_stands_is_not_applied_and_can_be_made_again(desk: Desk) -> None:
    activity = factories.activity(desk.provider, internal_id="A-1")
    upload = send(desk, GOOD)
    factories_change(desk, activity.activity_id)
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    said = words(desk.get(on(desk, upload)))
    assert "Something has changed since the plan was made The activities of row 2 no longer stand" in said
    assert "Apply" not in [
        one.text() for one in drawn.read(text(desk.get(on(desk, upload)))).one("main").all("button")
    ]
    desk.post(on(desk, upload, "upload-plan-again"), {})
    work_off()
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    assert desk.stored(activity).title == "Good course"


def factories_change(desk: Desk, activity_id: int) -> None:
    """Somebody else gives the activity other totals."""
    desk.send(desk.url("activity-learners", activity_id), physicians="77")


def test_an_upload_is_given_up_before_it_is_applied_and_not_after(desk: Desk) -> None:
    upload = send(desk, GOOD)
    desk.post(on(desk, upload, "upload-cancel"), {})
    assert "canceled before anything was written" in words(desk.get(on(desk, upload)))
    desk.post(on(desk, upload, "upload-apply"), {})
    assert rows.NOT_PLANNED in words(desk.get(on(desk, upload)))
    applied = uploading.upload(desk.provider, State.APPLIED)
    desk.post(on(desk, applied, "upload-cancel"), {})
    assert "It was too late to cancel" in words(desk.get(on(desk, applied)))
    desk.post(on(desk, applied, "upload-plan-again"), {})
    assert rows.NOT_PLANNED in words(desk.get(on(desk, applied)))
    assert desk.activities() == []


def test_undo_asks_first_and_says_what_stands_in_the_way(desk: Desk) -> None:
    upload = send(desk, GOOD, GOOD.replace("A-1", "A-2").replace("Good", "Other"))
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    said = words(desk.get(on(desk, upload, "upload-undo")))
    assert "2 activities that it added are deleted, and can be restored for 30 days." in said
    [first, second] = desk.activities()
    factories_change(desk, second.activity_id)
    desk.post(on(desk, upload, "upload-undo"), {})
    work_off()
    said = words(desk.get(on(desk, upload)))
    assert "It could not be undone Nothing was taken back, because one activity stands in the way" in said
    assert f"Other course ({second.activity_id}, row 3)" in said
    assert desk.activities() == [first, second]


def test_what_was_undone_says_so_and_keeps_its_receipt(desk: Desk) -> None:
    upload = send(desk, GOOD)
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    desk.post(on(desk, upload, "upload-undo"), {})
    work_off()
    page = desk.get(on(desk, upload))
    made = Change.objects.filter(upload=upload.pk).values_list("activity", flat=True)[0]
    assert "UndoneMarch 10, 2026, 12:00 PM CDT by Test Person" in words(page)
    assert cells(page) == [["2", "Added", "Good course", "A-1", str(made), ""]]
    assert desk.url("activity", made) not in text(page)
    assert desk.get(on(desk, upload, "upload-undo"))["Location"] == on(desk, upload)
    assert desk.activities() == []


# --- columns


STRANGE = {"Name of the course": None, "Format": "format", "Begin date": None, "Qwxzk": None}


def test_unknown_headings_are_asked_about_with_a_suggestion_and_remembered(desk: Desk) -> None:
    upload = uploading.upload(
        desk.provider,
        State.MAPPING,
        layout=uploading.layout(STRANGE, {0: ["Sepsis <i>"], 2: ["3/5/2026"], 3: []}),
    )
    page = drawn.read(text(desk.get(on(desk, upload)))).one("main")
    chosen = {
        box.attributes["name"]: [one.text() for one in box.all("option") if "selected" in one.attributes]
        for box in page.all("select")
    }
    assert chosen == {"column-0": ["Activity Title"], "column-2": ["Start Date"], "column-3": []}
    offered = {one.attributes["value"] for one in page.all("select")[0].all("option")}
    assert {"title", "activity_id", "support.0.amount"} <= offered and "format" not in offered
    assert "Sepsis <i>" in page.text()
    desk.post(
        on(desk, upload, "upload-columns"), {"column-0": "title", "column-2": "start_date", "column-3": "x"}
    )
    upload.refresh_from_db()
    assert (upload.state, upload.mapping) == (
        State.WAITING,
        {"nameofthecourse": "title", "begindate": "start_date", "qwxzk": ""},
    )
    assert ColumnMapping.objects.filter(provider=desk.provider).count() == 3


def test_one_column_cannot_stand_for_what_another_does(desk: Desk) -> None:
    upload = uploading.upload(desk.provider, State.MAPPING, layout=uploading.layout(STRANGE))
    page = desk.post(on(desk, upload, "upload-columns"), {"column-0": "title", "column-2": "title"})
    assert errors(page) == [
        "Needs attention “Activity Title” is chosen for another column, too. Choose it once."
    ] or errors(page) == ["“Activity Title” is chosen for another column, too. Choose it once."]
    assert ColumnMapping.objects.count() == 0


# --- rows


def test_the_rows_say_what_changes_from_what_to_what(desk: Desk) -> None:
    activity = factories.activity(desk.provider, internal_id="A-1", description="Old <b>words</b>")
    upload = send(desk, GOOD, WRONG)
    page = desk.get(on(desk, upload, "upload-rows"))
    changed, blocked = cells(page)
    assert changed[1:6] == ["2", "Changed", "Good course", "A-1", str(activity.activity_id)]
    assert "Activity title: Sepsis in the Emergency Department Good course" in changed[6]
    assert blocked[1:6] == ["3", "Blocked", "Wrong course", "A-2", "–"]
    assert blocked[6] == (
        "B3 “Nonsense” is not one of the activity formats. "
        "Choose a format from the list, or give its code, such as C, RSS or EM."
    )


def test_rows_are_filtered_and_paged_in_the_order_of_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploading.upload(desk.provider)
    for number in range(2, 9):
        uploading.row(upload, number, Result.NEW if number % 2 else Result.UNCHANGED)
    where = on(desk, upload, "upload-rows")

    def shown(query: str) -> list[str]:
        return [row[1] for row in cells(desk.get(where + query))]

    assert shown("?show=new") == ["3", "5", "7"]
    assert shown("?row=6") == ["6", "7", "8"]
    assert shown("?show=<b>&after=x&before=1-2") == [str(number) for number in range(2, 9)]
    assert "No such rows" in words(desk.get(f"{where}?show=closes"))
    monkeypatch.setattr(stretches.stretch, "__kwdefaults__", {"size": 3})
    there: list[list[str]] = []
    back: list[list[str]] = []
    query = ""
    for _ in range(3):
        there.append(shown(query))
        query = links(desk.get(where + query)).get("Next", query)
    for _ in range(3):
        back.insert(0, shown(query))
        query = links(desk.get(where + query)).get("Previous", query)
    assert there == back == [["2", "3", "4"], ["5", "6", "7"], ["8"]]
    assert set(links(desk.get(where))) == {"Next"}


def links(page: HttpResponse) -> dict[str, str]:
    """The links to other pages of a list, by their words."""
    nav = drawn.read(text(page)).all("nav", aria_label="Pages")
    return {link.text().strip(): link.attributes["href"] for each in nav for link in each.all("a")}


def test_rows_that_are_unticked_are_left_out(desk: Desk) -> None:
    upload = send(desk, GOOD, GOOD.replace("A-1", "A-2").replace("Good", "Other"))
    where = on(desk, upload, "upload-rows")
    page = drawn.read(text(desk.get(where)))
    assert [box.attributes["value"] for box in page.all("input", name="ticked")] == ["2", "3"]
    answer = desk.post(f"{where}?show=new", {"shown": ["2", "3", "x"], "ticked": ["3", "9"]})
    assert answer["Location"] == f"{where}?show=new"
    assert "One row of this page is left out." in words(desk.get(where))
    assert [row[1] for row in cells(desk.get(f"{where}?show=left-out"))] == ["2"]
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    assert [activity.internal_id for activity in desk.activities()] == ["A-2"]
    assert cells(desk.get(on(desk, upload)))[0][:2] == ["2", "Left out"]
    desk.post(where, {"shown": ["2"], "ticked": ["2"]})
    assert rows.NOT_PLANNED in words(desk.get(on(desk, upload)))


def test_a_page_of_rows_costs_the_same_however_many_there_are(desk: Desk) -> None:
    desk.get(desk.url("uploads"))
    costs = []
    for many in (3, 60):
        upload = uploading.upload(desk.provider)
        for number in range(2, 2 + many):
            uploading.row(upload, number, (Result.CHANGED, Result.BLOCKED)[number % 2], activity_id=100000001)
        pages = []
        for name in ("upload", "upload-rows", "upload-findings", "upload-fix"):
            with CaptureQueriesContext(connection) as spent:
                desk.get(on(desk, upload, name))
            pages.append(len(spent))
        costs.append(pages)
    assert costs[0] == costs[1] == [9, 10, 9, 9]


def test_a_row_that_looks_like_an_earlier_one_of_its_file_leads_to_it(desk: Desk) -> None:
    upload = send(desk, GOOD, GOOD.replace("A-1", "A-2"))
    page = drawn.read(text(desk.get(on(desk, upload, "upload-rows")))).one("tbody")
    [link] = [one for one in page.all("a") if "?row=" in one.attributes["href"]]
    assert (link.text(), link.attributes["href"]) == (
        "row 2",
        f"{on(desk, upload, 'upload-rows')}?row=2#row-2",
    )
    assert "Looks like row 2 of this file." in cells(desk.get(on(desk, upload, "upload-rows")))[1][-1]


# --- findings


def test_findings_are_listed_with_their_cells_and_narrowed(desk: Desk) -> None:
    upload = uploading.upload(desk.provider)
    uploading.found(upload, "file.column.unknown", [None], value="Remarks", column="Remarks")
    uploading.found(
        upload, "activity.action.unknown", [4, 6], path="action", value="<b>x</b>", column="Action"
    )
    uploading.found(upload, "activity.credits.required", [2, 4], path="credits")
    where = on(desk, upload, "upload-findings")
    listed = [row[:4] for row in cells(desk.get(f"{where}?weight=all"))]
    missing = "For a later statusThe number of credits is missing."
    unknown = "Blocks the row“<b>x</b>” is nothing a row can ask for."
    assert listed == [
        ["file", "–Remarks", "Remarks", "Please checkNobody knows the column “Remarks”; it is not read."],
        ["2", "B2", "nothing", missing],
        ["4", "B4Action", "<b>x</b>", unknown],
        ["4", "B4", "nothing", missing],
        ["6", "B6Action", "<b>x</b>", unknown],
    ]

    def shown(query: str) -> list[str]:
        return [row[0] for row in cells(desk.get(where + query))]

    # What weighs most is shown first; the rest is counted.
    assert shown("") == shown("?weight=blocking") == ["4", "6"]
    said = words(desk.get(where))
    assert "1 thing to check" in said
    assert "2 things are still missing before these activities can become Active or be closed" in said
    assert "to check" not in words(desk.get(f"{where}?weight=to-check"))
    assert shown("?weight=to-check") == ["file"]
    assert shown("?rule=activity.credits.required") == ["2", "4"]
    assert shown("?row=4") == ["4", "4"]
    assert "Nothing of that was found" in words(desk.get(f"{where}?row=5"))


def test_findings_of_one_row_may_fall_on_two_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = uploading.upload(desk.provider)
    for rule in ("activity.credits.required", "activity.description.required", "activity.fee.required"):
        uploading.found(upload, rule, [2, 3])
    monkeypatch.setattr(stretches.stretch, "__kwdefaults__", {"size": 2})
    where = on(desk, upload, "upload-findings")
    query, seen = "", []
    while query is not None:
        page = desk.get(where + query)
        seen.append([row[0] for row in cells(page)])
        query = links(page).get("Next")  # type: ignore[assignment]
    assert seen == [["2", "2"], ["2", "3"], ["3", "3"]]


# --- mending


def test_bad_answers_are_put_right_in_the_page_and_the_file_is_checked_again(desk: Desk) -> None:
    upload = send(desk, GOOD, WRONG, WRONG.replace("A-2", "A-3"), WRONG.replace("A-2\t12", "A-4\tmany"))
    where = on(desk, upload, "upload-fix")
    page = drawn.read(text(desk.get(where))).one("main")
    assert [" ".join(one.text().split()) for one in page.all("legend")] == [
        "Row 3: Wrong course (A-2)",
        "Row 4: Wrong course (A-3)",
        "Row 5: Wrong course (A-4)",
    ]
    posted = drawn.posted(page)
    assert {name: posted[name] for name in posted if name.startswith("fix:")} == {
        "fix:3:format": "Nonsense",
        "fix:4:format": "Nonsense",
        "fix:5:format": "Nonsense",
        "fix:5:physicians": "many",
    }
    assert "Use this for the other 2 rows that have it too" in page.text()
    assert "Live Course" in [one.text() for one in page.all("select", name="fix:3:format")[0].all("option")]
    boxes = {name: posted[name] for name in posted} | {
        "fix:3:format": "Live Course",
        "alike:fix:3:format": "yes",
    }
    answer = desk.post(where, boxes)
    assert answer["Location"] == on(desk, upload)
    work_off()
    said = words(desk.get(on(desk, upload)))
    assert "3 answers are kept." in said and "One row cannot be written yet" in said
    desk.post(where, {"fix:5:physicians": "12", "was:fix:5:physicians": "many"})
    work_off()
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    assert [(one.internal_id, one.format, one.physicians) for one in desk.activities()] == [
        (f"A-{number}", "C", 12) for number in (1, 2, 3, 4)
    ]


def test_what_is_good_of_several_answers_stays_when_the_others_are_put_right(desk: Desk) -> None:
    content = f"{HEADER}\tDelivery Methods\n{GOOD}\tIn-Person; Onlin"
    desk.post(
        desk.url("upload-add"), {"file": SimpleUploadedFile("x.txt", content.encode()), "kind": "activities"}
    )
    work_off()
    upload = Upload.objects.get()
    [box] = drawn.read(text(desk.get(on(desk, upload, "upload-fix")))).all(
        "input", name="fix:2:delivery_methods"
    )
    assert box.attributes["value"] == "In-Person; Onlin"
    mended = {"fix:2:delivery_methods": "In-Person; Live-Streamed", "was:fix:2:delivery_methods": ""}
    desk.post(on(desk, upload, "upload-fix"), mended)
    work_off()
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    assert [one.delivery_methods for one in desk.activities()] == [["In-Person", "Live-Streamed"]]


def test_nothing_typed_keeps_nothing_and_says_so(desk: Desk) -> None:
    upload = send(desk, WRONG)
    where = on(desk, upload, "upload-fix")
    strange = {
        "fix:2:format": "Nonsense",
        "was:fix:2:format": "Nonsense",
        "fix:x:format": "y",
        "fix:2:nothing": "z",
    }
    assert desk.post(where, strange)["Location"] == where
    assert mending.NOTHING_TYPED in words(desk.get(where))
    assert UploadFix.objects.count() == 0


def test_what_no_answer_can_mend_says_so(desk: Desk) -> None:
    upload = uploading.upload(desk.provider)
    uploading.row(upload, 2, Result.BLOCKED)
    uploading.found(upload, "activity.action.unknown", [2], value="x")
    page = drawn.read(text(desk.get(on(desk, upload, "upload-fix")))).one("main")
    assert "This cannot be mended by an answer here" in page.text()
    assert page.all("input", type="text") == []


def test_an_answer_that_another_does_not_fit_to_can_be_put_right_as_well(desk: Desk) -> None:
    late, right = ("2026-03-20", "March 2, 2026")
    upload = send(desk, GOOD.replace("2026-03-01", late))
    where = on(desk, upload, "upload-fix")

    def boxes() -> dict[str, Any]:
        posted = drawn.posted(drawn.read(text(desk.get(where))).one("main"))
        return {name: posted[name] for name in posted if name.startswith("fix:")}

    assert boxes() == {"fix:2:end_date": right, "fix:2:start_date": ""}
    wrong_again = boxes() | {"fix:2:start_date": "3/9/2026", "was:fix:2:end_date": right}
    desk.post(where, wrong_again)
    work_off()
    # What was typed stands there, and what stands there is kept when nothing is typed over it.
    assert boxes() == {"fix:2:end_date": right, "fix:2:start_date": "3/9/2026"}
    desk.post(where, boxes() | {f"was:{name}": value for name, value in boxes().items()})
    assert mending.NOTHING_TYPED in words(desk.get(where))
    desk.post(where, {"fix:2:start_date": "3/1/2026", "was:fix:2:start_date": "3/9/2026"})
    work_off()
    desk.post(on(desk, upload, "upload-apply"), {})
    work_off()
    assert [str(one.start_date) for one in desk.activities()] == ["2026-03-01"]


@pytest.mark.parametrize(
    ("rule", "path", "others"),
    [
        ("activity.end_date.before_start", "end_date", ["start_date"]),
        ("activity.instances.end_date.before_start", "instances.1.end_date", ["instances.1.start_date"]),
        ("activity.date.not_a_date", "end_date", []),
    ],
)
def test_what_a_finding_rests_on_besides(rule: str, path: str, others: list[str]) -> None:
    assert mending.related(UploadFinding(rule=rule, path=path)) == others


# --- files to take away


def test_the_list_is_downloaded_as_it_is_filtered_and_changes_nothing_when_it_comes_back(desk: Desk) -> None:
    wanted = factories.activity(desk.provider, title="Sepsis", internal_id="A-1")
    factories.activity(desk.provider, title="Wounds", format="EM", delivery_methods=["Online"])
    page = drawn.read(text(desk.get(f"{desk.url('activities')}?q=sepsis&page=1")))
    links = {link.text(): link.attributes["href"] for link in page.one("details", id="downloads").all("a")}
    assert list(links) == ["Excel workbook", "Tab-delimited text", "XML", "JSON"]
    for words, address in links.items():
        answer: Any = desk.get(address)
        name = answer["Content-Disposition"].partition("filename=")[2].strip('"')
        assert name.startswith(f"activities-{desk.provider.number}-2026-03-10."), words
        content = b"".join(answer.streaming_content)
        desk.post(desk.url("upload-add"), {"file": SimpleUploadedFile(name, content), "kind": "activities"})
        work_off()
        upload = Upload.objects.latest("created_at", "pk")
        rows = UploadRow.objects.filter(upload=upload).values_list("activity_id", "result")
        assert (words, upload.state, list(rows)) == (
            words,
            State.PLANNED,
            [(wanted.activity_id, Result.UNCHANGED)],
        )
    assert "Download this list" not in text(desk.get(f"{desk.url('activities')}?q=nothing"))


@pytest.mark.parametrize(("kind", "rows"), [("activities", 1), ("learner-counts", 1)])
def test_templates_come_empty_and_with_the_list(desk: Desk, kind: str, rows: int) -> None:
    factories.activity(desk.provider, internal_id="A-1")
    page = drawn.read(text(desk.get(desk.url("upload-templates"))))
    links = [
        link.attributes["href"]
        for link in page.one("tbody").all("a")
        if f"/{kind}/" in link.attributes["href"]
    ]
    assert len(links) == 6
    for address in links:
        answer: Any = desk.get(address)
        assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if "uploads" not in address:
            continue
        desk.post(desk.url("upload-add"), {"file": SimpleUploadedFile("filled", content), "kind": kind})
        work_off()
        upload = Upload.objects.latest("created_at", "pk")
        assert (address, upload.state, upload.counts.get("unchanged")) == (address, State.PLANNED, rows)


def test_a_large_list_fills_a_workbook_without_drop_downs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        factories.activity(desk.provider, internal_id=f"A-{number}")
    address = desk.url("upload-template-filled", "activities", "xlsx")
    sheets = []
    for most in (2, 3):
        monkeypatch.setattr(exporting, "MOST_WITH_LISTS", most)
        answer: Any = desk.get(address)
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
        sheets.append((book.sheetnames, book["Activities"].max_row))
        book.close()
    assert sheets == [(["Activities"], 4), (["Activities", "Instructions", "Lists"], 4)]


def test_what_is_no_template_or_format_is_not_there(desk: Desk) -> None:
    asked = (
        desk.url("activities-export", "exe"),
        desk.url("upload-template-filled", "activities", "exe"),
        desk.url("upload-template-filled", "nothing", "xlsx"),
        reverse("template", args=["activities", "json"]),
        reverse("schema", args=["nothing.xsd"]),
    )
    assert [desk.get(address).status_code for address in asked] == [404] * len(asked)


def test_the_file_comes_back_as_it_was_sent_and_is_never_shown(desk: Desk) -> None:
    upload = uploading.upload(desk.provider, file_name='a"b\n<x>.html')
    answer: Any = desk.get(on(desk, upload, "upload-file"))
    assert b"".join(answer.streaming_content) == uploading.CONTENT
    assert answer["Content-Type"] == "application/octet-stream"
    assert (
        answer["Content-Disposition"].startswith("attachment") and "\n" not in answer["Content-Disposition"]
    )
    upload.file.delete(save=False)
    assert desk.get(on(desk, upload, "upload-file")).status_code == 404


def test_the_file_comes_back_with_what_was_found_and_goes_in_once_it_is_mended(desk: Desk) -> None:
    upload = send(desk, GOOD, WRONG)
    answer: Any = desk.get(on(desk, upload, "upload-marked"))
    assert answer["Content-Disposition"] == 'attachment; filename="activities-marked.txt"'
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == f"{HEADER}\tIssues"
    assert lines[2].startswith(f"{WRONG}\tActivity Format: “Nonsense” is not one of the activity formats.")
    mended = "\n".join(lines).replace("Nonsense\t", "Live Course\t")
    desk.post(
        desk.url("upload-add"),
        {"file": SimpleUploadedFile("mended.txt", mended.encode()), "kind": "activities"},
    )
    work_off()
    again = Upload.objects.latest("created_at", "pk")
    assert (again.state, again.counts["new"], "blocked" in again.counts) == (State.PLANNED, 2, False)


def test_a_file_that_cannot_be_marked_says_why(desk: Desk) -> None:
    nothing_found = uploading.upload(desk.provider)
    assert desk.get(on(desk, nothing_found, "upload-marked")).status_code == 404
    layout = uploading.layout({"Action": "action"})
    damaged = uploading.upload(desk.provider, layout=layout, file_name="x.xlsx")
    uploading.found(damaged, "activity.action.unknown", [2], path="action", value="x")
    assert desk.get(on(desk, damaged, "upload-marked"))["Location"] == on(desk, damaged)
    assert "The file is damaged and cannot be read" in words(desk.get(on(desk, damaged)))
    damaged.file.delete(save=False)
    assert desk.get(on(desk, damaged, "upload-marked")).status_code == 404


def test_nobody_reaches_another_providers_upload(desk: Desk) -> None:
    theirs = uploading.upload(factories.provider())
    names = [*PAGES, "upload-marked", "upload-apply", "upload-cancel", "upload-plan-again", "upload-progress"]
    for name in names:
        assert {
            desk.get(on(desk, theirs, name)).status_code,
            desk.post(on(desk, theirs, name), {}).status_code,
        } <= {
            404,
            405,
        }, name
    assert desk.get(on(desk, theirs)).status_code == 404


@pytest.mark.parametrize(
    ("ranges", "beyond", "told"),
    [
        ([], 0, ""),
        ([[4, 4]], 0, "row 4"),
        ([[4, 18], [22, 22]], 0, "rows 4–18, 22"),
        ([[1, 1], [2, 2], [3, 3]], 0, "rows 1–3"),
        ([[4, 4]], 310, "rows 4 and 310 more"),
    ],
)
def test_rows_are_told_as_ranges(ranges: list[list[int]], beyond: int, told: str) -> None:
    assert in_ranges(ranges, beyond=beyond) == told
