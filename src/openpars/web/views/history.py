"""The history of one activity: who changed what, when, by which door and why."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.activities import queries
from openpars.activities.doors import Door
from openpars.activities.history import NOTHING, describe
from openpars.activities.history import history as changes_of
from openpars.activities.models import Change
from openpars.activities.records import status_of
from openpars.web.access import visit

PAGE_SIZE = 25

#: What was done, by the verb the history wrote down.
VERBS = {
    "add": "Added",
    "save": "Changed",
    "close": "Closed",
    "reopen": "Reopened",
    "delete": "Deleted",
    "restore": "Restored",
    "copy": "Made as a copy",
    "undo": "Put back, because the file was undone",
}
#: How the change came in.
DOORS = {
    Door.FORM: "by the web form",
    Door.FILE: "by a file",
    Door.SERVICE: "by web services",
    Door.COMMAND: "by the command line",
    Door.SYSTEM: "by OpenPARS itself",
}


@login_required
@require_safe
def history(request: HttpRequest, number: str, activity_id: int) -> HttpResponse:
    """Show the changes of one activity, the newest first."""
    came = visit(request, number)
    activity = queries.get(came.scope, activity_id)
    page = Paginator(changes_of(came.scope, activity_id), PAGE_SIZE).get_page(request.GET.get("page"))
    context = came.context | {
        "activity": activity,
        "status": status_of(activity, now=came.now),
        "page": page,
        "changes": [_told(change) for change in page.object_list],
        "nothing": NOTHING,
        "time_zone": came.provider.accreditor.time_zone,
    }
    return render(request, "history/history.html", context)


def _told(change: Change) -> dict[str, Any]:
    rows = describe(change)
    return {
        "change": change,
        "verb": VERBS.get(change.verb, change.verb.capitalize()),
        "door": DOORS[Door(change.door)],
        "rows": rows,
        "first_answers": all(old == NOTHING for _, old, _ in rows),
    }
