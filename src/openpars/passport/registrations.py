"""Which registrations for boards and programs are complete: others are not told to the public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpars.rulebook.findings import Stage
from openpars.rulebook.judging import stops

#: Nothing in a registration hangs on the day; what was refused is not read again.
_ANY_DAY = date.min


def complete(
    collaborations: Sequence[Mapping[str, Any]], rejected: Mapping[str, str], *, start_date: date
) -> list[Mapping[str, Any]]:
    """Return the registrations that lack nothing of what closing needs, and in which no answer was refused."""
    if not collaborations:
        return []
    refused = {path for path in rejected if path.partition(".")[0] == "collaborations"}
    if "collaborations" in refused:
        return []
    answers = {"collaborations": collaborations, "start_date": start_date.isoformat()}
    lacking = {found.path for found in stops(answers, today=_ANY_DAY, goal=Stage.CLOSE)} | refused
    places = {path.split(".")[1] for path in lacking if path.startswith("collaborations.")}
    return [one for place, one in enumerate(collaborations) if str(place) not in places]
