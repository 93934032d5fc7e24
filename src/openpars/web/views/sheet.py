"""The printable sheet of one activity: every answer, where it stands, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.activities import queries
from openpars.activities.blockers import blockers
from openpars.activities.records import answers_of, phase_of, status_of
from openpars.rulebook.conditions import holds
from openpars.rulebook.declaring import Field, Step
from openpars.rulebook.fields import STEPS, fields_of
from openpars.web.access import visit
from openpars.web.forms.words import told

#: Answers that providers track for themselves; they never leave the organization.
INTERNAL = frozenset({"internal_id", "commendation", "commendation_criteria"})


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the sheet. `words` is empty where nothing was answered."""

    label: str
    words: str
    internal: bool
    refused: bool
    """Whether `words` is a text that could not be taken as an answer."""


@login_required
@require_safe
def sheet(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Show all answers of one activity on a page made for paper."""
    came = visit(request, number)
    activity = queries.get(came.scope, activity_id)
    answers = answers_of(activity)
    context = came.context | {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "phase": phase_of(activity, today=came.today),
        "steps": [(step, _lines(step, answers, activity.rejected)) for step in STEPS],
        "stopping": blockers(activity, now=came.now, today=came.today),
        "counts_as_of": activity.counts_as_of,
        "now": came.now,
        "time_zone": came.provider.accreditor.time_zone,
    }
    return render(request, "sheet/sheet.html", context)


def _lines(step: Step, answers: Mapping[str, Any], rejected: Mapping[str, str]) -> list[Line]:
    """Return the answers of a step in the form's order; questions that do not apply are left out."""
    return [
        _line(field, answers, rejected)
        for field in fields_of(step.slug)
        if holds(field.applies, answers) and field.name != "instances"
    ]


def _line(field: Field, answers: Mapping[str, Any], rejected: Mapping[str, str]) -> Line:
    refused = _refused(field.name, rejected)
    value = answers.get(field.name)
    words = told(field.name, value) if value is not None else ""
    return Line(
        label=field.label,
        words="\n".join([words, *refused]).strip(),
        internal=field.name in INTERNAL,
        refused=bool(refused),
    )


def _refused(name: str, rejected: Mapping[str, str]) -> Collection[str]:
    return [text for path, text in rejected.items() if text and path.split(".")[0] == name]
