"""The history of an activity and its printable sheet."""

from datetime import timedelta
from html import unescape
from typing import Any, cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.close import close
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.save import Edit, save_one
from openpars.web.views import history
from tests import factories
from tests.web.desk import Desk, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

RICH: dict[str, Any] = {
    "title": "<i>Rounds</i>",
    "description": "First line\nSecond <b>line</b>",
    "support_received": True,
    "support": [
        {"kind": "monetary", "source": "Acme & Sons", "amount": 12500},
        {"kind": "in-kind", "source": "Beta"},
    ],
    "outcomes": [{"outcome": "Learner Competence", "measurement_types": ["Objective", "Subjective"]}],
    "commendation": True,
    "commendation_criteria": ["C24"],
    "collaborations": [{"kind": "mips"}],
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def by(desk: Desk, *, door: Door = Door.FORM, name: str = "A Colleague") -> dict[str, Any]:
    scope = factories.scope(desk.provider, "administrator")
    return {"scope": scope, "actor": factories.actor(name), "door": door, "now": clock.now()}


def drawn_with(page: HttpResponse) -> Any:
    """The context of the page."""
    return cast(Any, page).context


def change(desk: Desk, activity: Activity, door: Door = Door.FORM, **answers: Any) -> None:
    with clock.frozen(clock.now() + timedelta(hours=1)):
        edit = Edit(answers=answers, activity_id=activity.activity_id)
        assert save_one(edit, **by(desk, door=door)).done


def test_history_says_who_did_what_when_by_which_door_and_why(desk: Desk) -> None:
    activity = factories.activity(desk.provider, **RICH)
    change(desk, activity, door=Door.SERVICE, credits="10", state="WI", physicians=1041)
    assert close([activity.activity_id], **by(desk, door=Door.FILE))[0].done
    assert reopen([activity.activity_id], reason="Counts <wrong>", **by(desk))[0].done
    page = desk.get(desk.url("activity-history", activity.activity_id))
    body = unescape(text(page))
    told = [(each["verb"], each["change"].actor_name, each["door"]) for each in drawn_with(page)["changes"]]
    assert told == [
        ("Reopened", "A Colleague", "by the web form"),
        ("Closed", "A Colleague", "by a file"),
        ("Changed", "A Colleague", "by web services"),
        ("Added", "Test Person", "by the web form"),
    ]
    assert drawn_with(page)["changes"][2]["rows"] == [
        ("State", "Illinois", "Wisconsin"),
        ("AMA PRA Category 1 Credit™", "7.5", "10"),
        ("Total physician learners", "40", "1,041"),
    ]
    assert "March 10, 2026, 1:00 PM CDT" in body
    assert "Counts &lt;wrong&gt;" in text(page) and "<i>Rounds" not in text(page)
    rows = {label: new for label, _, new in drawn_with(page)["changes"][3]["rows"]}
    assert rows["Sources of commercial support"] == ("Monetary, Acme & Sons, $12,500\nIn-kind, Beta")
    assert rows["Educational outcome measures"] == "Learner Competence (Objective, Subjective)"


def test_history_is_paged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    activity = factories.activity(desk.provider)
    address = desk.url("activity-history", activity.activity_id)
    desk.get(address)
    with CaptureQueriesContext(connection) as few:
        desk.get(address)
    for number in range(4):
        change(desk, activity, title=f"Title {number}")
    with CaptureQueriesContext(connection) as many:
        page = desk.get(f"{address}?page=2")
    assert [each["change"].revision for each in drawn_with(page)["changes"]] == [3, 2]
    assert len(few) == len(many)
    for garbage in ("0", "-1", "x", "%00", "9" * 30):
        assert desk.get(f"{address}?page={garbage}").status_code == 200


def test_every_door_has_its_words() -> None:
    assert set(history.DOORS) == set(Door)


def test_the_sheet_holds_every_answer_and_marks_what_is_internal(desk: Desk) -> None:
    activity = factories.activity(desk.provider, internal_id="X-1", **RICH)
    page = desk.get(desk.url("activity-sheet", activity.activity_id))
    lines = {line.label: line for _, lines in drawn_with(page)["steps"] for line in lines}
    assert lines["Description"].words == "First line\nSecond <b>line</b>"
    assert [label for label, line in lines.items() if line.internal] == [
        "Internal ID",
        "Mark the activity for commendation criteria?",
        "Commendation criteria",
    ]
    assert "$12,500" in text(page) and "Second <b>line" not in text(page)
    assert "Internal, never public" in text(page)
    assert "Nothing is missing" in text(page)


def test_the_sheet_of_a_draft_says_what_is_missing_and_what_cannot_stand(desk: Desk) -> None:
    activity = factories.activity(desk.provider, over=factories.draft(credits="10.1"))
    body = text(desk.get(desk.url("activity-sheet", activity.activity_id)))
    assert "10.1</span> <strong>(cannot stand as it is)</strong>" in body
    assert "What is missing" in body and "not answered" in body


@pytest.mark.parametrize("name", ["activity-history", "activity-sheet", "activity-stopping"])
def test_another_providers_activity_does_not_exist(desk: Desk, name: str) -> None:
    theirs = factories.activity(factories.provider(accreditor=desk.provider.accreditor))
    for number in (theirs.activity_id, 1, 10**30):
        assert desk.get(f"{desk.url('activities')}{number}/{name.split('-')[1]}/").status_code == 404
