"""The list of CME Passport: what providers show now, what is to come first, found by words of title or provider."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars import clock
from openpars.passport import visible
from openpars.web.views.passport.telling import told

#: Activities on a page.
PAGE: Final = 20
#: So many words are looked for, in so many characters.
WORDS, LENGTH = 8, 200


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the activities whose title or provider has all the words; with `provider`, those of one provider."""
    now = clock.now()
    q, number = (request.GET.get(name, "").replace("\0", "")[:LENGTH] for name in ("q", "provider"))
    found = visible.visible(now=now).select_related("provider", "provider__accreditor")
    for word in q.split()[:WORDS]:
        found = found.filter(Q(title__icontains=word) | Q(provider__name__icontains=word))
    if number:
        found = found.filter(provider__number=number)
    found = found.annotate(has_begun=Q(start_date__lt=now.date())).order_by(
        "has_begun", "start_date", "activity_id"
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"q": q, "number": number, "page": page, "found": [(one, told(one, now=now)) for one in page]}
    return render(request, "passport/search.html", context)
