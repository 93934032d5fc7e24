"""The four steps in the test client: what is saved, what is kept, what is told."""

import json
import re
from datetime import timedelta
from time import time
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save_one
from openpars.rulebook.fields import STEPS
from openpars.rulebook.readers import MOST_ENTRIES
from openpars.web.forms.tokens import GOOD_FOR, read_token
from openpars.web.models import KEPT_FOR, FormEntry
from openpars.web.views.form import entries, saving
from tests import factories
from tests.web.desk import Desk, boxes_of, errors, text
from tests.web.drawn import posted, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
BASIC, LEARNERS, REGISTRATION, ACCREDITATION = (step.slug for step in STEPS)
DRAFT = {"title": "Airway Workshop", "format": "C", "start_date": "2026-05-04", "end_date": "2026-05-05"}
#: Answers that make it Active; it ends after today.
ACTIVE: dict[str, Any] = {"start_date": "2026-03-09", "end_date": "2026-03-20"}
NAUGHTY = '<script>alert(1)</script> \u05e9\u05dc\u05d5\u05dd \U0001fac0 O’Brien & "Co" \' -- é'


def save(desk: Desk, activity: Activity, **answers: Any) -> None:
    """Somebody else saves."""
    edit = Edit(answers=answers, activity_id=activity.activity_id)
    outcome = save_one(
        edit,
        scope=factories.scope(desk.provider),
        actor=factories.actor("A Colleague"),
        door=Door.FORM,
        now=clock.now(),
    )
    assert outcome.done, outcome


def step(desk: Desk, activity: Activity, slug: str) -> str:
    return desk.url("activity-step", activity.activity_id, slug)


# --- adding


def test_opening_the_form_stores_nothing_and_scolds_nobody() -> None:
    desk = Desk()
    page = desk.get(desk.url("activity-add"))
    assert (desk.activities(), FormEntry.objects.count(), errors(page)) == ([], 0, [])
    assert "Not started" in text(page)


def test_the_tutorial_from_the_first_post_to_the_confirmation() -> None:
    desk = Desk()
    answer = desk.send(desk.url("activity-add"), **DRAFT, delivery_methods="Live-Streamed")
    [made] = desk.activities()
    assert answer.headers["Location"] == step(desk, made, LEARNERS) + "?adding=yes"
    page = desk.get(answer.headers["Location"])
    assert errors(page) == [], "missing answers are not scolded while adding"
    boxes = boxes_of(page)
    answer = desk.post(
        step(desk, made, LEARNERS), boxes | {"credits": "6.50", "on_passport": "no", "description": "A\nB"}
    )
    assert answer.headers["Location"] == step(desk, made, REGISTRATION) + "?adding=yes"
    answer = desk.send(answer.headers["Location"])
    assert answer.headers["Location"] == step(desk, made, ACCREDITATION) + "?adding=yes"
    answer = desk.send(answer.headers["Location"], providership="Direct", internal_id=" 007 ")
    assert answer.headers["Location"] == desk.url("activity-saved", made.activity_id)
    page = desk.get(answer.headers["Location"])
    for words in ("Active", "Add Another Activity", "View All Activities", "007"):
        assert words in text(page)
    assert answers_of(desk.stored(made)) == DRAFT | {
        "delivery_methods": ["Live-Streamed"],
        "credits": "6.5",
        "on_passport": False,
        "description": "A\nB",
        "providership": "Direct",
        "internal_id": "007",
    }
    assert FormEntry.objects.count() == 0


