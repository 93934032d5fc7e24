"""The activity summary."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities import summary, trigrams
from openpars.activities.summary import COUNT_UP_TO, PAGE_SIZE, SORTS, SummaryFilter, SummaryPage
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save
from openpars.activities.writer import BULK
from openpars.rulebook.lifecycle import Phase, Status
from tests import factories
from tests.activities.doing import common

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


def page(provider: Provider, **chosen: Any) -> SummaryPage:
    today = clock.today("America/Chicago")
    return summary.page(factories.scope(provider), SummaryFilter(**chosen), now=clock.now(), today=today)


AHEAD = {"start_date": "2026-05-01", "end_date": "2026-05-01"}


@pytest.fixture
def provider() -> Provider:
    """Activities named by what is special about them; the last one is the newest."""
    provider = factories.provider()
    special: dict[str, dict[str, Any]] = {
        "Draft": {"over": factories.draft(title="Draft")},
        "Planned": {"over": factories.draft(title="Planned", **AHEAD)},
        "Invalid": {"over": factories.draft(title="Invalid", credits="10.1", **AHEAD)},
        "Active": {"end_date": "2026-03-10"},
        "Upcoming": {"start_date": "2026-03-11", "end_date": "2026-03-11"},
        "Uncounted": {"physicians": None},
        "Series 100% _x": {"format": "RSS", "start_date": "2025-04-01", "internal_id": "ÉTÉ-7"},
        "Enduring": {"format": "EM", "delivery_methods": ["Online"], "start_date": "2024-04-01"},
        "Marked": {"commendation": True, "commendation_criteria": ["C23", "C38"]},
        "Unmarked": {"commendation": False, "commendation_criteria": ["C23"]},
        "Closed": {},
        "Deleted": {},
    }
    for title, answered in special.items():
        made = factories.activity(
            provider, **({"title": title} | answered if "over" not in answered else answered)
        )
        if title == "Closed":
            close([made.pk], **common(provider))
        if title == "Deleted":
            delete([made.pk], **common(provider))
    other = factories.provider(accreditor=provider.accreditor)
    factories.activity(other, title="Another provider's")
    return provider


NEWEST = (
    "Closed",
    "Unmarked",
    "Marked",
    "Enduring",
    "Series 100% _x",
    "Uncounted",
    "Upcoming",
    "Active",
    "Invalid",
    "Planned",
    "Draft",
)


@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        ({}, set(NEWEST)),
        ({"status": Status.DRAFT}, {"Draft", "Planned", "Invalid"}),
        ({"status": Status.ACTIVE}, {"Active", "Upcoming"}),
        ({"status": Status.CLOSED}, {"Closed"}),
        (
            {"status": Status.READY},
            {"Uncounted", "Series 100% _x", "Enduring", "Marked", "Unmarked"},
        ),
        ({"format": "RSS"}, {"Series 100% _x"}),
        ({"year": 2024}, {"Enduring"}),
        ({"criterion": "C38"}, {"Marked"}),
        ({"criterion": "C23"}, {"Marked"}),
        ({"criterion": "C24"}, set()),
        ({"attention": True}, {"Draft", "Invalid", "Uncounted"}),
        ({"q": "MARKED"}, {"Marked", "Unmarked"}),
        ({"q": "series  ete-7"}, {"Series 100% _x"}),
        ({"q": "100%"}, {"Series 100% _x"}),
        ({"q": "%"}, {"Series 100% _x"}),
        ({"q": "_"}, {"Series 100% _x"}),
        ({"q": "another"}, set()),
        ({"q": "deleted"}, set()),
        ({"q": "ed", "status": Status.CLOSED}, {"Closed"}),
        ({"q": 'un"marked" OR *'}, set()),
        ({"q": "marked-" * 28}, set()),
        (
            {"q": "marked", "criterion": "C23", "year": 2026, "format": "C", "status": Status.READY},
            {"Marked"},
        ),
    ],
)
def test_filters(provider: Provider, chosen: dict[str, Any], titles: set[str]) -> None:
    shown = page(provider, **chosen)
    assert {row.activity.title for row in shown.rows} == titles
    assert (shown.count, shown.capped, shown.has_next) == (len(titles), False, False)


def test_the_activity_id_is_searched_too(provider: Provider) -> None:
    newest = page(provider).rows[0].activity
    assert [row.activity for row in page(provider, q=str(newest.pk)).rows] == [newest]


@pytest.mark.parametrize("count", [1, BULK])
def test_a_search_finds_what_is_called_so_now(provider: Provider, count: int) -> None:
    told = common(provider)
    made = save([Edit(factories.draft(title=f"Früher {number:03}")) for number in range(count)], **told)
    ids = {one.activity.pk for one in made if one.activity}
    assert _found(provider, "früher") == ids and len(ids) == count
    save([Edit({"title": f"Später {pk}"}, activity_id=pk) for pk in ids], **told)
    assert (_found(provider, "früher"), _found(provider, "spater")) == (set(), ids)
    save([Edit({"internal_id": f"later-{pk}"}, activity_id=pk) for pk in ids], **told)
    assert (_found(provider, "später"), _found(provider, "later-")) == (ids, ids)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Raises when what the index holds is not what the activities say.
            cursor.execute("INSERT INTO activities_search (activities_search) VALUES ('integrity-check')")


def test_two_letters_find_what_holds_them_wherever_they_stand(provider: Provider) -> None:
    ids = [factories.activity(provider, title=title).pk for title in ("GI bleeding", "New: Gi", "Strategies")]
    assert (_found(provider, "gi"), _found(provider, "xq")) == ({ids[0], ids[1], ids[2]}, set())
    assert _found(provider, str(ids[0])[-2:]) >= {ids[0]}
    assert _found(provider, "gi bleed") == {ids[0]}


def _found(provider: Provider, q: str) -> set[int]:
    return {row.activity.pk for row in page(provider, q=q).rows}


def test_a_search_reads_few_activities_or_the_list(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for most in (2, 1):
        monkeypatch.setattr(trigrams, "MOST", most)
        with django_assert_num_queries(3) as asked:
            assert page(provider, q="marked").count == 2
        assert ("activity_id" in asked[1]["sql"].split("WHERE")[1].split("ORDER BY")[0]) == (most == 2)


def test_the_newest_is_on_top_and_every_sort_shows_all(provider: Provider) -> None:
    assert tuple(row.activity.title for row in page(provider).rows) == NEWEST
    for sort in SORTS:
        rows = [row.activity for row in page(provider, sort=sort).rows]
        assert {row.title for row in rows} == set(NEWEST)
        name = sort.removeprefix("-")
        if name in {"title", "start_date", "end_date"}:
            keys = [getattr(row, name) for row in rows]
            assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_a_row_says_where_the_activity_stands(
    provider: Provider, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        rows = {row.activity.title: row for row in page(provider).rows}
        told = {title: (row.status, row.phase, row.can_close) for title, row in rows.items()}
    assert {title for title, row in rows.items() if row.needs_attention} == {
        row.activity.title for row in page(provider, attention=True).rows
    }
    assert told["Upcoming"] == (Status.ACTIVE, Phase.UPCOMING, False)
    assert told["Active"] == (Status.ACTIVE, Phase.IN_PROGRESS, False)
    assert told["Uncounted"] == (Status.READY, Phase.ENDED, False)
    assert told["Marked"] == (Status.READY, Phase.ENDED, True)
    assert told["Closed"] == (Status.CLOSED, Phase.ENDED, False)


def test_pages_and_the_count_that_stops() -> None:
    provider = factories.provider()
    edits = [Edit(factories.draft(title=f"Number x{number:04}")) for number in range(COUNT_UP_TO + 60)]
    save(edits, **common(provider))
    seen = []
    shown = page(provider)
    assert (shown.count, shown.capped, shown.first, shown.last) == (COUNT_UP_TO, True, 1, PAGE_SIZE)
    while True:
        seen += [row.activity.title for row in shown.rows]
        if not shown.has_next:
            break
        shown = page(provider, page=shown.number + 1)
    assert seen == [edit.answers["title"] for edit in reversed(edits)]
    assert page(provider, page=10**5).rows == ()
    assert (page(provider, q="number").count, page(provider, q="number").capped) == (COUNT_UP_TO, True)
    narrowed = page(provider, q="number x003")
    assert (narrowed.count, narrowed.capped) == (10, False)


def test_a_filter_is_read_from_the_address_and_written_back() -> None:
    chosen = SummaryFilter(
        q="héart & more",
        status=Status.READY,
        format="RSS",
        year=2026,
        criterion="C23",
        attention=True,
        sort="-title",
        page=3,
    )
    written = QueryDict(mutable=True)
    written.update(chosen.parameters())
    assert SummaryFilter.parse(QueryDict(written.urlencode())) == replace(chosen, page=1)
    nonsense = "q=%00&status=x&format=x&year=20266&criterion=C22&attention=maybe&sort=x&page=-1"
    assert SummaryFilter.parse(QueryDict(nonsense)) == SummaryFilter()
    for number, read in (("2", 2), ("0", 1), ("٣", 1), ("9" * 400, 1)):
        assert SummaryFilter.parse({"page": number, "year": number}) == SummaryFilter(page=read)


def test_years(provider: Provider) -> None:
    assert summary.start_years(factories.scope(provider)) == [2026, 2025, 2024]
    assert summary.start_years(factories.scope(factories.provider(accreditor=provider.accreditor))) == []
