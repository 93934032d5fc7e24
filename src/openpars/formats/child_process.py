"""The child process in which a file is read: it takes a request, and sends what it finds in batches."""

import gc
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from openpars.formats import bounds, wire
from openpars.formats.checking import check_rows
from openpars.formats.recognise import open_file
from openpars.formats.rows import Unreadable
from openpars.rulebook.rules import finding

SIZE_BYTES: Final = 8
"""How many bytes before each message say how long it is."""
_BATCH: Final = 1000
_PANIC: Final = "PanicException"


def main() -> None:
    """Read the request, check the file, send what is found."""
    request = wire.request_in(sys.stdin.buffer.read())
    sys.stdin.close()
    bounds.limit(request.limits)
    # What a row takes is freed with it, for nothing in it leads back to itself; collecting would go through the
    # rows again and again to find nothing. Were it otherwise, the limit on memory would hold.
    gc.disable()
    try:
        for message in _messages(request):
            _send(message)
    except MemoryError:
        os._exit(bounds.OUT_OF_MEMORY)


def _messages(request: wire.Request) -> Iterator[wire.Message]:
    try:
        reading = open_file(Path(request.path), mapping=request.mapping, limits=request.limits)
        if request.kind is not None:
            reading.layout = replace(reading.layout, kind=request.kind)
        yield wire.Opened(reading.layout)
        rows = check_rows(reading, today=request.today, fixes=request.fixes)
        while batch := list(islice(rows, _BATCH)):
            yield wire.batch_of(batch, reading.layout)
        yield wire.Done()
    except Unreadable as refused:
        yield wire.Refused(refused.finding)
    except MemoryError:
        raise
    except BaseException as error:
        # The library that reads workbooks is written in Rust; where it gives up, the file is to blame.
        if type(error).__name__ != _PANIC:
            yield wire.Broken(traceback.format_exc())
            return
        problem = "the workbook contradicts itself"
        yield wire.Refused(finding("file.damaged", problem=problem))


def _send(message: wire.Message) -> None:
    data = wire.packed(message)
    sys.stdout.buffer.write(len(data).to_bytes(SIZE_BYTES))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
