"""The only code that writes activities: one from the form, or a hundred thousand from a file.

Callers hold the transaction and the locks (`locks`), and hand over rows that are ready. A few rows take one
statement each, which touches only the columns that changed; many rows go through the database's own bulk
path, which writes whole rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from openpars.accounts.actors import Actor
from openpars.activities import trigrams
from openpars.activities.doors import Door
from openpars.activities.folding import cut, fold
from openpars.activities.models import MOVED_IN, Activity, ActivityNumber, Change, PastName, Plan, Staged
from openpars.activities.records import columns_of
from openpars.activities.tables import Row, Table, append, copy_into, insert

FIRST_NUMBER = 100_000_001
#: Where PostgreSQL counts activity IDs; SQLite counts them in the one row of `ActivityNumber`.
_SEQUENCE = "activities_activity_number"
#: What PostgreSQL calls the lock on giving activity IDs.
_NUMBERS_LOCK = 20_050_101
#: From so many rows on, the bulk path is quicker than one statement per row.
BULK = 30


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
            append(cursor, CHANGE, _changes(rows, deed))
        elif connection.vendor == "postgresql":
            _merge(cursor, rows)
            copy_into(cursor, CHANGE.table, CHANGE, _changes(rows, deed))
        else:
            named = [row.activity.activity_id for row in rows if row.created or "search_text" in row.columns]
            with trigrams.together(cursor, named):
                append(cursor, ACTIVITY, _activities(rows), ACTIVITY.on_conflict)
            append(cursor, CHANGE, _changes(rows, deed))
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

    A row that is whole has its answers in canonical form, as `columns_of` takes them. Within the caller's
    transaction.
    """
    whole, other = STAGED.maker(_NOT_SAID | _NO_ANSWERS), STAGED.maker(_NOT_SAID)
    insert(STAGED, (whole(row) if row.get("is_whole") else other(row) for row in rows))


class HasMoved(Exception):
    """Some rows of a plan cannot be moved in, because activities are not what they were."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a plan do what, and the names they use, each with its kind."""

    new: int
    adopted: int
    rewritten: int
    deleted: int
    others: int
    renamed: int
    closed: int
    closed_besides: int
    names: frozenset[tuple[str, str]]
    searched_otherwise: tuple[int, ...]
    """On SQLite the stored activities that will be found by other words."""


def tally(plan: Plan) -> Tally:
    """Go through the rows of a plan before they are moved in, so that nobody has to wait for that."""
    counted = ", ".join(f"COUNT(CASE WHEN {condition} THEN 1 END)" for condition in _KINDS.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted} {_rows_of(plan)}")
        counts: dict[str, int] = dict(zip(_KINDS, cursor.fetchone(), strict=True))
        cursor.execute(f"SELECT DISTINCT CAST(s.names AS text) {_rows_of(plan)}")
        names = frozenset((kind, name) for (used,) in cursor.fetchall() for kind, name in json.loads(used))
        searched_otherwise: tuple[int, ...] = ()
        if connection.vendor == "sqlite":
            # For one connection alone, so that the database is not held.
            cursor.execute("DROP TABLE IF EXISTS temp.moving")
            cursor.execute(_MOVING)
            cursor.execute(
                f"INSERT INTO moving SELECT s.place, row_number() OVER (ORDER BY s.place) {_rows_of(plan)} AND {_NEW}"
            )
            cursor.execute(
                f"SELECT s.activity_id {_rows_of(plan)} AND {_REWRITTEN} AND s.search_text IS NOT"
                f" (SELECT search_text FROM {ACTIVITY.table} a WHERE a.activity_id = s.activity_id)"
            )
            searched_otherwise = tuple(number for (number,) in cursor.fetchall())
    return Tally(names=names, searched_otherwise=searched_otherwise, **counts)


