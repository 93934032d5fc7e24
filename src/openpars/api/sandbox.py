"""Magic titles: what a test key can force, so that a client can be tried against the bad days, too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openpars.accounts.authentication import Caller
from openpars.api.problems import OUR_FAULT, Problem

#: How long the slow answer takes, in seconds.
DELAY: Final = 5


@dataclass(frozen=True, slots=True)
class Magic:
    """What happens when an activity of this title is written with a test key."""

    title: str
    happens: str
    play: Callable[[], None]


def play(caller: Caller, title: object) -> None:
    """Do what a magic title asks for, when it comes with a test key; any other title is just a title.

    Raises the Problem that the title stands for. Called before anything is written, so that no lock is held
    while it takes its time.
    """
    if caller.key.kind == "test" and isinstance(title, str) and (magic := _BY_TITLE.get(title.strip())):
        magic.play()


def _wait() -> None:
    time.sleep(DELAY)


def _break() -> None:
    raise Problem(500, None, OUR_FAULT)


def _be_busy() -> None:
    raise Problem(503, None, "Others are writing just now. " + OUR_FAULT, headers={"Retry-After": "1"})


def _have_called_too_often() -> None:
    raise Problem(429, None, "This key calls too often. Wait a second.", headers={"Retry-After": "1"})


def _refuse() -> None:
    raise Problem(409, None, "The activity is closed. Reopen it first, then change it.")


MAGIC: Final = (
    Magic("Sandbox: error", "The answer is 500. Nothing is written.", _break),
    Magic("Sandbox: busy", "The answer is 503 with Retry-After: 1. Nothing is written.", _be_busy),
    Magic(
        "Sandbox: too many calls",
        "The answer is 429 with Retry-After: 1. Nothing is written.",
        _have_called_too_often,
    ),
    Magic("Sandbox: refused", "The answer is 409, as for a closed activity. Nothing is written.", _refuse),
    Magic("Sandbox: slow", f"The call is done as usual, but {DELAY} seconds later.", _wait),
)
"""Every magic title, in the order in which they are described."""

_BY_TITLE: Final = {magic.title: magic for magic in MAGIC}
