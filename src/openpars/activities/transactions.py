"""The transaction that wrote a row, as the database itself notes it down.

PostgreSQL gives ids before it commits: a row with a lower id may be seen after one with a higher. Whoever reads rows
one after the other, and goes on where it stopped, would never see the late one. Transactions are numbered as they
begin to write, and each statement knows the lowest number that is still under way: what is below has ended for good.
On SQLite there is one writer at a time; ids rise as rows are committed, and every row has the number 0.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models.expressions import Combinable
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan


class Current(models.Func):
    """The number of the transaction that is writing; always the same one on SQLite."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the expression for PostgreSQL."""
        return "pg_current_xact_id()::text::bigint", ()

    def as_sqlite(self, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the expression for SQLite."""
        return "0", ()


class _Ended(models.Func):
    """All transactions of this database below this number have ended, as the very statement sees it that asks.

    A server numbers the transactions of all its databases in one row; those of which it is known that they write to
    another one hold nobody up.
    """

    output_field = models.BigIntegerField()

    def as_postgresql(self, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the expression for PostgreSQL, the only database that is asked for it."""
        return _ENDED_ON_POSTGRESQL, ()


_ENDED_ON_POSTGRESQL = """(
    SELECT COALESCE(
        MIN(running::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    )
    FROM pg_snapshot_xip(pg_current_snapshot()) running
    WHERE NOT EXISTS (
        SELECT 1 FROM pg_locks held JOIN pg_stat_activity writer ON writer.pid = held.pid
        WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
        AND held.transactionid = running::xid
        AND writer.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
    )
)"""


def ended() -> models.Q:
    """Return the condition for rows that were written by transactions which have ended: on SQLite, all that is seen."""
    return models.Q() if connection.vendor == "sqlite" else models.Q(transaction__lt=_Ended())


def behind(transaction: int, row: int) -> Combinable | models.Q:
    """Return the condition for rows that come after this one, in the order of transactions and ids.

    Each database gets it in words by which an index leads to the first of them: an "or" of the two cases would have
    all that comes before read again and again.
    """
    if connection.vendor == "sqlite":
        return models.Q(transaction=transaction, id__gt=row)
    return TupleGreaterThan(Tuple(models.F("transaction"), models.F("id")), (transaction, row))


class WritingTransaction(models.BigIntegerField):  # type: ignore[type-arg]
    """The number of the transaction that wrote the row; the database fills it in.

    It means something in this database alone: a backup leaves it out, and rows that are brought back have the number
    of the transaction that did so.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("editable", False)
        options.setdefault("db_default", Current())
        super().__init__(**options)
