"""The parameters of an address: read strictly, so that a misspelled one is not silently left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpResponse

from openpars.api.calls import Call, answer
from openpars.api.problems import Problem
from openpars.rulebook.kinds.trouble import text_of

MOST: Final = 100
"""The most entries of one page."""
USUAL: Final = 50
_LONGEST: Final = 200
_DIGITS: Final = 9


class Parameters:
    """The parameters of one call: each is asked for once, then `done` refuses what nobody asked for."""

    def __init__(self, call: Call) -> None:
        self._given = call.request.GET
        self._asked: list[str] = []

    def text(self, name: str) -> str | None:
        """Return a parameter, None when it is absent or empty. Raises Problem 400 when it is given twice."""
        self._asked.append(name)
        given = self._given.getlist(name)
        if len(given) > 1:
            raise Problem(400, None, f"The parameter {name} stands twice in the address. Leave one.")
        return given[0] if given and given[0] else None

    def one_of(self, name: str, known: Iterable[str]) -> str | None:
        """Return a parameter that is one of a few words. Raises Problem 400."""
        given = self.text(name)
        if given is None:
            return None
        words = list(known)
        if given not in words:
            raise _wrong(name, given, f"one of these: {', '.join(words)}")
        return given

    def number(self, name: str) -> int | None:
        """Return a parameter that is a whole number. Raises Problem 400."""
        given = self.text(name)
        if given is None:
            return None
        if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
            raise _wrong(name, given, "a whole number")
        return int(given)

    def limit(self) -> int:
        """Return how many entries are wanted at once: `limit`, from 1 to MOST."""
        given = self.number("limit")
        if given is not None and not 1 <= given <= MOST:
            raise _wrong("limit", str(given), f"a number from 1 to {MOST}")
        return given or USUAL

    def done(self) -> None:
        """Raise Problem 400 when there is a parameter that nobody asked for."""
        strange = [name for name in self._given if name not in self._asked]
        if strange:
            known = (
                f"These are known: {', '.join(self._asked)}." if self._asked else "This address takes none."
            )
            raise Problem(
                400, None, f"There is no parameter “{text_of(strange[0])[:_LONGEST]}” here. {known}"
            )


def with_next(call: Call, name: str, entries: list[Any], cursor: str | None) -> HttpResponse:
    """Return a page of a list: its entries, and the cursor of the next page, which the header Link leads to."""
    headers = {}
    if cursor is not None:
        query = call.request.GET.copy()
        query["cursor"] = cursor
        headers["Link"] = f'<{call.request.path}?{query.urlencode()}>; rel="next"'
    return answer({name: entries, "next": cursor}, headers=headers)


def _wrong(name: str, given: str, expected: str) -> Problem:
    return Problem(400, None, f"The parameter {name} is {expected}, not “{text_of(given)[:_LONGEST]}”.")
