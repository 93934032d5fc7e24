"""The index on this machine's disk: where it lies, and how it is read.

    passport-index/
      current         the name of the generation that is read; renamed into place, so it is whole or not there
      doubted         somebody met an index that could not be read; whoever follows looks at it
      wanted          somebody wants it made anew
      lock            held by the one process that writes
      <generation>/   one index, and `followed`: how far it has followed the changes

A generation's name begins with the version of its shape. Each is made from nothing by a rebuild and then followed;
the one that is read is never half made. All of it is a copy that can be thrown away at any time: no backup holds it,
and every machine keeps its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

from django.conf import settings
from tantivy import Index, Schema, Searcher

from openpars.passport.schema import SCHEMA_VERSION, analyzers

log = logging.getLogger(__name__)

#: Files by which those who read ask something of the one who writes.
DOUBTED, WANTED = "doubted", "wanted"
#: How the library says that a file does not hold what it should.
_TORN = ("An IO error occurred", "Data corrupted", "Failed to open file for read")
#: Seconds until an index that could not be opened is tried again, though nothing seems to have changed.
_AGAIN = 1.0


class NoIndex(Exception):
    """There is no index (yet): it is missing, torn or of another shape, and is being made."""


@dataclass(frozen=True)
class Snapshot:
    """The index as it was last committed: what is searched, until the next commit."""

    searcher: Searcher
    schema: Schema
    index: Index
    generation: str


#: What tells one content of a file from another: its number, when it was written, and its size.
_Stamp = tuple[int, int, int] | None


@dataclass
class _Opened:
    """What this process has opened, or could not open: by the files that say so."""

    folder: Path | None = None
    pointer: _Stamp = None
    generation: str = ""
    commit: _Stamp = None
    snapshot: Snapshot | None = None
    tried: float = 0.0


_lock = Lock()
_opened = _Opened()


def folder() -> Path:
    """Return the folder that all generations lie in."""
    return Path(settings.DATA) / "passport-index"


def current(here: Path) -> str:
    """Return the name of the generation that is read, whatever its shape; empty when there is none."""
    try:
        name = (here / "current").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    return name if name.replace("-", "").isalnum() else ""


def is_of_this_shape(generation: str) -> bool:
    """Say whether a generation holds what this version would put into it."""
    return generation.startswith(f"{SCHEMA_VERSION}-")


def snapshot() -> Snapshot:
    """Return the index as it was last committed; raises NoIndex.

    It costs a look at two files. The index is opened when there is another generation, and read on when there is
    another commit.
    """
    global _opened  # noqa: PLW0603 - one process has one opened index
    here = folder()
    with _lock:
        pointer = _stamp(here / "current")
        if _opened.folder != here or _opened.pointer != pointer:
            _opened = _Opened(here, pointer, current(here))
        seen = _opened
        if not is_of_this_shape(seen.generation):
            raise NoIndex
        commit = _stamp(here / seen.generation / "meta.json")
        if seen.commit != commit or (seen.snapshot is None and monotonic() - seen.tried > _AGAIN):
            seen.snapshot = _read(here, seen)
            seen.commit, seen.tried = commit, monotonic()
        if seen.snapshot is None:
            raise NoIndex
        return seen.snapshot


@contextmanager
def reading() -> Iterator[Snapshot]:
    """Give the index as it was last committed, to be read within the block; raises NoIndex.

    It does so, too, when the index turns out to be torn while it is read.
    """
    found = snapshot()
    try:
        yield found
    except BaseException as problem:
        # Where bytes make no sense the library panics, and that is no Exception.
        if type(problem).__name__ != "PanicException" and not str(problem).startswith(_TORN):
            raise
        log.warning("The index of CME Passport cannot be read: %s", problem)
        doubt()
        raise NoIndex from problem


def doubt() -> None:
    """Say that the index could not be read: whoever follows looks at it, and makes it anew if it is torn."""
    try:
        (folder() / DOUBTED).touch()
    except OSError:
        log.warning("That cannot be written down either", exc_info=True)


def _read(here: Path, seen: _Opened) -> Snapshot | None:
    """Read the last commit of the generation, on from what was read of it before."""
    try:
        if seen.snapshot is not None:
            index = seen.snapshot.index
            index.reload()
        else:
            index = Index.open(str(here / seen.generation))
            analyzers(index)
            # Nobody watches the folder: the look at the files that comes first says when there is more to read.
            index.config_reader("manual")
            index.reload()
        return Snapshot(index.searcher(), index.schema, index, seen.generation)
    except (ValueError, OSError) as problem:
        log.warning("The index of CME Passport cannot be read: %s", problem)
        doubt()
        return None


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
