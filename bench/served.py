"""A server started as people start it, on the bench's own database, and calls to it over connections that stay."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from django.conf import settings

HOST: Final = "127.0.0.1"
#: More calls than anybody makes, and no line in the log for those that are refused on purpose.
UNDISTURBED: Final = {"OPENPARS_REQUESTS_PER_MINUTE": "1000000000", "OPENPARS_LOG_LEVEL": "ERROR"}


@contextmanager
def serving() -> Iterator[int]:
    """Run `openpars serve` on this process's database for the length of the block; give its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    command: list[str | Path] = [Path(sys.executable).parent / "openpars", "serve", "--no-worker"]
    with subprocess.Popen(
        [*command, "--data", settings.DATA, "--port", str(port)],
        env=os.environ | UNDISTURBED,
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            _healthy(server, port)
            yield port
        finally:
            server.terminate()


def _healthy(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(1200):
        assert server.poll() is None, server.returncode
        try:
            with closing(HTTPConnection(HOST, port, timeout=5)) as connection:
                connection.request("GET", "/healthz")
                assert connection.getresponse().status == 200
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("The server does not start.")


class Caller:
    """Calls over one connection, which is kept: they all meet the same process of the server."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=60)

    def call(
        self, method: str, path: str, *, key: str = "", body: bytes = b"", expect: int = 200
    ) -> tuple[float, bytes]:
        """Return how long a call took until its last byte was here, in seconds, and what it was answered."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if body:
            headers["Content-Type"] = "application/json"
        start = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        said = response.read()
        taken = time.perf_counter() - start
        assert response.status == expect, (method, path, response.status, said)
        return taken, said

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
