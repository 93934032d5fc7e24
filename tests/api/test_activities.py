"""Activities over JSON REST: what is sent, what comes back, and what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from openpars.activities.models import Change
from tests import factories
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def rules(answer: HttpResponse) -> list[tuple[str, str]]:
    return [(found["rule"], found["path"]) for found in told(answer)["findings"]]


def test_an_activity_is_entered_counted_closed_and_reopened(desk: Desk) -> None:
    given = factories.answers(internal_id="A/1")
    counts = {name: given.pop(name) for name in ("physicians", "other_learners")}
    made = desk.post("activities", given)
    activity_id = told(made)["activity_id"]
    assert (made.status_code, made["Location"], made["ETag"]) == (
        201,
        f"/api/v1/activities/{activity_id}",
        '"1"',
    )
    assert told(desk.post(f"activities/{activity_id}/close"))["status"] == 409
    counted = desk.call("PUT", "activities/internal:A%2F1/learner-counts", counts)
    expected = {"activity_id": activity_id, "status": "Ready to Close", "phase": "ended", "revision": 2}
    assert told(counted) == expected | given | counts | {"findings": []}
    assert told(desk.get(f"activities/{activity_id}/learner-counts")) == {
        "activity_id": activity_id,
        "revision": 2,
        **counts,
        "counts_as_of": None,
        "yearly_counts": [],
    }
    assert told(desk.get(f"activities/{activity_id}/blockers"))["text"].startswith("Nothing is missing")
    assert told(desk.post(f"activities/{activity_id}/close"))["status"] == "Closed"
    closed = desk.call("PATCH", f"activities/{activity_id}", {"title": "Other"})
    assert (closed.status_code, rules(closed)) == (409, [("activity.edit.closed", "")])
    assert rules(desk.post(f"activities/{activity_id}/reopen")) == [
        ("activity.reopen.reason_required", "reason")
    ]
    assert (
        told(desk.post(f"activities/{activity_id}/reopen", {"reason": "Recount"}))["status"]
        == "Ready to Close"
    )
    assert desk.call("DELETE", f"activities/{activity_id}").status_code == 204
    assert desk.get(f"activities/{activity_id}").status_code == 404
    assert told(desk.post("activities/internal:A%2F1/restore"))["revision"] == 6
    read = desk.get("activities/internal:A%2F1")
    assert (read["ETag"], told(read)) == ('"6"', expected | given | counts | {"revision": 6})
    first = desk.get(f"activities/{activity_id}/history?limit=4")
    rest = desk.get(f"activities/{activity_id}/history?limit=4&cursor={told(first)['next']}")
    changes = told(first)["changes"] + told(rest)["changes"]
    assert [(one["revision"], one["verb"], one["door"]) for one in changes] == [
        (6, "restore", "service"),
        (5, "delete", "service"),
        (4, "reopen", "service"),
        (3, "close", "service"),
        (2, "save", "service"),
        (1, "add", "service"),
    ]
    assert (changes[2]["reason"], changes[2]["by"]) == ("Recount", "Learning system (key)")
    assert told(rest)["next"] is None


def test_everything_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    answer = desk.post(
        "activities",
        {
            "tittle": "x",
            "status": "Closed",
            "credits": "ten",
            "support": [{"sorce": "A", "kind": "monetary"}],
        },
    )
    assert answer.status_code == 422
    assert {*rules(answer)} >= {
        ("request.field.unknown", "tittle"),
        ("request.field.unknown", "support.0.sorce"),
        ("request.field.told", "status"),
        ("activity.credits.not_a_number", "credits"),
        ("activity.title.required", "title"),
    }
    assert told(answer)["findings"][0]["mend"].endswith("Did you mean “title”?")
    assert Change.objects.count() == 0


@pytest.mark.parametrize("status", [[], {"a": 1}, 1, "Nothing"])
def test_what_is_told_by_the_system_cannot_be_set(desk: Desk, status: Any) -> None:
    activity_id = desk.activity()
    answer = desk.call("PATCH", f"activities/{activity_id}", {"status": status})
    assert (answer.status_code, rules(answer)) == (422, [("request.field.told", "status")])


def test_an_answer_that_is_refused_is_not_told_to_wait(desk: Desk) -> None:
    activity_id = desk.activity()
    answer = desk.call("PATCH", f"activities/{activity_id}", {"title": {"a": [1]}})
    assert rules(answer) == [("activity.text.not_text", "title")]


def test_an_activity_can_be_sent_back_as_it_was_read(desk: Desk) -> None:
    activity_id = desk.activity(internal_id="A")
    read = told(desk.get("activities/internal:A"))
    answer = desk.call("PUT", "activities/internal:A", read)
    assert (answer.status_code, told(answer)) == (200, read | {"findings": []})
    assert (
        told(desk.call("PATCH", f"activities/{activity_id}", told(answer) | {"title": "New"}))["revision"]
        == 2
    )


def test_put_by_internal_id_makes_or_changes_and_leaves_the_rest(desk: Desk) -> None:
    made = desk.call("PUT", "activities/internal:B%20 1", factories.draft())
    assert (made.status_code, told(made)["internal_id"]) == (201, "B 1")
    changed = desk.call("PUT", "activities/internal:B 1", {"city": "Rome"})
    assert (changed.status_code, told(changed)["city"], told(changed)["title"]) == (
        200,
        "Rome",
        told(made)["title"],
    )
    other = desk.call("PUT", "activities/internal:B 1", {"internal_id": "C"})
    assert (other.status_code, rules(other)[0]) == (422, ("request.internal_id.differs", "internal_id"))
    by_id = desk.call("PUT", f"activities/{told(made)['activity_id']}", {})
    assert (by_id.status_code, by_id["Allow"]) == (405, "DELETE, GET, HEAD, PATCH")


def test_null_clears_and_what_may_not_be_meant_has_to_be_confirmed(desk: Desk) -> None:
    activity_id = desk.activity()
    asked = desk.call("PATCH", f"activities/{activity_id}", {"description": None})
    assert (asked.status_code, rules(asked)[:2]) == (
        422,
        [("activity.goes_backwards", ""), ("activity.off_passport", "on_passport")],
    )
    again = f"activities/{activity_id}?confirm=activity.goes_backwards,activity.off_passport"
    assert told(asked)["detail"].endswith(again.partition("?")[2])
    cleared = desk.call("PATCH", again, {"description": None})
    assert (told(cleared)["status"], "description" in told(cleared)) == ("Draft", False)
    assert desk.call("PATCH", f"activities/{activity_id}?confirm=x", {}).status_code == 400


def test_if_match_is_strict_and_shows_both_versions(desk: Desk) -> None:
    activity_id = desk.activity()
    assert desk.call("PATCH", f"activities/{activity_id}", {"title": "One"}, if_match='"1"')["ETag"] == '"2"'
    for method, path, body in (
        ("PATCH", "", {"city": "Rome"}),
        ("PUT", "/learner-counts", {"physicians": 1}),
        ("POST", "/close", {}),
        ("DELETE", "", None),
    ):
        stale = desk.call(method, f"activities/{activity_id}{path}", body, if_match='"1"')
        assert (stale.status_code, rules(stale), stale["ETag"]) == (
            412,
            [("activity.revision.stale", "")],
            '"2"',
        )
        assert (told(stale)["current"]["title"], told(stale)["yours"]) == ("One", body or {})
    assert desk.call("DELETE", f"activities/{activity_id}", None, if_match='"7", "2"').status_code == 204


def test_a_field_that_somebody_else_changed_since_clashes_and_others_do_not(desk: Desk) -> None:
    activity_id = desk.activity()
    desk.call("PATCH", f"activities/{activity_id}", {"title": "Theirs"})
    clash = desk.call("PATCH", f"activities/{activity_id}", {"title": "Mine", "revision": 1})
    assert clash.status_code == 412
    assert [(one["field"], one["current"], one["yours"]) for one in told(clash)["conflicts"]] == [
        ("title", "Theirs", "Mine")
    ]
    other = desk.call(
        "PATCH", f"activities/{activity_id}", {"city": "Rome", "state": "", "country": "ITA", "revision": 1}
    )
    assert (told(other)["title"], told(other)["city"]) == ("Theirs", "Rome")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "activities", factories.draft(title="New")),
        ("PATCH", "activities/internal:A", {"title": "New"}),
        ("PUT", "activities/internal:A", {"title": "New"}),
        ("PUT", "activities/internal:NEW", factories.draft(title="New")),
        ("PUT", "activities/internal:A/learner-counts", {"physicians": 1}),
        ("POST", "activities/internal:A/close", {}),
        ("DELETE", "activities/internal:A", None),
    ],
)
def test_a_trial_tells_what_would_be_and_leaves_everything_as_it_was(
    desk: Desk, method: str, path: str, body: Any
) -> None:
    desk.activity(internal_id="A")
    before = told(desk.get("activities"))
    trial = desk.call(method, f"{path}?validate_only=true", body, idempotency_key="a")
    assert (trial.status_code, "ETag" in trial, "Location" in trial) == (200, False, False)
    assert told(desk.get("activities")) == before
    done = desk.call(method, path, body, idempotency_key="a")
    assert done.status_code in {200, 201, 204}
    if done.status_code == 200:
        assert told(done) == told(trial)
    if done.status_code == 201:
        assert told(done) | {"activity_id": None} == told(trial)


def test_the_list_is_paged_to_its_end_and_filtered(desk: Desk) -> None:
    ids = [desk.activity(title=f"Course {name}", physicians=None) for name in ("a", "b", "c", "d", "e")]
    factories.activity(factories.provider())
    desk.post(f"activities/{ids[1]}/learner-counts", {"physicians": 1})
    desk.post(f"activities/{ids[1]}/close")
    seen, path = [], "/api/v1/activities?limit=2"
    for _ in range(3):
        page = desk.get(path)
        seen += [one["activity_id"] for one in told(page)["activities"]]
        path = page.headers.get("Link", "<>").partition("<")[2].partition(">")[0]
    assert (seen, path) == (ids, "")
    for query, expected in {
        "status=Closed": [ids[1]],
        "search=course+d": [ids[3]],
        "phase=upcoming": [],
        "phase=ended&format=C&year=2026": ids,
        "attention=true": [ids[0], *ids[2:]],
    }.items():
        assert [one["activity_id"] for one in told(desk.get(f"activities?{query}"))["activities"]] == expected


@pytest.mark.parametrize(
    "query",
    [
        "limt=1",
        "limit=0",
        "limit=101",
        "status=Open",
        "cursor=zz",
        "year=x",
        "status=Draft&status=Draft",
        "format=XX",
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    assert desk.get(f"activities?{query}").status_code == 400


@pytest.mark.parametrize(
    "target",
    ["0", "99999999999", "2147483648", "abc", "internal:", "internal:%00", "%D9%A1", "internal:x/y/z"],
)
def test_an_address_that_names_nothing_is_not_found(desk: Desk, target: str) -> None:
    for below in ("", "/history", "/blockers", "/learner-counts"):
        assert desk.get(f"activities/{target}{below}").status_code == 404


def queries(desk: Desk, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert desk.call(method, path, body, **headers).status_code < 300
    return [one["sql"] for one in captured.captured_queries]


def test_reading_writes_nothing_but_the_count_of_calls(desk: Desk) -> None:
    activity_id = desk.activity(internal_id="A")
    desk.get("me")  # the first call of an hour writes down that the key is in use
    for path, expected in {
        "me": 2,
        "activities": 4,
        f"activities/{activity_id}": 3,
        "activities/internal:A": 4,
        f"activities/{activity_id}/history": 4,
        f"activities/{activity_id}/blockers": 3,
        f"activities/{activity_id}/learner-counts": 3,
    }.items():
        asked = queries(desk, "GET", path)
        writes = [sql for sql in asked if not sql.startswith("SELECT")]
        assert (path, len(asked), len(writes)) == (path, expected, 1)
        assert writes[0].startswith("INSERT INTO api_callcount")
