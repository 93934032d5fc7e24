"""The organization a page is about, and who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import Accreditor, Person, Provider
from openpars.accounts.scopes import (
    NoSuchAccreditor,
    NoSuchProvider,
    Scope,
    accreditor_scope_for,
    scope_for,
)

P = ParamSpec("P")

ADMINISTRATORS_ONLY = "Only administrators can do this. Ask one of them; their names are on the page before."


@dataclass(frozen=True, slots=True)
class Place:
    """One organization, seen by one person."""

    organization: Provider | Accreditor
    scope: Scope
    person: Person

    @property
    def actor(self) -> Actor:
        """The person, as the audit trail writes them down."""
        return actor_of(self.person)

    @property
    def provider(self) -> Provider | None:
        """The provider, on its pages."""
        return self.organization if isinstance(self.organization, Provider) else None

    @property
    def accreditor(self) -> Accreditor | None:
        """The accreditor, on its pages."""
        return self.organization if isinstance(self.organization, Accreditor) else None

    @property
    def whose(self) -> dict[str, Any]:
        """The keyword that names the organization in models and verbs."""
        if isinstance(self.organization, Provider):
            return {"provider": self.organization}
        return {"accreditor": self.organization}

    @property
    def time_zone(self) -> str:
        """The zone whose days and times the pages show."""
        organization = self.organization
        return (organization.accreditor if isinstance(organization, Provider) else organization).time_zone

    @property
    def home(self) -> str:
        """The address of the organization's own page."""
        return self.url("")

    def url(self, name: str, *args: Any) -> str:
        """Return the address of one of the organization's pages: `invite`, `contact-end`, ..., "" its own."""
        if isinstance(self.organization, Provider):
            return reverse(f"profile-{name}" if name else "profile", args=[self.organization.number, *args])
        return reverse(f"accreditor-{name}" if name else "accreditor", args=[self.organization.pk, *args])

    @property
    def context(self) -> dict[str, Any]:
        """What every page of the organization is drawn with."""
        return {"person": self.person, "scope": self.scope, "place": self, **self.whose}


View = Callable[Concatenate[HttpRequest, Place, P], HttpResponse]


def at_provider(view: View[P], *, to_administer: bool = False) -> Callable[..., HttpResponse]:
    """Let a view meet its provider by the number in the address; 404 for strangers."""

    @login_required
    @wraps(view)
    def with_place(request: HttpRequest, number: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = cast(Person, request.user)
        try:
            provider, scope = scope_for(person, provider_number=number)
        except NoSuchProvider as stranger:
            raise Http404 from stranger
        _check(scope, to_administer=to_administer)
        return view(request, Place(provider, scope, person), *args, **kwargs)

    return with_place


def at_accreditor(view: View[P], *, to_administer: bool = False) -> Callable[..., HttpResponse]:
    """Let a view meet its accreditor by the id in the address; 404 for strangers."""

    @login_required
    @wraps(view)
    def with_place(
        request: HttpRequest, accreditor_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        person = cast(Person, request.user)
        try:
            accreditor, scope = accreditor_scope_for(person, accreditor_id=accreditor_id)
        except NoSuchAccreditor as stranger:
            raise Http404 from stranger
        _check(scope, to_administer=to_administer)
        return view(request, Place(accreditor, scope, person), *args, **kwargs)

    return with_place


def _check(scope: Scope, *, to_administer: bool) -> None:
    if to_administer and not scope.may_administer:
        raise PermissionDenied(ADMINISTRATORS_ONLY)
