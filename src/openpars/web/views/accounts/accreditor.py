"""The accreditor's own pages: its providers, reporting years, staff, data and lists."""

from __future__ import annotations

from collections import deque

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.models import Accreditor, Provider, ReportingYear
from openpars.accounts.refusals import Refused
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.accounts.verbs import sandboxes
from openpars.accounts.verbs.accreditors import OPEN_VOCABULARIES
from openpars.activities.rederiving import rederive
from openpars.web.views.accounts import contacts
from openpars.web.views.accounts.forms import AccreditorForm, DeadlineForm, ListsForm, NewProviderForm
from openpars.web.views.accounts.letters import send_invitation
from openpars.web.views.accounts.places import ADMINISTRATORS_ONLY, Place

PROVIDERS_PER_PAGE = 50


@require_safe
def providers(request: HttpRequest, place: Place) -> HttpResponse:
    """List the accreditor's providers, found by name or provider ID."""
    search = request.GET.get("q", "").strip().replace("\x00", "")
    found = Provider.objects.filter(accreditor=_accreditor(place), sandbox_of=None).annotate(
        contact_count=Count("contacts", filter=Q(contacts__ended_at=None))
    )
    if search:
        found = found.filter(Q(name__icontains=search) | Q(number__startswith=search))
    page = Paginator(found.order_by("name", "number"), PROVIDERS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/accreditor.html", {**place.context, "page": page, "search": search})


def add_provider(request: HttpRequest, place: Place) -> HttpResponse:
    """Add a provider and invite its first administrator."""
    form = NewProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        email = answers.pop("administrator_email")
        try:
            with transaction.atomic():
                provider = verbs.create_provider(accreditor=_accreditor(place), actor=place.actor, **answers)
                invitation, token = verbs.invite(
                    email=email, role=Role.ADMINISTRATOR, provider=provider, actor=place.actor
                )
        except Refused as refusal:
            form.refuse(refusal, email="administrator_email")
        else:
            messages.success(request, f"{provider.name} is added.")
            send_invitation(request, invitation, token=token, by=place.person.name)
            return redirect(place.home)
    return render(request, "accounts/provider_add.html", {**place.context, "form": form})


def years(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the reporting years; set a deadline."""
    form = DeadlineForm(request.POST or None)
    if request.method == "POST":
        if not place.scope.may_administer:
            raise PermissionDenied(ADMINISTRATORS_ONLY)
        if form.is_valid():
            try:
                year = verbs.set_deadline(
                    _accreditor(place),
                    year=form.cleaned_data["year"],
                    deadline=form.cleaned_data["deadline"],
                    actor=place.actor,
                )
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"The deadline of {year.year} is saved.")
                return redirect(place.url("years"))
    rows = [
        (year, place.url("year-lock", year.year), place.url("year-unlock", year.year))
        for year in ReportingYear.objects.filter(accreditor=_accreditor(place))
    ]
    return render(request, "accounts/years.html", {**place.context, "form": form, "years": rows})


@require_POST
def lock_year(request: HttpRequest, place: Place, year: int) -> HttpResponse:
    """Lock a reporting year."""
    try:
        verbs.lock_year(_accreditor(place), year=year, actor=place.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{year} is locked: only you reopen its closed activities now.")
    return redirect(place.url("years"))


@require_POST
def unlock_year(request: HttpRequest, place: Place, year: int) -> HttpResponse:
    """Unlock a reporting year."""
    try:
        verbs.unlock_year(_accreditor(place), year=year, actor=place.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{year} is unlocked: providers can reopen its closed activities again.")
    return redirect(place.url("years"))


@require_safe
def staff(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the accreditor's data, staff, open invitations and audit trail."""
    return render(request, "accounts/staff.html", {**place.context, **contacts.lists(request, place)})


def edit(request: HttpRequest, place: Place) -> HttpResponse:
    """Change the accreditor's data."""
    accreditor = _accreditor(place)
    form = AccreditorForm(
        request.POST or None,
        initial={name: getattr(accreditor, name) for name in AccreditorForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = verbs.update_accreditor(accreditor, actor=place.actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if changed.time_zone != accreditor.time_zone:
                _find_ends_again(place)
            messages.success(request, "The accreditor’s data are saved.")
            return redirect(place.url("staff"))
    return render(request, "accounts/accreditor_edit.html", {**place.context, "form": form})


def _find_ends_again(place: Place) -> None:
    """Work out anew at which instants activities end, now that the days begin and end by another zone."""
    lying_in = sandboxes.standing(_accreditor(place))
    scopes = [place.scope, *(Scope("provider", one.pk, one.accreditor_id) for one in lying_in)]
    for scope in scopes:
        deque(rederive(now=clock.now(), everything=True, scope=scope), maxlen=0)


def edit_lists(request: HttpRequest, place: Place) -> HttpResponse:
    """Show, and change, the accreditor's entries of the open vocabularies."""
    accreditor = _accreditor(place)
    form = ListsForm(
        request.POST or None,
        initial={
            name: "\n".join(accreditor.vocabulary_additions.get(name, [])) for name in OPEN_VOCABULARIES
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            verbs.update_accreditor(
                accreditor,
                actor=place.actor,
                vocabulary_additions={
                    name: form.cleaned_data[name].splitlines() for name in OPEN_VOCABULARIES
                },
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The lists are saved.")
            return redirect(place.url("lists"))
    return render(request, "accounts/lists.html", {**place.context, "form": form})


def _accreditor(place: Place) -> Accreditor:
    accreditor = place.accreditor
    assert accreditor is not None  # noqa: S101 - the address names an accreditor
    return accreditor
