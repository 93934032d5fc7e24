"""People and the addresses they sign in with."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from openpars.accounts import words
from openpars.accounts.models import Person
from openpars.accounts.refusals import Refused


@transaction.atomic
def create_person(*, email: str, name: str, password: str | None) -> Person:
    """Store a person whose address has been verified, by the token sent to it or by who runs the site.

    Raises Refused when the address is taken or malformed, or the password is too weak to keep.
    """
    address = words.email(email)
    clean_name = words.line(name, field="name", label="a name")
    if Person.objects.filter(email=address).exists():
        raise Refused("Somebody signs in with this address already.", field="email")
    if password is not None:
        _check_password(password, Person(email=address, name=clean_name))
    person = Person.objects.create_user(address, password, name=clean_name)
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    return person


@transaction.atomic
def rename_person(person: Person, *, name: str) -> Person:
    """Change the name that others see. What they did before keeps the name it was done under."""
    person.name = words.line(name, field="name", label="your name")
    person.save(update_fields=["name"])
    return person


def has_verified(person: Person, email: str) -> bool:
    """Say whether the address is proven to be this person's."""
    return bool(EmailAddress.objects.filter(user_id=person.pk, email__iexact=email, verified=True).exists())


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, user=person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from None
