from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from openpars.activities.history import describe, history
from openpars.activities.models import Activity, Change, Unscoped
from openpars.activities.queries import NoSuchActivity
from openpars.activities.verbs.close import close
from tests import factories
from tests.activities.doing import changes, common, edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(frozen: datetime) -> Activity:
    activity = factories.activity(factories.provider(), over=factories.draft())
    support = [
        {"kind": "monetary", "source": "Demo Devices Company", "amount": "$12,500.00"},
        {"kind": "in-kind", "source": "Demo Imaging Company"},
    ]
    edit(activity, {"support_received": True, "support": support, "start_date": "3/4/2026", "credits": "0.3"})
    edit(activity, {"credits": "0.5", "country": "CAN", "on_passport": "no", "specialties": "A;B"})
    return activity


def test_what_changed_is_told_in_words(changed: Activity) -> None:
    told = [describe(change) for change in history(factories.scope(changed.provider), changed.pk)]
    assert told == [
        [
            ("Country", "—", "Canada"),
            ("AMA PRA Category 1 Credit™", "—", "0.5"),
            ("Include in CME Passport", "—", "No"),
            ("Specialties", "—", "A; B"),
            ("AMA PRA Category 1 Credit™ (typed, to be mended)", "0.3", "—"),
        ],
        [
            ("Start date", "March 5, 2026", "March 4, 2026"),
            ("Did this activity receive commercial support?", "—", "Yes"),
            (
                "Sources of commercial support",
                "—",
                "Monetary, Demo Devices Company, $12,500\nIn-kind, Demo Imaging Company",
            ),
            ("AMA PRA Category 1 Credit™ (typed, to be mended)", "—", "0.3"),
        ],
        [
            ("Activity title", "—", "Sepsis in the Emergency Department"),
            ("Activity format", "—", "Live Course"),
            ("Start date", "—", "March 5, 2026"),
            ("End date", "—", "March 6, 2026"),
        ],
    ]


def test_closing_is_told(frozen: datetime) -> None:
    activity = factories.activity(factories.provider())
    close([activity.pk], **common(activity.provider))
    assert describe(changes(activity)[-1]) == [("Marked as closed", "No", "Yes")]


def test_a_strangers_history_is_not_shown(changed: Activity) -> None:
    stranger = factories.provider(accreditor=changed.provider.accreditor)
    with pytest.raises(NoSuchActivity):
        history(factories.scope(stranger), changed.pk)


def test_the_history_is_append_only(changed: Activity) -> None:
    change = changes(changed)[0]
    for rewrite in (change.save, change.delete):
        with pytest.raises(TypeError):
            rewrite()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(actor_name="Nobody")
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Change.objects.filter(pk=change.pk).delete()


def test_activities_are_reached_through_a_scope(changed: Activity) -> None:
    with pytest.raises(Unscoped):
        Activity.objects.count()
    with pytest.raises(Unscoped):
        Activity.objects.get(pk=changed.pk)
