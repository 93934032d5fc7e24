"""Writing tab-delimited text that spreadsheets open and that is read back as it was, with headings or without."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final

from openpars.formats.columns import DEFAULT_GROUPS, columns_for
from openpars.formats.guards import guarded
from openpars.formats.rows import Kind
from openpars.formats.to_cells import row_writer

# The mark at the beginning is what makes Excel read UTF-8.
ENCODING: Final = "utf-8-sig"


def write(
    stream: BinaryIO,
    records: Iterable[Mapping[str, Any]],
    *,
    kind: Kind = Kind.ACTIVITIES,
    groups: Mapping[str, int] = DEFAULT_GROUPS,
    kept: Iterable[str] = (),
) -> None:
    """Write records as tab-delimited text, one after the other; without any it is an empty template.

    A record is an activity as plain JSON. `groups` says how many numbered groups of columns the widest of
    them needs, `kept` the paths of what is kept beside their answers (`legacy.Hours of Instruction`).
    """
    columns = columns_for(kind, groups=groups, kept=kept)
    cells_of = row_writer(columns, kind)
    text = io.TextIOWrapper(stream, encoding=ENCODING, newline="")
    out = csv.writer(text, delimiter="\t", lineterminator="\r\n")
    out.writerow([column.heading for column in columns])
    for record in records:
        out.writerow(map(guarded, cells_of(record)))
    # The stream is the caller's to close.
    text.detach()
