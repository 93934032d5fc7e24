"""Sending activities to the dialect's service, and reading what it answers, always against its schemas."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.http import HttpResponse
from lxml import etree

from openpars.formats import xsd
from tests.api.calling import Desk
from tests.corpus.generators import mems

ACTIVITIES: Final = "/services/pars/activities"
XML: Final = "application/xml; charset=utf-8"
JSON: Final = "application/json"
_PROBLEM: Final = "{urn:ietf:rfc:7807}"


@cache
def schema(name: str) -> etree.XMLSchema:
    with TemporaryDirectory() as folder:
        for one, text in xsd.documents().items():
            (Path(folder) / one).write_text(text, encoding="utf-8")
        return etree.XMLSchema(etree.parse(Path(folder) / name))


def send(desk: Desk, body: bytes, *, kind: str = XML, query: str = "", **headers: str) -> HttpResponse:
    """POST a body to the service."""
    return desk.call("POST", ACTIVITIES + query, body, kind=kind, **headers)


def look(desk: Desk, below: str = "", **headers: str) -> HttpResponse:
    """GET activities: `?name=value`, or `/ID`."""
    return desk.call("GET", ACTIVITIES + below, kind="", **headers)


def of_xml(*activities: str) -> bytes:
    """Return a body of activities as others write them."""
    return mems.xml(*activities).encode()


def asking(activity: str, *, action: str = "", close: bool = False) -> str:
    """Return an activity that asks for something besides."""
    asked = f"<activityRecordAction>{action}</activityRecordAction>" if action else ""
    asked += "<closeActivityRecord>true</closeActivityRecord>" if close else ""
    return activity.replace("</MedicalEducationMetrics>", f"{asked}</MedicalEducationMetrics>")


def told(response: HttpResponse) -> list[dict[str, Any]]:
    """Return the results of an answer, in JSON or in XML: findings by their rules alone."""
    if response["Content-Type"] == JSON:
        results = json.loads(response.content)["ActivityResults"]["ActivityResult"]
        return [
            {
                name: [found["rule"] for found in value] if name in ("Finding", "NotClosed") else value
                for name, value in result.items()
            }
            for result in results
        ]
    assert response["Content-Type"] == XML
    root = etree.fromstring(response.content)
    schema(xsd.RESULTS).assertValid(root)
    return [_result(one) for one in root]


def _result(element: etree._Element) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for part in element:
        name = etree.QName(part).localname
        if name in ("Finding", "NotClosed"):
            result.setdefault(name, []).append(part.findtext("{*}rule"))
        else:
            result[name] = int(part.text or 0) if name in ("Position", "Revision") else part.text
    return result


def problem(response: HttpResponse) -> dict[str, Any]:
    """Return a problem document, from JSON or XML: findings as rule and row."""
    if response["Content-Type"] == "application/problem+json":
        document = json.loads(response.content)
        document["findings"] = [
            (one["rule"], (one["where"] or {}).get("row")) for one in document["findings"]
        ]
        return document  # type: ignore[no-any-return]
    assert response["Content-Type"] == "application/problem+xml"
    root = etree.fromstring(response.content)
    assert root.tag == f"{_PROBLEM}problem"
    found = [
        (one.findtext(f"{_PROBLEM}rule"), int(one.findtext(f"{_PROBLEM}where/{_PROBLEM}row") or 0) or None)
        for one in root.iterfind(f"{_PROBLEM}findings/{_PROBLEM}i")
    ]
    texts = {etree.QName(part).localname: part.text for part in root}
    return texts | {"findings": found, "status": int(texts["status"] or 0)}
