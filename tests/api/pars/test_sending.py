"""Activities sent to the dialect's service: added, updated, closed and deleted, each with its own result."""

import json
from typing import Any

import pytest

from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities.models import Change, Plan, Staged
from openpars.activities.queries import of
from openpars.activities.verbs.apply import Moved, apply
from openpars.api.pars import saving
from tests.api.calling import Desk
from tests.corpus.generators import mems

from .sending import JSON, asking, look, of_xml, problem, send, told

pytestmark = pytest.mark.django_db

GOOD = mems.activity()
OTHER = mems.activity(("A-1", "A-2"), ("Committee on Sepsis", "Committee on Pain"))
BAD = "<MedicalEducationMetrics><title>Nothing else</title></MedicalEducationMetrics>"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def stored(desk: Desk) -> list[tuple[int, str, str, int]]:
    return [
        (one.activity_id, one.internal_id, one.title, one.revision)
        for one in of(SYSTEM_SCOPE).filter(provider=desk.provider).order_by("pk")
    ]


def test_a_new_activity_answers_with_its_id_and_status(desk: Desk) -> None:
    response = send(desk, of_xml(GOOD))
    (result,) = told(response)
    activity_id = int(result["ActivityID"])
    assert response.status_code == 201
    assert response["Location"] == f"/services/pars/activities/{activity_id}"
    assert result == {
        "Position": 1,
        "Result": "created",
        "ActivityID": str(activity_id),
        "ProviderActivityID": "A-1",
        "Status": "Ready to Close",
        "Phase": "ended",
        "Revision": 1,
    }
    assert stored(desk) == [(activity_id, "A-1", "Committee on Sepsis", 1)]
    change = Change.objects.get(activity=activity_id)
    assert (change.door, change.actor_name, change.actor_id) == ("service", "Learning system (key)", None)
    assert not Plan.objects.exists() and not Staged.objects.exists()


def test_both_forms_say_the_same(desk: Desk) -> None:
    as_json = send(desk, mems.dialect(mems.twin()), kind=JSON, query="?validate_only=true")
    as_xml = send(desk, of_xml(GOOD), query="?validate_only=true")
    assert told(as_json) == told(as_xml)
    assert (as_json.status_code, as_xml.status_code, stored(desk)) == (200, 200, [])
    # What would be has no ID yet: another activity may get it.
    assert "ActivityID" not in told(as_json)[0]


def test_the_answer_is_in_the_form_that_is_asked_for(desk: Desk) -> None:
    kinds: dict[tuple[str, str], str] = {}
    for kind, body in (("text/xml", of_xml(GOOD)), (JSON, mems.dialect(mems.twin()))):
        for accept in ("", "*/*", "application/json", "text/xml;q=0.9, application/json;q=0.1", "text/html"):
            headers = {"accept": accept} if accept else {}
            kinds[kind, accept] = send(desk, body, kind=kind, **headers)["Content-Type"]
    xml = "application/xml; charset=utf-8"
    assert kinds == {
        ("text/xml", ""): xml,
        ("text/xml", "*/*"): xml,
        ("text/xml", "application/json"): JSON,
        ("text/xml", "text/xml;q=0.9, application/json;q=0.1"): xml,
        ("text/xml", "text/html"): xml,
        (JSON, ""): JSON,
        (JSON, "*/*"): JSON,
        (JSON, "application/json"): JSON,
        (JSON, "text/xml;q=0.9, application/json;q=0.1"): xml,
        (JSON, "text/html"): JSON,
    }


def test_each_activity_has_its_own_result(desk: Desk) -> None:
    first = int(told(send(desk, of_xml(GOOD)))[0]["ActivityID"])
    changed = mems.activity(("Committee on Sepsis", "Committee on Sepsis and Shock"))
    response = send(desk, of_xml(changed, BAD, OTHER, asking(GOOD, action="Add")))
    results = told(response)
    second = int(results[2]["ActivityID"])
    assert response.status_code == 207
    assert [(one["Position"], one["Result"], one.get("ActivityID")) for one in results] == [
        (1, "updated", str(first)),
        (2, "refused", None),
        (3, "created", str(second)),
        (4, "refused", None),
    ]
    assert "activity.format.required" in results[1]["Finding"]
    assert results[3]["Finding"] == ["activity.repeated_in_file"]
    assert stored(desk) == [
        (first, "A-1", "Committee on Sepsis and Shock", 2),
        (second, "A-2", "Committee on Pain", 1),
    ]


