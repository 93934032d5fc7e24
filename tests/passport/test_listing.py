"""Whether an activity is listed, what keeps it from that, and whether it ever was."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.save import Edit, save_one
from openpars.passport.listing import listing, offered, was_listed
from openpars.passport.visible import visible
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

SOON: dict[str, Any] = {"start_date": "2026-04-08", "end_date": "2026-04-09"}


def change(activity: Activity, **answers: Any) -> Activity:
    """Change an activity, whatever one is asked."""
    confirmed = ("activity.goes_backwards", "activity.off_passport", "activity.looks_like_another")
    outcome = save_one(
        Edit(answers=answers, activity_id=activity.activity_id),
        scope=factories.scope(activity.provider),
        actor=factories.actor(),
        door=Door.FORM,
        now=clock.now(),
        confirmed=confirmed,
    )
    assert outcome.done, outcome.findings
    assert outcome.activity is not None
    return outcome.activity


def remove(activity: Activity) -> None:
    """Delete an activity."""
    scope = factories.scope(activity.provider)
    done = delete(
        [activity.activity_id], scope=scope, actor=factories.actor(), door=Door.FORM, now=clock.now()
    )
    assert all(one.done for one in done)


def state(activity: Activity) -> tuple[bool, str, list[str]]:
    """How an activity stands, with the rules that it does not meet."""
    found = listing(activity, now=clock.now())
    return found.shown, found.because, [finding.rule for finding in found.findings]


def test_a_listed_activity_has_nothing_against_it() -> None:
    assert state(factories.activity(factories.provider(), **SOON)) == (True, "", [])


def test_what_keeps_an_activity_from_being_listed_is_told_even_before_it_is_included() -> None:
    provider = factories.provider()
    needed = ["activity.registration.required", "activity.url.required"]
    lacking = SOON | {"registration": "", "url": ""}
    said = "2 answers are missing."
    assert state(factories.activity(provider, **lacking)) == (False, said, needed)
    no = "“Include in CME Passport” is answered with No."
    assert state(factories.activity(provider, on_passport=False, **lacking)) == (False, no, needed)
    assert state(factories.activity(provider, on_passport=False, **SOON)) == (False, no, [])
    asked = ["activity.on_passport.required"]
    assert state(factories.activity(provider, on_passport=None, **SOON)) == (
        False,
        "One answer is missing.",
        asked,
    )


def test_what_has_ended_or_is_in_a_sandbox_is_not_listed() -> None:
    provider = factories.provider()
    assert state(factories.activity(provider)) == (False, "It ended on March 6, 2026.", [])
    sandbox = factories.provider(accreditor=provider.accreditor, sandbox_of=provider)
    assert state(factories.activity(sandbox, **SOON)) == (False, "What is in a sandbox is never public.", [])


def test_what_was_listed_and_is_not_any_more_is_known_by_its_provider(frozen: datetime) -> None:
    provider = factories.provider()
    ended = factories.activity(provider)
    taken_off, cleared, removed = (factories.activity(provider, **SOON) for _ in range(3))
    change(change(taken_off, on_passport=False), title="Renamed since")
    change(cleared, url="")
    remove(removed)
    for one in (ended, taken_off, cleared, removed):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert was_listed(one.activity_id, now=frozen) == provider
        assert len(asked) <= 2


def test_of_what_was_never_listed_nobody_learns(frozen: datetime) -> None:
    provider = factories.provider()
    sandbox = factories.provider(accreditor=provider.accreditor, sandbox_of=provider)
    never = factories.activity(provider, on_passport=False, **SOON)
    draft = factories.activity(provider, url="", **SOON)
    removed = factories.activity(provider, on_passport=False, **SOON)
    remove(removed)
    tried = factories.activity(sandbox)
    # Included and completed only after it had ended, then taken out again: nobody ever saw it.
    late = factories.activity(provider, on_passport=False)
    change(change(late, on_passport=True), on_passport=False)
    # Complete at one time and included at another.
    apart = factories.activity(provider, on_passport=False, **SOON)
    change(change(apart, description=""), on_passport=True)
    ids = [one.activity_id for one in (never, draft, removed, tried, late, apart)]
    for activity_id in [*ids, 999_999_999, 0, 2**70]:
        assert was_listed(activity_id, now=frozen) is None, activity_id


def test_what_a_provider_offers_begins_with_what_is_to_come(frozen: datetime) -> None:
    provider = factories.provider()
    on_demand: dict[str, Any] = {
        "format": "EM",
        "delivery_methods": ["Online"],
        "start_date": "2025-06-01",
        "end_date": "2027-06-01",
    }
    old = factories.activity(provider, **on_demand)
    newer = factories.activity(provider, **on_demand | {"start_date": "2026-03-01"})
    far, near = (
        factories.activity(provider, start_date=day, end_date=day) for day in ("2026-06-01", "2026-03-10")
    )
    factories.activity(provider)
    factories.activity(provider, on_passport=False, **SOON)
    factories.activity(factories.provider(), **SOON)
    expected = [near, far, newer, old]
    assert offered(provider, now=frozen, most=6) == expected
    assert offered(provider, now=frozen, most=3) == expected[:3]
    assert offered(provider, now=frozen, most=1) == expected[:1]


def test_the_public_ones_are_not_reached_by_their_providers(frozen: datetime) -> None:
    """SQLite without statistics would begin with the providers, and read all that each of them has."""
    assert " JOIN " not in str(visible(now=frozen).query)
