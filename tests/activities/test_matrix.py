"""Who can do what, in every status: each verb, by each role, straight and through its page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse

from openpars import clock
from openpars.accounts.models import Accreditor, Person, Provider, ReportingYear
from openpars.accounts.scopes import PUBLIC, SYSTEM_SCOPE, Scope, scope_for
from openpars.activities.models import Activity, Change
from openpars.activities.outcomes import Outcome
from openpars.activities.queries import RESTORABLE, NoSuchActivity
from openpars.activities.verbs.close import close
from openpars.activities.verbs.copy import copy
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.make_instances import make_instances
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from openpars.activities.verbs.save import Edit, save
from tests import factories
from tests.activities.doing import common

pytestmark = pytest.mark.django_db

VERBS: dict[str, Callable[..., list[Outcome]]] = {
    "save": lambda pk, **how: save([Edit({"physicians": "41"}, activity_id=pk)], **how),
    "close": lambda pk, **how: close([pk], **how),
    "reopen": lambda pk, **how: reopen([pk], reason="A sheet was found", **how),
    "delete": lambda pk, **how: delete([pk], **how),
    "restore": lambda pk, **how: restore([pk], **how),
    "copy": lambda pk, **how: copy([pk], to_next_year=False, **how),
    "make_instances": make_instances,
}

# What comes of a verb: done, it stood so already, refused to this role, unknown to it, or a rule is against it.
DONE, STAYS, REFUSED, UNKNOWN = "done", "stays", "refused", "unknown"
OPEN, CLOSED, KEPT, LOCKED = "reopen.not_closed", "edit.closed", "restore.not_deleted", "reopen.year_locked"

#: What comes of each verb, for those who may write, in the order of VERBS.
OUTCOMES = {
    "Draft": (DONE, "close.not_ready", OPEN, DONE, KEPT, DONE, DONE),
    "Active": (DONE, "close.not_ended", OPEN, DONE, KEPT, DONE, DONE),
    "Ready to Close": (DONE, DONE, OPEN, DONE, KEPT, DONE, DONE),
    "Closed": (CLOSED, STAYS, DONE, "delete.closed", KEPT, DONE, CLOSED),
    "Closed, year locked": (CLOSED, STAYS, LOCKED, "delete.closed", KEPT, DONE, CLOSED),
    # The lock keeps what was closed. What is still open then can be reported late.
    "Ready to Close, year locked": (DONE, DONE, OPEN, DONE, KEPT, DONE, DONE),
    "deleted": (UNKNOWN, UNKNOWN, UNKNOWN, STAYS, DONE, UNKNOWN, UNKNOWN),
    "deleted long ago": (UNKNOWN, UNKNOWN, UNKNOWN, STAYS, "restore.window_passed", UNKNOWN, UNKNOWN),
}
#: Role at the provider, role at its accreditor.
PEOPLE: dict[str, tuple[str, str]] = {
    "viewer": ("viewer", ""),
    "editor": ("editor", ""),
    "administrator": ("administrator", ""),
    "editor, and staff besides": ("editor", "editor"),
    "staff": ("", "editor"),
    "staff administrator": ("", "administrator"),
    "staff viewer": ("", "viewer"),
    "another provider's contact": ("", ""),
}
WRITERS = {"system", "editor", "administrator", "editor, and staff besides"}
OVERSEERS = {"system", "staff", "staff administrator", "editor, and staff besides"}


def expected(who: str, status: str, verb: str) -> str:
    """What comes of it by the rules."""
    if who == "another provider's contact":
        return UNKNOWN
    outcome = dict(zip(VERBS, OUTCOMES[status], strict=True))[verb]
    if who in OVERSEERS and outcome == LOCKED:
        return DONE
    return outcome if who in WRITERS or (who in OVERSEERS and verb == "reopen") else REFUSED


EXPECTED = {
    who: {(status, verb): expected(who, status, verb) for status in OUTCOMES for verb in VERBS}
    for who in ("system", "public", *PEOPLE)
}


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> None:
    """The provider's activities end around this noon."""


