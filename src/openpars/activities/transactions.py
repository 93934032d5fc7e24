"""The transaction that wrote a row, as the database itself notes it down.

PostgreSQL gives ids before it commits: a row with a lower id may be seen after one with a higher. Whoever reads rows
one after the other, and goes on where it stopped, would never see the late one. Transactions are numbered as they
begin to write, and each statement knows the lowest number that is still under way: what is below has ended for good.
On SQLite there is one writer at a time; ids rise as rows are committed, and every row has the number 0.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class _Number(models.Func):
    """A number of a transaction, from what PostgreSQL says; the same number, always, on SQLite."""

    output_field = models.BigIntegerField()
    on_postgresql: str
    on_sqlite: str

    def as_postgresql(self, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the expression for PostgreSQL."""
        return self.on_postgresql, ()

    def as_sqlite(self, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the expression for SQLite."""
        return self.on_sqlite, ()


class Current(_Number):
    """The transaction that is writing."""

    on_postgresql = "pg_current_xact_id()::text::bigint"
    on_sqlite = "0"


class Ended(_Number):
    """All transactions of this database below this number have ended, as the very statement sees it that asks.

    A server numbers the transactions of all its databases in one row; those of which it is known that they write to
    another one hold nobody up.
    """

    on_postgresql = """(
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
    on_sqlite = "1"


class WritingTransaction(models.BigIntegerField):  # type: ignore[type-arg]
    """The number of the transaction that wrote the row; the database fills it in.

    It means something in this database alone: a backup leaves it out, and rows that are brought back have the number
    of the transaction that did so.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("editable", False)
        options.setdefault("db_default", Current())
        super().__init__(**options)
