"""The writing side of the index's folder: one process at a time makes generations, and lets one of them be read."""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

import msgspec

from openpars.passport import store
from openpars.passport.schema import SCHEMA_VERSION


class Followed(msgspec.Struct, frozen=True):
    """How far a generation has followed the changes: a cursor of the feed, and the sign of its history."""

    cursor: int
    sign: str


@dataclass
class Held:
    """The folder, while this process is the one that writes there."""

    folder: Path
    _lock: IO[str]

    def is_ours(self) -> bool:
        """Say whether it still is: somebody may have thrown the folder away, and begun another."""
        try:
            return (self.folder / "lock").stat().st_ino == os.fstat(self._lock.fileno()).st_ino
        except OSError:
            return False

    def let_go(self) -> None:
        """Let others write there."""
        self._lock.close()


def hold() -> Held | None:
    """Become the one that writes into the index's folder; nothing is returned while another process does."""
    folder = store.folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / "lock").open("a")
    try:
        # It is let go by itself when the process ends, however that happens.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return Held(folder, lock)


def begin(held: Held) -> Path:
    """Return the empty folder of a new generation, which nobody reads yet."""
    generation = held.folder / f"{SCHEMA_VERSION}-{uuid4().hex}"
    generation.mkdir(mode=0o700)
    return generation


def publish(held: Held, generation: Path) -> None:
    """Let a generation be read from now on."""
    _put(held.folder / "current", generation.name)


def clear(held: Held) -> None:
    """Remove every generation but the one that is read, and what was left half written.

    Who reads one of them at this moment goes on to the end: an open file stays.
    """
    current = store.current(held.folder)
    for path in held.folder.iterdir():
        if path.is_dir() and path.name != current:
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix == ".partial":
            path.unlink(missing_ok=True)


def note(generation: Path, followed: Followed) -> None:
    """Write down how far a generation has followed; it has been committed before."""
    _put(generation / "followed", msgspec.json.encode(followed).decode())


def followed(generation: Path) -> Followed | None:
    """Return how far a generation has followed; None where that cannot be read."""
    try:
        return msgspec.json.decode((generation / "followed").read_bytes(), type=Followed)
    except (OSError, msgspec.DecodeError):
        return None


def ask(word: str) -> None:
    """Ask something of the process that writes: `store.DOUBTED` or `store.WANTED`."""
    folder = store.folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / word).touch()


def is_asked(held: Held, word: str) -> bool:
    """Say whether somebody asks for it."""
    return (held.folder / word).exists()


def answered(held: Held, word: str) -> None:
    """Note that it has been done."""
    (held.folder / word).unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    """Put a small file there, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
