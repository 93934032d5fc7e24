"""Statements as a verb sends them: recorded, and sent again by the driver alone, with nothing of ours around it."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from django.db import connection

#: SQL in Django's style, and its parameters.
Statement = tuple[str, Sequence[Any]]
Send = Callable[[Sequence[Statement]], None]


def recorded(work: Callable[[], object]) -> list[Statement]:
    """Do some work and return the statements it sent."""
    statements: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if many:
            statements.extend((sql, tuple(one)) for one in params)
        else:
            statements.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        work()
    return statements


@contextmanager
def sender() -> Iterator[Send]:
    """Give what sends statements as one transaction, on a connection of the driver's own, and reads what they find."""
    with _sqlite() if connection.vendor == "sqlite" else _postgresql() as send:
        yield send


@contextmanager
def _sqlite() -> Iterator[Send]:
    settings = connection.settings_dict
    with closing(sqlite3.connect(settings["NAME"], isolation_level=None)) as database:
        database.executescript(settings["OPTIONS"]["init_command"])

        def send(statements: Sequence[Statement]) -> None:
            for sql, params in statements:
                database.execute(sql.replace("%s", "?"), params).fetchall()
            database.execute("COMMIT")

        yield send


@contextmanager
def _postgresql() -> Iterator[Send]:
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as database:

        def send(statements: Sequence[Statement]) -> None:
            with database.cursor() as cursor:
                for sql, params in statements:
                    cursor.execute(sql.encode(), params)
                    if cursor.description:
                        cursor.fetchall()
            database.commit()

        yield send
