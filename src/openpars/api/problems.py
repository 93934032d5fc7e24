"""What went wrong, as a problem document (RFC 9457), in JSON or, in the PARS dialect, in XML."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from lxml import etree

from openpars.databases import is_busy
from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds.trouble import text_of, visible

log = logging.getLogger(__name__)

TITLES: Final[dict[int, str]] = {
    400: "The request cannot be read",
    401: "No valid key",
    403: "This key may not do that",
    404: "Not found",
    405: "Not a method of this address",
    406: "No such form of answer",
    409: "The activity’s state does not allow it",
    412: "It has changed since",
    413: "Too large",
    415: "Not a type that is read here",
    422: "Some answers have to be mended",
    429: "Too many calls",
    500: "Something went wrong on our side",
    503: "Busy just now",
}
"""The title of a problem by its status, where nobody says another."""

NOT_FOUND: Final = "There is nothing at this address for your key. Check the address and its IDs."
"""Said of what does not exist and of what is another provider's, in the same words."""
OUR_FAULT: Final = (
    "Nothing was half written. Send it again in a minute, best with the same Idempotency-Key. "
    "If it stays so, tell whoever runs this site when it happened."
)
#: Seconds after which it is worth trying again while the database is busy.
_RETRY_AFTER: Final = 10
_NAMESPACE: Final = "urn:ietf:rfc:7807"
_XML: Final = ("application/xml", "text/xml", "application/problem+xml")
_JSON: Final = ("application/json", "application/problem+json")
#: XML cannot hold a vertical tab or a form feed.
_SIGNS: Final = {0x0B: "\u240b", 0x0C: "\u240c"}


class Problem(Exception):
    """An answer that is not what was asked for: raised anywhere below a route, told as a problem document.

    `extra` are further members of the document, `headers` further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        title: str | None,
        detail: str,
        findings: Sequence[Finding] = (),
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.title = title or TITLES[status]
        self.detail = detail
        self.findings = tuple(findings)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """Return the document as plain JSON."""
        return {
            "type": f"/api/docs#problem-{self.status}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "findings": [found.as_json() for found in self.findings],
            **self.extra,
        }


def problem_of(error: Exception) -> Problem | None:
    """Return what an exception means for the one who called, or None when it is our own fault."""
    match error:
        case Problem():
            return error
        case Http404():
            return Problem(404, None, NOT_FOUND)
        case PermissionDenied():
            return Problem(403, None, "This key may look at activities, but not change them.")
        case UnreadablePostError():
            return Problem(400, None, "The body broke off before its end. Send it again.")
        case DisallowedHost():
            return Problem(400, None, "This site does not answer to the host name of the request.")
    return None


def response_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to a call that ended with an exception; what nobody foresaw is logged and told as ours."""
    problem = problem_of(error)
    if problem is None:
        if is_busy(error):
            headers = {"Retry-After": str(_RETRY_AFTER)}
            problem = Problem(503, None, "Others are writing just now. " + OUR_FAULT, headers=headers)
        else:
            log.error("%s %s", request.method, visible(request.path), exc_info=error)
            problem = Problem(500, None, OUR_FAULT)
    return response_of(problem, as_xml=wants_xml(request))


def response_of(problem: Problem, *, as_xml: bool = False) -> HttpResponse:
    """Return a problem as the answer that tells of it."""
    if as_xml:
        body, media_type = _xml(problem.as_json()), "application/problem+xml"
    else:
        body, media_type = msgspec.json.encode(problem.as_json()), "application/problem+json"
    return HttpResponse(body, status=problem.status, content_type=media_type, headers=problem.headers)


def wants_xml(request: HttpRequest) -> bool:
    """Say whether the answer to a request is in XML: in the PARS dialect, unless JSON is asked for, or sent."""
    if not request.path_info.startswith("/services/"):
        return False
    sends_json = "json" in request.headers.get("Content-Type", "").lower()
    try:
        asked = request.get_preferred_type((*_JSON, *_XML) if sends_json else (*_XML, *_JSON))
    except ValueError:  # an Accept that Django refuses to read
        asked = None
    return not sends_json if asked is None else asked in _XML


def _xml(document: dict[str, Any]) -> bytes:
    root = etree.Element(f"{{{_NAMESPACE}}}problem", nsmap={None: _NAMESPACE})  # type: ignore[dict-item]
    _add(root, document)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        if value is None:
            continue
        element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
        if isinstance(value, Mapping):
            _add(element, value)
        elif isinstance(value, list):
            for entry in value:
                # The RFC says what the entries of a list are called.
                _add(element, {"i": entry})
        else:
            element.text = text_of(value).translate(_SIGNS)
