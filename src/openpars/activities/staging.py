"""The rows of a plan, where they wait to be moved in, and what earlier rows of a file mean for later ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.locks import Home
from openpars.activities.models import Activity, Plan, Staged
from openpars.rulebook import VERSION

#: Rows that are thrown away in one transaction.
BATCH = 5_000


class NoSuchPlan(Exception):
    """There is no such plan, as far as the one who asks may know."""


def begin(key: UUID, *, home: Home) -> Plan:
    """Return a new plan with this key; one that was begun before under the same key is thrown away."""
    discard(key)
    return Plan.objects.create(
        key=key,
        provider_id=home.provider_id,
        rulebook_version=VERSION,
        day=home.today,
        zone=home.zone,
    )


def plan_of(key: UUID, scope: Scope) -> Plan:
    """Return a plan for the provider of the scope that is still to be applied; raises NoSuchPlan."""
    plan = Plan.objects.filter(key=key, provider=scope.provider_id, applied_at=None).first()
    if plan is None:
        raise NoSuchPlan(key)
    return plan


def mark_applied(plan: Plan, *, at: datetime) -> None:
    """Note that a plan has been applied; raises NoSuchPlan when somebody else was quicker."""
    if not Plan.objects.filter(pk=plan.pk, applied_at=None).update(applied_at=at):
        raise NoSuchPlan(plan.key)


def discard(key: UUID) -> None:
    """Throw a plan away, a few thousand rows at a time, so that nobody waits for it."""
    plan = Plan.objects.filter(key=key).first()
    if plan is None:
        return
    rows = Staged.objects.filter(plan=plan)
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Staged.objects.filter(plan=plan, pk__range=(ids[0], ids[-1])).delete()
    plan.delete()


def about(plan: Plan, activity_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """Return the rows about these activities, the last ones first: the activity, the row's number, its verb."""
    found = _asked("s.activity_id, s.place, s.verb", plan, "s.activity_id", activity_ids)
    return sorted(found, key=itemgetter(1), reverse=True)


def naming(plan: Plan, internal_ids: Collection[str]) -> list[tuple[str, int, str]]:
    """Return the rows that give these internal IDs, the last ones first: the ID, the row's number, its verb."""
    found = _asked("s.internal_id, s.place, s.verb", plan, "s.internal_id", internal_ids)
    return sorted(found, key=itemgetter(1), reverse=True)


def given_up(plan: Plan, internal_ids: Collection[str]) -> set[str]:
    """Return those of these internal IDs that a row takes from the activity that has them."""
    return {name for (name,) in _asked("s.gives_up", plan, "s.gives_up", internal_ids, "AND s.verb <> ''")}


def alike(plan: Plan, likenesses: Collection[int]) -> list[tuple[int, int]]:
    """Return the rows that write activities of these likenesses, the last ones first: likeness, row number."""
    found = _asked("s.likeness, s.place", plan, "s.likeness", likenesses)
    return sorted(found, key=itemgetter(1), reverse=True)


def _asked(what: str, plan: Plan, column: str, wanted: Collection[Any], condition: str = "") -> list[Any]:
    # What the index leaves out is left out here in the same words, so that the databases see that it is enough;
    # asked for as a sum, the plan leads to no index, where all of its rows would be gone through.
    given = "IS NOT NULL" if column in ("s.activity_id", "s.likeness") else "> ''"
    statement = (
        f"SELECT {what} FROM {Staged._meta.db_table} s WHERE {queries.one_of(column)}"
        f" AND s.plan_id + 0 = {plan.pk} AND {column} {given} {condition}"
    )
    found: list[Any] = []
    with connection.cursor() as cursor:
        for part in queries.chunks(list(wanted)):
            cursor.execute(statement, [queries.keys(part)])
            found += cursor.fetchall()
    return found


def moved(plan: Plan) -> dict[int, str]:
    """Return the rows of a plan that no longer stand as they were planned, by their numbers, and why.

    `revision`: the activity has changed since; `activity_id`, `internal_id`: the one they give is taken by now.
    """
    activities, staged = Activity._meta.db_table, Staged._meta.db_table
    rows = f"s.plan_id = {plan.pk} AND NOT s.skipped AND s.verb <> ''"
    statements = {
        "revision": (
            f"SELECT s.place FROM {staged} s LEFT JOIN {activities} a ON a.activity_id = +s.activity_id"
            f" WHERE {rows} AND s.base_revision IS NOT NULL"
            " AND (a.revision IS NULL OR a.revision <> s.base_revision)"
        ),
        "activity_id": (
            f"SELECT s.place FROM {staged} s WHERE {rows} AND s.base_revision IS NULL"
            f" AND s.activity_id IN (SELECT activity_id FROM {activities})"
        ),
        "internal_id": (
            f"SELECT s.place FROM {staged} s JOIN {activities} a ON a.internal_id = s.internal_id"
            f" WHERE {rows} AND s.internal_id <> '' AND a.provider_id = {plan.provider_id}"
            " AND a.deleted_at IS NULL AND (s.activity_id IS NULL OR a.activity_id <> s.activity_id)"
            f" AND NOT EXISTS (SELECT 1 FROM {staged} g WHERE g.plan_id = {plan.pk} AND NOT g.skipped"
            " AND g.activity_id = a.activity_id AND (g.gives_up = a.internal_id OR g.deletes))"
        ),
    }
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        for reason, statement in statements.items():
            cursor.execute(statement)
            for (place,) in cursor.fetchall():
                found.setdefault(place, reason)
    return dict(sorted(found.items()))


def rows(plan: Plan, places: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return of these rows the activity each is about and the internal ID it gives, by their numbers."""
    found: dict[int, tuple[int, str]] = {}
    for part in queries.chunks(sorted(places)):
        asked = Staged.objects.filter(plan=plan, place__in=part)
        for place, activity_id, internal_id in asked.values_list("place", "activity_id", "internal_id"):
            found[place] = activity_id, internal_id or ""
    return found


def skip(plan: Plan, places: Collection[int]) -> None:
    """Leave these rows out, and no others."""
    rows = Staged.objects.filter(plan=plan)
    rows.filter(Q(skipped=True)).update(skipped=False)
    for part in queries.chunks(sorted(places)):
        rows.filter(place__in=part).update(skipped=True)


def stands(plan: Plan, home: Home) -> bool:
    """Say whether the plan was made by today's rules, on this day and in this time zone."""
    return (plan.rulebook_version, plan.day, plan.zone) == (VERSION, home.today, home.zone)
