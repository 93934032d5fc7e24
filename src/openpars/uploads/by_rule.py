"""The findings of a file, counted by rule: how many, and in which rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from openpars.rulebook.findings import Finding

#: Ranges of rows kept for each rule; what lies beyond is counted.
MOST_RANGES = 60


@dataclass(slots=True)
class _Met:
    """One rule that was met, in words of the first finding."""

    first: Finding
    count: int = 0
    rows: int = 0
    last: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    beyond: int = 0

    def add(self, row: int | None) -> None:
        self.count += 1
        if row is None or row == self.last:
            return
        self.rows += 1
        if self.ranges and self.last == self.ranges[-1][1] and row == self.last + 1:
            self.ranges[-1][1] = row
        elif len(self.ranges) < MOST_RANGES:
            self.ranges.append([row, row])
        else:
            self.beyond += 1
        self.last = row


class ByRule:
    """Counts findings by rule and column while they come in, in the order of rows."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], _Met] = {}

    def add(self, found: Finding, *, row: int | None) -> None:
        """Count one finding."""
        column = (found.where.column if found.where else None) or ""
        met = self._met.get((found.rule, column))
        if met is None:
            met = self._met[found.rule, column] = _Met(found)
        met.add(row)

    def as_json(self) -> list[dict[str, Any]]:
        """Return for each rule and column what it says, how often, and where; what blocks comes first."""
        entries = [
            {
                "rule": rule,
                "column": column,
                "stage": met.first.stage.value,
                "blocks": met.first.blocks,
                "message": met.first.message,
                "mend": met.first.mend,
                "count": met.count,
                "rows": met.rows,
                "ranges": met.ranges,
                "beyond": met.beyond,
            }
            for (rule, column), met in self._met.items()
        ]
        return sorted(entries, key=lambda entry: (not entry["blocks"], -entry["count"], entry["rule"]))
