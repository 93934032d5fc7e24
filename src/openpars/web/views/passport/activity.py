"""The public page of an activity, its calendar file, and what stands there once it is no longer shown."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from openpars import clock
from openpars.activities.models import Activity
from openpars.activities.queries import NoSuchActivity
from openpars.passport import listing, visible
from openpars.passport.calendar import calendar_of, is_attended
from openpars.passport.public_record import public_record
from openpars.passport.structured import structured
from openpars.passport.texts import one_line
from openpars.web.views.passport import facts
from openpars.web.views.passport.telling import told

#: So many of a provider's activities stand where one has gone; the search has all of them.
OFFERED: Final = 6
#: So many other dates of the same content are named.
OTHER_TIMES: Final = 20
#: Links that are shared show about so much of a description.
SHARED_LENGTH: Final = 200
#: What would end the element that the data stand in.
_ENDING: Final = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@require_safe
def activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Show an activity to everybody; 410 when it was shown once, 404 as if it did not exist when it never was."""
    now = clock.now()
    try:
        found = visible.get(activity_id, now=now)
    except NoSuchActivity:
        return _gone(request, activity_id)
    record = public_record(found, now=now)
    address = address_of(request, found)
    others = listing.other_times(found, now=now, most=OTHER_TIMES)
    context = facts.drawn(record) | {
        "plain_title": one_line(record["title"]),
        "address": address,
        "summary": Truncator(one_line(record["description"] or "")).chars(SHARED_LENGTH),
        "data": data_block(structured(record, address=address)),
        "is_attended": is_attended(found),
        "others": [(one, told(one, now=now)) for one in others],
    }
    return render(request, "passport/activity.html", context)


@require_safe
def calendar(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Give an activity as a calendar file."""
    try:
        found = visible.get(activity_id, now=clock.now())
    except NoSuchActivity:
        return _gone(request, activity_id)
    file = calendar_of([found], address=lambda one: address_of(request, one), name=found.title)
    name = f"activity-{activity_id}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


def address_of(request: HttpRequest, one: Activity) -> str:
    """Return the absolute address of an activity's public page."""
    return request.build_absolute_uri(reverse("passport-activity", args=[one.activity_id]))


def data_block(data: dict[str, Any]) -> SafeString:
    """Return data as a JSON-LD element; nothing in them can end it, and no browser runs it."""
    text = json.dumps(data, ensure_ascii=False).translate(_ENDING)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - what ends it is escaped


def _gone(request: HttpRequest, activity_id: int) -> HttpResponse:
    now = clock.now()
    provider = listing.was_listed(activity_id, now=now)
    if provider is None:
        raise Http404
    offered = listing.offered(provider, now=now, most=OFFERED)
    context = {"provider": provider, "offered": [(one, told(one, now=now)) for one in offered]}
    return render(request, "passport/gone.html", context, status=410)
