"""Whether CME Passport shows an activity, what keeps it from that, and whether it ever did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from openpars.accounts.models import Provider
from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.passport.visible import visible
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.lifecycle import Reach, ends_at, reach

ON_PASSPORT: Final = "on_passport"
#: So many changes of an activity are looked at, the last ones, for a time at which it was shown.
MOST_CHANGES: Final = 500
#: Nothing that is offered now began longer ago: that is as long as enduring material may run, and more.
LONGEST_OFFER: Final = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether everybody can see an activity; if not, why in a sentence, and the answers that stand in the way."""

    shown: bool
    because: str
    findings: tuple[Finding, ...]


def listing(activity: Activity, *, now: datetime) -> Listing:
    """Return how an activity stands with CME Passport at the instant `now`; it comes with its provider.

    The findings are those that would keep it out even if it were included. No query.
    """
    provider = activity.provider
    today = now.astimezone(ZoneInfo(provider.accreditor.time_zone)).date()
    missing = _missing(activity, today=today)
    if because := _against(activity, missing, now=now):
        return Listing(False, because, missing)
    return Listing(True, "", ())


def _against(activity: Activity, missing: tuple[Finding, ...], *, now: datetime) -> str:
    if activity.provider.sandbox_of_id is not None:
        return "What is in a sandbox is never public."
    if activity.ends_at <= now:
        return f"It ended on {spoken(activity.end_date)}."
    if activity.on_passport is False:
        return "“Include in CME Passport” is answered with No."
    if activity.on_passport is not True or activity.complete_for < Reach.ACTIVE:
        if not missing:
            return "Save it once more, and it will be."
        return "One answer is missing." if len(missing) == 1 else f"{len(missing)} answers are missing."
    return ""


def _missing(activity: Activity, *, today: date) -> tuple[Finding, ...]:
    """Return what is missing for an activity to be shown, as if it were to be included unless nobody has said so."""
    answers, rejected = answers_of(activity), activity.rejected
    if answers.get(ON_PASSPORT) is False:
        answers |= {ON_PASSPORT: True}
    return stops(answers, rejected=rejected, today=today, goal=Stage.ACTIVE)


def was_listed(activity_id: int, *, now: datetime) -> Provider | None:
    """Return the provider of an activity that everybody could see once and cannot see now; None for any other.

    That is one that is included and complete and has ended, or one whose history has a time at which everybody saw
    it. Of an activity that was never shown, or is in a sandbox, nobody learns that it exists. Two queries at most.
    """
    if not 0 < activity_id <= queries.LAST_ID:
        return None
    real = queries.everything(SYSTEM_SCOPE).filter(provider__sandbox_of=None)
    activity = real.filter(pk=activity_id).select_related("provider", "provider__accreditor").first()
    if activity is None:
        return None
    complete = activity.on_passport is True and activity.complete_for >= Reach.ACTIVE
    has_ended = activity.deleted_at is None and complete and activity.ends_at <= now
    return activity.provider if has_ended or _was_shown(activity) else None


def _was_shown(activity: Activity) -> bool:
    """Say whether after any of its changes the activity was included, complete, not deleted and not at its end."""
    zone = activity.provider.accreditor.time_zone
    for at, said in _past(activity):
        if (
            said.get(ON_PASSPORT) is not True
            or said.get("deleted_at") is not None
            or not said.get("end_date")
        ):
            continue
        if ends_at(date.fromisoformat(said["end_date"]), zone) <= at:
            continue
        today = at.astimezone(ZoneInfo(zone)).date()
        if reach(said, said.get("rejected") or {}, today) >= Reach.ACTIVE:
            return True
    return False


def _past(activity: Activity) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Give what the activity said after each of its changes, the last one first, with the instant of the change."""
    said: dict[str, Any] = {**answers_of(activity), "rejected": activity.rejected}
    said["deleted_at"] = activity.deleted_at
    for change in queries.latest_changes(activity.activity_id, before=None, most=MOST_CHANGES):
        yield change.at, said
        said = {**said, **{name: change.old.get(name) for name in change.new}}


def offered(provider: Provider, *, now: datetime, most: int) -> list[Activity]:
    """Return what the provider offers now, at most so much: what is still to come first, then what runs already.

    The activities come with their providers. Two queries.
    """
    today = now.astimezone(ZoneInfo(provider.accreditor.time_zone)).date()
    mine = visible(now=now).filter(provider=provider).select_related("provider", "provider__accreditor")
    coming = list(mine.filter(start_date__gte=today).order_by("start_date", "activity_id")[:most])
    began = Q(start_date__lt=today, start_date__gt=today - LONGEST_OFFER)
    running = mine.filter(began).order_by("-start_date", "-activity_id")[: most - len(coming)]
    return [*coming, *running]


def other_times(activity: Activity, *, now: datetime, most: int) -> list[Activity]:
    """Return when and where else the same content is given: what else is listed of its repeat group, by date.

    The activities come with their providers. One query, none where the activity belongs to no group.
    """
    if activity.repeat_group is None:
        return []
    today = activity.start_date
    alike = visible(now=now).filter(provider=activity.provider_id, repeat_group=activity.repeat_group)
    near = alike.filter(start_date__gt=today - LONGEST_OFFER).exclude(pk=activity.pk)
    return list(near.select_related("provider", "provider__accreditor").order_by("start_date", "pk")[:most])
