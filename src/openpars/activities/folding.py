"""Folded text: what is compared when case, accents and spacing do not matter."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """Return the text without case and accents, its white space collapsed to single blanks."""
    plain = text.casefold()
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(part for part in parts if not unicodedata.combining(part)).casefold()
    return " ".join(plain.split())


def cut(text: str, size: int) -> str:
    """Return as much of the text as fits into `size` bytes of UTF-8."""
    if 4 * len(text) <= size:
        return text
    encoded = text.encode()
    return text if len(encoded) <= size else encoded[:size].decode(errors="ignore")


def signed_hash(text: str) -> int:
    """Return a hash of the text that is the same in every process and fits a signed 64-bit column."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)
