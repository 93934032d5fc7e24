"""Comparing the index with what is stored, portion by portion, and mending what differs.

Some things change without a change in the history: an activity ends at midnight, a provider is renamed, an
accreditor's days begin by another clock, a new rulebook judges differently. And whatever else may go wrong with a
copy is found here.
"""

from __future__ import annotations

from openpars import clock
from openpars.activities.queries import LAST_ID
from openpars.passport import listed
from openpars.passport.writing import Writing

#: Documents compared at once, should an index hold many that nobody may see.
_MOST = 4 * listed.MARKS


def sweep(writing: Writing, *, after: int) -> tuple[int | None, int]:
    """Compare the activities behind this ID, a portion of them, and make the documents that differ anew.

    Answers behind which ID to go on (None when all have been compared), and how many differed: if any did, what was
    written has to be committed before the next portion.
    """
    now = clock.now()
    should = listed.marks(after=after, now=now)
    to = should[-1].activity_id if len(should) == listed.MARKS else LAST_ID
    has = writing.marks(after=after, to=to, most=_MOST)
    differing = {mark.activity_id for mark in {*should} ^ {*has}}
    if len(has) > len({mark.activity_id for mark in has}):
        differing |= {mark.activity_id for mark in has}
    if differing:
        writing.renew(differing, list(listed.those_of(differing, now=now)))
    if len(has) == _MOST:
        return after, len(differing)
    return (to if to < LAST_ID else None), len(differing)
