"""Help: troubleshooting for the activity at hand, guides, technical resources and the rulebook.

The technical pages are open to everybody, so that vendors need no account to read the rules; they show an
accreditor's contact to the people of that accreditor only.
"""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.accounts.models import Accreditor, ReportingYear
from openpars.accounts.scopes import accreditors_of, providers_of
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.records import status_of
from openpars.rulebook import VERSION, catalogue
from openpars.rulebook.questions import QUESTIONS
from openpars.web.access import Visit, visit
from openpars.web.help import rulebook as words
from openpars.web.help import troubleshooting as answers
from openpars.web.help.guides import BY_SLUG, GUIDES
from openpars.web.help.resources import RESOURCES


def _accreditors(request: HttpRequest) -> list[Accreditor]:
    """The accreditors of the signed-in person: those they report to and those they work for."""
    if not request.user.is_authenticated:
        return []
    found = {provider.accreditor for provider in providers_of(request.user)}
    found |= set(accreditors_of(request.user))
    return sorted(found, key=lambda accreditor: (accreditor.name, accreditor.pk))


def help_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A help page with the list of guides and the accreditor's contact beside it."""
    if "whom_to_ask" not in context:
        context["whom_to_ask"] = _accreditors(request)
    return render(request, template, {"guides": GUIDES} | context)


@login_required
@require_safe
def troubleshooting(request: HttpRequest) -> HttpResponse:
    """The four questions, in general or (`?provider=NUMBER&activity=ID`) for the activity at hand."""
    page: dict[str, Any] = {"page_title": "Help", "here": "help", "answers": answers.in_general()}
    number = request.GET.get("provider", "")
    if number:
        _must_be_digits(number, 7)
        came = visit(request, number)
        page |= came.context | {"whom_to_ask": [came.provider.accreditor]}
        activity_id = request.GET.get("activity", "")
        if activity_id:
            activity = _activity(came, activity_id)
            page |= {
                "activity": activity,
                "status": status_of(activity, now=came.now),
                "answers": answers.for_activity(came, activity),
            }
    return help_page(request, "help/index.html", **page)


def _activity(came: Visit, activity_id: str) -> Activity:
    """The activity with this ID, if the visitor may see it; else Http404."""
    _must_be_digits(activity_id, 9)
    return queries.get(came.scope, int(activity_id))


def _must_be_digits(text: str, length: int) -> None:
    """Raise Http404 for what cannot be a number of ours, before it comes to the database."""
    if not re.fullmatch(f"[0-9]{{{length}}}", text):
        raise Http404


@login_required
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """One guide."""
    if slug not in BY_SLUG:
        raise Http404
    found = BY_SLUG[slug]
    at = GUIDES.index(found)
    accreditors = _accreditors(request)
    page: dict[str, Any] = {
        "page_title": found.title,
        "here": slug,
        "questions": [question for name in found.questions for question in QUESTIONS[name]],
        "next_guide": next(iter(GUIDES[at + 1 :]), None),
        "whom_to_ask": accreditors,
        # Asked of the database only by the guide that shows them.
        "deadlines": ReportingYear.objects.filter(accreditor__in=accreditors).select_related("accreditor")[
            :6
        ],
    }
    return help_page(request, found.template, **found.facts(), **page)


@require_safe
def technical_resources(request: HttpRequest) -> HttpResponse:
    """Everything to read or download, with version, date and change note."""
    return help_page(
        request,
        "help/technical-resources.html",
        page_title="Technical resources",
        here="technical-resources",
        resources=RESOURCES,
    )


@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """Every field, rule and list, each with an address of its own (`#activity.title.required`)."""
    return help_page(
        request,
        "help/rulebook.html",
        page_title="Rulebook",
        here="rulebook",
        version=VERSION,
        fields_by_step=words.fields_by_step(),
        rules_by_stage=words.rules_by_stage(),
        vocabularies=words.vocabularies(),
    )


@require_safe
def rulebook_json(_request: HttpRequest) -> HttpResponse:
    """The rulebook as data, as `openpars rules --as json` prints it."""
    return JsonResponse(catalogue.as_json())


@require_safe
def rulebook_markdown(_request: HttpRequest) -> HttpResponse:
    """The rulebook as text, as `openpars rules --as md` prints it."""
    return HttpResponse(catalogue.as_markdown(), content_type="text/markdown; charset=utf-8")
