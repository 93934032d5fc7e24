"""Making the index from nothing: into a folder of its own, which is read when it is complete."""

from __future__ import annotations

import logging
from pathlib import Path

from openpars import clock
from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import feed
from openpars.passport import generations, listed, store
from openpars.passport.generations import Followed, Held
from openpars.passport.writing import LARGE, Writing

log = logging.getLogger(__name__)


def rebuild(held: Held) -> tuple[Path, Followed]:
    """Make a new generation of all activities that everybody may see now, and let it be read.

    The one before is read meanwhile. What changes while this reads is followed afterwards, from the cursor that was
    taken first. Memory does not grow with the number of activities.

    Answers the generation, and how far it has followed.
    """
    cursor = feed.end(SYSTEM_SCOPE)
    followed = Followed(cursor, feed.sign_of(cursor))
    generations.clear(held)
    generation = generations.begin(held)
    writing = Writing(generation, memory=LARGE)
    count = writing.add(listed.everything(now=clock.now()))
    writing.finish()
    generations.note(generation, followed)
    generations.publish(held, generation)
    generations.answered(held, store.WANTED)
    generations.clear(held)
    log.info("The index of CME Passport is made anew: %s activities", count)
    return generation, followed
