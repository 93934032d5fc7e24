"""The only way to uploads: those of one provider, for somebody who may see its activities."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from openpars.accounts.scopes import Scope
from openpars.activities.models import Change
from openpars.uploads.models import Download, Upload, UploadFinding, UploadRow
from openpars.uploads.states import State


class NoSuchUpload(Exception):
    """There is no such upload, as far as the one who asks may know."""


class NoSuchDownload(Exception):
    """There is no such file to download, as far as the one who asks may know."""


def of(scope: Scope) -> QuerySet[Upload]:
    """Return the uploads of the scope's provider, newest first."""
    if not _has_provider(scope):
        return Upload.objects.none()
    return Upload.objects.filter(provider=scope.provider_id).order_by("-created_at", "-id")


def _has_provider(scope: Scope) -> bool:
    return scope.kind in ("provider", "accreditor", "system") and scope.provider_id is not None


def downloads(scope: Scope) -> QuerySet[Download]:
    """Return the files prepared, or under way, for the scope's provider, newest first."""
    if not _has_provider(scope):
        return Download.objects.none()
    return Download.objects.filter(provider=scope.provider_id).order_by("-created_at", "-id")


def download(scope: Scope, download_id: UUID) -> Download:
    """Return a prepared file; raises NoSuchDownload where there is none in the scope."""
    found = downloads(scope).filter(pk=download_id).first()
    if found is None:
        raise NoSuchDownload(download_id)
    return found


def one(scope: Scope, upload_id: UUID) -> Upload:
    """Return an upload; raises NoSuchUpload where there is none in the scope."""
    upload = of(scope).filter(pk=upload_id).first()
    if upload is None:
        raise NoSuchUpload(upload_id)
    return upload


def locked(upload_id: UUID, *, scope: Scope | None = None) -> Upload:
    """Return an upload and hold its row: for code that changes its state, inside a transaction.

    With a scope it has to be one of the scope's; jobs, which work for nobody in particular, give none. Raises
    NoSuchUpload.
    """
    found = Upload.objects.all() if scope is None else of(scope)
    try:
        return found.select_for_update().get(pk=upload_id)
    except Upload.DoesNotExist:
        raise NoSuchUpload(upload_id) from None


def rows(upload: Upload) -> QuerySet[UploadRow]:
    """Return the rows of an upload in the order of the file."""
    return UploadRow.objects.filter(upload=upload).order_by("number")


def findings(upload: Upload) -> QuerySet[UploadFinding]:
    """Return the findings of an upload, those about the whole file first, then by row."""
    return UploadFinding.objects.filter(upload=upload).order_by("row", "id")


def same_file(upload: Upload) -> Upload | None:
    """Return the last upload of this very file by the same provider that was applied, or None."""
    return (
        Upload.objects.filter(sha256=upload.sha256, provider=upload.provider_id, state=State.APPLIED)
        .exclude(pk=upload.pk)
        .order_by("-applied_at")
        .first()
    )


def written_by(upload: Upload, numbers: Collection[int]) -> dict[int, int]:
    """Return the activities that these rows were written to when the upload was applied, by row."""
    written = Change.objects.filter(upload=upload.pk, upload_row__in=numbers)
    return {
        row: activity for row, activity in written.values_list("upload_row", "activity") if row is not None
    }
