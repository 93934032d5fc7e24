"""The routes of uploads."""

from __future__ import annotations

from typing import Final

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
    ACTIVITY_ID,
    COUNT,
    DATE,
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
from openpars.api.upload_records import COUNTED, KINDS
from openpars.rulebook.findings import Stage
from openpars.uploads.states import Result, State

_PAGED: Final = (CURSOR, LIMIT)
_NEXT: Final = ("Link",)

_UPLOAD: Final[Schema] = record(
    {
        "upload_id": UUID,
        "state": {
            **words(*State),
            "description": "waiting and reading: being read, ask again in a second. mapping: say what its columns "
            "mean. unreadable: see there. planned: nothing is written yet; look at it, then apply it. applying, "
            "applied, undoing, undone, cancelled. failed: something broke on our side, nothing is half written; "
            "have it planned again.",
        },
        "kind": words(*KINDS),
        "bring_over": {**FLAG, "description": "Whether unknown activity IDs are taken over from PARS."},
        "file": record({"name": TEXT, "size": COUNT, "sha256": TEXT}),
        "sent_at": INSTANT,
        "sent_by": TEXT,
        "progress": {
            **nullable(record({"stage": nullable(TEXT), "done": COUNT, "total": nullable(COUNT)})),
            "description": "How far a worker is; null when none is at it, and in lists.",
        },
        "unreadable": {**nullable(ref("Finding")), "description": "Why the file cannot be read at all."},
        "problem": {**nullable(TEXT), "description": "What broke on our side."},
        "unknown_columns": listed(record({"heading": TEXT, "samples": listed(TEXT)})),
        "rulebook_version": nullable(TEXT),
        "planned_for": {**nullable(DATE), "description": "The day the plan was made for."},
        "planned_at": nullable(INSTANT),
        "counts": {
            **record(dict.fromkeys(COUNTED, COUNT)),
            "description": "How many rows there are, of each result, and of those that close an activity, are "
            "saved but not closed, or look like another activity.",
        },
        "by_rule": {
            **listed(
                record(
                    {
                        "rule": TEXT,
                        "column": TEXT,
                        "stage": words(*Stage),
                        "blocks": FLAG,
                        "message": TEXT,
                        "mend": TEXT,
                        "count": COUNT,
                        "rows": COUNT,
                        "ranges": listed(listed(COUNT)),
                        "beyond": COUNT,
                    }
                )
            ),
            "description": "What was found, by rule and column: how often, in how many rows, and in which: "
            "`ranges` of first and last row, and `beyond` how many more.",
        },
        "moved": {
            **nullable(record({"rows": listed(COUNT), "at": INSTANT})),
            "description": "The plan did not stand any more when it was to be applied: the rows whose "
            "activities have changed. Have it planned again.",
        },
        "good_rows_only": FLAG,
        "applied_at": nullable(INSTANT),
        "applied_by": nullable(TEXT),
        "in_the_way": {
            **nullable(
                record(
                    {
                        "count": COUNT,
                        "activities": listed(
                            record(
                                {
                                    "row": nullable(COUNT),
                                    "activity_id": ACTIVITY_ID,
                                    "title": TEXT,
                                    "message": TEXT,
                                    "mend": TEXT,
                                }
                            )
                        ),
                    }
                )
            ),
            "description": "What kept the upload from being undone.",
        },
        "undone_at": nullable(INSTANT),
        "undone_by": nullable(TEXT),
    },
    description="A file that was sent, and what came of it.",
)

_ROW: Final[Schema] = record(
    {
        "row": {**COUNT, "description": "As the spreadsheet counts; in XML and JSON the position, from 1."},
        "result": words(*Result),
        "activity_id": nullable(ACTIVITY_ID),
        "internal_id": nullable(TEXT),
        "title": TEXT,
        "left_out": {**FLAG, "description": "Whether a person left the row out of the plan."},
        "closes": FLAG,
        "not_closed": {**FLAG, "description": "The row is saved, but its activity cannot be closed."},
        "looks_like": {**nullable(ACTIVITY_ID), "description": "The activity that it looks like."},
        "changes": listed(record({"field": TEXT, "old": {}, "new": {}})),
    },
    description="What a row of a file would do, and once the plan is applied what it did.",
)

SCHEMAS: Final = {"Upload": _UPLOAD, "UploadRow": _ROW}

_ANY_FILE: Final[Schema] = {}
_FORM: Final[Schema] = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}
_UNDER_WAY: Final = Answer("A worker is at it; ask again in a second.", ref("Upload"), ("Location",))

