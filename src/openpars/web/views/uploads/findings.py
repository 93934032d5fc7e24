"""All that was found in a file, row by row: the cell, what stands in it, what is wrong and how to mend it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.rulebook.findings import Stage
from openpars.uploads import queries
from openpars.uploads.models import Upload
from openpars.web.views.uploads.reaching import page_context, reach
from openpars.web.views.uploads.stretches import stretch

#: What findings can be narrowed to, the most pressing first: their words, and the stages that it means.
WEIGHTS: Final[dict[str, tuple[str, tuple[Stage, ...]]]] = {
    "blocking": ("Keeps the row from being written", (Stage.VALID, Stage.DRAFT)),
    "to-check": ("Please check", (Stage.CONFIRM,)),
    "missing": ("Missing for a later status", (Stage.ACTIVE, Stage.CLOSE)),
}
_LONGEST_NUMBER = 9


@login_required
@require_safe
def findings(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """List the findings, those about the whole file first.

    Unless the address says otherwise, those are shown that weigh most: what is missing for a later status would
    bury what has to be mended now.
    """
    came, upload = reach(request, number, upload_id)
    rule, weight, row = (request.GET.get(name, "").strip() for name in ("rule", "weight", "row"))
    counts = _counts(upload)
    if not (rule or row or weight):
        weight = next(iter(counts), "")
    found = queries.findings(upload)
    if rule:
        found = found.filter(rule=rule)
    if weight in WEIGHTS:
        found = found.filter(stage__in=WEIGHTS[weight][1])
    of_file = []
    if row.isascii() and row.isdigit() and len(row) <= _LONGEST_NUMBER:
        found = found.filter(row=int(row))
    elif not (request.GET.get("after") or request.GET.get("before")):
        of_file = list(found.filter(row=None).order_by("id")[:100])
    page = stretch(found.filter(row__isnull=False), ("row", "id"), request.GET)
    context = page_context(came, upload) | {
        "of_file": of_file,
        "page": page,
        "weights": [(name, f"{WEIGHTS[name][0]} ({count:,})") for name, count in counts.items()],
        "later": counts.get("missing", 0) if weight in ("blocking", "to-check") else 0,
        "to_check": counts.get("to-check", 0) if weight == "blocking" else 0,
        "weight_of": {stage.value: name for name, (_, stages) in WEIGHTS.items() for stage in stages},
        "weight": weight,
        "rules": _rules(upload),
        "rule": rule,
        "row": row,
    }
    return render(request, "uploads/findings.html", context)


def _counts(upload: Upload) -> dict[str, int]:
    """Return how many findings there are of each weight that was met, the most pressing first."""
    counts = {
        name: sum(entry["count"] for entry in upload.by_rule if entry["stage"] in stages)
        for name, (_, stages) in WEIGHTS.items()
    }
    return {name: count for name, count in counts.items() if count}


def _rules(upload: Upload) -> list[tuple[str, str]]:
    """Return the rules that were met, each with the words of its first finding and how many there are."""
    words: dict[str, str] = {}
    counts: dict[str, int] = {}
    for entry in upload.by_rule:
        words.setdefault(entry["rule"], entry["message"])
        counts[entry["rule"]] = counts.get(entry["rule"], 0) + entry["count"]
    return [(rule, f"{message} ({counts[rule]:,})") for rule, message in words.items()]
