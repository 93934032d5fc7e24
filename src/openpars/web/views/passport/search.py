"""The search page of CME Passport."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the search page."""
    return render(request, "passport/search.html", {"q": request.GET.get("q", "")})
