"""From the body of a request to rows that the rulebook has read and judged, as a file's are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from openpars.api.calls import Call
from openpars.api.pars.tongues import reading_of
from openpars.api.problems import Problem
from openpars.formats.checking import Checked, check_rows
from openpars.formats.rows import Layout, Limits, Unreadable, where
from openpars.rulebook.rules import finding

MOST_ACTIVITIES: Final = 1_000
"""How many activities one request may hold."""
MOST_MARKS: Final = 250_000
"""How many marks one request may hold that begin something: an activity has about two hundred.

A body is read in this process, unlike a file, so what it can become in memory is bounded beforehand.
"""
_MARKS: Final = (b"<", b"=", b"{", b"[", b",")
_LIMITS: Final = Limits(rows=MOST_ACTIVITIES)
_PROVIDER: Final = "ProviderID"
_TOO_MUCH: Final = (
    f"One request may hold {MOST_ACTIVITIES:,} activities, and a reasonable number of elements. Send a part of "
    "them at a time, or all of them as a file, to /api/v1/uploads."
)


def checked_rows(call: Call, body: bytes) -> tuple[Layout, list[Checked]]:
    """Return how a body is laid out, and its activities, each with its findings.

    One that names another provider than the key's is blocked: it came with the wrong key.

    Raises Problem: 413 for too many, 415 for a type that is not read, 400 for what cannot be read.
    """
    if not body.strip():
        raise Problem(400, None, "The body is empty. Send one or several MedicalEducationMetrics in it.")
    if sum(body.count(mark) for mark in _MARKS) > MOST_MARKS:
        raise Problem(413, None, _TOO_MUCH)
    try:
        reading = reading_of(call.request, body, limits=_LIMITS)
        rows = check_rows(reading, today=call.today)
        return reading.layout, [_of_provider(row, reading.layout, call=call) for row in rows]
    except Unreadable as unreadable:
        found = unreadable.finding
        if found.rule == "file.too_many_rows":
            raise Problem(413, None, _TOO_MUCH) from None
        raise Problem(400, None, f"{found.message} {found.mend}", [found]) from None


def _of_provider(row: Checked, layout: Layout, *, call: Call) -> Checked:
    """Return a row as it is, or with what is against it when it names another provider.

    A test key works in the sandbox, and is sent the same messages as a live one: they name the provider itself.
    """
    own = call.caller.key.provider.number
    known = {_bare(own), _bare(call.provider.number)}
    strange = next((number for number in _providers(row) if _bare(number) not in known), None)
    if strange is None:
        return row
    found = finding("request.provider.differs", value=strange, own=own)
    return replace(row, findings=(*row.findings, replace(found, where=where(layout, row, ""))))


def _providers(row: Checked) -> Iterator[str]:
    """Yield the numbers of providers that an activity names."""
    for name, text in row.kept.get("extra", {}).items():
        if text and name.partition(".")[0] == _PROVIDER:
            yield text


def _bare(number: str) -> str:
    """Return a provider's number without the zeros before it, which others leave out."""
    return number.strip().lstrip("0").upper()
