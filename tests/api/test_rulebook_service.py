"""Vocabularies and rules over the web services."""

import pytest

from openpars.rulebook import VERSION, catalogue
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_vocabularies_with_what_the_accreditor_added() -> None:
    desk = Desk()
    accreditor = desk.provider.accreditor
    accreditor.vocabulary_additions = {"supporters": ["Example Foundation"], "formats": ["No such"]}
    accreditor.save()
    own = catalogue.as_json()["vocabularies"]
    listed = told(desk.get("vocabularies"))
    assert listed == {
        "version": VERSION,
        "vocabularies": [
            {"name": name, "open": one["open"], "terms": len(one["terms"]) + (name == "supporters")}
            for name, one in own.items()
        ],
    }
    formats = told(desk.get("vocabularies/formats"))
    assert formats == {"version": VERSION, "name": "formats", **own["formats"]}
    added = told(desk.get("vocabularies/supporters"))["terms"][-1]
    assert (added["code"], added["label"]) == ("Example Foundation", "Example Foundation")
    assert added.keys() == own["supporters"]["terms"][0].keys()
    assert desk.get("vocabularies/cats").status_code == 404


def test_the_rulebook_is_sent_once() -> None:
    desk = Desk("read")
    first = desk.get("rules")
    book = catalogue.as_json()
    assert told(first) == {name: book[name] for name in ("version", "steps", "fields", "rules")}
    again = desk.call("GET", "rules", if_none_match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert desk.call("GET", "rules", if_none_match='"other"').status_code == 200
