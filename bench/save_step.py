"""Saving a step through the verb, against the very same statements, locks and commit sent raw.

What the verb sends is recorded from real saves of one activity, and sent again on a connection of the
driver's own for a twin of it, with nothing of ours around it: what the ratio shows is what reading, judging,
merging and writing the history cost on top of the database.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from django.db import connection
from tests import factories

from bench.report import Report
from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.save import Edit, save_one

LIMITS = {"sqlite": 15.0, "postgresql": 8.0}
RUNS = 5
SAVES = 100

Statement = tuple[str, Sequence[Any]]


def run(report: Report) -> None:
    """Measure it."""
    provider = factories.provider()
    scope = factories.scope(provider)
    recorded, saved, replayed = (factories.activity(provider, title=title) for title in ("A", "B", "C"))

    def save(activity: Activity, number: int) -> None:
        edit = Edit(_step(number), activity_id=activity.pk, base_revision=number + 1)
        outcome = save_one(edit, scope=scope, actor=factories.actor(), door=Door.FORM, now=clock.now())
        assert outcome.changed == ("credits", "description", "specialties"), outcome

    statements = [
        _for(_recorded(partial(save, recorded, number)), recorded, replayed) for number in range(RUNS * SAVES)
    ]
    by_verb: list[float] = []
    raw: list[float] = []
    with ExitStack() as stack:
        send = _sqlite(stack) if connection.vendor == "sqlite" else _postgresql(stack)
        for first in range(0, RUNS * SAVES, SAVES):
            # In turns, so that neither gets the quieter moments.
            pairs = [
                (_seconds(partial(save, saved, number)), _seconds(partial(send, statements[number])))
                for number in range(first, first + SAVES)
            ]
            by_verb.append(median(verb for verb, _ in pairs))
            raw.append(median(sent for _, sent in pairs))
    report.ratio(
        "saving a step, by the verb against raw",
        median(by_verb),
        median(raw),
        limit=LIMITS[report.database],
        note=f"{median(by_verb) * 1000:.2f} / {median(raw) * 1000:.2f} ms, {len(statements[0])} statements",
    )


def _step(number: int) -> dict[str, Any]:
    """Return the second step as the form posts it, everything in it new."""
    return {
        "credits": str(number % 40 + 1),
        "on_passport": "yes",
        "description": f"{factories.answers()['description']} Edition {number}.",
        "specialties": [f"Specialty {number % 7}", "Emergency Medicine"],
    }


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _recorded(work: Callable[[], object]) -> list[Statement]:
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


def _for(statements: list[Statement], activity: Activity, twin: Activity) -> list[Statement]:
    """Return the statements as they would be about the twin."""
    return [
        (sql, tuple(twin.pk if value == activity.pk else value for value in params))
        for sql, params in statements
    ]


def _sqlite(stack: ExitStack) -> Callable[[list[Statement]], None]:
    database = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    stack.callback(database.close)
    database.executescript(connection.settings_dict["OPTIONS"]["init_command"])

    def send(statements: list[Statement]) -> None:
        for sql, params in statements:
            database.execute(sql.replace("%s", "?"), params).fetchall()
        database.execute("COMMIT")

    return send


def _postgresql(stack: ExitStack) -> Callable[[list[Statement]], None]:
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    database = psycopg.connect(**{name: parameters[name] for name in names if name in parameters})
    stack.callback(database.close)

    def send(statements: list[Statement]) -> None:
        with database.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql.encode(), params)
                if cursor.description:
                    cursor.fetchall()
        database.commit()

    return send
