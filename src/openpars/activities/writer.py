"""The only code that writes activities: one from the form, or a hundred thousand from a file.

Callers hold the transaction and the locks (`locks`), and hand over rows that are ready. A few rows take one
statement each, which touches only the columns that changed; many rows go through the database's own bulk
path, which writes whole rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import DateField, DateTimeField, DecimalField, Field, JSONField, Model, UUIDField

from openpars.accounts.actors import Actor
from openpars.activities import trigrams
from openpars.activities.doors import Door
from openpars.activities.folding import cut, fold
from openpars.activities.models import MOVED_IN, Activity, ActivityNumber, Change, PastName, Plan, Staged

FIRST_NUMBER = 100_000_001
#: Where PostgreSQL counts activity IDs; SQLite counts them in the one row of `ActivityNumber`.
_SEQUENCE = "activities_activity_number"
#: What PostgreSQL calls the lock on giving activity IDs.
_NUMBERS_LOCK = 20_050_101
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
            _hold_numbers(cursor, alone=False)
            found: list[int] = []
            while len(found) < count:
                cursor.execute(
                    f"SELECT nextval('{_SEQUENCE}') FROM generate_series(1, %s)", [count - len(found)]
                )
                fresh = [row[0] for row in cursor.fetchall()]
                cursor.execute(
                    f"SELECT activity_id FROM {ACTIVITY.table} WHERE activity_id = ANY(%s)", [fresh]
                )
                taken_over = {row[0] for row in cursor.fetchall()}
                found += [number for number in fresh if number not in taken_over]
            return found
        last = _last_of(cursor, count)
    return list(range(last - count + 1, last + 1))


def _hold_numbers(cursor: Any, *, alone: bool) -> None:
    """Keep activity IDs from being taken over, until the transaction ends; `alone`, from being given, too.

    PostgreSQL's sequence is no part of the transaction: without this an ID might be taken over that somebody
    was just given, and has not written yet. On SQLite there is one writer anyway.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    cursor.execute(f"SELECT {lock}(%s)", [_NUMBERS_LOCK])


def _last_of(cursor: Any, count: int, *, besides: str = "SELECT NULL") -> int:
    """Return the last of `count` consecutive activity IDs that nobody has, `besides` these; for SQLite."""
    table = ActivityNumber._meta.db_table
    last = last_number()
    first = max(last + 1, FIRST_NUMBER)
    while True:
        end = first + count - 1
        cursor.execute(
            f"SELECT MAX(activity_id) FROM (SELECT activity_id FROM {ACTIVITY.table} UNION ALL {besides})"
            " WHERE activity_id BETWEEN %s AND %s",
            [first, end],
        )
        taken_over = cursor.fetchone()[0]
        if taken_over is None:
            break
        first = taken_over + 1
    cursor.execute(
        f"INSERT INTO {table} (id, last) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET last = excluded.last",
        [end],
    )
    return end


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
        _remember(cursor, _names(rows))


