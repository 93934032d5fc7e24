"""How CME Passport shows an activity, for its provider to look at before anybody else can."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.activities import queries
from openpars.activities.records import phase_of, status_of
from openpars.passport.public_record import public_record
from openpars.web.access import visit
from openpars.web.views.form import drawing
from openpars.web.views.passport import facts


@login_required
@require_safe
def preview(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Show the public record of an activity, and what keeps it from being listed, each with its question."""
    came = visit(request, number)
    activity = queries.get(came.scope, activity_id)
    listing = drawing.listed(came, activity)
    context = came.context | facts.drawn(public_record(activity, now=came.now))
    context |= {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "phase": phase_of(activity, today=came.today),
        "listing": listing,
        "keeping": drawing.points(came, activity, listing.findings),
        "include": drawing.field_page(came, activity, "on_passport"),
        "may_mend": came.scope.may_write and activity.closed_at is None,
    }
    return render(request, "activity/passport.html", context)
