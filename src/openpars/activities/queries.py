"""The only way to activities: `of(scope)`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When

from openpars.accounts.scopes import Scope
from openpars.activities.models import Activity, Change
from openpars.rulebook.lifecycle import Reach, Status
from openpars.rulebook.steps.stored_records import RESTORE_DAYS

#: For so long a deleted activity can be restored.
RESTORABLE = timedelta(days=RESTORE_DAYS)


class NoSuchActivity(Exception):
    """There is no such activity, as far as the one who asks may know."""


class ActivityQuerySet(QuerySet[Activity]):
    """Activities within one scope."""


def everything(scope: Scope) -> ActivityQuerySet:
    """Return the activities of the scope, deleted ones included. For the verbs."""
    found = ActivityQuerySet(Activity)
    if scope.kind == "system":
        return found
    if scope.provider_id is not None and scope.kind in ("provider", "accreditor"):
        return found.filter(provider=scope.provider_id)
    if scope.kind == "accreditor":
        return found.filter(provider__accreditor=scope.accreditor_id)
    if scope.kind == "public":
        return found.filter(on_passport=True, complete_for__gte=Reach.ACTIVE, deleted_at=None)
    return found.none()


def of(scope: Scope) -> ActivityQuerySet:
    """Return the activities that the scope may see and that are not deleted."""
    return everything(scope).filter(deleted_at=None)


def deleted(scope: Scope, *, now: datetime) -> ActivityQuerySet:
    """Return the deleted activities that can still be restored, the last deleted first."""
    recently = everything(scope).filter(deleted_at__gt=now - RESTORABLE)
    return recently.order_by("-deleted_at", "-activity_id")


def get(scope: Scope, activity_id: int) -> Activity:
    """Return one activity of the scope; raises NoSuchActivity."""
    activity = of(scope).filter(activity_id=activity_id).first()
    if activity is None:
        raise NoSuchActivity(activity_id)
    return activity


def has_status(status: Status, *, now: datetime) -> Q:
    """Return the condition for a status, as the stored facts give it at the instant `now`."""
    match status:
        case Status.CLOSED:
            return Q(closed_at__isnull=False)
        case Status.DRAFT:
            return Q(closed_at=None, complete_for__lt=Reach.ACTIVE)
        case Status.READY:
            return Q(closed_at=None, complete_for__gte=Reach.ACTIVE, ends_at__lte=now)
        case Status.ACTIVE:
            return Q(closed_at=None, complete_for__gte=Reach.ACTIVE, ends_at__gt=now)


def with_status(activities: ActivityQuerySet, *, now: datetime) -> ActivityQuerySet:
    """Add the status at the instant `now` to each activity, as `status`."""
    cases = [When(has_status(status, now=now), then=Value(status.value)) for status in Status]
    return activities.annotate(status=Case(*cases, output_field=models.CharField()))


def can_be_closed(*, now: datetime) -> Q:
    """Return the condition for activities that are Ready to Close with nothing missing."""
    return has_status(Status.READY, now=now) & Q(complete_for=Reach.CLOSE)


def changes(activity_ids: Sequence[int]) -> Iterable[Change]:
    """Return the changes of these activities, oldest first. The caller has them from a scoped query."""
    return Change.objects.filter(activity_id__in=activity_ids).order_by("activity_id", "revision")


def internal_ids(provider_id: int, wanted: Sequence[str]) -> list[tuple[str, int]]:
    """Return which of these internal IDs the provider's activities have, each with its activity ID."""
    held = ActivityQuerySet(Activity).filter(provider=provider_id, deleted_at=None)
    return list(held.exclude(internal_id="").filter(internal_id__in=wanted).values_list("internal_id", "pk"))


def alike(provider_id: int, likenesses: Sequence[int]) -> list[tuple[int, int, UUID | None]]:
    """Return the provider's activities with these likenesses: likeness, activity ID, repeat group."""
    same = ActivityQuerySet(Activity).filter(provider=provider_id, deleted_at=None)
    return list(same.filter(likeness__in=likenesses).values_list("likeness", "pk", "repeat_group"))
