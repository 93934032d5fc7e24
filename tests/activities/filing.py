"""A file's way into the record, with everything filled in that a test is not about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.verbs.apply import Applied, Moved, apply
from openpars.activities.verbs.plan import Asked, Planned, Planning
from openpars.formats.checking import not_asked
from openpars.rulebook.judging import judge
from openpars.rulebook.reading import read
from tests import factories
from tests.activities.doing import common


def asked(number: int, answers: Mapping[str, Any], **how: Any) -> Asked:
    """A row as the checking of files hands it on."""
    today = clock.now().date()
    reading = read(answers, today=today)
    judged = how.get("activity_id") is None and how.get("action") not in ("Update", "Delete")
    found = reading.findings
    if judged:
        present = {name: value for name, value in reading.answers.items() if value is not None}
        found += judge(present, rejected=reading.rejected, today=today)
        found += tuple(not_asked(present, found))
    return Asked(number, reading.answers, reading.rejected, found, judged=judged, **how)


def plan(of: Provider, *rows: Asked, key: UUID | None = None, batch: int = 1000, **how: Any) -> list[Planned]:
    """Plan these rows, in batches, and return what each would do."""
    planning = Planning(key or uuid4(), scope=factories.scope(of), now=clock.now(), **how)
    planned: list[Planned] = []
    for start in range(0, len(rows), batch):
        planned += planning.add(rows[start : start + batch])
    return planned


def applied(of: Provider, key: UUID, *, upload: UUID | None = None, **how: Any) -> Applied | Moved:
    """Apply a plan as the provider's editor."""
    return apply(key, upload=upload or key, **common(of) | {"door": Door.FILE} | how)
