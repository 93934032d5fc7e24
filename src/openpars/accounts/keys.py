"""What an API key looks like: its text, its scopes, and what is stored of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final, Literal

Right = Literal["read", "write", "close"]

SCOPES: Final[dict[Right, str]] = {
    "read": "Read activities, uploads and changes",
    "write": "Enter, change and delete activities, and send files",
    "close": "Close and reopen activities",
}
"""What a key may be allowed, in words. Every key reads."""

_SIGNS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIX_LENGTH: Final = 8
_SECRET_BYTES: Final = 32

#: The whole text of a key; 32 random bytes are 43 characters.
_TEXT: Final = re.compile(r"openpars_(live|test)_([0-9a-z]{8})_[A-Za-z0-9_-]{43}")


def new_text(kind: str) -> tuple[str, str]:
    """Return a new key of 256 random bits: its text and the prefix it is found by."""
    prefix = "".join(secrets.choice(_SIGNS) for _ in range(_PREFIX_LENGTH))
    return f"openpars_{kind}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}", prefix


def prefix_of(text: str) -> str | None:
    """Return the prefix in the text of a key, None for a text that cannot be a key."""
    found = _TEXT.fullmatch(text)
    return found[2] if found else None


def digest_of(text: str) -> str:
    """Return what is stored of a key's text.

    A fast hash is enough: nobody can try 256 random bits, and every request pays for it.
    """
    return hashlib.sha256(text.encode()).hexdigest()
