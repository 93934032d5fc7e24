"""The verbs, with everything filled in that a test is not about."""

from collections.abc import Mapping
from typing import Any

from openpars import clock
from openpars.accounts.models import Provider
from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.doors import Door
from openpars.activities.models import Activity, Change
from openpars.activities.outcomes import Outcome
from openpars.activities.verbs.save import Edit, save_one
from tests import factories


def common(of: Provider | Scope, *, by: str = "Test Person") -> dict[str, Any]:
    """The keyword arguments that every verb takes."""
    scope = of if isinstance(of, Scope) else factories.scope(of)
    return {"scope": scope, "actor": factories.actor(by), "door": Door.FORM, "now": clock.now()}


def edit(
    activity: Activity,
    answers: Mapping[str, Any],
    *,
    confirmed: tuple[str, ...] = (),
    by: str = "Test Person",
    **how: Any,
) -> Outcome:
    """Save answers on an activity, as its provider's editor."""
    return save_one(
        Edit(answers=answers, activity_id=activity.pk, **how),
        confirmed=confirmed,
        **common(activity.provider, by=by),
    )


def add(of: Provider, answers: Mapping[str, Any], *, confirmed: tuple[str, ...] = (), **how: Any) -> Outcome:
    """Save answers as a new activity."""
    return save_one(Edit(answers=answers, **how), confirmed=confirmed, **common(of))


def stored(activity: Activity) -> Activity:
    """The activity as it is in the database now."""
    return queries.everything(factories.scope(activity.provider)).get(pk=activity.pk)


def changes(activity: Activity) -> list[Change]:
    """Its changes, oldest first."""
    return list(queries.changes([activity.pk]))


def rules(outcome: Outcome) -> set[str]:
    """The ids of the rules that an outcome's findings speak of."""
    return {finding.rule for finding in outcome.findings}
