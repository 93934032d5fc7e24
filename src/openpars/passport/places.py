"""Where an activity takes place, in words."""

from __future__ import annotations

from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.rulebook.judging import is_asked
from openpars.rulebook.vocabularies import label


def place_of(activity: Activity) -> str:
    """Return the place where people meet, as an envelope has it: Chicago, IL, United States.

    Empty where nobody is asked to come anywhere.
    """
    if not is_asked("city", answers_of(activity)):
        return ""
    country = label("countries", activity.country) if activity.country else ""
    return ", ".join(part for part in (activity.city, activity.state, country) if part)
