"""An activity as an answer: its record, its revision as ETag, and what became of a write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse

from openpars.activities import cautions, locks, queries
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.proposing import EDIT_CLOSED
from openpars.activities.records import Held
from openpars.activities.verbs import close, delete, reopen, restore
from openpars.activities.verbs.save import REVISION_STALE
from openpars.api.calls import Call, answer
from openpars.api.problems import Problem
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding
from openpars.uploads.exporting import record_of

#: What is wrong with the moment, not with what was sent: the activity's state does not allow the step.
_OF_STATE: Final = frozenset(
    {
        EDIT_CLOSED,
        close.NOT_READY,
        close.NOT_ENDED,
        delete.CLOSED,
        reopen.NOT_CLOSED,
        reopen.YEAR_LOCKED,
        restore.NOT_DELETED,
        restore.WINDOW_PASSED,
        restore.INTERNAL_ID_TAKEN,
    }
)


def record(call: Call, activity: Held | Activity) -> dict[str, Any]:
    """Return an activity as plain JSON."""
    return record_of(activity, now=call.now, today=call.today)


def etag(revision: int) -> str:
    """Return the revision as the ETag of an activity."""
    return f'"{revision}"'


def read(call: Call, activity_id: int) -> Held:
    """Return an activity of the caller's; raises NoSuchActivity. One query."""
    held = queries.held([activity_id], provider_id=call.provider.pk) if activity_id <= queries.LAST_ID else {}
    if activity_id not in held:
        raise queries.NoSuchActivity(activity_id)
    return held[activity_id]


def told(call: Call, outcome: Outcome) -> HttpResponse:
    """Return the answer to a write: the activity as it stands now, and all findings that let it stand so.

    Raises Problem when it was not done: 412 where somebody else changed the same, 409 when the activity's state
    does not allow it, 422 when something has to be mended or confirmed.
    """
    activity = outcome.activity
    if outcome.conflicts and activity is not None:
        raise stale(call, activity, conflicts=outcome)
    if not outcome.done or activity is None:
        raise _not_done(outcome.findings)
    said = record(call, activity) | {"findings": [found.as_json() for found in outcome.findings]}
    headers = {"ETag": etag(activity.revision)}
    if outcome.created and not call.validate_only:
        headers["Location"] = f"/api/v1/activities/{activity.activity_id}"
        return answer(said, status=201, headers=headers)
    if outcome.created:
        # The number that was taken for the trial is given to another.
        said["activity_id"] = None
    return answer(said, headers={} if call.validate_only else headers)


def _not_done(findings: tuple[Finding, ...]) -> Problem:
    stand = [found for found in findings if found.rule in _OF_STATE]
    if stand:
        return Problem(409, None, f"Nothing was changed. {stand[0].message} {stand[0].mend}", findings)
    to_confirm = [found.rule for found in findings if found.rule in cautions.HOLDING]
    if to_confirm and not any(found.blocks for found in findings):
        detail = (
            "Nothing was changed: it would have an effect that may not be meant. If it is, send the same again with "
            f"?confirm={','.join(dict.fromkeys(to_confirm))}"
        )
        return Problem(422, "Please confirm", detail, findings)
    return Problem(422, None, "Nothing was changed. What has to be mended is listed in findings.", findings)


@contextmanager
def as_it_was_read(call: Call, activity_id: int) -> Iterator[None]:
    """Hold an activity while the block changes it, if the call says which revision it read (If-Match).

    Raises Problem 412 when it has another by now, NoSuchActivity.
    """
    wanted = call.request.headers.get("If-Match")
    if wanted is None:
        yield
        return
    with transaction.atomic():
        # In the order in which every verb locks: the provider, then the activity.
        locks.homes({call.provider.pk}, now=call.now, lock=True)
        stored = locks.activities([activity_id], call.scope)[activity_id]
        tags = [tag.strip() for tag in wanted.split(",")]
        if "*" not in tags and etag(stored.revision) not in tags:
            raise stale(call, stored)
        yield


def stale(call: Call, stored: Activity, *, conflicts: Outcome | None = None) -> Problem:
    """Return the problem of a call that was made for an older revision, with both versions."""
    extra: dict[str, Any] = {"current": record(call, stored), "yours": call.body}
    if conflicts is not None:
        extra["conflicts"] = [
            {
                "field": one.field,
                "base": one.base,
                "current": one.theirs,
                "yours": one.mine,
                "by": one.by,
                "at": one.at,
            }
            for one in conflicts.conflicts
        ]
    detail = (
        f"Nothing was changed: the activity stands at revision {stored.revision}. Read it, apply your change to "
        "what it says now, and send that."
    )
    return Problem(
        412, None, detail, [finding(REVISION_STALE)], extra=extra, headers={"ETag": etag(stored.revision)}
    )
