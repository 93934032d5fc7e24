"""A list portion by portion: everything once, in the order it was entered, and found by the index."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.paging import Place, portion
from openpars.activities.summary import SummaryFilter
from openpars.activities.verbs.save import Edit, save
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(frozen: datetime) -> Provider:
    """Three activities were entered at one instant, as from a file, and three a minute later."""
    provider = factories.provider()
    for minute in range(2):
        save(
            [Edit(factories.draft(title=f"{minute}.{place}")) for place in range(3)],
            scope=factories.scope(provider),
            actor=factories.actor(),
            door=Door.FILE,
            now=frozen + timedelta(minutes=minute),
        )
    factories.activity(factories.provider(), title="Neighbor's")
    return provider


def read(
    provider: Provider, after: Place | None, *, most: int, now: datetime
) -> tuple[list[str], Place | None]:
    """The titles of a portion, and where it ends."""
    found, end = portion(
        factories.scope(provider),
        SummaryFilter(),
        phase=None,
        after=after,
        most=most,
        now=now,
        today=now.date(),
    )
    return [one.answers["title"] for one in found], end


@pytest.mark.parametrize("most", range(1, 8))
def test_portions_hold_everything_once_in_order(provider: Provider, frozen: datetime, most: int) -> None:
    titles, end = read(provider, None, most=most, now=frozen)
    while end is not None:
        assert len(titles) % most == 0
        more, end = read(provider, end, most=most, now=frozen)
        titles += more
    assert titles == ["0.0", "0.1", "0.2", "1.0", "1.1", "1.2"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="says how SQLite looks")
def test_what_comes_before_is_not_gone_through(provider: Provider, frozen: datetime) -> None:
    _, end = read(provider, None, most=2, now=frozen)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read(provider, end, most=2, now=frozen)
    with connection.cursor() as cursor:
        plans = [
            plan
            for query in asked.captured_queries[:-1]
            for (*_, plan) in cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}").fetchall()
        ]
    index = "SEARCH activities_activity USING COVERING INDEX activity_summary"
    assert plans == [
        f"{index} (provider_id=? AND created_at=? AND activity_id>?)",
        f"{index} (provider_id=? AND created_at>?)",
    ]
