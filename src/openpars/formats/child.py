"""Checking a file in a child process, which is all that a hostile file can take down.

The child (`child_process`) has hard limits on memory, time and files, an environment with nothing in it, and no
input but the request. What it finds comes back in batches, so that neither side holds the whole file. Its death
is a finding.
"""

import os
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Final, NoReturn

from openpars.formats import bounds, child_process, wire
from openpars.formats.checking import Checked
from openpars.formats.rows import Kind, Layout, Limits, Unreadable
from openpars.rulebook.rules import finding

_PROGRAM: Final = child_process.__name__
_LARGEST_MESSAGE: Final = 256 * 1024**2
_PIECE: Final = 1 << 20


class ChildFailed(Exception):
    """The child failed for a reason that is not the file's: a mistake of the program, told as it was there."""


class Checking:
    """A file being checked in a child process.

    `layout` is there from the start. Iterating gives the rows in batches, and raises Unreadable where the file
    turns out to be damaged or takes more than it may.
    """

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self._process = process
        self._seconds_left = float(limits.seconds)
        opened = self._next()
        if not isinstance(opened, wire.Opened):
            raise ChildFailed(f"the child began with {type(opened).__name__}")
        self.layout: Layout = opened.layout

    def __iter__(self) -> Iterator[list[Checked]]:
        while isinstance(message := self._next(), wire.Batch):
            yield wire.rows_in(message, self.layout)

    def _next(self) -> wire.Message:
        size = int.from_bytes(self._read(child_process.SIZE_BYTES))
        if size > _LARGEST_MESSAGE:
            raise ChildFailed(f"the child’s message has {size:,} bytes")
        message = wire.unpacked(self._read(size))
        if isinstance(message, wire.Refused):
            raise Unreadable(message.finding)
        if isinstance(message, wire.Broken):
            raise ChildFailed(message.trace)
        return message

    def _read(self, size: int) -> bytes:
        """Return so many bytes from the child; waiting for them counts, what is done with them does not."""
        pipe = self._process.stdout
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)  # type: ignore[arg-type]  # it was started with a pipe
            while size:
                began = time.monotonic()
                ready = selector.select(self._seconds_left)
                self._seconds_left -= time.monotonic() - began
                part = os.read(ready[0][0].fd, min(size, _PIECE)) if ready and self._seconds_left > 0 else b""
                if not part:
                    self._raise_silence()
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def _raise_silence(self) -> NoReturn:
        """Say why the child is silent: it took too much, or it could not even start."""
        with suppress(subprocess.TimeoutExpired):
            # Its output is closed a moment before it has ended.
            self._process.wait(timeout=1 if self._seconds_left > 0 else 0)
        code = self._process.poll()
        if code is None or code < 0 or code == bounds.OUT_OF_MEMORY:
            raise Unreadable(finding("file.too_much"))
        raise ChildFailed(f"the child that reads files ended with {code}")


@contextmanager
def check_in_child(
    path: Path,
    *,
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
    fixes: Mapping[int, Mapping[str, str]] | None = None,
    today: date,
    limits: Limits | None = None,
) -> Iterator[Checking]:
    """Check a file in a child process, which ends with the context, whatever has been read by then.

    `kind` overrules what the file seems to be about; `mapping` is as for `recognise.open_file`, `fixes` as for
    `checking.check_rows`. Raises Unreadable where the file cannot be read, now or while iterating, and
    ChildFailed where the program itself is at fault.
    """
    limits = limits or Limits()
    request = wire.Request(
        str(path.absolute()),
        today,
        limits,
        kind,
        dict(mapping or {}),
        {number: dict(texts) for number, texts in (fixes or {}).items()},
    )
    process = bounds.start(_PROGRAM)
    try:
        _send(process, wire.packed(request))
        yield Checking(process, limits)
    finally:
        bounds.end(process)


def _send(process: subprocess.Popen[bytes], request: bytes) -> None:
    if process.stdin is not None:
        # A child that died at once is met when it is read from.
        with suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(request)
