"""A finding: one thing that is wrong with an answer, as data, in words for people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """How far an activity can go while a finding stands."""

    VALID = "valid"
    """The answer cannot be stored as given."""
    DRAFT = "draft"
    """Needed for the activity to be saved at all."""
    ACTIVE = "active"
    """Needed for the activity to become Active."""
    CLOSE = "close"
    """Needed for the activity to be closed."""
    CONFIRM = "confirm"
    """A warning that a person may let stand."""


BLOCKING = frozenset({Stage.VALID, Stage.DRAFT})


@dataclass(frozen=True, slots=True)
class Where:
    """Where in a file a finding was made. `row` counts as the spreadsheet does, its header included."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the four coordinates as plain JSON."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "cell": self.cell}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong (`message`), how to mend it (`mend`), by which rule, and at which path."""

    rule: str
    stage: Stage
    path: str
    value: str | None
    message: str
    mend: str
    where: Where | None = None

    @property
    def blocks(self) -> bool:
        """Say whether the answer cannot be saved while this finding stands."""
        return self.stage in BLOCKING

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the answer, `""` for the whole activity."""
        return "/" + self.path.replace(".", "/") if self.path else ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON, the same shape behind every door."""
        return {
            "rule": self.rule,
            "stage": self.stage.value,
            "blocks": self.blocks,
            "path": self.path,
            "value": self.value,
            "message": self.message,
            "mend": self.mend,
            "pointer": self.pointer,
            "where": self.where.as_json() if self.where else None,
        }
