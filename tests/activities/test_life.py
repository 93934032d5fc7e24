"""Close, reopen, delete, restore."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from openpars import clock
from openpars.accounts.models import ReportingYear
from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.blockers import blockers
from openpars.activities.models import Activity
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import answers_of
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from openpars.rulebook.lifecycle import Status
from tests import factories
from tests.activities.doing import changes, common, edit, rules, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at noon of 10 March 2026 in Chicago."""


def test_closing_a_set_closes_what_can_be_closed() -> None:
    provider = factories.provider()
    whole = factories.activity(provider)
    uncounted = factories.activity(provider, title="Uncounted", physicians=None)
    running = factories.activity(provider, title="Running", end_date="2026-03-10")
    outcomes = close([uncounted.pk, whole.pk, running.pk], **common(provider))
    assert [outcome.done for outcome in outcomes] == [False, True, False]
    assert rules(outcomes[0]) == {"activity.close.not_ready", "activity.physicians.required"}
    assert rules(outcomes[2]) == {"activity.close.not_ended"}
    assert stored(whole).closed_at == clock.now()
    assert answers_of(stored(whole)) == factories.answers()
    change = changes(whole)[-1]
    assert (change.verb, change.old, change.new) == (
        "close",
        {"closed_at": None},
        {"closed_at": clock.now().isoformat()},
    )
    # Pressed twice: closed is closed.
    [again] = close([whole.pk], **common(provider))
    assert (again.done, again.changed, stored(whole).revision) == (True, (), 2)


def test_the_end_date_passes_at_midnight_of_the_accreditor() -> None:
    provider = factories.provider(accreditor=factories.accreditor(time_zone="Pacific/Kiritimati"))
    activity = factories.activity(provider, end_date="2026-03-10")
    # Noon of the 10th in Chicago is the 11th in Kiritimati.
    assert [outcome.done for outcome in close([activity.pk], **common(provider))] == [True]


def test_reopening_needs_a_reason_and_an_unlocked_year() -> None:
    provider = factories.provider()
    # It starts in 2025 and ends in 2026: the year it ends in counts.
    activity = factories.activity(provider, start_date="2025-12-30")
    [refused] = reopen([activity.pk], reason="x", **common(provider))
    assert rules(refused) == {"activity.reopen.not_closed"}
    close([activity.pk], **common(provider))
    for reason, rule in (
        (" \n", "activity.reopen.reason_required"),
        ("x" * 1001, "activity.reopen.reason_too_long"),
    ):
        [refused] = reopen([activity.pk], reason=reason, **common(provider))
        assert rules(refused) == {rule}
    for year, locked in ((2025, clock.now()), (2026, None)):
        ReportingYear.objects.create(accreditor=provider.accreditor, year=year, locked_at=locked)
    [done] = reopen([activity.pk], reason=" A sheet\0 was found ", **common(provider))
    assert done.done
    assert stored(activity).closed_at is None
    assert changes(activity)[-1].reason == "A sheet\u2400 was found"


def test_after_the_lock_only_the_accreditor_reopens() -> None:
    provider = factories.provider()
    activity = factories.activity(provider)
    close([activity.pk], **common(provider))
    ReportingYear.objects.create(accreditor=provider.accreditor, year=2026, locked_at=clock.now())
    [refused] = reopen([activity.pk], reason="A sheet", **common(provider))
    assert rules(refused) == {"activity.reopen.year_locked"}
    with pytest.raises(PermissionDenied):
        reopen([activity.pk], reason="A sheet", **common(factories.scope(provider, "viewer")))
    staff = factories.scope(provider.accreditor, "editor")
    assert reopen([activity.pk], reason="A sheet", **common(staff))[0].done
    for verb in (close, delete, restore):
        with pytest.raises(PermissionDenied):
            verb([activity.pk], **common(staff))
    stranger = Scope("accreditor", None, factories.accreditor(name="Other").pk, staff.role, staff.role)
    with pytest.raises(NoSuchActivity):
        reopen([activity.pk], reason="A sheet", **common(stranger))


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_a_number_that_no_column_holds_is_no_activity(number: int) -> None:
    provider = factories.provider()
    for verb in (close, delete, restore):
        with pytest.raises(NoSuchActivity):
            verb([number], **common(provider))
        with pytest.raises(NoSuchActivity):
            verb([number, 100_000_001], **common(provider))


