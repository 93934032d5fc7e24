"""Undoing a file: all of it as it was, or nothing and what stands in the way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts.models import Provider, ReportingYear
from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.cautions import HOLDING
from openpars.activities.models import Activity, Plan, Staged
from openpars.activities.verbs.apply import Applied
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from openpars.activities.verbs.undo import InTheWay, Undone, undo
from tests import factories
from tests.activities.doing import add, changes, common, edit, stored
from tests.activities.filing import applied, asked, plan
from tests.activities.test_records import EVERYTHING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


def record(activity: Activity) -> dict[str, Any]:
    """All that is stored of an activity, but for when and how often it changed."""
    told = {**stored(activity).__dict__}
    return {name: told[name] for name in told if name not in ("_state", "revision", "updated_at")}


def uploaded(of: Provider, *rows: Any) -> UUID:
    upload = uuid4()
    plan(of, *rows, key=upload)
    assert isinstance(applied(of, upload), Applied)
    return upload


def by_title(of: Provider, title: str) -> Activity:
    found: Activity = queries.everything(factories.scope(of)).get(title=title)
    return found


def rules(came: object) -> list[tuple[int, str, str]]:
    assert isinstance(came, tuple), came
    assert all(isinstance(one, InTheWay) for one in came)
    return [(one.row, one.title, one.finding.rule) for one in came]


def test_everything_is_as_it_was(provider: Provider, frozen: datetime) -> None:
    joint = factories.activity(provider, over=EVERYTHING | {"title": "Wide", "internal_id": "wide"})
    edit(joint, {"joint_providers": ["x" * 1000, "Demo"], "sessions": "?"}, confirmed=HOLDING)
    moved = factories.activity(
        provider, title="Moved", internal_id="moved", format="EM", delivery_methods=["Online"]
    )
    ready = factories.activity(provider, title="Ready", internal_id="ready")
    gone = factories.activity(provider, title="Gone", internal_id="gone")
    untouched = factories.activity(provider, title="Untouched", internal_id="untouched")
    before = {one.pk: record(one) for one in (joint, moved, ready, gone, untouched)}
    upload = uploaded(
        provider,
        asked(2, {"internal_id": "gone"}, action="Delete"),
        asked(3, {"internal_id": "gone", "physicians": "7"}, activity_id=moved.pk),
        asked(4, {"internal_id": "moved"} | factories.answers(title="New"), close=True),
        asked(5, {"internal_id": "wide", "sessions": 3, "joint_providers": ["A", "B"], "title": "Wider"}),
        asked(6, {"internal_id": "ready"}, close=True),
        asked(7, {"internal_id": "untouched", "title": "Untouched"}),
    )
    new = by_title(provider, "New")
    at = frozen + timedelta(hours=1)
    with clock.frozen(at):
        assert undo(upload, **common(provider, by="Somebody Else")) == Undone(1, 4, clock.now())
        assert {pk: record(Activity(pk=pk, provider=provider)) for pk in before} == before
        assert record(new)["deleted_at"] == at and record(new)["closed_at"] is None
    iso = at.astimezone(UTC).isoformat()
    last = {one.pk: changes(one)[-1] for one in (new, gone, moved, ready)}
    closed_at = clock.now().isoformat()
    assert {pk: (c.verb, c.upload, c.upload_row, c.actor_name, c.old, c.new) for pk, c in last.items()} == {
        new.pk: (
            "undo",
            upload,
            4,
            "Somebody Else",
            {"deleted_at": None, "closed_at": closed_at},
            {"deleted_at": iso, "closed_at": None},
        ),
        gone.pk: ("undo", upload, 2, "Somebody Else", {"deleted_at": closed_at}, {"deleted_at": None}),
        moved.pk: (
            "undo",
            upload,
            3,
            "Somebody Else",
            {
                "internal_id": "gone",
                "physicians": 7,
                "yearly_counts": [{"as_of": "2026-03-10", "other_learners": 12, "physicians": 7}],
            },
            {
                "internal_id": "moved",
                "physicians": 40,
                "yearly_counts": [{"as_of": "2026-03-10", "other_learners": 12, "physicians": 40}],
            },
        ),
        ready.pk: ("undo", upload, 6, "Somebody Else", {"closed_at": closed_at}, {"closed_at": None}),
    }
    for one in (new, gone, moved, ready, joint):
        assert stored(one).revision == changes(one)[-1].revision
    assert stored(untouched).revision == 1
    # What was undone is not undone again, and nothing of it stays behind.
    assert {rule for _, _, rule in rules(undo(upload, **common(provider)))} == {"activity.undo.changed_since"}
    assert not Plan.objects.exclude(key=upload).exists()
    assert not Staged.objects.exclude(plan__key=upload).exists()


def _changed(activity: Activity) -> None:
    edit(activity, {"city": "Springfield"})


def _reopened(activity: Activity) -> None:
    reopen([activity.pk], reason="A mistake", **common(activity.provider))


def _deleted_and_restored(activity: Activity) -> None:
    delete([activity.pk], **common(activity.provider))
    restore([activity.pk], **common(activity.provider))


WAYS: tuple[tuple[str, Callable[[Activity], None]], ...] = (
    ("Changed", _changed),
    ("Closed", _reopened),
    ("New", _changed),
    ("New", _deleted_and_restored),
)


@pytest.mark.parametrize(("title", "touch"), WAYS)
def test_what_was_touched_since_stands_in_the_way(
    provider: Provider, title: str, touch: Callable[[Activity], None]
) -> None:
    factories.activity(provider, title="Changed", internal_id="changed")
    factories.activity(provider, title="Closed", internal_id="closed")
    upload = uploaded(
        provider,
        asked(2, {"internal_id": "changed", "city": "Peoria"}),
        asked(3, {"internal_id": "closed"}, close=True),
        asked(4, factories.answers(title="New", internal_id="new")),
    )
    touch(by_title(provider, title))
    rows = {"Changed": 2, "Closed": 3, "New": 4}
    revisions = [one.revision for one in queries.everything(factories.scope(provider))]
    assert rules(undo(upload, **common(provider))) == [(rows[title], title, "activity.undo.changed_since")]
    assert [one.revision for one in queries.everything(factories.scope(provider))] == revisions
    assert not Plan.objects.exclude(key=upload).exists()


def test_an_internal_id_that_is_taken_by_now_stands_in_the_way(provider: Provider) -> None:
    renamed = factories.activity(provider, title="Renamed", internal_id="old")
    factories.activity(provider, title="Deleted", internal_id="deleted")
    upload = uploaded(
        provider,
        asked(2, {"internal_id": "new"}, activity_id=renamed.pk),
        asked(3, {"internal_id": "deleted"}, action="Delete"),
    )
    first = add(provider, factories.draft(title="Quicker", internal_id="old")).activity
    second = add(provider, factories.draft(title="Quick", internal_id="deleted")).activity
    assert first is not None and second is not None
    came = undo(upload, **common(provider))
    assert rules(came) == [
        (2, "Renamed", "activity.internal_id.taken"),
        (3, "Deleted", "activity.internal_id.taken"),
    ]
    assert isinstance(came, tuple)
    assert [one.finding.value for one in came] == ["old", "deleted"]
    delete([first.pk, second.pk], **common(provider))
    assert undo(upload, **common(provider)) == Undone(0, 2, clock.now())


def test_what_a_locked_year_closed_is_reopened_by_the_accreditor_alone(provider: Provider) -> None:
    factories.activity(provider, title="Ready", internal_id="ready")
    upload = uploaded(provider, asked(2, {"internal_id": "ready"}, close=True))
    ReportingYear.objects.create(
        accreditor=provider.accreditor, year=2026, locked_at=clock.now() - timedelta(hours=1)
    )
    assert rules(undo(upload, **common(provider))) == [(2, "Ready", "activity.reopen.year_locked")]
    both = Scope("provider", provider.pk, provider.accreditor_id, "editor", "editor")  # type: ignore[arg-type]
    assert undo(upload, **common(both)) == Undone(0, 1, clock.now())


def test_nobody_undoes_for_another(provider: Provider) -> None:
    upload = uploaded(provider, asked(2, factories.draft(title="Mine")))
    for scope in (factories.scope(provider, "viewer"), factories.scope(provider.accreditor)):
        with pytest.raises(PermissionDenied):
            undo(upload, **common(scope))
    assert undo(upload, **common(factories.provider())) == Undone(0, 0, clock.now())
    assert stored(by_title(provider, "Mine")).deleted_at is None


def test_who_is_asked_before_the_end_can_take_all_back(provider: Provider) -> None:
    upload = uploaded(provider, asked(2, factories.draft(title="Mine")))

    def lost(_: Undone) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        undo(upload, **common(provider), before_commit=lost)
    assert stored(by_title(provider, "Mine")).deleted_at is None
    seen: list[Undone] = []
    assert undo(upload, **common(provider), before_commit=seen.append) == seen[0]


def test_more_rows_take_no_more_statements(provider: Provider) -> None:
    def statements(count: int, who: str) -> int:
        names = [f"{who}{n}" for n in range(count)]
        for name in names:
            factories.activity(provider, title=name, internal_id=name)
        upload = uploaded(
            provider,
            *(asked(2 + n, {"internal_id": name, "city": "Peoria"}) for n, name in enumerate(names)),
            *(asked(1000 + n, factories.draft(title=f"{name} new")) for n, name in enumerate(names)),
        )
        with CaptureQueriesContext(connection) as asked_for:
            assert undo(upload, **common(provider)) == Undone(count, count, clock.now())
        return len(asked_for)

    assert statements(2, "a") == statements(40, "b")


def test_a_long_file_is_undone_in_portions(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"T{n}" for n in range(7)]
    for name in names:
        factories.activity(provider, title=name, internal_id=name)
    rows = [asked(2 + n, {"internal_id": name, "city": "Peoria"}, close=True) for n, name in enumerate(names)]
    upload = uploaded(provider, *rows)
    # Each row has two changes, which are never torn apart.
    monkeypatch.setattr(queries, "CHUNK", 5)
    assert undo(upload, **common(provider)) == Undone(0, 7, clock.now())
    assert {
        (stored(by_title(provider, name)).city, stored(by_title(provider, name)).closed_at) for name in names
    } == {("Chicago", None)}
