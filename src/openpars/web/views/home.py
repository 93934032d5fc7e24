"""The home page: where a person is, what waits for them there, and the way to the activities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from openpars import clock
from openpars.accounts.models import Person, Provider
from openpars.accounts.scopes import accreditors_of, providers_of, scope_for
from openpars.activities import queries
from openpars.rulebook.lifecycle import Status

#: Figures stop counting here, so that the page is as quick with many activities as with few.
COUNT_UP_TO = 500
#: The session remembers under this name which provider the person worked at last.
LAST_PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One figure of what waits, with the list behind it."""

    count: int
    capped: bool
    one: str
    many: str
    explained: str
    url: str

    @property
    def words(self) -> str:
        """What is counted, in the number it needs."""
        return self.one if self.count == 1 else self.many


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Greet the person and lead them to the provider they work for."""
    person = cast(Person, request.user)
    providers = providers_of(person)
    provider = _provider_at_hand(request, providers)
    context = {
        "providers": providers,
        "provider": provider,
        "accreditors": accreditors_of(person),
        "waiting": _waiting(person, provider, now=clock.now()) if provider else (),
    }
    return render(request, "home/home.html", context)


def _provider_at_hand(request: HttpRequest, providers: list[Provider]) -> Provider | None:
    """Return the provider asked for by `?provider=`, else the one of last time, else the first."""
    by_number = {provider.number: provider for provider in providers}
    asked = by_number.get(request.GET.get("provider", ""))
    if asked is not None and len(providers) > 1:
        request.session[LAST_PROVIDER] = asked.number
    last = by_number.get(str(request.session.get(LAST_PROVIDER, "")))
    return asked or last or next(iter(providers), None)


def _waiting(person: Person, provider: Provider, *, now: datetime) -> tuple[Waiting, ...]:
    """Return the few figures that tell a coordinator what to do next."""
    _, scope = scope_for(person, provider_number=provider.number)
    activities = queries.of(scope)

    def waiting(condition: Q, asked: dict[str, str], one: str, many: str, explained: str) -> Waiting:
        found = activities.filter(condition).order_by()[: COUNT_UP_TO + 1].count()
        return Waiting(
            count=min(found, COUNT_UP_TO),
            capped=found > COUNT_UP_TO,
            one=one,
            many=many,
            explained=explained,
            url=f"{reverse('activities', args=[provider.number])}?{urlencode(asked)}",
        )

    return (
        waiting(
            queries.has_status(Status.DRAFT, now=now),
            {"status": Status.DRAFT.value},
            "draft",
            "drafts",
            "Something that is needed to be listed as Active is still missing.",
        ),
        waiting(
            queries.has_status(Status.READY, now=now),
            {"status": Status.READY.value},
            "activity ready to close",
            "activities ready to close",
            "The end date has passed. Add the final information and the learner counts, then close.",
        ),
        waiting(
            queries.needs_attention(now=now),
            {"attention": "yes"},
            "activity needs attention",
            "activities need attention",
            "An answer waits in red to be mended, or the end date has passed and something is still missing.",
        ),
    )
