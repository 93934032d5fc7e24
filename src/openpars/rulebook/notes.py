"""What a reading collects on its way: refused answers, findings, unknown keys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds.trouble import Trouble, text_of
from openpars.rulebook.paths import generic_path
from openpars.rulebook.rules import finding, rule_for


@dataclass(slots=True)
class Notes:
    """The notes of one reading.

    `implied` holds what old codes stand for besides: the code as given, the other field, its answer.
    """

    today: date
    rejected: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    implied: list[tuple[str, str, str]] = field(default_factory=list)

    def count(self) -> int:
        """Return how much has been noted so far; every refusal is a finding too."""
        return len(self.findings) + len(self.unknown) + len(self.implied)

    def refuse(self, path: str, raw: Any, trouble: Trouble) -> None:
        """Keep the text of an answer that cannot be stored, and say why."""
        text = text_of(raw)
        self.rejected[path] = text
        self.tell(path, text, trouble)

    def tell(self, path: str, text: str, trouble: Trouble) -> None:
        """Say what is wrong with a text, without keeping it."""
        rule = rule_for(generic_path(path), trouble.problem)
        self.findings.append(finding(rule, path=path, value=text, where=None, **trouble.words))


Reader = Callable[[Any, str, Notes], Any]
"""Reads what was given for a field at a path: returns the canonical answer, None where there is none."""
