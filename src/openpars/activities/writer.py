"""The only code that writes activities: one from the form, or a hundred thousand from a file.

Callers hold the transaction and the locks (`locks`), and hand over rows that are ready. A few rows take one
statement each, which touches only the columns that changed; many rows go through the database's own bulk
path, which writes whole rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField, DecimalField, Field, JSONField, Model, UUIDField

from openpars.accounts.actors import Actor
from openpars.activities import trigrams
from openpars.activities.doors import Door
from openpars.activities.folding import cut, fold
from openpars.activities.models import MOVED_IN, Activity, ActivityNumber, Change, PastName, Staged

FIRST_NUMBER = 100_000_001
#: Where PostgreSQL counts activity IDs; SQLite counts them in the one row of `ActivityNumber`.
_SEQUENCE = "activities_activity_number"
#: From so many rows on, the bulk path is quicker than one statement per row.
BULK = 30
#: Rows handed to the driver at once.
BATCH = 5_000

Adapter = Callable[[Any], Any]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it shall stand, which of its columns changed (all, when it is new), and its change.

    `verb` is what was done to it: `add`, `save`, `copy`, `close`, `reopen`, `delete`, `restore`; `old` and
    `new` are what its history tells.
    """

    verb: str
    activity: Activity
    columns: tuple[str, ...]
    created: bool
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, by which door, when and why: the same for every row of one call."""

    actor: Actor
    door: Door
    at: datetime
    reason: str = ""


def numbers(count: int) -> list[int]:
    """Return `count` activity IDs that were never given before, in rising order."""
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT nextval('{_SEQUENCE}') FROM generate_series(1, %s)", [count])
            return [row[0] for row in cursor.fetchall()]
        table = ActivityNumber._meta.db_table
        cursor.execute(
            f"INSERT INTO {table} (id, last) VALUES (1, %s)"
            f" ON CONFLICT (id) DO UPDATE SET last = {table}.last + %s RETURNING last",
            [FIRST_NUMBER - 1 + count, count],
        )
        last = cursor.fetchone()[0]
    return list(range(last - count + 1, last + 1))


def last_number() -> int:
    """Return the last activity ID that was given, 0 when none was."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_SEQUENCE}")
            return int(cursor.fetchone()[0])
    row = ActivityNumber.objects.first()
    return row.last if row else 0


def go_on_after(last: int) -> None:
    """Let `numbers` go on after this activity ID, the last one given where the data came from."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(%s, %s)", [_SEQUENCE, last])
    else:
        ActivityNumber.objects.update_or_create(defaults={"last": last})


def write(rows: Sequence[Written], deed: Deed) -> None:
    """Write the rows, their changes and the names they use. Within the caller's transaction."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if len(rows) < BULK:
            for row in rows:
                _write_one(cursor, row)
            _append(cursor, CHANGE, _changes(rows, deed))
        elif connection.vendor == "postgresql":
            _merge(cursor, rows)
            _copy(cursor, CHANGE.table, CHANGE, _changes(rows, deed))
        else:
            named = [row.activity.activity_id for row in rows if row.created or "search_text" in row.columns]
            with trigrams.together(cursor, named):
                _append(cursor, ACTIVITY, _activities(rows), ACTIVITY.on_conflict)
            _append(cursor, CHANGE, _changes(rows, deed))
        names = sorted(set(_names(rows)))
        if names:
            table = PastName._meta.db_table
            cursor.executemany(
                f"INSERT INTO {table} (provider_id, kind, folded, name) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (provider_id, kind, folded) DO NOTHING",
                names,
            )


