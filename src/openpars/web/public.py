"""The pages for everybody stand beside the others: no session, no cookie, no messages, and caches may keep them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxMiddleware

from openpars import clock
from openpars.accounts.visitors import visitor_of
from openpars.allowances import Allowances, Spent
from openpars.caching import cacheable

#: CME Passport, and what search engines ask for before they read it.
ADDRESSES: Final = re.compile(r"/passport/|/sitemap[^/]*\.xml\Z|/robots\.txt\Z")
METHODS: Final = ("GET", "HEAD")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PublicPages:
    """Answers what is asked for by everybody itself; what stands below it in the list of middleware is for others."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._allowances = Allowances()
        answered = cast(GetResponse, convert_exception_to_response(self._view))
        self._page = HtmxMiddleware(answered)
        self._answer = XFrameOptionsMiddleware(self._kept)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a public address, whatever comes of it, or hand the request on."""
        if ADDRESSES.match(request.path_info):
            return cast(HttpResponseBase, self._answer(request))
        return self.get_response(request)

    def _kept(self, request: HttpRequest) -> HttpResponseBase:
        response = cast(HttpResponseBase, self._page(request))
        # A part of a page and the whole of it have the same address.
        patch_vary_headers(response, ["HX-Request"])
        return cacheable(request, response)

    def _view(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        request.get_host()
        limit = settings.PUBLIC_REQUESTS_PER_MINUTE
        spent = self._allowances.spend(visitor_of(request), limit=limit, now=clock.now())
        if spent.is_over:
            return _too_many(request, spent)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response.render() if isinstance(response, SimpleTemplateResponse) else response


def _too_many(request: HttpRequest, spent: Spent) -> HttpResponse:
    page = render_to_string("passport/too_many.html", {"seconds": spent.seconds}, request)
    headers = spent.headers | {"Retry-After": str(spent.seconds)}
    return HttpResponse(page, status=429, headers=headers)