def test_what_is_no_draft_yet_is_kept_for_its_person_and_becomes_one_draft() -> None:
    desk = Desk()
    typed = {"title": "", "start_date": "30 February 2026", "city": "nul \x00"}
    answer = desk.send(desk.url("activity-add"), **DRAFT | typed)
    assert desk.activities() == []
    page = desk.get(answer.headers["Location"])
    assert len(errors(page)) == 2
    assert (boxes_of(page)["start_date"], boxes_of(page)["city"]) == ("30 February 2026", "nul ␀")
    colleague = Desk(at=desk.provider)
    kept = colleague.get(answer.headers["Location"])
    assert kept.headers["Location"] == desk.url("activity-add"), "nobody else sees it"
    assert "an activity without a title" in text(desk.get(desk.url("activity-add")))
    assert "an activity without a title" not in text(colleague.get(desk.url("activity-add")))
    desk.post(desk.url("activity-add"), boxes_of(page) | DRAFT)
    [made] = desk.activities()
    assert (made.title, FormEntry.objects.count()) == ("Airway Workshop", 0)
    back = desk.get(answer.headers["Location"])
    assert back.headers["Location"] == step(desk, made, BASIC) + "?adding=yes", "the old page leads on"


def test_a_refused_first_step_says_so_in_one_box_and_the_browser_forgets_what_it_kept_once() -> None:
    desk = Desk()
    answer = desk.send(desk.url("activity-add"), title="Airway Workshop")
    for is_first in (True, False):
        page = read(text(desk.get(answer.headers["Location"])))
        box = page.one(cls="op-summary")
        assert page.all(cls="op-message") == []
        told = [one.text() for one in page.all() if one.attributes.get("data-saved-key")]
        assert told == ([saving.NO_DRAFT_YET] if is_first else [])
        assert "Not saved yet. You typed this on Mar 10, 2026" in box.text()
        assert len(box.all("button")) == 1


@pytest.mark.parametrize(
    ("slug", "button", "boxes", "row"),
    [
        (BASIC, "instances", {"instances.0.city": "Galena"}, "instances.1"),
        (REGISTRATION, "collaborations", {"collaborations.0.kind": "moc"}, "collaborations.1"),
        (
            REGISTRATION,
            "collaborations.4.practice_areas",
            {
                "collaborations.0.kind": "",
                "collaborations.4.kind": "moc",
                "collaborations.4.practice_areas.0": "Rural Medicine",
            },
            "collaborations.0.practice_areas.0",
        ),
        (REGISTRATION, "collaborations.2.practice_areas", {"collaborations.2.kind": ""}, "collaborations.0"),
        (
            REGISTRATION,
            "collaborations.0.credit_types",
            {"collaborations.0.kind": "moc", "collaborations.0.credit_types": "Patient Safety"},
            "collaborations.0.credit_types.0",
        ),
        (ACCREDITATION, "joint_providers", {"joint_providers.0": "Demo Clinic"}, "joint_providers.1"),
        (ACCREDITATION, "support.monetary", {}, "support.0"),
        (
            ACCREDITATION,
            "support.monetary",
            {
                "support.0.kind": "in-kind",
                "support.0.source": "Demo Beds",
                "support.1.kind": "monetary",
                "support.1.source": "Demo Devices",
                "support.1.amount": "a lot",
            },
            "support.2",
        ),
    ],
)
def test_without_scripts_a_row_is_added_and_taken_away_and_nothing_typed_is_lost(
    slug: str, button: str, boxes: dict[str, str], row: str
) -> None:
    desk = Desk()
    stored = factories.activity(desk.provider)
    before = answers_of(stored)
    answer = desk.send(step(desk, stored, slug), **boxes, add_row=button)
    page = desk.get(answer.headers["Location"])
    assert answer.headers["Location"].endswith("#added-row")
    added = read(text(page)).one(id="added-row")
    assert {one.attributes.get("value") for one in added.all("button", name="remove_row")} >= {row}
    assert any(name == row or name.startswith(f"{row}.") for name in posted(added) if name), (
        "there are boxes in it"
    )
    typed = {value for value in boxes.values() if value}
    assert typed <= {str(value) for value in boxes_of(page).values()}
    assert answers_of(desk.stored(stored)) == before, "adding a row saves nothing"

    answer = desk.post(step(desk, stored, slug), boxes_of(page) | {"remove_row": row})
    page = desk.get(answer.headers["Location"])
    assert typed <= {str(value) for value in boxes_of(page).values()}
    assert "added-row" not in text(page)


