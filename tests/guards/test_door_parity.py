"""The same bad record gives the same findings through every door: the form, files, JSON REST, the dialect."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from lxml import etree

from openpars import clock
from openpars.activities.doors import Door
from openpars.activities.verbs.save import Edit, save_one
from openpars.formats.checking import check_rows
from openpars.formats.readers import json as json_reader
from openpars.formats.readers import xml as xml_reader
from openpars.formats.rows import Limits, Reading
from openpars.formats.sources import InMemory
from tests import factories
from tests.api.calling import Desk
from tests.corpus.bad_answers import ALWAYS_LISTED, BAD, answers_of
from tests.corpus.generators import mems

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str]]
"""The rules and paths of the findings that block."""


def by_form(desk: Desk, answers: dict[str, Any]) -> Told:
    outcome = save_one(
        Edit(answers, keep_invalid=False),
        scope=factories.scope(desk.provider),
        actor=factories.actor(),
        door=Door.FORM,
        now=clock.now(),
    )
    return sorted((found.rule, found.path) for found in outcome.findings if found.blocks)


def by_json_file(desk: Desk, answers: dict[str, Any]) -> Told:
    return in_file(json_reader.read(InMemory(json.dumps([answers]).encode()), limits=Limits()))


def by_xml_file(desk: Desk, answers: dict[str, Any]) -> Told:
    return in_file(xml_reader.read(InMemory(mems.spelled(answers).encode()), limits=Limits()))


def in_file(reading: Reading) -> Told:
    (row,) = check_rows(reading, today=clock.today("America/Chicago"))
    return sorted((found.rule, found.path) for found in row.findings if found.blocks)


def by_rest(desk: Desk, answers: dict[str, Any]) -> Told:
    return in_problem(desk.post("activities", answers))


def by_dialect_xml(desk: Desk, answers: dict[str, Any]) -> Told:
    body = mems.spelled(answers).encode()
    headers = {"accept": "application/json"}
    return in_problem(desk.call("POST", "/services/pars/activities", body, kind="application/xml", **headers))


def by_dialect_json(desk: Desk, answers: dict[str, Any]) -> Told:
    # Whatever holder an element stands in, it is found.
    activity = {"XtensibleInfo": twin_of(etree.fromstring(mems.spelled(answers)))}
    return in_problem(desk.call("POST", "/services/pars/activities", [activity]))


def in_problem(response: HttpResponse) -> Told:
    assert response.status_code == 422, response.content
    found = json.loads(response.content)["findings"]
    return sorted((one["rule"], one["path"]) for one in found if one["blocks"])


def twin_of(element: etree._Element) -> Any:
    """Return an element as the JSON twin has it, in whatever holder it stands."""
    inside: dict[str, list[Any]] = {}
    for child in element:
        inside.setdefault(etree.QName(child).localname, []).append(twin_of(child))
    said: dict[str, Any] = {str(name): text for name, text in element.items()}
    said |= {name: values[0] if len(values) == 1 else values for name, values in inside.items()}
    if not said:
        return element.text
    return said | {"value": element.text} if element.text and not inside else said


DOORS: dict[str, Callable[[Desk, dict[str, Any]], Told]] = {
    "JSON file": by_json_file,
    "XML file": by_xml_file,
    "JSON REST": by_rest,
    "dialect XML": by_dialect_xml,
    "dialect JSON": by_dialect_json,
}
#: In the dialect a list is what comes more than once; nothing else can stand in its place.
OF_THE_DIALECT = {"XML file", "dialect XML", "dialect JSON"}


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("rule", BAD)
def test_the_same_bad_record_gives_the_same_findings_through_every_door(rule: str) -> None:
    desk = Desk()
    answers = answers_of(rule)
    told = by_form(desk, answers)
    assert rule in {one for one, _ in told}
    unsayable = OF_THE_DIALECT if rule in ALWAYS_LISTED else set()
    assert {name: by(desk, answers) for name, by in DOORS.items() if name not in unsayable} == {
        name: told for name in DOORS if name not in unsayable
    }