@pytest.mark.parametrize("kind", ["application/xml", JSON])
def test_when_all_are_refused_it_is_a_problem_with_every_finding(desk: Desk, kind: str) -> None:
    body = of_xml(BAD, BAD) if kind != JSON else mems.dialect({"title": "T"}, {"title": "T"})
    response = send(desk, body, kind=kind)
    document = problem(response)
    needed = {("activity.format.required", 1), ("activity.start_date.required", 1)}
    needed |= {(rule, 2) for rule, _ in needed}
    assert (response.status_code, document["status"], document["title"]) == (
        422,
        422,
        "Some answers have to be mended",
    )
    assert needed <= set(document["findings"])
    assert stored(desk) == [] and not Plan.objects.exists()


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    send(desk, of_xml(GOOD))
    response = send(desk, of_xml(GOOD))
    assert (response.status_code, told(response)[0]["Result"]) == (200, "unchanged")
    assert stored(desk)[0][3] == 1


def test_what_is_answered_can_be_sent_again_and_changes_nothing(desk: Desk) -> None:
    activity_id = desk.activity(internal_id="A-1")
    for accept in ("application/xml", JSON):
        answered = look(desk, f"/{activity_id}", accept=accept).content
        response = send(desk, answered, kind=accept)
        assert [one["Result"] for one in told(response)] == ["unchanged"], response.content


def test_counts_and_closing(desk: Desk) -> None:
    send(desk, of_xml(mems.activity(("<Number>12</Number>", "<Number></Number>"))))
    refused = told(
        send(desk, of_xml(asking(mems.activity(("<Number>12</Number>", "<Number></Number>")), close=True)))
    )
    assert (refused[0]["Result"], refused[0]["Status"]) == ("unchanged", "Ready to Close")
    assert refused[0]["NotClosed"] == ["activity.close.not_ready", "activity.physicians.required"]
    counted = "<ParticipantsByCategory><CategoryName>physician</CategoryName><Number>31</Number>"
    named = "<identifier><catalog>Provider Activity ID</catalog><entry>A-1</entry></identifier>"
    metrics = f"<MedicalEducationMetrics>{named}{counted}</ParticipantsByCategory></MedicalEducationMetrics>"
    closed = told(send(desk, of_xml(asking(metrics, action="Update", close=True))))
    assert (closed[0]["Result"], closed[0]["Status"], "NotClosed" in closed[0]) == (
        "updated",
        "Closed",
        False,
    )
    (after,) = of(SYSTEM_SCOPE).filter(provider=desk.provider)
    assert (after.physicians, after.title) == (31, "Committee on Sepsis")


def test_a_closed_activity_is_not_changed(desk: Desk) -> None:
    send(desk, of_xml(asking(GOOD, close=True)))
    response = send(desk, of_xml(mems.activity(("Committee on Sepsis", "Another title"))))
    assert (response.status_code, problem(response)["findings"]) == (422, [("activity.edit.closed", 1)])


def test_closing_asks_for_a_key_that_may_close() -> None:
    desk = Desk("read", "write")
    response = send(desk, of_xml(OTHER, asking(GOOD, close=True)))
    assert (response.status_code, problem(response)["status"], stored(desk)) == (403, 403, [])
    assert send(desk, of_xml(GOOD)).status_code == 201


def test_delete(desk: Desk) -> None:
    send(desk, of_xml(GOOD))
    response = send(desk, of_xml(asking(GOOD, action="delete")))
    (result,) = told(response)
    assert (response.status_code, result["Result"], "Status" in result) == (200, "deleted", False)
    assert problem(look(desk, "?providerActivityId=A-1"))["status"] == 404
    again = problem(send(desk, of_xml(asking(GOOD, action="Delete"))))
    assert again["findings"] == [("activity.unknown", 1)]


