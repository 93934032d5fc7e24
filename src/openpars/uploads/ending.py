"""What an upload says when its job was not done: it failed, or was cancelled."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from openpars.jobs.models import Job
from openpars.jobs.models import State as JobState
from openpars.uploads import plan_keys, telling
from openpars.uploads.models import Upload
from openpars.uploads.states import UNDER_WAY, State

#: Where an upload stands again when its job came to nothing: as before, with what went wrong.
_BACK = {
    State.WAITING: State.FAILED,
    State.READING: State.FAILED,
    State.APPLYING: State.PLANNED,
    State.UNDOING: State.APPLIED,
}


def ended(job: Job) -> None:
    """Let the upload of a job that failed or was cancelled stand where it can go on from."""
    # What a killed attempt has left behind can be large; it goes when the job's end is written down.
    plan = Upload.objects.filter(job=job.pk).values_list("plan", flat=True).first()
    discard = partial(plan_keys.discard_before, job.pk, job.attempts + 1, but=plan)
    transaction.on_commit(discard, robust=True)
    upload = Upload.objects.select_for_update().filter(job=job.pk, state__in=UNDER_WAY).first()
    if upload is None:
        return
    if job.state == JobState.CANCELLED and upload.state in (State.WAITING, State.READING):
        upload.state = State.CANCELLED
    else:
        upload.problem = (
            job.error or "Something broke on our side. Nothing is half written; please try again."
        )
        upload.state = _BACK[State(upload.state)]
    upload.save(update_fields=["state", "problem"])
    if upload.state == State.FAILED:
        telling.finished(upload)
    telling.when_long(upload.pk)
