"""Which activities a search can mean, from an index of every three characters that follow each other.

The databases keep the index by themselves (migration `0003_search`): SQLite in a table of its full-text search,
PostgreSQL in an index over `search_text`. What it gives is a superset: who asks compares the texts as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

LENGTH: Final = 3
#: Words that so many activities hold are found as quickly by going through the list, which soon has enough.
MOST: Final = 500
#: Trigrams that begin with the same two letters; more of them are no help.
_FEW: Final = 50
#: Activities named in one statement.
_PART: Final = 5_000

_SQLITE: Final = "SELECT rowid FROM activities_search WHERE activities_search MATCH %s LIMIT %s"
_BEGINNINGS: Final = "SELECT term FROM activities_search_trigrams WHERE term >= %s AND term <= %s LIMIT %s"
# Materialized: asked for the first few alone, PostgreSQL may go through all records until it has them.
_POSTGRESQL: Final = (
    "WITH found AS MATERIALIZED ("
    "SELECT activity_id FROM activities_activity WHERE activities_trigrams(provider_id, search_text) @> %s"
    ") SELECT activity_id FROM found LIMIT %s"
)


def candidates(words: Sequence[str], *, provider_id: int | None) -> list[int] | None:
    """Return the IDs of all activities that can hold these folded words, deleted ones included.

    Those of other providers may be among them. None when the index does not help: no word is long enough,
    or more than `MOST` activities hold them.
    """
    grams = sorted({word[at : at + LENGTH] for word in words for at in range(len(word) - LENGTH + 1)})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if not grams:
                return None
            tags = [] if provider_id is None else [f"provider {provider_id}"]
            cursor.execute(_POSTGRESQL, [grams + tags, MOST + 1])
        else:
            wanted = [_quoted(gram) for gram in grams]
            for begun in _begun(cursor, words):
                if not begun:
                    return []
                wanted.append(f"({' OR '.join(map(_quoted, begun))})")
            if not wanted:
                return None
            cursor.execute(_SQLITE, [" AND ".join(wanted), MOST + 1])
        found = [activity_id for (activity_id,) in cursor.fetchall()]
    return None if len(found) > MOST else found


def _begun(cursor: Any, words: Sequence[str]) -> Iterator[list[str]]:
    """Give for each word that is a letter too short the trigrams that begin with it, if they are few.

    Every pair of letters is the beginning of one, but for the last, which is of an activity ID.
    """
    for word in words:
        if len(word) != LENGTH - 1 or word.isdecimal():
            continue
        cursor.execute(_BEGINNINGS, [word, word + chr(sys.maxunicode), _FEW + 1])
        begun = [gram for (gram,) in cursor.fetchall()]
        if len(begun) <= _FEW:
            yield begun


def _quoted(gram: str) -> str:
    return '"{}"'.format(gram.replace('"', '""'))


@contextmanager
def together(cursor: Any, activity_ids: Sequence[int]) -> Iterator[None]:
    """Put these activities into the index at once, after they have been written within; for SQLite alone.

    Row by row, its full-text search takes longer than the rows themselves. Within the caller's transaction.
    """
    parts = [
        f"activity_id IN ({', '.join(map(str, activity_ids[start : start + _PART]))})"
        for start in range(0, len(activity_ids), _PART)
    ]
    for part in parts:
        cursor.execute(
            "INSERT INTO activities_search (activities_search, rowid, search_text)"
            f" SELECT 'delete', activity_id, search_text FROM activities_activity WHERE {part}"
        )
    cursor.execute("INSERT INTO activities_search_held VALUES (1)")
    yield
    cursor.execute("DELETE FROM activities_search_held")
    for part in parts:
        cursor.execute(
            "INSERT INTO activities_search (rowid, search_text)"
            f" SELECT activity_id, search_text FROM activities_activity WHERE {part}"
        )