def test_without_scripts_a_row_is_added_before_there_is_a_draft_and_nobody_is_scolded() -> None:
    desk = Desk()
    answer = desk.send(desk.url("activity-add"), title="Airway Workshop", add_row="instances")
    page = desk.get(answer.headers["Location"])
    assert (errors(page), "op-summary" in text(page)) == ([], False)
    assert boxes_of(page)["title"] == "Airway Workshop"
    answer = desk.post(desk.url("activity-add"), boxes_of(page) | DRAFT | {"instances.0.city": "Galena"})
    [made] = desk.activities()
    assert (answers_of(made)["instances"], FormEntry.objects.count()) == ([{"city": "Galena"}], 0)


@pytest.mark.parametrize("path", ["x" * 5000, "support..1", "../", "support\r\nSet-Cookie: a=b"])
def test_a_button_that_names_no_row_is_a_save(path: str) -> None:
    desk = Desk()
    desk.send(desk.url("activity-add"), **DRAFT, add_row=path, remove_row=path)
    assert [made.title for made in desk.activities()] == ["Airway Workshop"]


def test_a_double_click_makes_one_draft() -> None:
    desk = Desk()
    boxes = boxes_of(desk.get(desk.url("activity-add"))) | DRAFT
    answers = [desk.post(desk.url("activity-add"), boxes).headers["Location"] for _ in range(2)]
    [made] = desk.activities()
    assert answers == [step(desk, made, LEARNERS) + "?adding=yes"] * 2
    assert made.revision == 1


def test_a_form_for_a_new_activity_sent_again_later_does_not_undo_what_others_changed_since() -> None:
    desk = Desk()
    add = desk.url("activity-add")
    boxes = boxes_of(desk.get(add)) | DRAFT
    desk.post(add, boxes)
    [made] = desk.activities()
    save(desk, made, title="Named by a colleague")
    desk.post(add, boxes | {"end_date": "2026-05-06"})
    assert (desk.stored(made).title, str(desk.stored(made).end_date)) == (
        "Named by a colleague",
        "2026-05-06",
    )
    asked = desk.post(add, boxes | {"title": "Named anew"})
    assert asked.status_code == 200
    assert {"Named by a colleague", "Named anew"} <= {
        *re.findall("Named (?:by a colleague|anew)", text(asked))
    }
    assert desk.stored(made).title == "Named by a colleague"
    desk.post(add, boxes_of(asked) | {"choice.title": "mine"})
    assert [one.title for one in desk.activities()] == ["Named anew"]


def test_repeat_instances_become_activities_at_the_last_save() -> None:
    desk = Desk()
    boxes = DRAFT | {
        "repeated": "yes",
        "instances.0.start_date": "2026-06-01",
        "instances.0.end_date": "2026-06-02",
        "instances.4.start_date": "2026-07-01",
        "instances.4.city": "",
    }
    desk.send(desk.url("activity-add"), **boxes)
    [made] = desk.activities()
    last = step(desk, made, ACCREDITATION) + "?adding=yes"
    answer = desk.send(last, internal_id="AIR")
    assert answer.headers["Location"] == step(desk, made, BASIC) + "?adding=yes"
    page = desk.get(answer.headers["Location"])
    assert "further instances are not made yet" in text(page)
    desk.post(step(desk, made, BASIC), boxes_of(page) | {"instances.1.end_date": "2026-07-02"})
    page = desk.get(desk.send(last).headers["Location"])
    assert [(one.internal_id, one.start_date.month) for one in desk.activities()] == [
        ("AIR", 5),
        ("AIR-1", 6),
        ("AIR-2", 7),
    ]
    assert "AIR-1" in text(page)
    assert "AIR-2" in text(page)
    desk.send(last)
    assert len(desk.activities()) == 3


# --- what is invalid stays in its box


