"""What can be done with one stored activity besides editing it: learners, close, reopen, delete, copy."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from openpars.activities import queries
from openpars.activities.counts import is_cumulative
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.records import phase_of, status_of
from openpars.activities.verbs import close as closing
from openpars.activities.verbs import copy as copying
from openpars.activities.verbs import delete as deleting
from openpars.activities.verbs import reopen as reopening
from openpars.activities.verbs import restore as restoring
from openpars.activities.verbs.save import save_one
from openpars.rulebook.fields import FIELDS, STEPS
from openpars.rulebook.findings import BLOCKING, Finding, Stage
from openpars.rulebook.steps.stored_records import REASON_LENGTH
from openpars.web.access import STAFF_LOOK, VIEWERS_LOOK, Visit, visit
from openpars.web.forms.bound import bind_all, known_answers
from openpars.web.views.form import saving, sheets
from openpars.web.views.form.drawing import Asked

_COUNTS = tuple(field for field in FIELDS.values() if field.step is None)
_PAGE = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@_PAGE
def learners(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Enter the learner totals; afterwards the summary, where the person came from."""
    came = visit(request, number, to_write=True)
    activity = _activity(came, activity_id)
    back = _back(request, number)
    if activity.closed_at is not None:
        messages.warning(request, "This activity is closed, so its totals stay as they are.")
        return redirect("activity", number=number, activity_id=activity_id)
    if request.method == "POST":
        return _save_counts(came, activity, back)
    shown = sheets.sheet(activity, today=came.today)
    # The day of a count is asked only where counts add up over the years.
    fields = [field for field in _COUNTS if field.applies is None or is_cumulative(shown.answers)]
    bound = bind_all(
        fields,
        answers=shown.answers,
        rejected=shown.rejected,
        findings=shown.findings,
        show=BLOCKING | {Stage.CONFIRM},
    )
    names = {field.name for field in fields}
    context = came.context | {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "fields": bound,
        "known": known_answers(fields, shown.answers),
        "blocking": [one for one in shown.findings if one.blocks and sheets.top_of(one.path) in names],
        "yearly": activity.yearly_counts if is_cumulative(shown.answers) else (),
        "phase": phase_of(activity, today=came.today),
        "revision": activity.revision,
        "keep_key": _keep_key(came, activity),
        "back": back,
    }
    return render(request, "activity/learners.html", context)


def _save_counts(came: Visit, activity: Activity, back: str) -> HttpResponse:
    here = reverse("activity-learners", args=[came.provider.number, activity.activity_id])
    sent = saving.read_sent(came.request.POST, _COUNTS)
    outcome = save_one(
        saving.edit_of(came, activity, sent),
        scope=came.scope,
        actor=came.actor,
        door=Door.FORM,
        now=came.now,
        confirmed=sent.confirmed,
    )
    asked = saving.question(outcome, sent, Asked(came, activity, sent.data, here, back=here))
    if asked is not None:
        return asked
    if not outcome.done:
        _tell(came.request, outcome.findings)
        return redirect(here)
    if outcome.activity is not None and any(
        sheets.top_of(path) in {field.name for field in _COUNTS} for path in outcome.activity.rejected
    ):
        return redirect(here)
    messages.success(
        came.request,
        f"The learners of “{activity.title}” are updated.",
        extra_tags=f"saved-key:{_keep_key(came, activity)}",
    )
    return redirect(back)


def _keep_key(came: Visit, activity: Activity) -> str:
    return f"{came.person.pk}:{activity.activity_id}:learners"


