"""The body of a request: no larger than allowed, whole, and JSON that can be read in one way only."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, Final, cast

from django.http import HttpRequest

from openpars.api.problems import Problem
from openpars.formats.strict_json import DECODER, problem_of

MOST_BYTES: Final = 10 * 1024 * 1024
"""The largest body that is read as one; a file of activities goes to the uploads."""
MOST_DEEP: Final = 20
"""How deep lists and objects may stand in one another; an activity needs four."""
_JSON: Final = ("application/json", "application/merge-patch+json")
_CHARSETS: Final = ("", "utf-8", "utf8", "us-ascii")


def received(request: HttpRequest, *, most: int = MOST_BYTES) -> bytes:
    """Return the body. Raises Problem 413 when it has more than `most` bytes, 400 when it broke off.

    A body whose length is told is refused before it is read; one that comes in chunks as soon as it is too long.
    """
    length = _told_length(request)
    if length is not None and length > most:
        raise _too_large(most)
    body = stream(request).read(most + 1)
    if len(body) > most:
        raise _too_large(most)
    if length is not None and len(body) < length:
        raise Problem(
            400, None, f"The body broke off after {len(body):,} of {length:,} bytes. Send it again."
        )
    return body


def stream(request: HttpRequest) -> BinaryIO:
    """Return what the body is read from, whether its length is told or it comes in chunks."""
    if _told_length(request) is None and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        # Django reads as many bytes as were told, here none.
        return cast(BinaryIO, request.META["wsgi.input"])
    return cast(BinaryIO, request)


def media_type(request: HttpRequest) -> str:
    """Return the type of the body in lower case, without its parameters; "" when none is told."""
    return (request.content_type or "").lower()


def json_object(request: HttpRequest) -> tuple[bytes, dict[str, Any]]:
    """Return the body as it came, and the JSON object it is; no body is an empty object.

    Raises Problem: 413 too large, 415 of another type, 400 no JSON object.
    """
    body = received(request)
    if not body.strip():
        return body, {}
    kind = media_type(request)
    if kind not in _JSON or (request.content_params or {}).get("charset", "").lower() not in _CHARSETS:
        said = f"not as {kind}" if kind not in _JSON else "not in another encoding"
        raise Problem(
            415,
            None,
            f"The body is read as application/json in UTF-8, {said}. Say so in the header Content-Type.",
        )
    value = value_of(body)
    if not isinstance(value, dict):
        raise Problem(400, None, "The body has to be one JSON object, in braces.")
    return body, value


def value_of(body: bytes) -> Any:
    """Return what stands in JSON; raises Problem 400 with the place and how to mend it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"The body is not UTF-8: byte {error.start:,} is no part of it. Send the text as UTF-8."
        raise Problem(400, None, detail) from error
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        ended = "the body ends too early; " if error.pos >= len(text.rstrip()) else ""
        where = f"line {error.lineno}, column {error.colno}"
        raise _not_json(f"{where}: {ended}{problem_of(error)}") from error
    except (ValueError, RecursionError) as error:
        raise _not_json(problem_of(error)) from error
    _not_too_deep(value)
    return value


def _told_length(request: HttpRequest) -> int | None:
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdigit() else None


def _too_large(most: int) -> Problem:
    detail = (
        f"A body may have {most // 1024 // 1024} MB. Send many activities as a file, to /api/v1/uploads, "
        "or a part of them at a time."
    )
    return Problem(413, None, detail)


def _not_json(problem: str) -> Problem:
    return Problem(400, None, f"The body is no JSON: {problem}.")


def _not_too_deep(value: Any) -> None:
    level = [value]
    for _ in range(MOST_DEEP + 1):
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise _not_json(f"its lists and objects stand more than {MOST_DEEP} deep in one another")
