"""The only way to activities: `of(scope)`. And what the verbs ask while they work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404

from openpars.accounts.models import Provider
from openpars.accounts.scopes import SYSTEM_SCOPE, Scope
from openpars.activities.models import Activity, Change
from openpars.activities.records import HELD_COLUMNS, Held, held_of
from openpars.rulebook.lifecycle import Phase, Reach, Status
from openpars.rulebook.steps.stored_records import RESTORE_DAYS

#: For so long a deleted activity can be restored.
RESTORABLE = timedelta(days=RESTORE_DAYS)
#: No activity can have a higher ID; databases take it ill to be asked for one.
LAST_ID = 2**31 - 1
#: Keys asked for in one statement.
CHUNK = 5_000


class NoSuchActivity(Http404):
    """There is no such activity, as far as the one who asks may know.

    A page that lets it through answers 404, for activities are deleted between its look at one and its verb, too.
    """


class ActivityQuerySet(QuerySet[Activity]):
    """Activities within one scope, to be read: the writer alone writes them."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise TypeError("Activities are written by openpars.activities.writer.")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise TypeError("Activities are deleted by openpars.activities.verbs.delete.")


def everything(scope: Scope) -> ActivityQuerySet:
    """Return the activities of the scope, deleted ones included. For the verbs.

    What lies in sandboxes is neither public nor among the activities of an accreditor.
    """
    found = ActivityQuerySet(Activity)
    if scope.kind == "system":
        return found
    if scope.provider_id is not None and scope.kind in ("provider", "accreditor"):
        return found.filter(provider=scope.provider_id)
    if scope.kind == "accreditor":
        return found.filter(provider__sandbox_of=None, provider__accreditor=scope.accreditor_id)
    if scope.kind == "public":
        # Not by a join: without statistics SQLite would begin with the providers, and look through all they have.
        sandboxes = Provider.objects.exclude(sandbox_of=None).values("pk")
        real = found.exclude(provider__in=sandboxes)
        return real.filter(on_passport=True, complete_for__gte=Reach.ACTIVE, deleted_at=None)
    return found.none()


def locked(scope: Scope, activity_ids: Sequence[int]) -> Iterator[Activity]:
    """Give these activities of the scope, deleted ones included, by their IDs, and hold their rows."""
    wanted: Sequence[int] = sorted({one for one in activity_ids if 0 < one <= LAST_ID})
    if scope.provider_id is None:
        mine = everything(scope).order_by("pk").values_list("pk", flat=True)
        wanted = [activity_id for part in chunks(wanted) for activity_id in mine.filter(pk__in=part)]
    for part in chunks(wanted):
        # Every save asks this, and Django takes longer to word it than the database to answer it. By the IDs
        # alone, for SQLite might look through all of the provider's instead.
        table = Activity._meta.db_table
        sql = f"SELECT * FROM {table} WHERE activity_id IN ({_marks(part)}) ORDER BY activity_id"
        if connection.features.has_select_for_update:
            sql += " FOR UPDATE"
        for activity in ActivityQuerySet(Activity).raw(sql, part):
            if scope.provider_id in (None, activity.provider_id):
                yield activity


def zones(provider_ids: Collection[int], *, lock: bool) -> list[tuple[int, int, str]]:
    """Return of each of these providers its id, its accreditor's id and its accreditor's time zone.

    With `lock` the providers' rows are held against others who lock them, and against nobody else.
    """
    if not provider_ids:
        return []
    sql = (
        "SELECT provider.id, accreditor.id, accreditor.time_zone FROM accounts_provider provider"
        " JOIN accounts_accreditor accreditor ON accreditor.id = provider.accreditor_id"
        f" WHERE provider.id IN ({_marks(provider_ids)}) ORDER BY provider.id"
    )
    if lock and connection.features.has_select_for_no_key_update:
        sql += " FOR NO KEY UPDATE OF provider"
    with connection.cursor() as cursor:
        cursor.execute(sql, list(provider_ids))
        return [(provider, accreditor, zone) for provider, accreditor, zone in cursor.fetchall()]


def _marks(keys: Collection[int]) -> str:
    return ", ".join(["%s"] * len(keys))


def of(scope: Scope) -> ActivityQuerySet:
    """Return the activities that the scope may see and that are not deleted."""
    return everything(scope).filter(deleted_at=None)


def among(scope: Scope, activity_ids: Collection[int]) -> ActivityQuerySet:
    """Return those of these activities that the scope may see and that are not deleted.

    They are reached by their IDs alone: knowing the provider, SQLite might look through all of its activities
    instead. Asked for as a sum, the provider leads to no index.
    """
    if scope.provider_id is None or scope.kind not in ("provider", "accreditor"):
        return of(scope).filter(pk__in=activity_ids)
    held = of(SYSTEM_SCOPE).filter(pk__in=activity_ids)
    return held.alias(held_by=F("provider_id") + 0).filter(held_by=scope.provider_id)


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


def has_phase(phase: Phase, *, today: date) -> Q:
    """Return the condition for a phase, as the dates give it on the day `today`."""
    match phase:
        case Phase.UPCOMING:
            return Q(start_date__gt=today)
        case Phase.ENDED:
            return Q(end_date__lt=today)
        case Phase.IN_PROGRESS:
            return Q(start_date__lte=today, end_date__gte=today)


