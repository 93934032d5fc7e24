"""Where an upload stands and what came of it, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openpars.formats.rows import Kind
from openpars.uploads.models import Upload
from openpars.uploads.states import Result, State


@dataclass(frozen=True, slots=True)
class Badge:
    """What a state or a result is called, with its icon and its color (a class behind `op-status--`)."""

    words: str
    icon: str
    tone: str


#: What a state is called, and the sentence that says what it means.
STATES: Final[dict[State, tuple[Badge, str]]] = {
    State.WAITING: (Badge("Waiting", "schedule", "draft"), "It is read as soon as it is its turn."),
    State.READING: (Badge("Being read", "update", "draft"), "Nothing is written yet."),
    State.MAPPING: (
        Badge("Needs your answer", "help", "ready"),
        "Say what its columns hold, then it can be read.",
    ),
    State.UNREADABLE: (Badge("Cannot be read", "error", "trouble"), "Nothing was written."),
    State.PLANNED: (Badge("Planned", "visibility", "ready"), "Nothing is written yet."),
    State.APPLYING: (Badge("Being applied", "update", "closed"), "All of it is written at once."),
    State.APPLIED: (Badge("Applied", "check_circle", "active"), ""),
    State.UNDOING: (Badge("Being undone", "update", "closed"), ""),
    State.UNDONE: (Badge("Undone", "undo", "draft"), "Everything is as it was before."),
    State.CANCELLED: (Badge("Canceled", "close", "draft"), "Nothing was written."),
    State.FAILED: (Badge("Something went wrong", "error", "trouble"), "Nothing was written."),
}
#: What becomes of a row while it is planned, and what has become of it once it was applied.
RESULTS: Final[dict[Result, tuple[Badge, str]]] = {
    Result.NEW: (Badge("New", "add", "active"), "Added"),
    Result.CHANGED: (Badge("Changed", "edit", "closed"), "Changed"),
    Result.UNCHANGED: (Badge("Unchanged", "check", "draft"), "Unchanged"),
    Result.DELETED: (Badge("Deleted", "delete", "ready"), "Deleted"),
    Result.BLOCKED: (Badge("Blocked", "error", "trouble"), "Not written"),
}
KINDS: Final[dict[Kind, str]] = {
    Kind.ACTIVITIES: "Activities",
    Kind.LEARNER_COUNTS: "Learner counts",
}


def badge_of(upload: Upload) -> Badge:
    """Return the state of an upload as a badge."""
    return STATES[State(upload.state)][0]


def meaning_of(upload: Upload) -> str:
    """Return what the state means, in a sentence; empty where the badge says it all."""
    return STATES[State(upload.state)][1]


def counted(upload: Upload) -> str:
    """Return what the rows of an upload would do, or have done: "12 new, 3 changed"; empty before the plan."""
    counts = upload.counts
    told = [
        f"{counts[result]:,} {RESULTS[result][0].words.lower()}" for result in RESULTS if counts.get(result)
    ]
    return ", ".join(told)
