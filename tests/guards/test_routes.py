"""Every route of the web services, called as nobody, with a stranger's key, and with a key that lacks the right.

A new route is named in `ROUTES` with the right it needs; None is open to everybody.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from openpars.activities.models import Change
from openpars.api.models import IdempotentAnswer
from openpars.api.routing import Address, Route
from openpars.uploads.models import Upload
from tests import factories
from tests.api.calling import Desk
from tests.web import uploading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ROUTES: dict[str, str | None] = {
    "GET /api/v1/me": "read",
    "GET /api/v1/activities": "read",
    "POST /api/v1/activities": "write",
    "GET /api/v1/activities/{target}": "read",
    "PATCH /api/v1/activities/{target}": "write",
    "PUT /api/v1/activities/{target}": "write",
    "DELETE /api/v1/activities/{target}": "write",
    "GET /api/v1/activities/{target}/learner-counts": "read",
    "POST /api/v1/activities/{target}/learner-counts": "write",
    "PUT /api/v1/activities/{target}/learner-counts": "write",
    "POST /api/v1/activities/{target}/close": "close",
    "POST /api/v1/activities/{target}/reopen": "close",
    "POST /api/v1/activities/{target}/restore": "write",
    "GET /api/v1/activities/{target}/history": "read",
    "GET /api/v1/activities/{target}/blockers": "read",
    "GET /api/v1/changes": "read",
    "GET /api/v1/uploads": "read",
    "POST /api/v1/uploads": "write",
    "GET /api/v1/uploads/{upload_id}": "read",
    "GET /api/v1/uploads/{upload_id}/rows": "read",
    "GET /api/v1/uploads/{upload_id}/findings": "read",
    "POST /api/v1/uploads/{upload_id}/columns": "write",
    "POST /api/v1/uploads/{upload_id}/apply": "write",
    "POST /api/v1/uploads/{upload_id}/plan": "write",
    "POST /api/v1/uploads/{upload_id}/cancel": "write",
    "POST /api/v1/uploads/{upload_id}/undo": "write",
    "GET /api/v1/vocabularies": "read",
    "GET /api/v1/vocabularies/{name}": "read",
    "GET /api/v1/rules": "read",
    "GET /api/v1/openapi.json": None,
    "GET /services/pars/activities": "read",
    "POST /services/pars/activities": "write",
    "GET /services/pars/activities/{activity_id}": "read",
}


def found() -> Iterator[tuple[str, Route]]:
    """Every route, by its method and address."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Route]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
            elif isinstance(pattern.callback, Address):
                for route in pattern.callback.routes.values():
                    address = before + route.path
                    for name, converter in pattern.pattern.converters.items():
                        kind = next(
                            part
                            for part in address.split("<")
                            if part.endswith(f":{name}>") or f":{name}>" in part
                        )
                        address = address.replace(f"<{kind.split('>')[0]}>", f"{{{name}}}")
                        assert converter
                    yield f"{route.method} /{address}", route

    return walk(get_resolver().url_patterns, "")


FOUND = dict(found())


def test_every_route_is_known_with_the_right_it_needs() -> None:
    assert {name: route.needs for name, route in FOUND.items()} == ROUTES


KEYED = sorted(name for name, needs in ROUTES.items() if needs is not None)


def filled(name: str, place: dict[str, Any]) -> tuple[str, str]:
    """The method and the address of a route, its parts filled in."""
    method, address = name.split(" ")
    return method, address.format(**place)


def everything() -> dict[str, Any]:
    """What must be the same before and after a call that is refused."""
    return {
        "changes": Change.objects.count(),
        "uploads": sorted(Upload.objects.values_list("pk", "state")),
        "answers": IdempotentAnswer.objects.count(),
    }


@pytest.fixture
def place() -> dict[str, Any]:
    """What the addresses are filled with: all of one provider."""
    provider = factories.provider()
    activity_id = factories.activity(provider).activity_id
    upload_id = uploading.upload(provider).pk
    return {
        "target": activity_id,
        "activity_id": activity_id,
        "upload_id": upload_id,
        "name": "no-such-list",
    }


@pytest.mark.parametrize("name", KEYED)
def test_nobody_gets_in(name: str, place: dict[str, Any]) -> None:
    before = everything()
    method, address = filled(name, place)
    answer = Client().generic(method, address, b"{}", content_type="application/json")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="OpenPARS"')
    assert answer.headers["Content-Type"].startswith("application/problem+")
    assert everything() == before


@pytest.mark.parametrize("name", [name for name in KEYED if "{" in name])
def test_a_stranger_finds_nothing_and_is_told_the_same_as_of_what_is_not_there(
    name: str, place: dict[str, Any]
) -> None:
    stranger = Desk()
    before = everything()
    method, address = filled(name, place)
    nowhere = filled(name, {part: str(value)[:-3] + "999" for part, value in place.items()})[1]
    body: Any = None if method == "GET" else {}
    theirs, nothing = (stranger.call(method, where, body) for where in (address, nowhere))
    assert theirs.status_code in {404, 405}, theirs.content
    assert (theirs.status_code, theirs.content) == (nothing.status_code, nothing.content)
    assert everything() == before


@pytest.mark.parametrize("name", [name for name in KEYED if ROUTES[name] != "read"])
def test_a_key_without_the_right_changes_nothing(name: str, place: dict[str, Any]) -> None:
    without = {"write": ("read", "close"), "close": ("read", "write")}[ROUTES[name] or ""]
    for scopes in (("read",), without):
        desk = Desk(*scopes)
        own = place | {"target": desk.activity()}
        before = everything()
        method, address = filled(name, own)
        answer = desk.call(method, address, {}, idempotency_key="one")
        assert answer.status_code == 403, answer.content
        assert everything() == before
