"""One call of the web services: who calls, at which moment, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from openpars.accounts.actors import Actor
from openpars.accounts.authentication import Caller
from openpars.accounts.models import Provider
from openpars.accounts.scopes import Scope


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a known caller. `today` is the day it is at the accreditor.

    `body` is the JSON object of a route that reads one, empty elsewhere; with `validate_only` nothing that the
    call writes stays.
    """

    request: HttpRequest
    caller: Caller
    now: datetime
    today: date
    body: dict[str, Any]
    validate_only: bool

    @property
    def provider(self) -> Provider:
        """The provider the call is about: for a test key, its sandbox."""
        return self.caller.provider

    @property
    def scope(self) -> Scope:
        """What the call may see and change."""
        return self.caller.scope

    @property
    def actor(self) -> Actor:
        """The key, as the history writes it down."""
        return self.caller.actor


def answer(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return plain data as an answer in JSON."""
    return HttpResponse(
        msgspec.json.encode(data), status=status, content_type="application/json", headers=headers
    )
