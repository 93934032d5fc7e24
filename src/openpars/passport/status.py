"""How this machine's index is: for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from time import sleep

from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import feed
from openpars.passport import generations, store
from openpars.passport.rebuilding import rebuild

#: Seconds between two looks at whether another process has made the index anew.
_LOOK = 0.2


@dataclass(frozen=True)
class Status:
    """The activities in the index, its size on disk in bytes, whether all changes are in, and whether one follows.

    Without an index that this version reads, `activities` is None.
    """

    activities: int | None
    size: int
    is_up_to_date: bool
    is_followed: bool


def status() -> Status:
    """Return how this machine's index is."""
    held = generations.hold()
    if held is not None:
        held.let_go()
    try:
        snapshot = store.snapshot()
    except store.NoIndex:
        return Status(None, 0, is_up_to_date=False, is_followed=held is None)
    folder = store.folder() / snapshot.generation
    followed = generations.followed(folder)
    return Status(
        activities=snapshot.searcher.num_docs,
        size=sum(path.stat().st_size for path in folder.iterdir()),
        is_up_to_date=followed is not None and followed.cursor == feed.end(SYSTEM_SCOPE),
        is_followed=held is None,
    )


def make_anew() -> None:
    """Have the index made anew, by the process that follows or else by this one; it is there when this returns."""
    before = store.current(store.folder())
    generations.ask(store.WANTED)
    while True:
        held = generations.hold()
        if held is not None:
            try:
                # The one that followed may have done it, and ended.
                if generations.is_asked(held, store.WANTED):
                    rebuild(held)
            finally:
                held.let_go()
            return
        if store.current(store.folder()) != before:
            return
        sleep(_LOOK)