@login_required
@_PAGE
def close(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Mark the activity as closed; what stands against it is told, point by point, on its page."""
    came = visit(request, number, to_write=True)
    _activity(came, activity_id)
    if request.method == "POST":
        [outcome] = closing.close(
            [activity_id], scope=came.scope, actor=came.actor, door=Door.FORM, now=came.now
        )
        if outcome.done:
            messages.success(request, "The activity is closed.")
        else:
            _tell(request, outcome.findings)
    return redirect("activity", number=number, activity_id=activity_id)


@login_required
@_PAGE
def reopen(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Ask for the reason, and reopen."""
    came = visit(request, number)
    if not (came.scope.may_write or came.scope.may_reopen_locked):
        raise PermissionDenied(STAFF_LOOK if came.scope.kind == "accreditor" else VIEWERS_LOOK)
    activity = _activity(came, activity_id)
    findings: tuple[Finding, ...] = ()
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        [outcome] = reopening.reopen(
            [activity_id],
            reason=reason,
            scope=came.scope,
            actor=came.actor,
            door=Door.FORM,
            now=came.now,
        )
        if outcome.done:
            messages.success(request, "The activity is reopened. Close it again when it is corrected.")
            return redirect("activity", number=number, activity_id=activity_id)
        findings = outcome.findings
    elif activity.closed_at is None:
        return redirect("activity", number=number, activity_id=activity_id)
    context = came.context | {
        "activity": activity,
        "findings": findings,
        "reason_findings": [one for one in findings if one.path == "reason"],
        "reason": reason,
        "longest": REASON_LENGTH,
    }
    return render(request, "activity/reopen.html", context)


@login_required
@_PAGE
def delete(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Ask once, and delete; it can be restored for a while."""
    came = visit(request, number, to_write=True)
    activity = _activity(came, activity_id)
    if request.method == "POST":
        [outcome] = deleting.delete(
            [activity_id], scope=came.scope, actor=came.actor, door=Door.FORM, now=came.now
        )
        if outcome.done:
            messages.success(
                request,
                f"“{activity.title}” is deleted. Under Deleted activities it can be restored "
                f"for {queries.RESTORABLE.days} days.",
            )
            return redirect("activities", number=number)
        _tell(request, outcome.findings)
        return redirect("activity", number=number, activity_id=activity_id)
    if activity.closed_at is not None:
        messages.warning(request, "A closed activity cannot be deleted. Reopen it with the reason first.")
        return redirect("activity", number=number, activity_id=activity_id)
    context = came.context | {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "days": queries.RESTORABLE.days,
    }
    return render(request, "activity/delete.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Bring a deleted activity back."""
    came = visit(request, number, to_write=True)
    [outcome] = restoring.restore(
        [activity_id], scope=came.scope, actor=came.actor, door=Door.FORM, now=came.now
    )
    if outcome.done and outcome.activity is not None:
        messages.success(request, f"“{outcome.activity.title}” is restored.")
        return redirect("activities", number=number)
    _tell(request, outcome.findings)
    return redirect("activities-deleted", number=number)


@login_required
@_PAGE
def copy(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Offer a copy, or a copy with the dates of next year; make it, and open it."""
    came = visit(request, number, to_write=True)
    activity = _activity(came, activity_id)
    if request.method == "POST":
        [outcome] = copying.copy(
            [activity_id],
            to_next_year=request.POST.get("to_next_year") == "yes",
            scope=came.scope,
            actor=came.actor,
            door=Door.FORM,
            now=came.now,
        )
        if outcome.done and outcome.activity is not None:
            messages.success(
                request,
                "This is the copy. Internal ID, learner counts, commercial support and attestations "
                "were not copied; please check the dates.",
            )
            made = outcome.activity.activity_id
            return redirect("activity-step", number=number, activity_id=made, slug=STEPS[0].slug)
        _tell(request, outcome.findings)
    context = came.context | {"activity": activity}
    return render(request, "activity/copy.html", context)


def _activity(came: Visit, activity_id: int) -> Activity:
    return queries.get(came.scope, activity_id)


def _back(request: HttpRequest, number: str) -> str:
    """Return the address of the summary to go back to, with the filters the person had set there."""
    summary = reverse("activities", args=[number])
    asked = request.POST.get("back") or request.GET.get("back") or ""
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(summary)
    return asked if ours else summary


def _tell(request: HttpRequest, findings: Iterable[Finding]) -> None:
    told = list(findings)
    for found in told[:3]:
        messages.error(request, f"{found.message} {found.mend}")
    if len(told) > 3:
        messages.error(request, f"And {len(told) - 3} more, listed under “What is stopping me?”.")
