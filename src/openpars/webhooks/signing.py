"""Signatures in the style of Standard Webhooks, so that receivers can use the libraries there are."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256

_PREFIX = "whsec_"


def new_secret() -> str:
    """Return a secret of 256 bits, as receivers are given it."""
    return _PREFIX + b64encode(secrets.token_bytes(32)).decode()


def headers(message_id: str, body: bytes, *, at: int, keys: Iterable[str]) -> dict[str, str]:
    """Return the headers that prove a message: its id, the time in seconds, a signature by each secret."""
    signed = f"{message_id}.{at}.".encode() + body
    signatures = (hmac.new(b64decode(key.removeprefix(_PREFIX)), signed, sha256).digest() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in signatures),
    }
