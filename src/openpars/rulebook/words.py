"""The small pieces of wording that fields carry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question people ask about a field, and the answer a colleague would give (plain text)."""

    ask: str
    answer: str
