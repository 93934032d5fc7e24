"""The page of one upload: how far it is, what it would do, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from openpars.activities.cautions import LOOKS_LIKE_ANOTHER
from openpars.rulebook.findings import Stage
from openpars.rulebook.rules import RULES
from openpars.uploads import queries
from openpars.uploads.models import Upload
from openpars.uploads.states import CANCELLABLE, UNDER_WAY, WRITTEN, Result, State
from openpars.web.access import Visit
from openpars.web.parts import in_part, signed_in
from openpars.web.views.uploads.columns import asked_about, unread_headings
from openpars.web.views.uploads.headway import headway_of
from openpars.web.views.uploads.reaching import page_context, reach
from openpars.web.views.uploads.row_words import shown_rows
from openpars.web.views.uploads.standing import RESULTS, Badge, counted
from openpars.web.views.uploads.stretches import stretch

#: What a worker is at, before it has said so itself.
_AT: Final[dict[State, str]] = {
    State.WAITING: "Waiting for its turn",
    State.READING: "Reading and checking",
    State.APPLYING: "Applying",
    State.UNDOING: "Undoing",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows have something in common; `view` and `query` lead to the list of them."""

    words: str
    count: int
    icon: str
    tone: str
    view: str
    query: str


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """What a rule found: its words, how often, and in which rows.

    `is_example` says whether the words speak of the first place it was found at, others having other values.
    """

    rule: str
    is_example: bool
    stage: str
    message: str
    mend: str
    column: str
    count: int
    rows: str


@signed_in
@require_safe
def upload(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Show where the upload stands, and what can be done there."""
    came, found = reach(request, number, upload_id)
    state = State(found.state)
    context = page_context(came, found) | {
        "body": f"uploads/state/{'under_way' if state in UNDER_WAY else state.value}.html",
        "can_cancel": state in CANCELLABLE and came.scope.may_write,
        **_more(came, found, state),
    }
    return render(request, "uploads/upload.html", context)


@signed_in
@require_safe
def progress(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Draw how far the upload is; when a worker is at it no longer, have the whole page drawn anew."""
    came, found = reach(request, number, upload_id)
    if not in_part(request):
        return redirect("upload", number=number, upload_id=upload_id)
    if State(found.state) not in UNDER_WAY:
        return HttpResponseClientRefresh()
    context = page_context(came, found) | _under_way(found)
    response = render(request, "uploads/progress.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _more(came: Visit, upload: Upload, state: State) -> dict[str, Any]:
    """Return what the page shows in this state besides."""
    if state in UNDER_WAY:
        return _under_way(upload)
    match state:
        case State.MAPPING:
            return {"asked": asked_about(upload, came.scope)}
        case State.PLANNED:
            return _planned(upload)
        case State.APPLIED | State.UNDONE:
            return _applied(came, upload)
    return {}


def _under_way(upload: Upload) -> dict[str, Any]:
    return {"headway": headway_of(upload.job, before=_AT[State(upload.state)])}


def _planned(upload: Upload) -> dict[str, Any]:
    counts = upload.counts
    blocked = counts.get(Result.BLOCKED, 0)
    written = sum(counts.get(result, 0) for result in WRITTEN)
    left_out = queries.rows(upload).filter(result__in=WRITTEN, ticked=False).count()
    groups = found_groups(upload)
    missing = [group for group in groups if group.stage in (Stage.ACTIVE, Stage.CLOSE)]
    return {
        "figures": figures(upload),
        "blocked": blocked,
        "good": written - left_out,
        "left_out": left_out,
        "written": written,
        "same_file": queries.same_file(upload),
        "unread": unread_headings(upload),
        "moved": _moved(upload),
        "blocking": [group for group in groups if _blocks(group)],
        "missing": missing,
        "later": sum(group.count for group in missing),
        # Columns that are not read have a notice of their own.
        "to_check": [
            group for group in groups if group.stage == Stage.CONFIRM and group.rule != "file.column.unknown"
        ],
    }


def _blocks(group: FoundGroup) -> bool:
    return group.stage in (Stage.VALID, Stage.DRAFT)


def _moved(upload: Upload) -> dict[str, Any] | None:
    """Return what did not stand any more when the plan was to be applied; None where it never was."""
    if not upload.moved:
        return None
    rows: list[int] = upload.moved["rows"]
    return {
        "rows": in_ranges([[row, row] for row in rows]),
        "count": len(rows),
        "at": datetime.fromisoformat(upload.moved["at"]),
    }


def _applied(came: Visit, upload: Upload) -> dict[str, Any]:
    page = stretch(queries.rows(upload), ("number",), came.request.GET)
    return {
        "figures": figures(upload),
        "page": page,
        "rows": shown_rows(came, upload, page.entries),
        "counted": counted(upload),
    }


def figures(upload: Upload) -> list[Figure]:
    """Return how many rows there are of each result, and of those that a person should look at."""
    counts = upload.counts
    was = upload.state in (State.APPLIED, State.UNDONE)
    found = [
        (
            Badge(told if was else badge.words, badge.icon, badge.tone),
            counts.get(result),
            "upload-rows",
            f"show={result}",
        )
        for result, (badge, told) in RESULTS.items()
    ]
    found += [(badge, counts.get(name), view, query) for name, badge, view, query in _BESIDES]
    return [
        Figure(badge.words, count, badge.icon, badge.tone, view, query)
        for badge, count, view, query in found
        if count
    ]


_BESIDES: Final = (
    ("closes", Badge("Closed by this file", "lock", "closed"), "upload-rows", "show=closes"),
    ("not_closed", Badge("Saved, but not closed", "lock_open", "ready"), "upload-rows", "show=not-closed"),
    (
        "looks_like",
        Badge("Look like duplicates", "content_copy", "ready"),
        "upload-findings",
        f"rule={LOOKS_LIKE_ANOTHER}",
    ),
)


def found_groups(upload: Upload) -> list[FoundGroup]:
    """Return what was found in the file, by rule, what blocks first."""
    return [
        FoundGroup(
            rule=entry["rule"],
            is_example=entry["count"] > 1 and "{" in RULES[entry["rule"]].message,
            stage=entry["stage"],
            message=entry["message"],
            mend=entry["mend"],
            column=entry["column"],
            count=entry["count"],
            rows=in_ranges(entry["ranges"], beyond=entry["beyond"]),
        )
        for entry in upload.by_rule
    ]


def in_ranges(ranges: list[list[int]], *, beyond: int = 0) -> str:
    """Say which rows: "row 4", "rows 4-18, 22", "rows 4-18, 22 and 310 more"; empty for the whole file."""
    joined: list[list[int]] = []
    for first, last in ranges:
        if joined and first == joined[-1][1] + 1:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    if not joined:
        return ""
    told = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in joined)
    one = len(joined) == 1 and joined[0][0] == joined[0][1] and not beyond
    more = f" and {beyond:,} more" if beyond else ""
    return f"row {told}" if one else f"rows {told}{more}"
