"""Reading one activity: its record, its learner counts, its history, and what is stopping it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from openpars.activities import queries
from openpars.activities.blockers import blockers
from openpars.activities.models import Change
from openpars.api.activities import telling
from openpars.api.activities.saving import COUNTS
from openpars.api.addressing import activity_id_of
from openpars.api.calls import Call, answer
from openpars.api.parameters import Parameters, with_next
from openpars.api.routing import Routes

routes = Routes()


@routes.get("activities/<target:target>", name="api-activity")
def one(call: Call, target: str) -> HttpResponse:
    """Tell an activity."""
    Parameters(call).done()
    held = telling.read(call, activity_id_of(call, target))
    return answer(telling.record(call, held), headers={"ETag": telling.etag(held.revision)})


@routes.get("activities/<target:target>/learner-counts", name="api-learner-counts")
def counts(call: Call, target: str) -> HttpResponse:
    """Tell the learner counts of an activity, and for an enduring material those of each year."""
    Parameters(call).done()
    held = telling.read(call, activity_id_of(call, target))
    said: dict[str, Any] = {"activity_id": held.activity_id, "revision": held.revision}
    said |= {name: held.answers.get(name) for name in COUNTS}
    said["yearly_counts"] = held.answers.get("yearly_counts", [])
    return answer(said, headers={"ETag": telling.etag(held.revision)})


@routes.get("activities/<target:target>/blockers", name="api-activity-blockers")
def stopping(call: Call, target: str) -> HttpResponse:
    """Tell what stands between an activity and its next status."""
    Parameters(call).done()
    activity = queries.get(call.scope, _known_id(call, target))
    found = blockers(activity, now=call.now, today=call.today)
    return answer(
        {
            "activity_id": activity.activity_id,
            "status": found.status.value,
            "text": found.text,
            "findings": [one.as_json() for one in found.findings],
        }
    )


@routes.get("activities/<target:target>/history", name="api-activity-history")
def history(call: Call, target: str) -> HttpResponse:
    """Tell the changes of an activity, the newest first."""
    given = Parameters(call)
    most, before = given.limit(), given.number("cursor")
    given.done()
    activity_id = _known_id(call, target)
    if not queries.of(call.scope).filter(pk=activity_id).exists():
        raise queries.NoSuchActivity(activity_id)
    changes = queries.latest_changes(activity_id, before=before, most=most + 1)
    following = str(changes[most - 1].revision) if len(changes) > most else None
    return with_next(call, "changes", [_change(change) for change in changes[:most]], following)


def _known_id(call: Call, target: str) -> int:
    activity_id = activity_id_of(call, target)
    if activity_id > queries.LAST_ID:
        raise queries.NoSuchActivity(activity_id)
    return activity_id


def _change(change: Change) -> dict[str, Any]:
    return {
        "revision": change.revision,
        "verb": change.verb,
        "at": change.at,
        "by": change.actor_name,
        "door": change.door,
        "reason": change.reason,
        "upload": change.upload,
        "old": change.old,
        "new": change.new,
    }
