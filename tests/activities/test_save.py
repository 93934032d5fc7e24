from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from openpars import clock
from openpars.accounts.scopes import PUBLIC
from openpars.activities import queries
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import answers_of, status_of
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save, save_one
from openpars.rulebook.lifecycle import Reach, Status
from tests import factories
from tests.activities.doing import add, changes, common, edit, rules, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """Every test here happens at the same noon."""


def test_a_partial_edit_leaves_the_rest_and_says_what_it_changed() -> None:
    activity = factories.activity(factories.provider())
    outcome = edit(activity, {"title": " New\ttitle ", "commendation": "", "fee": "no"})
    assert outcome.done
    assert set(outcome.changed) == {"title", "commendation", "fee"}
    expected = factories.answers(title="New title", fee="No, it's free")
    del expected["commendation"]
    assert answers_of(stored(activity)) == expected
    first, second = changes(activity)
    assert (first.verb, first.revision, first.old, first.new) == ("add", 1, {}, factories.answers())
    assert (second.verb, second.revision, second.door) == ("save", 2, "form")
    assert second.old == {"title": factories.answers()["title"], "commendation": False, "fee": "Yes"}
    assert second.new == {"title": "New title", "commendation": None, "fee": "No, it's free"}


def test_nothing_new_writes_nothing() -> None:
    activity = factories.activity(factories.provider(), start_date="2026-03-05")
    outcome = edit(activity, {**factories.answers(), "start_date": "3/5/2026", "specialties": []})
    assert outcome.done
    assert outcome.changed == ()
    assert stored(activity).revision == 1
    assert len(changes(activity)) == 1


def test_an_invalid_answer_is_kept_beside_the_record() -> None:
    activity = factories.activity(factories.provider(), over=factories.draft())
    outcome = edit(activity, {"credits": "10.1", "description": "A\0B", "city": "Chicago"})
    assert outcome.done
    assert {finding.path for finding in outcome.findings if finding.blocks} == {"credits", "description"}
    kept = stored(activity)
    assert kept.rejected == {"credits": "10.1", "description": "A\u2400B"}
    assert (kept.credits, kept.city, kept.needs_attention) == (None, "Chicago", True)
    assert edit(activity, {"credits": "10", "description": "AB"}).done
    kept = stored(activity)
    assert (kept.rejected, str(kept.credits), kept.needs_attention) == ({}, "10.00", False)


@pytest.mark.parametrize("field", ["title", "format", "start_date", "end_date"])
@pytest.mark.parametrize("text", ["", "\0"])
def test_what_a_draft_needs_is_never_lost(field: str, text: str) -> None:
    activity = factories.activity(factories.provider(), over=factories.draft())
    assert edit(activity, {field: text, "city": "Chicago"}).done
    kept = stored(activity)
    assert answers_of(kept) == factories.draft(city="Chicago")
    assert set(kept.rejected) == {field}
    assert kept.complete_for == Reach.DRAFT


def test_an_end_before_the_start_is_kept_as_text_and_stands_again() -> None:
    activity = factories.activity(factories.provider(), over=factories.draft())
    outcome = edit(activity, {"end_date": "3/1/2026"})
    assert "activity.end_date.before_start" in rules(outcome)
    assert answers_of(stored(activity)) == factories.draft()
    assert stored(activity).rejected == {"end_date": "2026-03-01"}
    assert "activity.end_date.before_start" in rules(edit(activity, {"city": "Chicago"}))
    # The start alone, moved behind the end, is the one that does not fit.
    assert edit(activity, {"end_date": "3/6/2026"}).done
    assert edit(activity, {"start_date": "3/9/2026"}).done
    assert stored(activity).rejected == {"start_date": "2026-03-09"}
    assert answers_of(stored(activity)) == factories.draft(city="Chicago")


def test_an_instance_that_ends_before_it_starts_is_kept_as_text() -> None:
    activity = factories.activity(factories.provider(), over=factories.draft())
    wrong = [{"start_date": "2026-03-18", "end_date": "2026-03-17"}]
    assert edit(activity, {"repeated": "yes", "instances": wrong}).done
    assert stored(activity).instances == [{"start_date": "2026-03-18", "end_date": None}]
    assert stored(activity).rejected == {"instances.0.end_date": "2026-03-17"}


def test_no_draft_without_what_a_draft_needs() -> None:
    provider = factories.provider()
    for lacking in ("title", "format", "start_date", "end_date"):
        for text in ("", "\0"):
            outcome = add(provider, factories.draft() | {lacking: text})
            assert (outcome.done, outcome.activity) == (False, None)
            assert lacking in {finding.path for finding in outcome.findings}
    assert not add(provider, factories.draft(start_date="2026-03-07")).done
    # The first one that can be stored gets the next number: none was used up.
    first, second = factories.activity(provider), factories.activity(provider, title="Another")
    assert second.pk == first.pk + 1


