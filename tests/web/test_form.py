"""The four steps in the test client: what is saved, what is kept, what is told."""

import re
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from openpars.activities import queries
from openpars.rulebook.fields import STEPS
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
BASIC, LEARNERS, REGISTRATION, ACCREDITATION = (step.slug for step in STEPS)
DRAFT = {
    "title": "Airway Workshop",
    "format": "C",
    "start_date": "2026-05-04",
    "end_date": "2026-05-05",
}


class Desk:
    """Somebody at one provider, with a browser."""

    def __init__(self, role: str = "editor", *, of: Any = None) -> None:
        self.provider = of or factories.provider()
        self.person = factories.contact(self.provider, role=role).person
        self.client = Client()
        self.client.force_login(self.person)

    def url(self, name: str, *rest: Any) -> str:
        return reverse(name, args=[self.provider.number, *rest])

    def get(self, address: str) -> HttpResponse:
        return self.client.get(address)  # type: ignore[return-value]

    def hidden(self, address: str) -> dict[str, str]:
        """Return the hidden boxes of the form at an address."""
        return hidden(self.get(address))

    def send(self, address: str, **boxes: Any) -> HttpResponse:
        """Open a step and post it with these boxes."""
        return self.client.post(address, self.hidden(address) | boxes)  # type: ignore[return-value]

    def activities(self) -> list[Any]:
        return list(queries.of(factories.scope(self.provider)).order_by("activity_id"))


def text(response: HttpResponse) -> str:
    return response.content.decode()


def hidden(response: HttpResponse) -> dict[str, str]:
    form = text(response).split('class="op-form"', 1)[1].split("</form>", 1)[0]
    form = form.split("<template", 1)[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_first_post_makes_a_draft_and_leads_to_the_next_step() -> None:
    desk = Desk()
    answer = desk.send(desk.url("activity-add"), **DRAFT)
    [made] = desk.activities()
    assert made.title == "Airway Workshop"
    assert answer.headers["Location"] == desk.url("activity-step", made.pk, LEARNERS) + "?adding=yes"
    assert desk.get(answer.headers["Location"]).status_code == 200
