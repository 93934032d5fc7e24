"""Files over the web services: sent, looked at, applied and undone."""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from openpars.activities import queries as activities
from openpars.jobs import inline
from openpars.uploads.models import Upload
from tests import factories
from tests.api.calling import Desk, told
from tests.uploads import sending

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def course(number: int, **over: Any) -> dict[str, Any]:
    return {
        "internal_id": f"LMS-{number}",
        "title": f"Course {number}",
        "format": "C",
        "start_date": "2026-03-05",
        "end_date": "2026-03-06",
        **over,
    }


def lines(*courses: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one) for one in courses).encode()


def sent(desk: Desk, body: bytes, query: str = "", kind: str = "application/x-ndjson") -> dict[str, Any]:
    """Send a file, have it read, and tell the upload as it stands then."""
    response = desk.call("POST", f"uploads{query}", body, kind=kind)
    assert response.status_code == 202, response.content
    return worked(desk, told(response)["upload_id"])


def worked(desk: Desk, upload_id: str) -> dict[str, Any]:
    upload = Upload.objects.get(pk=upload_id)
    assert upload.job is not None
    inline.run(upload.job)
    found: dict[str, Any] = told(desk.get(f"uploads/{upload_id}"))
    return found


def pages(desk: Desk, path: str, name: str) -> Iterator[dict[str, Any]]:
    """Every entry of a list, by way of its cursors."""
    response = desk.get(path)
    while True:
        page = told(response)
        yield from page[name]
        if page["next"] is None:
            assert "Link" not in response.headers
            return
        following = response.headers["Link"]
        assert following.endswith('>; rel="next"')
        response = desk.get(following.removeprefix("<").partition(">")[0])


