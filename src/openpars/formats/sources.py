"""Where a reader finds what it reads: a file, or bytes that are in memory already."""

import io
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol


class Source(Protocol):
    """Something that can be opened and read from its beginning, more than once: a Path is one."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Return its bytes as a file, open at the beginning."""


@dataclass(frozen=True, slots=True)
class InMemory:
    """Bytes as a source."""

    content: bytes

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:  # noqa: ARG002 - it can be read only
        """Return them as a file, open at the beginning."""
        return io.BytesIO(self.content)
