"""The lists that answers are chosen from, and the rules by which they are judged."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from openpars.api.calls import Call, answer
from openpars.api.lasting import lasting
from openpars.api.routing import Routes
from openpars.rulebook import VERSION, catalogue

routes = Routes()


@routes.get("vocabularies", name="api-vocabularies")
def vocabularies(call: Call) -> HttpResponse:
    """List the vocabularies."""
    listed = [
        {"name": name, "open": vocabulary["open"], "terms": len(vocabulary["terms"])}
        for name, vocabulary in _vocabularies(call).items()
    ]
    return lasting(call.request, answer({"version": VERSION, "vocabularies": listed}))


@routes.get("vocabularies/<str:name>", name="api-vocabulary")
def vocabulary(call: Call, name: str) -> HttpResponse:
    """Give the terms of one vocabulary."""
    found = _vocabularies(call).get(name)
    if found is None:
        raise Http404
    return lasting(call.request, answer({"version": VERSION, "name": name, **found}))


@routes.get("rules", name="api-rules")
def rules(call: Call) -> HttpResponse:
    """Give the steps, fields and rules of the rulebook, as `openpars rules --as json` prints them."""
    book = catalogue.as_json()
    return lasting(
        call.request, answer({name: book[name] for name in ("version", "steps", "fields", "rules")})
    )


def _vocabularies(call: Call) -> dict[str, Any]:
    """Return the vocabularies of the rulebook, with what the accreditor added to the open ones."""
    found: dict[str, Any] = catalogue.as_json()["vocabularies"]
    for name, added in call.provider.accreditor.vocabulary_additions.items():
        if name in found and found[name]["open"]:
            found[name]["terms"] += [_added(label) for label in added]
    return found


def _added(label: str) -> dict[str, Any]:
    """Return a term as the rulebook's own are told."""
    return {
        "code": label,
        "label": label,
        "aliases": [],
        "of": [],
        "group": "",
        "since": None,
        "until": None,
    }
