from collections import Counter
from datetime import date
from typing import Any

import pytest

from openpars import clock
from openpars.accounts.models import Contact, Person, Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import queries, records
from openpars.activities.models import Change
from openpars.config.demo import plan, seed
from tests.conftest import NOON

DAYS = (date(2026, 3, 10), date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29))


def test_the_same_day_gives_the_same_plan_and_another_day_another() -> None:
    drawn = [[plan.plan(place, today=day) for place in plan.PLACES] for day in DAYS]
    assert drawn == [[plan.plan(place, today=day) for place in plan.PLACES] for day in DAYS]
    assert drawn[0] != drawn[1]


@pytest.mark.django_db
def test_the_demo_fits_the_rulebook_and_has_everything(frozen: object) -> None:
    """One seeding, because it takes seconds; it raises when the rulebook refuses an answer of the plan."""
    seed.ensure()
    assert Counter(_statuses().values()).keys() == {"Draft", "Active", "Ready to Close", "Closed"}
    sizes = Counter(activity.provider.name for activity in _activities().select_related("provider"))
    assert sorted(sizes) == sorted(place.name for place in plan.PLACES)
    assert [sizes[place.name] for place in plan.PLACES] == [420, 120, 12]

    activities = list(_activities())
    kept = [answers for activity in activities for answers in [records.answers_of(activity)]]
    collaborations = {one["kind"] for answers in kept for one in answers.get("collaborations") or ()}
    support = {one["kind"] for answers in kept for one in answers.get("support") or ()}
    assert (collaborations, support) == ({"moc", "rems", "mips"}, {"monetary", "in-kind"})
    assert {answers["format"] for answers in kept} == {
        *("C", "RSS", "EM", "JN", "MR", "TIW", "CML", "PI", "ISL", "LFT", "OTH")
    }
    for name in ("joint_providers", "commendation_criteria", "sessions", "internal_id", "specialties"):
        assert any(answers.get(name) for answers in kept), name
    assert any(activity.rejected for activity in activities)
    assert any(len(activity.yearly_counts) >= 3 for activity in activities)
    assert len({activity.repeat_group for activity in activities} - {None}) == 5
    assert queries.everything(SYSTEM_SCOPE).exclude(deleted_at=None).count() == 9
    assert _phases() >= {("Active", "upcoming"), ("Active", "in progress"), ("Draft", "upcoming")}
    assert set(Change.objects.values_list("verb", "door").distinct()) >= {
        *(("save", "form"), ("close", "form"), ("reopen", "form"), ("delete", "form"))
    }
    assert not Change.objects.filter(at__gt=clock.now()).exists()

    roles = Contact.objects.filter(provider__number=plan.UNIVERSITY.number).values_list("role", flat=True)
    assert set(roles) == {Role.ADMINISTRATOR, Role.EDITOR, Role.VIEWER}
    assert Contact.objects.filter(person__email="coordinator@demo.example").count() == 2
    first = Contact.objects.get(person__email=seed.sign_ins()[0])
    assert first.role == Role.ADMINISTRATOR
    assert all(person.check_password(seed.PASSWORD) for person in Person.objects.all())

    before = _records()
    seed.ensure()
    assert _records() == before, "a second start changes nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS[1:])
def test_the_demo_fits_every_day(day: date) -> None:
    with clock.frozen(NOON.replace(year=day.year, month=day.month, day=day.day)):
        seed.ensure()
    assert Provider.objects.count() == 3


def _activities() -> Any:
    return queries.of(SYSTEM_SCOPE)


def _records() -> list[Any]:
    return list(queries.everything(SYSTEM_SCOPE).order_by("activity_id").values())


def _phases() -> set[tuple[str, str]]:
    today = clock.today(seed.TIME_ZONE)
    return {
        (records.status_of(activity, now=clock.now()), records.phase_of(activity, today=today))
        for activity in _activities()
    }


def _statuses() -> dict[int, str]:
    return {activity.activity_id: records.status_of(activity, now=clock.now()) for activity in _activities()}
