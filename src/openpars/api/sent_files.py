"""A file sent to the web services: the body as it is, or the file of a form. It never stands in memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDictKeyError

from openpars.api import bodies
from openpars.api.problems import Problem
from openpars.rulebook.rules import finding

_CHUNK: Final = 1024 * 1024
_IN_MEMORY: Final = 2 * _CHUNK
FORM: Final = "multipart/form-data"
#: What a body is called when nobody says its name, by its media type.
_NAMES: Final = {
    "application/json": "activities.json",
    "application/x-ndjson": "activities.jsonl",
    "application/xml": "activities.xml",
    "text/xml": "activities.xml",
    "text/csv": "activities.csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "activities.xlsx",
}


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent, open at its beginning: its name, and what tells it from others."""

    file: File[bytes]
    name: str
    digest: bytes


@contextmanager
def sent_file(request: HttpRequest) -> Iterator[SentFile]:
    """Give the file of a request for the length of the block.

    Raises Problem: 400 when the body broke off, is no form that can be read, or a form without a file; 413 when
    it is larger than files may be.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length) > settings.UPLOAD_BYTES + _CHUNK:
        raise too_large()
    if bodies.media_type(request) == FORM:
        file = _of_form(request)
        yield SentFile(file, file.name or "", _digest(file))
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        body = cast(BinaryIO, spooled)
        _copy(request, body)
        file = File(body)
        yield SentFile(file, _NAMES.get(bodies.media_type(request), "activities.txt"), _digest(file))


def too_large() -> Problem:
    """Return the problem of a file that is larger than files may be."""
    found = finding("file.too_large", limit=f"{settings.UPLOAD_BYTES // _CHUNK} MB")
    # What is left of it is not read, so the connection cannot be used again.
    return Problem(413, None, f"{found.message} {found.mend}", [found], headers={"Connection": "close"})


def _of_form(request: HttpRequest) -> File[bytes]:
    try:
        file = request.FILES["file"]
    except (MultiValueDictKeyError, MultiPartParserError, SuspiciousOperation) as error:
        detail = "Send the file as the part “file” of the form, or as the body itself."
        raise Problem(400, "No file in the form", detail) from error
    return cast("File[bytes]", file)


def _copy(request: HttpRequest, target: BinaryIO) -> None:
    """Write the body to a file. Raises Problem when it is too large, or ends before it should."""
    source = bodies.stream(request)
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > settings.UPLOAD_BYTES:
            raise too_large()
        target.write(chunk)
    told = request.META.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdigit() and size < int(told):
        raise Problem(400, None, f"The file broke off after {size:,} of {int(told):,} bytes. Send it again.")


def _digest(file: File[bytes]) -> bytes:
    """Return what tells the content from others, and leave the file open at its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()