OPERATIONS: Final[dict[Key, Operation]] = {
    ("GET", "uploads"): Operation(
        id="listUploads",
        tag="Uploads",
        summary="List the uploads, newest first",
        query=_PAGED,
        answers={200: Answer("A page of uploads.", page_of("uploads", ref("Upload")), _NEXT)},
    ),
    ("POST", "uploads"): Operation(
        id="sendUpload",
        tag="Uploads",
        summary="Send a file",
        description="An Excel workbook, tab-delimited text, XML or JSON, or up to 100,000 activities as JSON lines: "
        "as the body itself, or as the part `file` of a form. What it is is found out from what it holds. "
        "Nothing is written before you apply the plan.",
        query=(
            query("kind", "What the rows are about.", {**words(*KINDS), "default": KINDS[0]}),
            query("name", "What the file is called.", {"type": "string", "maxLength": 255}),
            query(
                "bring_over",
                "Take unknown activity IDs over: for past years that were exported from PARS.",
                {"type": "boolean", "default": False},
            ),
        ),
        body={
            "application/x-ndjson": _ANY_FILE,
            "application/octet-stream": _ANY_FILE,
            "multipart/form-data": _FORM,
        },
        answers={202: _UNDER_WAY},
        may_validate=False,
    ),
    ("GET", "uploads/{upload_id}"): Operation(
        id="getUpload",
        tag="Uploads",
        summary="See where an upload stands",
        answers={200: Answer("The upload.", ref("Upload"))},
    ),
    ("GET", "uploads/{upload_id}/rows"): Operation(
        id="listUploadRows",
        tag="Uploads",
        summary="Read the plan, row by row",
        description="What each row would do; once the plan is applied, what it did: the receipt.",
        query=(query("result", "Only rows with this result.", words(*Result)), *_PAGED),
        answers={200: Answer("A page of rows.", page_of("rows", ref("UploadRow")), _NEXT)},
    ),
    ("GET", "uploads/{upload_id}/findings"): Operation(
        id="listUploadFindings",
        tag="Uploads",
        summary="Read what was found in the file",
        description="What is about the whole file comes first, then row by row.",
        query=(
            query("rule", "Only what this rule found: its id.", TEXT),
            query("stage", "Only findings of this stage.", words(*Stage)),
            query("row", "Only findings in this row.", COUNT),
            *_PAGED,
        ),
        answers={200: Answer("A page of findings.", page_of("findings", ref("Finding")), _NEXT)},
    ),
    ("POST", "uploads/{upload_id}/columns"): Operation(
        id="explainUploadColumns",
        tag="Uploads",
        summary="Say what unknown columns mean",
        description="For each heading of `unknown_columns` the path of an answer, such as `title` or "
        "`support.0.amount`; null, or not to name it, leaves the column out. It is remembered for your next files.",
        body={
            JSON: record(
                {"columns": {"type": "object", "additionalProperties": nullable(TEXT), "minProperties": 1}},
                additionalProperties=False,
            )
        },
        example={"columns": {"Course name": "title", "Room": None}},
        answers={202: _UNDER_WAY},
        problems=(409,),
    ),
    ("POST", "uploads/{upload_id}/apply"): Operation(
        id="applyUpload",
        tag="Uploads",
        summary="Apply the plan",
        description="Exactly what was planned is written, all at once. While rows are blocked nothing is, unless "
        "you ask for the good rows only. A plan that closes activities needs a key with the scope `close`.",
        body={
            JSON: record(
                {"good_rows_only": {**FLAG, "default": False}},
                optional=["good_rows_only"],
                additionalProperties=False,
            )
        },
        needs_body=False,
        example={"good_rows_only": True},
        answers={202: _UNDER_WAY},
        problems=(409,),
    ),
    ("POST", "uploads/{upload_id}/plan"): Operation(
        id="planUploadAgain",
        tag="Uploads",
        summary="Plan it again, by what is stored now",
        body={JSON: NOTHING},
        needs_body=False,
        answers={202: _UNDER_WAY},
        problems=(409,),
    ),
    ("POST", "uploads/{upload_id}/cancel"): Operation(
        id="cancelUpload",
        tag="Uploads",
        summary="Give it up before anything is written",
        body={JSON: NOTHING},
        needs_body=False,
        answers={200: Answer("The upload, cancelled.", ref("Upload"), ("Location",))},
        problems=(409,),
    ),
    ("POST", "uploads/{upload_id}/undo"): Operation(
        id="undoUpload",
        tag="Uploads",
        summary="Undo it",
        description="Every answer is put back as it was before, as long as nobody has changed it since; if "
        "somebody has, the upload stays `applied` and `in_the_way` tells which activities.",
        body={JSON: NOTHING},
        needs_body=False,
        answers={202: _UNDER_WAY},
        problems=(409,),
    ),
}
