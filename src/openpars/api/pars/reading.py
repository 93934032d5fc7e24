"""From the body of a request to rows that the rulebook has read and judged, as a file's are."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpRequest

from openpars.api.pars.tongues import reading_of
from openpars.api.problems import Problem
from openpars.formats.checking import Checked, check_rows
from openpars.formats.rows import Layout, Limits, Unreadable

MOST_ACTIVITIES: Final = 1_000
"""How many activities one request may hold."""
MOST_MARKS: Final = 250_000
"""How many marks one request may hold that begin something: an activity has about two hundred.

A body is read in this process, unlike a file, so what it can become in memory is bounded beforehand.
"""
_MARKS: Final = (b"<", b"=", b"{", b"[", b",")
_LIMITS: Final = Limits(rows=MOST_ACTIVITIES)
_TOO_MUCH: Final = (
    f"One request may hold {MOST_ACTIVITIES:,} activities, and a reasonable number of elements. Send a part of "
    "them at a time, or all of them as a file, to /api/v1/uploads."
)


def checked_rows(request: HttpRequest, body: bytes, *, today: date) -> tuple[Layout, list[Checked]]:
    """Return how a body is laid out, and its activities, each with its findings.

    Raises Problem: 413 for too many, 415 for a type that is not read, 400 for what cannot be read.
    """
    if not body.strip():
        raise Problem(400, None, "The body is empty. Send one or several MedicalEducationMetrics in it.")
    if sum(body.count(mark) for mark in _MARKS) > MOST_MARKS:
        raise Problem(413, None, _TOO_MUCH)
    try:
        reading = reading_of(request, body, limits=_LIMITS)
        return reading.layout, list(check_rows(reading, today=today))
    except Unreadable as unreadable:
        found = unreadable.finding
        if found.rule == "file.too_many_rows":
            raise Problem(413, None, _TOO_MUCH) from None
        raise Problem(400, None, f"{found.message} {found.mend}", [found]) from None
