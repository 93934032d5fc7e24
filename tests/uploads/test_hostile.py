"""Files that reach for what is not theirs, and uploads that meet each other: nothing leaks, nothing is half done."""

import json
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from openpars.activities.models import Change
from openpars.jobs import inline, leases
from openpars.jobs.leases import Claim
from openpars.uploads import applying, cancelling, fixing, mapping, queries, undoing
from openpars.uploads.models import Upload
from openpars.uploads.states import State
from tests import factories
from tests.activities import doing
from tests.activities.test_together import together
from tests.uploads import sending

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]

NOBODYS = "199999999"


def entry(**over: Any) -> dict[str, Any]:
    """An activity in the plain JSON of which nothing is missing for closing."""
    return {**factories.answers(internal_id="A"), **over}


def sent(provider: Any, *entries: dict[str, Any], **how: Any) -> Upload:
    """Upload activities as JSON."""
    return sending.send(provider, json.dumps(entries).encode(), name="activities.json", **how)


def all_that_is_shown(upload: Upload) -> str:
    """Everything of an upload that a page, a download or a receipt is made of."""
    upload.refresh_from_db()
    kept = [upload.counts, upload.by_rule, upload.moved, upload.layout, upload.unreadable]
    rows = list(queries.rows(upload).values())
    return json.dumps([kept, rows, list(queries.findings(upload).values())], default=str)


# Other providers


@pytest.mark.parametrize("action", [None, "Update", "Delete"])
@pytest.mark.parametrize("adopt", [False, True])
def test_an_activity_id_of_another_provider_is_one_that_nobody_has(action: str | None, adopt: bool) -> None:
    theirs = factories.activity(factories.provider(), internal_id="THEIRS", title="A secret course")
    before = doing.stored(theirs)
    provider = factories.provider()
    asked = {"title": "Mine now", **({"action": action} if action else {})}
    upload = sent(provider, entry(activity_id=str(theirs.pk), internal_id="A", **asked), adopt=adopt)
    nobodys = sent(provider, entry(activity_id=NOBODYS, internal_id="A", **asked))
    shown = all_that_is_shown(upload)
    assert ("secret" in shown, "THEIRS" in shown) == (False, False)
    taken = adopt and action is None
    assert [rule for _, rule, _, _ in sending.found(upload)] == [
        "activity.activity_id.not_free" if taken else "activity.unknown"
    ]
    if not taken:
        (found,), (of_nobody,) = queries.findings(upload), queries.findings(nobodys)
        assert found.message.replace(str(theirs.pk), NOBODYS) == of_nobody.message
        assert found.mend == of_nobody.mend
    assert sending.results(upload) == [(1, "blocked")]
    with pytest.raises(applying.NothingToDo):
        sending.apply(upload, good_rows_only=True)
    assert (doing.stored(theirs).revision, doing.stored(theirs).title) == (before.revision, before.title)


def test_an_internal_id_of_another_provider_is_free() -> None:
    theirs = factories.activity(factories.provider(), internal_id="SAME", title="A secret course")
    provider = factories.provider()
    # The same title, format, dates and city as theirs, too.
    upload = sent(provider, entry(internal_id="SAME", title="A secret course"))
    (row,) = queries.rows(upload)
    assert (row.result, row.looks_like, sending.found(upload)) == ("new", None, [])
    sending.apply(upload)
    (mine,) = sending.stored(provider)
    assert (mine.pk != theirs.pk, doing.stored(theirs).revision) == (True, theirs.revision)
    for action in ("Update", "Delete"):
        other = sent(factories.provider(), entry(internal_id="SAME", action=action))
        assert sending.found(other) == [(1, "activity.unknown", "", "SAME")]


def test_nobody_does_anything_with_an_upload_of_another_provider() -> None:
    provider = factories.provider()
    planned = sending.send(provider, [sending.row("A")])
    applied = sending.apply(sending.send(provider, [sending.row("B")]))
    stranger = sending.scope_of(factories.provider())
    actor = factories.actor()
    deeds: list[Callable[[], Any]] = [
        lambda: queries.one(stranger, planned.pk),
        lambda: applying.apply_plan(planned, good_rows_only=True, scope=stranger, actor=actor),
        lambda: applying.plan_again(planned, scope=stranger),
        lambda: applying.tick(planned, leave_out=[2], take_in=[], scope=stranger),
        lambda: cancelling.cancel(planned, scope=stranger),
        lambda: fixing.fix(planned, {(2, "title"): "Mine"}, alike=[], scope=stranger),
        lambda: mapping.map_columns(planned, {"Title": "title"}, scope=stranger),
        lambda: undoing.undo_upload(applied, scope=stranger, actor=actor),
    ]
    for deed in deeds:
        with pytest.raises(queries.NoSuchUpload):
            deed()
    assert list(queries.of(stranger)) == []
    planned.refresh_from_db()
    applied.refresh_from_db()
    assert (planned.state, applied.state) == (State.PLANNED, State.APPLIED)
    assert (sending.results(planned), [row.ticked for row in queries.rows(planned)]) == ([(2, "new")], [True])


