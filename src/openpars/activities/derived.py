"""The columns that are worked out from the answers, so that lists, filters and totals need nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openpars.activities.folding import cut, fold, signed_hash
from openpars.activities.models import SEARCH_BYTES
from openpars.rulebook import VERSION
from openpars.rulebook.judging import is_asked
from openpars.rulebook.lifecycle import Reach, ends_at, reach

FIRST_CRITERION = 23
#: The longest that an activity ID can get.
ID_BYTES = 10
#: The fields that make two activities look alike; the delivery methods say whether there is a city.
LIKENESS = frozenset({"title", "format", "start_date", "end_date", "delivery_methods", "city"})


def derive(
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    *,
    activity_id: int | None,
    zone: str,
    today: date,
    reached: Reach | None = None,
) -> dict[str, Any]:
    """Return the derived columns of a record: its answers, its rejected texts, its accreditor's time zone.

    `reached` is how far the answers reach, where that has been worked out already; without an activity ID
    `search_text` waits for it.
    """
    return {
        "complete_for": int(reach(answers, rejected, today) if reached is None else reached),
        "rulebook_version": VERSION,
        "ends_at": ends_at(date.fromisoformat(answers["end_date"]), zone),
        "search_text": search_text(answers, activity_id=activity_id),
        "year": int(answers["start_date"][:4]),
        "criteria_mask": criteria_mask(answers),
        "needs_attention": bool(rejected),
        "likeness": likeness(answers),
    }


def search_text(answers: Mapping[str, Any], *, activity_id: int | None) -> str:
    """Return what the summary searches and sorts titles by: folded title, internal ID, activity ID.

    Without an activity ID it is the text that any one has to be appended to.
    """
    named = cut(f" {fold(answers.get('internal_id') or '')}", SEARCH_BYTES // 2) + " "
    title = cut(fold(answers["title"]), SEARCH_BYTES - ID_BYTES - len(named.encode()))
    return f"{title}{named}{'' if activity_id is None else activity_id}"


def criterion_bit(code: str) -> int:
    """Return the bit of a commendation criterion's code (C23, C24, ...) in `criteria_mask`."""
    return 1 << (int(code[1:]) - FIRST_CRITERION)


def criteria_mask(answers: Mapping[str, Any]) -> int:
    """Return the marked commendation criteria as one number; none when the answer is not yes."""
    if not answers.get("commendation"):
        return 0
    mask = 0
    for code in answers.get("commendation_criteria") or ():
        if code:
            mask |= criterion_bit(code)
    return mask


def likeness(answers: Mapping[str, Any]) -> int:
    """Return a number that is equal for activities of the same title, format, dates and city."""
    parts = (
        fold(answers["title"]),
        answers["format"],
        answers["start_date"],
        answers["end_date"],
        fold(answers.get("city") or "") if is_asked("city", answers) else "",
    )
    return signed_hash("\x1f".join(parts))
