"""Applying a plan: all of it or nothing, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts.models import Accreditor, Provider
from openpars.activities import queries, writer
from openpars.activities.cautions import HOLDING
from openpars.activities.models import Activity, PastName, Plan
from openpars.activities.records import answers_of
from openpars.activities.staging import NoSuchPlan
from openpars.activities.verbs.apply import Applied, Moved
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save
from tests import factories
from tests.activities.doing import add, changes, common, edit, stored
from tests.activities.filing import applied, asked, plan
from tests.activities.test_records import EVERYTHING
from tests.activities.test_together import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


def everything(of: Provider) -> list[Activity]:
    return list(queries.everything(factories.scope(of)).order_by("activity_id"))


def by_internal_id(of: Provider) -> dict[str, Activity]:
    return {activity.internal_id: activity for activity in queries.of(factories.scope(of))}


def test_what_was_planned_is_done(provider: Provider, frozen: datetime) -> None:
    one, _, _, _ = (
        factories.activity(provider, title=title, internal_id=title)
        for title in ("One", "Two", "Three", "Four")
    )
    key, upload = uuid4(), uuid4()
    rows = [
        asked(2, factories.answers(title="New", internal_id="new", format="EM", delivery_methods=["Online"])),
        asked(3, factories.answers(title="Closed", internal_id="closed"), close=True),
        asked(4, {"internal_id": "renamed", "city": "Peoria"}, activity_id=one.pk),
        asked(5, {"internal_id": "Two", "city": "Joliet"}, close=True),
        asked(6, {"internal_id": "Three"}, close=True),
        asked(7, {"internal_id": "Four"}, action="Delete"),
        asked(8, factories.draft(title="Bad", end_date="?")),
    ]
    with clock.frozen(frozen - timedelta(hours=2)):
        planned = plan(provider, *rows, key=key)
    assert applied(provider, key, upload=upload) == Applied(2, 3, 1, 3, clock.now())
    ids = {activity.title: activity.pk for activity in everything(provider)}
    assert sorted(ids) == ["Closed", "Four", "New", "One", "Three", "Two"]
    # The new ones are numbered in the order of the file.
    assert ids["New"] + 1 == ids["Closed"]
    told = {
        title: [
            (c.revision, c.verb, c.upload_row, c.old, c.new) for c in changes(Activity(pk=pk)) if c.upload
        ]
        for title, pk in ids.items()
    }
    at = clock.now().isoformat()
    closing = ({"closed_at": None}, {"closed_at": at})
    assert told == {
        "New": [(1, "add", 2, {}, planned[0].new)],
        "Closed": [(1, "add", 3, {}, planned[1].new), (2, "close", 3, *closing)],
        "One": [(2, "save", 4, planned[2].old, planned[2].new)],
        "Two": [(2, "save", 5, planned[3].old, planned[3].new), (3, "close", 5, *closing)],
        "Three": [(2, "close", 6, *closing)],
        "Four": [(2, "delete", 7, {"deleted_at": None}, {"deleted_at": at})],
    }
    for activity in everything(provider):
        history = changes(activity)
        said = {name: value for change in history for name, value in change.new.items()}
        life = {"closed_at": activity.closed_at, "deleted_at": activity.deleted_at}
        assert {name: value.isoformat() for name, value in life.items() if value} == {
            name: said.pop(name) for name in life if name in said
        }
        assert answers_of(activity) == said
        assert activity.revision == history[-1].revision
        assert activity.updated_at == clock.now() and activity.created_at <= clock.now()
        assert {(c.actor_name, c.door, c.upload) for c in history if c.upload} == {
            ("Test Person", "file", upload)
        }


def test_a_file_and_the_form_store_alike(provider: Provider) -> None:
    """Column by column, but for their names and numbers."""
    factories.activity(provider, over=EVERYTHING | {"internal_id": "form"})
    key = uuid4()
    plan(provider, asked(2, EVERYTHING | {"internal_id": "file"}), key=key)
    assert isinstance(applied(provider, key), Applied)
    form, file = (
        {
            field.attname: getattr(activity, field.attname)
            for field in Activity._meta.concrete_fields
            if field.attname not in ("activity_id", "internal_id", "search_text", "entry")
        }
        for activity in everything(provider)
    )
    assert form == file
    first, second = everything(provider)
    assert (
        first.search_text.replace("form", "file").replace(str(first.pk), str(second.pk)) == second.search_text
    )
    assert PastName.objects.filter(provider=provider).count() == len(
        PastName.objects.values("kind", "folded").distinct()
    )


def test_names_are_suggested_once_they_are_applied(provider: Provider) -> None:
    key = uuid4()
    joint = {"providership": "Joint", "joint_providers": ["Demo Heart Society"]}
    other = {"providership": "Joint", "joint_providers": ["Demo Lung Society"]}
    plan(
        provider,
        asked(2, factories.answers(title="A", **joint)),
        asked(3, factories.answers(title="B", **joint)),
        asked(4, factories.answers(title="C", **other)),
        key=key,
    )
    assert not PastName.objects.exists()
    applied(provider, key, skip=[4])
    assert list(PastName.objects.values_list("provider", "kind", "name")) == [
        (provider.pk, "joint-providers", "Demo Heart Society")
    ]


def test_rows_are_left_out(provider: Provider) -> None:
    key = uuid4()
    plan(
        provider, *(asked(n, factories.draft(title=f"T{n}", internal_id=f"{n}")) for n in (2, 3, 4)), key=key
    )
    assert applied(provider, key, skip=[3]) == Applied(2, 0, 0, 0, clock.now())
    assert sorted(by_internal_id(provider)) == ["2", "4"]


def _touch(activity: Activity) -> None:
    edit(activity, {"city": "Springfield"})


def _delete(activity: Activity) -> None:
    delete([activity.pk], **common(activity.provider))


def _take(activity: Activity) -> None:
    assert add(activity.provider, factories.draft(title="Quicker", internal_id="new")).done


def _number(activity: Activity) -> None:
    key = uuid4()
    plan(
        activity.provider,
        asked(2, factories.draft(title="Quicker"), activity_id=300_000_000),
        key=key,
        adopt=True,
    )
    assert isinstance(applied(activity.provider, key), Applied)


MOVES: tuple[tuple[Callable[[Activity], None], tuple[int, ...]], ...] = (
    (_touch, (2, 4)),
    (_delete, (2, 4)),
    (_take, (3,)),
    (_number, (5,)),
)


@pytest.mark.parametrize(("move", "rows"), MOVES)
def test_nothing_is_written_when_something_has_moved(
    provider: Provider, move: Callable[[Activity], None], rows: tuple[int, ...]
) -> None:
    one = factories.activity(provider, title="One", internal_id="1")
    key = uuid4()
    plan(
        provider,
        asked(2, {"internal_id": "1", "city": "Peoria"}),
        asked(3, factories.draft(title="New", internal_id="new")),
        asked(5, factories.draft(title="Brought"), activity_id=300_000_000),
        asked(6, factories.draft(title="Fine", internal_id="fine")),
        key=key,
        adopt=True,
    )
    move(one)
    before = [activity.__dict__ | {"_state": None} for activity in everything(provider)]
    assert applied(provider, key) == Moved(tuple(row for row in rows if row != 4))
    assert [activity.__dict__ | {"_state": None} for activity in everything(provider)] == before
    # Without what has moved, the rest is as it was planned.
    assert isinstance(applied(provider, key, skip=rows), Applied)


def test_another_day_zone_or_rulebook_makes_a_new_plan(
    provider: Provider, frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    plan(provider, asked(2, factories.draft()), key=key)
    with clock.frozen(frozen + timedelta(days=1)):
        assert applied(provider, key) == Moved()
    Accreditor.objects.update(time_zone="America/New_York")
    assert applied(provider, key) == Moved()
    Accreditor.objects.update(time_zone="America/Chicago")
    with monkeypatch.context() as patched:
        patched.setattr("openpars.activities.staging.VERSION", "another")
        assert applied(provider, key) == Moved()
    assert everything(provider) == []
    assert isinstance(applied(provider, key), Applied)


def test_a_plan_is_applied_once_and_by_its_provider_alone(provider: Provider) -> None:
    key = uuid4()
    plan(provider, asked(2, factories.draft()), key=key)
    for scope in (factories.scope(provider, "viewer"), factories.scope(provider.accreditor)):
        with pytest.raises(PermissionDenied):
            applied(provider, key, scope=scope)
    with pytest.raises(NoSuchPlan):
        applied(factories.provider(), key)
    assert isinstance(applied(provider, key), Applied)
    with pytest.raises(NoSuchPlan):
        applied(provider, key)
    with pytest.raises(NoSuchPlan):
        applied(provider, uuid4())
    assert len(everything(provider)) == 1


def test_who_is_asked_before_the_end_can_take_all_back(provider: Provider) -> None:
    key = uuid4()
    plan(provider, asked(2, factories.draft()), key=key)
    seen: list[Applied] = []

    def lost(told: Applied) -> None:
        seen.append(told)
        assert len(everything(provider)) == 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        applied(provider, key, before_commit=lost)
    assert (everything(provider), Plan.objects.get(key=key).applied_at) == ([], None)
    assert applied(provider, key, before_commit=seen.append) == seen[0]
    assert seen[1] == seen[0]


def test_internal_ids_are_handed_on(provider: Provider) -> None:
    made = [factories.activity(provider, title=name, internal_id=name) for name in ("a", "b", "c", "d")]
    key = uuid4()
    plan(
        provider,
        asked(2, {"internal_id": "free"}, activity_id=made[0].pk),
        *(
            asked(3 + number, {"internal_id": made[number].internal_id}, activity_id=activity.pk)
            for number, activity in enumerate(made[1:-1])
        ),
        asked(8, {}, activity_id=made[3].pk, action="Delete"),
        asked(9, factories.draft(title="New", internal_id="d")),
        key=key,
    )
    assert isinstance(applied(provider, key), Applied)
    assert {name: activity.title for name, activity in by_internal_id(provider).items()} == {
        "free": "a",
        "a": "b",
        "b": "c",
        "d": "New",
    }


def test_numbers_that_were_brought_along_are_never_given(provider: Provider) -> None:
    key = uuid4()
    first = factories.activity(provider, title="First").pk
    brought = [first + 2, first + 4, first + 5]
    rows = [asked(2, factories.draft(title="New"))]
    rows += [asked(3 + n, factories.draft(title=f"T{n}"), activity_id=pk) for n, pk in enumerate(brought)]
    rows += [asked(9, factories.draft(title="Newer"))]
    plan(provider, *rows, key=key, adopt=True)
    assert applied(provider, key) == Applied(5, 0, 0, 0, clock.now())
    more = [factories.activity(provider, title=f"More {n}").pk for n in range(4)]
    outcomes = save(
        [Edit(factories.draft(title=f"Most {n}")) for n in range(writer.BULK)], **common(provider)
    )
    more += [outcome.activity.pk for outcome in outcomes if outcome.activity]
    assert all(outcome.done for outcome in outcomes)
    named = {activity.title: activity.pk for activity in everything(provider)}
    assert [named[f"T{n}"] for n in range(3)] == brought
    assert named["New"] < named["Newer"]
    assert len({*named.values()}) == 6 + len(more)
    assert {named["New"], named["Newer"], *more}.isdisjoint(brought)


def test_a_number_that_is_given_meanwhile_is_not_taken_over(provider: Provider) -> None:
    last = factories.activity(provider, title="First").pk
    key = uuid4()
    plan(provider, asked(2, factories.draft(title="Brought"), activity_id=last + 1), key=key, adopt=True)
    given = factories.activity(factories.provider(), title="Quicker").pk
    assert given == last + 1
    assert applied(provider, key) == Moved((2,))


def test_more_rows_take_no_more_statements(provider: Provider) -> None:
    def statements(count: int, who: str) -> int:
        made = [
            factories.activity(provider, title=f"{who}{n}", internal_id=f"{who}{n}").pk for n in range(count)
        ]
        rows = [asked(2 + n, {"city": "Peoria"}, activity_id=pk, close=True) for n, pk in enumerate(made)]
        rows += [asked(1000 + n, factories.draft(title=f"{who}{n} new")) for n in range(count)]
        key = uuid4()
        with CaptureQueriesContext(connection) as asked_for:
            plan(provider, *rows, key=key)
            assert isinstance(applied(provider, key), Applied)
        return len(asked_for)

    assert statements(2, "a") == statements(40, "b")


def test_an_edit_that_goes_backwards_is_told_and_done(provider: Provider) -> None:
    activity = factories.activity(provider, internal_id="1")
    key = uuid4()
    [planned] = plan(provider, asked(2, {"internal_id": "1", "description": None}), key=key)
    assert {one.rule for one in planned.findings} & {*HOLDING}
    assert isinstance(applied(provider, key), Applied)
    assert (stored(activity).description, stored(activity).complete_for) == ("", 1)


@pytest.mark.django_db(transaction=True)
def test_one_applies_while_another_saves(provider: Provider) -> None:
    activities = [factories.activity(provider, title=f"T{n}", internal_id=f"{n}") for n in range(6)]
    for round_ in range(4):
        key = uuid4()
        rows = [asked(9 - n, {"internal_id": f"{n}", "city": f"File {round_}"}) for n in range(6)]
        rows.append(asked(20, factories.draft(title=f"New {round_}", internal_id=f"new {round_}")))
        plan(provider, *rows, key=key)
        edits = [Edit({"city": f"Form {round_}"}, activity_id=one.pk) for one in activities]
        outcome, saved = together(
            partial(applied, provider, key),
            partial(save, edits, **common(provider)),
        )
        assert all(one.done for one in saved)
        cities = {stored(one).city for one in activities}
        if isinstance(outcome, Moved):
            # Who saved was quicker, and nothing of the file is there.
            assert set(outcome.rows) == {9 - n for n in range(6)}
            assert (cities, f"new {round_}" in by_internal_id(provider)) == ({f"Form {round_}"}, False)
        else:
            assert (cities, f"new {round_}" in by_internal_id(provider)) == ({f"Form {round_}"}, True)


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_applied_once_by_whoever_is_first(provider: Provider) -> None:
    key = uuid4()
    plan(provider, asked(2, factories.draft(title="Once")), key=key)

    def press() -> bool:
        try:
            return isinstance(applied(provider, key), Applied)
        except NoSuchPlan:
            return False

    assert sorted(together(press, press, press)) == [False, False, True]
    assert len(everything(provider)) == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once_while_some_are_brought_along(provider: Provider) -> None:
    last = factories.activity(provider, title="First").pk
    for round_ in range(4):
        key = uuid4()
        brought = range(last + 3, last + 9, 2)
        rows = [
            asked(2 + n, factories.draft(title=f"B{round_} {n}"), activity_id=pk)
            for n, pk in enumerate(brought)
        ]
        plan(provider, *rows, asked(9, factories.draft(title=f"New {round_}")), key=key, adopt=True)
        other = factories.provider(accreditor=factories.accreditor(name=f"Other {uuid4()}"))
        edits = [Edit(factories.draft(title=f"Form {round_} {n}")) for n in range(10)]
        outcome, saved = together(
            partial(applied, provider, key),
            partial(save, edits, **common(other)),
        )
        numbers = [one.activity.pk for one in saved if one.activity]
        assert len(numbers) == 10
        if isinstance(outcome, Applied):
            numbers += brought
        else:
            assert set(outcome.rows) <= {2, 3, 4}
        assert len({*numbers}) == len(numbers)
        last = max(last, *numbers, *(one.pk for one in everything(provider)))
