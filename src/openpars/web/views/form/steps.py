"""The addresses of the form: adding an activity, its steps, and what follows the last one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views import csrf
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openpars.activities import queries
from openpars.activities.blockers import blockers
from openpars.activities.models import Activity
from openpars.activities.records import phase_of, status_of
from openpars.rulebook.declaring import Step
from openpars.rulebook.fields import STEPS
from openpars.rulebook.findings import BLOCKING, Stage
from openpars.web.access import Visit, visit
from openpars.web.forms.tokens import read_token
from openpars.web.models import FormEntry
from openpars.web.views.form import drawing, entries, saving, sheets
from openpars.web.views.form.drawing import ADDING, TOKEN, Place


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    """The first step of an activity that does not exist yet. Nothing is stored before the first post."""
    step = STEPS[0]
    if not request.user.is_authenticated:
        return _signed_out(request, step)
    came = visit(request, number, to_write=True)
    if request.method == "POST":
        return saving.receive(came, step, None)
    entry_id = _uuid(request.GET.get("entry", ""))
    if entry_id is None:
        return drawing.draw_step(Place(came, step, None, uuid.uuid4(), adding=True))
    entry = entries.new_entry(came.person.pk, provider_id=came.provider.pk, entry=entry_id)
    if entry is not None:
        return drawing.draw_step(Place(came, step, None, entry.pk, adding=True), entry=entry)
    born = queries.of(came.scope).filter(entry=entry_id).first()
    if born is not None:
        return redirect(drawing.step_address(came, born.activity_id, step, adding=True))
    return redirect("activity-add", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, activity_id: int, slug: str) -> HttpResponse:
    """One step of a stored activity; read-only for those who may only look and when it is closed."""
    asked = sheets.step_named(slug)
    if asked is None:
        raise Http404
    if not request.user.is_authenticated:
        return _signed_out(request, asked)
    came = visit(request, number, to_write=request.method == "POST")
    activity = _activity(came, activity_id)
    if request.method == "POST":
        return saving.receive(came, asked, activity)
    if not came.scope.may_write:
        return drawing.draw_view(came, activity)
    entry = entries.kept_for_step(
        came.person.pk, provider_id=came.provider.pk, activity_id=activity_id, step=asked.slug
    )
    if activity.closed_at is not None:
        return drawing.draw_view(came, activity, typed=entry)
    adding = request.GET.get(ADDING) == "yes"
    return drawing.draw_step(Place(came, asked, activity, uuid.uuid4(), adding), entry=entry)


@login_required
@require_GET
def activity(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Lead to the first step that is not complete; show a closed activity, and any to those who only look."""
    came = visit(request, number)
    found = _activity(came, activity_id)
    if found.closed_at is not None or not came.scope.may_write:
        return drawing.draw_view(came, found)
    shown = sheets.sheet(found, today=came.today)
    status = status_of(found, now=came.now)
    states = sheets.step_states(shown, current=None, status=status, begun=True, adding=False)
    return redirect(drawing.step_address(came, activity_id, sheets.first_unfinished(states)))


@login_required
@require_GET
def saved(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """What follows the last step: the status, what is still missing, and where to go on."""
    came = visit(request, number)
    found = _activity(came, activity_id)
    stopping = blockers(found, now=came.now, today=came.today)
    group: list[Activity] = []
    if found.repeat_group is not None:
        alike = queries.of(came.scope).filter(repeat_group=found.repeat_group)
        group = list(alike.exclude(activity_id=activity_id).order_by("start_date", "activity_id"))
    context = came.context | {
        "activity": found,
        "status": status_of(found, now=came.now),
        "phase": phase_of(found, today=came.today),
        "stopping": stopping,
        "stopping_points": drawing.points(came, found, stopping.findings),
        # The last step is saved: the browser need not keep what was typed there any more.
        "saved_key": drawing.keep_keys(Place(came, STEPS[-1], found, uuid.uuid4(), adding=False).token),
        "instances": [(one, status_of(one, now=came.now)) for one in group],
    }
    return render(request, "activity/saved.html", context)


@require_POST
def check(request: HttpRequest, number: str, slug: str) -> JsonResponse:
    """Judge a step while somebody types: whether it can be left, and what stands in red. Writes nothing."""
    asked = sheets.step_named(slug)
    if asked is None:
        raise Http404
    if not request.user.is_authenticated:
        return JsonResponse({"can_leave": False, "findings": [], "signed_out": True}, status=401)
    came = visit(request, number, to_write=True)
    token = read_token(request.POST.get(TOKEN, ""))
    stored: Activity | None = None
    if token is not None and token.activity_id is not None and token.provider_id == came.provider.pk:
        stored = _activity(came, token.activity_id)
    sent = saving.read_sent(request.POST, asked.fields)
    shown = sheets.sheet(stored, typed=sent.raw, today=came.today)
    shown = sheets.with_taken(shown, stored, provider_id=came.provider.pk)
    stages = BLOCKING | {Stage.CONFIRM}
    if stored is not None and request.POST.get(ADDING) != "yes":
        stages |= sheets.MISSING_TOLD.get(status_of(stored, now=came.now), frozenset())
    findings = [found.as_json() for found in shown.findings_in(asked, stages)]
    return JsonResponse({"can_leave": shown.can_leave(asked), "findings": findings})


@login_required
@require_POST
def discard(request: HttpRequest, number: str, entry: uuid.UUID) -> HttpResponse:
    """Throw away what the person typed and never saved."""
    came = visit(request, number, to_write=True)
    kept = FormEntry.objects.filter(pk=entry, person=came.person, provider=came.provider).first()
    if kept is None:
        return redirect("activities", number=number)
    kept.delete()
    messages.success(request, "What was not saved has been thrown away.")
    if kept.activity_id is None:
        return redirect("activity-add", number=number)
    return redirect("activity-step", number=number, activity_id=kept.activity_id, slug=kept.step)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form whose proof of origin does not fit the session, as after signing in in another window.

    Nothing is saved. What the form's own person typed is kept for them, where the form says it is theirs.
    """
    match = request.resolver_match
    asked = None
    if match is not None and match.view_name in {"activity-add", "activity-step"}:
        asked = sheets.step_named(match.kwargs.get("slug", STEPS[0].slug))
    token = read_token(request.POST.get(TOKEN, ""))
    if asked is not None and token is not None and request.user.pk in {None, token.person_id}:
        kept = saving.keep_unsaved(request, asked)
        if not isinstance(kept, str):
            back = request.path if token.activity_id else f"{request.path}?entry={kept[1].pk}"
            context = {"back": back, "saved_key": drawing.keep_keys(token)}
            return render(request, "activity/kept.html", context, status=403)
    return csrf.csrf_failure(request, reason)


def _signed_out(request: HttpRequest, asked: Step) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    adding = request.POST.get(ADDING) == "yes"
    return saving.keep_while_signed_out(request, asked, here=request.path, adding=adding)


def _activity(came: Visit, activity_id: int) -> Activity:
    return queries.get(came.scope, activity_id)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
