"""Who has which internal ID, while the edits of one call give and take them in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from openpars.activities import queries

TAKEN = "activity.internal_id.taken"


class InternalIds:
    """The internal IDs in use, of those that a call would give to activities: (provider id, internal ID)."""

    def __init__(self, wanted: Iterable[tuple[int, str]]) -> None:
        by_provider: dict[int, set[str]] = defaultdict(set)
        for provider_id, internal_id in wanted:
            by_provider[provider_id].add(internal_id)
        self._used = {
            (provider_id, internal_id)
            for provider_id, internal_ids in by_provider.items()
            for internal_id, _ in queries.internal_ids(provider_id, sorted(internal_ids))
        }

    def is_taken(self, provider_id: int, internal_id: str) -> bool:
        """Say whether an activity has this internal ID already."""
        return (provider_id, internal_id) in self._used

    def change(self, provider_id: int, *, before: str | None, after: str | None) -> None:
        """Note that an activity gives up one internal ID and takes another."""
        if before != after:
            self._used.discard((provider_id, before or ""))
            if after:
                self._used.add((provider_id, after))
