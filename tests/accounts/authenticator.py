"""A passkey in software: what a phone or a security key would answer to the browser."""

import json
import secrets
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

_PRESENT_AND_VERIFIED = 0x05
_NEW_CREDENTIAL = 0x40


class Authenticator:
    """Holds one key pair for one site."""

    def __init__(self, *, origin: str = "http://testserver") -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.user = ""

    def create(self, options: dict[str, Any]) -> str:
        """Answer the options of a registration, as JSON."""
        public = options["publicKey"]
        self.user = public["user"]["id"]
        point = self.key.public_key().public_numbers()
        # COSE: an elliptic curve key (1: 2) for ES256 (3: -7) on P-256 (-1: 1), with its x and y.
        key = cbor.encode(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        identifier = len(self.credential_id).to_bytes(2, "big") + self.credential_id
        about = self._about(public["rp"]["id"], _PRESENT_AND_VERIFIED | _NEW_CREDENTIAL)
        about += bytes(16) + identifier + key
        attestation = cbor.encode({"fmt": "none", "authData": about, "attStmt": {}})
        return self._answer(
            {
                "clientDataJSON": self._client_data("webauthn.create", public["challenge"]),
                "attestationObject": attestation,
            },
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> str:
        """Answer the options of a sign-in, as JSON."""
        public = options["publicKey"]
        about = self._about(public["rpId"], _PRESENT_AND_VERIFIED)
        client_data = self._client_data("webauthn.get", public["challenge"])
        signature = self.key.sign(about + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client_data,
                "authenticatorData": about,
                "signature": signature,
                "userHandle": websafe_decode(self.user),
            },
            {},
        )

    def _about(self, site: str, flags: int) -> bytes:
        return sha256(site.encode()).digest() + bytes([flags]) + bytes(4)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, bytes], extensions: dict[str, Any]) -> str:
        identifier = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": extensions,
            }
        )