def test_a_file_or_service_is_refused_whole() -> None:
    activity = factories.activity(factories.provider(), over=factories.draft())
    edit(activity, {"credits": "10.1"})
    before = stored(activity).revision
    outcome = edit(activity, {"title": "New", "sessions": "many"}, keep_invalid=False)
    # A course is not asked for sessions, and yet a file is told what is wrong with them.
    assert (outcome.done, "activity.number.not_a_number" in rules(outcome)) == (False, True)
    assert stored(activity).revision == before
    # What is wrong elsewhere in the record does not hold up what is right.
    assert edit(activity, {"title": "New"}, keep_invalid=False).done
    assert not edit(activity, {"title": ""}, keep_invalid=False).done
    assert stored(activity).title == "New"


def test_a_closed_activity_is_not_edited() -> None:
    activity = factories.activity(factories.provider())
    close([activity.pk], **common(activity.provider))
    outcome = edit(activity, {"title": "New"})
    assert (outcome.done, "activity.edit.closed" in rules(outcome)) == (False, True)
    unchanged = edit(activity, {"title": factories.answers()["title"]})
    assert (unchanged.done, unchanged.changed) == (True, ())
    assert stored(activity).revision == 2


def test_a_stale_exact_revision_is_refused() -> None:
    activity = factories.activity(factories.provider())
    edit(activity, {"title": "Mine"})
    outcome = edit(activity, {"city": "Springfield"}, exact_revision=1)
    assert (outcome.done, rules(outcome) >= {"activity.revision.stale"}) == (False, True)
    assert edit(activity, {"city": "Springfield"}, exact_revision=2).done


def test_strangers_activities_do_not_exist() -> None:
    mine, theirs = factories.provider(), factories.provider(accreditor=factories.accreditor(name="Other"))
    activity = factories.activity(theirs)
    with pytest.raises(NoSuchActivity):
        save_one(Edit(answers={"title": "X"}, activity_id=activity.pk), **common(mine))
    delete([activity.pk], **common(theirs))
    with pytest.raises(NoSuchActivity):
        edit(activity, {"title": "X"})
    for nobodys in (-1, 0, 999_999_999, 2**31, 2**70):
        with pytest.raises(NoSuchActivity):
            queries.get(factories.scope(mine), nobodys)
        for ids in ([nobodys], [nobodys, nobodys + 1]):
            with pytest.raises(NoSuchActivity):
                close(ids, **common(mine))
    assert stored(activity).revision == 2


def test_only_writers_write() -> None:
    provider = factories.provider()
    for scope in (factories.scope(provider, "viewer"), factories.scope(provider.accreditor), PUBLIC):
        with pytest.raises(PermissionDenied):
            save_one(Edit(answers=factories.draft()), **common(scope))


def test_the_same_form_entry_is_the_same_draft() -> None:
    provider = factories.provider()
    entry = uuid4()
    first = add(provider, factories.draft(), entry=entry)
    again = add(provider, factories.draft(title="Sepsis, corrected"), entry=entry)
    assert first.activity is not None
    assert again.activity is not None
    assert (first.created, again.created) == (True, False)
    assert again.activity.pk == first.activity.pk
    assert stored(first.activity).title == "Sepsis, corrected"
    # Deleted, its form page makes a new one.
    delete([first.activity.pk], **common(provider))
    assert add(provider, factories.draft(), entry=entry).created


def test_internal_ids_are_the_providers_own_and_unique() -> None:
    provider = factories.provider()
    first = factories.activity(provider, internal_id="007")
    second = factories.activity(provider, title="Another", internal_id="7")
    outcome = edit(second, {"internal_id": " 007 ", "city": "Springfield"})
    assert outcome.done
    assert "activity.internal_id.taken" in rules(outcome)
    kept = stored(second)
    assert (kept.internal_id, kept.rejected, kept.city) == ("7", {"internal_id": "007"}, "Springfield")
    refused = edit(second, {"internal_id": "007"}, keep_invalid=False)
    assert (refused.done, rules(refused) >= {"activity.internal_id.taken"}) == (False, True)
    other = factories.provider(accreditor=provider.accreditor)
    assert factories.activity(other, internal_id="007").internal_id == "007"
    delete([first.pk], **common(provider))
    assert edit(second, {"internal_id": "007"}).done
    assert stored(second).internal_id == "007"


def test_a_set_gives_and_takes_internal_ids_in_its_order() -> None:
    provider = factories.provider()
    first = factories.activity(provider, internal_id="A")
    second = factories.activity(provider, title="Another", internal_id="B")

    def renamed(*pairs: tuple[int, str]) -> list[bool]:
        edits = [Edit({"internal_id": name}, activity_id=pk, keep_invalid=False) for pk, name in pairs]
        return [outcome.done for outcome in save(edits, **common(provider))]

    assert renamed((first.pk, "B"), (second.pk, "C")) == [False, True]
    assert renamed((second.pk, "D"), (first.pk, "C")) == [True, True]
    assert (stored(first).internal_id, stored(second).internal_id) == ("C", "D")