def test_an_invalid_answer_keeps_its_box_and_the_rest_is_saved() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, over=factories.draft())
    answer = desk.send(step(desk, made, LEARNERS) + "?adding=yes", credits="10.1", description="Airways")
    assert answer.headers["Location"] == step(desk, made, LEARNERS) + "?adding=yes&stayed=yes"
    for _ in range(2):
        page = desk.get(answer.headers["Location"])
        [red] = errors(page)
        assert "10.1" in red
        assert 'value="10.1"' in text(page)
        assert 'href="#field-credits"' in text(page), "the summary links to the box"
        assert "Needs a mend: 1" in text(page)
    assert desk.stored(made).description == "Airways"
    answer = desk.send(step(desk, made, LEARNERS), then="exit", credits="x")
    assert answer.headers["Location"] == desk.url("activities"), "one may leave all the same"
    assert desk.stored(made).rejected == {"credits": "x"}


@pytest.mark.parametrize(
    ("slug", "name", "value"),
    [
        (BASIC, "title", "T" * 3_000_000),
        (BASIC, "title", "nul \x00 inside"),
        (BASIC, "title", ""),
        (BASIC, "format", "WEBINAR"),
        (BASIC, "start_date", "2026-02-30"),
        (BASIC, "end_date", "2026-03-04"),
        (BASIC, "delivery_methods", "Telepathy"),
        (LEARNERS, "credits", "1e999999"),
        (LEARNERS, "credits", "10.1"),
        (LEARNERS, "credits", "-٣"),
        (LEARNERS, "on_passport", "perhaps"),
        (REGISTRATION, "url", "javascript:alert(1)"),
        (REGISTRATION, "collaborations.0.board", "ABXYZ"),
        (ACCREDITATION, "support.0.amount", "-1"),
    ],
)
def test_bad_input_is_told_kept_and_shown_again(slug: str, name: str, value: str) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    boxes = {name: value}
    if name.startswith("collaborations"):
        boxes["collaborations.0.kind"] = "moc"
    if name.startswith("support"):
        boxes |= {"support_received": "yes", "support.0.kind": "monetary", "support.0.source": "Demo Devices"}
    answer = desk.send(step(desk, made, slug), **boxes)
    while answer.status_code == 200:
        answer = desk.post(step(desk, made, slug), boxes_of(answer))
    assert answer.headers["Location"] == step(desk, made, slug) + "?stayed=yes"
    page = desk.get(answer.headers["Location"])
    assert errors(page), "told"
    shown = boxes_of(page)
    assert shown.get(name) == value.replace("\x00", "␀"), "and still in its box"
    stored = desk.stored(made)
    assert stored.title == made.title
    assert (stored.start_date, stored.end_date, stored.format) == (
        made.start_date,
        made.end_date,
        made.format,
    )


@pytest.mark.parametrize(
    ("slug", "boxes"),
    [
        (BASIC, {"title": NAUGHTY, "city": NAUGHTY}),
        (LEARNERS, {"description": NAUGHTY, "specialties.0": NAUGHTY}),
        (REGISTRATION, {"collaborations.0.kind": "moc", "collaborations.0.attested_by": NAUGHTY}),
        (
            ACCREDITATION,
            {
                "internal_id": "<script>🫀</script>",
                "providership": "Joint",
                "joint_providers.0": NAUGHTY,
                "support_received": "yes",
                "support.0.kind": "in-kind",
                "support.0.source": NAUGHTY,
            },
        ),
    ],
)
def test_script_emoji_and_right_to_left_text_are_text(slug: str, boxes: dict[str, str]) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    answer = desk.send(step(desk, made, slug), **boxes)
    while answer.status_code == 200:
        assert "<script>alert" not in text(answer)
        answer = desk.post(step(desk, made, slug), boxes_of(answer))
    page = desk.get(step(desk, made, slug))
    assert "<script>alert" not in text(page)
    assert "<script>🫀" not in text(page)
    shown = boxes_of(page)
    assert {name: shown.get(name) for name in boxes} == boxes


