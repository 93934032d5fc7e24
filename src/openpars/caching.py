"""Answers that are the same for everybody: kept by caches for a while, sent once, and compressed."""

from __future__ import annotations

from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

#: For so many seconds a cache may show what was public when it was asked for.
FRESH: Final = 60
#: Answers that stay true for a while, whoever asks; any other is for the moment alone.
_LASTING: Final = frozenset({200, 301, 308, 404, 410})


def cacheable(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return an answer as anybody may keep it: how long, by which ETag, and compressed where that is understood.

    Who names the ETag in If-None-Match gets 304 and nothing else. How long an answer is kept is left as it is where
    it says so itself. What is streamed has no ETag and stays streamed.
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code not in _LASTING:
        response.headers["Cache-Control"] = "no-store"
        return _compressed(request, response)
    response.headers.setdefault("Cache-Control", f"public, max-age={FRESH}")
    if isinstance(response, HttpResponse) and response.status_code == 200:
        # Of the content as it is before it is compressed: that would differ each time.
        set_response_etag(response)
        etag = response.headers.get("ETag")
        response = get_conditional_response(request, etag=etag, response=response) or response
    return _compressed(request, response)


def _compressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    return _GZIP.process_response(request, cast(HttpResponse, response))


_GZIP: Final = GZipMiddleware(lambda _: HttpResponse())
