"""Parts of pages, which htmx asks for by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

_Given = ParamSpec("_Given")


def in_part(request: HttpRequest) -> bool:
    """Say whether htmx asks, for the part of the page that changes."""
    return bool(getattr(request, "htmx", False))


def signed_in(
    view: Callable[Concatenate[HttpRequest, _Given], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Given], HttpResponse]:
    """Ask for the sign-in as everywhere; a part of a page asks its browser to load the whole page for it."""
    asks_whole_page = login_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Given.args, **kwargs: _Given.kwargs) -> HttpResponse:
        if not request.user.is_authenticated and in_part(request):
            return HttpResponseClientRefresh()
        return asks_whole_page(request, *args, **kwargs)

    return guarded
