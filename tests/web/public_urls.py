"""The site's addresses, and public ones that behave in every way a page can."""

from collections.abc import Iterator

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from openpars.config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Sepsis. " * 100, headers={"X-Htmx": str(bool(request.htmx))})  # type: ignore[attr-defined]


def gone(request: HttpRequest) -> HttpResponse:
    return HttpResponse("It has ended.", status=410)


def nowhere(request: HttpRequest) -> HttpResponse:
    raise Http404


def broken(request: HttpRequest) -> HttpResponse:
    raise KeyError("a secret")


def busy(request: HttpRequest) -> HttpResponse:
    raise OperationalError("a secret")


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        for number in range(1000):
            yield f"<url>{number}</url>".encode()

    return StreamingHttpResponse(parts(), content_type="application/xml")


urlpatterns = [
    path("passport/plain", plain),
    path("passport/gone", gone),
    path("passport/nowhere", nowhere),
    path("passport/broken", broken),
    path("passport/busy", busy),
    path("sitemap-of-tests.xml", streamed),
    path("", include("openpars.config.urls")),
]
