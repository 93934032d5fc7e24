"""The activity summary: a provider's activities, found, sorted and paged by what stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from openpars.activities import queries, summary
from openpars.activities.blockers import blockers
from openpars.activities.records import status_of
from openpars.activities.summary import SummaryFilter, SummaryPage
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.vocabularies import label, terms
from openpars.web.access import Visit, visit
from openpars.web.parts import in_part, signed_in
from openpars.web.views.form.drawing import points
from openpars.web.views.uploads.downloads import EXPORTS

#: The ways to sort, by their slug in the address, as the drop-down says them.
SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "title": "Title, A to Z",
    "-title": "Title, Z to A",
    "start_date": "Start date, earliest first",
    "-start_date": "Start date, latest first",
    "end_date": "End date, earliest first",
    "-end_date": "End date, latest first",
}
#: The columns whose heading sorts, with the direction of the first press.
_SORTABLE = (("title", "Title", "title"), ("start_date", "Dates", "-start_date"))
#: A drop-down of years is no longer than this, whatever dates were entered.
_MOST_YEARS = 60
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """One drop-down over the list: its choices in groups, and the one that is chosen."""

    name: str
    label: str
    any: str
    value: str
    groups: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter in words, and the address of the list without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts; `direction` is set on the one the list is sorted by."""

    name: str
    label: str
    direction: str
    url: str


