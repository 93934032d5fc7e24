"""Close many activities in one go: first what would happen, then exactly what was ticked, then a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from openpars.activities import queries
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import answers_of
from openpars.activities.verbs.close import close
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.lifecycle import Reach, Status
from openpars.rulebook.vocabularies import terms
from openpars.web.access import Visit, visit

#: So many are closed in one go; the page says so, and the next go takes the next ones.
AT_ONCE = 500
#: Of so many that cannot be closed yet the page says what stops them.
TOLD_OF = 500
_LONGEST_ID = 9


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stops activities from being closed, and how many of them."""

    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be closed, and what stops the others."""

    ready: list[Activity]
    more_ready: bool
    physicians: int
    other_learners: int
    held_up: list[tuple[Activity, tuple[Finding, ...]]]
    more_held_up: bool
    obstacles: list[Obstacle]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_close(request: HttpRequest, number: str) -> HttpResponse:
    """Show what can be closed; on POST close what is ticked and can still be closed."""
    came = visit(request, number, to_write=True)
    if request.method == "POST":
        return _close_ticked(came)
    report = request.session.pop(_kept_under(came), None)
    context = came.context | {
        "report": report,
        "preview": preview(came),
        "formats": {term.code: term.label for term in terms("formats")},
        "at_once": AT_ONCE,
        "told_of": TOLD_OF,
        "here": reverse("bulk-close", args=[number]),
        # Who sent the list with nothing ticked does not find everything ticked again.
        "ticked": request.GET.get("ticked") != "none" and "nothing" not in request.GET,
        "nothing_ticked": "nothing" in request.GET,
    }
    return render(request, "bulk_close/bulk_close.html", context)


def preview(came: Visit) -> Preview:
    """Return what can be closed now, longest ended first, and what stops the other Ready to Close ones."""
    complete = queries.can_be_closed(now=came.now)
    ready = _first(queries.of(came.scope).filter(complete), AT_ONCE + 1)
    ended = queries.of(came.scope).filter(
        queries.has_status(Status.READY, now=came.now), complete_for__lt=Reach.CLOSE
    )
    held_up = [(activity, _missing(activity, came.today)) for activity in _first(ended, TOLD_OF + 1)]
    shown = ready[:AT_ONCE]
    return Preview(
        ready=shown,
        more_ready=len(ready) > AT_ONCE,
        physicians=sum(activity.physicians or 0 for activity in shown),
        other_learners=sum(activity.other_learners or 0 for activity in shown),
        held_up=held_up[:TOLD_OF],
        more_held_up=len(held_up) > TOLD_OF,
        obstacles=_obstacles(findings for _, findings in held_up[:TOLD_OF]),
    )


def _first(activities: QuerySet[Activity], count: int) -> list[Activity]:
    return list(activities.order_by("ends_at", "activity_id")[:count])


def _missing(activity: Activity, today: date) -> tuple[Finding, ...]:
    return stops(answers_of(activity), rejected=activity.rejected, today=today, goal=Stage.CLOSE)


def _obstacles(each: Iterable[Iterable[Finding]]) -> list[Obstacle]:
    """Count each message once per activity, the most frequent first."""
    counted = Counter(message for findings in each for message in {one.message for one in findings})
    return [Obstacle(message, count) for message, count in counted.most_common()]


def _close_ticked(came: Visit) -> HttpResponse:
    ticked = _ticked(came.request.POST.getlist("activity"))
    here = reverse("bulk-close", args=[came.provider.number])
    if not ticked:
        return redirect(f"{here}?nothing=ticked")
    came.request.session[_kept_under(came)] = _report(came, ticked)
    return redirect(here)


def _ticked(texts: Iterable[str]) -> list[int]:
    """Return the activity IDs among what was posted, each once, no more than one go takes."""
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID]
    return list(dict.fromkeys(numbers))[:AT_ONCE]


def _report(came: Visit, ticked: list[int]) -> dict[str, Any]:
    """Close, and return in plain JSON what was closed and what was not, for the page that comes next."""
    outcomes, vanished = _closed(came, ticked)
    closed = [one.activity for one in outcomes if one.done and one.activity is not None]
    refused = [
        {
            "activity_id": one.activity.activity_id,
            "title": one.activity.title,
            "because": [finding.message for finding in one.findings],
        }
        for one in outcomes
        if not one.done and one.activity is not None
    ]
    return {
        "closed": [{"activity_id": each.activity_id, "title": each.title} for each in closed],
        "refused": refused,
        "vanished": vanished,
    }


def _closed(came: Visit, ticked: list[int]) -> tuple[list[Outcome], int]:
    """Close what is still there; return the outcomes, and how many had been deleted meanwhile."""
    # An activity can be deleted between the look and the verb; then there is one fewer to look at again.
    for _ in range(3):
        there = set(
            queries.of(came.scope).filter(activity_id__in=ticked).values_list("activity_id", flat=True)
        )
        kept = [activity_id for activity_id in ticked if activity_id in there]
        try:
            outcomes = close(kept, scope=came.scope, actor=came.actor, door=Door.FORM, now=came.now)
        except NoSuchActivity:
            continue
        return outcomes, len(ticked) - len(kept)
    return [], len(ticked)


def _kept_under(came: Visit) -> str:
    return f"bulk-close:{came.provider.number}"