def test_more_rows_than_the_form_takes_are_told_and_nothing_is_saved() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    rows = {f"joint_providers.{number}": f"Clinic {number}" for number in range(MOST_ENTRIES + 50)}
    answer = desk.send(step(desk, made, ACCREDITATION), providership="Joint", **rows)
    page = desk.get(answer.headers["Location"])
    assert "250" in text(page)
    assert f"Clinic {MOST_ENTRIES - 1}" in text(page)
    assert desk.stored(made).revision == made.revision


def test_an_internal_id_of_another_activity_is_told_also_after_a_reload() -> None:
    desk = Desk()
    other = factories.activity(desk.provider, internal_id="AIR")
    made = factories.activity(desk.provider, title="Another")
    address = step(desk, made, ACCREDITATION)
    for _ in range(2):
        desk.send(address, internal_id="AIR")
        [red] = errors(desk.get(address))
        assert "has the internal ID “AIR” already" in red
    delete(
        [other.activity_id],
        scope=factories.scope(desk.provider),
        actor=factories.actor(),
        door=Door.FORM,
        now=clock.now(),
    )
    assert desk.send(address).headers["Location"] == desk.url("activity-saved", made.activity_id)
    assert desk.stored(made).internal_id == "AIR"


# --- what stands in red, and how far the steps have come


def test_editing_shows_at_once_what_is_missing_for_the_next_status() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, over=factories.draft())
    missing = len(errors(desk.get(step(desk, made, LEARNERS))))
    assert missing == 3, "credits, Passport and description, on a Draft"
    assert errors(desk.get(step(desk, made, LEARNERS) + "?adding=yes")) == []
    assert desk.get(desk.url("activity", made.activity_id)).headers["Location"] == step(desk, made, BASIC)
    ready = factories.activity(desk.provider, outcomes=None, title="Ready")
    [red] = errors(desk.get(step(desk, ready, ACCREDITATION)))
    assert "outcome" in red.lower()
    active = factories.activity(desk.provider, outcomes=None, **ACTIVE)
    assert errors(desk.get(step(desk, active, ACCREDITATION))) == []


def test_the_step_navigation_says_how_far_each_step_has_come() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, over=factories.draft())
    page = text(desk.get(step(desk, made, BASIC)))
    states = [piece.split("</span>")[0].split("</svg> ")[1] for piece in page.split("op-step__state")[1:]]
    assert states == ["In progress, 1 to go", "Not started", "Complete", "Not started"]


def test_what_is_stopping_me_links_to_the_fields_and_the_slider_stands_when_nothing_is() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, physicians=None)
    page = text(desk.get(step(desk, made, BASIC)))
    assert f"{desk.url('activity-learners', made.activity_id)}#field-physicians" in page
    assert "Mark Activity as Closed" not in page
    save(desk, made, physicians=0)
    page = text(desk.get(step(desk, made, BASIC)))
    assert 'role="switch"' in page
    assert "What is stopping me?" not in page
    assert page.index("Mark Activity as Closed") < page.index("Frequently asked questions")


def test_checking_says_what_the_page_would_draw_and_writes_nothing() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, over=factories.draft(internal_id="X"))
    factories.activity(desk.provider, title="Other", internal_id="AIR")
    address = desk.url("step-check", ACCREDITATION)
    boxes = boxes_of(desk.get(step(desk, made, ACCREDITATION)))
    told = json.loads(desk.post(address, boxes | {"internal_id": "AIR"}).content)
    assert told["can_leave"] is False
    assert [one["rule"] for one in told["findings"]] == [
        "activity.internal_id.taken",
        "activity.providership.required",
    ]
    told = json.loads(desk.post(address, boxes | {"adding": "yes"}).content)
    assert told == {"can_leave": True, "findings": []}
    fresh = json.loads(desk.post(desk.url("step-check", BASIC), {"title": "T"}).content)
    assert [one["path"] for one in fresh["findings"]] == ["format", "start_date", "end_date"]
    assert desk.stored(made).revision == made.revision
    assert Client().post(address).status_code == 401


