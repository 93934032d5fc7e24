"""The small pieces of text the rulebook shows to people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question people ask about a field, and the answer shown beside the form."""

    ask: str
    answer: str