def move_in(plan: Plan, deed: Deed, *, upload: UUID, tally: Tally) -> None:
    """Write the rows of a plan, their changes and the names they use, each in a few statements.

    Within the caller's transaction, which is good for nothing more when this raises HasMoved.
    """
    try:
        with connection.cursor() as cursor:
            _Moving(cursor, plan, deed, upload, tally).run()
            provider_id = plan.provider_id
            _remember(cursor, ((provider_id, kind, cut(fold(name), 500), name) for kind, name in tally.names))
    except IntegrityError as clash:
        # The keys say it: an internal ID or an activity ID is taken meanwhile.
        raise HasMoved from clash


def _rows_of(plan: Plan, join: str = "") -> str:
    return f"FROM {STAGED.table} s {join} WHERE s.plan_id = {plan.pk} AND NOT s.skipped AND s.verb <> ''"


_NEW = "s.base_revision IS NULL AND s.activity_id IS NULL"
_ADOPTED = "s.base_revision IS NULL AND s.activity_id IS NOT NULL"
_REWRITTEN = "s.base_revision IS NOT NULL AND s.is_whole"
_RENAMED = "s.gives_up > '' AND s.is_whole"
_DELETED = "s.deletes IS TRUE"
#: Rows that change nothing but the life of an activity, but for those that delete it.
_OTHERS = "s.base_revision IS NOT NULL AND NOT s.is_whole AND s.deletes IS NOT TRUE"
#: Closing is a change of its own, after the first.
_CLOSED_BESIDES = "s.closes IS TRUE AND s.verb <> 'close'"
_KINDS = {
    "new": _NEW,
    "adopted": _ADOPTED,
    "rewritten": _REWRITTEN,
    "deleted": _DELETED,
    "others": _OTHERS,
    "renamed": _RENAMED,
    "closed": "s.closes IS TRUE",
    "closed_besides": _CLOSED_BESIDES,
}
_REVISIONS = f"1 + CASE WHEN {_CLOSED_BESIDES} THEN 1 ELSE 0 END"
#: The activity IDs of the new rows.
_MOVING = "CREATE TEMP TABLE moving (place integer PRIMARY KEY, activity_id integer)"
_TO_MOVING = "LEFT JOIN moving m ON m.place = s.place"


