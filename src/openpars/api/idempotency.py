"""Retrying safely: a write that comes again with the same Idempotency-Key is not done again, but answered again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from openpars import clock
from openpars.api.calls import Call
from openpars.api.models import IdempotentAnswer
from openpars.api.problems import Problem, problem_of, response_of, wants_xml

#: For so long an answer is kept.
KEPT: Final = timedelta(hours=24)
_LONGEST: Final = 255
#: The headers that are part of an answer; the others are of the moment.
_HEADERS: Final = ("Content-Type", "Location", "ETag")


def once(call: Call, body: bytes, perform: Callable[[], HttpResponse]) -> HttpResponse:
    """Perform a write, or return what it answered when it came with the same Idempotency-Key before.

    `body` is what tells one request from another besides method and address: the bytes that came, or for a
    streamed body its hash. The key, the write and its answer are committed together; who sends the same key at
    the same instant waits for the first, and gets its answer. An answer that is our own fault is not kept, nor
    anything it may have written.

    Raises Problem 400 for a key that is none, 422 when the key came with another request.
    """
    given = call.request.headers.get("Idempotency-Key")
    if given is None or call.validate_only:
        return perform()
    asked = fingerprint(call.request, body)
    with transaction.atomic():
        kept = _claimed(call, _checked(given), asked)
        if kept.status is not None:
            return _again(kept, asked)
        response = _performed(call.request, perform)
        kept.status = response.status_code
        kept.headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        kept.body = response.content.decode()
        kept.save(update_fields=["status", "headers", "body"])
    return response


def fingerprint(request: HttpRequest, body: bytes) -> str:
    """Return what tells a request from others, as SHA-256 in hexadecimal."""
    parts = (request.method or "", request.get_full_path(), (request.content_type or "").lower())
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    digest.update(b"\n" + body)
    return digest.hexdigest()


def _checked(given: str) -> str:
    key = given.strip()
    if not (0 < len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        detail = (
            f"An Idempotency-Key is 1 to {_LONGEST} printable characters, such as a UUID made for this call."
        )
        raise Problem(400, None, detail)
    return key


def _claimed(call: Call, key: str, asked: str) -> IdempotentAnswer:
    """Return the row of this key: with the answer, or a new one that is ours to fill.

    The unique key makes a second request of the same instant wait here until the first is committed.
    """
    mine = IdempotentAnswer.objects.filter(api_key=call.caller.key.pk, idempotency_key=key)
    while True:
        new = IdempotentAnswer(
            api_key_id=call.caller.key.pk, idempotency_key=key, fingerprint=asked, created_at=call.now
        )
        IdempotentAnswer.objects.bulk_create([new], ignore_conflicts=True)
        kept = mine.select_for_update().first()
        if kept is None:
            continue  # it was forgotten between the two statements
        if kept.status is None or kept.created_at > call.now - KEPT:
            return kept
        kept.delete()


def _again(kept: IdempotentAnswer, asked: str) -> HttpResponse:
    if kept.fingerprint != asked:
        detail = (
            "This Idempotency-Key came before with another request. Make a new key for every new request; "
            "use the same one only to repeat a request unchanged."
        )
        raise Problem(422, "The Idempotency-Key is taken", detail)
    return HttpResponse(kept.body, status=kept.status, headers=kept.headers)


def _performed(request: HttpRequest, perform: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer, a problem included; one that is our own fault is raised and undoes everything."""
    try:
        with transaction.atomic():
            return perform()
    except Exception as error:
        problem = problem_of(error)
        if problem is None or problem.status >= 500:
            raise
        return response_of(problem, as_xml=wants_xml(request))


def forget() -> int:
    """Forget the answers that are kept no longer; returns how many they were."""
    forgotten, _ = IdempotentAnswer.objects.filter(created_at__lte=clock.now() - KEPT).delete()
    return forgotten
