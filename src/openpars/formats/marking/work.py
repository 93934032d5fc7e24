"""What is to be marked, as the process that wants it tells the child that does it."""

from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Final

import msgspec

from openpars.formats.rows import Layout, Limits
from openpars.rulebook.catalogue import STAGE_WORDS
from openpars.rulebook.findings import Finding, Stage

MOST_LISTED: Final = 100_000
"""How many findings are marked; who has more corrects these first."""
MOST_LATER: Final = 20_000
"""How many of them may be about what is needed later only."""


class Work(msgspec.Struct):
    """A file to be marked: the arguments of `marking.mark`, the findings in a file of their own, and how many more."""

    source: str
    out: str
    findings: str
    more: int
    layout: Layout
    limits: Limits

    def each_finding(self) -> Iterator[Finding]:
        """Give the findings that are to be marked, in the order in which they were found."""
        decode = msgspec.json.Decoder(Finding).decode
        with Path(self.findings).open("rb") as spool:
            yield from map(decode, spool)


class Severity(IntEnum):
    """How serious a finding is; each has a color of its own."""

    LATER = 1
    CONFIRM = 2
    BLOCKS = 3


def severity_of(found: Finding) -> Severity:
    """Return how serious a finding is."""
    if found.blocks:
        return Severity.BLOCKS
    return Severity.CONFIRM if found.stage is Stage.CONFIRM else Severity.LATER


def kind_of(found: Finding) -> str:
    """Return in words how serious a finding is."""
    return "Has to be corrected" if found.blocks else STAGE_WORDS[found.stage]


def more_than_listed(more: int) -> str:
    """Return the words that stand behind the findings where there are more."""
    return f"{more:,} more findings are not listed. Correct these and send the file again."
