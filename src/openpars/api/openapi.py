"""The OpenAPI document: every route, what it reads and answers, drawn from the rulebook and from `describing`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from openpars.api.calls import answer
from openpars.api.describing import activities, changes, own, rulebook, uploads
from openpars.api.describing.operation import JSON, Answer, Key, Operation
from openpars.api.lasting import lasting
from openpars.api.problems import TITLES
from openpars.api.routing import Address, Route, Routes
from openpars.api.schemas import SHARED, TEXT, UUID, Schema, ref
from openpars.rulebook import VERSION

routes = Routes()

_DESCRIBED: Final = (own, activities, changes, uploads, rulebook)
OPERATIONS: Final[dict[Key, Operation]] = {
    key: operation for module in _DESCRIBED for key, operation in module.OPERATIONS.items()
}
"""What every route does, by method and address."""

TAGS: Final[dict[str, str]] = {
    "Your key": "Who calls, and what the key may do.",
    "Activities": "Activities one by one: enter, change, count learners, close.",
    "Changes": "What changed since you last asked.",
    "Uploads": "Many activities at once, as a file: look at the plan, apply it, undo it.",
    "Rulebook": "The lists to choose from, and the rules that every answer is judged by.",
    "This document": "The services, described for programs.",
}

_ABOUT: Final = """\
Register continuing medical education activities, update their learner counts and close them.

Every call names its key in the header Authorization: `Bearer KEY`. Answers and bodies are JSON in UTF-8. What cannot be
done is told as a problem document with every finding at once, by the ids and in the words that the pages and files
use, too. Examples, and how to retry, are at /api/docs."""
_CONVERTERS: Final[dict[str, Schema]] = {"uuid": UUID, "int": {"type": "integer", "minimum": 0}}
_PART: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_PARTS: Final = {
    "target": "The activity: its activity ID, or `internal:` and its internal ID, percent-encoded.",
    "upload_id": "The upload.",
    "name": "The vocabulary, as in the list of them.",
    "internal_id": "The internal ID, percent-encoded.",
}
#: What any call may be answered with, and what those that write may besides.
_ANY: Final = (400, 401, 429, 500, 503)
_WRITES: Final = (403, 413, 415, 422)

_HEADERS: Final[dict[str, tuple[str, Schema]]] = {
    "ETag": ("What tells this state from others: send it as If-Match or If-None-Match.", TEXT),
    "Location": (
        "The address of what was made or is at work.",
        {"type": "string", "format": "uri-reference"},
    ),
    "Link": ("The address of the next page, as rel=next; absent on the last one.", TEXT),
    "Retry-After": (
        "Seconds to wait before it is worth trying again.",
        {"type": "string", "pattern": "^[0-9]+$"},
    ),
}
_VALIDATE_ONLY: Final[Schema] = {
    "name": "validate_only",
    "in": "query",
    "description": "Judge and answer as ever, and write nothing.",
    "schema": {"type": "boolean", "default": False},
}
_IDEMPOTENCY_KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A word of your own for this call, such as a UUID. Sent again with it, the call is not done "
    "again but answered again, byte for byte, for 24 hours. With another body it is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_IF_MATCH: Final[Schema] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the activity as you know it; 412 when it has changed since.",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}


@routes.get("openapi.json", name="api-openapi", needs=None)
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the document, to anybody."""
    return lasting(request, answer(document()))


def as_text() -> str:
    """Return the document as it is kept in docs/openapi.json."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


@cache
def document() -> dict[str, Any]:
    """Return the whole document, in the order in which operations are described."""
    found: dict[Key, Route] = {(route.method, address_of(route)): route for route in every_route()}
    paths: dict[str, dict[str, Any]] = {}
    for (method, address), operation in OPERATIONS.items():
        described = _operation(found[method, address], operation)
        paths.setdefault(f"/api/v1/{address}", {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenPARS web services",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "externalDocs": {"url": "/api/docs", "description": "Examples, errors, retries, the sandbox"},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, made by an administrator of the provider.",
                }
            },
            "headers": {
                name: {"description": about, "schema": schema} for name, (about, schema) in _HEADERS.items()
            },
            "responses": {f"Problem{status}": _problem(status) for status in TITLES},
            "schemas": {
                **SHARED,
                **{name: schema for module in _DESCRIBED for name, schema in module.SCHEMAS.items()},
            },
        },
    }


def every_route() -> Iterator[Route]:
    """Give every route below /api/v1/, in the order of their modules."""

    found: list[URLPattern | URLResolver] = get_resolver("openpars.api.urls").url_patterns
    for below in found:
        if isinstance(below, URLResolver) and str(below.pattern) == "api/v1/":
            for pattern in below.url_patterns:
                if isinstance(pattern.callback, Address):
                    yield from pattern.callback.routes.values()


def address_of(route: Route) -> str:
    """Return the address of a route as OpenAPI writes it: activities/{target}."""
    return _PART.sub(r"{\2}", route.path)


def _operation(route: Route, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": " ".join(filter(None, (operation.description, _right(route)))),
        "parameters": list(_parameters(route, operation)),
    }
    if operation.body:
        described["requestBody"] = _body(operation)
    if route.needs is None:
        described["security"] = []
    problems = sorted({*_problems(route), *operation.problems}) if route.needs else []
    described["responses"] = {
        **{str(status): _answer(answer) for status, answer in operation.answers.items()},
        **{str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in problems},
    }
    return described


def _right(route: Route) -> str:
    return f"Needs the scope `{route.needs}`." if route.needs not in (None, "read") else ""


def _parameters(route: Route, operation: Operation) -> Iterator[Schema]:
    for converter, name in _PART.findall(route.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PARTS[name],
            "schema": _CONVERTERS.get(converter, TEXT),
        }
    yield from operation.query
    if route.writes:
        if operation.may_validate:
            yield _VALIDATE_ONLY
        yield _IDEMPOTENCY_KEY
    if 412 in operation.problems:
        yield _IF_MATCH


def _body(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {name: {"schema": schema} for name, schema in operation.body.items()}
    for name, described in content.items():
        if operation.example is not None and name == JSON:
            described["example"] = operation.example
    return {"content": content, "required": operation.needs_body}


def _problems(route: Route) -> Iterator[int]:
    yield from _ANY
    if "<" in route.path:
        yield 404
    if route.writes:
        yield from _WRITES


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.means}
    if answer.headers:
        described["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    if answer.schema is not None:
        described["content"] = {JSON: {"schema": answer.schema}}
    return described


def _problem(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": f"{TITLES[status]}.",
        "content": {
            "application/problem+json": {"schema": ref("StaleProblem" if status == 412 else "Problem")}
        },
    }
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return described
