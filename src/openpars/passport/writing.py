"""Writing to one generation of the index: documents of activities are added, renewed and committed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from tantivy import FieldType, Index, IndexWriter, Query

from openpars.passport.documents import document
from openpars.passport.listed import Listed, Mark
from openpars.passport.schema import analyzers, build

log = logging.getLogger(__name__)

#: Bytes that are gathered in memory before a part of the index is written, when following and when all is made anew.
SMALL, LARGE = 32_000_000, 192_000_000


class Writing:
    """A generation that is being written to; nobody sees anything of it before `commit`."""

    def __init__(self, generation: Path, *, memory: int = SMALL) -> None:
        self.generation = generation
        self.schema = build()
        self._index = Index(self.schema, str(generation))
        analyzers(self._index)
        self._index.config_reader("manual")
        self._writer: IndexWriter = self._index.writer(memory, 1)
        # Files that a killed process had begun would stand in the way of others by the same name.
        self._writer.garbage_collect_files()

    def add(self, activities: Iterable[Listed]) -> int:
        """Add the documents of activities that have none yet; answers how many."""
        count = 0
        for activity in activities:
            try:
                made = document(activity)
            except Exception:
                # One activity that cannot be found is less of a loss than a search that cannot be made.
                log.exception("Activity %s cannot be indexed", activity.activity_id)
                continue
            self._writer.add_document(made)
            count += 1
        return count

    def renew(self, activity_ids: Collection[int], activities: Sequence[Listed]) -> None:
        """Let these activities have the documents of those that everybody may see, and no others."""
        # By a term alone the library would look for a signed number, and find none.
        old = Query.term_set_query(self.schema, "activity_id", sorted(activity_ids))
        self._writer.delete_documents_by_query(old)
        self.add(activities)

    def commit(self) -> None:
        """Let those who read see what was written; on disk when this returns."""
        self._writer.commit()

    def finish(self) -> None:
        """Commit, and wait until the parts have been put together; nothing more is written."""
        self._writer.commit()
        self._writer.wait_merging_threads()

    def count(self) -> int:
        """Return how many documents there were at the last commit."""
        self._index.reload()
        return self._index.searcher().num_docs

    def marks(self, *, after: int, to: int, most: int) -> list[Mark]:
        """Return the marks of the documents with IDs behind `after`, up to `to`; at most so many."""
        self._index.reload()
        searcher = self._index.searcher()
        within = Query.range_query(
            self.schema, "activity_id", FieldType.Unsigned, after, to, include_lower=False
        )
        found = [place for _, place in searcher.search(within, most, count=False).hits]
        ids = searcher.fast_field_values("activity_id", found)
        stamps = searcher.fast_field_values("stamp", found)
        return [Mark(int(one or 0), int(stamp or 0)) for one, stamp in zip(ids, stamps, strict=True)]