def stage(rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows of a plan where they wait to be moved in; each has the columns of `Staged` that it says.

    Within the caller's transaction.
    """
    adapt = STAGED.adapters()
    ready = (_values(_NOT_SAID | {**row}, adapt) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, STAGED.table, STAGED, ready)
        else:
            _append(cursor, STAGED, ready)


def update_derived(activities: Sequence[Activity], columns: Sequence[str]) -> None:
    """Write derived columns alone: no change is told, because no answer changed."""
    table = Activity._meta.db_table
    assignments = ", ".join(f'"{name}" = %s' for name in columns)
    adapt = ACTIVITY.adapters()
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{table}" SET {assignments} WHERE activity_id = %s',
            [
                (*(adapt[name](getattr(activity, name)) for name in columns), activity.activity_id)
                for activity in activities
            ],
        )


class Table:
    """A table's columns, its statements, and how each value is handed to the driver."""

    def __init__(self, model: type[Model], *, without: Iterable[str] = ()) -> None:
        self.fields: dict[str, Field[Any, Any]] = {
            field.attname: field for field in model._meta.concrete_fields if field.attname not in {*without}
        }
        self.table = f'"{model._meta.db_table}"'
        names = [f'"{field.column}"' for field in self.fields.values()]
        self.columns = ", ".join(names)
        self.insert = f"INSERT INTO {self.table} ({self.columns})"
        self.values = f" VALUES ({', '.join(['%s'] * len(names))})"
        key = f'"{model._meta.pk.column}"'
        updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
        self.on_conflict = f" ON CONFLICT ({key}) DO UPDATE SET {updates}"
        self._adapters: dict[str, dict[str, Adapter]] = {}

    def adapters(self) -> dict[str, Adapter]:
        """Return for each column the function that makes a value ready for this database's driver."""
        vendor = connection.vendor
        if vendor not in self._adapters:
            self._adapters[vendor] = {name: _adapter(field) for name, field in self.fields.items()}
        return self._adapters[vendor]


ACTIVITY = Table(Activity)
CHANGE = Table(Change, without=["id"])
STAGED = Table(Staged, without=["id"])
_NOT_SAID: dict[str, Any] = dict.fromkeys(MOVED_IN) | {
    "skipped": False,
    "verb": "",
    "activity_id": None,
    "base_revision": None,
    "is_whole": False,
    "closes": None,
    "deletes": None,
    "gives_up": "",
    "old": {},
    "new": {},
    "names": [],
}


def _adapter(field: Field[Any, Any]) -> Adapter:
    match field:
        case JSONField():
            return _as_json
        case DateTimeField():
            return connection.ops.adapt_datetimefield_value
        case DateField():
            return connection.ops.adapt_datefield_value
        case DecimalField() if connection.vendor == "sqlite":
            return lambda value: None if value is None else str(value)
        case UUIDField() if connection.vendor == "sqlite":
            return lambda value: None if value is None else value.hex
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _write_one(cursor: Any, row: Written) -> None:
    adapt = ACTIVITY.adapters()
    if row.created:
        cursor.execute(ACTIVITY.insert + ACTIVITY.values, _values(row.activity.__dict__, adapt))
        return
    assignments = ", ".join(f'"{name}" = %s' for name in row.columns)
    values = [adapt[name](getattr(row.activity, name)) for name in row.columns]
    cursor.execute(
        f"UPDATE {ACTIVITY.table} SET {assignments} WHERE activity_id = %s",
        [*values, row.activity.activity_id],
    )


def _append(cursor: Any, table: Table, rows: Iterator[Row], ending: str = "") -> None:
    statement = table.insert + table.values + ending
    while batch := list(islice(rows, BATCH)):
        if len(batch) == 1:
            cursor.execute(statement, batch[0])
        else:
            cursor.executemany(statement, batch)


def _copy(cursor: Any, target: str, table: Table, rows: Iterator[Row]) -> None:
    with cursor.copy(f"COPY {target} ({table.columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _merge(cursor: Any, rows: Sequence[Written]) -> None:
    cursor.execute(f"CREATE TEMP TABLE incoming (LIKE {ACTIVITY.table}, place bigserial) ON COMMIT DROP")
    _copy(cursor, "incoming", ACTIVITY, _activities(rows))
    # In the order given: an internal ID that one row gives up can be taken by a later one.
    cursor.execute(
        f"{ACTIVITY.insert} SELECT {ACTIVITY.columns} FROM incoming ORDER BY place {ACTIVITY.on_conflict}"
    )
    cursor.execute("DROP TABLE incoming")


def _activities(rows: Iterable[Written]) -> Iterator[Row]:
    adapt = ACTIVITY.adapters()
    for row in rows:
        yield _values(row.activity.__dict__, adapt)


def _changes(rows: Iterable[Written], deed: Deed) -> Iterator[Row]:
    adapt = CHANGE.adapters()
    told = {
        "actor_id": deed.actor.person_id,
        "actor_name": deed.actor.name,
        "door": deed.door.value,
        "at": deed.at,
        "reason": deed.reason,
        "upload": None,
        "upload_row": None,
    }
    for row in rows:
        activity = row.activity
        own = {"activity_id": activity.activity_id, "revision": activity.revision, "verb": row.verb}
        yield _values(told | own | {"old": row.old, "new": row.new}, adapt)


def _values(values: Mapping[str, Any], adapt: Mapping[str, Adapter]) -> Row:
    """Return the values in the order of the columns, ready for the driver."""
    return tuple([function(values[name]) for name, function in adapt.items()])


def _names(rows: Iterable[Written]) -> Iterator[tuple[int, str, str, str]]:
    for row in rows:
        known = {*names_in(row.old)}
        for kind, name in names_in(row.new):
            if (kind, name) in known:
                continue
            yield row.activity.provider_id, kind, cut(fold(name), 500), name


def names_in(answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each name typed into these answers, with the kind of suggestion it makes from now on."""
    for entry in answers.get("support") or ():
        if entry.get("source"):
            yield "sources", entry["source"]
    for name in answers.get("joint_providers") or ():
        if name:
            yield "joint-providers", name
    for name in answers.get("specialties") or ():
        if name:
            yield "specialties", name
    for collaboration in answers.get("collaborations") or ():
        for name in collaboration.get("practice_areas") or ():
            if name:
                yield "practice-areas", name