def test_another_providers_activity_is_unknown(desk: Desk) -> None:
    theirs = Desk()
    activity_id = theirs.activity(title="Theirs", internal_id="A-1")
    named = f"<identifier><catalog>ACCME Activity ID</catalog><entry>{activity_id}</entry></identifier>"
    mine = asking(GOOD.replace("<lom:general>", f"<lom:general>{named}"), action="Update")
    here = problem(send(desk, of_xml(mine)))
    nobodys = problem(send(desk, of_xml(mine.replace(str(activity_id), "199999999"))))
    assert here == nobodys
    assert here["findings"] == [("activity.unknown", 1)]
    assert problem(look(desk, f"/{activity_id}")) == problem(look(desk, "/199999999"))
    assert problem(look(desk, "?providerActivityId=A-1"))["status"] == 404
    assert [one[2] for one in stored(theirs)] == ["Theirs"]


@pytest.mark.parametrize(
    "moment", ["2026-03-04T23:30:00-06:00", "2026-03-04T00:30:00+13:00", "2026-03-04 05:00Z"]
)
def test_the_time_of_day_is_never_looked_at(desk: Desk, moment: str) -> None:
    at = ("<hx:startDateTime>2026-03-04T00:00:00<", f"<hx:startDateTime>{moment}<")
    send(desk, of_xml(mems.activity(at, ("<ReportingStartDate>2026-03-04</ReportingStartDate>", ""))))
    days = {str(one.start_date) for one in of(SYSTEM_SCOPE).filter(provider=desk.provider)}
    assert days == {"2026-03-04"}


def test_a_repeated_request_is_answered_again_byte_for_byte(desk: Desk) -> None:
    first = send(desk, of_xml(GOOD, BAD), idempotency_key="one")
    again = send(desk, of_xml(GOOD, BAD), idempotency_key="one")
    assert (again.status_code, again.content, again["Content-Type"]) == (
        first.status_code,
        first.content,
        first["Content-Type"],
    )
    other = send(desk, of_xml(OTHER), idempotency_key="one")
    assert (other.status_code, len(stored(desk))) == (422, 1)


def test_a_key_that_only_reads_may_not_send() -> None:
    desk = Desk("read")
    response = send(desk, of_xml(GOOD))
    assert (response.status_code, problem(response)["status"], stored(desk)) == (403, 403, [])


def test_nobody_is_told_how_to_sign_in_in_xml(desk: Desk) -> None:
    desk.secret = "nonsense"
    response = send(desk, of_xml(GOOD))
    assert (response.status_code, problem(response)["status"]) == (401, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_what_others_change_meanwhile_is_planned_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [Moved((1,))] * 2

    def meeting_others(*args: Any, **named: Any) -> Any:
        return answers.pop() if answers else apply(*args, **named)

    monkeypatch.setattr(saving, "apply", meeting_others)
    assert send(desk, of_xml(GOOD)).status_code == 201
    answers += [Moved((1,))] * 9
    response = send(desk, of_xml(OTHER))
    assert (response.status_code, response["Retry-After"], len(stored(desk))) == (503, "1", 1)
    assert not Plan.objects.exists()


def test_a_test_key_writes_into_the_sandbox() -> None:
    desk = Desk(kind="test")
    assert send(desk, of_xml(GOOD)).status_code == 201
    assert stored(desk) == []
    assert json.loads(look(desk, "?providerActivityId=A-1", accept=JSON).content)


def named(provider: str) -> bytes:
    """A message that names its provider, as others send it."""
    return of_xml(mems.activity(("<XtensibleInfo>", f"<XtensibleInfo><ProviderID>{provider}</ProviderID>")))


@pytest.mark.parametrize("kind", ["live", "test"])
def test_an_activity_may_name_the_provider_whose_key_it_is_and_no_other(kind: str) -> None:
    desk, other = Desk(kind=kind), Desk()
    for number in (other.provider.number, "9999999", "\u0661"):
        refused = send(desk, named(number))
        assert (refused.status_code, problem(refused)["findings"]) == (422, [("request.provider.differs", 1)])
    assert of(SYSTEM_SCOPE).count() == 0
    assert [send(desk, named(desk.provider.number)).status_code for _ in range(2)] == [201, 200]
    assert send(desk, named(f" {int(desk.provider.number)} ")).status_code == 200


def test_magic_titles_of_the_sandbox() -> None:
    busy = of_xml(mems.activity(("Committee on Sepsis", "Sandbox: busy")))
    desk = Desk(kind="test")
    assert send(desk, busy, idempotency_key="one")["Retry-After"] == "1"
    assert (send(desk, busy, idempotency_key="one").status_code, send(Desk(), busy).status_code) == (503, 201)
