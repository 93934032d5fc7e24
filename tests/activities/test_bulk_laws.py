"""What holds of every file, whatever it says and whatever is stored already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpars.accounts.models import Provider
from openpars.activities import queries
from openpars.activities.cautions import HOLDING
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.activities.verbs.apply import Applied
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.plan import WRITTEN, Planned, Result
from openpars.activities.verbs.save import Edit, save_one
from openpars.activities.verbs.undo import Undone, undo
from openpars.formats.checking import Checked
from tests import factories
from tests.activities.doing import changes, common, edit, stored
from tests.activities.filing import applied, asked, plan
from tests.activities.test_records import EVERYTHING

pytestmark = pytest.mark.django_db
LAWS = settings(max_examples=60)

#: What the stored activities of these tests are called, and what rows call theirs besides.
STORED_NAMES = ("1", "2", "3")
NAMES = (*STORED_NAMES, "u", "v", "w", "x", "y", "z")
#: By field: what rows say of it, as it is written in cells.
SAYINGS: Mapping[str, tuple[Any, ...]] = {
    "title": ("Sepsis", "SEPSIS", "[]"),
    "format": ("C", "EM", "IL", "Enduring Material"),
    "end_date": ("03/06/2026", "2026-04-05"),
    "delivery_methods": ("In-Person", ["Live-Streamed"], None),
    "city": ("Peoria", "Joliet", None),
    "credits": ("1", "0.250", None),
    "description": ("Short.", None),
    "physicians": ("0", "50", None),
    "sessions": ("7", None),
    "joint_providers": ("Demo Heart Society", ["A; B", "C"], None),
    "support": (
        [{"kind": "monetary", "source": "Demo Devices", "amount": "$12,500.00"}, {"kind": "in-kind"}],
        [],
    ),
    "on_passport": ("yes", "No"),
}
#: The same for what is no answer, or none beside the others.
NONSENSE = {
    "format": "nonsense",
    "end_date": "2026-03-01",
    "credits": "0.3",
    "physicians": "-1",
    "sessions": "?",
}


@dataclass(frozen=True)
class Said:
    """A row as it is drawn: whom it names (a stored activity by its place, or nobody), and what it says."""

    by_id: int | None
    answers: Mapping[str, Any]
    action: str | None
    close: str | None
    kept: Mapping[str, Any]


@st.composite
def _row(draw: st.DrawFn, *, repeatable: bool) -> Said:
    name = draw(st.sampled_from((None, *NAMES)))
    by_id = draw(st.sampled_from((None, None, None, 0, 1, 2)))
    is_new = by_id is None and name not in STORED_NAMES
    answers = factories.answers(title=f"Row {name}") if is_new or draw(st.booleans()) else {}
    for field in draw(st.sets(st.sampled_from(sorted(SAYINGS)), max_size=3)):
        answers[field] = draw(st.sampled_from(SAYINGS[field]))
    if draw(st.integers(0, 7)) == 0:
        field = draw(st.sampled_from(sorted(NONSENSE)))
        answers[field] = NONSENSE[field]
    if name and (by_id is None or name not in STORED_NAMES):
        answers["internal_id"] = name
    actions = [None, None, None, None, "Add" if is_new else "Update", "Delete"]
    if repeatable:
        actions = [None, None if is_new else "Update"]
    kept = st.sampled_from(
        ({}, {}, {"legacy": {"Hours": "3"}}, {"extra": {"A": "1"}, "legacy": {"Hours": "4"}})
    )
    return Said(
        by_id, answers, draw(st.sampled_from(actions)), draw(st.sampled_from((None, "Yes"))), draw(kept)
    )


def _rows(*, repeatable: bool = False) -> st.SearchStrategy[list[Said]]:
    """Files of a few rows; `repeatable` ones ask for nothing that can be done but once, as Add and Delete."""
    return st.lists(_row(repeatable=repeatable), max_size=6)


#: Stored beforehand, each with its own name: what it says besides, and whether it is closed.
_STORED = st.lists(
    st.tuples(
        st.sampled_from(
            (
                {},
                {"format": "EM", "delivery_methods": ["Online"]},
                {name: value for name, value in EVERYTHING.items() if name != "internal_id"},
            )
        ),
        st.sampled_from((False, False, True)),
    ),
    min_size=3,
    max_size=3,
)


def made(
    of: Provider, stored_before: list[tuple[dict[str, Any], bool]], *, spoilt: bool = False
) -> list[Activity]:
    activities = []
    for name, (says, is_closed) in zip(STORED_NAMES, stored_before, strict=True):
        activity = factories.activity(of, **factories.answers(title=f"Row {name}", internal_id=name) | says)
        if spoilt and name == "2":
            edit(activity, {"joint_providers": ["x" * 999, "C"], "sessions": "?"}, confirmed=HOLDING)
        elif is_closed:
            close([activity.pk], **common(of))
        activities.append(activity)
    return activities


def asked_of(said: list[Said], activities: list[Activity]) -> list[Checked]:
    return [
        asked(
            2 + number,
            row.answers,
            activity_id=None if row.by_id is None else activities[row.by_id].pk,
            action=row.action,
            close=row.close,
            kept={name: dict(kept) for name, kept in row.kept.items()},
        )
        for number, row in enumerate(said)
    ]


def record(activity: Activity) -> dict[str, Any]:
    told = {**stored(activity).__dict__}
    return {name: told[name] for name in told if name not in ("_state", "revision", "updated_at")}


def everything(of: Provider) -> list[Activity]:
    return list(queries.everything(factories.scope(of)).order_by("activity_id"))


def file_of(of: Provider, rows: list[Checked]) -> tuple[UUID, list[Planned]]:
    key = uuid4()
    planned = plan(of, *rows, key=key, batch=2)
    assert isinstance(applied(of, key), Applied)
    return key, planned


@LAWS
@given(stored_before=_STORED, said=_rows())
def test_what_is_done_is_what_was_planned(
    frozen: datetime, stored_before: list[tuple[dict[str, Any], bool]], said: list[Said]
) -> None:
    provider = factories.provider()
    activities = made(provider, stored_before, spoilt=True)
    before = {one.pk: stored(one) for one in activities}
    upload, planned = file_of(provider, asked_of(said, activities))
    after = {one.pk: one for one in everything(provider)}
    by_row: dict[int, list[Any]] = {}
    for activity in after.values():
        for change in changes(activity):
            if change.upload == upload:
                by_row.setdefault(change.upload_row or 0, []).append(change)
    assert [row.number for row in planned if row.result in WRITTEN] == sorted(by_row)
    for row in planned:
        assert (row.result is Result.BLOCKED) == any(one.blocks for one in row.findings)
        if row.result not in WRITTEN:
            assert (row.old, row.new, row.closes) == ({}, {}, False)
            continue
        done = by_row[row.number]
        activity = after[done[0].activity_id]
        assert (activity.closed_at is not None) == row.closes
        assert (activity.deleted_at is not None) == (row.result is Result.DELETED)
        assert activity.revision == done[-1].revision
        if row.result is Result.NEW:
            assert answers_of(activity) == row.new == done[0].new
        else:
            assert activity.pk == row.activity_id
            was = before[activity.pk]
            fields = {**answers_of(was), "rejected": was.rejected} | row.new
            assert {**answers_of(activity), "rejected": activity.rejected} == {
                name: value for name, value in fields.items() if value is not None
            }
            assert {name: answers_of(was).get(name) for name in row.old if name != "rejected"} == {
                name: value for name, value in row.old.items() if name != "rejected"
            }
    touched = {change.activity_id for done in by_row.values() for change in done}
    assert {pk: record(one) for pk, one in after.items() if pk in before.keys() - touched} == {
        pk: record(one) for pk, one in before.items() if pk not in touched
    }


@LAWS
@given(stored_before=_STORED, said=_rows(repeatable=True))
def test_the_same_file_again_changes_nothing(
    frozen: datetime, stored_before: list[tuple[dict[str, Any], bool]], said: list[Said]
) -> None:
    provider = factories.provider()
    activities = made(provider, stored_before, spoilt=True)
    rows = asked_of(said, activities)
    _, planned = file_of(provider, rows)
    again = [
        row
        for row, one in zip(rows, planned, strict=True)
        if one.result is not Result.BLOCKED and (row.activity_id or row.answers.get("internal_id"))
    ]
    results = [(row.result, row.closes, row.new) for row in plan(provider, *again)]
    assert results == [(Result.UNCHANGED, False, {})] * len(again)


@LAWS
@given(stored_before=_STORED, said=_rows())
def test_undo_puts_every_field_back(
    frozen: datetime, stored_before: list[tuple[dict[str, Any], bool]], said: list[Said]
) -> None:
    provider = factories.provider()
    activities = made(provider, stored_before, spoilt=True)
    before = {one.pk: record(one) for one in activities}
    upload, _ = file_of(provider, asked_of(said, activities))
    assert isinstance(undo(upload, **common(provider)), Undone)
    after = everything(provider)
    assert {one.pk: record(one) for one in after if one.pk in before} == before
    assert all(one.deleted_at and not one.closed_at for one in after if one.pk not in before)


@LAWS
@given(stored_before=_STORED, said=_rows())
def test_a_file_does_what_its_rows_do_one_by_one(
    frozen: datetime, stored_before: list[tuple[dict[str, Any], bool]], said: list[Said]
) -> None:
    said = [Said(row.by_id, row.answers, row.action, row.close, {}) for row in said]
    by_file, by_hand = factories.provider(), factories.provider()
    activities = made(by_file, stored_before)
    twins = {one.pk: twin.pk for one, twin in zip(activities, made(by_hand, stored_before), strict=True)}
    _, planned = file_of(by_file, asked_of(said, activities))
    about_ids = {
        "activity.repeated_in_file",
        "activity.ids.differ",
        "activity.unknown",
        "activity.add.known",
        "activity.update.unnamed",
    }
    for row, one in zip(said, planned, strict=True):
        if about_ids & {finding.rule for finding in one.findings}:
            continue
        done = by_hand_too(by_hand, row, None if one.activity_id is None else twins[one.activity_id])
        assert done == (one.result is not Result.BLOCKED), (row, one)

    def told(of: Provider) -> list[Any]:
        return [
            (answers_of(one), one.revision, [(c.verb, c.old, c.new) for c in changes(one)])
            for one in everything(of)
        ]

    assert told(by_file) == told(by_hand)


def by_hand_too(of: Provider, row: Said, activity_id: int | None) -> bool:
    """Do what a row says by the verbs of a page; return whether it could be done."""
    if row.action == "Delete":
        return delete([activity_id or 0], **common(of))[0].done
    says = Edit(answers=row.answers, activity_id=activity_id, keep_invalid=False)
    outcome = save_one(says, confirmed=HOLDING, **common(of))
    if outcome.done and outcome.activity and row.close == "Yes":
        close([outcome.activity.pk], **common(of))
    return outcome.done


@LAWS
@given(says=st.sampled_from(sorted(EVERYTHING)), spoilt=st.booleans())
def test_what_is_read_at_once_is_what_the_rows_say(frozen: datetime, says: str, spoilt: bool) -> None:
    provider = factories.provider()
    whole = {name: value for name, value in EVERYTHING.items() if name != says or name in factories.draft()}
    activity = factories.activity(provider, over=whole | {"title": "{}" if spoilt else "[]"})
    if spoilt:
        edit(activity, {"support": [{"kind": "nonsense"}], "sessions": "?"}, confirmed=HOLDING)
    row = stored(activity)
    held = queries.held([activity.pk], provider_id=provider.pk)[activity.pk]
    assert held.answers == answers_of(row)
    names = ("rejected", "revision", "complete_for", "ends_at", "likeness", "closed_at", "deleted_at")
    assert [getattr(held, name) for name in names] == [getattr(row, name) for name in names]
    assert (held.repeat_group, held.internal_id) == (row.repeat_group, row.internal_id)
