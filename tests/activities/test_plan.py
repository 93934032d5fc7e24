"""What the rows of a file would do, before anything is done."""

from datetime import datetime

import pytest

from openpars.accounts.models import Provider
from openpars.activities.verbs.plan import Result
from tests import factories
from tests.activities.filing import asked, plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


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
