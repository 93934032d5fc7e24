"""What the rows of a file would do, before anything is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities import staging
from openpars.activities.cautions import HOLDING
from openpars.activities.models import Activity, Plan, Staged
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.plan import Planned, Planning, Result
from tests import factories
from tests.activities.doing import changes, common, edit, stored
from tests.activities.filing import asked, plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


def found(planned: Planned) -> list[tuple[str, str | None]]:
    """The rules a row's findings speak of, each with its value."""
    return [(finding.rule, finding.value) for finding in planned.findings if finding.stage != "close"]


def test_new_changed_unchanged_deleted(provider: Provider) -> None:
    one, two, three = (
        factories.activity(provider, title=title, internal_id=title) for title in ("One", "Two", "Three")
    )
    new, changed, unchanged, deleted = plan(
        provider,
        asked(2, factories.answers(title="Four", internal_id="Four")),
        asked(3, {"internal_id": "One", "city": "Peoria", "sessions": None}),
        asked(4, {"title": "Two"}, activity_id=two.pk),
        asked(5, {"internal_id": "Three"}, action="Delete"),
    )
    assert new == Planned(
        2,
        Result.NEW,
        title="Four",
        internal_id="Four",
        new=factories.answers(title="Four", internal_id="Four"),
        findings=new.findings,
    )
    assert changed == Planned(
        3,
        Result.CHANGED,
        one.pk,
        title="One",
        internal_id="One",
        old={"city": "Chicago"},
        new={"city": "Peoria"},
        findings=changed.findings,
    )
    assert unchanged == Planned(4, Result.UNCHANGED, two.pk, title="Two", internal_id="Two")
    assert deleted == Planned(5, Result.DELETED, three.pk, title="Three", internal_id="Three")
    assert [found(row) for row in (new, changed)] == [[], []]
    # Nothing of it is done.
    assert [len(changes(activity)) for activity in (one, two, three)] == [1, 1, 1]


def test_a_blank_is_nothing_and_clear_empties(provider: Provider) -> None:
    activity = factories.activity(provider, internal_id="1", specialties=["Nephrology"], sessions=3)
    kept, cleared = (
        plan(provider, asked(2, {"internal_id": "1"} | says))[0]
        for says in ({}, {"specialties": None, "sessions": None})
    )
    assert (kept.result, cleared.result) == (Result.UNCHANGED, Result.CHANGED)
    assert cleared.new == {"sessions": None, "specialties": None}
    assert cleared.old == {"sessions": 3, "specialties": ["Nephrology"]}
    assert stored(activity).sessions == 3


def naming(provider: Provider) -> dict[str, Any]:
    """A provider's activities, and numbers that name none of them."""
    mine = factories.activity(provider, title="Mine", internal_id="mine")
    other = factories.activity(provider, title="Other", internal_id="other")
    gone = factories.activity(provider, title="Gone", internal_id="gone")
    delete([gone.pk], **common(provider))
    strangers = factories.activity(factories.provider(), internal_id="strange")
    return {
        "mine": mine.pk,
        "other": other.pk,
        "gone": gone.pk,
        "strangers": strangers.pk,
        "nobody": 999_999_999,
        "its own": "mine",
    }


NAMED: tuple[tuple[dict[str, Any], bool, Result, list[tuple[str, str]]], ...] = (
    # Which activity a row names: how, adopting or not, what comes of it, and what is said.
    ({"activity_id": "mine"}, False, Result.UNCHANGED, []),
    ({"internal_id": "mine"}, False, Result.UNCHANGED, []),
    ({"activity_id": "mine", "internal_id": "mine"}, False, Result.UNCHANGED, []),
    ({"activity_id": "mine", "internal_id": "renamed"}, False, Result.CHANGED, []),
    ({"activity_id": "mine", "internal_id": "gone"}, False, Result.CHANGED, []),
    ({"activity_id": "mine", "internal_id": "strange"}, False, Result.CHANGED, []),
    (
        {"activity_id": "mine", "internal_id": "other"},
        False,
        Result.BLOCKED,
        [("activity.ids.differ", "other")],
    ),
    ({"activity_id": "nobody"}, False, Result.BLOCKED, [("activity.unknown", "999999999")]),
    ({"activity_id": "gone"}, False, Result.BLOCKED, [("activity.unknown", "gone")]),
    ({"activity_id": "strangers"}, False, Result.BLOCKED, [("activity.unknown", "strangers")]),
    ({"internal_id": "gone"}, False, Result.NEW, []),
    ({"internal_id": "strange"}, False, Result.NEW, []),
    ({}, False, Result.NEW, []),
    ({"activity_id": "nobody"}, True, Result.NEW, []),
    ({"activity_id": "nobody", "action": "Add"}, True, Result.NEW, []),
    (
        {"activity_id": "nobody", "internal_id": "mine"},
        True,
        Result.BLOCKED,
        [("activity.ids.differ", "mine")],
    ),
    ({"activity_id": "gone"}, True, Result.BLOCKED, [("activity.activity_id.not_free", "gone")]),
    ({"activity_id": "strangers"}, True, Result.BLOCKED, [("activity.activity_id.not_free", "strangers")]),
    ({"activity_id": "nobody", "action": "Update"}, True, Result.BLOCKED, [("activity.unknown", "nobody")]),
    ({"internal_id": "mine", "action": "Add"}, False, Result.BLOCKED, [("activity.add.known", "its own")]),
    ({"activity_id": "mine", "action": "Add"}, True, Result.BLOCKED, [("activity.add.known", "mine")]),
    ({"internal_id": "mine", "action": "Update"}, False, Result.UNCHANGED, []),
    ({"internal_id": "new", "action": "Update"}, False, Result.BLOCKED, [("activity.unknown", "new")]),
    ({"internal_id": "new", "action": "Delete"}, False, Result.BLOCKED, [("activity.unknown", "new")]),
    ({"activity_id": "nobody", "action": "Delete"}, False, Result.BLOCKED, [("activity.unknown", "nobody")]),
    ({"action": "Update"}, False, Result.BLOCKED, [("activity.update.unnamed", "")]),
    ({"action": "Delete"}, False, Result.BLOCKED, [("activity.update.unnamed", "")]),
)


