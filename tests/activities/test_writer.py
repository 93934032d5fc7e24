"""Many rows go another way into the database than a few; they arrive just the same."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from openpars.activities import queries
from openpars.activities.models import Activity, PastName
from openpars.activities.records import answers_of
from openpars.activities.rederiving import rederive
from openpars.activities.verbs.save import Edit, save
from openpars.activities.writer import BULK
from openpars.rulebook.lifecycle import ends_at
from tests import factories
from tests.activities.doing import changes, common, stored
from tests.activities.test_records import EVERYTHING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


#: What differs from one activity to the next, whatever way it was written.
OWN = {"activity_id", "title", "search_text", "likeness", "internal_id"}


def columns(activity: Activity) -> dict[str, Any]:
    return {
        field.attname: getattr(activity, field.attname)
        for field in Activity._meta.concrete_fields
        if field.attname not in OWN
    }


def test_one_and_many_are_stored_alike() -> None:
    provider = factories.provider()
    one = factories.activity(provider, **EVERYTHING)
    edits = [Edit(EVERYTHING | {"title": f"T{n}", "internal_id": f"I{n}"}) for n in range(BULK)]
    many = [outcome.activity for outcome in save(edits, **common(provider))]
    for activity in many:
        assert activity is not None
        assert columns(stored(activity)) == columns(stored(one))
        [change] = changes(activity)
        assert (change.new, change.old) == (answers_of(activity), {})
    # And changed: one edit among the many says nothing new, one breaks a rule.
    edits = [
        Edit({"city": "Peoria", "internal_id": f"J{n}"}, activity_id=a.pk) for n, a in enumerate(many) if a
    ]
    edits[0] = Edit({"title": "T0"}, activity_id=edits[0].activity_id)
    edits[1] = Edit({"sessions": "x"}, activity_id=edits[1].activity_id, keep_invalid=False)
    outcomes = save([*edits, Edit(factories.draft(title="New"))], **common(provider))
    assert [outcome.done for outcome in outcomes[:3]] == [True, False, True]
    after = [stored(activity) for activity in many if activity]
    assert [activity.revision for activity in after] == [1, 1, *[2] * (BULK - 2)]
    assert [activity.city for activity in after] == ["Chicago", "Chicago", *["Peoria"] * (BULK - 2)]
    assert changes(after[2])[1].old == {"city": "Chicago", "internal_id": "I2"}
    assert outcomes[-1].created


def test_internal_ids_move_on_in_a_large_set() -> None:
    provider = factories.provider()
    edits = [Edit(factories.draft(title=f"T{n}", internal_id=f"I{n}")) for n in range(BULK)]
    made = [outcome.activity.pk for outcome in save(edits, **common(provider)) if outcome.activity]
    # Each takes the one that the one before it has just given up.
    moves = [(made[0], "free"), *((pk, f"I{n}") for n, pk in enumerate(made[1:]))]
    outcomes = save([Edit({"internal_id": name}, activity_id=pk) for pk, name in moves], **common(provider))
    assert all(outcome.done for outcome in outcomes)
    found = queries.of(factories.scope(provider)).order_by("activity_id")
    assert list(found.values_list("internal_id", flat=True)) == [name for _, name in moves]


def test_more_activities_take_no_more_statements() -> None:
    provider = factories.provider()

    def statements(count: int, who: str) -> int:
        new = [Edit(factories.draft(title=f"{who}{n}", internal_id=f"{who}{n}")) for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            outcomes = save(new, **common(provider))
        ids = [outcome.activity.pk for outcome in outcomes if outcome.activity]
        with CaptureQueriesContext(connection) as changed:
            save(
                [Edit({"city": "Peoria"}, activity_id=pk, base_revision=1) for pk in ids], **common(provider)
            )
        return len(asked) + len(changed)

    assert statements(BULK, "a") == statements(BULK * 5, "b")


def test_names_are_remembered_once() -> None:
    provider = factories.provider()
    for title, name in (("One", "Demo Heart Society"), ("Two", "DEMO heart  society")):
        factories.activity(provider, title=title, joint_providers=[name, name])
    assert list(PastName.objects.values_list("kind", "name")) == [("joint-providers", "Demo Heart Society")]


def test_nothing_writes_around_the_writer() -> None:
    activity = factories.activity(factories.provider())
    mine = queries.of(factories.scope(activity.provider))
    for around in (activity.save, activity.delete, mine.delete, lambda: mine.update(year=1)):
        with pytest.raises(TypeError, match="Activities are"):
            around()


def test_rederiving_brings_every_derived_column_back() -> None:
    provider = factories.provider()
    activities = [factories.activity(provider, title=f"T{n}", internal_id=f"I{n}") for n in range(3)]
    as_written = [stored(activity).__dict__ for activity in activities]
    spoilt = {"complete_for": 1, "rulebook_version": "old", "search_text": "", "likeness": 0, "year": 1}
    QuerySet(Activity).filter(pk__in=[activity.pk for activity in activities[:2]]).update(**spoilt)
    assert list(rederive(now=activities[0].created_at)) == [2]
    again = [stored(activity).__dict__ for activity in activities]
    for before, after in zip(as_written, again, strict=True):
        assert {**before, "_state": None} == {**after, "_state": None}
    assert list(rederive(now=activities[0].created_at)) == []
    assert list(rederive(now=activities[0].created_at, everything=True)) == [3]


def test_another_time_zone_ends_every_activity_at_another_instant(client: Client) -> None:
    accreditor = factories.accreditor()
    staff = factories.contact(accreditor, role="administrator").person
    mine = factories.activity(factories.provider(accreditor=accreditor))
    strangers = factories.activity(factories.provider(accreditor=factories.accreditor(name="Other")))
    client.force_login(staff)
    data = {"name": accreditor.name, "time_zone": "Europe/London"}
    assert client.post(reverse("accreditor-edit", args=[accreditor.pk]), data).status_code == 302
    assert stored(mine).ends_at == ends_at(mine.end_date, "Europe/London")
    assert stored(strangers).ends_at == strangers.ends_at
