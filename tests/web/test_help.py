"""Help: every page answers, and the four questions are answered for the activity at hand."""

from datetime import datetime
from html import unescape

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from openpars import clock
from openpars.accounts.models import Contact, ReportingYear
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.close import close
from openpars.rulebook import VERSION, vocabularies
from openpars.rulebook.conditions import All, Any, Not, When
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.questions import QUESTIONS
from openpars.rulebook.rules import RULES
from openpars.web.access import Visit
from openpars.web.help import guides, resources, rulebook
from openpars.web.help.troubleshooting import Answer, for_activity
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(frozen: datetime) -> Contact:
    return factories.contact(factories.provider(), role="editor")


@pytest.fixture
def signed_in(editor: Contact) -> Client:
    client = Client()
    client.force_login(editor.person)
    return client


def answers(editor: Contact, activity: Activity, role: str = "editor") -> dict[str, Answer]:
    assert editor.provider is not None
    came = Visit(
        request=HttpRequest(),
        person=editor.person,
        provider=editor.provider,
        scope=factories.scope(editor.provider, role),
        now=clock.now(),
        today=clock.today(editor.provider.accreditor.time_zone),
    )
    return {answer.slug: answer for answer in for_activity(came, activity)}


def verdicts(editor: Contact, activity: Activity, role: str = "editor") -> dict[str, str]:
    return {slug: answer.verdict for slug, answer in answers(editor, activity, role).items()}


def closed(editor: Contact) -> Activity:
    assert editor.provider is not None
    activity = factories.activity(editor.provider)
    [outcome] = close(
        [activity.activity_id],
        scope=factories.scope(editor.provider),
        actor=factories.actor(),
        door=Door.FORM,
        now=clock.now(),
    )
    assert outcome.activity is not None
    return outcome.activity


def test_a_draft_says_what_is_missing_and_where(editor: Contact) -> None:
    assert editor.provider is not None
    over = factories.answers(description=None, credits="10.1", physicians=None)
    activity = factories.activity(editor.provider, over=over)

    told = answers(editor, activity)

    assert {slug: answer.verdict for slug, answer in told.items()} == {
        "save": "One answer is kept in the box but not saved, until mended:",
        "active": "It is a Draft. 2 answers are missing for Active:",
        "close": "Its end date has passed. 3 answers are missing for closing:",
        "delete": "Nothing stops you. You can bring it back within 30 days.",
    }
    home = f"/providers/{editor.provider.number}/activities/{activity.activity_id}"
    assert [point.url for point in told["close"].points] == [
        f"{home}/information-for-learners/#field-credits",
        f"{home}/information-for-learners/#field-description",
        f"{home}/learners/#field-physicians",
    ]


def test_an_active_one_says_when_it_can_be_closed(editor: Contact) -> None:
    assert editor.provider is not None
    activity = factories.activity(editor.provider, start_date="2026-05-01", end_date="2026-05-31", fee=None)
    whole = factories.activity(editor.provider, start_date="2026-03-10", end_date="2026-03-10")

    assert verdicts(editor, activity)["active"] == "It is a Draft. One answer is missing for Active:"
    assert verdicts(editor, whole) == {
        "save": "Nothing is in the way: every answer you gave is saved. Missing ones never stop you.",
        "active": "It is Active. It is under way, so it carries the mark In progress.",
        "close": "It ends on March 10, 2026, so you can close it from March 11, 2026. "
        "Everything else for closing is there.",
        "delete": "Nothing stops you. You can bring it back within 30 days.",
    }


def test_one_ready_to_close_leads_to_the_switch(editor: Contact) -> None:
    assert editor.provider is not None
    activity = factories.activity(editor.provider)

    told = answers(editor, activity)

    assert (
        told["active"].verdict
        == "It is Ready to Close instead, because its end date, March 6, 2026, has passed."
    )
    assert told["close"].verdict == "Nothing stops you: everything for closing is there."
    assert told["close"].action is not None
    assert told["close"].action.url == reverse(
        "activity", args=[editor.provider.number, activity.activity_id]
    )


def test_a_closed_one_is_reopened_first(editor: Contact) -> None:
    activity = closed(editor)

    mend = " If something has to change, reopen it first."
    assert verdicts(editor, activity) == {
        "save": "It is closed, and a closed activity is not edited." + mend,
        "active": "It was Active until it ended; now it is closed." + mend,
        "close": "It is closed already." + mend,
        "delete": "It is closed, and a closed activity cannot be deleted." + mend,
    }
    assert all(answer.action is None for answer in answers(editor, activity, "viewer").values())


