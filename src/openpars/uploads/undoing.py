"""Undo: every field as it was before an upload was applied, as long as nothing it wrote has changed since."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.verbs import undo
from openpars.activities.verbs.undo import InTheWay, Undone
from openpars.jobs import queue
from openpars.jobs.running import Running
from openpars.uploads import plan_keys, queries, telling
from openpars.uploads.models import Upload
from openpars.uploads.states import State

UNDO = "uploads.undo"
UNDOING = "Taking back"
#: Activities that stand in the way and are named; the rest are counted.
MOST_NAMED = 200


class NotApplied(Exception):
    """The upload is not where it could be undone: it was never applied, or is undone already."""


def undo_upload(upload: Upload, *, scope: Scope, actor: Actor) -> None:
    """Let a worker take back what an upload did. Raises PermissionDenied, NoSuchUpload, NotApplied."""
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state != State.APPLIED:
            raise NotApplied
        held.state = State.UNDOING
        held.problem = ""
        held.in_the_way = {}
        held.asked_at = clock.now()
        asked = {
            "upload": str(held.pk),
            "person": actor.person_id,
            "name": actor.name,
            "scope": asdict(scope),
        }
        held.job = queue.enqueue(UNDO, asked).id
        held.save(update_fields=["state", "problem", "in_the_way", "asked_at", "job"])


def run(job: Running) -> None:
    """Undo the upload that the job names."""
    upload = Upload.objects.get(pk=UUID(job.args["upload"]))
    plan_keys.discard_before(job.id, job.attempt)
    if upload.state != State.UNDOING or upload.job != job.id:
        return
    job.progress(0, None, UNDOING)
    actor = Actor(person_id=job.args["person"], name=job.args["name"])
    now = clock.now()

    def receipt(_: Undone) -> None:
        job.hold_lease()
        held = queries.locked(upload.pk)
        held.state = State.UNDONE
        held.undone_at = now
        held.undone_by = actor.name
        held.save(update_fields=["state", "undone_at", "undone_by"])
        telling.finished(held)

    outcome = undo.undo(
        upload.pk,
        staged_as=plan_keys.of_attempt(job.id, job.attempt),
        # Who asks, for not everybody may open what was closed in a year that is locked by now.
        scope=Scope(**job.args["scope"]),
        actor=actor,
        door=Door(upload.door),
        now=now,
        before_commit=receipt,
    )
    if not isinstance(outcome, Undone):
        _stays(upload, outcome, job)
    telling.when_long(upload.pk)


def _stays(upload: Upload, in_the_way: tuple[InTheWay, ...], job: Running) -> None:
    """Say which activities keep the upload from being undone."""
    with transaction.atomic():
        job.hold_lease()
        held = queries.locked(upload.pk)
        held.state = State.APPLIED
        held.in_the_way = {
            "count": len(in_the_way),
            "activities": [
                {
                    "row": one.row,
                    "activity_id": one.activity_id,
                    "title": one.title,
                    "message": one.finding.message,
                    "mend": one.finding.mend,
                }
                for one in in_the_way[:MOST_NAMED]
            ],
        }
        held.save(update_fields=["state", "in_the_way"])
