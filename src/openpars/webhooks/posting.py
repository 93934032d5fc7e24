"""One message posted to one address, and the beginning of what is answered. Knows nothing of the database."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import certifi
import httpcore

from openpars.webhooks.addresses import NotAllowed, reachable

#: Seconds for everything: finding the address, connecting, sending, and the answer.
PATIENCE = 15.0
#: Seconds for connecting to one address.
_CONNECTING = 5.0
#: Bytes of the answer that are read and kept.
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: its status and the beginning of its text; or, with no status, why there is none."""

    status: int | None
    text: str = ""
    problem: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver has the message."""
        return self.status is not None and 200 <= self.status < 300


def post(address: str, body: bytes, headers: Mapping[str, str], *, patience: float = PATIENCE) -> Answer:
    """Post a message; never raises for what a receiver does.

    Nothing is followed: an answer that leads elsewhere is an answer like any other.
    """
    reaching = _Reaching(until=monotonic() + patience)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_trust(), network_backend=reaching) as pool,
            pool.stream("POST", address, headers=list(headers.items()), content=body) as response,
        ):
            text = _beginning(response.iter_stream())
            return Answer(response.status, text.decode(errors="replace"))
    except NotAllowed as problem:
        return Answer(None, problem=str(problem))
    except httpcore.TimeoutException:
        return Answer(None, problem=f"There was no whole answer within {patience:g} seconds.")
    except httpcore.ConnectError as problem:
        return Answer(None, problem=f"No connection could be made: {problem}."[:300])
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as problem:
        return Answer(None, problem=f"The connection ended before there was an answer: {problem}."[:300])
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as problem:
        return Answer(None, problem=f"The address cannot be posted to: {problem}."[:300])


def _beginning(parts: Iterable[bytes]) -> bytes:
    found = b""
    for part in parts:
        found += part
        if len(found) >= KEPT:
            break
    return found[:KEPT]


@cache
def _trust() -> ssl.SSLContext:
    """Whom we trust: the machine's authorities, and, where there are none, those of certifi."""
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    return trust


class _Reaching(httpcore.NetworkBackend):
    """Connects to addresses that may be reached, and gives up for good at one moment."""

    def __init__(self, *, until: float) -> None:
        self._until = until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - all of it has one end
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers. Raises NotAllowed and httpcore's errors."""
        problem: Exception | None = None
        for address in reachable(host, port):
            try:
                stream = self._plain.connect_tcp(
                    address, port, min(_CONNECTING, _left(self._until)), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                problem = refused
            else:
                return _InTime(stream, self._until)
        raise problem or httpcore.ConnectError("nobody answers there")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Refuse: nothing on this machine is delivered to."""
        raise NotAllowed("A socket of this machine is not delivered to.")

    def sleep(self, seconds: float) -> None:
        """Wait between two attempts to connect; there is one only."""
        self._plain.sleep(seconds)


class _InTime(httpcore.NetworkStream):
    """A connection whose every wait ends at one moment, however often something trickles in."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read as far as there is time; raises httpcore.ReadTimeout."""
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write as far as there is time; raises httpcore.WriteTimeout."""
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Go on encrypted, with the name that the address gives, not the number connected to."""
        encrypted = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        return _InTime(encrypted, self._until)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    """Return the seconds that are left; raises httpcore.ReadTimeout when there are none."""
    left = until - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
