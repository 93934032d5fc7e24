"""What search engines ask for first: where they may read, and which pages there are."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import F, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from openpars import clock
from openpars.activities.queries import LAST_ID
from openpars.passport.visible import visible

#: A part of the sitemap has the activities of so many activity IDs: it stays far below the 50,000 that are allowed,
#: and its address the same.
PART: Final = 10_000
#: An index may name no more.
MOST_PARTS: Final = 50_000
_START: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the parts of the sitemap in which there is something now. One query."""
    filled = visible(now=clock.now()).order_by().annotate(part=F("activity_id") / PART).values("part")
    parts = (
        filled.annotate(first=Min("activity_id")).values_list("part", flat=True).order_by("part")[:MOST_PARTS]
    )
    found = format_html_join(
        "\n",
        "<sitemap><loc>{}</loc></sitemap>",
        ((request.build_absolute_uri(reverse("sitemap-part", args=[part])),) for part in parts),
    )
    return _xml(f'{_START}<sitemapindex xmlns="{_SPACE}">\n{found}\n</sitemapindex>\n')


@require_safe
def part(request: HttpRequest, part: int) -> HttpResponse:
    """List the activities of one part that everybody may see now. One query."""
    if not 0 <= part <= LAST_ID // PART:
        raise Http404
    first = part * PART
    shown = visible(now=clock.now()).filter(activity_id__gte=first, activity_id__lt=first + PART)
    rows = list(shown.order_by("activity_id").values_list("activity_id", "updated_at"))
    if not rows:
        raise Http404
    # The pages differ by their number alone, so the rest of the address is worked out once.
    before, after = request.build_absolute_uri(reverse("passport-activity", args=[PART])).rsplit(str(PART), 1)
    found = format_html_join(
        "\n",
        "<url><loc>{}{}{}</loc><lastmod>{}</lastmod></url>",
        ((before, number, after, _moment(changed)) for number, changed in rows),
    )
    return _xml(f'{_START}<urlset xmlns="{_SPACE}">\n{found}\n</urlset>\n')


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what search engines may read: what is public, without the endless combinations of a search."""
    lines = [
        "User-agent: *",
        f"Allow: {reverse('passport')}",
        "Allow: /static/",
        f"Disallow: {reverse('passport')}?",
        "Disallow: /",
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _xml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