def _remember(cursor: Any, names: Iterable[tuple[int, str, str, str]]) -> None:
    """Keep names as suggestions: (provider id, kind, folded name, name)."""
    if once := sorted(set(names)):
        table = PastName._meta.db_table
        cursor.executemany(
            f"INSERT INTO {table} (provider_id, kind, folded, name) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (provider_id, kind, folded) DO NOTHING",
            once,
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


@dataclass(frozen=True, slots=True)
class MovedIn:
    """How many activities a plan made, changed, deleted and closed."""

    added: int
    changed: int
    deleted: int
    closed: int


class HasMoved(Exception):
    """Some rows of a plan cannot be moved in, because activities are not what they were."""


def names_used(plan: Plan) -> set[tuple[str, str]]:
    """Return the names that the rows of a plan use, each with its kind."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT CAST(s.names AS text) {_rows_of(plan)}")
        return {(kind, name) for (names,) in cursor.fetchall() for kind, name in json.loads(names)}


def move_in(plan: Plan, deed: Deed, *, upload: UUID, names: Iterable[tuple[str, str]]) -> MovedIn:
    """Write the rows of a plan, their changes and these names, each in a few statements.

    Within the caller's transaction, which is good for nothing more when this raises HasMoved.
    """
    try:
        with connection.cursor() as cursor:
            moved = _Moving(cursor, plan, deed, upload).run()
            _remember(cursor, ((plan.provider_id, kind, cut(fold(name), 500), name) for kind, name in names))
    except IntegrityError as clash:
        # The keys say it: an internal ID or an activity ID is taken meanwhile.
        raise HasMoved from clash
    return moved


def _rows_of(plan: Plan) -> str:
    return f"FROM {STAGED.table} s WHERE s.plan_id = {plan.pk} AND NOT s.skipped AND s.verb <> ''"


#: The revision after a row: closing is a change of its own.
_CLOSES_BESIDES = "s.closes IS TRUE AND s.verb <> 'close'"
_NEXT_REVISION = f"1 + CASE WHEN {_CLOSES_BESIDES} THEN 1 ELSE 0 END"
_AT = "%s"
_TO_MOVING = "LEFT JOIN moving m ON m.place = s.place"
_BRINGS_NO_ID = "s.base_revision IS NULL AND s.activity_id IS NULL"


class _Moving:
    """One moving in. Internal IDs are given up before they are given, so that activities can swap them."""

    def __init__(self, cursor: Any, plan: Plan, deed: Deed, upload: UUID) -> None:
        self.cursor = cursor
        self.plan = plan
        self.deed = deed
        self.adapt = CHANGE.adapters()
        self.at = self.adapt["at"](deed.at)
        self.upload = self.adapt["upload"](upload)
        self.rows = _rows_of(plan)

    def run(self) -> MovedIn:
        """Write everything; the statements build on each other in this order."""
        self._number()
        with self._search_index():
            self._execute(
                f"UPDATE {ACTIVITY.table} SET internal_id = '' WHERE activity_id IN"
                f" (SELECT s.activity_id {self.rows} AND s.gives_up <> '' AND s.is_whole)"
            )
            deleted = self._change_life("s.deletes IS TRUE")
            added = self._insert()
            changed = self._update() + self._change_life("s.deletes IS NOT TRUE")
        if deleted + changed != self._count("s.base_revision IS NOT NULL"):
            raise HasMoved
        closed = self._tell()
        self._execute("DROP TABLE moving")
        return MovedIn(added, changed, deleted, closed)

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        self.cursor.execute(sql, list(values))
        return int(self.cursor.rowcount)

    def _count(self, condition: str) -> int:
        self._execute(f"SELECT COUNT(*) {self.rows} AND {condition}")
        return int(self.cursor.fetchone()[0])

    def _number(self) -> None:
        """Give the new activities their IDs, in the order of the file."""
        if connection.vendor == "postgresql":
            _hold_numbers(self.cursor, alone=self._count("s.base_revision IS NULL AND s.activity_id > 0") > 0)
            self._execute(
                "CREATE TEMP TABLE moving (place integer PRIMARY KEY, activity_id integer) ON COMMIT DROP"
            )
            self._execute(
                f"INSERT INTO moving SELECT n.place, nextval('{_SEQUENCE}')"
                f" FROM (SELECT s.place {self.rows} AND {_BRINGS_NO_ID} ORDER BY s.place) n"
            )
            another = (
                f"UPDATE moving SET activity_id = nextval('{_SEQUENCE}')"
                f" WHERE activity_id IN (SELECT activity_id FROM {ACTIVITY.table})"
                f" OR activity_id IN (SELECT s.activity_id {self.rows})"
            )
            while self._execute(another):
                pass
            return
        self._execute("CREATE TEMP TABLE moving (place integer PRIMARY KEY, activity_id integer)")
        if count := self._count(_BRINGS_NO_ID):
            first = _last_of(self.cursor, count, besides=f"SELECT s.activity_id {self.rows}") - count
            self._execute(
                "INSERT INTO moving SELECT s.place, row_number() OVER (ORDER BY s.place) + %s"
                f" {self.rows} AND {_BRINGS_NO_ID}",
                [first],
            )

    def _search_index(self) -> AbstractContextManager[None]:
        """Put into SQLite's search index at once what these rows call otherwise."""
        if connection.vendor == "postgresql":
            return nullcontext()
        self._execute(
            f"SELECT activity_id FROM moving UNION ALL SELECT s.activity_id {self.rows} AND s.is_whole AND"
            f" s.activity_id IS NOT NULL AND s.search_text IS NOT (SELECT search_text FROM {ACTIVITY.table} a"
            " WHERE a.activity_id = s.activity_id)"
        )
        return trigrams.together(self.cursor, [number for (number,) in self.cursor.fetchall()])

    def _insert(self) -> int:
        columns = {
            **{name: f"s.{name}" for name in MOVED_IN},
            "search_text": "s.search_text || COALESCE(CAST(m.activity_id AS text), '')",
            "activity_id": "COALESCE(m.activity_id, s.activity_id)",
            "provider_id": str(self.plan.provider_id),
            "closed_at": f"CASE WHEN s.closes THEN {_AT} END",
            "revision": _NEXT_REVISION,
            "created_at": _AT,
            "updated_at": _AT,
        }
        return self._execute(
            f"INSERT INTO {ACTIVITY.table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
            f" {self.rows.replace(' s WHERE', f' s {_TO_MOVING} WHERE')} AND s.base_revision IS NULL"
            " ORDER BY COALESCE(m.activity_id, s.activity_id)",
            [self.at] * 3,
        )

    def _update(self) -> int:
        columns = {name: f"s.{name}" for name in MOVED_IN} | self._life()
        return self._set(columns, "s.is_whole AND s.base_revision IS NOT NULL", [self.at] * 3)

    def _change_life(self, condition: str) -> int:
        columns = self._life()
        if condition == "s.deletes IS TRUE":
            # As `delete` does it.
            columns["entry"] = "NULL"
        return self._set(columns, f"NOT s.is_whole AND {condition}", [self.at] * 3)

    def _life(self) -> dict[str, str]:
        table = ACTIVITY.table
        return {
            "closed_at": f"CASE WHEN s.closes THEN {_AT} WHEN s.closes IS NULL THEN {table}.closed_at END",
            "deleted_at": f"CASE WHEN s.deletes THEN {_AT} WHEN s.deletes IS NULL THEN {table}.deleted_at END",
            "revision": f"s.base_revision + {_NEXT_REVISION}",
            "updated_at": _AT,
        }

    def _set(self, columns: Mapping[str, str], condition: str, values: Sequence[Any]) -> int:
        table = ACTIVITY.table
        # The plus keeps SQLite from going through all activities to look each up among the rows.
        return self._execute(
            f"UPDATE {table} SET {', '.join(f'{name} = {value}' for name, value in columns.items())}"
            f" {self.rows} AND {condition} AND {table}.activity_id = +s.activity_id"
            f" AND {table}.provider_id = {self.plan.provider_id} AND {table}.revision = s.base_revision",
            values,
        )

    def _tell(self) -> int:
        """Append the changes; return how many activities were closed."""
        rows = self.rows.replace(" s WHERE", f" s {_TO_MOVING} WHERE")
        deed, at = self.deed, self.deed.at.isoformat()
        json_of = self.adapt["old"]
        columns = {
            "activity_id": "COALESCE(m.activity_id, s.activity_id)",
            "revision": "COALESCE(s.base_revision, 0) + 1",
            "verb": "s.verb",
            "old": "CASE s.verb WHEN 'delete' THEN %s WHEN 'close' THEN %s ELSE s.old END",
            "new": "CASE s.verb WHEN 'delete' THEN %s WHEN 'close' THEN %s ELSE s.new END",
            "actor_id": "%s",
            "actor_name": "%s",
            "door": "%s",
            "at": _AT,
            "reason": "%s",
            "upload": "%s",
            "upload_row": "s.place",
        }
        who = [deed.actor.person_id, deed.actor.name, deed.door.value, self.at, deed.reason, self.upload]
        life = [json_of({name: value}) for value in (None, at) for name in ("deleted_at", "closed_at")]
        insert = f"INSERT INTO {CHANGE.table} ({', '.join(columns)}) SELECT "
        self._execute(f"{insert}{', '.join(columns.values())} {rows} ORDER BY s.place", [*life, *who])
        columns |= {
            "revision": "COALESCE(s.base_revision, 0) + 2",
            "verb": "'close'",
            "old": "%s",
            "new": "%s",
        }
        besides = self._execute(
            f"{insert}{', '.join(columns.values())} {rows} AND {_CLOSES_BESIDES} ORDER BY s.place",
            [life[1], life[3], *who],
        )
        return besides + self._count("s.verb = 'close'")


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