# --- questions before a save


def test_going_backwards_asks_first_and_keeps_everything() -> None:
    desk = Desk()
    made = factories.activity(desk.provider, **ACTIVE)
    address = step(desk, made, LEARNERS)
    asked = desk.send(address, **{"description": "", "specialties.0": "Demo Medicine"})
    assert asked.status_code == 200
    assert "go back from Active to Draft" in text(asked)
    assert desk.stored(made).revision == made.revision
    page = desk.get(address)
    assert "Not saved yet" in text(page), "who walks away finds it in the form"
    shown = boxes_of(page)
    assert (shown["description"], shown["specialties.0"]) == ("", "Demo Medicine")
    answer = desk.post(address, boxes_of(asked))
    assert answer.status_code == 302
    assert (desk.stored(made).description, desk.stored(made).specialties) == ("", ["Demo Medicine"])
    assert FormEntry.objects.count() == 0


def test_an_activity_that_looks_like_another_asks_and_links_to_it() -> None:
    desk = Desk()
    first = factories.activity(desk.provider, over=DRAFT)
    address = desk.url("activity-add")
    asked = desk.send(address, **DRAFT)
    assert asked.status_code == 200
    assert desk.url("activity", first.activity_id) in text(asked)
    assert len(desk.activities()) == 1
    desk.post(address, boxes_of(asked))
    assert len(desk.activities()) == 2


# --- two people


def test_changes_to_different_fields_merge_without_a_word() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    boxes = boxes_of(desk.get(step(desk, made, BASIC)))
    save(desk, made, city="Springfield")
    answer = desk.post(step(desk, made, BASIC), boxes | {"title": "Sepsis, revised"})
    assert answer.status_code == 302
    assert (desk.stored(made).title, desk.stored(made).city) == ("Sepsis, revised", "Springfield")


@pytest.mark.parametrize(("choice", "title"), [("mine", "My title"), ("theirs", "Their title")])
def test_a_clash_shows_both_versions_and_the_choice_touches_nothing_else(choice: str, title: str) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    address = step(desk, made, BASIC)
    boxes = boxes_of(desk.get(address))
    save(desk, made, title="Their title", city="Springfield")
    asked = desk.post(address, boxes | {"title": "My title", "end_date": "2026-03-07"})
    assert asked.status_code == 200
    for words in ("My title", "Their title", made.title, "A Colleague", "Keep mine", "Take theirs"):
        assert words in text(asked)
    assert desk.stored(made).end_date == made.end_date
    answer = desk.post(address, boxes_of(asked) | {"choice.title": choice})
    assert answer.status_code == 302
    stored = desk.stored(made)
    assert (stored.title, stored.city, stored.end_date.day) == (title, "Springfield", 7)


def test_a_clash_that_changed_again_asks_again() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    address = step(desk, made, BASIC)
    boxes = boxes_of(desk.get(address))
    save(desk, made, title="Their title", city="Springfield")
    asked = desk.post(address, boxes | {"title": "My title", "city": "Peoria"})
    save(desk, made, title="Their newer title")
    again = desk.post(address, boxes_of(asked) | {"choice.title": "mine", "choice.city": "theirs"})
    assert again.status_code == 200
    assert "Their newer title" in text(again)
    assert "choice.city" in boxes_of(again), "what was chosen before stays chosen"
    desk.post(address, boxes_of(again) | {"choice.title": "mine"})
    assert (desk.stored(made).title, desk.stored(made).city) == ("My title", "Springfield")


