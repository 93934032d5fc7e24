"""Who does which kind of job. Rooms above say so when their app is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpars.jobs.models import Job

if TYPE_CHECKING:
    from openpars.jobs.running import Running

Handle = Callable[["Running"], None]
Ended = Callable[[Job], None]


class UnknownKind(LookupError):
    """Nobody has said how jobs of this kind are done."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How jobs of one kind are done, and what to do when one failed or was cancelled."""

    handle: Handle
    ended: Ended | None


_handlers: dict[str, Handler] = {}
_chores: list[Callable[[], object]] = []


def register(kind: str, handle: Handle, *, ended: Ended | None = None) -> None:
    """Let `handle` do the jobs of this kind.

    `handle` is called in a process of its own with a `Running` job. It must be able to start anew at any
    time: a job whose process was killed is done again from its start, and one whose last commit came
    through just before is done again as well. Returning ends the job as done.

    `ended` is called when a job failed or was cancelled, whether `handle` was ever called or not, in the
    transaction that says so, with `job.state` and `job.error` set. It should be quick, and look at what is
    stored before it changes it: the work may have been committed all the same.
    """
    _handlers[kind] = Handler(handle, ended)


def each_hour(chore: Callable[[], object]) -> None:
    """Have a worker do something about once an hour, between two jobs. It should be quick."""
    _chores.append(chore)


def chores() -> list[Callable[[], object]]:
    """Return what is to be done about once an hour."""
    return [*_chores]


def kinds() -> list[str]:
    """Return the kinds of jobs that can be done here."""
    return sorted(_handlers)


def of(kind: str) -> Handler:
    """Return who does jobs of this kind; raises UnknownKind."""
    try:
        return _handlers[kind]
    except KeyError:
        message = f"No handler is registered for jobs of the kind {kind!r}."
        raise UnknownKind(message) from None
