"""Sending a file: any list of activities or learner counts, or the years before, brought over from PARS."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from openpars.activities.doors import Door
from openpars.formats.rows import Kind
from openpars.rulebook.rules import finding
from openpars.uploads.receiving import Refused, receive
from openpars.web.access import Visit, visit
from openpars.web.views.uploads.limit import MEGABYTE, is_too_large
from openpars.web.views.uploads.standing import KINDS

_PAGE = require_http_methods(["GET", "HEAD", "POST"])
#: What the browser's own dialog offers first; what a file is, is found out from what it holds.
ACCEPTED = ".xlsx,.txt,.tsv,.csv,.xml,.json,.jsonl"
NO_FILE = "No file was chosen. Choose the file that holds your list."
NO_KIND = "Say what the file holds."


@login_required
@_PAGE
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a file and what it holds; on POST take it in and show how far it is."""
    came = visit(request, number, to_write=True)
    return _page(came, "uploads/add.html", adopt=False)


@login_required
@_PAGE
def bring_over(request: HttpRequest, number: str) -> HttpResponse:
    """Lead through bringing past years over from PARS, with their activity IDs."""
    came = visit(request, number, to_write=True)
    return _page(came, "uploads/bring_over.html", adopt=True)


def _page(came: Visit, template: str, *, adopt: bool) -> HttpResponse:
    request = came.request
    told: dict[str, Any] = {}
    kind = Kind.ACTIVITIES.value
    if request.method == "POST":
        kind = Kind.ACTIVITIES.value if adopt else request.POST.get("kind", "")
        file = request.FILES.get("file")
        told = _trouble(request, file, kind)
        if isinstance(file, UploadedFile) and not told:
            try:
                upload = receive(
                    file,
                    name=file.name or "",
                    kind=Kind(kind),
                    adopt=adopt,
                    scope=came.scope,
                    actor=came.actor,
                    door=Door.FILE,
                    now=came.now,
                    page=lambda pk: request.build_absolute_uri(_address(came, pk)),
                )
            except Refused as refused:
                told["file_error"] = f"{refused.finding.message} {refused.finding.mend}"
            else:
                return redirect(_address(came, upload.pk))
    context = came.context | {
        "kind": kind,
        "kinds": KINDS.items(),
        "accepted": ACCEPTED,
        "limit": settings.UPLOAD_BYTES,
        "megabytes": settings.UPLOAD_BYTES // MEGABYTE,
        **told,
    }
    return render(request, template, context)


def _address(came: Visit, upload_id: UUID) -> str:
    return reverse("upload", args=[came.provider.number, upload_id])


def _trouble(request: HttpRequest, file: object, kind: str) -> dict[str, str]:
    """Return what is wrong with what was sent, before the file itself is looked at."""
    told = {}
    if is_too_large(request):
        refused = finding("file.too_large", limit=f"{settings.UPLOAD_BYTES // MEGABYTE} MB")
        told["file_error"] = f"{refused.message} {refused.mend}"
    elif file is None:
        told["file_error"] = NO_FILE
    if kind not in KINDS:
        told["kind_error"] = NO_KIND
    return told