def test_a_post_to_an_activity_closed_meanwhile_is_kept_until_it_is_reopened() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    address = step(desk, made, BASIC)
    boxes = boxes_of(desk.get(address))
    deed: dict[str, Any] = {
        "scope": factories.scope(desk.provider),
        "actor": factories.actor(),
        "door": Door.FORM,
        "now": clock.now(),
    }
    assert close([made.activity_id], **deed)[0].done
    answer = desk.post(address, boxes | {"title": "Typed too late"})
    page = text(desk.get(answer.headers["Location"]))
    assert "closed meanwhile" in page
    assert "op-leave" not in page, "a closed activity is read-only at every step"
    desk.post(desk.url("activity-reopen", made.activity_id), {"reason": "A typing error."})
    assert boxes_of(desk.get(address))["title"] == "Typed too late"


# --- tokens, revisions, sign-ins


@pytest.mark.parametrize("token", [None, "", "forged", "x" * 100_000])
def test_a_missing_or_forged_token_saves_nothing_and_keeps_what_was_typed(token: str | None) -> None:
    desk = Desk()
    boxes = boxes_of(desk.get(desk.url("activity-add"))) | DRAFT
    boxes.pop("token")
    answer = desk.post(desk.url("activity-add"), boxes | ({"token": token} if token is not None else {}))
    page = desk.get(answer.headers["Location"])
    assert desk.activities() == []
    assert "Nothing has been saved yet" in text(page)
    desk.post(desk.url("activity-add"), boxes_of(page))
    assert [one.title for one in desk.activities()] == ["Airway Workshop"]


def test_a_token_of_another_activity_or_another_person_saves_nothing() -> None:
    desk = Desk()
    made, other = (factories.activity(desk.provider, title=title) for title in ("One", "Two"))
    boxes = boxes_of(desk.get(step(desk, other, BASIC)))
    desk.post(step(desk, made, BASIC), boxes | {"title": "Mixed up"})
    colleague = Desk(at=desk.provider)
    colleague.post(step(desk, other, BASIC), boxes | {"title": "Somebody else’s page"})
    assert [one.title for one in desk.activities()] == ["One", "Two"]


@pytest.mark.parametrize("revision", ["", "abc", "-1", "1e9", "9" * 50, "²", "2", "999999999"])
def test_a_garbage_revision_saves_nothing_and_keeps_what_was_typed(revision: str) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    answer = desk.send(step(desk, made, BASIC), base_revision=revision, title="Typed")
    assert desk.stored(made).title == made.title
    assert boxes_of(desk.get(answer.headers["Location"]))["title"] == "Typed"


def test_what_was_typed_when_the_sign_in_ran_out_comes_back_to_its_person_alone() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    address = step(desk, made, BASIC)
    colleague = Desk(at=desk.provider)
    boxes = boxes_of(desk.get(address)) | {"title": "Typed late"}
    adding = boxes_of(desk.get(desk.url("activity-add"))) | DRAFT
    desk.client.logout()
    answer = desk.post(address, boxes)
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={address}"
    answer = desk.post(desk.url("activity-add"), adding)
    entry = FormEntry.objects.get(activity_id=None)
    assert answer.headers["Location"].endswith(f"add/%3Fentry%3D{entry.pk}")
    assert desk.stored(made).title == made.title
    assert boxes_of(colleague.get(address))["title"] == made.title
    desk.client.force_login(desk.person)
    page = desk.get(address)
    assert "Not saved yet" in text(page)
    assert boxes_of(page)["title"] == "Typed late"
    desk.post(address, boxes_of(page))
    assert desk.stored(made).title == "Typed late"
    page = desk.get(f"{desk.url('activity-add')}?entry={entry.pk}")
    desk.post(desk.url("activity-add"), boxes_of(page))
    assert [one.title for one in desk.activities()] == ["Typed late", "Airway Workshop"]
    assert FormEntry.objects.count() == 0


def test_nothing_is_kept_for_nobody() -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    boxes = boxes_of(desk.get(step(desk, made, BASIC)))
    desk.client.logout()
    token = read_token(boxes["token"])
    assert token is not None
    with patch("django.core.signing.time.time", return_value=time() - GOOD_FOR.total_seconds() - 1):
        too_old = token.signed()
    for bad in (
        {"token": "forged"},
        {"token": too_old},
        {"title": "T" * (entries.LARGEST_KEPT + 1)},
    ):
        answer = desk.post(step(desk, made, BASIC), boxes | bad)
        assert answer.headers["Location"].startswith(reverse("account_login"))
    assert FormEntry.objects.count() == 0


