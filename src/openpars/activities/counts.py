"""Learner counts of enduring materials: cumulative totals, one kept for each year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openpars.activities.records import Answers

COUNTS = ("physicians", "other_learners")


def is_cumulative(answers: Mapping[str, Any]) -> bool:
    """Say whether the activity's counts add up over the years."""
    return answers.get("format") == "EM"


def yearly(answers: Mapping[str, Any], *, today: date) -> list[Answers]:
    """Return the yearly counts after these answers: of each year, what was counted last in it.

    Counts without an *as of* date were counted today.
    """
    kept: list[Answers] = list(answers.get("yearly_counts") or ())
    counted = {name: answers.get(name) for name in COUNTS}
    if not is_cumulative(answers) or all(count is None for count in counted.values()):
        return kept
    as_of = answers.get("counts_as_of") or today.isoformat()
    years = {entry["as_of"][:4]: entry for entry in kept}
    if as_of[:4] not in years or years[as_of[:4]]["as_of"] <= as_of:
        years[as_of[:4]] = {"as_of": as_of, **counted}
    return [years[year] for year in sorted(years)]


def fallen(before: Mapping[str, Any], after: Mapping[str, Any], *, today: date) -> str | None:
    """Return which cumulative total is lower than one counted earlier or until now, or None."""
    if not is_cumulative(after):
        return None
    as_of = after.get("counts_as_of") or today.isoformat()
    earlier = [entry for entry in before.get("yearly_counts") or () if entry["as_of"] <= as_of]
    if (before.get("counts_as_of") or as_of) <= as_of:
        earlier.append(before)
    for name in COUNTS:
        count = after.get(name)
        if count is None or count == before.get(name):
            continue
        if any((entry.get(name) or 0) > count for entry in earlier):
            return name
    return None
