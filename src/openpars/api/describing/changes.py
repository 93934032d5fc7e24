"""The route of changes."""

from __future__ import annotations

from typing import Final

from openpars.activities.doors import Door
from openpars.activities.feed import Event
from openpars.api.changes import MOST, NOW, USUAL
from openpars.api.describing.operation import Answer, Key, Operation, query, words
from openpars.api.schemas import (
    ACTIVITY_ID,
    COUNT,
    FLAG,
    INSTANT,
    TEXT,
    UUID,
    Schema,
    listed,
    nullable,
    record,
    ref,
)

SCHEMAS: Final[dict[str, Schema]] = {
    "Change": record(
        {
            "cursor": {**TEXT, "description": "Leads on from here."},
            "activity_id": ACTIVITY_ID,
            "revision": {**COUNT, "description": "The activity's revision after this change."},
            "verb": words(*Event),
            "at": INSTANT,
            "door": {**words(*Door), "description": "Where it came in."},
            "actor": TEXT,
            "reason": TEXT,
            "upload": {**nullable(UUID), "description": "The upload that it came by."},
            "old": {"type": "object"},
            "new": {"type": "object"},
        },
        description="One change of an activity. `old` and `new` hold what changed, by the names of the answers; "
        "null says that there is no answer.",
    )
}

OPERATIONS: Final[dict[Key, Operation]] = {
    ("GET", "changes"): Operation(
        id="listChanges",
        tag="Changes",
        summary="Read what changed since you last asked",
        description="Every change once and in order, whoever made it; none is passed by, however many write at once.",
        query=(
            query(
                "since",
                f"`next` of your last call; left out, the first change comes first; `{NOW}` begins with what comes.",
                TEXT,
            ),
            query(
                "limit",
                f"How many changes come at most; {USUAL} unless you say another number.",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
            ),
        ),
        answers={
            200: Answer(
                "Changes, and the cursor to ask with next.",
                record({"changes": listed(ref("Change")), "next": TEXT, "more": FLAG}),
            )
        },
    )
}
