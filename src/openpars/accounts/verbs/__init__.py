"""Everything that changes accounts: each verb runs in one transaction and writes the audit trail."""

from openpars.accounts.verbs.accreditors import create_accreditor, update_accreditor
from openpars.accounts.verbs.contacts import add_contact, change_role, end_contact
from openpars.accounts.verbs.invitations import (
    claim,
    claim_as_new_person,
    find_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from openpars.accounts.verbs.keys import create_key, revoke_key
from openpars.accounts.verbs.people import create_person, rename_person
from openpars.accounts.verbs.providers import create_provider, update_provider
from openpars.accounts.verbs.set_up import is_set_up, set_up
from openpars.accounts.verbs.years import lock_year, set_deadline, unlock_year

__all__ = [
    "add_contact",
    "change_role",
    "claim",
    "claim_as_new_person",
    "create_accreditor",
    "create_key",
    "create_person",
    "create_provider",
    "end_contact",
    "find_invitation",
    "invite",
    "is_set_up",
    "lock_year",
    "rename_person",
    "resend_invitation",
    "revoke_invitation",
    "revoke_key",
    "set_deadline",
    "set_up",
    "unlock_year",
    "update_accreditor",
    "update_provider",
]
