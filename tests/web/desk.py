"""Somebody at one provider with a browser, for tests of pages."""

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from openpars.accounts.models import Provider
from openpars.activities import queries
from openpars.activities.models import Activity
from tests import factories


class Desk:
    """A signed-in person and a provider's pages."""

    def __init__(self, role: str = "editor", *, at: Provider | None = None) -> None:
        self.provider = at or factories.provider()
        self.person = factories.contact(self.provider, role=role).person
        self.client = Client()
        self.client.force_login(self.person)

    def url(self, name: str, *rest: Any) -> str:
        """The address of a page of the provider."""
        return reverse(name, args=[self.provider.number, *rest])

    def get(self, address: str) -> HttpResponse:
        """Open a page."""
        return self.client.get(address)  # type: ignore[return-value]

    def post(self, address: str, boxes: dict[str, Any]) -> HttpResponse:
        """Post without opening anything."""
        return self.client.post(address, boxes)  # type: ignore[return-value]

    def send(self, address: str, **boxes: Any) -> HttpResponse:
        """Open a form, change these boxes and send it."""
        return self.post(address, boxes_of(self.get(address)) | boxes)

    def activities(self) -> list[Activity]:
        """What is stored, oldest first."""
        return list(queries.of(factories.scope(self.provider)).order_by("activity_id"))

    def stored(self, activity: Activity) -> Activity:
        """The activity as it is stored now."""
        return queries.get(factories.scope(self.provider), activity.activity_id)


def text(response: HttpResponse) -> str:
    """The page as text."""
    return response.content.decode()


def drained(response: Any) -> HttpResponse:
    """The response with all of it sent: a file that is sent stays open until then."""
    if response.streaming:
        b"".join(response.streaming_content)
    return response  # type: ignore[no-any-return]


def errors(response: HttpResponse) -> list[str]:
    """What stands in red under the boxes, tags taken out."""
    found = re.findall(r'class="usa-error-message"[^>]*>(.*?)</div>', text(response), re.DOTALL)
    return [unescape(" ".join(re.sub(r"<[^>]+>", " ", one).split())) for one in found]


def boxes_of(response: HttpResponse) -> dict[str, Any]:
    """What a browser would send of a form of the class op-form, were its button pressed at once."""
    body = text(response).split("op-form", 1)[1].split("</form>", 1)[0]
    body = re.sub(r"<template>.*?</template>", "", body, flags=re.DOTALL)
    boxes: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        kind, checked = _attribute(tag, "type"), re.search(r"\schecked\b", tag)
        if _attribute(tag, "name") and (kind not in {"checkbox", "radio"} or checked):
            boxes.setdefault(_attribute(tag, "name"), []).append(_attribute(tag, "value"))
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.DOTALL):
        boxes[name] = [unescape(value)]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        boxes[name] = [unescape(chosen[0]) if chosen else ""]
    boxes.pop("csrfmiddlewaretoken", None)
    return {name: values if len(values) > 1 else values[0] for name, values in boxes.items()}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""
