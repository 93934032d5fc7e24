"""What happens around every page: the first visit, and sessions that last as long as somebody works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from openpars import clock
from openpars.accounts.verbs import is_set_up

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_PRIVATE = "no-cache, private"
_REFRESH_AFTER = timedelta(minutes=10)
"""How often a session in use is written again; each writing starts its idle time anew."""


class FirstVisit:
    """Leads every page to the set-up until there is an accreditor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.done = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or send it to the set-up."""
        if not self.done and not self._passes(request.path):
            self.done = is_set_up()
            if not self.done:
                return redirect("setup")
        return self.get_response(request)

    def _passes(self, path: str) -> bool:
        return path in (reverse("setup"), reverse("healthz"))


class OwnPages:
    """Keeps what signed-in people see out of shared caches; their browser asks before it shows it again.

    It is not `no-store`: going back in the browser has to find the form as it was left.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, and say whose page it is where the view did not."""
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session:
            response.headers.setdefault("Cache-Control", _PRIVATE)
        return response


class SlidingSession:
    """Keeps the session of a person at work alive, without writing it on every request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; write the session again when its last writing is a while ago."""
        response = self.get_response(request)
        session = request.session
        if session.accessed and SESSION_KEY in session:
            now = clock.now()
            seen = session.get("seen")
            if seen is None or abs(now - datetime.fromisoformat(seen)) >= _REFRESH_AFTER:
                session["seen"] = now.isoformat()
        return response
