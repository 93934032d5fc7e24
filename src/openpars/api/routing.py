"""Routes: what a method does at an address, declared beside the function that does it.

    routes = Routes()

    @routes.post("activities/<target:target>/close", name="api-activity-close", needs="close")
    def close(call: Call, target: str) -> HttpResponse: ...

A module of routes is added to `urls.MODULES`. A route that `needs` nothing is open to everybody, and its function
is given the request instead of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from openpars import clock
from openpars.api import bodies, callers, idempotency, limits, sandbox
from openpars.api.callers import Right
from openpars.api.calls import Call
from openpars.api.problems import Problem, response_to

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Reads = Literal["json", "nothing", "itself"]
Handler = Callable[..., HttpResponse]
Decorator = Callable[[Handler], Handler]


@dataclass(frozen=True, slots=True)
class Route:
    """What one method does at one address.

    `needs` is the right the key has to have, None opens the route to everybody. The body `reads` as a JSON
    object, or not at all; a route that reads it `itself` calls `idempotency.once` itself, too.
    """

    method: Method
    path: str
    name: str
    handler: Handler
    needs: Right | None
    reads: Reads

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"


class Routes:
    """The routes of one module. Routes with the same address share its name."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def get(self, path: str, *, name: str, needs: Right | None = "read") -> Decorator:
        """Declare what is read at an address."""
        return self._route("GET", path, name, needs, "nothing")

    def post(self, path: str, *, name: str, needs: Right = "write", reads: Reads = "json") -> Decorator:
        """Declare what POST does at an address."""
        return self._route("POST", path, name, needs, reads)

    def put(self, path: str, *, name: str, needs: Right = "write") -> Decorator:
        """Declare what PUT does at an address."""
        return self._route("PUT", path, name, needs, "json")

    def patch(self, path: str, *, name: str, needs: Right = "write") -> Decorator:
        """Declare what PATCH does at an address."""
        return self._route("PATCH", path, name, needs, "json")

    def delete(self, path: str, *, name: str, needs: Right = "write") -> Decorator:
        """Declare what DELETE does at an address."""
        return self._route("DELETE", path, name, needs, "nothing")

    def _route(self, method: Method, path: str, name: str, needs: Right | None, reads: Reads) -> Decorator:
        def declare(handler: Handler) -> Handler:
            self.all.append(Route(method, path, name, handler, needs, reads))
            return handler

        return declare


def patterns(routes: Iterable[Route]) -> list[URLPattern]:
    """Return Django's patterns for routes: one for each address, the longest first.

    An internal ID may hold slashes, so `activities/<target>` would take what is meant for addresses below it.
    """
    at: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = at.setdefault(route.path, {})
        if route.method in methods:
            raise ValueError(f"{route.method} {route.path} is declared twice.")
        methods[route.method] = route
    return [
        path(address, Address(methods), name=next(iter(methods.values())).name)
        for address, methods in sorted(at.items(), key=lambda one: -one[0].count("/"))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """The view of one address: the route of each of its methods."""

    routes: dict[str, Route]

    def __call__(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        """Answer a request; raises Problem."""
        route = self.routes.get("GET" if request.method == "HEAD" else request.method or "")
        if route is None:
            raise Problem(405, None, f"This address takes {self.allow}.", headers={"Allow": self.allow})
        return route.handler(request, **parts) if route.needs is None else _called(route, request, parts)

    @property
    def allow(self) -> str:
        """The methods that do something here."""
        return ", ".join(sorted({*self.routes} | ({"HEAD"} if "GET" in self.routes else set())))


def _called(route: Route, request: HttpRequest, parts: dict[str, Any]) -> HttpResponse:
    """Answer a call of somebody: who, how often, with which right, and what."""
    now = clock.now()
    caller = callers.caller(request, now=now)
    spent = limits.spend(caller.key.pk, now=now)
    try:
        if spent.is_over:
            detail = f"This key may call {spent.limit:,} times a minute. Wait {spent.seconds} seconds."
            raise Problem(429, None, detail, headers={"Retry-After": str(spent.seconds)})
        callers.must_have(caller, route.needs or "read")
        sent, body = bodies.json_object(request) if route.reads == "json" else (b"", {})
        sandbox.play(caller, body.get("title"))
        today = now.astimezone(ZoneInfo(caller.provider.accreditor.time_zone)).date()
        call = Call(request, caller, now, today, body, route.writes and _validate_only(request))
        response = _done(route, call, sent, parts)
    except Exception as error:
        response = response_to(request, error)
    for name, value in spent.headers.items():
        response.headers[name] = value
    return response


def _done(route: Route, call: Call, sent: bytes, parts: dict[str, Any]) -> HttpResponse:
    def perform() -> HttpResponse:
        return route.handler(call, **parts)

    if call.validate_only:
        return tried(perform)
    return idempotency.once(call, sent, perform) if route.writes and route.reads != "itself" else perform()


def tried(perform: Callable[[], HttpResponse]) -> HttpResponse:
    """Perform a write, return its answer, and leave everything as it was."""
    with transaction.atomic():
        response = perform()
        transaction.set_rollback(True)
    return response


def _validate_only(request: HttpRequest) -> bool:
    match request.GET.get("validate_only"):
        case None | "false":
            return False
        case "true":
            return True
    raise Problem(400, None, "validate_only is true or false.")
