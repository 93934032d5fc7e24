"""The OpenAPI document: of every route, and the same as the one that is kept in the repository."""

from pathlib import Path

import pytest
from django.test import Client

from openpars.api import openapi
from openpars.rulebook.fields import FIELDS

ROOT = Path(__file__).parents[2]


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {(route.method, openapi.address_of(route)) for route in openapi.every_route()}
    assert routes == set(openapi.OPERATIONS)
    ids = [operation.id for operation in openapi.OPERATIONS.values()]
    assert len(ids) == len(set(ids))
    assert {operation.tag for operation in openapi.OPERATIONS.values()} == set(openapi.TAGS)


def test_the_document_in_the_repository_is_the_one_that_is_served() -> None:
    """`.venv/bin/python -m scripts.openapi > docs/openapi.json` writes it anew."""
    assert (ROOT / "docs/openapi.json").read_text() == openapi.as_text()


def test_every_field_can_be_given_and_is_told() -> None:
    schemas = openapi.document()["components"]["schemas"]
    assert set(FIELDS) <= set(schemas["Answers"]["properties"])
    assert set(schemas["Answers"]["properties"]) == set(schemas["SavedActivity"]["properties"])
    told = schemas["Activity"]["properties"]["credits"]
    assert (told["title"], told["type"]) == ("AMA PRA Category 1 Credit™", "string")
    assert schemas["Activity"]["properties"]["title"]["maxLength"] == 500
    assert schemas["Activity"]["properties"]["sessions"] == {
        "title": "Number of sessions",
        "description": f"{FIELDS['sessions'].help} Asked where format is RSS.",
        "type": "integer",
        "minimum": 1,
        "maximum": 999,
    }


@pytest.mark.django_db
def test_anybody_reads_it_and_who_has_it_is_sent_nothing() -> None:
    client = Client()
    first = client.get("/api/v1/openapi.json")
    assert (first.status_code, first.json()) == (200, openapi.document())
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/api/v1/openapi.json").status_code == 405