# What rows ask for


def test_a_second_row_about_an_activity_is_told_at_the_cell_that_names_it() -> None:
    provider = factories.provider()
    again = sending.row("B", Activity_ID=NOBODYS)
    upload = sending.send(
        provider,
        [sending.row("A"), sending.row("A"), again, {**again, "Internal ID": "C"}],
    )
    assert [one for one in sending.found(upload) if one[1] == "activity.repeated_in_file"] == [
        (3, "activity.repeated_in_file", "A3", "A"),
        (5, "activity.repeated_in_file", "H5", NOBODYS),
    ]


@pytest.mark.parametrize(
    ("action", "internal_id", "result", "rules"),
    [
        (None, "OPEN", "changed", []),
        (None, "NEW", "new", []),
        ("Add", "NEW", "new", []),
        ("Add", "OPEN", "blocked", ["activity.add.known"]),
        ("Add", "CLOSED", "blocked", ["activity.add.known"]),
        ("Update", "OPEN", "changed", []),
        ("Update", "NEW", "blocked", ["activity.unknown"]),
        ("Update", "CLOSED", "blocked", ["activity.edit.closed"]),
        ("Update", "", "blocked", ["activity.update.unnamed"]),
        ("Delete", "OPEN", "deleted", []),
        ("Delete", "NEW", "blocked", ["activity.unknown"]),
        ("Delete", "CLOSED", "blocked", ["activity.delete.closed"]),
        ("Delete", "", "blocked", ["activity.update.unnamed"]),
    ],
)
def test_what_a_row_asks_for_fits_what_is_there(
    action: str | None, internal_id: str, result: str, rules: list[str]
) -> None:
    provider = factories.provider()
    sending.apply(
        sent(
            provider,
            entry(internal_id="OPEN", title="Open"),
            entry(internal_id="CLOSED", title="Closed", close=True),
        )
    )
    asked = entry(internal_id=internal_id, title="From the file", **({"action": action} if action else {}))
    upload = sent(provider, asked)
    assert (sending.results(upload), [rule for _, rule, _, _ in sending.found(upload)]) == (
        [(1, result)],
        rules,
    )


@pytest.mark.parametrize(
    ("over", "rules"),
    [
        ({"physicians": None}, ["activity.close.not_ready", "activity.physicians.required"]),
        ({"end_date": "2026-03-10"}, ["activity.close.not_ended"]),
        (
            {"description": None, "end_date": "2026-03-11"},
            ["activity.close.not_ready", "activity.description.required", "activity.close.not_ended"],
        ),
    ],
)
def test_a_row_that_closes_what_may_not_be_closed_is_saved_and_not_closed(
    over: dict[str, Any], rules: list[str]
) -> None:
    provider = factories.provider()
    upload = sent(provider, entry(close=True, **over))
    (row,) = queries.rows(upload)
    assert (row.result, row.closes, row.not_closed) == ("new", False, True)
    told = [rule for _, rule, _, _ in sending.found(upload)]
    assert [rule for rule in dict.fromkeys(told) if rule in rules] and set(rules) <= set(told)
    upload = sending.apply(upload)
    (activity,) = sending.stored(provider)
    assert (upload.counts["closed"], activity.closed_at) == (0, None)


def test_a_row_that_would_reopen_a_closed_activity_does_nothing() -> None:
    provider = factories.provider()
    sending.apply(sent(provider, entry(close=True)))
    upload = sent(provider, entry(close=False))
    assert sending.results(upload) == [(1, "unchanged")]
    (activity,) = sending.stored(provider)
    assert activity.closed_at is not None


def test_markup_and_formulas_are_kept_as_they_were_typed() -> None:
    provider = factories.provider()
    titles = [
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "{{ 7*7 }}",
        "'; DROP TABLE activities; --",
        "%s %(x)s",
    ]
    sending.apply(
        sent(
            provider,
            *(entry(internal_id=f"I{n} {title}"[:100], title=title) for n, title in enumerate(titles)),
        )
    )
    assert [activity.title for activity in sending.stored(provider)] == titles


# Two at once


