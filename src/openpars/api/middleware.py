"""The web services stand beside the pages: a call needs no session, no CSRF token and no messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve

from openpars.api.problems import response_to

PREFIXES: Final = ("/api/", "/services/")
#: The page that describes the services is a page as others are.
PAGE: Final = "/api/docs"


class Services:
    """Answers calls of the web services itself; what stands below it in the list of middleware is for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the call, whatever comes of it, or hand a page on."""
        if not request.path_info.startswith(PREFIXES) or request.path_info == PAGE:
            return self.get_response(request)
        response: HttpResponse
        try:
            request.get_host()
            match = request.resolver_match = resolve(request.path_info)
            response = match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            response = response_to(request, error)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response
