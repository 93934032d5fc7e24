"""The audit trail of people, roles, invitations and settings: how it is written and how it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.models import Accreditor, AuditEntry, Provider
from openpars.accounts.roles import Role
from openpars.rulebook.kinds.dates import spoken

SET_UP = "set-up"
PROVIDER_ADDED = "provider.added"
PROVIDER_CHANGED = "provider.changed"
ACCREDITOR_CHANGED = "accreditor.changed"
CONTACT_ADDED = "contact.added"
CONTACT_INVITED = "contact.invited"
CONTACT_CLAIMED = "contact.claimed"
CONTACT_ROLE_CHANGED = "contact.role-changed"
CONTACT_ENDED = "contact.ended"
INVITATION_RESENT = "invitation.resent"
INVITATION_REVOKED = "invitation.revoked"
YEAR_DEADLINE_CHANGED = "year.deadline-changed"
YEAR_LOCKED = "year.locked"
YEAR_UNLOCKED = "year.unlocked"
WEBHOOK_ADDED = "webhook.added"
WEBHOOK_CHANGED = "webhook.changed"
WEBHOOK_SECRET = "webhook.secret-changed"  # noqa: S105 - the name of a deed
WEBHOOK_PAUSED = "webhook.paused"
WEBHOOK_RESUMED = "webhook.resumed"
WEBHOOK_REMOVED = "webhook.removed"
KEY_CREATED = "key.created"
KEY_REVOKED = "key.revoked"
SANDBOX_MADE = "sandbox.made"
SANDBOX_RESET = "sandbox.reset"

_WORDS = {
    SET_UP: "Set up OpenPARS",
    PROVIDER_ADDED: "Added the provider",
    PROVIDER_CHANGED: "Changed the provider’s data",
    ACCREDITOR_CHANGED: "Changed the accreditor’s data",
    CONTACT_ADDED: "Added as a contact",
    CONTACT_INVITED: "Invited",
    CONTACT_CLAIMED: "Accepted the invitation",
    CONTACT_ROLE_CHANGED: "Changed the role",
    CONTACT_ENDED: "Ended the contact",
    INVITATION_RESENT: "Sent the invitation again",
    INVITATION_REVOKED: "Took the invitation back",
    YEAR_DEADLINE_CHANGED: "Set the deadline of the reporting year",
    YEAR_LOCKED: "Locked the reporting year",
    YEAR_UNLOCKED: "Unlocked the reporting year",
    WEBHOOK_ADDED: "Added the webhook",
    WEBHOOK_CHANGED: "Changed the webhook",
    WEBHOOK_SECRET: "Gave the webhook a new secret",
    WEBHOOK_PAUSED: "Paused the webhook",
    WEBHOOK_RESUMED: "Switched on the webhook",
    WEBHOOK_REMOVED: "Removed the webhook",
    KEY_CREATED: "Made the API key",
    KEY_REVOKED: "Revoked the API key",
    SANDBOX_MADE: "Made the sandbox",
    SANDBOX_RESET: "Emptied the sandbox",
}

_FIELD_WORDS = {
    "name": "Name",
    "short_name": "Short name",
    "number": "Provider ID",
    "learner_contact": "Contact address for learners",
    "jointly_accredited": "Jointly accredited",
    "time_zone": "Time zone",
    "email": "E-mail",
    "phone": "Phone",
    "website": "Website",
    "role": "Role",
    "deadline": "Deadline",
    "supporters": "Commercial support sources",
    "specialties": "Specialties",
    "practice_areas": "Practice areas",
    "address": "Address",
    "events": "Events",
    "kind": "Kind",
    "scopes": "May",
    "expires": "Works until",
}


def record(
    action: str,
    *,
    actor: Actor,
    provider: Provider | None = None,
    accreditor: Accreditor | None = None,
    subject: str = "",
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> AuditEntry:
    """Write one line of the trail, inside the transaction of the deed. `changes`: field to (old, new)."""
    return AuditEntry.objects.create(
        at=clock.now(),
        actor_id=actor.person_id,
        actor_name=actor.name,
        provider=provider,
        accreditor=accreditor,
        action=action,
        subject=subject,
        details={name: {"old": old, "new": new} for name, (old, new) in (changes or {}).items()},
    )


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One changed answer in words."""

    label: str
    old: str
    new: str


def words(entry: AuditEntry) -> str:
    """Say what was done."""
    return _WORDS.get(entry.action, entry.action)


def changes(entry: AuditEntry) -> list[ChangeWords]:
    """Say what changed from what to what."""
    return [
        ChangeWords(_FIELD_WORDS.get(name, name), _value_words(change["old"]), _value_words(change["new"]))
        for name, change in entry.details.items()
    ]


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _value_words(value: Any) -> str:
    if value is True:
        return "Yes"
    if value is False:
        return "No"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    if isinstance(value, str) and value in Role.values:
        return str(Role(value).label)
    if isinstance(value, str) and _DATE.fullmatch(value):
        return spoken(date.fromisoformat(value))
    return "" if value is None else str(value)