class _Moving:
    """One moving in. Internal IDs are given up before they are given, so that activities can swap them."""

    def __init__(self, cursor: Any, plan: Plan, deed: Deed, upload: UUID, tally: Tally) -> None:
        self.cursor = cursor
        self.plan = plan
        self.deed = deed
        self.tally = tally
        adapt = CHANGE.adapters()
        self.json_of = adapt["old"]
        self.at = adapt["at"](deed.at)
        self.upload = adapt["upload"](upload)
        self.rows = _rows_of(plan)

    def run(self) -> None:
        """Write everything; the statements build on each other in this order."""
        tally = self.tally
        self._hold()
        self._number()
        with self._search_index():
            if tally.renamed:
                self._execute(
                    f"UPDATE {ACTIVITY.table} SET internal_id = '' WHERE activity_id IN"
                    f" (SELECT s.activity_id {self.rows} AND {_RENAMED})"
                )
            if tally.deleted:
                # As `delete` does it, the form entry is set free.
                self._update(self._life() | {"entry": "NULL"}, _DELETED, tally.deleted)
            if tally.new or tally.adopted:
                self._insert()
            if tally.rewritten:
                record = {name: f"s.{name}" for name in MOVED_IN}
                self._update(record | self._life(), _REWRITTEN, tally.rewritten)
            if tally.others:
                self._update(self._life(), _OTHERS, tally.others)
        self._tell()
        self._execute("DROP TABLE moving")

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        self.cursor.execute(sql, list(values))
        return int(self.cursor.rowcount)

    def _hold(self) -> None:
        """Hold the activities in the order of their IDs, as every verb does."""
        tally = self.tally
        if connection.vendor == "postgresql" and tally.rewritten + tally.deleted + tally.others:
            self._execute(
                f"SELECT COUNT(*) FROM (SELECT 1 FROM {ACTIVITY.table} a WHERE a.activity_id IN"
                f" (SELECT s.activity_id {self.rows} AND s.base_revision IS NOT NULL)"
                " ORDER BY a.activity_id FOR UPDATE) held"
            )

    def _number(self) -> None:
        """Give the new activities their IDs, in the order of the file."""
        if connection.vendor == "postgresql":
            self._execute(f"{_MOVING} ON COMMIT DROP")
            if self.tally.new or self.tally.adopted:
                _hold_numbers(self.cursor, alone=self.tally.adopted > 0)
            if self.tally.new:
                self._execute(
                    f"INSERT INTO moving SELECT n.place, nextval('{_SEQUENCE}')"
                    f" FROM (SELECT s.place {self.rows} AND {_NEW} ORDER BY s.place) n"
                )
                another = (
                    f"UPDATE moving SET activity_id = nextval('{_SEQUENCE}')"
                    f" WHERE activity_id IN (SELECT activity_id FROM {ACTIVITY.table})"
                )
                if self.tally.adopted:
                    another += f" OR activity_id IN (SELECT s.activity_id {self.rows} AND {_ADOPTED})"
                while self._execute(another):
                    pass
                self._execute("ANALYZE moving")
        elif self.tally.new:
            besides = (
                f"SELECT s.activity_id {self.rows} AND {_ADOPTED}" if self.tally.adopted else "SELECT NULL"
            )
            last = _last_of(self.cursor, self.tally.new, besides=besides)
            self._execute("UPDATE moving SET activity_id = activity_id + %s", [last - self.tally.new])

    def _search_index(self) -> AbstractContextManager[None]:
        """Put into SQLite's search index at once what these rows call otherwise."""
        if connection.vendor == "postgresql":
            return nullcontext()
        self._execute(
            "SELECT activity_id FROM moving UNION ALL"
            f" SELECT s.activity_id {self.rows} AND {_ADOPTED} AND {self.tally.adopted} > 0"
        )
        new = [number for (number,) in self.cursor.fetchall()]
        return trigrams.together(self.cursor, [*new, *self.tally.searched_otherwise])

    def _insert(self) -> None:
        columns = {
            **{name: f"s.{name}" for name in MOVED_IN},
            "search_text": "s.search_text || COALESCE(CAST(m.activity_id AS text), '')",
            "activity_id": "COALESCE(m.activity_id, s.activity_id)",
            "provider_id": str(self.plan.provider_id),
            "closed_at": "CASE WHEN s.closes THEN %s END",
            "revision": _REVISIONS,
            "created_at": "%s",
            "updated_at": "%s",
        }
        self._execute(
            f"INSERT INTO {ACTIVITY.table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
            f" {_rows_of(self.plan, _TO_MOVING)} AND s.base_revision IS NULL ORDER BY s.place",
            [self.at] * 3,
        )

    def _life(self) -> dict[str, str]:
        table = ACTIVITY.table
        return {
            "closed_at": f"CASE WHEN s.closes THEN %s WHEN s.closes IS NULL THEN {table}.closed_at END",
            "deleted_at": f"CASE WHEN s.deletes THEN %s WHEN s.deletes IS NULL THEN {table}.deleted_at END",
            "revision": f"s.base_revision + {_REVISIONS}",
            "updated_at": "%s",
        }

    def _update(self, columns: Mapping[str, str], condition: str, expected: int) -> None:
        """Set these columns where the activities are what they were; raises HasMoved where some are not."""
        table = ACTIVITY.table
        # The plus keeps SQLite from going through all activities to look each up among the rows.
        found = self._execute(
            f"UPDATE {table} SET {', '.join(f'{name} = {value}' for name, value in columns.items())}"
            f" {self.rows} AND {condition} AND {table}.activity_id = +s.activity_id"
            f" AND {table}.provider_id = {self.plan.provider_id} AND {table}.revision = s.base_revision",
            [self.at] * 3,
        )
        if found != expected:
            raise HasMoved

    def _tell(self) -> None:
        """Append the changes."""
        deed, rows = self.deed, _rows_of(self.plan, _TO_MOVING)
        first = {
            "activity_id": "COALESCE(m.activity_id, s.activity_id)",
            "provider_id": str(self.plan.provider_id),
            "revision": "COALESCE(s.base_revision, 0) + 1",
            "verb": "s.verb",
            "old": "CASE s.verb WHEN 'delete' THEN %s WHEN 'close' THEN %s ELSE s.old END",
            "new": "CASE s.verb WHEN 'delete' THEN %s WHEN 'close' THEN %s ELSE s.new END",
            "actor_id": "%s",
            "actor_name": "%s",
            "door": "%s",
            "at": "%s",
            "reason": "%s",
            "upload": "%s",
            "upload_row": "s.place",
        }
        who = [deed.actor.person_id, deed.actor.name, deed.door.value, self.at, deed.reason, self.upload]
        life = [
            self.json_of({name: value})
            for value in (None, deed.at.isoformat())
            for name in ("deleted_at", "closed_at")
        ]
        insert = f"INSERT INTO {CHANGE.table} ({', '.join(first)}) SELECT"
        self._execute(f"{insert} {', '.join(first.values())} {rows} ORDER BY s.place", [*life, *who])
        if self.tally.closed_besides:
            second = {
                "revision": "COALESCE(s.base_revision, 0) + 2",
                "verb": "'close'",
                "old": "%s",
                "new": "%s",
            }
            self._execute(
                f"{insert} {', '.join((first | second).values())} {rows} AND {_CLOSED_BESIDES} ORDER BY s.place",
                [life[1], life[3], *who],
            )


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


