"""Uploaded files in a backup: streamed out of Django's storage and back into it, each with its hash."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import IO, Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name

_BLOCK = 1 << 20


def write(archive: zipfile.ZipFile, names: Iterable[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Write stored files into an archive; answers `name` and `sha256` of each, and the names of missing ones."""
    written, missing = [], []
    for name in names:
        try:
            source = default_storage.open(name)
        except FileNotFoundError:
            missing.append(name)
            continue
        digest = hashlib.sha256()
        with source, archive.open(member(name), "w", force_zip64=True) as out:
            while block := source.read(_BLOCK):
                digest.update(block)
                out.write(block)
        written.append({"name": name, "sha256": digest.hexdigest()})
    return written, missing


def member(name: str) -> str:
    """Return what a stored file is called in an archive."""
    return f"stored/{name}"


def is_entry(value: Any) -> bool:
    """Say whether `value` is an entry of `write` whose name leads nowhere but into the storage."""
    match value:
        case {"name": str(name), "sha256": str()}:
            with suppress(SuspiciousFileOperation):
                return bool(validate_file_name(name, allow_relative_path=True))
    return False


def damaged(archive: zipfile.ZipFile, entries: Iterable[dict[str, str]]) -> str | None:
    """Return the name of the first file that is not as it was written, if there is one."""
    for entry in entries:
        with archive.open(member(entry["name"])) as source:
            if _sum(source) != entry["sha256"]:
                return entry["name"]
    return None


def put(archive: zipfile.ZipFile, entries: Iterable[dict[str, str]]) -> list[str]:
    """Put the files of an archive into the storage, and return the names of those that were not there before.

    A stored file never changes under its name: one that is there with other content is replaced.
    """
    new = []
    for entry in entries:
        name = entry["name"]
        if default_storage.exists(name):
            with default_storage.open(name) as stored:
                if _sum(stored) == entry["sha256"]:
                    continue
            default_storage.delete(name)
        else:
            new.append(name)
        with archive.open(member(name)) as source:
            default_storage.save(name, File(source))
    return new


def remove(names: Collection[str]) -> None:
    """Remove files from the storage."""
    for name in names:
        default_storage.delete(name)


def _sum(source: IO[bytes] | File[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()
