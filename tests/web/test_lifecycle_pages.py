"""Learners, close, reopen, delete, restore and copy: the pages around the verbs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from openpars import clock
from openpars.accounts.models import ReportingYear
from openpars.activities import queries
from openpars.activities.history import history
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from tests import factories
from tests.web.desk import Desk, boxes_of, errors, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def page_of(desk: Desk, activity: Activity, verb: str) -> str:
    return desk.url(f"activity-{verb}", activity.activity_id)


def closed(desk: Desk, **answers: Any) -> Activity:
    made = factories.activity(desk.provider, **answers)
    desk.post(page_of(desk, made, "close"), {})
    return desk.stored(made)


# --- learners


def test_learners_are_updated_and_lead_back_to_the_summary_as_it_was() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, physicians=None, other_learners=None)
    back = desk.url("activities") + "?status=Draft&page=2"
    page = desk.get(f"{page_of(desk, made, 'learners')}?back={back.replace('?', '%3F').replace('&', '%26')}")
    assert "Update Learners" in text(page)
    boxes = boxes_of(page)
    assert set(boxes) == {"base_revision", "back", "physicians", "other_learners"}
    answer = desk.post(
        page_of(desk, made, "learners"), boxes | {"physicians": "1,040", "other_learners": "0"}
    )
    assert answer.headers["Location"] == back
    stored = desk.stored(made)
    assert (stored.physicians, stored.other_learners) == (1040, 0)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/account/", "javascript:x"]
)
def test_update_learners_leads_nowhere_else(elsewhere: str) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    answer = desk.send(page_of(desk, made, "learners"), back=elsewhere, physicians="1")
    assert answer.headers["Location"] == desk.url("activities")


def test_a_count_that_is_none_stays_in_its_box_in_red() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    answer = desk.send(page_of(desk, made, "learners"), physicians="about 40", other_learners="3")
    while answer.status_code == 200:
        answer = desk.post(page_of(desk, made, "learners"), boxes_of(answer))
    assert answer.headers["Location"] == page_of(desk, made, "learners")
    page = desk.get(answer.headers["Location"])
    assert len(errors(page)) == 1
    assert boxes_of(page)["physicians"] == "about 40"
    assert desk.stored(made).other_learners == 3


def test_enduring_material_asks_for_the_day_shows_each_year_and_asks_when_a_total_falls() -> None:
    desk = Desk()
    made = factories.activity(
        desk.provider,
        format="EM",
        delivery_methods=["Online"],
        start_date="2025-01-01",
        end_date="2026-12-31",
        physicians=120,
        other_learners=5,
        counts_as_of="2025-12-31",
    )
    page = desk.get(page_of(desk, made, "learners"))
    assert "Dec 31, 2025" in text(page)
    boxes = boxes_of(page) | {"physicians": "45", "counts_as_of": "2026-03-01"}
    asked = desk.post(page_of(desk, made, "learners"), boxes)
    assert asked.status_code == 200
    assert desk.stored(made).physicians == 120
    answer = desk.post(page_of(desk, made, "learners"), boxes_of(asked))
    assert answer.headers["Location"] == desk.url("activities")
    assert [one["physicians"] for one in desk.stored(made).yearly_counts] == [120, 45]


def test_two_people_who_count_at_once_see_both_numbers() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    address = page_of(desk, made, "learners")
    boxes = boxes_of(desk.get(address))
    desk.post(address, boxes | {"physicians": "50"})
    asked = desk.post(address, boxes | {"physicians": "51", "other_learners": "7"})
    assert asked.status_code == 200
    assert "50" in text(asked)
    desk.post(address, boxes_of(asked) | {"choice.physicians": "theirs"})
    assert (desk.stored(made).physicians, desk.stored(made).other_learners) == (50, 7)


# --- close, reopen


def test_the_slider_closes_and_the_page_says_closed_read_only_with_all_answers() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, internal_id="SEP-26")
    answer = desk.post(page_of(desk, made, "close"), {})
    assert answer.headers["Location"] == desk.url("activity", made.activity_id)
    page = text(desk.get(answer.headers["Location"]))
    for words in (
        "Closed",
        "Sepsis in the Emergency Department",
        "SEP-26",
        "Learner Knowledge",
        "40",
        "Reopen",
    ):
        assert words in page
    for verb in ("history", "sheet", "reopen", "copy"):
        assert page_of(desk, made, verb) in page
    assert page_of(desk, made, "delete") not in page
    assert "op-leave" not in page
    assert desk.get(page_of(desk, made, "learners")).headers["Location"] == answer.headers["Location"]


def test_what_stands_against_closing_is_told() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, physicians=None, end_date="2026-03-10")
    answer = desk.post(page_of(desk, made, "close"), {})
    page = text(desk.client.get(answer.headers["Location"], follow=True))  # type: ignore[arg-type]
    assert "The number of physician learners is missing." in page
    assert "its end date has not passed" in page
    assert desk.stored(made).closed_at is None


def test_reopening_needs_a_reason_that_the_history_keeps() -> None:
    desk = Desk()
    made = closed(desk)
    address = page_of(desk, made, "reopen")
    refused = desk.send(address, reason=" ")
    assert errors(refused)
    too_long = desk.send(address, reason="<b>" * 1000)
    assert errors(too_long)
    assert "<b><b>" not in text(too_long)
    answer = desk.send(address, reason="A second sign-in sheet.\x00")
    assert answer.headers["Location"] == desk.url("activity", made.activity_id)
    assert desk.stored(made).closed_at is None
    reason = history(factories.scope(desk.provider), made.activity_id)[0].reason
    assert reason == "A second sign-in sheet.␀"
    assert desk.get(address).headers["Location"] == answer.headers["Location"]


def test_after_the_lock_of_its_year_only_the_accreditor_reopens() -> None:
    desk = Desk()
    made = closed(desk)
    ReportingYear.objects.create(accreditor=desk.provider.accreditor, year=2026, locked_at=clock.now())
    refused = desk.send(page_of(desk, made, "reopen"), reason="Too late")
    assert "is locked" in text(refused)
    staff = Client()
    staff.force_login(factories.contact(desk.provider.accreditor, role="editor").person)
    page = staff.get(desk.url("activity", made.activity_id))
    assert page_of(desk, made, "reopen") in page.content.decode()
    staff.post(page_of(desk, made, "reopen"), {"reason": "Asked for by the provider."})
    assert desk.stored(made).closed_at is None


# --- delete, restore, copy


def test_deleting_asks_once_and_restoring_brings_it_back() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, internal_id="SEP")
    assert "Delete this activity?" in text(desk.get(page_of(desk, made, "delete")))
    assert len(desk.activities()) == 1
    desk.post(page_of(desk, made, "delete"), {})
    assert desk.activities() == []
    assert desk.get(desk.url("activity", made.activity_id)).status_code == 404
    other = factories.activity(desk.provider, internal_id="SEP")
    answer = desk.post(page_of(desk, made, "restore"), {})
    assert answer.headers["Location"] == desk.url("activities-deleted")
    assert len(desk.activities()) == 1
    desk.post(page_of(desk, other, "delete"), {})
    answer = desk.post(page_of(desk, made, "restore"), {})
    assert answer.headers["Location"] == desk.url("activities")
    assert [one.activity_id for one in desk.activities()] == [made.activity_id]
    desk.post(page_of(desk, made, "delete"), {})
    with clock.frozen(clock.now() + queries.RESTORABLE + timedelta(days=1)):
        desk.client.force_login(desk.person)
        desk.post(page_of(desk, made, "restore"), {})
    assert desk.activities() == []


def test_a_closed_activity_is_not_deleted() -> None:
    desk = Desk()
    made = closed(desk)
    for answer in (
        desk.get(page_of(desk, made, "delete")),
        desk.post(page_of(desk, made, "delete"), {}),
    ):
        assert answer.headers["Location"] == desk.url("activity", made.activity_id)
    assert len(desk.activities()) == 1


@pytest.mark.parametrize(("boxes", "year"), [({}, "2026"), ({"to_next_year": "yes"}, "2027")])
def test_a_copy_is_a_draft_of_its_own_that_opens_at_once(boxes: dict[str, str], year: str) -> None:
    desk = Desk()
    made = closed(desk, internal_id="SEP")
    answer = desk.post(page_of(desk, made, "copy"), boxes)
    [_, copied] = desk.activities()
    assert answer.headers["Location"] == desk.url("activity-step", copied.activity_id, "basic-information")
    page = desk.get(answer.headers["Location"])
    assert boxes_of(page)["start_date"] == f"{year}-03-05"
    kept = answers_of(copied)
    assert [name for name in ("internal_id", "physicians", "support_received") if name in kept] == []


# --- who may


def test_every_verb_is_refused_to_viewers_and_unknown_to_strangers() -> None:
    desk = Desk()
    open_one, closed_one = factories.activity(desk.provider, title="Open"), closed(desk)
    viewer, stranger = Desk("viewer", at=desk.provider), Desk()
    for verb in ("learners", "close", "reopen", "delete", "restore", "copy"):
        made = closed_one if verb == "reopen" else open_one
        boxes = {"physicians": "9", "reason": "R"}
        assert viewer.post(page_of(desk, made, verb), boxes).status_code == 403, verb
        assert stranger.post(page_of(desk, made, verb), boxes).status_code == 404, verb
        assert stranger.post(page_of(stranger, made, verb), boxes).status_code == 404, verb
        nobody = Client().post(page_of(desk, made, verb), boxes)
        assert (nobody.status_code, "login" in nobody.headers["Location"]) == (302, True), verb
    assert [answers_of(desk.stored(one)) for one in (open_one, closed_one)] == [
        answers_of(open_one),
        answers_of(closed_one),
    ]
    assert desk.get(page_of(desk, open_one, "restore")).status_code == 405