def test_a_lookalike_is_asked_about() -> None:
    provider = factories.provider()
    factories.activity(provider)
    twin = factories.answers(title="SEPSIS in the  emergency department")
    held = add(provider, twin)
    assert (held.done, held.activity) == (False, None)
    assert rules(held) == {"activity.looks_like_another"}
    assert add(provider, twin, confirmed=("activity.looks_like_another",)).done
    # Another city is another activity, until it moves.
    third = factories.activity(provider, over=factories.answers(city="Springfield"))
    assert edit(third, {"credits": "1"}).done
    assert not edit(third, {"city": "chicago"}).done
    # A city that is kept and not asked for, since the format changed, is no difference.
    factories.activity(provider, over=factories.answers(title="Reviews", format="MR"))
    assert not add(provider, factories.draft(title="Reviews", format="MR")).done
    # Within one file, too.
    both = [Edit(factories.draft(title="New")), Edit(factories.draft(title="New"))]
    assert [outcome.done for outcome in save(both, **common(provider))] == [True, False]


def test_going_backwards_is_asked_about() -> None:
    activity = factories.activity(factories.provider(), end_date="2026-03-10")
    assert status_of(activity, now=clock.now()) is Status.ACTIVE
    held = edit(activity, {"description": "", "title": "New"})
    assert not held.done
    assert {"activity.goes_backwards", "activity.off_passport"} <= rules(held)
    assert stored(activity).title == factories.answers()["title"]
    assert not edit(activity, {"description": ""}, confirmed=("activity.off_passport",)).done
    off = edit(activity, {"on_passport": "no"})
    assert (off.done, "activity.goes_backwards" in rules(off)) == (False, False)
    both = ("activity.off_passport", "activity.goes_backwards")
    assert edit(activity, {"description": ""}, confirmed=both).done
    # A draft goes nowhere from here.
    assert edit(activity, {"url": "", "on_passport": ""}).done


def test_enduring_materials_keep_a_count_of_each_year() -> None:
    enduring: dict[str, Any] = {
        "format": "EM",
        "delivery_methods": ["Online"],
        "physicians": None,
        "other_learners": None,
    }
    activity = factories.activity(factories.provider(), **enduring)

    def count(physicians: int, as_of: str, *confirmed: str) -> bool:
        counts = {"physicians": physicians, "other_learners": 5, "counts_as_of": as_of}
        return edit(activity, counts, confirmed=confirmed).done

    assert count(10, "2025-06-30")
    assert count(20, "2025-12-31")
    assert not count(19, "2026-03-01")
    assert count(25, "2026-03-01")
    # A year-end value entered late is no fall, but it may not be below what was counted before it.
    assert count(22, "2025-12-31")
    assert not count(8, "2025-12-31")
    assert count(8, "2025-12-31", "activity.counts.falling")
    assert stored(activity).yearly_counts == [
        {"as_of": "2025-12-31", "physicians": 8, "other_learners": 5},
        {"as_of": "2026-03-01", "physicians": 25, "other_learners": 5},
    ]
    # Where totals are not cumulative, a lower one is a correction.
    course = factories.activity(factories.provider(accreditor=activity.provider.accreditor))
    assert edit(course, {"physicians": 1}).done
    assert stored(course).yearly_counts == []


@pytest.mark.parametrize(
    "answers",
    [
        {"title": "x" * 3_000_000},
        {"start_date": "2026-02-30"},
        {"credits": "1e999999"},
        {"physicians": 10**400},
        {"url": "javascript:alert(1)"},
        {"title": "<script>alert(1)</script> \ud800 \0 \u202e"},
        {"support": [{"kind": "monetary", "source": "\0", "amount": "1e99"}], "support_received": {"a": [1]}},
        {"collaborations": [{"kind": "moc", "board": "NOSUCH"}, 7, None]},
        {"commendation_criteria": ["C99", {}], "legacy": {"x": "\0"}, "complete_for": 3, "closed_at": "now"},
        {"instances": "no list", "delivery_methods": {"In-Person": 1}, 7: "no name"},
    ],
)
def test_whatever_comes_in_gets_an_answer(answers: dict[str, object]) -> None:
    activity = factories.activity(factories.provider())
    for keep_invalid in (False, True, False):
        confirmed = ("activity.goes_backwards", "activity.off_passport")
        outcome = edit(activity, answers, confirmed=confirmed, keep_invalid=keep_invalid)
        assert outcome.done is (keep_invalid or not any(finding.blocks for finding in outcome.findings))
    kept = stored(activity)
    assert (kept.closed_at, kept.legacy) == (None, {})
