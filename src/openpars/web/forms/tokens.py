"""The signed word in every step of the form: who drew it, for which activity and which entry.

It gives a form its one entry (sent twice, it is still one draft), and lets what somebody typed be kept for
them when their sign-in has run out before they pressed the button. It opens no door: what may be saved is
decided by the session and the scope alone.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing

#: How old a form may be and still be taken for its person's own.
GOOD_FOR = timedelta(days=14)
_SALT = "openpars.web.forms.tokens"


@dataclass(frozen=True, slots=True)
class Token:
    """What one drawn form is about. `activity_id` is None while the activity does not exist."""

    entry: uuid.UUID
    person_id: int
    provider_id: int
    activity_id: int | None
    step: str

    def signed(self) -> str:
        """Return the token as text for a hidden box."""
        return signing.dumps(asdict(self) | {"entry": self.entry.hex}, salt=_SALT)


def read_token(text: str) -> Token | None:
    """Return the token behind the text, None when it is missing, forged, altered or older than GOOD_FOR."""
    try:
        parts = signing.loads(text, salt=_SALT, max_age=GOOD_FOR)
        return Token(**parts | {"entry": uuid.UUID(parts["entry"])})
    except (signing.BadSignature, TypeError, KeyError, ValueError):
        return None