def test_activities_as_lines_are_planned_applied_and_undone(desk: Desk) -> None:
    body = lines(course(1), course(2), course(3, start_date="2026-02-30"))
    response = desk.call("POST", "uploads?name=courses.jsonl", body, kind="application/x-ndjson")
    waiting = told(response)
    assert (response.status_code, waiting["state"]) == (202, "waiting")
    assert response.headers["Location"] == f"/api/v1/uploads/{waiting['upload_id']}"
    assert waiting["file"] == {
        "name": "courses.jsonl",
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    assert waiting["progress"] == {"stage": None, "done": 0, "total": None}

    planned = worked(desk, waiting["upload_id"])
    counts = {name: count for name, count in planned["counts"].items() if count and name != "findings"}
    assert (planned["state"], counts) == ("planned", {"rows": 3, "new": 2, "blocked": 1})
    path = f"uploads/{planned['upload_id']}"
    rows = list(pages(desk, f"{path}/rows?limit=1", "rows"))
    assert [(row["row"], row["result"], row["internal_id"]) for row in rows] == [
        (1, "new", "LMS-1"),
        (2, "new", "LMS-2"),
        (3, "blocked", "LMS-3"),
    ]
    assert list(pages(desk, f"{path}/rows?result=blocked", "rows")) == rows[2:]
    blocking = list(pages(desk, f"{path}/findings?stage=valid&limit=1", "findings"))
    assert [(one["rule"], one["path"], one["where"]["row"]) for one in blocking] == [
        ("activity.date.no_such_day", "start_date", 3)
    ]
    all_of_them = list(pages(desk, f"{path}/findings", "findings"))
    assert list(pages(desk, f"{path}/findings?limit=1", "findings")) == all_of_them
    assert len(all_of_them) == planned["counts"]["findings"]

    refused = desk.post(f"{path}/apply")
    assert (refused.status_code, told(refused)["title"]) == (409, "Some rows are blocked")
    tried = desk.post(f"{path}/apply?validate_only=true", {"good_rows_only": True})
    assert (tried.status_code, told(tried)["state"]) == (200, "applying")
    assert told(desk.get(path))["state"] == "planned"
    assert desk.post(f"{path}/apply", {"good_rows_only": True}).status_code == 202
    applied = worked(desk, planned["upload_id"])
    assert (applied["state"], applied["applied_by"]) == ("applied", f"{desk.key.name} (key)")
    stored = list(activities.of(factories.scope(desk.provider)).order_by("pk"))
    assert [one.internal_id for one in stored] == ["LMS-1", "LMS-2"]
    receipt = list(pages(desk, f"{path}/rows", "rows"))
    assert [row["activity_id"] for row in receipt] == [stored[0].pk, stored[1].pk, None]

    assert desk.post(f"{path}/undo").status_code == 202
    assert worked(desk, planned["upload_id"])["state"] == "undone"
    assert list(activities.of(factories.scope(desk.provider))) == []
    again = desk.post(f"{path}/undo")
    assert again.status_code == 409


def test_a_file_of_any_format_and_as_a_form(desk: Desk) -> None:
    text = sending.text_of([sending.row("A-1")])
    as_body = sent(desk, text, "?name=list.txt", kind="text/tab-separated-values")
    file = BytesIO(text)
    file.name = "from-a-form.txt"
    response = desk.client.post(
        "/api/v1/uploads?kind=activities",
        {"file": file},
        headers={"Authorization": f"Bearer {desk.secret}"},
    )
    assert response.status_code == 202, response.content
    as_form = worked(desk, response.json()["upload_id"])
    assert (as_form["state"], as_form["counts"]) == (as_body["state"], as_body["counts"])
    assert (as_body["file"]["name"], as_form["file"]["name"]) == ("list.txt", "from-a-form.txt")
    counts = b"Internal ID\tTotal Physician Learners\tTotal Other Learners\nA-1\t5\t6\n"
    assert sent(desk, counts, "?kind=learner-counts")["counts"]["blocked"] == 1
    listed = list(pages(desk, "uploads?limit=1", "uploads"))
    assert [one["kind"] for one in listed] == ["learner-counts", "activities", "activities"]


@pytest.mark.parametrize(
    ("query", "sent", "status", "words"),
    [
        ("", (b"", "application/x-ndjson"), 422, "empty"),
        ("?kind=cats", (b"x", "text/plain"), 400, "activities, learner-counts"),
        ("?kinds=activities", (b"x", "text/plain"), 400, "kinds"),
        ("?validate_only=true", (b"x", "text/plain"), 422, "plan is the check"),
        (f"?name={'n' * 256}", (b"x", "text/plain"), 400, "255"),
        ("", (b"--x--", "multipart/form-data; boundary=x"), 400, "“file”"),
        ("", (b"no parts", "multipart/form-data"), 400, "“file”"),
    ],
)
def test_what_cannot_be_taken_in(
    desk: Desk, query: str, sent: tuple[bytes, str], status: int, words: str
) -> None:
    body, kind = sent
    response = desk.call("POST", f"uploads{query}", body, kind=kind)
    assert (response.status_code, words in told(response)["detail"]) == (status, True), response.content
    assert Upload.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk: Desk, settings: Any) -> None:
    settings.UPLOAD_BYTES = 1024 * 1024
    for length in (1024 * 1024 + 1, 3 * 1024 * 1024):
        response = desk.call("POST", "uploads", b"x" * length, kind="text/plain")
        assert (response.status_code, [one["rule"] for one in told(response)["findings"]]) == (
            413,
            ["file.too_large"],
        )
    assert Upload.objects.count() == 0


def test_a_file_that_breaks_off_is_not_kept(desk: Desk) -> None:
    half: Any = {"wsgi.input": BytesIO(b"half of it"), "CONTENT_LENGTH": "20"}
    named = {"Authorization": f"Bearer {desk.secret}"}
    response = Client().generic("POST", "/api/v1/uploads", content_type="text/plain", headers=named, **half)
    assert (response.status_code, "broke off" in response.json()["detail"]) == (400, True)
    assert Upload.objects.count() == 0


def test_what_cannot_be_read_says_why(desk: Desk) -> None:
    found = sent(desk, b'{"title": "Sepsis"', kind="application/json")
    assert (found["state"], found["unreadable"]["rule"]) == ("unreadable", "file.not_json")


def test_the_same_file_with_the_same_key_is_taken_in_once(desk: Desk) -> None:
    body = lines(course(1))
    first, second = (
        desk.call("POST", "uploads", body, kind="application/x-ndjson", idempotency_key="one")
        for _ in range(2)
    )
    assert (first.status_code, first.content) == (second.status_code, second.content)
    other = desk.call("POST", "uploads", lines(course(2)), kind="application/x-ndjson", idempotency_key="one")
    assert (other.status_code, Upload.objects.count()) == (422, 1)


