"""What a verb answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpars.activities.models import Activity
from openpars.rulebook.findings import Finding


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed meanwhile, to another value than this edit's."""

    field: str
    base: Any
    theirs: Any
    mine: Any
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record.

    `done` says whether the record now stands as asked, `changed` names what that took (nothing, when it
    stood so already). When it is not done, nothing was written: `findings` and `conflicts` say why, and
    `activity` is the record as it is stored, if there is one.
    """

    activity: Activity | None
    findings: tuple[Finding, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    changed: tuple[str, ...] = ()
    created: bool = False
    done: bool = False
