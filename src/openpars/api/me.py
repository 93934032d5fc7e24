"""Whose key this is, and what it may do."""

from __future__ import annotations

from django.http import HttpResponse

from openpars.api.calls import Call, answer
from openpars.api.routing import Routes

routes = Routes()


@routes.get("me", name="api-me")
def me(call: Call) -> HttpResponse:
    """Tell the key, the provider it works for, and the day it is there."""
    key, provider = call.caller.key, call.provider
    return answer(
        {
            "key": {
                "name": key.name,
                "kind": key.kind,
                "prefix": key.prefix,
                "scopes": sorted(call.caller.scopes),
                "expires_at": key.expires_at,
            },
            "provider": {"number": provider.number, "name": provider.name},
            "accreditor": {
                "name": provider.accreditor.name,
                "time_zone": provider.accreditor.time_zone,
            },
            "sandbox": key.kind == "test",
            "today": call.today,
        }
    )
