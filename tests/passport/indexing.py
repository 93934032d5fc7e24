"""An index of a test's own, and what it holds."""

from pathlib import Path

from tantivy import Query

from openpars.passport import store
from openpars.passport.following import Follower


def catch_up(follower: Follower | None = None, *, turns: int = 40) -> None:
    """Let the index be as the database is now; without a follower by one that goes away again."""
    passing = follower is None
    follower = follower or Follower()
    try:
        for _ in range(turns):
            if follower() >= 1.0:
                return
        raise AssertionError("the follower is still busy")
    finally:
        if passing:
            follower.close()


def indexed() -> list[int]:
    """The IDs of all documents, each as often as it is there."""
    searcher = store.snapshot().searcher
    found = [place for _, place in searcher.search(Query.all_query(), 1_000).hits]
    return sorted(int(one or 0) for one in searcher.fast_field_values("activity_id", found))


def found(field: str, word: str) -> list[int]:
    """The IDs of the documents that have this word in this field."""
    snapshot = store.snapshot()
    hits = snapshot.searcher.search(Query.term_query(snapshot.schema, field, word), 1_000).hits
    return sorted(snapshot.searcher.doc(place)["activity_id"][0] for _, place in hits)


def generation() -> Path:
    """The folder of the generation that is read."""
    return store.folder() / store.snapshot().generation
