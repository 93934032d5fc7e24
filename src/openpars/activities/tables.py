"""Many rows at once: how values of models are handed to the driver, and each database's own bulk path.

For tables with very many rows; one or a few are saved as Django saves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec
from django.db import connection
from django.db.models import (
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    UUIDField,
)

#: Rows handed to the driver at once.
BATCH = 5_000

Adapter = Callable[[Any], Any]
Row = Sequence[Any]


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

    def rows(self, values: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
        """Give the values in the order of the columns, ready for the driver."""
        pick = itemgetter(*self.fields)
        adapt = [
            (place, adapter)
            for place, adapter in enumerate(self.adapters().values())
            if adapter is not _as_it_is
        ]
        for one in values:
            row = list(pick(one))
            for place, adapter in adapt:
                row[place] = adapter(row[place])
            yield row

    def maker(self, otherwise: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Row]:
        """Return a function that makes a row for the driver of the values it is given by column.

        Columns that it is not given have the values in `otherwise`: where most columns of most rows say nothing,
        this takes a fraction of the time of `rows`.
        """
        adapters = self.adapters()
        usual = [adapters[name](otherwise.get(name)) for name in self.fields]
        steps = {name: (place, adapters[name]) for place, name in enumerate(self.fields)}

        def made(values: Mapping[str, Any]) -> Row:
            row = usual.copy()
            for name, value in values.items():
                place, adapter = steps[name]
                row[place] = value if adapter is _as_it_is else adapter(value)
            return row

        return made


def insert(table: Table, rows: Iterator[Row]) -> None:
    """Insert rows that are ready for the driver (`Table.rows`, `Table.maker`). Within the caller's transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copy_into(cursor, table.table, table, rows)
        else:
            append(cursor, table, rows)


def append(cursor: Any, table: Table, rows: Iterator[Row], ending: str = "") -> None:
    """Insert rows by the driver's own loop; `ending` goes behind the statement."""
    statement = table.insert + table.values + ending
    while batch := list(islice(rows, BATCH)):
        if len(batch) == 1:
            cursor.execute(statement, batch[0])
        else:
            cursor.executemany(statement, batch)


def copy_into(cursor: Any, target: str, table: Table, rows: Iterator[Row]) -> None:
    """Insert rows into a table with the columns of `table`, by PostgreSQL's COPY."""
    with cursor.copy(f"COPY {target} ({table.columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _adapter(field: Field[Any, Any]) -> Adapter:
    match field.target_field if isinstance(field, ForeignKey) else field:
        case JSONField():
            return _as_json
        case DateTimeField():
            # Few instants are written very often.
            return lru_cache(maxsize=1024)(connection.ops.adapt_datetimefield_value)
        case DateField():
            return connection.ops.adapt_datefield_value
        case DecimalField() if connection.vendor == "sqlite":
            return lambda value: None if value is None else str(value)
        case UUIDField() if connection.vendor == "sqlite":
            return lambda value: None if value is None else value.hex
    return _as_it_is


_encode = msgspec.json.Encoder().encode


def _as_it_is(value: Any) -> Any:
    return value


def _as_json(value: Any) -> str:
    return _encode(value).decode()
