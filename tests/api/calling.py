"""Calling the web services as a developer would: with a key, in JSON."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from openpars.accounts.models import Provider
from tests import factories


class Desk:
    """A provider with a key; calls go to its service."""

    def __init__(self, *scopes: str, provider: Provider | None = None, kind: str = "live") -> None:
        self.provider = provider or factories.provider()
        self.key, self.secret = factories.key(
            self.provider, *(scopes or ("read", "write", "close")), kind=kind
        )
        self.client = Client()

    def call(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json", **headers: str
    ) -> HttpResponse:
        """Send a body: bytes as they are, anything else as JSON; headers are named as in Python (`if_match`)."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {"Authorization": f"Bearer {self.secret}"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        where = path if path.startswith("/") else f"/api/v1/{path}"
        response = self.client.generic(method, where, sent, content_type=kind, headers=named)
        assert isinstance(response, HttpResponse)
        return response

    def get(self, path: str) -> HttpResponse:
        """GET."""
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """POST."""
        return self.call("POST", path, body, kind="application/json", **headers)

    def activity(self, **over: Any) -> int:
        """An activity of the provider; its ID."""
        return factories.activity(self.provider, **over).activity_id


def told(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(response.content)
