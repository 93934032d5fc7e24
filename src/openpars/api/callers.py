"""Who calls: the key of a request, and what it may do."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.http import HttpRequest

from openpars.accounts.authentication import Caller, NotSignedIn, caller_of
from openpars.api.problems import Problem

Right = Literal["read", "write", "close"]
"""What a key may have been given; every key may read."""

_DOES: Final[dict[Right, str]] = {
    "read": "read",
    "write": "enter and change activities",
    "close": "close and reopen activities",
}


def caller(request: HttpRequest, *, now: datetime) -> Caller:
    """Return who calls, by the header Authorization. Raises Problem 401. One query."""
    try:
        return caller_of(request.headers.get("Authorization"), now=now)
    except NotSignedIn as refused:
        raise Problem(
            401, None, str(refused), headers={"WWW-Authenticate": 'Bearer realm="OpenPARS"'}
        ) from refused


def must_have(caller: Caller, right: Right) -> None:
    """Raise Problem 403 unless the key was made with this right."""
    if right not in caller.scopes:
        detail = (
            f"The key “{caller.key.name}” may not {_DOES[right]}: it was made without the scope “{right}”. "
            "An administrator of the provider can make another key."
        )
        raise Problem(403, None, detail)