def can_be_closed(*, now: datetime) -> Q:
    """Return the condition for activities that are Ready to Close with nothing missing."""
    return has_status(Status.READY, now=now) & Q(complete_for=Reach.CLOSE)


def needs_attention(*, now: datetime) -> Q:
    """Return the condition for activities that somebody must act on.

    An invalid answer waits to be mended; or the end date has passed, it is not closed, and something is missing
    for the next stage. An activity that has ended with nothing missing only waits for its closing.
    """
    late = Q(closed_at=None, ends_at__lte=now, complete_for__lt=Reach.CLOSE)
    return Q(needs_attention=True) | late


def changes(activity_ids: Sequence[int]) -> Iterable[Change]:
    """Return the changes of these activities, oldest first. The caller has them from a scoped query."""
    return Change.objects.filter(activity_id__in=activity_ids).order_by("activity_id", "revision")


def latest_changes(activity_id: int, *, before: int | None, most: int) -> list[Change]:
    """Return an activity's last changes, the newest first, those before a revision if one is given.

    The caller has the activity from a scoped query.
    """
    found = Change.objects.filter(activity_id=activity_id)
    if before is not None:
        found = found.filter(revision__lt=before)
    return list(found.order_by("-revision")[:most])


def internal_ids(provider_id: int, wanted: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give those of the internal IDs that the provider's activities have, each with its activity ID."""
    statement = (
        f"SELECT internal_id, activity_id FROM {Activity._meta.db_table} WHERE {one_of('internal_id')}"
        " AND provider_id + 0 = %s AND deleted_at IS NULL AND NOT (internal_id = '')"
    )
    with connection.cursor() as cursor:
        for part in chunks(wanted):
            cursor.execute(statement, [keys(part), provider_id])
            yield from cursor.fetchall()


def alike(provider_id: int, likenesses: Sequence[int]) -> Iterator[tuple[int, int, UUID | None]]:
    """Give the provider's activities with these likenesses: likeness, activity ID, repeat group."""
    statement = (
        f"SELECT likeness, activity_id, repeat_group FROM {Activity._meta.db_table}"
        f" WHERE {one_of('likeness')} AND provider_id + 0 = %s AND deleted_at IS NULL"
    )
    with connection.cursor() as cursor:
        for part in chunks(likenesses):
            cursor.execute(statement, [keys(part), provider_id])
            for likeness, activity_id, group in cursor.fetchall():
                yield likeness, activity_id, UUID(group) if isinstance(group, str) else group


def held(activity_ids: Collection[int], *, provider_id: int, deleted_too: bool = False) -> dict[int, Held]:
    """Return those of these activities that the provider has, by their IDs, without those deleted."""
    table = Activity._meta.db_table
    statement = f"SELECT {', '.join(HELD_COLUMNS)} FROM {table} WHERE {one_of('activity_id')} AND provider_id + 0 = %s"
    if not deleted_too:
        statement += " AND deleted_at IS NULL"
    found: dict[int, Held] = {}
    with connection.cursor() as cursor:
        for part in chunks(list(activity_ids)):
            cursor.execute(statement, [keys(part), provider_id])
            for row in cursor.fetchall():
                one = held_of(row)
                found[one.activity_id] = one
    return found


def one_of(column: str) -> str:
    """Return the condition that a column has one of many values, given as one parameter by `keys`.

    Thousands of parameters, each a placeholder of its own, take longer to word than to look up.
    """
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def keys(values: Sequence[Any]) -> Any:
    """Return many values as the one parameter of `one_of`."""
    return list(values) if connection.vendor == "postgresql" else msgspec.json.encode(list(values)).decode()


def in_use(activity_ids: Collection[int]) -> set[int]:
    """Return those of these activity IDs that any provider's activity has, a deleted one, too.

    It says nothing of whose, so that nobody learns of the others' activities by asking for their IDs.
    """
    found = ActivityQuerySet(Activity).values_list("pk", flat=True)
    return {one for part in chunks(sorted(activity_ids)) for one in found.filter(pk__in=part)}


def changes_by(upload: UUID, *, scope: Scope, verbs: Collection[str]) -> Iterator[list[Change]]:
    """Give what an upload did by these verbs to activities of the scope's provider, in the order of the file.

    The changes come in portions; those of one row of the file are always together.
    """
    mine = Change.objects.filter(upload=upload, verb__in=verbs, activity__provider=scope.provider_id)
    last = -1
    while True:
        page = list(mine.filter(upload_row__gt=last).order_by("upload_row", "revision")[:CHUNK])
        if len(page) == CHUNK:
            unfinished = page[-1].upload_row
            page = [change for change in page if change.upload_row != unfinished]
        if not page:
            return
        last = page[-1].upload_row or 0
        yield page


def chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give the keys in portions that one statement can ask for."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


@contextmanager
def by_index() -> Iterator[None]:
    """Look up many keys at a time by their indexes, however little the database knows of its tables as yet.

    PostgreSQL counts what a table holds about once a minute. Until then it expects a thousand keys to mean most of
    the table, and goes through all of it for each thousand.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the database as it is now, however long reading takes, and hold nobody up.

    Django's own `atomic` would take SQLite's write lock, so the transaction is begun by hand. Within another
    transaction nothing is begun.
    """
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