ACTIVITY = Table(Activity)
CHANGE = Table(Change, without=["id", "transaction"])
STAGED = Table(Staged, without=["id"])
#: Of a whole record the columns that it has no answer for.
_NO_ANSWERS: dict[str, Any] = columns_of({}) | {"rejected": {}}
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


def _write_one(cursor: Any, row: Written) -> None:
    if row.created:
        [values] = ACTIVITY.rows([row.activity.__dict__])
        cursor.execute(ACTIVITY.insert + ACTIVITY.values, values)
        return
    assignments = ", ".join(f'"{name}" = %s' for name in row.columns)
    adapt = ACTIVITY.adapters()
    values = [adapt[name](getattr(row.activity, name)) for name in row.columns]
    cursor.execute(
        f"UPDATE {ACTIVITY.table} SET {assignments} WHERE activity_id = %s",
        [*values, row.activity.activity_id],
    )


def _merge(cursor: Any, rows: Sequence[Written]) -> None:
    cursor.execute(f"CREATE TEMP TABLE incoming (LIKE {ACTIVITY.table}, place bigserial) ON COMMIT DROP")
    copy_into(cursor, "incoming", ACTIVITY, _activities(rows))
    # In the order given: an internal ID that one row gives up can be taken by a later one.
    cursor.execute(
        f"{ACTIVITY.insert} SELECT {ACTIVITY.columns} FROM incoming ORDER BY place {ACTIVITY.on_conflict}"
    )
    cursor.execute("DROP TABLE incoming")


def _activities(rows: Iterable[Written]) -> Iterator[Row]:
    return ACTIVITY.rows(row.activity.__dict__ for row in rows)


def _changes(rows: Iterable[Written], deed: Deed) -> Iterator[Row]:
    told = {
        "actor_id": deed.actor.person_id,
        "actor_name": deed.actor.name,
        "door": deed.door.value,
        "at": deed.at,
        "reason": deed.reason,
        "upload": None,
        "upload_row": None,
    }
    return CHANGE.rows(
        {
            **told,
            "activity_id": row.activity.activity_id,
            "provider_id": row.activity.provider_id,
            "revision": row.activity.revision,
            "verb": row.verb,
            "old": row.old,
            "new": row.new,
        }
        for row in rows
    )


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