@pytest.mark.parametrize(("how", "adopt", "result", "said"), NAMED)
def test_what_a_row_names(
    provider: Provider, how: dict[str, Any], adopt: bool, result: Result, said: list[tuple[str, str]]
) -> None:
    ids = naming(provider)
    how = dict(how)
    number = ids[how.pop("activity_id")] if "activity_id" in how else None
    answers = {name: how.pop(name) for name in ("internal_id",) if name in how}
    if result is Result.NEW:
        answers |= factories.draft(title="New")
    [planned] = plan(provider, asked(2, answers, activity_id=number, **how), adopt=adopt)
    assert planned.result == result
    names = {
        rule: value if rule == "activity.ids.differ" else str(ids.get(value, value)) for rule, value in said
    }
    assert {one.rule: one.value or "" for one in planned.findings if one.blocks} == names
    expected = ids["mine"] if "mine" in (answers.get("internal_id"), "") and number is None else number
    if result is not Result.BLOCKED:
        assert planned.activity_id == expected


def test_rows_about_one_activity(provider: Provider) -> None:
    one = factories.activity(provider, title="One", internal_id="1")
    two = factories.activity(provider, title="Two", internal_id="2")
    new = factories.draft(title="New", internal_id="new")
    rows = (
        asked(2, {"city": "Peoria"}, activity_id=one.pk),
        asked(3, {"internal_id": "1", "city": "Joliet"}),
        asked(4, {}, activity_id=two.pk),
        asked(5, {"internal_id": "2", "city": "Joliet"}),
        asked(6, new),
        asked(7, new | {"title": "Newer"}),
        asked(8, new | {"internal_id": "bad", "end_date": "2026-13-01"}),
        asked(9, new | {"internal_id": "bad"}),
        asked(10, new | {"internal_id": None, "title": "Nameless"}),
        asked(11, new | {"internal_id": None, "title": "Nameless too"}),
        asked(12, {"internal_id": "8"}, activity_id=999_999_999),
        asked(13, {"internal_id": "9"}, activity_id=999_999_999),
    )
    at_once = plan(provider, *rows)
    repeated = {
        row.number: (one.path, one.message)
        for row in at_once
        for one in row.findings
        if one.rule == "activity.repeated_in_file"
    }
    assert repeated == {
        3: ("internal_id", "Row 2 is about the same activity, “1”."),
        5: ("internal_id", "Row 4 is about the same activity, “2”."),
        7: ("internal_id", "Row 6 is about the same activity, “new”."),
        9: ("internal_id", "Row 8 is about the same activity, “bad”."),
        13: ("activity_id", "Row 12 is about the same activity, “999999999”."),
    }
    blocked = {row.number for row in at_once if row.result is Result.BLOCKED}
    assert blocked == {3, 5, 7, 8, 9, 12, 13}
    # In whatever portions they come.
    assert plan(provider, *rows, batch=1) == at_once == plan(provider, *rows, batch=3)


