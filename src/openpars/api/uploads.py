"""Uploads: a file of many activities sent, looked at, applied and undone, as the pages do it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse

from openpars.activities.doors import Door
from openpars.api import callers, idempotency
from openpars.api.calls import Call, answer
from openpars.api.parameters import Parameters, with_next
from openpars.api.problems import Problem
from openpars.api.routing import Routes
from openpars.api.sent_files import sent_file, too_large
from openpars.api.upload_records import (
    KINDS,
    finding_record,
    row_records,
    unknown_columns,
    upload_record,
)
from openpars.formats.columns import columns_for
from openpars.formats.rows import Kind
from openpars.rulebook.findings import Stage
from openpars.rulebook.rules import RULES
from openpars.uploads import applying, cancelling, mapping, queries, receiving, undoing
from openpars.uploads.applying import NotAllGood, NothingToDo, NotPlanned
from openpars.uploads.models import Upload, UploadFinding
from openpars.uploads.receiving import Refused
from openpars.uploads.states import READABLE, Result, State
from openpars.uploads.undoing import NotApplied

routes = Routes()

_LONGEST_NAME: Final = 255
_CURSOR: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_FINDING_CURSOR: Final = re.compile(r"([0-9]{1,10})-([0-9]{1,18})", re.ASCII)


@routes.get("uploads", name="api-uploads")
def uploads(call: Call) -> HttpResponse:
    """List the uploads, newest first."""
    given = Parameters(call)
    most, cursor = given.limit(), given.text("cursor")
    given.done()
    found = queries.of(call.scope)
    if cursor:
        last = _last_upload(found, cursor)
        found = found.filter(
            Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        )
    listed = list(found[: most + 1])
    shown = listed[:most]
    following = str(shown[-1].pk) if len(listed) > most else None
    told = [upload_record(upload, with_progress=False) for upload in shown]
    return with_next(call, "uploads", told, following)


@routes.post("uploads", name="api-uploads", reads="itself")
def send(call: Call) -> HttpResponse:
    """Take a file in; a worker reads it and plans what it would do."""
    if call.validate_only:
        detail = (
            "A file that is sent writes no activity before it is applied: its plan is the check. "
            "Leave validate_only out."
        )
        raise Problem(422, "Nothing to validate here", detail)
    given = Parameters(call)
    kind = given.one_of("kind", KINDS) or Kind.ACTIVITIES.value
    adopt = given.one_of("bring_over", ("true", "false")) == "true"
    name = given.text("name") or ""
    given.text("validate_only")
    given.done()
    if len(name) > _LONGEST_NAME:
        raise Problem(400, None, f"A name has at most {_LONGEST_NAME} characters.")
    with sent_file(call.request) as sent:

        def perform() -> HttpResponse:
            try:
                upload = receiving.receive(
                    sent.file,
                    name=name or sent.name,
                    kind=Kind(kind),
                    adopt=adopt,
                    scope=call.scope,
                    actor=call.actor,
                    door=Door.SERVICE,
                    now=call.now,
                )
            except Refused as refused:
                found = refused.finding
                if found.rule == "file.too_large":
                    raise too_large() from refused
                raise Problem(422, None, f"{found.message} {found.mend}", [found]) from refused
            return _answer(upload, status=202)

        return idempotency.once(call, sent.digest, perform)


@routes.get("uploads/<uuid:upload_id>", name="api-upload")
def upload(call: Call, upload_id: UUID) -> HttpResponse:
    """Tell where an upload stands, and what it would do or did."""
    Parameters(call).done()
    return answer(upload_record(_one(call, upload_id)))


@routes.get("uploads/<uuid:upload_id>/rows", name="api-upload-rows")
def rows(call: Call, upload_id: UUID) -> HttpResponse:
    """List the rows of the plan; once it was applied they are the receipt."""
    found = _one(call, upload_id)
    given = Parameters(call)
    result = given.one_of("result", Result)
    most, cursor = given.limit(), given.text("cursor")
    given.done()
    listed = queries.rows(found)
    if cursor:
        if not _CURSOR.fullmatch(cursor):
            raise _no_cursor()
        listed = listed.filter(number__gt=int(cursor))
    if result:
        listed = listed.filter(result=result)
    entries = list(listed[: most + 1])
    shown = entries[:most]
    following = str(shown[-1].number) if len(entries) > most else None
    return with_next(call, "rows", row_records(found, shown), following)


@routes.get("uploads/<uuid:upload_id>/findings", name="api-upload-findings")
def findings(call: Call, upload_id: UUID) -> HttpResponse:
    """List what was found in the file: what is about the whole of it, then row by row."""
    found = _one(call, upload_id)
    given = Parameters(call)
    rule, stage, row = given.one_of("rule", RULES), given.one_of("stage", Stage), given.number("row")
    most, cursor = given.limit(), given.text("cursor")
    given.done()
    listed = queries.findings(found)
    if rule:
        listed = listed.filter(rule=rule)
    if stage:
        listed = listed.filter(stage=stage)
    if row is not None:
        listed = listed.filter(row=row)
    entries = _findings_behind(listed, *_place(cursor), most=most + 1)
    shown = entries[:most]
    following = f"{shown[-1].row or 0}-{shown[-1].pk}" if len(entries) > most else None
    return with_next(call, "findings", [finding_record(found, one) for one in shown], following)


@routes.post("uploads/<uuid:upload_id>/columns", name="api-upload-columns")
def columns(call: Call, upload_id: UUID) -> HttpResponse:
    """Say what headings mean that nobody knows, and have the file read with it."""
    found = _one(call, upload_id)
    _only(call, {"columns"})
    unread = [column["heading"] for column in unknown_columns(found)]
    if State(found.state) not in READABLE or not unread:
        raise Problem(409, None, "This upload does not ask what its columns mean.")
    meanings = _meanings(call.body.get("columns"), Kind(found.kind), unread)
    mapping.map_columns(found, dict.fromkeys(unread, "") | meanings, scope=call.scope)
    return _anew(call, upload_id)


@routes.post("uploads/<uuid:upload_id>/apply", name="api-upload-apply")
def apply(call: Call, upload_id: UUID) -> HttpResponse:
    """Have the plan applied: all of it, or only the good rows."""
    found = _one(call, upload_id)
    good_rows_only = _only(call, {"good_rows_only"}).get("good_rows_only", False)
    if not isinstance(good_rows_only, bool):
        raise Problem(422, None, "good_rows_only is true or false.")
    if found.counts.get("closes"):
        callers.must_have(call.caller, "close")
    try:
        applying.apply_plan(found, good_rows_only=good_rows_only, scope=call.scope, actor=call.actor)
    except NotPlanned as error:
        detail = f"The upload is “{found.state}”; only one that is “planned” can be applied."
        if found.moved:
            detail = "Something has changed since the plan was made. Have it planned again, and look at it."
        raise Problem(409, "There is no plan to apply", detail) from error
    except NotAllGood as error:
        blocked = found.counts.get(Result.BLOCKED, 0)
        detail = (
            f"{blocked:,} {'row is' if blocked == 1 else 'rows are'} blocked, and nothing was written. Mend the "
            "file and send it again, or apply the others with good_rows_only."
        )
        raise Problem(409, "Some rows are blocked", detail) from error
    except NothingToDo as error:
        raise Problem(
            409, "Nothing to write", "The plan writes nothing, or every row is left out."
        ) from error
    return _anew(call, upload_id)


@routes.post("uploads/<uuid:upload_id>/plan", name="api-upload-plan")
def plan_again(call: Call, upload_id: UUID) -> HttpResponse:
    """Have the file read and planned once more, by what is stored now."""
    found = _one(call, upload_id)
    _only(call, ())
    try:
        applying.plan_again(found, scope=call.scope)
    except NotPlanned as error:
        detail = (
            f"The upload is “{found.state}”; only one that is “planned” or “failed” can be planned again."
        )
        raise Problem(409, None, detail) from error
    return _anew(call, upload_id)


@routes.post("uploads/<uuid:upload_id>/cancel", name="api-upload-cancel")
def cancel(call: Call, upload_id: UUID) -> HttpResponse:
    """Give an upload up before anything of it is written."""
    found = _one(call, upload_id)
    _only(call, ())
    if not cancelling.cancel(found, scope=call.scope):
        detail = f"The upload is “{found.state}”: it is too late to give it up."
        raise Problem(409, None, detail)
    return _anew(call, upload_id, status=200)


@routes.post("uploads/<uuid:upload_id>/undo", name="api-upload-undo")
def undo(call: Call, upload_id: UUID) -> HttpResponse:
    """Have everything an upload wrote taken back."""
    found = _one(call, upload_id)
    _only(call, ())
    if found.counts.get("closed"):
        callers.must_have(call.caller, "close")
    try:
        undoing.undo_upload(found, scope=call.scope, actor=call.actor)
    except NotApplied as error:
        detail = f"The upload is “{found.state}”; only one that is “applied” can be undone."
        raise Problem(409, None, detail) from error
    return _anew(call, upload_id)


def _one(call: Call, upload_id: UUID) -> Upload:
    try:
        return queries.one(call.scope, upload_id)
    except queries.NoSuchUpload as none:
        raise Http404 from none


def _anew(call: Call, upload_id: UUID, *, status: int = 202) -> HttpResponse:
    return _answer(_one(call, upload_id), status=200 if call.validate_only else status)


def _answer(upload: Upload, *, status: int) -> HttpResponse:
    where = reverse("api-upload", args=[upload.pk])
    return answer(upload_record(upload), status=status, headers={"Location": where})


def _findings_behind(
    listed: QuerySet[UploadFinding], row: int, last: int, *, most: int
) -> list[UploadFinding]:
    """Return the findings behind a place, those about the whole file first: their row counts as 0."""
    entries: list[UploadFinding] = []
    if row == 0:
        entries = list(listed.filter(row=None, pk__gt=last).order_by("pk")[:most])
        last = 0
    behind = listed.filter(row__gte=row).filter(Q(row__gt=row) | Q(pk__gt=last))
    return entries + list(behind.order_by("row", "pk")[: most - len(entries)])


def _place(cursor: str | None) -> tuple[int, int]:
    """Return the row and the finding behind which a page begins."""
    if not cursor:
        return 0, 0
    match = _FINDING_CURSOR.fullmatch(cursor)
    if match is None:
        raise _no_cursor()
    return int(match[1]), int(match[2])


def _last_upload(found: QuerySet[Upload], cursor: str) -> Upload:
    """Return the upload behind which a page begins."""
    try:
        last = found.filter(pk=UUID(cursor)).only("created_at").first()
    except ValueError:
        last = None
    if last is None:
        raise _no_cursor()
    return last


def _no_cursor() -> Problem:
    return Problem(
        400, None, "This cursor is none of ours. Take it as it stands in “next”, or begin without one."
    )


def _only(call: Call, names: Collection[str]) -> dict[str, Any]:
    """Return the body, when it has no other members than these; else raise Problem."""
    unknown = [name for name in call.body if name not in names]
    if unknown:
        known = f"It may have {', '.join(names)}." if names else "It has no members."
        raise Problem(422, None, f"The body has a member “{unknown[0][:80]}” that is not known here. {known}")
    return call.body


def _meanings(given: object, kind: Kind, unread: Collection[str]) -> dict[str, str]:
    """Return what is given for headings: a path, or "" for a column to leave out. Raises Problem."""
    if not isinstance(given, dict) or not given:
        raise Problem(
            422, None, "columns leads from headings to what they mean, or to null to leave one out."
        )
    allowed = {column.path for column in columns_for(kind)} - {"template"}
    meanings: dict[str, str] = {}
    for heading, path in given.items():
        if heading not in unread:
            raise Problem(422, None, f"“{heading[:80]}” is no heading of this file that has to be explained.")
        if path is not None and (not isinstance(path, str) or path not in allowed):
            raise Problem(422, None, f"What “{heading[:80]}” shall mean is no column of the template.")
        if path and path in meanings.values():
            raise Problem(422, None, f"Two headings cannot both mean “{path}”.")
        meanings[heading] = path or ""
    return meanings
