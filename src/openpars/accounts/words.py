"""Checks of the texts that people give about themselves and their organizations."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from openpars.accounts.models import PROVIDER_NUMBER_LENGTH
from openpars.accounts.refusals import Refused

_DIGITS = re.compile(rf"[0-9]{{{PROVIDER_NUMBER_LENGTH}}}")


def line(text: str, *, field: str, label: str, limit: int = 200, required: bool = True) -> str:
    """Return one line of text, trimmed and in NFC; raises Refused when it cannot be stored as given."""
    clean = text.strip()
    # Putting accents piled on one letter in order takes quadratic time; at most four characters become one.
    if len(clean) <= 4 * limit:
        clean = unicodedata.normalize("NFC", clean).strip()
    if required and not clean:
        raise Refused(f"Enter {label}.", field=field)
    if len(clean) > limit:
        raise Refused(f"Shorten {label} to {limit} characters; it has {len(clean)}.", field=field)
    if any(unicodedata.category(char) == "Cc" for char in clean):
        raise Refused(f"Type {label} again: it holds characters that cannot be shown.", field=field)
    return clean


def email(text: str, *, field: str = "email") -> str:
    """Return an e-mail address in its one spelling, lower case; raises Refused for anything else."""
    clean = line(text, field=field, label="an e-mail address", limit=254).lower()
    try:
        validate_email(clean)
    except ValidationError:
        raise Refused(
            "Enter an e-mail address like name@example.org.",
            field=field,
        ) from None
    return clean


def provider_number(text: str, *, field: str = "number") -> str:
    """Return a 7-digit provider ID; raises Refused for anything else."""
    clean = text.strip()
    if not _DIGITS.fullmatch(clean):
        raise Refused("Enter the provider ID as 7 digits, such as 0001234.", field=field)
    return clean


def time_zone(text: str, *, field: str = "time_zone") -> str:
    """Return the name of a time zone; raises Refused for a name nobody knows."""
    if text not in zoneinfo.available_timezones():
        raise Refused("Choose a time zone from the list.", field=field)
    return text
