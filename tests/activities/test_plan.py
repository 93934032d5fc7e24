"""What the rows of a file would do, before anything is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.verbs.plan import Asked, Planned, Planning, Result
from openpars.rulebook.judging import judge
from openpars.rulebook.reading import read
from tests import factories
from tests.activities.doing import rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


def asked(number: int, answers: Mapping[str, Any], **how: Any) -> Asked:
    """A row as the checking of files hands it on."""
    today = clock.now().date()
    reading = read(answers, today=today)
    judged = how.get("activity_id") is None and how.get("action") not in ("Update", "Delete")
    found = reading.findings
    if judged:
        present = {name: value for name, value in reading.answers.items() if value is not None}
        found += judge(present, rejected=reading.rejected, today=today)
    return Asked(number, reading.answers, reading.rejected, found, judged=judged, **how)


def plan(of: Provider, *rows: Asked, **how: Any) -> list[Planned]:
    planning = Planning(uuid4(), scope=factories.scope(of), now=clock.now(), **how)
    return [*planning.add(rows), *planning.finish()]


def test_new_changed_unchanged(provider: Provider) -> None:
    one = factories.activity(provider, title="One", internal_id="1")
    two = factories.activity(provider, title="Two", internal_id="2")
    new, changed, unchanged = plan(
        provider,
        asked(2, factories.answers(title="Three", internal_id="3")),
        asked(3, {"internal_id": "1", "city": "Peoria"}),
        asked(4, {"title": "Two"}, activity_id=two.pk),
    )
    assert (new.result, new.activity_id, new.old) == (Result.NEW, None, {})
    assert new.new == factories.answers(title="Three", internal_id="3")
    assert (changed.result, changed.activity_id) == (Result.CHANGED, one.pk)
    assert (changed.old, changed.new) == ({"city": "Chicago"}, {"city": "Peoria"})
    assert (unchanged.result, unchanged.activity_id, unchanged.new) == (Result.UNCHANGED, two.pk, {})
    assert rules