@signed_in
@require_safe
def activities(request: HttpRequest, number: str) -> HttpResponse:
    """Show the activity summary; for htmx, the part of the page that changes with the filters."""
    came = visit(request, number)
    asked = SummaryFilter.parse(request.GET)
    found = summary.page(came.scope, asked, now=came.now, today=came.today)
    if not found.rows and asked.page > 1:
        # The list is shorter than the address says: its last page is meant, where it is known which that is.
        asked = replace(asked, page=1)
        found = summary.page(came.scope, asked, now=came.now, today=came.today)
        last = ceil(found.count / summary.PAGE_SIZE)
        if not found.capped and last > 1:
            asked = replace(asked, page=last)
            found = summary.page(came.scope, asked, now=came.now, today=came.today)
    here = reverse("activities", args=[number])
    context = came.context | {
        "here": here,
        "asked": asked,
        "address": _address(here, asked, page=asked.page),
        "page": found,
        "found": _found_in_words(found, asked),
        "pages": _pages(here, asked, found),
        "filters": _filters(came, asked),
        "sorts": SORTS,
        "formats": {term.code: term.label for term in terms("formats")},
        "chips": _chips(here, asked),
        "narrowing": len({*asked.parameters()} - {"q", "sort"}),
        "columns": [_column(here, asked, *each) for each in _SORTABLE],
        "downloads": [
            (words, _address(reverse("activities-export", args=[number, form]), asked))
            for form, words in EXPORTS.items()
        ],
        "nothing_yet": not found.rows and not asked.is_narrowed,
        "longest_search": LONGEST_SEARCH,
    }
    as_part = in_part(request)
    response = render(request, "summary/region.html" if as_part else "summary/activities.html", context)
    if as_part:
        response["HX-Push-Url"] = context["address"]
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_safe
def stopping(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Say what is stopping one activity from its next status, each point linked to its box."""
    came = visit(request, number)
    activity = queries.get(came.scope, activity_id)
    stops = blockers(activity, now=came.now, today=came.today)
    context = came.context | {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "stopping": stops,
        "points": points(came, activity, stops.findings),
    }
    as_part = in_part(request)
    response = render(request, "summary/points.html" if as_part else "summary/stopping.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_safe
def deleted(request: HttpRequest, number: str) -> HttpResponse:
    """List what was deleted and can still be restored, the last deleted first."""
    came = visit(request, number)
    gone = queries.deleted(came.scope, now=came.now).only(*summary.SHOWN, "deleted_at")
    page = Paginator(gone, summary.PAGE_SIZE).get_page(request.GET.get("page"))
    context = came.context | {
        "page": page,
        "rows": [
            {
                "activity": activity,
                "deleted": _local(came, activity.deleted_at),
                "until": _local(came, activity.deleted_at + queries.RESTORABLE),
            }
            for activity in page.object_list
            if activity.deleted_at is not None
        ],
        "days": queries.RESTORABLE.days,
    }
    return render(request, "summary/deleted.html", context)


def _local(came: Visit, moment: datetime) -> datetime:
    """Return a moment in the accreditor's time zone."""
    return moment.astimezone(ZoneInfo(came.provider.accreditor.time_zone))


def _address(here: str, asked: SummaryFilter, *, page: int = 1, **changes: Any) -> str:
    """Return the address of the list with some of its filters changed; a change begins at the first page."""
    said = replace(asked, **changes).parameters()
    if page > 1:
        said["page"] = str(page)
    return f"{here}?{urlencode(said)}" if said else here


def _found_in_words(found: SummaryPage, asked: SummaryFilter) -> str:
    """Say how many there are, honestly where nobody counted to the end."""
    if not found.rows:
        return "No activities found"
    if found.capped:
        return f"Showing {found.first:,} to {found.last:,} of more than {found.count:,} activities"
    noun = "activity" if found.count == 1 else "activities"
    which = " found" if asked.is_narrowed else ""
    if found.count == len(found.rows):
        return f"{found.count:,} {noun}{which}"
    return f"Showing {found.first:,} to {found.last:,} of {found.count:,} {noun}{which}"


def _pages(here: str, asked: SummaryFilter, found: SummaryPage) -> list[tuple[int, str]]:
    """Return the pages to go to; a gap is (0, ""). Where nobody counted, the last page is not known."""
    near = {1, found.number - 1, found.number, found.number + 1}
    last = found.number + found.has_next if found.capped else ceil(found.count / summary.PAGE_SIZE)
    shown: list[tuple[int, str]] = []
    before = 0
    for number in sorted(number for number in near | {last} if 1 <= number <= last):
        if number > before + 1:
            shown.append((0, ""))
        shown.append((number, _address(here, asked, page=number)))
        before = number
    if found.capped and found.has_next:
        shown.append((0, ""))
    return shown if len(shown) > 1 else []


def _filters(came: Visit, asked: SummaryFilter) -> list[Filter]:
    statuses = [(status.value, status.value) for status in Status]
    formats = [(term.code, term.label) for term in terms("formats")]
    years = [(str(year), str(year)) for year in _years(came, asked)]
    return [
        Filter("status", "Status", "Any status", asked.status or "", [("", statuses)]),
        Filter("format", "Format", "Any format", asked.format or "", [("", formats)]),
        Filter("year", "Year", "Any year", str(asked.year or ""), [("", years)]),
        Filter("criterion", "Commendation criterion", "Any", asked.criterion or "", _criteria()),
    ]


def _years(came: Visit, asked: SummaryFilter) -> list[int]:
    """Return the years to choose from, those around today where dates far off were entered."""
    years = summary.start_years(came.scope)
    if len(years) > _MOST_YEARS:
        newest = came.today.year + 10
        years = [year for year in years if newest - _MOST_YEARS < year <= newest]
    if asked.year and asked.year not in years:
        years = sorted({*years, asked.year}, reverse=True)
    return years


def _criteria() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for term in terms("commendation_criteria"):
        groups.setdefault(term.group, []).append((term.code, f"{term.code} {term.label}"))
    return list(groups.items())


def _chips(here: str, asked: SummaryFilter) -> list[Chip]:
    told: list[tuple[str, dict[str, Any]]] = []
    if asked.q:
        told.append((f"Search: {asked.q}", {"q": ""}))
    if asked.status:
        told.append((f"Status: {asked.status.value}", {"status": None}))
    if asked.format:
        told.append((f"Format: {label('formats', asked.format)}", {"format": None}))
    if asked.year:
        told.append((f"Year: {asked.year}", {"year": None}))
    if asked.criterion:
        criterion = f"{asked.criterion} {label('commendation_criteria', asked.criterion)}"
        told.append((f"Criterion: {criterion}", {"criterion": None}))
    if asked.attention:
        told.append(("Needs attention", {"attention": False}))
    return [Chip(words, _address(here, asked, **change)) for words, change in told]


def _column(here: str, asked: SummaryFilter, name: str, words: str, first: str) -> Column:
    """Return a heading that sorts by its column, and the other way round when pressed again."""
    second = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    direction = {name: "ascending", f"-{name}": "descending"}.get(asked.sort, "")
    next_sort = second if asked.sort == first else first
    return Column(name, words, direction, _address(here, asked, sort=next_sort))
