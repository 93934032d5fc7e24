"""Preparing files that take too long to be written while somebody waits: a worker writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.models import Provider
from openpars.accounts.scopes import Scope
from openpars.activities.summary import SummaryFilter
from openpars.formats.rows import Kind, Unreadable
from openpars.formats.templates import Form
from openpars.jobs import queue
from openpars.jobs.models import Job
from openpars.jobs.models import State as JobState
from openpars.jobs.running import Cancelled, Failed, Running
from openpars.uploads import exporting, marked, queries
from openpars.uploads.exporting import Format
from openpars.uploads.models import Download
from openpars.uploads.states import DownloadState

PREPARE = "uploads.prepare"
#: How long a file is kept once it is ready, and how long one is remembered that never became ready.
KEPT = timedelta(days=1)
#: Files of one provider that are under way at a time: workers do one job after the other, and others wait, too.
MOST_UNDER_WAY = 5
MARKING = "Marking the cells"
KEEPING = "Putting the file by"
_GONE = "The file is not kept any more, so it cannot be marked. Send it again."
_BEING_READ = "The file is being read again just now. When that is done, download it once more."


class What(StrEnum):
    """What a prepared file holds."""

    LIST = "list"
    TEMPLATE = "template"
    MARKED = "marked"


class TooMany(Exception):
    """As many files as may be are being prepared for the provider already."""


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be prepared, and what the file is called; the names are those of `Download`."""

    what: What
    file_name: str
    media_type: str
    form: str = ""
    kind: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    upload: UUID | None = None


def prepare(order: Order, *, scope: Scope, actor: Actor) -> Download:
    """Let a worker write a file; one that the same person has asked for, and that is under way, is answered.

    Raises PermissionDenied for a scope of many providers, and TooMany.
    """
    if scope.provider_id is None:
        raise PermissionDenied
    now = clock.now()
    with transaction.atomic():
        under_way = queries.downloads(scope).filter(state=DownloadState.WAITING)
        for one in under_way:
            if one.person_id == actor.person_id and _order_of(one) == order:
                return one
        if len(under_way) >= MOST_UNDER_WAY:
            raise TooMany
        download = Download(
            provider_id=scope.provider_id,
            person_id=actor.person_id,
            actor_name=actor.name,
            what=order.what.value,
            form=order.form,
            kind=order.kind,
            chosen=order.chosen,
            upload_id=order.upload,
            state=DownloadState.WAITING,
            file_name=order.file_name,
            media_type=order.media_type,
            created_at=now,
            kept_until=now + KEPT,
        )
        download.job = queue.enqueue(PREPARE, {"download": str(download.pk)}).id
        download.save(force_insert=True)
    return download


def _order_of(download: Download) -> Order:
    return Order(
        What(download.what),
        download.file_name,
        download.media_type,
        download.form,
        download.kind,
        download.chosen,
        download.upload_id,
    )


def may_cancel(download: Download, *, scope: Scope, actor: Actor) -> bool:
    """Say whether somebody may give a file up: who asked for it, and who may change things anyway."""
    return scope.may_write or (actor.person_id is not None and download.person_id == actor.person_id)


def cancel(download: Download, *, scope: Scope, actor: Actor) -> bool:
    """Give a file up; answers whether it was still under way. Raises PermissionDenied, NoSuchDownload."""
    if not may_cancel(download, scope=scope, actor=actor):
        raise PermissionDenied
    with transaction.atomic():
        held = queries.downloads(scope).select_for_update().filter(pk=download.pk).first()
        if held is None:
            raise queries.NoSuchDownload(download.pk)
        if held.state != DownloadState.WAITING:
            return False
        held.state = DownloadState.CANCELLED
        held.save(update_fields=["state"])
    if held.job is not None:
        queue.cancel(held.job)
    return True


def run(job: Running) -> None:
    """Write the file that the job names; it is there whole, or not at all."""
    download = Download.objects.filter(pk=UUID(job.args["download"]), job=job.id).first()
    if download is None or download.state != DownloadState.WAITING:
        return
    # One that was given back has the same number as its successor.
    _remove_before(download, job.attempt + 1)
    name = _stored_as(download, job.attempt)
    with _written(download, job) as content:
        job.progress(0, None, KEEPING)
        kept = default_storage.save(name, File(content, name=name))
    with transaction.atomic():
        job.hold_lease()
        held = Download.objects.select_for_update().filter(pk=download.pk).first()
        if held is not None and held.state == DownloadState.WAITING:
            held.state = DownloadState.READY
            held.file.name = kept
            held.size = default_storage.size(kept)
            held.kept_until = clock.now() + KEPT
            held.save(update_fields=["state", "file", "size", "kept_until"])
            return
    # Somebody has given it up meanwhile, or its day is over.
    default_storage.delete(kept)


def _written(download: Download, job: Running) -> BinaryIO:
    """Return what was asked for, open at its beginning."""
    if download.what == What.MARKED:
        return _marked(download, job)
    home = Provider.objects.select_related("accreditor").get(pk=download.provider_id)
    scope = Scope("system", provider_id=home.pk)
    chosen, kind = SummaryFilter.parse(download.chosen), Kind(download.kind)
    now, today = clock.now(), clock.today(home.accreditor.time_zone)
    total = exporting.count(scope, chosen, now=now)

    def watch(stage: str, done: int) -> None:
        if job.cancelled():
            raise Cancelled
        job.progress(done, total, stage)

    if download.what == What.TEMPLATE:
        return exporting.filled_template(
            scope, chosen, Form(download.form), kind=kind, now=now, today=today, watch=watch
        )
    return exporting.export(
        scope, chosen, Format(download.form), kind=kind, now=now, today=today, watch=watch
    )


def _marked(download: Download, job: Running) -> BinaryIO:
    """Return the file of an upload with its cells marked. Raises Failed, in words for people."""
    job.progress(0, None, MARKING)
    if download.upload is None:
        raise Failed(_GONE)
    try:
        return marked.marked(download.upload)
    except marked.BeingRead:
        raise Failed(_BEING_READ) from None
    except FileNotFoundError:
        raise Failed(_GONE) from None
    except Unreadable as unreadable:
        raise Failed(f"{unreadable.finding.message} {unreadable.finding.mend}") from unreadable


def ended(job: Job) -> None:
    """Say of the file of a job that failed or was cancelled that it will not come."""
    download = Download.objects.select_for_update().filter(job=job.pk).first()
    if download is None or download.state == DownloadState.READY:
        return
    # What a killed attempt has left behind goes when the job's end is written down.
    transaction.on_commit(partial(_remove_before, download, job.attempts + 1), robust=True)
    if download.state == DownloadState.WAITING:
        was_cancelled = job.state == JobState.CANCELLED
        download.state = DownloadState.CANCELLED if was_cancelled else DownloadState.FAILED
        download.problem = "" if was_cancelled else job.error
        download.save(update_fields=["state", "problem"])


def _stored_as(download: Download, attempt: int) -> str:
    """Return the name that an attempt stores the file under; no two attempts get in each other's way."""
    return f"downloads/{download.provider_id}/{download.pk}-{attempt}"


def _remove_before(download: Download, attempt: int) -> None:
    """Remove what the attempts before this one have left behind; most often that is nothing."""
    for earlier in range(1, attempt):
        default_storage.delete(_stored_as(download, earlier))
