"""The addresses under /services/pars, and what a GET and a POST do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpResponse
from django.urls import reverse

from openpars.activities import queries
from openpars.activities.records import Held
from openpars.api import bodies, idempotency, sandbox
from openpars.api.callers import must_have
from openpars.api.calls import Call
from openpars.api.pars import tongues
from openpars.api.pars.looking import look
from openpars.api.pars.reading import checked_rows
from openpars.api.pars.saving import Saved, save
from openpars.api.problems import Problem
from openpars.api.routing import Routes
from openpars.formats.checking import Checked
from openpars.formats.rows import Layout
from openpars.uploads.exporting import record_of

routes = Routes()

#: Some activities were written, and others were refused: each has its own result.
_MIXED: Final = 207


@routes.post("activities", name="pars-activities", reads="itself")
def send(call: Call) -> HttpResponse:
    """Add, update, delete and close the activities of the body, and answer what became of each.

    201 when new ones were made, 200 when none was, 207 when some were refused. Raises Problem: 422 when all were
    refused, 403 when one is to be closed and the key may not close, 400, 413 and 415 for the body.
    """
    body = bodies.received(call.request)
    layout, rows = checked_rows(call, body)
    if any(row.close for row in rows):
        must_have(call.caller, "close")
    for row in rows:
        sandbox.play(call.caller, row.answers.get("title"))
    return idempotency.once(call, body, lambda: _saved(call, rows, layout))


def _saved(call: Call, rows: Sequence[Checked], layout: Layout) -> HttpResponse:
    saved = save(rows, layout, call=call)
    became = {one.became for one in saved}
    if became == {"refused"}:
        what = "The activity was" if len(saved) == 1 else f"None of the {len(saved):,} activities was"
        findings = [found for one in saved for found in one.findings]
        raise Problem(422, None, f"{what} saved. The findings say why, and how to mend it.", findings)
    if "refused" in became:
        status = _MIXED
    else:
        status = 201 if "created" in became and not call.validate_only else 200
    headers = {"Location": _address(saved[0])} if status == 201 and len(saved) == 1 else None
    return tongues.became(call.request, [one.as_result() for one in saved], status=status, headers=headers)


def _address(saved: Saved) -> str:
    return reverse("pars-activity", kwargs={"activity_id": saved.activity_id})


@routes.get("activities", name="pars-activities")
def found(call: Call) -> HttpResponse:
    """Answer the activities that are looked for by internal ID, start date and format; 404 when there is none."""
    looked = look(call)
    if not looked.activities:
        raise Problem(
            404, None, "No activity is as asked for. Check the internal ID, the date and the format."
        )
    headers = {"Link": f'<{looked.next}>; rel="next"'} if looked.next else None
    return _told(call, looked.activities, headers)


@routes.get("activities/<int:activity_id>", name="pars-activity")
def one(call: Call, activity_id: int) -> HttpResponse:
    """Answer one activity by its activity ID."""
    held = queries.held([activity_id], provider_id=call.provider.pk) if activity_id <= queries.LAST_ID else {}
    if activity_id not in held:
        raise queries.NoSuchActivity(activity_id)
    activity = held[activity_id]
    return _told(call, [activity], {"ETag": f'"{activity.revision}"'})


def _told(call: Call, activities: Sequence[Held], headers: Mapping[str, str] | None) -> HttpResponse:
    records = [record_of(activity, now=call.now, today=call.today) for activity in activities]
    return tongues.activities(call.request, records, headers=headers)
