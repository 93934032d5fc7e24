"""The rows of a plan, where they wait to be moved in, and what earlier rows of a file mean for later ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.locks import Home
from openpars.activities.models import Plan, Staged
from openpars.rulebook import VERSION

#: Rows that are thrown away in one transaction.
BATCH = 5_000


class NoSuchPlan(Exception):
    """There is no such plan, as far as the one who asks may know."""


def begin(key: UUID, *, home: Home, again: bool) -> Plan:
    """Return the plan with this key, empty unless some of its rows are planned `again`."""
    if not again:
        discard(key)
    plan, _ = Plan.objects.update_or_create(
        key=key,
        defaults={
            "provider_id": home.provider_id,
            "rulebook_version": VERSION,
            "day": home.today,
            "zone": home.zone,
        },
    )
    return plan


def plan_of(key: UUID, scope: Scope) -> Plan:
    """Return a plan for the provider of the scope; raises NoSuchPlan."""
    plan = Plan.objects.filter(key=key, provider=scope.provider_id).first()
    if plan is None:
        raise NoSuchPlan(key)
    return plan


def discard(key: UUID) -> None:
    """Throw a plan away, a few thousand rows at a time, so that nobody waits for it."""
    plan = Plan.objects.filter(key=key).first()
    if plan is None:
        return
    rows = Staged.objects.filter(plan=plan)
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Staged.objects.filter(plan=plan, pk__range=(ids[0], ids[-1])).delete()
    plan.delete()


def about(plan: Plan, activity_ids: Collection[int]) -> Iterator[tuple[int, int]]:
    """Give each of these activities that a row of the plan is about, and that row's number."""
    for part in queries.chunks(sorted(activity_ids)):
        asked = Staged.objects.filter(plan=plan, activity_id__in=part)
        yield from asked.values_list("activity_id", "place")


def naming(plan: Plan, internal_ids: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """Give each of these internal IDs that a row gives to an activity: the ID, the row's number, its verb."""
    for part in queries.chunks(sorted(internal_ids)):
        asked = Staged.objects.filter(plan=plan, internal_id__in=part)
        yield from asked.values_list("internal_id", "place", "verb")


def given_up(plan: Plan, internal_ids: Collection[str]) -> Iterator[str]:
    """Give those of these internal IDs that a row takes from the activity that has them."""
    for part in queries.chunks(sorted(internal_ids)):
        yield from Staged.objects.filter(plan=plan, gives_up__in=part).values_list("gives_up", flat=True)


def alike(plan: Plan, likenesses: Collection[int]) -> Iterator[tuple[int, int, int | None]]:
    """Give the rows that write an activity of one of these likenesses: likeness, row number, activity ID."""
    for part in queries.chunks(sorted(likenesses)):
        asked = Staged.objects.filter(plan=plan, likeness__in=part)
        yield from asked.values_list("likeness", "place", "activity_id")


def rows(plan: Plan, places: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return of these rows the activity each is about and the internal ID it gives, by their numbers."""
    found: dict[int, tuple[int, str]] = {}
    for part in queries.chunks(sorted(places)):
        asked = Staged.objects.filter(plan=plan, place__in=part)
        for place, activity_id, internal_id in asked.values_list("place", "activity_id", "internal_id"):
            found[place] = activity_id, internal_id or ""
    return found


def told(plan: Plan, places: Sequence[int]) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """Return what rows would change, by their numbers: the fields as they are, and as they would be."""
    asked = Staged.objects.filter(plan=plan, place__in=places).exclude(verb="")
    return {place: (old, new) for place, old, new in asked.values_list("place", "old", "new")}


def skip(plan: Plan, places: Collection[int]) -> None:
    """Leave these rows out, and no others."""
    rows = Staged.objects.filter(plan=plan)
    rows.filter(Q(skipped=True)).update(skipped=False)
    for part in queries.chunks(sorted(places)):
        rows.filter(place__in=part).update(skipped=True)


def replace(plan: Plan, places: Collection[int]) -> None:
    """Forget what was planned for these rows."""
    with transaction.atomic():
        for part in queries.chunks(sorted(places)):
            Staged.objects.filter(plan=plan, place__in=part).delete()


def stands(plan: Plan, home: Home) -> bool:
    """Say whether the plan was made by today's rules, on this day and in this time zone."""
    return (plan.rulebook_version, plan.day, plan.zone) == (VERSION, home.today, home.zone)
