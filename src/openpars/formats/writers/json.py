"""Writing activities as JSON: OpenPARS's own plain form, and the twin of the XML dialect."""

from collections.abc import Callable, Iterable
from typing import IO, Any

import msgspec

from openpars.formats.dialect import Record, nested, values_of
from openpars.formats.elements import ACTIVITY, ROOT


def write(stream: IO[bytes], records: Iterable[Record]) -> None:
    """Write records as they are, a list with one activity on each line; memory does not grow."""
    _write_list(stream, records, dict)


def write_dialect(stream: IO[bytes], records: Iterable[Record]) -> None:
    """Write records as the JSON twin of the XML dialect, one activity on each line; memory does not grow."""
    stream.write(f'{{"{ROOT}": {{"{ACTIVITY}": '.encode())
    _write_list(stream, records, lambda record: nested(values_of(record)))
    stream.write(b"}}\n")


def _write_list(
    stream: IO[bytes], records: Iterable[Record], shaped: Callable[[Record], dict[str, Any]]
) -> None:
    encode = msgspec.json.Encoder().encode
    before = b"[\n"
    for record in records:
        stream.write(before + encode(shaped(record)))
        before = b",\n"
    stream.write(b"\n]\n" if before == b",\n" else b"[]\n")