def test_headings_that_nobody_knows_are_explained(desk: Desk) -> None:
    text = b"Internal ID\tCourse name\tKind\tBegins\tEnds\tRoom\nA-1\tSepsis\tC\t2026-03-05\t2026-03-06\t12\n"
    asked = sent(desk, text, kind="text/plain")
    assert asked["state"] == "mapping"
    unknown = {one["heading"] for one in asked["unknown_columns"]}
    path = f"uploads/{asked['upload_id']}/columns"
    meant = {"Course name": "title", "Kind": "format", "Begins": "start_date", "Ends": "end_date"}
    columns = {heading: meant.get(heading) for heading in unknown}
    wrong: dict[str, Any]
    for wrong in (
        {},
        {"columns": []},
        {"columns": {"Nothing like it": "title"}},
        {"columns": {"Room": "no.such.column"}},
        {"columns": {"Room": "title", "Course name": "title"}},
        {"columns": columns, "more": 1},
    ):
        assert desk.post(path, wrong).status_code == 422, wrong
    assert desk.post(path, {"columns": columns}).status_code == 202
    planned = worked(desk, asked["upload_id"])
    assert (planned["state"], planned["counts"]["new"]) == ("planned", 1)
    assert desk.post(path.replace("columns", "plan")).status_code == 202
    assert worked(desk, asked["upload_id"])["state"] == "planned"
    cancelled = desk.post(path.replace("columns", "cancel"))
    assert (cancelled.status_code, told(cancelled)["state"]) == (200, "cancelled")
    for deed in ("apply", "plan", "cancel", "undo", "columns"):
        assert desk.post(path.replace("columns", deed), {}).status_code == 409, deed


def test_a_plan_that_closes_needs_the_right_to_close(desk: Desk) -> None:
    ready = factories.activity(desk.provider, internal_id="READY")
    clerk = Desk("read", "write", provider=desk.provider)
    asked = sent(clerk, lines({"internal_id": "READY", "close": True}))
    assert (asked["counts"]["closes"], asked["counts"]["blocked"]) == (1, 0)
    path = f"uploads/{asked['upload_id']}"
    refused = clerk.post(f"{path}/apply")
    assert (refused.status_code, "“close”" in told(refused)["detail"]) == (403, True)
    assert desk.post(f"{path}/apply").status_code == 202
    assert worked(desk, asked["upload_id"])["state"] == "applied"
    assert told(desk.get(f"activities/{ready.pk}"))["status"] == "Closed"
    assert clerk.post(f"{path}/undo").status_code == 403
    assert desk.post(f"{path}/undo").status_code == 202


def test_cursors_that_are_none_of_ours(desk: Desk) -> None:
    upload = sent(desk, lines(course(1)))
    path = f"uploads/{upload['upload_id']}"
    other = Desk()
    others = sent(other, lines(course(1)))["upload_id"]
    for asked in (
        "uploads?cursor=x",
        f"uploads?cursor={others}",
        f"{path}/rows?cursor=-1",
        f"{path}/rows?cursor=1-2",
        f"{path}/findings?cursor=5",
        f"{path}/findings?rule=no.such.rule",
        f"{path}/rows?limit=0",
    ):
        response = desk.get(asked)
        assert response.status_code == 400, (asked, response.content)
    far = desk.get(f"{path}/rows?cursor=9999999999")
    assert (far.status_code, told(far)["rows"]) == (200, [])


def test_uploads_of_others_are_not_there(desk: Desk) -> None:
    upload = sent(desk, lines(course(1)))["upload_id"]
    stranger = Desk()
    nowhere = "019cd6a0-0000-7000-8000-000000000000"
    for name in ("", "/rows", "/findings"):
        answers = [stranger.get(f"uploads/{one}{name}") for one in (upload, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    for name in ("apply", "plan", "cancel", "undo"):
        answer = stranger.post(f"uploads/{upload}/{name}")
        assert answer.status_code == 404
    assert Upload.objects.get(pk=upload).state == "planned"


def test_a_read_only_key_sends_nothing(desk: Desk) -> None:
    reader = Desk("read", provider=desk.provider)
    response = reader.call("POST", "uploads", lines(course(1)), kind="application/x-ndjson")
    assert (response.status_code, Upload.objects.count()) == (403, 0)
    assert default_storage.exists("uploads") is False or default_storage.listdir("uploads")[1] == []
