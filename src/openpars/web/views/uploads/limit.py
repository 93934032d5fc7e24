"""What is too large to be taken in is read to its end and thrown away, so that the page can say so."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MEGABYTE = 1024 * 1024
#: What a form holds besides its file.
_BESIDES = MEGABYTE


class WithinLimit(FileUploadHandler):
    """Keeps a file off the disk of which its browser said beforehand that it is too large."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Give up before the first byte is kept. Raises StopUpload.

        What comes is read here, for Django would read it by lines, and a line may have gigabytes.
        """
        super().new_file(*args, **kwargs)
        if self.request is not None and is_too_large(self.request):
            while self.request.read(MEGABYTE):
                pass
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - as Django calls it
        """Pass on what comes."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""


def is_too_large(request: HttpRequest) -> bool:
    """Say whether more is sent than the largest file that is taken in."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return length.isdigit() and int(length) > settings.UPLOAD_BYTES + _BESIDES
