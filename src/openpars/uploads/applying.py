"""Apply: exactly the plan that a person has seen, in one transaction with the receipt, or nothing and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.staging import NoSuchPlan
from openpars.activities.verbs import apply
from openpars.activities.verbs.apply import Applied, Moved
from openpars.jobs import queue
from openpars.jobs.running import Running
from openpars.uploads import clearing, queries, receiving, telling
from openpars.uploads.models import Upload
from openpars.uploads.states import WRITTEN, Result, State

APPLY = "uploads.apply"
APPLYING = "Applying"


class NotAllGood(Exception):
    """Rows are blocked, and nobody has said that the good ones alone shall be applied."""


class NothingToDo(Exception):
    """The plan writes nothing."""


class NotPlanned(Exception):
    """The upload is not where a plan can be applied: somebody else has applied or given it up."""


def apply_plan(upload: Upload, *, good_rows_only: bool, scope: Scope, actor: Actor) -> None:
    """Let a worker apply the plan.

    Raises PermissionDenied, NoSuchUpload, NotPlanned, NotAllGood, NothingToDo.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state != State.PLANNED or held.moved:
            raise NotPlanned
        if held.counts.get(Result.BLOCKED) and not good_rows_only:
            raise NotAllGood
        if not queries.rows(held).filter(ticked=True, result__in=WRITTEN).exists():
            raise NothingToDo
        held.state = State.APPLYING
        held.good_rows_only = good_rows_only
        held.problem = ""
        held.asked_at = clock.now()
        held.job = queue.enqueue(
            APPLY, {"upload": str(held.pk), "person": actor.person_id, "name": actor.name}
        ).id
        held.save(update_fields=["state", "good_rows_only", "problem", "asked_at", "job"])


def plan_again(upload: Upload, *, scope: Scope) -> None:
    """Read the file once more and plan it by what is stored now. Raises PermissionDenied, NoSuchUpload, NotPlanned."""
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state not in (State.PLANNED, State.FAILED):
            raise NotPlanned
        receiving.read_again(held)


def tick(upload: Upload, *, leave_out: Iterable[int], take_in: Iterable[int], scope: Scope) -> None:
    """Leave rows of the plan out, by their numbers, or take them in again.

    Raises PermissionDenied, NoSuchUpload, NotPlanned.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        if queries.locked(upload.pk, scope=scope).state != State.PLANNED:
            raise NotPlanned
        rows = queries.rows(upload)
        rows.filter(number__in=list(leave_out)).update(ticked=False)
        rows.filter(number__in=list(take_in)).update(ticked=True)


def run(job: Running) -> None:
    """Apply the plan of the upload that the job names."""
    upload = Upload.objects.get(pk=UUID(job.args["upload"]))
    if upload.job != job.id or upload.plan is None or upload.state != State.APPLYING:
        return
    plan = upload.plan
    job.progress(0, None, APPLYING)
    actor = Actor(person_id=job.args["person"], name=job.args["name"])
    now = clock.now()

    def receipt(applied: Applied) -> None:
        job.hold_lease()
        held = queries.locked(upload.pk)
        held.state = State.APPLIED
        held.applied_at = now
        held.applied_by = actor.name
        held.counts |= {
            "added": applied.added,
            "updated": applied.changed,
            "removed": applied.deleted,
            "closed": applied.closed,
        }
        held.save(update_fields=["state", "applied_at", "applied_by", "counts"])
        telling.finished(held)
        clearing.later(plan)

    left_out = queries.rows(upload).filter(ticked=False, result__in=WRITTEN)
    try:
        outcome = apply.apply(
            plan,
            upload=upload.pk,
            scope=Scope("system", provider_id=upload.provider_id),
            actor=actor,
            door=Door(upload.door),
            now=now,
            skip=list(left_out.values_list("number", flat=True)),
            before_commit=receipt,
        )
    except NoSuchPlan:
        outcome = Moved()
    if isinstance(outcome, Moved):
        _moved(upload, outcome, job, now=now)
    telling.when_long(upload.pk)


def _moved(upload: Upload, outcome: Moved, job: Running, *, now: datetime) -> None:
    """Say that nothing was written, and which rows do not stand any more as they were planned."""
    with transaction.atomic():
        job.hold_lease()
        held = queries.locked(upload.pk)
        held.state = State.PLANNED
        held.moved = {"rows": list(outcome.rows[:1000]), "at": now.isoformat()}
        held.save(update_fields=["state", "moved"])
