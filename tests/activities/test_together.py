"""Two at once, each with a connection of its own: nothing is lost, and nobody meets a database error."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from openpars import clock
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.records import answers_of
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.make_instances import make_instances
from openpars.activities.verbs.restore import restore
from openpars.activities.verbs.save import Edit, save, save_one
from tests import factories
from tests.activities.doing import changes, common, edit, rules, stored

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> Iterator[None]:
    """Every test here happens at the same noon."""
    yield


def together(*doings: Callable[[], Any]) -> list[Any]:
    """Do these at the same moment; returns what each answered."""
    start = Barrier(len(doings))

    def one(doing: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return doing()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return [answer.result() for answer in [pool.submit(one, doing) for doing in doings]]


def test_two_close() -> None:
    for _ in range(ROUNDS):
        activity = factories.activity(factories.provider(accreditor=_accreditor()))

        def press(activity: Activity = activity) -> Outcome:
            return close([activity.pk], **common(activity.provider))[0]

        outcomes = together(press, press, press)
        assert [outcome.done for outcome in outcomes] == [True, True, True]
        assert sorted(outcome.changed for outcome in outcomes) == [(), (), ("closed_at",)]
        assert [change.verb for change in changes(activity)] == ["add", "close"]


def test_two_save_different_fields() -> None:
    activity = factories.activity(factories.provider())
    how = common(activity.provider)
    for number in range(ROUNDS):
        base = stored(activity).revision

        def saving(answers: dict[str, str], base: int = base) -> Callable[[], Outcome]:
            return lambda: save_one(Edit(answers, activity_id=activity.pk, base_revision=base), **how)

        mine, yours = {"title": f"Title {number}"}, {"description": f"Description {number}"}
        assert all(outcome.done for outcome in together(saving(mine), saving(yours)))
        assert answers_of(stored(activity)).items() >= (mine | yours).items()
        assert stored(activity).revision == base + 2


def test_two_save_the_same_field() -> None:
    activity = factories.activity(factories.provider())
    how = common(activity.provider)
    for number in range(ROUNDS):
        base = stored(activity).revision

        def saving(title: str, base: int = base) -> Callable[[], Outcome]:
            edit = Edit({"title": title}, activity_id=activity.pk, base_revision=base)
            return lambda: save_one(edit, **how)

        outcomes = together(saving(f"Mine {number}"), saving(f"Yours {number}"))
        [won] = [outcome for outcome in outcomes if outcome.done]
        [lost] = [outcome for outcome in outcomes if not outcome.done]
        [conflict] = lost.conflicts
        assert (conflict.field, conflict.theirs) == ("title", won.activity.title)
        assert stored(activity).title == won.activity.title


def test_a_double_click_makes_one_draft() -> None:
    provider = factories.provider()
    for number in range(ROUNDS):
        edit = Edit(factories.draft(title=f"Draft {number}"), entry=uuid4())

        def press(edit: Edit = edit) -> Outcome:
            return save_one(edit, **common(provider))

        outcomes = together(press, press, press)
        assert all(outcome.done for outcome in outcomes)
        assert sorted(outcome.created for outcome in outcomes) == [False, False, True]
        assert len({outcome.activity.pk for outcome in outcomes}) == 1
    assert queries.of(factories.scope(provider)).count() == ROUNDS


def test_two_take_the_same_internal_id() -> None:
    provider = factories.provider()
    for number in range(ROUNDS):
        renamed = factories.activity(provider, title=f"Old {number}")

        def adding(number: int = number) -> Outcome:
            new = factories.draft(title=f"New {number}", internal_id=f"ID {number}")
            return save_one(Edit(new, keep_invalid=False), **common(provider))

        def renaming(number: int = number, pk: int = renamed.pk) -> Outcome:
            edit = Edit({"internal_id": f"ID {number}"}, activity_id=pk, keep_invalid=False)
            return save_one(edit, **common(provider))

        outcomes = together(adding, renaming)
        assert sorted(outcome.done for outcome in outcomes) == [False, True]
        [lost] = [outcome for outcome in outcomes if not outcome.done]
        assert "activity.internal_id.taken" in rules(lost)


def test_one_restores_what_another_takes() -> None:
    provider = factories.provider()
    for number in range(ROUNDS):
        gone = factories.activity(provider, title=f"Gone {number}", internal_id=f"ID {number}")
        delete([gone.pk], **common(provider))

        def restoring(pk: int = gone.pk) -> Outcome:
            return restore([pk], **common(provider))[0]

        def adding(number: int = number) -> Outcome:
            new = factories.draft(title=f"New {number}", internal_id=f"ID {number}")
            return save_one(Edit(new, keep_invalid=False), **common(provider))

        assert sorted(outcome.done for outcome in together(restoring, adding)) == [False, True]


def test_two_restore_namesakes_and_the_same_one() -> None:
    provider = factories.provider()
    for number in range(ROUNDS):
        one, other = (
            factories.activity(provider, over=factories.draft(title=f"{title} {number}"))
            for title in ("A", "B")
        )
        for gone in (one, other):
            edit(gone, {"internal_id": f"ID {number}"})
            delete([gone.pk], **common(provider))

        def restoring(pk: int) -> Callable[[], Outcome]:
            return lambda: restore([pk], **common(provider))[0]

        outcomes = together(restoring(one.pk), restoring(one.pk), restoring(other.pk))
        # One came back, once; who came later is told why not.
        assert sorted(outcome.done for outcome in outcomes) == [False, False, True]
        told = [rules(outcome) for outcome in outcomes if not outcome.done]
        not_deleted, taken = {"activity.restore.not_deleted"}, {"activity.restore.internal_id_taken"}
        assert sorted(told, key=sorted) == (
            [taken, not_deleted] if stored(one).deleted_at is None else [taken, taken]
        )
        assert sorted(one.verb for one in [*changes(one), *changes(other)]).count("restore") == 1


@pytest.mark.parametrize("verb", [delete, close])
def test_one_saves_what_another_deletes_or_closes(verb: Callable[..., list[Outcome]]) -> None:
    for number in range(ROUNDS):
        activity = factories.activity(factories.provider(accreditor=_accreditor()))
        how = common(activity.provider)

        def saving(pk: int = activity.pk, how: Any = how, number: int = number) -> Outcome | None:
            try:
                return save_one(Edit({"description": f"Changed {number}"}, activity_id=pk), **how)
            except queries.NoSuchActivity:
                return None

        def ending(pk: int = activity.pk, how: Any = how) -> Outcome:
            return verb([pk], **how)[0]

        saved, ended = together(saving, ending)
        assert ended.done
        first = bool(saved and saved.done)
        assert [one.verb for one in changes(activity)] == ["add", *["save"][: int(first)], verb.__name__]
        assert (stored(activity).description == f"Changed {number}") == first
        if not first:
            assert saved is None if verb is delete else rules(saved) == {"activity.edit.closed"}


def test_a_double_click_makes_each_instance_once() -> None:
    for _ in range(ROUNDS):
        provider = factories.provider(accreditor=_accreditor())
        day = {"start_date": "2026-03-08", "end_date": "2026-03-08"}
        first = factories.activity(provider, repeated=True, instances=[day, day], internal_id="S")

        def press(pk: int = first.pk, of: Any = provider) -> list[Outcome]:
            return make_instances(pk, **common(of))

        assert sorted(len(made) for made in together(press, press)) == [0, 2]
        assert queries.of(factories.scope(provider)).count() == 3


def test_two_sets_in_opposite_order_do_not_wait_for_each_other() -> None:
    provider = factories.provider()
    ids = [factories.activity(provider, title=f"Number {number}").pk for number in range(6)]
    for number in range(ROUNDS):

        def saving(order: list[int], city: str) -> Callable[[], list[Outcome]]:
            edits = [Edit({"city": city}, activity_id=pk) for pk in order]
            return lambda: save(edits, **common(provider))

        answers = together(saving(ids, f"Here {number}"), saving(ids[::-1], f"There {number}"))
        assert all(outcome.done for outcomes in answers for outcome in outcomes)
        cities = set(queries.of(factories.scope(provider)).values_list("city", flat=True))
        assert len(cities) == 1


def test_ids_are_given_once() -> None:
    provider = factories.provider()

    def adding(who: str) -> Callable[[], list[Outcome]]:
        edits = [Edit(factories.draft(title=f"{who} {number}")) for number in range(40)]
        return lambda: save(edits, **common(provider))

    answers = together(adding("Mine"), adding("Yours"))
    assert len({outcome.activity.pk for outcomes in answers for outcome in outcomes}) == 80
    assert clock.now()


def _accreditor() -> Any:
    return factories.accreditor(name=f"Accreditor {uuid4()}")
