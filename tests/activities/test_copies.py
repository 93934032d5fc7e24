"""Copies, and the further instances of repeat activities."""

from datetime import datetime
from typing import Any

import pytest

from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.activities.verbs.close import close
from openpars.activities.verbs.copy import copied, copy
from openpars.activities.verbs.make_instances import make_instances
from tests import factories
from tests.activities.doing import changes, common, edit, rules, stored
from tests.activities.test_records import EVERYTHING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


def test_a_copy_leaves_behind_what_is_the_originals_own() -> None:
    original = factories.activity(factories.provider(), **EVERYTHING)
    close([original.pk], **common(original.provider))
    [outcome] = copy([original.pk], to_next_year=False, **common(original.provider))
    assert outcome.activity is not None
    made = stored(outcome.activity)
    left = {"internal_id", "physicians", "other_learners", "counts_as_of", "support", "support_received"}
    left |= {"repeated", "instances"}
    expected = {name: value for name, value in EVERYTHING.items() if name not in left}
    moc = {
        name: value
        for name, value in EVERYTHING["collaborations"][0].items()
        if name not in {"attested", "attested_by"}
    }
    assert answers_of(made) == expected | {"collaborations": [moc, {"kind": "mips"}]}
    assert (made.revision, made.closed_at, made.repeat_group, made.rejected) == (1, None, None, {})
    assert [change.verb for change in changes(made)] == ["copy"]


def test_next_year_has_no_29_february() -> None:
    moved = copied(
        {
            "start_date": "2024-02-29",
            "end_date": "2024-12-31",
            "collaborations": [{"credit_claim_date": "2024-02-29"}],
        },
        years=1,
    )
    assert moved == {
        "start_date": "2025-02-28",
        "end_date": "2025-12-31",
        "collaborations": [{"credit_claim_date": "2025-02-28"}],
    }


def repeated(*instances: dict[str, Any], **answered: Any) -> Activity:
    return factories.activity(factories.provider(), repeated=True, instances=list(instances), **answered)


def made_of(activity: Activity) -> list[Activity]:
    outcomes = make_instances(activity.pk, **common(activity.provider))
    assert all(outcome.done and outcome.created for outcome in outcomes)
    return [stored(outcome.activity) for outcome in outcomes if outcome.activity]


DAY = {"start_date": "2026-03-08", "end_date": "2026-03-08"}


def test_each_instance_becomes_an_activity() -> None:
    first = repeated(
        DAY,
        {**DAY, "delivery_methods": ["Live-Streamed"], "internal_id": "S-X"},
        internal_id="S",
        support_received=True,
        support=[{"kind": "in-kind", "source": "Demo Devices Company"}],
    )
    factories.activity(first.provider, title="Another", internal_id="S-1")
    here, there = made_of(first)
    left = {"physicians", "other_learners", "support_received", "support"}
    shared = {name: value for name, value in factories.answers().items() if name not in left}
    shared |= DAY | {"repeated": True}
    assert answers_of(here) == shared | {"internal_id": "S-2"}
    streamed = {name: value for name, value in shared.items() if name not in {"city", "state", "country"}}
    assert answers_of(there) == streamed | {"internal_id": "S-X", "delivery_methods": ["Live-Streamed"]}
    cleared = stored(first)
    assert cleared.instances == []
    assert cleared.physicians == 40
    assert cleared.repeat_group == here.repeat_group == there.repeat_group is not None
    # A double click makes nothing more, and later instances join the group.
    assert made_of(first) == []
    place = {"delivery_methods": ["In-Person"], "city": "Toronto", "country": "CAN"}
    assert edit(first, {"instances": [DAY | place]}).done
    [later] = made_of(first)
    assert answers_of(later) == streamed | place | {"internal_id": "S-3"}
    assert later.repeat_group == cleared.repeat_group


def test_within_a_repeat_group_likeness_is_no_surprise() -> None:
    first = repeated(DAY)
    [made] = made_of(first)
    assert edit(made, {"start_date": first.start_date.isoformat(), "end_date": "2026-03-06"}).done


def test_all_instances_are_made_or_none() -> None:
    first = repeated({"city": "Peoria"}, DAY)
    [refused] = make_instances(first.pk, **common(first.provider))
    assert (refused.done, rules(refused)) == (False, {"activity.instances.incomplete"})
    edit(first, {"instances": [DAY, {**DAY, "internal_id": "T"}, {**DAY, "internal_id": "T"}]})
    [refused] = make_instances(first.pk, **common(first.provider))
    assert [finding.path for finding in refused.findings] == ["instances.2.internal_id"]
    edit(first, {"instances": [{**DAY, "end_date": "31/31/2026"}]})
    [refused] = make_instances(first.pk, **common(first.provider))
    assert not refused.done
    assert queries.of(factories.scope(first.provider)).count() == 1


def test_instances_of_a_question_not_asked_stay_where_they_are() -> None:
    first = repeated(DAY)
    edit(first, {"repeated": "no"})
    assert made_of(first) == []
    assert stored(first).instances == [DAY]
