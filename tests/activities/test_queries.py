"""What each scope lets through, when activities are read and when they are locked."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from openpars.accounts.models import Provider
from openpars.accounts.scopes import PUBLIC, SYSTEM_SCOPE, Scope
from openpars.activities import queries, staging
from openpars.activities.models import Activity, Plan, Staged
from openpars.activities.verbs.delete import delete
from tests import factories
from tests.activities.doing import common

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    """One listed activity, one draft and one deleted; the accreditor has another provider with one."""
    provider = factories.provider()
    factories.activity(provider, title="Listed")
    factories.activity(provider, over=factories.draft(title="Draft"))
    deleted = factories.activity(provider, title="Deleted")
    delete([deleted.pk], **common(provider))
    factories.activity(factories.provider(accreditor=provider.accreditor), title="Neighbor's")
    return provider


def test_scopes(provider: Provider) -> None:
    mine, all_of_them = {"Listed", "Draft"}, {"Listed", "Draft", "Neighbor's"}
    lets_through = {
        factories.scope(provider): mine,
        Scope("accreditor", provider.pk, provider.accreditor_id): mine,
        factories.scope(provider.accreditor): all_of_them,
        SYSTEM_SCOPE: all_of_them,
        PUBLIC: {"Listed", "Neighbor's"},
        factories.scope(factories.accreditor(name="Other")): set(),
        Scope("provider"): set(),
    }
    every_id = list(queries.everything(SYSTEM_SCOPE).values_list("pk", flat=True))
    for scope, titles in lets_through.items():
        assert set(queries.of(scope).values_list("title", flat=True)) == titles, scope
        assert set(queries.among(scope, every_id).values_list("title", flat=True)) == titles, scope
        assert not queries.among(scope, [0])
        with transaction.atomic():
            locked = list(queries.locked(scope, every_id[::-1]))
        deleted = {"Deleted"} if "Draft" in titles else set()
        assert {activity.title for activity in locked} == titles | deleted, scope
        assert [one.pk for one in locked] == sorted(one.pk for one in locked)
        read = queries.everything(scope).order_by("pk")
        assert [_columns(one) for one in locked] == [_columns(one) for one in read if one in locked]


def _columns(activity: Activity) -> dict[str, Any]:
    return {name: value for name, value in vars(activity).items() if name != "_state"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes an index without being told")
def test_many_keys_are_looked_up_by_their_index_in_tables_that_were_never_counted(provider: Provider) -> None:
    plan = Plan.objects.create(key=uuid4(), provider=provider, rulebook_version="1", day=date.min, zone="UTC")
    staged = [Staged(plan=plan, place=place, activity_id=place) for place in range(3_000)]
    Staged.objects.bulk_create(staged)
    with CaptureQueriesContext(connection) as asked:
        assert len(staging.about(plan, range(1_000))) == 1_000
    with connection.cursor() as cursor:

        def goes_through_all() -> bool:
            cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
            return "Seq Scan" in str(cursor.fetchall())

        assert goes_through_all()
        with queries.by_index():
            assert not goes_through_all()