@pytest.mark.parametrize("batch", [1, 100])
def test_internal_ids_move_on_from_row_to_row(provider: Provider, batch: int) -> None:
    one, two, three = (factories.activity(provider, title=name, internal_id=name) for name in ("1", "2", "3"))
    rows = plan(
        provider,
        asked(2, {"internal_id": "free"}, activity_id=one.pk),
        asked(3, {"internal_id": "1"}, activity_id=two.pk),
        asked(4, {}, activity_id=three.pk, action="Delete"),
        asked(5, factories.draft(title="New", internal_id="3")),
        asked(6, factories.draft(title="New too", internal_id="2")),
        asked(7, factories.draft(title="Another", internal_id="free")),
        batch=batch,
    )
    assert [row.result for row in rows[:-1]] == ["changed", "changed", "deleted", "new", "new"]
    assert [one.message for one in rows[-1].findings if one.blocks] == [
        "Row 2 is about the same activity, “free”."
    ]
    # Who swaps two in one file is told of the first that somebody else still has.
    swapped = plan(
        provider,
        asked(2, {"internal_id": "2"}, activity_id=one.pk),
        asked(3, {"internal_id": "1"}, activity_id=two.pk),
    )
    assert [[one.rule for one in row.findings if one.blocks] for row in swapped] == [
        ["activity.ids.differ"],
        ["activity.ids.differ"],
    ]


def test_what_is_closed_is_not_changed(provider: Provider) -> None:
    activity = factories.activity(provider, internal_id="1")
    close([activity.pk], **common(provider))
    same, other, gone = (
        plan(provider, row)[0]
        for row in (
            asked(2, factories.answers(internal_id="1"), close=True),
            asked(2, {"internal_id": "1", "city": "Peoria"}),
            asked(2, {"internal_id": "1"}, action="Delete"),
        )
    )
    assert (same.result, same.closes, same.not_closed, same.findings) == (Result.UNCHANGED, False, (), ())
    assert (other.result, found(other)) == (Result.BLOCKED, [("activity.edit.closed", None)])
    assert (gone.result, found(gone)) == (Result.BLOCKED, [("activity.delete.closed", None)])


def test_closing(provider: Provider) -> None:
    ready = factories.activity(provider, title="Ready", internal_id="ready")
    factories.activity(provider, title="Short", internal_id="short", physicians=None)
    rows = plan(
        provider,
        asked(2, {"internal_id": "ready"}, close=True),
        asked(3, {"internal_id": "short"}, close=True),
        asked(4, {"internal_id": "short"}, close=False),
        asked(5, factories.answers(title="New", internal_id="new"), close=True),
        asked(6, factories.answers(title="Later", internal_id="later", end_date="2026-03-10"), close=True),
        asked(7, factories.answers(title="Bad", internal_id="bad", end_date="?"), close=True),
    )
    assert [(row.result, row.closes, [one.rule for one in row.not_closed]) for row in rows] == [
        ("changed", True, []),
        ("unchanged", False, ["activity.close.not_ready", "activity.physicians.required"]),
        ("blocked", False, []),
        ("new", True, []),
        ("new", False, ["activity.close.not_ended"]),
        ("blocked", False, []),
    ]
    assert rows[0].activity_id == ready.pk
    [mended] = plan(provider, asked(2, {"internal_id": "short", "physicians": 3}, close=True))
    assert (mended.result, mended.closes, mended.new) == (Result.CHANGED, True, {"physicians": 3})


def test_what_a_person_should_look_at(provider: Provider) -> None:
    twin = factories.activity(provider, title="Twin", internal_id="twin")
    factories.activity(provider, title="EM", internal_id="em", format="EM", delivery_methods=["Online"])
    rows = plan(
        provider,
        asked(2, factories.answers(title="TWIN", internal_id="other")),
        asked(3, factories.answers(title="Third", internal_id="third")),
        asked(4, factories.answers(title="third", internal_id="fourth")),
        asked(5, {"internal_id": "twin", "description": None}),
        asked(6, {"internal_id": "em", "physicians": 1}),
        batch=2,
    )
    cautions = [[one.rule for one in row.findings if one.stage == "confirm"] for row in rows]
    assert cautions == [
        ["activity.looks_like_another"],
        [],
        ["activity.looks_like_another"],
        ["activity.goes_backwards", "activity.off_passport"],
        # It has a place of its own, which is asked of an activity in person alone.
        ["activity.counts.falling"],
    ]
    assert [(row.looks_like, row.looks_like_row) for row in rows] == [
        (twin.pk, None),
        (None, None),
        (None, 3),
        (None, None),
        (None, None),
    ]
    assert {row.result for row in rows} == {"new", "changed"}


def test_what_is_missing_is_judged_where_the_row_lands(provider: Provider) -> None:
    factories.activity(provider, internal_id="1")
    known, unknown = plan(
        provider,
        asked(2, {"internal_id": "1", "city": "Peoria"}),
        asked(3, {"internal_id": "2", "city": "Peoria"}),
    )
    assert (known.result, found(known)) == (Result.CHANGED, [])
    assert unknown.result == Result.BLOCKED
    assert {one.path for one in unknown.findings if one.blocks} == {
        "title",
        "format",
        "start_date",
        "end_date",
    }
    # A row with an ID of its own is judged when it turns out to be new.
    [adopted] = plan(provider, asked(2, {"title": "Adopted"}, activity_id=300_000_000), adopt=True)
    assert {one.path for one in adopted.findings if one.blocks} == {"format", "start_date", "end_date"}


