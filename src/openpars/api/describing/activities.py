"""The routes of activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from openpars.activities import cautions
from openpars.activities.doors import Door
from openpars.api.describing.operation import (
    CURSOR,
    JSON,
    LIMIT,
    NOTHING,
    Answer,
    Key,
    Operation,
    page_of,
    query,
    words,
)
from openpars.api.schemas import (
    ACTIVITY,
    ACTIVITY_ID,
    COUNT,
    FLAG,
    INSTANT,
    TEXT,
    UUID,
    Schema,
    answers,
    listed,
    nullable,
    record,
    ref,
)
from openpars.rulebook.lifecycle import Phase, Status
from openpars.rulebook.steps import learner_counts
from openpars.rulebook.vocabularies import VOCABULARIES

_FINDINGS: Final[Schema] = {
    **listed(ref("Finding")),
    "description": "What does not keep the activity from being saved as it is: what is missing for its next "
    "status, and warnings.",
}
_SAVED: Final[Schema] = {
    **ACTIVITY,
    "description": "The activity as it stands after the call.",
    "properties": {
        **ACTIVITY["properties"],
        "activity_id": {
            **nullable(ACTIVITY_ID),
            "description": "Null where an activity would be made, with validate_only.",
        },
        "findings": _FINDINGS,
    },
    "required": [*ACTIVITY["required"], "findings"],
}
_COUNT_NAMES: Final = tuple(field.name for field in learner_counts.FIELDS)
_GIVEN: Final = answers(given=True)
_STORED: Final = answers()

SCHEMAS: Final[dict[str, Schema]] = {
    "SavedActivity": _SAVED,
    "LearnerCounts": {
        "type": "object",
        "description": "Totals of learners. What is absent stays as it is.",
        "properties": {name: _GIVEN[name] for name in _COUNT_NAMES},
        "additionalProperties": False,
    },
    "ActivityChange": record(
        {
            "revision": COUNT,
            "verb": {**TEXT, "description": "What was done: add, save, close, reopen, delete, restore, ..."},
            "at": INSTANT,
            "by": TEXT,
            "door": {**words(*Door), "description": "Where it came in."},
            "reason": TEXT,
            "upload": nullable(UUID),
            "old": {"type": "object"},
            "new": {"type": "object"},
        },
        description="One change. `old` and `new` hold what changed, by the names of the answers.",
    ),
}

_PAGED: Final = (CURSOR, LIMIT)
_CONFIRM: Final = query(
    "confirm",
    "Ids of rules that ask before something is lost, with commas between: what they warn of is meant.",
    {"type": "array", "items": words(*cautions.HOLDING)},
    style="form",
    explode=False,
)
_ANSWERS: Final = {JSON: ref("Answers"), "application/merge-patch+json": ref("Answers")}
_STANDS: Final = Answer("The activity as it stands now.", ref("SavedActivity"), ("ETag",))
_MADE: Final = Answer("The activity that was made.", ref("SavedActivity"), ("ETag", "Location"))
_COURSE: Final[Mapping[str, Any]] = {
    "internal_id": "LMS-4711",
    "title": "Sepsis in the Emergency Department",
    "format": "C",
    "start_date": "2026-01-15",
    "end_date": "2026-01-15",
    "delivery_methods": ["Live-Streamed"],
    "credits": "1.5",
}

OPERATIONS: Final[dict[Key, Operation]] = {
    ("GET", "activities"): Operation(
        id="listActivities",
        tag="Activities",
        summary="List the activities, in the order they were entered",
        query=(
            query("status", "Only those with this status.", words(*Status)),
            query("phase", "Only those in this phase.", words(*Phase)),
            query("format", "Only those of this format.", ref("Formats")),
            query(
                "year",
                "Only those of this reporting year, the one they start in.",
                {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            ),
            query(
                "criterion",
                "Only those marked with this commendation criterion.",
                words(*VOCABULARIES["commendation_criteria"].by_code),
            ),
            query("attention", "Only those that need attention.", FLAG),
            query("search", "Only those whose title or an ID holds these words.", TEXT),
            *_PAGED,
        ),
        answers={
            200: Answer("A page of activities.", page_of("activities", ref("Activity")), ("Link",)),
        },
    ),
    ("POST", "activities"): Operation(
        id="createActivity",
        tag="Activities",
        summary="Register an activity",
        description="Title, format and both dates are needed; what is missing beyond only decides how far the "
        "activity can go.",
        query=(_CONFIRM,),
        body=_ANSWERS,
        example=_COURSE,
        answers={201: _MADE, 200: Answer("With validate_only: what would be made.", ref("SavedActivity"))},
    ),
    ("GET", "activities/{target}"): Operation(
        id="getActivity",
        tag="Activities",
        summary="Read an activity",
        answers={200: Answer("The activity.", ref("Activity"), ("ETag",))},
    ),
    ("PATCH", "activities/{target}"): Operation(
        id="updateActivity",
        tag="Activities",
        summary="Change some answers",
        description="By RFC 7396: what is absent stays, null clears, a list is replaced whole.",
        query=(_CONFIRM,),
        body=_ANSWERS,
        example={"credits": "2", "specialties": ["Emergency Medicine"]},
        answers={200: _STANDS},
        problems=(409, 412),
    ),
    ("PUT", "activities/{target}"): Operation(
        id="putActivity",
        tag="Activities",
        summary="Enter or change the activity with your internal ID",
        description="Takes `internal:` and the internal ID only. Makes the activity, or changes the one there is; "
        "what is absent stays as it is, as in a row of a file.",
        query=(_CONFIRM,),
        body=_ANSWERS,
        example={name: value for name, value in _COURSE.items() if name != "internal_id"},
        answers={200: _STANDS, 201: _MADE},
        problems=(405, 409, 412),
    ),
    ("DELETE", "activities/{target}"): Operation(
        id="deleteActivity",
        tag="Activities",
        summary="Delete an activity that is not closed",
        description="It can be restored within 30 days.",
        answers={
            204: Answer("It is deleted."),
            200: Answer("With validate_only: it could be deleted.", ref("SavedActivity")),
        },
        problems=(409, 412),
    ),
    ("GET", "activities/{target}/learner-counts"): Operation(
        id="getLearnerCounts",
        tag="Activities",
        summary="Read learner counts",
        answers={
            200: Answer(
                "The counts; null is not counted yet.",
                record(
                    {
                        "activity_id": ACTIVITY_ID,
                        "revision": COUNT,
                        **{name: nullable(_STORED[name]) for name in _COUNT_NAMES},
                        "yearly_counts": ACTIVITY["properties"]["yearly_counts"],
                    }
                ),
                ("ETag",),
            )
        },
    ),
    **{
        (method, "activities/{target}/learner-counts"): Operation(
            id=name,
            tag="Activities",
            summary=summary,
            query=(_CONFIRM,),
            body={JSON: ref("LearnerCounts")},
            example={"physicians": 40, "other_learners": 12},
            answers={200: _STANDS},
            problems=(409, 412),
        )
        for method, name, summary in (
            ("PUT", "updateLearnerCounts", "Update learner counts"),
            ("POST", "enterLearnerCounts", "Update learner counts, for clients that cannot PUT"),
        )
    },
    ("POST", "activities/{target}/close"): Operation(
        id="closeActivity",
        tag="Activities",
        summary="Close an activity",
        description="It has to be Ready to Close with nothing missing; else the answer is 409 with what is "
        "missing. One that is closed stays as it is.",
        body={JSON: NOTHING},
        needs_body=False,
        answers={200: _STANDS},
        problems=(409, 412),
    ),
    ("POST", "activities/{target}/reopen"): Operation(
        id="reopenActivity",
        tag="Activities",
        summary="Reopen a closed activity, for a reason",
        body={JSON: record({"reason": TEXT}, additionalProperties=False)},
        example={"reason": "A sign-in sheet was found."},
        answers={200: _STANDS},
        problems=(409, 412),
    ),
    ("POST", "activities/{target}/restore"): Operation(
        id="restoreActivity",
        tag="Activities",
        summary="Restore a deleted activity",
        body={JSON: NOTHING},
        needs_body=False,
        answers={200: _STANDS},
        problems=(409, 412),
    ),
    ("GET", "activities/{target}/history"): Operation(
        id="getActivityHistory",
        tag="Activities",
        summary="Read what happened to an activity, the newest first",
        query=_PAGED,
        answers={
            200: Answer("A page of changes.", page_of("changes", ref("ActivityChange")), ("Link",)),
        },
    ),
    ("GET", "activities/{target}/blockers"): Operation(
        id="getActivityBlockers",
        tag="Activities",
        summary="See what is stopping an activity from its next status",
        answers={
            200: Answer(
                "What is missing, and in `text` the same in a sentence.",
                record(
                    {
                        "activity_id": ACTIVITY_ID,
                        "status": words(*Status),
                        "text": TEXT,
                        "findings": listed(ref("Finding")),
                    }
                ),
            )
        },
    ),
}
