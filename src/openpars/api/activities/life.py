"""The life of an activity: closed, reopened, deleted, restored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpResponse

from openpars.activities.doors import Door
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from openpars.api.activities import telling
from openpars.api.activities.saving import unknown
from openpars.api.addressing import activity_id_of, deleted_id_of
from openpars.api.calls import Call
from openpars.api.problems import Problem
from openpars.api.routing import Routes

routes = Routes()


@routes.post("activities/<target:target>/close", name="api-activity-close", needs="close")
def close_it(call: Call, target: str) -> HttpResponse:
    """Close an activity that is Ready to Close with nothing missing; a closed one stays as it is."""
    _takes(call)
    activity_id = activity_id_of(call, target)
    with telling.as_it_was_read(call, activity_id):
        (outcome,) = close([activity_id], **_by(call))
        return telling.told(call, outcome)


@routes.post("activities/<target:target>/reopen", name="api-activity-reopen", needs="close")
def reopen_it(call: Call, target: str) -> HttpResponse:
    """Reopen a closed activity, for the reason that the body gives."""
    _takes(call, ("reason",))
    reason = call.body.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise Problem(422, None, "The reason is a text.")
    activity_id = activity_id_of(call, target)
    with telling.as_it_was_read(call, activity_id):
        (outcome,) = reopen([activity_id], reason=reason or "", **_by(call))
        return telling.told(call, outcome)


@routes.post("activities/<target:target>/restore", name="api-activity-restore")
def restore_it(call: Call, target: str) -> HttpResponse:
    """Bring a deleted activity back, within 30 days."""
    _takes(call)
    activity_id = deleted_id_of(call, target)
    with telling.as_it_was_read(call, activity_id):
        (outcome,) = restore([activity_id], **_by(call))
        return telling.told(call, outcome)


@routes.delete("activities/<target:target>", name="api-activity")
def delete_it(call: Call, target: str) -> HttpResponse:
    """Delete an activity that is not closed; one that is deleted already stays so."""
    activity_id = activity_id_of(call, target)
    with telling.as_it_was_read(call, activity_id):
        (outcome,) = delete([activity_id], **_by(call))
        response = telling.told(call, outcome)
        return response if call.validate_only else HttpResponse(status=204)


def _by(call: Call) -> dict[str, Any]:
    return {"scope": call.scope, "actor": call.actor, "door": Door.SERVICE, "now": call.now}


def _takes(call: Call, names: Collection[str] = ()) -> None:
    """Raise Problem 422 when the body holds more than these."""
    if findings := list(unknown([name for name in call.body if name not in names], names)):
        raise Problem(
            422, None, "Nothing was changed. What has to be mended is listed in findings.", findings
        )
