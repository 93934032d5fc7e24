"""Who visits which provider's pages, and whether they may change something there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from openpars import clock
from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import Person, Provider
from openpars.accounts.scopes import NoSuchProvider, Scope, scope_for

VIEWERS_LOOK = (
    "You may look at this provider’s activities, but not change them. "
    "Ask an administrator of the provider to make you an editor."
)
STAFF_LOOK = (
    "As the accreditor you may look at a provider’s activities and reopen them; "
    "everything else is the provider’s own to change."
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person at one provider, at one moment. `today` is the day it is at the accreditor."""

    request: HttpRequest
    person: Person
    provider: Provider
    scope: Scope
    now: datetime
    today: date

    @property
    def actor(self) -> Actor:
        """The person, as the history writes them down."""
        return actor_of(self.person)

    @property
    def context(self) -> dict[str, Any]:
        """What every page of a provider is drawn with."""
        return {"person": self.person, "provider": self.provider, "scope": self.scope, "today": self.today}

    def must_write(self) -> None:
        """Raise PermissionDenied, in words for the person, unless they may change activities."""
        if not self.scope.may_write:
            raise PermissionDenied(STAFF_LOOK if self.scope.kind == "accreditor" else VIEWERS_LOOK)


def visit(request: HttpRequest, number: str, *, to_write: bool = False) -> Visit:
    """Return the visit of the signed-in person to the provider with this number.

    Raises Http404 for strangers, whether the provider exists or not, and PermissionDenied when `to_write`
    and they may only look. Two queries besides the session's.
    """
    person = cast(Person, request.user)
    try:
        provider, scope = scope_for(person, provider_number=number)
    except NoSuchProvider as stranger:
        raise Http404 from stranger
    now = clock.now()
    came = Visit(request, person, provider, scope, now, clock.today(provider.accreditor.time_zone))
    if to_write:
        came.must_write()
    return came
