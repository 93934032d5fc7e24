"""Saving a step through the verb, against the very same statements, locks and commit sent raw.

What the verb sends is recorded from real saves of one activity, and sent again on a connection of the
driver's own for a twin of it, with nothing of ours around it: what the ratio shows is what reading, judging,
merging and writing the history cost on top of the database.
"""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from tests import factories

from bench import raw
from bench.raw import Statement
from bench.report import Report
from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.save import Edit, save_one

LIMITS = {"sqlite": 15.0, "postgresql": 8.0}
RUNS = 5
SAVES = 100


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
        _for(raw.recorded(partial(save, recorded, number)), recorded, replayed)
        for number in range(RUNS * SAVES)
    ]
    by_verb: list[float] = []
    by_driver: list[float] = []
    with raw.sender() as send:
        for first in range(0, RUNS * SAVES, SAVES):
            # In turns, so that neither gets the quieter moments.
            pairs = [
                (_seconds(partial(save, saved, number)), _seconds(partial(send, statements[number])))
                for number in range(first, first + SAVES)
            ]
            by_verb.append(median(verb for verb, _ in pairs))
            by_driver.append(median(sent for _, sent in pairs))
    report.ratio(
        "saving a step, by the verb against raw",
        median(by_verb),
        median(by_driver),
        limit=LIMITS[report.database],
        note=f"{median(by_verb) * 1000:.2f} / {median(by_driver) * 1000:.2f} ms, {len(statements[0])} statements",
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


def _for(statements: list[Statement], activity: Activity, twin: Activity) -> list[Statement]:
    """Return the statements as they would be about the twin."""
    return [
        (sql, tuple(twin.pk if value == activity.pk else value for value in params))
        for sql, params in statements
    ]
