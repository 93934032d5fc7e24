"""The web services, called over HTTP on a server that was started as people start it.

Saving: one activity posted, against an empty call with the same key on the same connection and the statements of that
save sent raw, with their commit. The empty call is a POST to the same address without a body, whose parameter
`validate_only` is none of the two it may be: it is answered when the key is known, the call counted, the right
looked at and the body read, and it is the last thing that is looked at before the activity.

Reading: a page of a hundred by cursor, out of a provider's activities, of which OPENPARS_BENCH_SERVICES says how
many they are, against one out of a thousand. Both are in the same database, and are read in turns.

How many calls are answered in a second is told beside how many of a plain Django view are: `/healthz`, a function
that asks the database for the number 1 and answers two letters.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any, Final

from django.db import transaction
from tests import factories

from bench import multiplied, raw, served
from bench.raw import Statement
from bench.report import Report
from bench.served import Caller
from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.paging import Place
from openpars.activities.queries import everything
from openpars.activities.verbs.save import Edit, save_one
from openpars.api.activities.listing import cursor_of

SMALL: Final = multiplied.THOUSAND
LARGE: Final = int(os.environ.get("OPENPARS_BENCH_SERVICES", "1000000"))
SAVE_LIMIT: Final = 3.0
PAGE_LIMIT: Final = 1.3
#: A call, in plain views.
RATE_LIMITS: Final = {"one activity": 10.0, "a page of 100": 40.0, "saving one": 25.0}
PAGE: Final = 100
SAVES: Final = 200
RUNS: Final = 40
#: Programs that call at once, and for how many seconds.
CALLERS: Final = 4
SECONDS: Final = 4.0

ACTIVITIES: Final = "/api/v1/activities"
EMPTY: Final = f"{ACTIVITIES}?validate_only=perhaps"
#: The pages that are read: what is asked for, and whether from the beginning or from the middle on.
PAGES: Final = {
    "the first": ("", False),
    "in the middle": ("", True),
    "of a status, the first": ("&status=Closed", False),
    "of a status, in the middle": ("&status=Closed", True),
    "of a year, the first": ("&year=2025", False),
    "of a year, in the middle": ("&year=2025", True),
    "of a status and a year, the first": ("&status=Closed&year=2025", False),
}
_SAVEPOINTS: Final = ("SAVEPOINT", "RELEASE")

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Held:
    """A provider, the key of a program, an activity, and the cursor that leads to the second half."""

    provider: Provider
    key: str
    activity_id: int
    middle: str


def run(report: Report) -> None:
    """Store the activities, start the server and measure it."""
    small, large = _holding(SMALL), _holding(LARGE)
    multiplied.settle()
    with served.serving() as port:
        with closing(Caller(port)) as caller:
            _saving(report, caller, small)
            _reading(report, caller, small, large)
        _rates(report, port, large)


def _holding(number: int) -> Held:
    provider = factories.provider()
    _, key = factories.key(provider)
    ids = multiplied.fill(provider, number, since=clock.now() - timedelta(days=30))
    middle = ids[number // 2 - 1]
    entered = everything(factories.scope(provider)).values_list("created_at", flat=True).get(pk=middle)
    return Held(provider, key, middle, cursor_of(Place(entered, middle)) or "")


def _saving(report: Report, caller: Caller, held: Held) -> None:
    """Hold a posted activity against an empty call and the statements of the save."""
    posted: list[float] = []
    empty: list[float] = []
    sent: list[float] = []
    post = partial(caller.call, "POST", key=held.key)
    with raw.sender() as send:
        for place in range(-SAVES // 10, SAVES):
            # In turns, so that none gets the quieter moments; the first are not counted.
            statements = _statements(held)
            start = perf_counter()
            send(statements)
            raw_taken = perf_counter() - start
            taken, _ = post(ACTIVITIES, body=json.dumps(_new()).encode(), expect=201)
            bare, _ = post(EMPTY, expect=400)
            if place >= 0:
                sent.append(raw_taken)
                posted.append(taken)
                empty.append(bare)
    floor = median(empty) + median(sent)
    report.ratio(
        "service, saving one against an empty call and raw",
        median(posted),
        floor,
        limit=SAVE_LIMIT,
        note=f"{median(posted) * 1000:.2f} / {median(empty) * 1000:.2f} + {median(sent) * 1000:.2f} ms,"
        f" {len(statements)} statements",
    )


def _new() -> dict[str, Any]:
    """Return the answers of an activity that nobody has entered yet."""
    number = next(_numbers)
    return factories.answers(
        title=f"Sepsis in the Emergency Department {number}", internal_id=f"new-{number}"
    )


def _statements(held: Held) -> list[Statement]:
    """Return the statements of a save that was taken back: they can be sent once."""

    def save() -> None:
        with transaction.atomic():
            edit = Edit(_new(), keep_invalid=False)
            scope, actor = factories.scope(held.provider), factories.actor()
            assert save_one(edit, scope=scope, actor=actor, door=Door.SERVICE, now=clock.now()).created
            transaction.set_rollback(True)

    return [(sql, values) for sql, values in raw.recorded(save) if not sql.startswith(_SAVEPOINTS)]


def _reading(report: Report, caller: Caller, small: Held, large: Held) -> None:
    """Hold the pages of the large provider against those of the small one."""
    for name, (asked, from_the_middle) in PAGES.items():
        taken: dict[Held, list[float]] = {small: [], large: []}
        for place in range(-RUNS // 10, RUNS):
            for held, times in taken.items():
                path = (
                    f"{ACTIVITIES}?limit={PAGE}{asked}{f'&cursor={held.middle}' if from_the_middle else ''}"
                )
                seconds, said = caller.call("GET", path, key=held.key)
                if place < 0:
                    assert len(json.loads(said)["activities"]) == PAGE, (name, held)
                else:
                    times.append(seconds)
        many, few = median(taken[large]), median(taken[small])
        note = f"{many * 1000:.1f} / {few * 1000:.1f} ms"
        title = f"service, a page of {LARGE:,} against {SMALL:,}: {name}"
        report.ratio(title, many, few, limit=PAGE_LIMIT, note=note)


def _rates(report: Report, port: int, held: Held) -> None:
    """Tell how many calls of each kind are answered in a second, beside a plain view's."""
    plain = _rate(port, lambda caller: caller.call("GET", "/healthz"))
    calls: dict[str, Callable[[Caller], object]] = {
        "one activity": lambda caller: caller.call("GET", f"{ACTIVITIES}/{held.activity_id}", key=held.key),
        "a page of 100": lambda caller: caller.call("GET", f"{ACTIVITIES}?limit={PAGE}", key=held.key),
        "saving one": lambda caller: caller.call(
            "POST", ACTIVITIES, key=held.key, body=json.dumps(_new()).encode(), expect=201
        ),
    }
    for name, call in calls.items():
        rate = _rate(port, call)
        note = f"{rate:.0f} a second, {plain:.0f} of a plain view, {CALLERS} callers"
        report.ratio(
            f"service, {name} in plain views", 1 / rate, 1 / plain, limit=RATE_LIMITS[name], note=note
        )


def _rate(port: int, call: Callable[[Caller], object]) -> float:
    """Return how many calls are answered in a second when several programs call."""
    end = perf_counter() + SECONDS

    def go_on(_: int) -> int:
        done = 0
        with closing(Caller(port)) as caller:
            while perf_counter() < end:
                call(caller)
                done += 1
        return done

    with ThreadPoolExecutor(CALLERS) as pool:
        return sum(pool.map(go_on, range(CALLERS))) / SECONDS
