"""Answers that seldom change: who has one already is told so, and sent nothing."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def lasting(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return an answer with the ETag of its content, or 304 where If-None-Match names it."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    conditional = get_conditional_response(request, etag=etag, response=response)
    return conditional if isinstance(conditional, HttpResponse) else response
