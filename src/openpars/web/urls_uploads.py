"""Addresses of a provider's uploads, and of the files it downloads."""

from django.urls import path

from openpars.web.views.uploads import (
    columns,
    deciding,
    downloads,
    findings,
    listing,
    mending,
    prepared,
    rows,
    sending,
    upload,
)

_UPLOADS = "providers/<str:number>/uploads/"
_UPLOAD = f"{_UPLOADS}<uuid:upload_id>/"
_DOWNLOADS = "providers/<str:number>/downloads/"
_DOWNLOAD = f"{_DOWNLOADS}<uuid:download_id>/"

urlpatterns = [
    path(_UPLOADS, listing.uploads, name="uploads"),
    path(f"{_UPLOADS}add/", sending.add, name="upload-add"),
    path(f"{_UPLOADS}bring-over/", sending.bring_over, name="upload-bring-over"),
    path(f"{_UPLOADS}templates/", downloads.templates, name="upload-templates"),
    path(f"{_UPLOADS}templates/<slug:kind>/<slug:form>/", downloads.template, name="upload-template-filled"),
    path("providers/<str:number>/activities/export/<slug:form>/", downloads.export, name="activities-export"),
    path(_UPLOAD, upload.upload, name="upload"),
    path(f"{_UPLOAD}progress/", upload.progress, name="upload-progress"),
    path(f"{_UPLOAD}columns/", columns.columns, name="upload-columns"),
    path(f"{_UPLOAD}rows/", rows.rows, name="upload-rows"),
    path(f"{_UPLOAD}findings/", findings.findings, name="upload-findings"),
    path(f"{_UPLOAD}fix/", mending.fix, name="upload-fix"),
    path(f"{_UPLOAD}apply/", deciding.apply, name="upload-apply"),
    path(f"{_UPLOAD}plan-again/", deciding.plan_again, name="upload-plan-again"),
    path(f"{_UPLOAD}cancel/", deciding.cancel, name="upload-cancel"),
    path(f"{_UPLOAD}undo/", deciding.undo, name="upload-undo"),
    path(f"{_UPLOAD}file/", downloads.file, name="upload-file"),
    path(f"{_UPLOAD}marked/", downloads.marked, name="upload-marked"),
    path(_DOWNLOADS, prepared.downloads, name="downloads"),
    path(_DOWNLOAD, prepared.download, name="download"),
    path(f"{_DOWNLOAD}progress/", prepared.progress, name="download-progress"),
    path(f"{_DOWNLOAD}file/", prepared.file, name="download-file"),
    path(f"{_DOWNLOAD}cancel/", prepared.cancel, name="download-cancel"),
]
