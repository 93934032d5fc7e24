"""In which of its two forms the dialect comes and goes: XML, or the twin in JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse

from openpars.api.problems import Problem, wants_xml
from openpars.formats import results
from openpars.formats.readers import json as json_reader
from openpars.formats.readers import xml as xml_reader
from openpars.formats.rows import Limits, Reading
from openpars.formats.sources import InMemory
from openpars.formats.writers import json as json_writer
from openpars.formats.writers import xml as xml_writer

_XML: Final = ("application/xml", "text/xml")
_JSON: Final = ("application/json", "text/json")
_CHARSETS: Final = ("", "utf-8", "utf8", "utf-16", "us-ascii")
_XML_ANSWER: Final = "application/xml; charset=utf-8"
_JSON_ANSWER: Final = "application/json"


def reading_of(request: HttpRequest, body: bytes, *, limits: Limits) -> Reading:
    """Return the activities of a body, by the type it says it has, read as they are asked for.

    Raises Problem 415 for another type, 400 for JSON that is not UTF-8, and Unreadable, here or while rows are
    asked for.
    """
    media_type = (request.content_type or "").lower()
    is_xml = media_type in _XML or media_type.endswith("+xml")
    if not is_xml and media_type not in _JSON and not media_type.endswith("+json"):
        said = f"the request says {media_type}" if media_type else "the request does not say what it is"
        detail = (
            f"Activities are read as application/xml or application/json; {said}. Say it in Content-Type."
        )
        raise Problem(415, None, detail)
    charset = (request.content_params or {}).get("charset", "").strip("\"'").lower()
    if charset not in _CHARSETS:
        raise Problem(
            415, None, "The body is read as UTF-8. Send it so, and say charset=utf-8 in Content-Type."
        )
    if is_xml:
        return xml_reader.read(InMemory(body), limits=limits)
    _must_be_utf8(body)
    return json_reader.read(InMemory(body), limits=limits)


def _must_be_utf8(body: bytes) -> None:
    """Raise Problem 400 for what a file would be read as in an old encoding: a program has no excuse."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        detail = f"The body is not UTF-8: byte {error.start:,} is no part of it. Send the text as UTF-8."
        raise Problem(400, None, detail) from None


def activities(
    request: HttpRequest, records: Iterable[Mapping[str, Any]], *, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return activities, in the plain JSON of the contract, as the answer to a request, in the form it asks for."""
    stream = io.BytesIO()
    if wants_xml(request):
        xml_writer.write(stream, records)
        return HttpResponse(stream.getvalue(), content_type=_XML_ANSWER, headers=headers)
    json_writer.write_dialect(stream, records)
    return HttpResponse(stream.getvalue(), content_type=_JSON_ANSWER, headers=headers)


def became(
    request: HttpRequest,
    given: Iterable[results.Result],
    *,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return what became of activities as the answer to a request, in the form it asks for."""
    if wants_xml(request):
        stream = io.BytesIO()
        xml_writer.write_results(stream, given)
        return HttpResponse(stream.getvalue(), status=status, content_type=_XML_ANSWER, headers=headers)
    body = msgspec.json.encode(results.document(given))
    return HttpResponse(body, status=status, content_type=_JSON_ANSWER, headers=headers)
