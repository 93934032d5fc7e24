"""A provider with as many activities as one likes: a thousand that are saved by the verbs, and copies of their rows.

The thousand are of four years and three statuses, all mixed, and the copies stand after each other in the list as
they would if a file of a thousand had come every minute.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from openpars.accounts.actors import SYSTEM
from openpars.accounts.models import Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.activities import trigrams, writer
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.close import close
from openpars.activities.verbs.save import Edit, save

#: So many are saved by the verbs.
THOUSAND: Final = 1_000
#: The years they start in, the last one a quarter of them.
YEARS: Final = (2022, 2023, 2024, 2025)
#: Copied in one transaction.
_AT_ONCE: Final = 20
_DESCRIPTION: Final = "What changes in practice, for whom, and how learners will know that it did. " * 5


def fill(provider: Provider, count: int, *, since: datetime) -> list[int]:
    """Store so many thousands of activities, entered from that instant on; return their IDs as they are listed."""
    assert count % THOUSAND == 0, count
    ids = _saved(provider, since)
    first, last = ids[0], ids[-1]
    assert last - first == THOUSAND - 1, ids
    for start in range(THOUSAND, count, THOUSAND * _AT_ONCE):
        shifts = range(start, min(start + THOUSAND * _AT_ONCE, count), THOUSAND)
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                copies = range(first + shifts[0], last + shifts[-1] + 1)
                with trigrams.together(cursor, copies):
                    _copy(cursor, ids, shifts, since)
            else:
                _copy(cursor, ids, shifts, since)
    writer.go_on_after(first + count - 1)
    return list(range(first, first + count))


def settle() -> None:
    """Do what a running server does by itself some time after so many rows came in."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _saved(provider: Provider, at: datetime) -> list[int]:
    scope = Scope("provider", provider.pk, provider.accreditor_id, Role.EDITOR)
    edits = [Edit(_answers(index)) for index in range(THOUSAND)]
    stored = save(edits, scope=scope, actor=SYSTEM, door=Door.COMMAND, now=at)
    assert all(one.done for one in stored), next(one for one in stored if not one.done)
    activities = [one.activity for one in stored if one.activity is not None]
    counted = [activity.pk for activity in activities if activity.physicians is not None]
    closed = close(counted, scope=scope, actor=SYSTEM, door=Door.COMMAND, now=at)
    assert all(one.done for one in closed), next(one for one in closed if not one.done)
    return [activity.pk for activity in activities]


def _copy(cursor: Any, ids: list[int], shifts: range, since: datetime) -> None:
    """Copy the rows of the thousand, each time to IDs that are so much higher, and a minute later."""
    number = "CAST(activity_id + %s AS text)"
    other = {
        "activity_id": "activity_id + %s",
        "internal_id": f"'bench-' || {number}",
        "search_text": f"substr(search_text, 1, 40) || ' bench-' || {number}",
        "likeness": "likeness / 2 + %s",
        "created_at": "%s",
        "updated_at": "%s",
    }
    names = [str(field.column) for field in Activity._meta.concrete_fields]
    values = ", ".join(other.get(name, name) for name in names)
    statement = (
        f"INSERT INTO {Activity._meta.db_table} ({', '.join(names)})"
        f" SELECT {values} FROM {Activity._meta.db_table} WHERE activity_id BETWEEN %s AND %s ORDER BY activity_id"
    )
    for shift in shifts:
        at = connection.ops.adapt_datetimefield_value(since + timedelta(minutes=shift // THOUSAND))
        given = [at if other[name] == "%s" else shift for name in names if name in other]
        cursor.execute(statement, [*given, ids[0], ids[-1]])


def _answers(index: int) -> dict[str, Any]:
    """Return answers: of every ten two of a draft, two of an activity that is ready, six of one that is closed."""
    start = date(YEARS[index % len(YEARS)], 1, 1) + timedelta(days=index * 7 % 360)
    answers: dict[str, Any] = {
        "title": f"Grand Rounds {index * 7919 % 100_003}: From Evidence to Practice",
        "format": ("EM", "OTH")[index % 2],
        "start_date": start.isoformat(),
        "end_date": start.isoformat(),
        "internal_id": f"bench-{index}",
        "description": _DESCRIPTION,
        "specialties": ["Emergency Medicine", "Internal Medicine"],
        "registration": "Open to all",
        "fee": "No",
        "url": f"https://cme.bench.example/{index}",
    }
    return answers | dict(_complete(index // len(YEARS) % 10))


def _complete(place: int) -> Iterator[tuple[str, Any]]:
    if place < 2:
        return
    yield "delivery_methods", ["Online"]
    yield "credits", "1.5"
    yield "on_passport", False
    yield "providership", "Direct"
    if place < 4:
        return
    yield "outcomes", [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}]
    yield "support_received", False
    yield "commendation", False
    yield "physicians", 40
    yield "other_learners", 12
