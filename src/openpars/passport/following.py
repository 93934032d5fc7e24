"""The follower: keeps this machine's index as the database is, and makes it anew when it is missing or torn.

It is a companion on every machine that answers pages. One process of a machine follows; others of the same folder
rest, and take over when it is gone.
"""

from __future__ import annotations

import logging
from pathlib import Path
from time import monotonic

from django.db import DatabaseError, InterfaceError

from openpars import clock
from openpars.accounts.models import Provider
from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import feed
from openpars.passport import generations, listed, store
from openpars.passport.generations import Followed, Held
from openpars.passport.integrity import is_whole
from openpars.passport.rebuilding import rebuild
from openpars.passport.sweeping import sweep
from openpars.passport.writing import Writing

log = logging.getLogger(__name__)

#: Changes followed at once: one commit.
AT_ONCE = 2_000
#: Seconds until the next turn: with nothing to do, with more to do, and while another process follows.
_IDLE, _BUSY, _RESTING = 1.0, 0.02, 3.0
#: Seconds between two sweeps at least; on a large site they take at most one part in so many of the time.
_SWEEP, _SHARE = 60.0, 50
#: Turns that may fail until all is made anew.
_PATIENCE = 3
#: Seconds between two looks at the providers, and at an index that somebody doubts.
_PROVIDERS, _DOUBTS = 5.0, 30.0


class Follower:
    """One follower; calling it is one turn."""

    def __init__(self) -> None:
        self._held: Held | None = None
        self._writing: Writing | None = None
        self._followed = Followed(feed.BEGINNING, "")
        self._sweeping = _Sweeping()
        self._doubted = -_DOUBTS
        self._failures = 0

    def __call__(self) -> float:
        """Do what there is to do; answers after how many seconds to look again."""
        try:
            return self._turn()
        except (DatabaseError, InterfaceError):
            # What was not committed is done anew, and harmlessly twice.
            raise
        except BaseException:
            self.close()
            self._failures += 1
            if self._failures % _PATIENCE == 0:
                # Whatever it is: an index that is made anew may be without it.
                generations.ask(store.WANTED)
            raise

    def close(self) -> None:
        """Let another one follow."""
        self._writing = None
        if self._held is not None:
            self._held.let_go()
            self._held = None

    def _turn(self) -> float:
        if self._held is not None and not self._held.is_ours():
            self.close()
        self._held = self._held or generations.hold()
        if self._held is None:
            return _RESTING
        writing = self._open(self._held)
        more = self._follow(writing)
        more |= self._sweeping.go_on(writing)
        return _BUSY if more else _IDLE

    def _open(self, held: Held) -> Writing:
        """Return the generation that is read, opened to be written to; a new one, if that one cannot be."""
        current = held.folder / (store.current(held.folder) or "none")
        if generations.is_asked(held, store.WANTED) or self._is_torn(held, current):
            return self._make(held)
        if self._writing is not None and self._writing.generation == current:
            return self._writing
        followed = self._find(current)
        if followed is None:
            return self._make(held)
        try:
            self._writing = Writing(current)
        except ValueError:
            log.exception("The index of CME Passport cannot be opened")
            return self._make(held)
        generations.clear(held)
        self._followed = followed
        self._sweeping = _Sweeping()
        return self._writing

    def _is_torn(self, held: Held, current: Path) -> bool:
        """Say whether somebody doubts the index, and is right."""
        if monotonic() - self._doubted < _DOUBTS or not generations.is_asked(held, store.DOUBTED):
            return False
        self._doubted = monotonic()
        generations.answered(held, store.DOUBTED)
        return not is_whole(current)

    @staticmethod
    def _find(current: Path) -> Followed | None:
        """Return how far this generation has followed, if it is one that can be followed on."""
        followed = generations.followed(current)
        if followed is None or not store.is_of_this_shape(current.name) or not is_whole(current):
            return None
        try:
            return followed if feed.sign_of(followed.cursor) == followed.sign else None
        except feed.NoSuchCursor:
            return None

    def _make(self, held: Held) -> Writing:
        self._writing = None
        generation, self._followed = rebuild(held)
        self._writing = Writing(generation)
        self._sweeping = _Sweeping()
        return self._writing

    def _follow(self, writing: Writing) -> bool:
        """Read a portion of what changed; answers whether there is more."""
        try:
            found = feed.touched(SYSTEM_SCOPE, self._followed.cursor, limit=AT_ONCE)
            sign = feed.sign_of(found.cursor)
        except feed.NoSuchCursor:
            # A backup has been restored.
            generations.ask(store.WANTED)
            return True
        if found.activity_ids:
            writing.renew(found.activity_ids, list(listed.those_of(found.activity_ids, now=clock.now())))
            writing.commit()
            self._followed = Followed(found.cursor, sign)
            generations.note(writing.generation, self._followed)
        return found.more


class _Sweeping:
    """When the index is compared with what is stored, and how far that has come."""

    def __init__(self) -> None:
        self._after: int | None = 0
        self._due = 0.0
        self._spent = 0.0
        self._providers = _providers()
        self._looked = monotonic()

    def go_on(self, writing: Writing) -> bool:
        """Compare a portion, if it is time; answers whether there is more to compare."""
        begun = monotonic()
        if self._after is None and (begun >= self._due or self._providers_changed()):
            self._after, self._spent = 0, 0.0
        if self._after is None:
            return False
        self._after, differing = sweep(writing, after=self._after)
        if differing:
            writing.commit()
        self._spent += monotonic() - begun
        self._due = monotonic() + max(_SWEEP, _SHARE * self._spent)
        return self._after is not None

    def _providers_changed(self) -> bool:
        """Say whether a provider is called otherwise than at the last look."""
        if monotonic() - self._looked < _PROVIDERS:
            return False
        self._looked, before = monotonic(), self._providers
        self._providers = _providers()
        return self._providers != before


def _providers() -> int:
    return hash(tuple(Provider.objects.order_by("pk").values_list("pk", "number", "name", "sandbox_of")))
