"""What changed: every change of the provider's activities once, in order, from where the caller stopped."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from openpars.activities import feed
from openpars.activities.feed import NoSuchCursor
from openpars.api.calls import Call, answer
from openpars.api.problems import Problem
from openpars.api.routing import Routes

routes = Routes()

#: Changes in one answer: when nobody says, and at most.
USUAL: Final = 100
MOST: Final = 500
#: Stands for the end of the feed: who begins there hears of what comes.
NOW: Final = "now"
_PARAMETERS: Final = ("since", "limit")


@routes.get("changes", name="api-changes")
def changes(call: Call) -> HttpResponse:
    """Tell the changes behind the cursor `since`, or from the first one on, and the cursor to ask with next."""
    asked = call.request.GET
    if unknown := sorted({*asked} - {*_PARAMETERS}):
        raise Problem(400, None, f"{unknown[0]} is not known here. Use since and limit.")
    limit = _limit(call.request)
    since = asked.get("since", str(feed.BEGINNING))
    if since == NOW:
        return answer({"changes": [], "next": str(feed.end(call.scope)), "more": False})
    try:
        page = feed.since(call.scope, _cursor(since), limit=limit)
    except NoSuchCursor as unknown_cursor:
        raise _no_cursor() from unknown_cursor
    return answer(
        {
            "changes": [feed.as_json(change) for change in page.changes],
            "next": str(page.cursor),
            "more": page.more,
        }
    )


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST:
        return int(text)
    raise Problem(400, None, f"limit is a whole number from 1 to {MOST}.")


def _cursor(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 19:
        return int(text)
    raise _no_cursor()


def _no_cursor() -> Problem:
    return Problem(
        400,
        None,
        "since is not a cursor of this feed. Send the “next” of an earlier answer, leave since out to read from the "
        "first change on, or send since=now to begin with what comes.",
    )
