"""Whatever is sent to the dialect's service is answered in words; nothing is ever half written, and nothing breaks."""

import gzip
import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities.queries import of
from openpars.api.pars import reading
from openpars.formats import xsd
from openpars.formats.rows import Limits
from tests.api.calling import Desk
from tests.corpus.generators import mems

from .sending import JSON, of_xml, problem, schema, send, told

pytestmark = pytest.mark.django_db

GOOD: Final = mems.activity()
BOMB: Final = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<ACCMEActivities>{GOOD.replace('Committee on Sepsis', '&b;')}</ACCMEActivities>"
)
OUTSIDE: Final = '<!DOCTYPE b SYSTEM "file:///etc/passwd"><ACCMEActivities/>'
DEEP: Final = "<ACCMEActivities>" + "<a>" * 5_000
MANY: Final = "<ACCMEActivities>" + "<MedicalEducationMetrics/>" * 1_001 + "</ACCMEActivities>"
MARKS: Final = "<ACCMEActivities><MedicalEducationMetrics>" + "<a/>" * 260_000
TWICE: Final = b'{"MedicalEducationMetrics": [{"title": "One", "title": "Two"}]}'

REFUSED: Final[dict[str, tuple[str, bytes, int, list[str]]]] = {
    "empty": ("application/xml", b"", 400, []),
    "blank": (JSON, b" \n", 400, []),
    "cut off": ("application/xml", of_xml(GOOD)[:-200], 400, ["file.not_xml"]),
    "no activity": ("application/xml", b"<ACCMEActivities/>", 400, ["file.no_activities"]),
    "another document": ("application/xml", b"<html><p>x</p></html>", 400, ["file.no_activities"]),
    "not UTF-8": ("application/xml", of_xml(GOOD).replace(b"Sepsis", b"S\xe9psis"), 400, ["file.not_xml"]),
    "bomb": ("application/xml", BOMB.encode(), 400, ["file.doctype"]),
    "bomb in UTF-16": ("application/xml", BOMB.encode("utf-16"), 400, ["file.doctype"]),
    "from outside": ("application/xml", OUTSIDE.encode(), 400, ["file.doctype"]),
    "deep": ("application/xml", DEEP.encode(), 400, ["file.not_xml"]),
    "JSON as XML": ("application/xml", mems.dialect(mems.twin()), 400, ["file.not_xml"]),
    "XML as JSON": (JSON, of_xml(GOOD), 400, ["file.not_json"]),
    "JSON not UTF-8": (JSON, mems.dialect(mems.twin()).replace(b"Sepsis", b"S\xe9psis"), 400, []),
    "JSON cut off": (JSON, mems.dialect(mems.twin())[:-9], 400, ["file.not_json"]),
    "a name twice": (JSON, TWICE, 400, ["file.not_json"]),
    "NaN": (JSON, b'[{"Lom": NaN}]', 400, ["file.not_json"]),
    "deep JSON": (JSON, b'{"Lom": ' + b"[" * 5_000, 400, ["file.not_json"]),
    "too many": ("application/xml", MANY.encode(), 413, []),
    "too many marks": ("application/xml", MARKS.encode(), 413, []),
    "too large": ("application/xml", b"<a>" + b" " * 10 * 1024**2, 413, []),
    "a form": ("application/x-www-form-urlencoded", of_xml(GOOD), 415, []),
    "no type": ("", of_xml(GOOD), 415, []),
    "an old encoding": ("application/xml; charset=iso-8859-1", of_xml(GOOD), 415, []),
    "compressed": ("application/xml", gzip.compress(of_xml(GOOD)), 400, ["file.not_xml"]),
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(desk: Desk, name: str) -> None:
    kind, body, status, rules = REFUSED[name]
    response = send(desk, body, kind=kind)
    document = problem(response)
    assert (response.status_code, [rule for rule, _ in document["findings"]]) == (status, rules)
    assert len(document["detail"]) > 30
    assert "etc/passwd" not in response.content.decode()
    assert not of(SYSTEM_SCOPE).filter(provider=desk.provider).exists()


def test_names_and_passwords_of_the_old_service_are_neither_kept_nor_shown(desk: Desk) -> None:
    envelope = f"<SaveActivity><User>me</User><Password>secret-word</Password>{GOOD}</SaveActivity>"
    response = send(desk, of_xml(envelope))
    (result,) = told(response)
    assert (result["Result"], result["Finding"]) == ("created", ["file.element.not_read"] * 2)
    assert b"secret-word" not in response.content
    assert "secret-word" not in str([one.__dict__ for one in of(SYSTEM_SCOPE)])


def test_markup_and_strange_characters_come_back_harmless(desk: Desk) -> None:
    twin = mems.twin(startDateTime="<script>\u000b\u0000&\ud7ff")
    response = send(desk, mems.dialect(twin), kind=JSON, accept="application/xml")
    assert problem(response)["findings"][0] == ("activity.date.not_a_date", 1)
    assert b"<script>" not in response.content


def test_as_many_as_one_request_may_hold(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LIMITS", Limits(rows=2))
    two = (GOOD, mems.activity(("A-1", "A-2")))
    assert send(desk, of_xml(*two)).status_code == 201
    response = send(desk, of_xml(*two, mems.activity(("A-1", "A-3"))))
    assert (response.status_code, of(SYSTEM_SCOPE).filter(internal_id="A-3").exists()) == (413, False)


# Mutated documents

PIECES: Final = st.sampled_from(
    [
        b"<", b">", b"/>", b"</", b"&", b"&#0;", b"&#x110000;", b"&amp;", b"<![CDATA[", b"]]>", b"<!--", b"-->",
        b"<?", b"\x00", b"\xff", b"\xed\xa0\x80", b"\x0b", b"\r", b"{", b"[", b'"', b",", b"null", b"1e999", b"-0",
        b"<title/>", b"<identifier/>", b"<credits>5</credits>", b"<MedicalEducationMetrics/>", b"true", b"Delete",
        b"<closeActivityRecord>true</closeActivityRecord>", b"<activityRecordAction>Delete</activityRecordAction>",
        b"<OpenPARS><Instance/></OpenPARS>", b"xsi:nil='true'", b"9" * 400, b"9999-99-99", b"0000-01-01T00:00:00",
    ]
)  # fmt: skip
FULL_XML: Final = of_xml(GOOD, mems.activity(("A-1", "A-2"), (">12<", ">oops<")))
FULL_JSON: Final = mems.dialect(mems.twin(), mems.twin(Lom={"general": {"title": ["a", {"b": None}]}}))


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """A valid document with pieces cut out, put in, doubled and moved."""
    body = whole
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 60))
        match draw(st.sampled_from(("cut", "put", "double", "move", "noise"))):
            case "cut":
                body = body[:at] + body[at + length :]
            case "put":
                body = body[:at] + draw(PIECES) + body[at:]
            case "double":
                body = body[:at] + body[at : at + length * 10] + body[at:]
            case "move":
                to = draw(st.integers(0, len(body)))
                body = body[:to] + body[at : at + length] + body[to:]
            case "noise":
                body = body[:at] + draw(st.binary(max_size=8)) + body[at + length :]
    return body