def test_a_form_of_before_signing_in_anew_saves_nothing_and_keeps_what_its_person_typed() -> None:
    desk, other = Desk(), Desk()
    made = factories.activity(desk.provider)
    address = step(desk, made, BASIC)
    boxes = boxes_of(desk.get(address)) | {"title": "Typed before"}
    desk.client.handler.enforce_csrf_checks = other.client.handler.enforce_csrf_checks = True
    assert other.post(address, boxes).status_code == 403
    assert desk.post(address, boxes | {"token": "forged"}).status_code == 403
    assert FormEntry.objects.count() == 0
    answer = desk.post(address, boxes)
    assert (answer.status_code, f'href="{address}"' in text(answer)) == (403, True)
    assert desk.stored(made).title == made.title
    assert boxes_of(desk.get(address))["title"] == "Typed before"


def test_old_entries_are_forgotten_and_ones_own_can_be_thrown_away() -> None:
    desk = Desk()
    for title in ("First", "Second"):
        desk.send(desk.url("activity-add"), title=title)
    first, second = FormEntry.objects.order_by("created_at", "raw__title")
    FormEntry.objects.filter(pk=first.pk).update(updated_at=clock.now() - KEPT_FOR - timedelta(seconds=1))
    desk.send(f"{desk.url('activity-add')}?entry={second.pk}", title="")
    assert [entry.pk for entry in FormEntry.objects.all()] == [second.pk]
    Desk(at=desk.provider).post(desk.url("entry-discard", second.pk), {})
    assert FormEntry.objects.count() == 1
    desk.post(desk.url("entry-discard", second.pk), {})
    assert FormEntry.objects.count() == 0


# --- who may


def test_viewers_and_staff_read_and_strangers_find_nothing() -> None:
    owner = Desk()
    made = factories.activity(owner.provider)
    address = step(owner, made, BASIC)
    viewer = Desk("viewer", at=owner.provider)
    staff = Client()
    staff.force_login(factories.contact(owner.provider.accreditor, role="administrator").person)
    stranger = Desk()
    boxes = boxes_of(owner.get(address)) | {"title": "Not mine"}
    for client in (viewer.client, staff):
        page = client.get(address)
        assert page.status_code == 200
        assert b"op-leave" not in page.content
        assert client.post(address, boxes).status_code == 403
        assert client.get(owner.url("activity-add")).status_code == 403
        assert client.post(owner.url("step-check", BASIC), boxes).status_code == 403
    assert "make you an editor" in text(viewer.post(address, boxes))
    for url in (address, owner.url("activity-add"), owner.url("activity-saved", made.activity_id)):
        assert stranger.get(url).status_code == 404
        assert stranger.post(address, boxes).status_code == 404
    assert stranger.get(step(stranger, made, BASIC)).status_code == 404, "another provider's activity"
    assert stranger.post(step(stranger, made, BASIC), boxes).status_code == 404
    assert owner.get(owner.url("activity-step", 2**70, BASIC)).status_code == 404
    assert owner.get(owner.url("activity-step", made.activity_id, "no-such-step")).status_code == 404
    assert owner.stored(made).title == made.title


# --- how much it asks of the database


@pytest.mark.parametrize(
    ("name", "queries"), [("activity-add", 7), ("activity-step", 8), ("activity", 5), ("activity-saved", 7)]
)
def test_queries_per_page(name: str, queries: int, django_assert_num_queries: Any) -> None:
    desk = Desk()
    made = factories.activity(desk.provider)
    rest = {"activity-add": [], "activity-step": [made.activity_id, ACCREDITATION]}
    address = desk.url(name, *rest.get(name, [made.activity_id]))
    desk.get(address)
    with django_assert_num_queries(queries):
        desk.get(address)