def stand(provider: Provider) -> dict[str, Activity]:
    """One activity in each status, each with a further instance to make."""
    ReportingYear.objects.create(accreditor=provider.accreditor, year=2025, locked_at=clock.now())
    day = {"start_date": "2026-03-08", "end_date": "2026-03-08", "delivery_methods": ["Live-Streamed"]}
    last_year = {"start_date": "2025-03-05", "end_date": "2025-03-06"}
    answered: dict[str, dict[str, Any]] = {
        "Draft": {"credits": ""},
        "Active": {"end_date": "2026-03-10"},
        "Closed, year locked": last_year,
        "Ready to Close, year locked": last_year,
    }
    made = {
        status: factories.activity(
            provider, title=status, repeated=True, instances=[day], **answered.get(status, {})
        )
        for status in OUTCOMES
    }
    how = common(provider)
    closed = close([made["Closed"].pk, made["Closed, year locked"].pk], **how)
    assert [one.findings for one in closed] == [(), ()]
    delete([made["deleted"].pk], **how)
    delete([made["deleted long ago"].pk], **how | {"now": clock.now() - RESTORABLE - timedelta(days=1)})
    return made


def somebody(who: str, provider: Provider) -> Person:
    """A person with the roles of `who` at the provider and its accreditor."""
    person = factories.person()
    places: tuple[Provider | Accreditor, ...] = (provider, provider.accreditor)
    for place, role in zip(places, PEOPLE[who], strict=True):
        if role:
            factories.contact(place, role=role, person=person)
    if not any(PEOPLE[who]):
        factories.contact(factories.provider(), role="administrator", person=person)
    return person


def scope_of(who: str, provider: Provider) -> Scope:
    """What they may see and do at the provider, or at their own where that is another."""
    if who in {"system", "public"}:
        return SYSTEM_SCOPE if who == "system" else PUBLIC
    person = somebody(who, provider)
    home = provider if any(PEOPLE[who]) else person.contacts.get().organization
    assert isinstance(home, Provider)
    return scope_for(person, provider_number=home.number)[1]


def outcome_of(verb: str, activity: Activity, scope: Scope) -> str:
    """Do it, and say in one word what came of it."""
    try:
        outcomes = VERBS[verb](activity.pk, **common(scope))
    except PermissionDenied:
        return REFUSED
    except NoSuchActivity:
        return UNKNOWN
    [outcome] = outcomes
    if outcome.done:
        return DONE if outcome.changed else STAYS
    return outcome.findings[0].rule.removeprefix("activity.")


@pytest.mark.parametrize("who", EXPECTED)
def test_what_comes_of_each_verb(who: str) -> None:
    provider = factories.provider()
    activities, scope = stand(provider), scope_of(who, provider)
    found = {}
    for status, verb in EXPECTED[who]:
        with transaction.atomic():
            found[status, verb] = outcome_of(verb, activities[status], scope)
            transaction.set_rollback(True)
    assert found == EXPECTED[who]


#: The pages that do a verb, and what they post. Instances are made by the last step of the form.
PAGES = {
    "save": ("activity-learners", {"physicians": "41", "other_learners": "12"}),
    "close": ("activity-close", {}),
    "reopen": ("activity-reopen", {"reason": "A sheet was found"}),
    "delete": ("activity-delete", {}),
    "restore": ("activity-restore", {}),
    "copy": ("activity-copy", {}),
}


#: Viewers and strangers walk every address in tests/guards.
@pytest.mark.parametrize("who", ["editor", "editor, and staff besides", "staff", "staff viewer"])
def test_what_comes_of_each_page(who: str, client: Client) -> None:
    """A page answers 403 or 404 where its verb refuses, and writes exactly when its verb does."""
    provider = factories.provider()
    activities = stand(provider)
    client.force_login(somebody(who, provider))
    history = Change.objects.filter(activity__provider=provider)
    before = history.count()
    found, wanted = {}, {}
    for (status, verb), outcome in EXPECTED[who].items():
        if verb not in PAGES:
            continue
        # What is deleted has no page any more, not even one to delete it.
        gone = status.startswith("deleted") and outcome == STAYS
        code = {REFUSED: 403, UNKNOWN: 404}.get(UNKNOWN if gone else outcome, 302)
        name, posted = PAGES[verb]
        with transaction.atomic():
            answer = client.post(reverse(name, args=[provider.number, activities[status].pk]), posted)
            # A refused reopening is shown on its own page, with the reason that was typed.
            found[status, verb] = (
                302 if answer.status_code == 200 else answer.status_code,
                history.count() - before,
            )
            transaction.set_rollback(True)
        wanted[status, verb] = (code, int(outcome == DONE))
    assert found == wanted
