"""Marking: the person's own file back, with what was found in it where it was found.

A workbook gets tinted cells with notes and a sheet *Issues*, and stays in everything else as it was, for only the
parts that carry the marks are written anew. Text gets a last column *Issues*. Both are left alone when the file
comes back. Of XML, JSON and the layouts of earlier years, which have no room for either, there is a list.
"""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

import msgspec

from openpars.formats import bounds, wire
from openpars.formats.child import ChildFailed
from openpars.formats.marking.listing import write_list
from openpars.formats.marking.work import MOST_LATER, MOST_LISTED, Severity, Work, severity_of
from openpars.formats.rows import Layout, Limits, Unreadable
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding

_PROGRAM: Final = f"{__name__}.program"


def ending(layout: Layout) -> str:
    """Return how the name of a marked file ends: `xlsx` or `txt`."""
    return "xlsx" if layout.name == "xlsx" else "txt"


def mark(
    source: Path, out: Path, findings: Iterable[Finding], layout: Layout, *, limits: Limits | None = None
) -> None:
    """Write a file once more to `out`, with the findings in it; `layout` is what was read of it.

    At most 100,000 findings are marked, of the others their number is told. The file is opened by a child
    process with hard limits. Raises Unreadable where it cannot be read, or takes more than it may, and
    ChildFailed where the program itself is at fault; `out` is then as it was before.
    """
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".marking-") as folder:
        marked = Path(folder, "marked")
        if layout.name in ("xlsx", "tab"):
            with Path(folder, "findings").open("wb") as spool:
                more = _spool(findings, spool)
            work = Work(str(source.absolute()), str(marked), spool.name, more, layout, limits or Limits())
            _work_in_child(work)
        else:
            with marked.open("wb") as stream:
                write_list(stream, findings)
        marked.replace(out)


def _spool(findings: Iterable[Finding], spool: IO[bytes]) -> int:
    """Write the findings that will be marked, one on each line; return how many more there are.

    What is only needed later has a share of its own, so that it cannot crowd out what has to be corrected.
    """
    encode = msgspec.json.Encoder().encode
    room = {True: MOST_LATER, False: MOST_LISTED - MOST_LATER}
    more = 0
    for one in findings:
        later = severity_of(one) is Severity.LATER
        if room[later]:
            room[later] -= 1
            spool.write(encode(one) + b"\n")
        else:
            more += 1
    return more


def _work_in_child(work: Work) -> None:
    process = bounds.start(_PROGRAM)
    try:
        said, _ = process.communicate(msgspec.msgpack.encode(work), timeout=work.limits.seconds)
    except subprocess.TimeoutExpired:
        raise Unreadable(finding("file.too_much")) from None
    finally:
        bounds.end(process)
    if not said:
        if process.returncode < 0 or process.returncode == bounds.OUT_OF_MEMORY:
            raise Unreadable(finding("file.too_much"))
        raise ChildFailed(f"the child that marks files ended with {process.returncode}")
    message = wire.unpacked(said)
    if isinstance(message, wire.Refused):
        raise Unreadable(message.finding)
    if isinstance(message, wire.Broken):
        raise ChildFailed(message.trace)
