"""A file's way into the record, with everything filled in that a test is not about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.verbs.apply import Applied, Moved, apply
from openpars.activities.verbs.plan import Planned, Planning
from openpars.formats.checking import Checked, check_rows
from openpars.formats.rows import Layout, Reading, Row
from tests import factories
from tests.activities.doing import common


def asked(number: int, answers: Mapping[str, Any], *, activity_id: int | None = None, **how: Any) -> Checked:
    """A row of a workbook, as the checking of files hands it on."""
    named = None if activity_id is None else str(activity_id)
    reading = Reading(Layout("xlsx"), iter([Row(number, dict(answers), activity_id=named, **how)]))
    [checked] = check_rows(reading, today=clock.today("America/Chicago"))
    return checked


def plan(
    of: Provider, *rows: Checked, key: UUID | None = None, batch: int = 1000, **how: Any
) -> list[Planned]:
    """Plan these rows, in batches, and return what each would do."""
    planning = Planning(key or uuid4(), scope=factories.scope(of), now=clock.now(), **how)
    planned: list[Planned] = []
    for start in range(0, len(rows), batch):
        planned += planning.add(rows[start : start + batch])
    return planned


def applied(of: Provider, key: UUID, *, upload: UUID | None = None, **how: Any) -> Applied | Moved:
    """Apply a plan as the provider's editor."""
    return apply(key, upload=upload or key, **common(of) | {"door": Door.FILE} | how)
