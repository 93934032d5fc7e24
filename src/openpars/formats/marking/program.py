"""The child process in which a file is marked: it takes its work, does it, and says how it went."""

import os
import sys
import traceback
import zipfile
import zlib

import msgspec
from lxml import etree

from openpars.formats import bounds, wire
from openpars.formats.marking.text import mark_text
from openpars.formats.marking.work import Work
from openpars.formats.marking.workbook import mark_workbook
from openpars.formats.readers.workbook_parts import damaged
from openpars.formats.rows import Unreadable


def main() -> None:
    """Read what is to be done, do it, say how it went."""
    work = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Work)
    bounds.limit(work.limits, largest_file=work.limits.unpacked)
    try:
        sys.stdout.buffer.write(wire.packed(_done(work)))
        sys.stdout.buffer.flush()
    except MemoryError:
        os._exit(bounds.OUT_OF_MEMORY)


def _done(work: Work) -> wire.Message:
    try:
        (mark_workbook if work.layout.name == "xlsx" else mark_text)(work)
    except Unreadable as refused:
        return wire.Refused(refused.finding)
    except (zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError):
        return wire.Refused(damaged().finding)
    except MemoryError:
        raise
    except Exception:
        return wire.Broken(traceback.format_exc())
    return wire.Done()


if __name__ == "__main__":
    main()
