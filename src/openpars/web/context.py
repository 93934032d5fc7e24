"""What every page is drawn with: who is here, at which provider, and which tabs there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from openpars import __version__
from openpars.accounts.models import Accreditor, Person, Provider
from openpars.accounts.scopes import NoSuchProvider, accreditors_of, providers_of, scope_for

#: View name, label, and the view names on whose pages the tab is the current one (by how they begin).
_TABS = (
    ("activities", "Activities", ("activit", "step-check", "bulk-close")),
    ("uploads", "Uploads", ("upload", "download")),
    ("profile", "Profile", ("profile",)),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of the navigation under the header."""

    label: str
    url: str
    current: bool


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page; a view's own context wins.

    `person`, `provider` and `scope` are None where there is none; `providers` and `accreditors` are those
    the person may switch to, `nav` the tabs of the provider at hand, `help_url` leads to the help for it.
    Nothing is asked of the database before a template uses it.
    """
    user = getattr(request, "user", None)
    person = cast(Person, user) if user is not None and user.is_authenticated else None
    match = request.resolver_match
    number = str(match.kwargs.get("number") or "") if match else ""
    view = (match.view_name if match else "") or ""
    context: dict[str, Any] = {
        "person": person,
        "provider": None,
        "scope": None,
        "providers": [],
        "accreditors": [],
        "nav": [],
        "help_url": _help_url(match.kwargs) if person and match else reverse("help"),
        "demo": settings.DEMO,
        "version": __version__,
    }
    if person is None:
        return context
    context["providers"] = _lazy_list(providers_of, person)
    context["accreditors"] = _lazy_list(accreditors_of, person)
    if number:
        visited = _Visited(person, number)
        context["provider"] = SimpleLazyObject(visited.provider)
        context["scope"] = SimpleLazyObject(visited.scope)
        context["nav"] = [
            Tab(label, reverse(name, kwargs={"number": number}), view.startswith(begins))
            for name, label, begins in _TABS
        ]
    return context


class _Visited:
    """The provider in the address and the person's scope there, looked up once and only when drawn."""

    def __init__(self, person: Person, number: str) -> None:
        self._person = person
        self._number = number
        self._found: tuple[Provider | None, Any] | None = None

    def _look(self) -> tuple[Provider | None, Any]:
        if self._found is None:
            try:
                self._found = scope_for(self._person, provider_number=self._number)
            except NoSuchProvider:
                self._found = (None, None)
        return self._found

    def provider(self) -> Provider | None:
        return self._look()[0]

    def scope(self) -> Any:
        return self._look()[1]


def _lazy_list(ask: Callable[[Person], list[Provider] | list[Accreditor]], person: Person) -> Any:
    return SimpleLazyObject(lambda: ask(person))


def _help_url(kwargs: dict[str, Any]) -> str:
    asked = [f"provider={kwargs['number']}"] if kwargs.get("number") else []
    if asked and kwargs.get("activity_id"):
        asked.append(f"activity={kwargs['activity_id']}")
    return reverse("help") + ("?" + "&".join(asked) if asked else "")
