"""The page at /api/docs: how to begin, examples that run as they stand, errors, retries, the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.api.openapi import TAGS, document
from openpars.api.problems import TITLES
from openpars.api.sandbox import MAGIC

#: What to do about a problem, by its status.
_MEND: Final[dict[int, str]] = {
    400: "The body, or something in the address, cannot be read: “detail” says where. Do not send it again unchanged.",
    401: "Send the key in the header Authorization. It may have been revoked, or have expired: ask an administrator.",
    403: "The key lacks a scope. An administrator makes another one.",
    404: "Nothing is there for this key. Another provider’s activities answer the same.",
    405: "The header Allow says which methods the address takes.",
    406: "Ask for a form that is written here.",
    409: "The activity or upload is not where this step can be taken. Read it, then decide.",
    412: "Somebody changed it since. The answer holds what is stored now; put your change onto that.",
    413: "Send a part of it, or a file to the uploads.",
    415: "Say what the body is in the header Content-Type.",
    422: "Mend what “findings” names, each with what is wrong and how to mend it. Nothing was written.",
    429: "Wait as many seconds as Retry-After says, then send it again.",
    500: "Nothing is half written. Send it again in a minute, with the same Idempotency-Key.",
    503: "Busy for a moment. Send it again after Retry-After, with the same Idempotency-Key.",
}
#: The headings of the page and their anchors.
_SECTIONS: Final = (
    ("key", "Get a key"),
    ("first", "Your first call"),
    ("create", "Register an activity"),
    ("check", "Check without writing"),
    ("put", "Enter or change it by your own ID"),
    ("patch", "Change some answers"),
    ("counts", "Update learners"),
    ("close", "Close it"),
    ("list", "Read lists, page by page"),
    ("uploads", "Send many at once"),
    ("changes", "Know what changed"),
    ("problems", "When something is wrong"),
    ("retries", "Retry safely"),
    ("sandbox", "Try the bad days"),
    ("operations", "All operations"),
)
_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Told:
    """One operation as the page lists it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    query: tuple[str, ...]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Draw the page, for anybody."""
    context = {
        "site": request.build_absolute_uri("/").rstrip("/"),
        "operations": [(tag, about, _told(tag)) for tag, about in TAGS.items()],
        "problems": [(status, title, _MEND[status]) for status, title in TITLES.items()],
        "magic": MAGIC,
        "sections": _SECTIONS,
    }
    return render(request, "api/docs.html", context)


def _told(tag: str) -> list[Told]:
    paths: dict[str, dict[str, Any]] = document()["paths"]
    return [
        Told(
            id=described["operationId"],
            method=method.upper(),
            path=path,
            summary=described["summary"],
            description=described["description"],
            query=tuple(one["name"] for one in described["parameters"] if one["in"] == "query"),
        )
        for path, methods in paths.items()
        for method, described in methods.items()
        if method in _METHODS and described["tags"] == [tag]
    ]
