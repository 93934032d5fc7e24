"""Which activities look alike (same title, format, dates and city), so that none is entered twice unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from openpars.activities import queries
from openpars.activities.cautions import LOOKS_LIKE_ANOTHER
from openpars.activities.records import Stored
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding


class Lookalikes:
    """The activities that those of a call would look like: by (provider id, likeness)."""

    def __init__(self, wanted: Iterable[tuple[int, int]]) -> None:
        by_provider: dict[int, set[int]] = defaultdict(set)
        for provider_id, likeness in wanted:
            by_provider[provider_id].add(likeness)
        self._alike: dict[tuple[int, int], set[tuple[int | None, UUID | None]]] = defaultdict(set)
        for provider_id, likenesses in by_provider.items():
            for likeness, activity_id, group in queries.alike(provider_id, sorted(likenesses)):
                self._alike[provider_id, likeness].add((activity_id, group))

    def cautions(self, activity: Stored | None, *, provider_id: int, likeness: int) -> list[Finding]:
        """Return a finding when this activity (None: a new one) would look like one outside its repeat group."""
        for activity_id, group in self._alike.get((provider_id, likeness), ()):
            if activity is None or (
                activity_id != activity.activity_id and (group is None or group != activity.repeat_group)
            ):
                return [finding(LOOKS_LIKE_ANOTHER, value=str(activity_id or ""))]
        return []

    def add(self, activity: Stored | None, *, provider_id: int, likeness: int) -> None:
        """Note that this activity will look so, for those that come after it."""
        known = (None, None) if activity is None else (activity.activity_id, activity.repeat_group)
        self._alike[provider_id, likeness].add(known)
