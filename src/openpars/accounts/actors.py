"""Who did something: what the history and the audit trail write down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpars.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. The name is kept with each deed, so that it outlives the person's account."""

    person_id: int | None
    name: str


SYSTEM = Actor(person_id=None, name="OpenPARS")


def actor_of(person: Person) -> Actor:
    """Return the signed-in person as an actor."""
    return Actor(person_id=person.pk, name=person.name)
