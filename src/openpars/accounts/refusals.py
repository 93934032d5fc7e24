"""The ways in which a verb of this room says no."""

from __future__ import annotations


class Refused(Exception):
    """A deed that cannot be done, in words for the person who asked.

    `field` names the answer that has to change, "" when no single one does.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class AlreadySetUp(Refused):
    """The first visit is over: an accreditor exists."""


class LastAdministrator(Refused):
    """The deed would leave an organization without an administrator."""


class InvitationNotFound(Refused):
    """No invitation has this token (it may have been sent again with a newer link)."""


class InvitationUsed(Refused):
    """The invitation was claimed before."""


class InvitationRevoked(Refused):
    """An administrator took the invitation back."""


class InvitationExpired(Refused):
    """The invitation is older than its 14 days."""


class WrongPerson(Refused):
    """The signed-in person does not own the address the invitation went to."""


class KnownPerson(Refused):
    """The invited address already has a sign-in: its owner signs in and claims."""
