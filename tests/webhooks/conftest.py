"""What the tests of webhooks use: a receiver that keeps what it is sent, and answers as it is told to."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

Behave = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Message:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server on loopback. `behave` is what it does instead of answering 204."""

    address: str = ""
    messages: list[Message] = field(default_factory=list)
    behave: Behave | None = None
    closing: Event = field(default_factory=Event)

    def answer(self, status: int, text: str = "", **headers: str) -> None:
        """Answer so from now on."""

        def behave(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", str(len(text.encode())))
            request.end_headers()
            request.wfile.write(text.encode())

        self.behave = behave

    def hang(self, _: BaseHTTPRequestHandler) -> None:
        self.closing.wait(30)

    def trickle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a letter of a header every now and then, for ever."""
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.closing.is_set():
            request.wfile.write(b"a")
            sleep(0.05)

    def endless(self, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n")
        while not self.closing.is_set():
            request.wfile.write(b"x" * 65536)

    def close_at_once(self, request: BaseHTTPRequestHandler) -> None:
        request.connection.close()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver that may be delivered to."""
    settings.WEBHOOKS_LOOPBACK = True
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.messages.append(Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.close_connection = True
            with suppress(OSError):  # who posted has hung up
                if here.behave is None:
                    self.send_response(204)
                    self.end_headers()
                else:
                    here.behave(self)

        def handle(self) -> None:
            with suppress(OSError, ValueError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    here.address = f"http://127.0.0.1:{server.server_port}/hook"
    yield here
    here.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()