SAID: Final = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=30)


@st.composite
def rearranged(draw: st.DrawFn) -> bytes:
    """A document that is XML still: its elements are moved, doubled, emptied, renamed, and say something else."""
    root = etree.fromstring(FULL_XML)
    chance = random.Random(draw(st.integers(0, 2**32)))
    for text in draw(st.lists(SAID, min_size=1, max_size=12)):
        elements = [one for one in root.iter() if one is not root]
        one, other = chance.choice(elements), chance.choice(elements)
        match chance.randrange(6):
            case 0:
                one.text = text
            case 1 if len(elements) > 30:
                root.remove(one) if one in root else one.clear()
            case 2 if one is not other and other not in one.iterancestors():
                one.append(other)
            case 3:
                one.tag = other.tag
            case 4:
                one.set(chance.choice(["currency", "supportSource", "id", "x"]), text)
            case 5 if len(elements) < 400:
                one.append(etree.fromstring(etree.tostring(other)))
    return etree.tostring(root)


def answered_well(desk: Desk, body: bytes, kind: str) -> None:
    response = send(desk, body, kind=kind, accept="application/xml")
    status = response.status_code
    assert status in (200, 201, 207, 400, 413, 422), response.content
    if status >= 400:
        assert problem(response)["status"] == status
    else:
        assert len(told(response)) >= 1
    if of(SYSTEM_SCOPE).filter(provider=desk.provider).exists():
        answer = desk.call("GET", "/services/pars/activities", kind="")
        schema(xsd.MAIN).assertValid(etree.fromstring(answer.content))


@given(body=mutated(FULL_XML) | rearranged())
def test_mutated_xml_is_always_answered(desk: Desk, body: bytes) -> None:
    answered_well(desk, body, "application/xml")


@given(body=mutated(FULL_JSON))
def test_mutated_json_is_always_answered(desk: Desk, body: bytes) -> None:
    answered_well(desk, body, JSON)