def test_two_uploads_of_the_same_file_applied_at_once_write_it_once() -> None:
    provider = factories.provider()
    content = [sending.row(name) for name in "ABC"]
    first, second = sending.send(provider, content), sending.send(provider, content)
    ended = together(lambda: sending.apply(first), lambda: sending.apply(second))
    assert sorted(upload.state for upload in ended) == [State.APPLIED, State.PLANNED]
    moved = next(upload for upload in ended if upload.state == State.PLANNED)
    assert moved.moved["rows"] == [2, 3, 4]
    assert [activity.title for activity in sending.stored(provider)] == ["Course A", "Course B", "Course C"]
    applying.plan_again(moved, scope=sending.scope_of(provider))
    assert sending.results(sending.worked(moved)) == [(2, "unchanged"), (3, "unchanged"), (4, "unchanged")]


def test_apply_pressed_by_many_is_done_once() -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A")])

    def press() -> bool:
        with suppress(applying.NotPlanned):
            applying.apply_plan(
                upload, good_rows_only=False, scope=sending.scope_of(provider), actor=factories.actor()
            )
            return True
        return False

    assert sorted(together(press, press, press)) == [False, False, True]
    assert sending.worked(upload).state == State.APPLIED
    assert (len(sending.stored(provider)), Change.objects.filter(upload=upload.pk).count()) == (1, 1)


def test_undo_pressed_by_many_is_done_once() -> None:
    provider = factories.provider()
    upload = sending.apply(sending.send(provider, [sending.row("A")]))

    def press() -> bool:
        with suppress(undoing.NotApplied):
            undoing.undo_upload(upload, scope=sending.scope_of(provider), actor=factories.actor())
            return True
        return False

    assert sorted(together(press, press, press)) == [False, False, True]
    assert (sending.worked(upload).state, sending.stored(provider)) == (State.UNDONE, [])


def test_giving_up_and_applying_at_once_has_one_winner() -> None:
    provider = factories.provider()
    scope = sending.scope_of(provider)
    for number in range(5):
        upload = sending.send(provider, [sending.row(f"A-{number}")])

        def apply(upload: Upload = upload) -> bool:
            with suppress(applying.NotPlanned):
                applying.apply_plan(upload, good_rows_only=False, scope=scope, actor=factories.actor())
                return True
            return False

        def cancel(upload: Upload = upload) -> bool:
            return cancelling.cancel(upload, scope=scope)

        before = len(sending.stored(provider))
        applied, cancelled = together(apply, cancel)
        assert applied is not cancelled
        upload = sending.worked(upload)
        written = len(sending.stored(provider)) - before
        assert (upload.state, written) == ((State.APPLIED, 1) if applied else (State.CANCELLED, 0))


def in_a_thread(doing: Callable[[], Any]) -> Thread:
    """Do something on a connection of its own; the thread is running."""

    def run() -> None:
        try:
            doing()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def test_an_upload_that_meets_a_save_under_way_waits_and_says_what_moved() -> None:
    provider = factories.provider()
    sending.apply(sending.send(provider, [sending.row("A")]))
    upload = sending.send(provider, [sending.row("A", Activity_Title="From the file"), sending.row("B")])
    (activity,) = sending.stored(provider)
    applying.apply_plan(
        upload, good_rows_only=False, scope=sending.scope_of(provider), actor=factories.actor()
    )
    upload.refresh_from_db()
    with transaction.atomic():
        assert doing.edit(activity, {"city": "Chicago"}).done
        thread = in_a_thread(lambda: inline.run(upload.job))  # type: ignore[arg-type]  # it was asked for
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    upload.refresh_from_db()
    assert (upload.state, upload.moved["rows"]) == (State.PLANNED, [2])
    assert [(one.title, one.city) for one in sending.stored(provider)] == [("Course A", "Chicago")]


def test_a_save_that_meets_an_upload_under_way_waits_and_both_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = factories.provider()
    sending.apply(sending.send(provider, [sending.row("A")]))
    upload = sending.send(provider, [sending.row("A", Activity_Title="From the file"), sending.row("B")])
    (activity,) = sending.stored(provider)
    written, go_on = Event(), Event()
    hold = leases.hold

    def hold_and_wait(claim: Claim) -> None:
        hold(claim)
        written.set()
        assert go_on.wait(20)

    monkeypatch.setattr(leases, "hold", hold_and_wait)
    applier = in_a_thread(lambda: sending.apply(upload))
    assert written.wait(20)
    outcomes: list[Any] = []
    saver = in_a_thread(
        lambda: outcomes.append(doing.edit(activity, {"city": "Chicago"}, base_revision=activity.revision))
    )
    saver.join(0.5)
    assert (saver.is_alive(), [one.title for one in sending.stored(provider)]) == (True, ["Course A"])
    go_on.set()
    applier.join()
    saver.join()
    assert [outcome.done for outcome in outcomes] == [True]
    assert [(one.title, one.city) for one in sending.stored(provider)] == [
        ("From the file", "Chicago"),
        ("Course B", ""),
    ]
    upload.refresh_from_db()
    assert upload.state == State.APPLIED
