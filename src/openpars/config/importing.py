"""A file worked through while somebody waits: taken in, read, planned and applied."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from time import sleep

from django.conf import settings
from django.core.files.base import File

from openpars import clock
from openpars.accounts.actors import SYSTEM
from openpars.accounts.models import Provider
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.formats.rows import Kind
from openpars.jobs import inline
from openpars.jobs.leases import Progress
from openpars.uploads import applying, receiving
from openpars.uploads.models import Upload
from openpars.uploads.states import WRITTEN, Result, State

#: How often a plan is made anew because somebody has changed its activities meanwhile.
_TRIES = 5

Told = Callable[[Progress], None]


class Outcome(StrEnum):
    """What came of a file."""

    APPLIED = "applied"
    READY = "ready"
    """It is planned and could be applied."""
    UNCHANGED = "unchanged"
    """Everything stands as the file says."""
    BLOCKED = "blocked"
    """Rows of it cannot be written."""
    UNREADABLE = "unreadable"
    UNMAPPED = "unmapped"
    """Nobody has said what its columns hold."""
    FAILED = "failed"


def receive(file: Path, *, provider: Provider, kind: Kind, adopt: bool) -> Upload:
    """Take a file in on behalf of a provider. Raises `receiving.Refused` and OSError."""
    with file.open("rb") as content:
        return receiving.receive(
            File(content),
            name=file.name,
            kind=kind,
            adopt=adopt,
            scope=_scope(provider),
            actor=SYSTEM,
            door=Door.COMMAND,
            now=clock.now(),
        )


def work(upload: Upload, *, told: Told) -> None:
    """Do the job of an upload, or wait for the worker of a running site that was quicker.

    Were that worker lost, the job would be done here after all.
    """
    while upload.job is not None and not (job := inline.run(upload.job, told=told)).ended:
        told(Progress(job.done, job.total, job.stage))
        sleep(settings.JOB_POLL)
    upload.refresh_from_db()


def apply(upload: Upload, *, provider: Provider, good_rows_only: bool, told: Told) -> None:
    """Apply a plan that is ready; where somebody has changed its activities meanwhile, plan anew and go on."""
    for _ in range(_TRIES):
        try:
            applying.apply_plan(upload, good_rows_only=good_rows_only, scope=_scope(provider), actor=SYSTEM)
        except applying.NotPlanned:  # somebody has given it up, on its page
            upload.refresh_from_db()
            return
        _work_again(upload, told=told)
        if not upload.moved:
            return
        applying.plan_again(upload, scope=_scope(provider))
        _work_again(upload, told=told)
        if outcome_of(upload, good_rows_only=good_rows_only) is not Outcome.READY:
            return


def _work_again(upload: Upload, *, told: Told) -> None:
    upload.refresh_from_db()
    work(upload, told=told)


def outcome_of(upload: Upload, *, good_rows_only: bool) -> Outcome:
    """Say what has come of an upload that nobody works on."""
    ended = {
        State.APPLIED: Outcome.APPLIED,
        State.UNREADABLE: Outcome.UNREADABLE,
        State.MAPPING: Outcome.UNMAPPED,
    }
    if upload.state != State.PLANNED or upload.problem or upload.moved:
        return ended.get(State(upload.state), Outcome.FAILED)
    writes = any(upload.counts.get(result) for result in WRITTEN)
    if upload.counts.get(Result.BLOCKED) and not (good_rows_only and writes):
        return Outcome.BLOCKED
    return Outcome.READY if writes else Outcome.UNCHANGED


def _scope(provider: Provider) -> Scope:
    return Scope("system", provider_id=provider.pk)
