"""The shape in which a route is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpars.api.parameters import MOST, USUAL
from openpars.api.schemas import TEXT, Schema, listed, nullable, record

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that is no problem: what it means, its schema (None: no body), and headers to look at."""

    means: str
    schema: Schema | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a route does.

    - `id`: the name programs know it by; it never changes;
    - `answers`: what it answers, by status;
    - `query`: its parameters in the address, as OpenAPI has them;
    - `body`: what it reads, by media type; without `needs_body` no body will do, too; `example` is one that works;
    - `may_validate`: whether a write can be tried with `validate_only`;
    - `problems`: statuses of problems besides those that every route of its kind can answer.
    """

    id: str
    tag: str
    summary: str
    description: str = ""
    answers: Mapping[int, Answer]
    query: tuple[Schema, ...] = ()
    body: Mapping[str, Schema] = field(default_factory=dict)
    needs_body: bool = True
    example: Mapping[str, Any] | None = None
    may_validate: bool = True
    problems: tuple[int, ...] = ()


def query(name: str, description: str, schema: Schema, **more: Any) -> Schema:
    """Return a parameter in the address."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def words(*allowed: str) -> Schema:
    """Return a choice of words."""
    return {"type": "string", "enum": list(allowed)}


def page_of(name: str, schema: Schema) -> Schema:
    """Return the page of a list: its entries under a name, and the cursor that leads on."""
    return record(
        {
            name: listed(schema),
            "next": {**nullable(TEXT), "description": "The cursor that leads on; null on the last page."},
        }
    )


CURSOR: Final = query("cursor", "Where the page begins: `next` of the page before.", TEXT)


LIMIT: Final = query(
    "limit",
    f"How many entries a page has at most; {USUAL} unless you say another number.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
)

NOTHING: Final[Schema] = {"type": "object", "properties": {}, "additionalProperties": False}
"""A body without members; none at all is read alike."""

Key = tuple[str, str]
"""A route: its method, and its address below /api/v1/."""
