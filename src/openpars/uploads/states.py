"""Where an upload stands, and what can be done with it there."""

from enum import StrEnum

from openpars.activities.verbs.plan import Result

__all__ = ["CANCELLABLE", "READABLE", "UNDER_WAY", "WRITTEN", "DownloadState", "Result", "State"]


class State(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    """Received; a worker will read it."""
    READING = "reading"
    MAPPING = "mapping"
    """Its headings are strange: a person says what the columns hold."""
    UNREADABLE = "unreadable"
    PLANNED = "planned"
    """Read, checked and planned: nothing is written yet."""
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """Something broke on our side; nothing is half written, and it can be tried again."""


class DownloadState(StrEnum):
    """Where a file stands that is prepared to be downloaded."""

    WAITING = "waiting"
    """A worker will write it, or does so."""
    READY = "ready"
    CANCELLED = "cancelled"
    FAILED = "failed"


#: A worker is at it: the page shows how far, and asks again.
UNDER_WAY = frozenset({State.WAITING, State.READING, State.APPLYING, State.UNDOING})
#: States in which a person can give it up before anything is written.
CANCELLABLE = frozenset({State.WAITING, State.READING, State.MAPPING, State.PLANNED, State.UNREADABLE})
#: States from which the file can be read (again).
READABLE = frozenset({State.WAITING, State.READING, State.MAPPING, State.PLANNED, State.FAILED})
#: Results that a plan writes.
WRITTEN = (Result.NEW, Result.CHANGED, Result.DELETED)