def test_a_question_that_the_stored_answers_ask(provider: Provider) -> None:
    factories.activity(provider, internal_id="1")
    factories.activity(provider, title="Two", internal_id="2", delivery_methods=["Live-Streamed"])
    asked_for, not_asked = plan(
        provider,
        asked(2, {"internal_id": "1", "city": "Peoria"}),
        asked(3, {"internal_id": "2", "city": "Peoria"}),
    )
    assert found(asked_for) == []
    assert found(not_asked) == [("activity.answer.does_not_apply", "Peoria")]


def test_a_refused_answer_blocks_and_one_beside_does_not(provider: Provider) -> None:
    activity = factories.activity(provider, internal_id="1")
    edit(activity, {"sessions": "many"}, confirmed=HOLDING)
    assert stored(activity).rejected == {"sessions": "many"}
    rows = (
        asked(2, {"internal_id": "1", "city": "Peoria"}),
        asked(2, {"internal_id": "1", "credits": "lots"}),
        asked(2, {"internal_id": "1", "end_date": "2026-03-01"}),
        asked(2, {"internal_id": "1", "start_date": "2026-04-01"}),
    )
    planned = [plan(provider, row)[0] for row in rows]
    assert [row.result for row in planned] == ["changed", "blocked", "blocked", "blocked"]
    told = [[one.rule for one in row.findings if one.blocks] for row in planned]
    assert told == [
        [],
        ["activity.credits.not_a_number"],
        ["activity.end_date.before_start"],
        ["activity.end_date.before_start"],
    ]


def test_what_an_export_says_is_no_change(provider: Provider) -> None:
    activity = factories.activity(
        provider, internal_id="1", providership="Joint", joint_providers=["Demo Heart Society"]
    )
    edit(activity, {"joint_providers": ["x" * 1000, "Demo Heart Society"], "sessions": "many"})
    before = stored(activity)
    assert before.joint_providers == [None, "Demo Heart Society"]
    rows: tuple[tuple[Mapping[str, Any], Result], ...] = (
        ({"joint_providers": ["Demo Heart Society"]}, Result.UNCHANGED),
        ({"joint_providers": ["Demo Lung Society"]}, Result.CHANGED),
        ({}, Result.UNCHANGED),
        ({"sessions": None}, Result.CHANGED),
        ({"sessions": "3"}, Result.CHANGED),
    )
    for says, result in rows:
        [planned] = plan(provider, asked(2, {"internal_id": "1", **says}))
        assert (planned.result, says) == (result, says)


def test_what_is_kept_is_merged(provider: Provider) -> None:
    factories.activity(provider, internal_id="1")
    key = uuid4()
    rows = [asked(2, {"internal_id": "1"}, kept={"legacy": {"Hours": "3"}, "extra": {"A": "1"}})]
    [planned] = plan(provider, *rows, key=key)
    assert planned.new == {"legacy": {"Hours": "3"}, "extra": {"A": "1"}}
    [new] = plan(provider, asked(2, factories.draft(), kept={"legacy": {"Hours": "3"}, "extra": {}}))
    assert new.new == factories.draft() | {"legacy": {"Hours": "3"}}


def test_a_plan_is_begun_anew_and_discarded(provider: Provider) -> None:
    key = uuid4()
    rows = [asked(n, factories.draft(title=f"T{n}", internal_id=f"{n}")) for n in (2, 3)]
    for _ in range(2):
        assert [row.result for row in plan(provider, *rows, key=key)] == ["new", "new"]
        assert Staged.objects.filter(plan__key=key).count() == 2
    staging.discard(key)
    assert not Plan.objects.filter(key=key).exists() and not Staged.objects.exists()


def test_who_may_not_write_plans_nothing(provider: Provider) -> None:
    for scope in (factories.scope(provider, "viewer"), factories.scope(provider.accreditor)):
        with pytest.raises(PermissionDenied):
            Planning(uuid4(), scope=scope, now=clock.now())


def test_a_staged_row_has_every_column_of_the_record(db: None) -> None:
    life = {
        "activity_id",
        "provider_id",
        "closed_at",
        "deleted_at",
        "repeat_group",
        "entry",
        "revision",
        "created_at",
        "updated_at",
    }
    columns = {field.attname for field in Activity._meta.concrete_fields}
    assert columns - life <= {field.attname for field in Staged._meta.concrete_fields}
