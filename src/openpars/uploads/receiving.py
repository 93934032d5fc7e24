"""Receiving a file: kept as it came, its hash taken, and a job that reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.formats.rows import Kind
from openpars.jobs import queue
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding
from openpars.uploads.models import Upload
from openpars.uploads.states import State

CHECK = "uploads.check"
"""The kind of job that reads, checks and plans an upload."""
_MEGABYTE = 1024 * 1024


class Refused(Exception):
    """A file that is not even taken in; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def receive(
    file: File[bytes],
    *,
    name: str,
    kind: Kind,
    adopt: bool,
    scope: Scope,
    actor: Actor,
    door: Door,
    now: datetime,
    page: Callable[[UUID], str] | None = None,
) -> Upload:
    """Take a file in and let a worker read it.

    `page` gives the full address of the upload's page, for the letter when it takes long.
    Raises PermissionDenied when the scope may not write, and Refused for a file that is empty or larger than
    `settings.UPLOAD_BYTES`.
    """
    if not scope.may_write or scope.provider_id is None:
        raise PermissionDenied
    size = file.size or 0
    if size == 0:
        raise Refused(finding("file.empty"))
    if size > settings.UPLOAD_BYTES:
        raise Refused(finding("file.too_large", limit=f"{settings.UPLOAD_BYTES // _MEGABYTE} MB"))
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    upload = Upload(
        provider_id=scope.provider_id,
        person_id=actor.person_id,
        actor_name=actor.name,
        door=door.value,
        state=State.WAITING,
        file_name=shown_name(name),
        size=size,
        sha256=digest.hexdigest(),
        kind=kind.value,
        adopt=adopt,
        created_at=now,
        asked_at=now,
    )
    if page is not None:
        upload.page = page(upload.pk)
    upload.file.save(str(upload.pk), file, save=False)
    try:
        with transaction.atomic():
            upload.job = _read(upload)
            upload.save(force_insert=True)
    except BaseException:
        upload.file.delete(save=False)
        raise
    return upload


def read_again(upload: Upload) -> None:
    """Let a worker read and plan the file anew. Inside a transaction that holds the upload's row."""
    upload.state = State.WAITING
    upload.problem = ""
    upload.moved = {}
    upload.asked_at = clock.now()
    upload.job = _read(upload)
    upload.save(update_fields=["state", "problem", "moved", "asked_at", "job"])


def _read(upload: Upload) -> UUID:
    return queue.enqueue(CHECK, {"upload": str(upload.pk)}).id


def shown_name(name: str) -> str:
    """Return what a file is called, without folders and what cannot be shown, at most 255 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip()
    return clean[-255:] or "file"
