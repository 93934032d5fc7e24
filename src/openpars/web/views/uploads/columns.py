"""What the columns of a file hold, said by a person where the headings do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from openpars.accounts.scopes import Scope
from openpars.formats.columns import columns_for, label_of
from openpars.formats.headings import suggest
from openpars.formats.rows import Kind, letters
from openpars.rulebook.fields import STEPS
from openpars.uploads import mapping
from openpars.uploads.models import Upload
from openpars.uploads.states import READABLE, State
from openpars.web.views.uploads.reaching import page_context, reach

#: So many headings are asked about on one page; what lies beyond is left out.
MOST_ASKED = 60
_SAMPLES = 3

#: The columns to choose from, in groups: path and heading.
Choices = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class AskedHeading:
    """A heading nobody knows: where it stands, a few of its values, and what is chosen for it."""

    name: str
    heading: str
    place: str
    samples: list[str]
    chosen: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """All headings to ask about, and the columns each may stand for; `beyond` are not asked about."""

    headings: list[AskedHeading]
    choices: Choices
    beyond: int


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Ask what the unknown columns hold; on POST remember it and let the file be read with it."""
    came, upload = reach(request, number, upload_id, to_write=True)
    if State(upload.state) not in READABLE or not unread_headings(upload):
        return redirect("upload", number=number, upload_id=upload_id)
    asked = asked_about(upload, came.scope, posted=request.POST if request.method == "POST" else None)
    if request.method == "POST" and not any(one.error for one in asked.headings):
        meanings = dict.fromkeys(unread_headings(upload), "")
        meanings |= {one.heading: one.chosen for one in asked.headings}
        mapping.map_columns(upload, meanings, scope=came.scope)
        return redirect("upload", number=number, upload_id=upload_id)
    return render(request, "uploads/columns.html", page_context(came, upload) | {"asked": asked})


def unread_headings(upload: Upload) -> list[str]:
    """Return the headings of the file that stand for nothing."""
    known = upload.layout.get("columns", ())
    return [column["heading"] for column in known if not column["path"] and column["heading"]]


def asked_about(upload: Upload, scope: Scope, *, posted: Mapping[str, str] | None = None) -> Asked:
    """Return what to ask about the headings of an upload, with what was posted, remembered or is likely."""
    known = upload.layout.get("columns", ())
    taken = {column["path"] for column in known if column["path"]}
    choices = [
        (group, [(path, heading) for path, heading in offered if path not in taken])
        for group, offered in _offered(Kind(upload.kind))
    ]
    allowed = {path for _, offered in choices for path, _ in offered}
    remembered = mapping.remembered(upload.provider_id, upload.kind) if scope.may_write else {}
    unread = [column for column in known if not column["path"] and column["heading"]]
    given: set[str] = set()
    headings = []
    for column in unread[:MOST_ASKED]:
        index, heading = column["index"], column["heading"]
        samples: list[str] = upload.layout.get("samples", {}).get(str(index), [])
        name = f"column-{index}"
        error = ""
        if posted is None:
            before = remembered.get(mapping.key_of(heading))
            likely = suggest(heading, samples) if before is None else [before]
            chosen = next((path for path in likely if path in allowed and path not in given), "")
        else:
            chosen = posted.get(name, "")
            chosen = chosen if chosen in allowed else ""
            if chosen in given:
                error = f"“{label_of(chosen)}” is chosen for another column, too. Choose it once."
        given |= {chosen} - {""}
        headings.append(AskedHeading(name, heading, letters(index), samples[:_SAMPLES], chosen, error))
    return Asked(headings, choices, max(0, len(unread) - MOST_ASKED))


@lru_cache
def _offered(kind: Kind) -> Choices:
    """Return all columns a file of this kind can have, under the names of the form's steps."""
    names = {step.slug: step.label for step in STEPS}
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in columns_for(kind):
        if column.path != "template":
            step = column.field.step if column.field else None
            group = names[step] if step else "Learner counts" if column.field else "About the row"
            groups.setdefault(group, []).append((column.path, column.heading))
    return list(groups.items())
