"""Making the index of CME Passport anew, against a bare scan of the table and bare adding to an index.

The floor is what nobody can do without: the driver gives the columns that are searched, row by row, and the library
is given documents that are ready. All of it is processor time of this process, on whatever threads, so that who works
on several at once gains nothing by it; what PostgreSQL's server does is in neither.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time, thread_time

from django.db import connection
from tantivy import Index

from bench.report import Report
from openpars import clock
from openpars.activities.models import Activity
from openpars.passport import generations, listed, schema, store
from openpars.passport.documents import document
from openpars.passport.rebuilding import rebuild
from openpars.passport.writing import LARGE

LIMIT = 2.5
_AT_ONCE = 5_000


def rebuild_lines(report: Report) -> None:
    """Make the index of what is listed, and hold the time against the floor. It is there afterwards."""
    held = generations.hold()
    assert held is not None
    try:
        begun = perf_counter()
        ours = _spent(lambda: rebuild(held))
        taken = perf_counter() - begun
    finally:
        held.let_go()
    count = store.snapshot().searcher.num_docs
    folder = store.folder() / store.snapshot().generation
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    scan = _spent(lambda: _scan(count))
    add = _add()
    note = f"{ours:.1f} / ({scan:.1f} + {add:.1f}) s of processor time"
    note += f"; {count:,} activities in {taken:.1f} s, {size:.0f} MB"
    report.ratio("passport: rebuild of the index", ours, scan + add, limit=LIMIT, note=note)


def _spent(work: Callable[[], object]) -> float:
    """Return the processor time of this process for doing it, in seconds."""
    begun = process_time()
    work()
    return process_time() - begun


def _scan(count: int) -> None:
    """Have the driver give the columns of all rows."""
    columns = [name for name in listed.Listed._fields if name != "provider"]
    statement = (
        f"SELECT {', '.join(columns)}, provider_id FROM {Activity._meta.db_table}"
        " WHERE on_passport AND complete_for >= 2 AND deleted_at IS NULL"
    )
    connection.ensure_connection()
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        seen = 0
        while rows := cursor.fetchmany(_AT_ONCE):
            seen += len(rows)
    assert seen == count, (seen, count)


def _add() -> float:
    """Return the processor time of adding documents that are ready, as a rebuild does: with the same memory."""
    folder = Path(tempfile.mkdtemp(dir=store.folder()))
    try:
        index = Index(schema.build(), str(folder))
        schema.analyzers(index)
        begun = process_time()
        writer = index.writer(LARGE, 1)
        making = 0.0
        activities = listed.everything(now=clock.now())
        while True:
            since = thread_time()
            ready = [document(one) for _, one in zip(range(_AT_ONCE), activities, strict=False)]
            making += thread_time() - since
            if not ready:
                break
            for each in ready:
                writer.add_document(each)
        writer.commit()
        writer.wait_merging_threads()
        return process_time() - begun - making
    finally:
        shutil.rmtree(folder)
