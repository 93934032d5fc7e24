"""The feed tells every change once, in order, whoever else is writing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from threading import Event as Bell
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from openpars.accounts.models import Provider
from openpars.accounts.scopes import SYSTEM_SCOPE, Scope
from openpars.activities import feed
from openpars.activities.feed import BEGINNING, NoSuchCursor
from openpars.activities.models import Activity, Change
from openpars.activities.verbs.close import close
from openpars.activities.verbs.copy import copy
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from tests import factories
from tests.activities.doing import common, edit

pytestmark = pytest.mark.django_db(transaction=True)

postgres_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> Iterator[None]:
    yield


def read(provider: Provider, cursor: int = BEGINNING, limit: int = 2) -> list[Change]:
    """Follow to the end, in small steps."""
    scope = factories.scope(provider)
    found: list[Change] = []
    while True:
        page = feed.since(scope, cursor, limit=limit)
        found += page.changes
        if not page.more:
            assert page.cursor == (found[-1].pk if found else cursor)
            return found
        assert len(page.changes) == limit
        cursor = page.cursor


def told(provider: Provider, cursor: int = BEGINNING) -> list[tuple[int, int, str]]:
    return [
        (change.activity_id, change.revision, feed.event_of(change).value)
        for change in read(provider, cursor)
    ]


def a_life(provider: Provider) -> Activity:
    """An activity to which everything happens that can."""
    activity = factories.activity(provider)
    edit(activity, {"title": "Sepsis, the First Hour"})
    how: dict[str, Any] = common(provider)
    close([activity.pk], **how)
    reopen([activity.pk], reason="A count was wrong.", **how)
    delete([activity.pk], **how)
    restore([activity.pk], **how)
    return activity


def test_it_tells_what_happened_in_order_and_goes_on_where_it_stopped() -> None:
    provider, other = factories.provider(), factories.provider()
    activity = a_life(provider)
    foreign = factories.activity(other)
    happened = ["created", "changed", "closed", "reopened", "deleted", "restored"]
    all_of_it = [(activity.pk, place, event) for place, event in enumerate(happened, start=1)]
    assert told(provider) == all_of_it
    changes = read(provider)
    assert [told(provider, change.pk) for change in changes] == [all_of_it[n:] for n in range(1, 7)]
    assert feed.end(factories.scope(provider)) == changes[-1].pk
    assert told(other) == [(foreign.pk, 1, "created")]
    assert feed.end(factories.scope(factories.provider())) == BEGINNING


def test_a_copy_is_created() -> None:
    activity = factories.activity(factories.provider())
    (copied,) = copy([activity.pk], to_next_year=False, **common(activity.provider))
    assert copied.activity is not None
    assert told(activity.provider)[1] == (copied.activity.pk, 1, "created")


@pytest.mark.parametrize(
    ("new", "event"),
    [
        ({"deleted_at": "2026-03-10T17:00:00Z"}, "deleted"),
        ({"deleted_at": None, "title": "As before"}, "restored"),
        ({"closed_at": None}, "reopened"),
        ({"title": "As before"}, "changed"),
    ],
)
def test_what_undoing_a_file_means_is_seen_from_what_it_wrote(new: dict[str, Any], event: str) -> None:
    assert feed.event_of(Change(verb="undo", new=new)).value == event


def test_a_change_as_json() -> None:
    provider = factories.provider()
    activity = factories.activity(provider)
    edit(activity, {"city": "Boston", "state": "MA"})
    created, change = read(provider)
    assert feed.as_json(change) == {
        "cursor": str(change.pk),
        "activity_id": activity.pk,
        "revision": 2,
        "verb": "changed",
        "at": "2026-03-10T17:00:00+00:00",
        "door": "form",
        "actor": "Test Person",
        "reason": "",
        "upload": None,
        "old": {"city": "Chicago", "state": "IL"},
        "new": {"city": "Boston", "state": "MA"},
    }
    assert feed.as_json(created)["new"]["title"] == activity.title


@pytest.mark.parametrize("cursor", [-1, 987_654_321, 2**63, 2**80])
def test_a_cursor_that_was_never_given_is_refused(cursor: int) -> None:
    with pytest.raises(NoSuchCursor):
        feed.since(factories.scope(factories.provider()), cursor, limit=1)


def test_nobody_follows_all_providers_or_as_the_public() -> None:
    for scope in (factories.scope(factories.accreditor()), Scope("public")):
        with pytest.raises(ValueError, match="one provider"):
            feed.since(scope, BEGINNING, limit=1)


def test_openpars_itself_follows_the_whole_site() -> None:
    start = feed.end(SYSTEM_SCOPE)
    one, other = factories.activity(factories.provider()), factories.activity(factories.provider())
    edit(one, {"title": "Sepsis, the First Hour"})
    page = feed.since(SYSTEM_SCOPE, start, limit=9)
    assert [(change.activity_id, change.revision) for change in page.changes] == [
        (one.pk, 1),
        (other.pk, 1),
        (one.pk, 2),
    ]
    assert page.cursor == feed.end(SYSTEM_SCOPE)
    first = feed.touched(SYSTEM_SCOPE, start, limit=2)
    assert first == feed.Touched(frozenset({one.pk, other.pk}), page.changes[1].pk, more=True)
    assert feed.touched(SYSTEM_SCOPE, first.cursor, limit=2) == feed.Touched(
        frozenset({one.pk}), page.cursor, more=False
    )


def test_a_cursor_of_another_history_has_another_sign() -> None:
    activity = a_life(factories.provider())
    signs = [feed.sign_of(change.pk) for change in read(activity.provider)]
    assert signs[0] == f"{activity.pk} 1 2026-03-10T17:00:00+00:00"
    assert len(set(signs)) == 6
    assert feed.sign_of(BEGINNING) == ""
    with pytest.raises(NoSuchCursor):
        feed.sign_of(987_654_321)


@pytest.mark.parametrize(("whole_site", "index"), [(False, "change_feed"), (True, "change_feed_of_all")])
def test_a_page_takes_two_statements_and_the_index(whole_site: bool, index: str) -> None:
    activity = a_life(factories.provider())
    first = read(activity.provider)[0].pk
    with CaptureQueriesContext(connection) as asked:
        feed.since(SYSTEM_SCOPE if whole_site else factories.scope(activity.provider), first, limit=3)
    assert len(asked) == 2
    page = asked.captured_queries[1]["sql"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute(f"EXPLAIN {page}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {page}")
        plan = str(cursor.fetchall())
    # It begins behind the cursor, not with the first change.
    if connection.vendor == "postgresql":
        assert re.search(rf"{index}\b.*Index Cond.*transaction, id\) >", plan), plan
    elif whole_site:
        assert "USING INTEGER PRIMARY KEY (rowid>?)" in plan
    else:
        assert f"{index} (provider_id=? AND transaction=? AND id>?)" in plan
    assert "sort" not in plan.lower() and "temp b-tree" not in plan.lower()


@contextmanager
def writer(write: Callable[[], Any]) -> Iterator[Callable[[], None]]:
    """Somebody who writes within a transaction, now, and commits when told to."""
    written, commit = Bell(), Bell()

    def run() -> None:
        try:
            with transaction.atomic():
                write()
                written.set()
                assert commit.wait(30)
        finally:
            written.set()
            connection.close()

    thread = Thread(target=run)
    thread.start()
    assert written.wait(30)

    def finish() -> None:
        commit.set()
        thread.join(30)
        assert not thread.is_alive()

    try:
        yield finish
    finally:
        finish()


@postgres_only
def test_who_began_first_and_commits_last_is_not_passed_by() -> None:
    provider = factories.provider()
    scope = factories.scope(provider)
    early, late = factories.activity(provider), factories.activity(provider)
    cursor = feed.end(scope)
    with writer(lambda: edit(early, {"title": "Written first, seen last"})) as finish:
        edit(late, {"title": "Written last, seen first"})
        assert feed.since(scope, cursor, limit=9).changes == []
        assert feed.end(scope) == cursor
        finish()
    ids = [change.pk for change in read(provider, cursor)]
    assert told(provider, cursor) == [(early.pk, 2, "changed"), (late.pk, 2, "changed")]
    assert ids == sorted(ids)


@postgres_only
def test_who_began_first_and_writes_last_has_the_higher_id_and_comes_first() -> None:
    provider = factories.provider()
    early, late = factories.activity(provider), factories.activity(provider)
    cursor = feed.end(factories.scope(provider))

    begun, write = Bell(), Bell()

    def run() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as raw:
                    raw.execute("SELECT pg_current_xact_id()")
                begun.set()
                assert write.wait(30)
                edit(early, {"title": "Began first"})
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    assert begun.wait(30)
    edit(late, {"title": "Began last"})
    write.set()
    thread.join(30)
    found = read(provider, cursor)
    assert [change.activity_id for change in found] == [early.pk, late.pk]
    assert found[0].pk > found[1].pk
    assert told(provider, found[0].pk) == [(late.pk, 2, "changed")]


@postgres_only
def test_who_writes_to_another_database_of_the_server_holds_nobody_up() -> None:
    activity = factories.activity(factories.provider())
    with psycopg.connect(**connection.get_connection_params() | {"dbname": "postgres"}) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        edit(activity, {"title": "Told all the same"})
        assert told(activity.provider) == [(activity.pk, 1, "created"), (activity.pk, 2, "changed")]


@postgres_only
@pytest.mark.parametrize("seed", range(3))
def test_many_writers_who_commit_in_any_order_while_somebody_follows(seed: int) -> None:
    provider = factories.provider()
    scope = factories.scope(provider)
    activities = [factories.activity(provider) for _ in range(6)]
    start = cursor = feed.end(scope)

    def saver(activity: Activity, random: Random) -> None:
        try:
            for number in range(6):
                with transaction.atomic():
                    edit(activity, {"title": f"Title {number}"})
                    Bell().wait(random.random() / 50)
                    if random.random() < 0.2:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    savers = [
        Thread(target=saver, args=(activity, Random(f"{seed} {place}")))
        for place, activity in enumerate(activities)
    ]
    followed: list[int] = []

    def follow() -> None:
        nonlocal cursor
        page = feed.since(scope, cursor, limit=3)
        followed.extend(change.pk for change in page.changes)
        cursor = page.cursor

    for thread in savers:
        thread.start()
    while any(thread.is_alive() for thread in savers):
        follow()
    before = -1
    while len(followed) != before:
        before = len(followed)
        follow()
    written = Change.objects.filter(pk__gt=start, provider=provider).values_list("pk", flat=True)
    assert sorted(followed) == sorted(written)
    assert followed == [change.pk for change in read(provider, start)]


def test_changes_written_before_there_was_a_feed_are_in_it() -> None:
    provider, other = factories.provider(), factories.provider()
    activity, foreign = a_life(provider), factories.activity(other)
    before, theirs = told(provider), told(other)
    try:
        MigrationExecutor(connection).migrate([("activities", "0004_staging")])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert (told(provider), told(other)) == (before, theirs)
    edit(activity, {"title": "Afterwards"})
    assert told(provider) == [*before, (activity.pk, 7, "changed")]
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Change.objects.filter(activity=foreign).update(verb="rewritten")