def test_deleting_and_restoring() -> None:
    provider = factories.provider()
    scope = factories.scope(provider)
    activity = factories.activity(provider, internal_id="A")
    close([activity.pk], **common(provider))
    [refused] = delete([activity.pk], **common(provider))
    assert rules(refused) == {"activity.delete.closed"}
    reopen([activity.pk], reason="Entered twice", **common(provider))
    [outcome] = restore([activity.pk], **common(provider))
    assert rules(outcome) == {"activity.restore.not_deleted"}
    assert delete([activity.pk], **common(provider))[0].done
    assert not queries.of(scope).exists()
    assert list(queries.deleted(scope, now=clock.now())) == [activity]
    assert delete([activity.pk], **common(provider))[0].changed == ()
    for verb in (close, lambda ids, **how: reopen(ids, reason="x", **how)):
        with pytest.raises(NoSuchActivity):
            verb([activity.pk], **common(provider))
    namesake = factories.activity(provider, internal_id="A")
    [refused] = restore([activity.pk], **common(provider))
    assert rules(refused) == {"activity.restore.internal_id_taken"}
    edit(namesake, {"internal_id": "B"})
    assert restore([activity.pk], **common(provider))[0].done
    assert queries.of(scope).get(pk=activity.pk).deleted_at is None
    assert [change.verb for change in changes(activity)] == [
        "add",
        "close",
        "reopen",
        "delete",
        "restore",
    ]


def test_two_deleted_namesakes_do_not_both_come_back() -> None:
    provider = factories.provider()
    both = []
    for title in ("One", "Two"):
        activity = factories.activity(provider, title=title, internal_id="A")
        delete([activity.pk], **common(provider))
        both.append(activity.pk)
    assert [outcome.done for outcome in restore(both, **common(provider))] == [True, False]


def test_restoring_ends_after_thirty_days() -> None:
    provider = factories.provider()
    activity = factories.activity(provider)
    delete([activity.pk], **common(provider))
    late = clock.now() + timedelta(days=30)
    assert not queries.deleted(factories.scope(provider), now=late)
    [refused] = restore([activity.pk], **(common(provider) | {"now": late}))
    assert rules(refused) == {"activity.restore.window_passed"}
    just = late - timedelta(seconds=1)
    assert restore([activity.pk], **(common(provider) | {"now": just}))[0].done


def test_what_is_stopping_me() -> None:
    provider = factories.provider()
    now, today = clock.now(), clock.now().date()

    def told(activity: Activity) -> tuple[Status, set[str], str]:
        stopping = blockers(activity, now=now, today=today)
        return stopping.status, {finding.path for finding in stopping.findings}, stopping.text

    def of(**answered: Any) -> tuple[Status, set[str], str]:
        return told(factories.activity(provider, **answered))

    future = {"end_date": "2026-03-10", "title": "Running"}
    assert of(**future, physicians=None) == (
        Status.ACTIVE,
        set(),
        "Nothing is missing. It becomes Ready to Close on March 11, 2026, the day after it ends; "
        "then it can be closed.",
    )
    assert of(**future, credits="") == (
        Status.DRAFT,
        {"credits"},
        "One answer is missing for it to become Active.",
    )
    assert of(credits="0.3") == (
        Status.DRAFT,
        {"credits"},
        "One answer is missing for it to become Ready to Close.",
    )
    assert of(title="Uncounted", physicians=None, other_learners=None) == (
        Status.READY,
        {"physicians", "other_learners"},
        "2 answers are missing before it can be closed.",
    )
    whole = factories.activity(provider, title="Whole")
    assert told(whole) == (Status.READY, set(), "Nothing is missing: it can be closed now.")
    close([whole.pk], **common(provider))
    assert told(stored(whole)) == (Status.CLOSED, set(), "It is closed. To change an answer, reopen it.")
