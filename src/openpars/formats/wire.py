"""What goes between the process that wants a file checked and the child that reads it.

Messages are MessagePack, which can carry nothing but data. A batch says each thing once: findings that differ in
nothing but their place share their words, and rows of one shape their places.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from openpars.formats.checking import Checked
from openpars.formats.rows import Action, Kind, Layout, Limits, letters
from openpars.rulebook.findings import Finding, Where

_THE_ROW: Final = -1


class Request(msgspec.Struct, array_like=True):
    """What is to be checked: the arguments of `child.check_in_child`."""

    path: str
    today: date
    limits: Limits
    kind: Kind | None = None
    mapping: dict[str, str] = {}
    fixes: dict[int, dict[str, str]] = {}


class Opened(msgspec.Struct, array_like=True, tag=True):
    """The file can be read, and is laid out so."""

    layout: Layout


class Refused(msgspec.Struct, array_like=True, tag=True):
    """The file cannot be read, or no further."""

    finding: Finding


class Broken(msgspec.Struct, array_like=True, tag=True):
    """The program failed; `trace` says where."""

    trace: str


class Done(msgspec.Struct, array_like=True, tag=True):
    """That was the last row."""


class SentRow(msgspec.Struct, array_like=True):
    """A `Checked`: its places by their number in the batch; each finding by that of its words, and its place.

    A place is the index of a column, or -1 for the row; any other is said in full.
    """

    number: int
    answers: dict[str, Any]
    rejected: dict[str, str]
    found: list[tuple[int, int | Where | None]]
    judged: bool
    action: Action | None
    activity_id: int | None
    close: bool | None
    kept: dict[str, dict[str, str | None]]
    places: int


class Batch(msgspec.Struct, array_like=True, tag=True):
    """Some rows, the words of their findings, and the places of their answers."""

    rows: list[SentRow]
    words: list[Finding]
    places: list[dict[str, int]]


Message = Opened | Batch | Refused | Broken | Done

_encoder: Final = msgspec.msgpack.Encoder()
_messages: Final[msgspec.msgpack.Decoder[Message]] = msgspec.msgpack.Decoder(Message)
_requests: Final = msgspec.msgpack.Decoder(Request)


def packed(message: Message | Request) -> bytes:
    """Return a message as bytes."""
    return _encoder.encode(message)


def unpacked(data: bytes) -> Message:
    """Return the message that the child sent; raises msgspec.ValidationError where it is none."""
    return _messages.decode(data)


def request_in(data: bytes) -> Request:
    """Return the request that the child was sent."""
    return _requests.decode(data)


def batch_of(rows: Sequence[Checked], layout: Layout) -> Batch:
    """Return rows as a batch to send."""
    headings = {letters(column.index): (column.index, column.heading) for column in layout.columns}
    words: dict[tuple[str, str, str | None, str, str], int] = {}
    said: list[Finding] = []
    shapes: dict[int, int] = {}
    places: list[dict[str, int]] = []
    sent: list[SentRow] = []
    for row in rows:
        found: list[tuple[int, int | Where | None]] = []
        for one in row.findings:
            key = (one.rule, one.path, one.value, one.message, one.mend)
            if (number := words.get(key)) is None:
                number = words[key] = len(said)
                said.append(Finding(one.rule, one.stage, one.path, one.value, one.message, one.mend))
            found.append((number, _place(one.where, row.number, layout.sheet, headings)))
        shape = shapes.setdefault(id(row.places), len(places))
        if shape == len(places):
            places.append(dict(row.places))
        sent.append(
            SentRow(
                row.number,
                row.answers,
                row.rejected,
                found,
                row.judged,
                row.action,
                row.activity_id,
                row.close,
                row.kept,
                shape,
            )
        )
    return Batch(sent, said, places)


def rows_in(batch: Batch, layout: Layout) -> list[Checked]:
    """Return the rows of a batch that was received."""
    columns = {column.index: (letters(column.index), column.heading) for column in layout.columns}
    words = batch.words
    return [
        Checked(
            row.number,
            row.answers,
            row.rejected,
            tuple(
                _placed(words[number], place, row.number, layout.sheet, columns)
                for number, place in row.found
            ),
            row.judged,
            row.action,
            row.activity_id,
            row.close,
            row.kept,
            batch.places[row.places],
        )
        for row in batch.rows
    ]


def _place(
    place: Where | None, row: int, sheet: str | None, headings: Mapping[str, tuple[int, str]]
) -> int | Where | None:
    if place is None or place.row != row or place.sheet != sheet:
        return place
    if place.cell is None:
        return _THE_ROW if place.column is None else place
    index, heading = headings.get(place.cell.removesuffix(str(row)), (_THE_ROW, ""))
    return index if place.column == (heading or None) and index != _THE_ROW else place


def _placed(
    words: Finding,
    place: int | Where | None,
    row: int,
    sheet: str | None,
    columns: Mapping[int, tuple[str, str]],
) -> Finding:
    if isinstance(place, int):
        if place == _THE_ROW:
            place = Where(sheet, row)
        else:
            name, heading = columns[place]
            place = Where(sheet, row, heading or None, f"{name}{row}")
    return Finding(words.rule, words.stage, words.path, words.value, words.message, words.mend, place)
