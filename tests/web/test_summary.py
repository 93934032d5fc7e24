"""The home page, the activity summary and what hangs on it: deleted activities, bulk close, type-ahead."""

import re
from datetime import timedelta
from html import unescape
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.activities import queries, summary
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save_one
from openpars.web.views import bulk_close, home
from tests import factories
from tests.web.desk import Desk, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

#: Complete, and it ends after today.
RUNNING: dict[str, Any] = {"start_date": "2026-03-09", "end_date": "2026-03-20"}
COMING: dict[str, Any] = {"start_date": "2026-04-09", "end_date": "2026-04-20"}
PARTS = {"HX-Request": "true"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def shut(desk: Desk, activity: Activity) -> Activity:
    [outcome] = close([activity.activity_id], **by(desk))
    assert outcome.done
    return activity


def by(desk: Desk) -> dict[str, Any]:
    scope = factories.scope(desk.provider)
    return {"scope": scope, "actor": factories.actor(), "door": Door.FORM, "now": clock.now()}


def shown(response: HttpResponse) -> list[int]:
    """The activity IDs in the table, in their order."""
    assert response.status_code == 200
    return [int(number) for number in re.findall(r'<tr role="row" id="activity-(\d+)"', text(response))]


def words(response: HttpResponse) -> str:
    """The page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text(response))).split())


def drawn_with(page: HttpResponse) -> Any:
    """The context of the page."""
    return cast(Any, page).context


def listed(desk: Desk, **query: Any) -> list[int]:
    return shown(desk.get(f"{desk.url('activities')}?{urlencode(query)}"))


# --- the table


def test_each_row_says_where_its_activity_stands_the_newest_first(desk: Desk) -> None:
    closed = shut(desk, factories.activity(desk.provider, internal_id="A-1"))
    ready = factories.activity(desk.provider, title="Ready <b>", internal_id="A-2")
    running = factories.activity(desk.provider, **RUNNING)
    coming = factories.activity(desk.provider, **COMING)
    draft = factories.activity(desk.provider, over=factories.draft(**COMING))
    page = desk.get(desk.url("activities"))
    order = [draft, coming, running, ready, closed]
    assert shown(page) == [activity.activity_id for activity in order]
    rows = text(page).split('<tr role="row" id=')[1:]
    stands = [re.sub(r"<[^>]+>", " ", row.split("</td>")[0]).split(">")[1].split() for row in rows]
    assert [" ".join(each) for each in stands] == [
        "Draft Upcoming",
        "Active Upcoming",
        "Active In progress",
        "Ready to Close",
        "Closed",
    ]
    assert "Ready &lt;b&gt;" in rows[3] and "Ready <b>" not in rows[3]
    cells = [
        unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in re.findall(r"<td.*?</td>", rows[3], re.S)
    ]
    assert cells[1:7] == [
        "Live Course",
        "Mar 5, 2026 to Mar 6, 2026",
        "A-2",
        str(ready.activity_id),
        "40",
        "12",
    ]


def test_what_can_be_done_with_a_row_depends_on_its_status_and_on_who_looks(desk: Desk) -> None:
    shut(desk, factories.activity(desk.provider))
    factories.activity(desk.provider, title="Open")
    page = text(desk.get(desk.url("activities")))
    opened, closed = page.split('<tr role="row" id=')[1:]
    asked = ("Update Learners<", ">Edit<", ">View<", ">Copy<", ">Copy to next year<", ">History<", ">Delete<")
    assert [one in opened for one in asked] == [True, True, False, True, True, True, True]
    assert [one in closed for one in asked] == [False, False, True, True, True, True, False]
    assert "Add Activity" in page and 'Edit<span class="usa-sr-only"> Open</span>' in opened
    viewer = Desk(role="viewer", at=desk.provider)
    page = text(viewer.get(viewer.url("activities")))
    rows = page.split("<tbody")[1]
    assert [one in rows for one in asked] == [False, False, True, False, False, True, False]
    assert "Add Activity" not in page


def test_update_learners_leads_back_to_the_same_list(desk: Desk) -> None:
    activity = factories.activity(desk.provider)
    page = text(desk.get(f"{desk.url('activities')}?status=Ready+to+Close&sort=title"))
    [link] = re.findall(rf'href="({desk.url("activity-learners", activity.activity_id)}[^"]*)"', page)
    assert f'name="back" value="{desk.url("activities")}?status=Ready+to+Close&amp;sort=title"' in text(
        desk.get(unescape(link))
    )


# --- finding


def test_filters_and_search(desk: Desk) -> None:
    closed = shut(desk, factories.activity(desk.provider, title="Émile’s Rounds", format="OTH")).activity_id
    marked = factories.activity(
        desk.provider,
        title="Airways 100% safe",
        internal_id="X_9",
        commendation=True,
        commendation_criteria=["C24", "C38"],
    ).activity_id
    old = factories.activity(
        desk.provider, title="Old", start_date="2025-12-31", end_date="2026-01-01"
    ).activity_id
    spoilt = factories.activity(
        desk.provider, over=factories.draft(title="Spoilt", credits="10.1")
    ).activity_id
    assert listed(desk, status="Closed") == [closed]
    assert listed(desk, status="Draft") == listed(desk, attention="yes") == [spoilt]
    assert listed(desk, format="OTH") == [closed]
    assert listed(desk, year="2025") == [old]
    assert listed(desk, criterion="C38") == [marked]
    assert listed(desk, criterion="C37") == []
    assert listed(desk, q="EMILE rou") == [closed]
    assert listed(desk, q="100%") == listed(desk, q="x_9") == listed(desk, q=str(marked)) == [marked]
    assert listed(desk, q="%") == [marked]
    assert listed(desk, q="o", status="Ready to Close") == [old]
    assert listed(desk, sort="title") == [marked, closed, old, spoilt]
    assert listed(desk, sort="start_date")[0] == old
    assert listed(desk, sort="oldest") == [closed, marked, old, spoilt]


def test_active_filters_are_named_and_each_can_be_taken_away(desk: Desk) -> None:
    factories.activity(desk.provider)
    here = desk.url("activities")
    page = text(desk.get(f"{here}?q=seps&status=Draft&format=C&year=2026&criterion=C23&attention=yes"))
    chips = re.findall(r'op-chosen__filter" href="([^"]*)"[^>]*>.*?</span>([^<]*)<', page)
    assert [word for _, word in chips] == [
        "Search: seps",
        "Status: Draft",
        "Format: Live Course",
        "Year: 2026",
        "Criterion: C23 Engages Teams",
        "Needs attention",
    ]
    assert unescape(chips[0][0]) == f"{here}?status=Draft&format=C&year=2026&criterion=C23&attention=yes"
    assert f'<a class="usa-link" href="{here}">Clear all</a>' in page
    assert "Nothing found" in page and "Loosen one of them" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=1000000000",
        "page=-1&sort=xyz",
        "page=²&year=²²²²",
        "q=%00&status=%00&format=%00&year=%00&criterion=%00&sort=%00&page=%00",
        f"q={'x' * 10_000}",
        f"q={'x+' * 5_000}",
        "status=draft&status=Draft&format=ZZ&criterion=C99&year=99999&attention=maybe",
        "q=%ff%fe&%ff=1",
        "q='%22%3Cscript%3E",
    ],
)
def test_garbage_in_the_address_is_never_an_error(desk: Desk, query: str) -> None:
    factories.activity(desk.provider)
    for headers in ({}, PARTS):
        page = desk.client.get(f"{desk.url('activities')}?{query}", headers=headers)
        assert page.status_code == 200
        assert "<script>" not in page.content.decode().replace("<script src", "")


def test_nothing_yet_says_how_to_begin(desk: Desk) -> None:
    page = words(desk.get(desk.url("activities")))
    assert "No activities yet" in page and "Add your first activity" in page
    viewer = Desk(role="viewer", at=desk.provider)
    assert "Add your first activity" not in words(viewer.get(viewer.url("activities")))


def test_pages_and_honest_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "PAGE_SIZE", 2)
    made = [factories.activity(desk.provider, title=f"Number {n}").activity_id for n in range(5)][::-1]
    here = desk.url("activities")
    page = desk.get(f"{here}?page=2")
    assert shown(page) == made[2:4]
    assert "Showing 3 to 4 of 5 activities" in words(page)
    assert [number for number, _ in drawn_with(page)["pages"]] == [1, 2, 3]
    assert shown(desk.get(f"{here}?page=99")) == made[4:]
    monkeypatch.setattr(summary, "COUNT_UP_TO", 3)
    page = desk.get(f"{here}?page=3")
    assert "Showing 5 to 5 of more than 3 activities" in words(page)
    assert shown(desk.get(f"{here}?page=99")) == made[:2]
    pages = drawn_with(desk.get(here))["pages"]
    assert [number for number, _ in pages] == [1, 2, 0]


def test_htmx_gets_the_part_that_changes_and_the_address_to_show(desk: Desk) -> None:
    factories.activity(desk.provider)
    here = desk.url("activities")
    part = desk.client.get(f"{here}?q=&status=Ready+to+Close&sort=newest&page=", headers=PARTS)
    assert shown(part) and "<html" not in part.content.decode()  # type: ignore[arg-type]
    assert part["HX-Push-Url"] == f"{here}?status=Ready+to+Close"
    assert "HX-Request" in part["Vary"]
    desk.client.logout()
    assert desk.client.get(here, headers=PARTS)["HX-Refresh"] == "true"
    assert desk.client.get(here).status_code == 302


def test_the_number_of_queries_is_the_same_for_few_and_many(desk: Desk) -> None:
    def asked(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as counted:
            desk.get(address)
        return len(counted)

    pages = [desk.url("activities"), desk.url("activities-deleted"), desk.url("bulk-close"), "/"]
    for count in (5, 45):
        for number in range(count):
            factories.activity(desk.provider, title=f"Of {count}, {number}")
            gone = factories.activity(desk.provider, title=f"Gone of {count}, {number}")
            delete([gone.activity_id], **by(desk))
            held = {name: answer for name, answer in factories.answers().items() if name != "physicians"}
            factories.activity(desk.provider, over=held | {"title": f"Held up {count}, {number}"})
        if count == 5:
            few = [asked(page) for page in pages]
    assert [asked(page) for page in pages] == few == [10, 8, 8, 9]


# --- what stops it


def test_what_is_stopping_me_links_each_point_to_its_field(desk: Desk) -> None:
    draft = factories.activity(desk.provider, over=factories.draft(**COMING))
    address = desk.url("activity-stopping", draft.activity_id)
    step = desk.url("activity-step", draft.activity_id, "information-for-learners")
    for part in (desk.get(address), desk.client.get(address, headers=PARTS)):
        assert step in text(part)  # type: ignore[arg-type]
    ready = factories.activity(desk.provider)
    assert "Nothing is missing: it can be closed." in words(desk.get(desk.url("activities")))
    assert "it can be closed now" in words(desk.get(desk.url("activity-stopping", ready.activity_id)))
    assert desk.get(desk.url("activity-stopping", 999_999_999)).status_code == 404


# --- deleted


def test_deleted_activities_can_be_restored_for_thirty_days(desk: Desk) -> None:
    activity = factories.activity(desk.provider, title="Gone")
    delete([activity.activity_id], **by(desk))
    assert listed(desk) == []
    page = desk.get(desk.url("activities-deleted"))
    assert "Gone" in words(page) and "Apr 9, 2026" in words(page)
    desk.post(desk.url("activity-restore", activity.activity_id), {})
    assert listed(desk) == [activity.activity_id]
    delete([activity.activity_id], **by(desk))
    with clock.frozen(clock.now() + timedelta(days=31)):
        desk.client.force_login(desk.person)
        assert "Nothing was deleted in the last 30 days" in words(desk.get(desk.url("activities-deleted")))


# --- bulk close


def test_bulk_close_closes_exactly_what_is_ticked_and_says_what_was_not(desk: Desk) -> None:
    first = factories.activity(desk.provider, title="First", physicians=1_000, other_learners=0)
    second = factories.activity(desk.provider, title="Second")
    left = factories.activity(desk.provider, title="Left open")
    gone = factories.activity(desk.provider, title="Gone")
    running = factories.activity(desk.provider, title="Running", **RUNNING)
    stranger = factories.activity(factories.provider(accreditor=desk.provider.accreditor), title="Not theirs")
    here = desk.url("bulk-close")
    page = desk.get(here)
    offered = [int(number) for number in re.findall(r'checked name="activity" value="(\d+)"', text(page))]
    assert offered == [each.activity_id for each in (first, second, left, gone)]
    assert "4 activities can be closed" in words(page) and "1,120" in words(page)
    save_one(Edit(answers={"physicians": None}, activity_id=second.activity_id), **by(desk))
    delete([gone.activity_id], **by(desk))
    ticked = [each.activity_id for each in (first, second, gone, running, stranger)]
    answer = desk.client.post(here, {"activity": [*ticked, "x", "²", "9" * 30, ticked[0]]})
    assert answer.status_code == 302
    report = words(desk.get(answer["Location"]))
    assert "1 activity is closed, 2 are not" in report
    assert "2 were deleted before you pressed the button" in report
    assert listed(desk, status="Closed") == [first.activity_id]
    assert "1 activity is closed" not in words(desk.get(here))  # the report is told once
    assert queries.get(factories.scope(stranger.provider), stranger.activity_id).closed_at is None


def test_bulk_close_with_nothing_ticked_closes_nothing(desk: Desk) -> None:
    factories.activity(desk.provider)
    page = words(desk.get(desk.post(desk.url("bulk-close"), {})["Location"]))
    assert "Nothing was closed, because nothing was ticked." in page
    assert listed(desk, status="Closed") == []
    assert "checked name" not in text(desk.get(f"{desk.url('bulk-close')}?ticked=none"))


def test_bulk_close_counts_what_stops_the_others_and_says_where_it_stops(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {name: answer for name, answer in factories.answers().items() if name != "physicians"}
    for number in range(3):
        factories.activity(desk.provider, over=held | {"title": f"Held {number}"})
        factories.activity(desk.provider, title=f"Ready {number}")
    page = desk.get(desk.url("bulk-close"))
    [obstacle] = drawn_with(page)["preview"].obstacles
    assert (obstacle.count, "hysician" in obstacle.message) == (3, True)
    assert "3 activities have ended but cannot be closed yet" in words(page)
    monkeypatch.setattr(bulk_close, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_close, "TOLD_OF", 2)
    page = desk.get(desk.url("bulk-close"))
    assert "These are the first 2" in words(page) and "More than 2 activities have ended" in words(page)
    everything = [str(activity.activity_id) for activity in desk.activities()]
    desk.post(desk.url("bulk-close"), {"activity": everything})
    assert len(listed(desk, status="Closed")) == 1  # of the first two posted, one is held up


# --- suggestions


def test_suggestions_are_the_providers_own_and_the_public_ones(desk: Desk) -> None:
    factories.activity(desk.provider, providership="Joint", joint_providers=["Hill County Clinic"])
    stranger = factories.provider(accreditor=desk.provider.accreditor)
    factories.activity(stranger, providership="Joint", joint_providers=["Hill Secret Clinic"])

    def suggested(**query: str) -> list[str]:
        page = desk.get(f"{desk.url('suggestions')}?{urlencode(query)}")
        assert page.status_code == 200
        return page.json()["suggestions"]  # type: ignore[attr-defined, no-any-return]

    assert suggested(kind="joint-providers", q="HILL") == ["Hill County Clinic"]
    assert suggested(kind="specialties", q="cardio") != []
    assert suggested(kind="nonsense", q="hill") == suggested() == []
    assert suggested(kind="joint-providers", q="\0" + "x" * 10_000) == []
    assert len(suggested(kind="specialties", q="")) <= 20


# --- home


def test_home_leads_to_the_activities_and_counts_what_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.activity(desk.provider)
    factories.activity(desk.provider, over=factories.draft(title="Spoilt", credits="10.1"))
    factories.activity(desk.provider, over=factories.draft(title="Begun", end_date="2026-05-01"))
    page = desk.get("/")
    assert f'href="{desk.url("activities")}">Program and Activity Data</a>' in text(page)
    assert [(one.count, one.words) for one in drawn_with(page)["waiting"]] == [
        (2, "drafts"),
        (1, "activity ready to close"),
        (1, "activity needs attention"),
    ]
    for one, found in zip(drawn_with(page)["waiting"], (2, 1, 1), strict=True):
        assert len(shown(desk.get(one.url))) == found
    monkeypatch.setattr(home, "COUNT_UP_TO", 1)
    assert "1+" in words(desk.get("/"))


def test_home_of_a_person_with_two_providers_remembers_the_chosen_one(desk: Desk) -> None:
    other = factories.provider(name="Zebra Clinic", accreditor=desk.provider.accreditor)
    factories.contact(other, person=desk.person)
    assert drawn_with(desk.get("/"))["provider"] == desk.provider
    assert drawn_with(desk.get(f"/?provider={other.number}"))["provider"] == other
    assert drawn_with(desk.get("/"))["provider"] == other
    stranger = factories.provider(accreditor=desk.provider.accreditor)
    assert drawn_with(desk.get(f"/?provider={stranger.number}"))["provider"] == other


def test_home_of_staff_of_the_accreditor_and_of_nobody(desk: Desk) -> None:
    staff = factories.contact(desk.provider.accreditor, role="viewer").person
    desk.client.force_login(staff)
    page = text(desk.get("/"))
    assert f"/accreditors/{desk.provider.accreditor_id}/" in page and "Program and Activity Data" not in page
    desk.client.force_login(factories.person())
    assert "You are not a contact of any provider" in text(desk.get("/"))
    desk.client.logout()
    assert desk.get("/")["Location"].startswith("/account/login/")


@pytest.mark.parametrize("number", ["%00", "x", "0" * 300, "%F0%9F%AB%80"])
def test_a_provider_number_that_is_none_is_not_found(desk: Desk, number: str) -> None:
    assert desk.get(f"/providers/{number}/activities/").status_code == 404