def test_a_viewer_is_sent_to_people_who_may(editor: Contact) -> None:
    assert editor.provider is not None
    activity = factories.activity(editor.provider, over=factories.draft())

    told = answers(editor, activity, "viewer")

    assert told["save"].verdict == (
        "You may look at this activity but not change it. Ask an administrator of yours."
    )
    assert {point.url for point in told["active"].points} == {None}


def test_the_page_answers_for_the_activity_at_hand(editor: Contact, signed_in: Client) -> None:
    assert editor.provider is not None
    activity = factories.activity(editor.provider, title="<script>alert(1)</script>", credits=None)

    at_hand = {"provider": editor.provider.number, "activity": str(activity.activity_id)}
    page = signed_in.get("/help/", at_hand)

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "About <script>alert(1)</script>" in unescape(page.content.decode())
    assert [answer.slug for answer in page.context["answers"]] == ["save", "active", "close", "delete"]


def test_nobody_learns_of_activities_of_others(editor: Contact, signed_in: Client) -> None:
    assert editor.provider is not None
    stranger = factories.activity(factories.provider(accreditor=editor.provider.accreditor))
    mine = editor.provider.number

    asked = [
        {"provider": stranger.provider.number},
        {"provider": mine, "activity": str(stranger.activity_id)},
        {"provider": mine, "activity": "١٢٣٤٥٦٧٨٩"},
        {"provider": mine, "activity": "x"},
        {"provider": "\x00"},
    ]
    assert [signed_in.get("/help/", query).status_code for query in asked] == [404] * len(asked)


def test_every_guide_answers_and_shows_whom_to_ask(editor: Contact, signed_in: Client) -> None:
    assert editor.provider is not None
    accreditor = editor.provider.accreditor
    accreditor.email, accreditor.phone = "help@accreditor.example", "+1 312 555 0100"
    accreditor.save()
    ReportingYear.objects.create(accreditor=accreditor, year=2026, deadline="2027-03-31")

    for guide in guides.GUIDES:
        page = signed_in.get(f"/help/{guide.slug}/")
        assert page.status_code == 200, guide.slug
        assert "help@accreditor.example" in page.content.decode(), guide.slug
    assert "2026: due by March 31, 2027" in signed_in.get("/help/year-end/").content.decode()
    assert signed_in.get("/help/no-such-guide/").status_code == 404


@pytest.mark.usefixtures("editor")
def test_help_asks_to_sign_in_and_the_technical_pages_do_not() -> None:
    nobody = Client()

    assert [nobody.get(path).status_code for path in ("/help/", "/help/moc/")] == [302, 302]
    technical = ("/technical-resources/", "/rulebook/", "/rulebook.json", "/rulebook.md")
    assert [nobody.get(path).status_code for path in technical] == [200] * 4


@pytest.mark.usefixtures("editor")
def test_the_rulebook_page_has_every_rule_and_field_at_an_address_of_its_own() -> None:
    page = Client().get("/rulebook/").content.decode()

    anchors = [*RULES, *(f"field-{name}" for name in FIELDS)]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []
    assert Client().get("/rulebook.json").json()["version"] == VERSION


def test_a_condition_reads_as_a_sentence() -> None:
    condition = All(
        When("format", ("C", "RSS")), Any(When("on_passport", (True,)), Not(When("fee", ("Yes",))))
    )

    labels = {name: FIELDS[name].label for name in ("format", "on_passport", "fee")}
    assert rulebook.in_words(condition) == (
        f"“{labels['format']}” is Live Course or Regularly Scheduled Series, and "
        f"(“{labels['on_passport']}” is Yes, or it is not so that “{labels['fee']}” is Yes)"
    )


def test_every_field_people_ask_about_has_two_questions() -> None:
    not_fields = {"collaborations.moc", "collaborations.rems", "collaborations.mips"}
    asked = {name for name, field in FIELDS.items() if field.step} | {
        "physicians",
        "other_learners",
        "counts_as_of",
    }

    assert set(QUESTIONS) - not_fields == asked
    assert [name for name, questions in QUESTIONS.items() if len(questions) < 2] == []


def test_the_guides_know_every_format_and_criterion() -> None:
    formats = [term.code for term in vocabularies.terms("formats")]
    criteria = [term.code for term in vocabularies.terms("commendation_criteria")]

    assert [advice.code for advice in guides.FORMATS] == formats
    assert list(guides.CRITERIA_IN_PLAIN_WORDS) == criteria


@pytest.mark.usefixtures("editor")
def test_every_resource_can_be_had() -> None:
    client = Client()

    for resource in resources.RESOURCES:
        for download in resource.downloads:
            page = client.get(download.url)
            assert page.status_code == 200
            assert not download.anchor or f'id="{download.anchor}"' in page.content.decode()
