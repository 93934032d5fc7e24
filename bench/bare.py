"""The floor under an upload: the bare read of its file, and the bare write of the rows that it leaves.

Nothing is checked and nothing is looked up: a library reads the file to its end, and the driver puts rows that
are ready into tables with the same columns, indexes and triggers, which were empty before.
"""

import csv
import io
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection
from lxml import etree
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheet

_AT_ONCE: Final = 5_000
_ACTIVITY: Final = "{*}MedicalEducationMetrics"

#: For each table the rows of it that an upload has written.
_LEFT: Final = {
    "activities_activity": "activity_id IN (SELECT activity_id FROM activities_change WHERE upload = {upload})",
    "activities_change": "upload = {upload}",
    "activities_pastname": "provider_id = (SELECT provider_id FROM uploads_upload WHERE id = {upload})",
    "uploads_uploadrow": "upload_id = {upload}",
    "uploads_uploadfinding": "upload_id = {upload}",
}
#: What an upload that was only planned has written.
PLANNED: Final = ("uploads_uploadrow", "uploads_uploadfinding")
LEFT: Final = tuple(_LEFT)


def _xlsx(path: Path) -> int:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return sum(1 for _ in sheet.iter_rows())


def _tab(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter="\t"))


def _xml(path: Path) -> int:
    count = 0
    for _, element in etree.iterparse(path, tag=_ACTIVITY, resolve_entities=False, no_network=True):
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del element.getparent()[0]
        count += 1
    return count


_READERS: Final[dict[str, Callable[[Path], int]]] = {"xlsx": _xlsx, "tab-delimited": _tab, "XML": _xml}


def read(form: str, path: Path) -> float:
    """Return how long the fastest library takes to read a file to its end, in seconds."""
    start = perf_counter()
    count = _READERS[form](path)
    taken = perf_counter() - start
    assert count, path
    return taken


def rewrite(form: str, path: Path) -> float:
    """Return how long the fastest library takes to write again what a file holds, in seconds."""
    return _REWRITERS[form](path)


def _xlsx_again(path: Path) -> float:
    headings, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    records = [dict(zip(headings, row, strict=True)) for row in rows]
    start = perf_counter()
    write_worksheet(records, io.BytesIO())
    return perf_counter() - start


def _tab_again(path: Path) -> float:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    start = perf_counter()
    csv.writer(io.StringIO(), delimiter="\t").writerows(rows)
    return perf_counter() - start


def _xml_again(path: Path) -> float:
    tree = etree.parse(path)
    start = perf_counter()
    tree.write(io.BytesIO(), encoding="utf-8")
    return perf_counter() - start


_REWRITERS: Final[dict[str, Callable[[Path], float]]] = {
    "xlsx": _xlsx_again,
    "tab-delimited": _tab_again,
    "XML": _xml_again,
}


def write(upload: UUID, tables: Sequence[str] = LEFT) -> float:
    """Return how long it takes to write the rows that an upload left in these tables, in seconds."""
    return _to_sqlite(upload, tables) if connection.vendor == "sqlite" else _to_postgresql(upload, tables)


def _to_sqlite(upload: UUID, tables: Sequence[str]) -> float:
    settings = connection.settings_dict
    with (
        tempfile.TemporaryDirectory(dir=Path(settings["NAME"]).parent) as folder,
        closing(sqlite3.connect(settings["NAME"])) as source,
        closing(sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)) as target,
    ):
        target.executescript(settings["OPTIONS"]["init_command"])
        # Whose the activities are is not copied.
        target.execute("PRAGMA foreign_keys=OFF")
        schema = (
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
            " AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
        )
        for (statement,) in source.execute(schema).fetchall():
            target.execute(statement)
        return sum(_fill_sqlite(source, target, table, upload) for table in tables)


def _fill_sqlite(source: sqlite3.Connection, target: sqlite3.Connection, table: str, upload: UUID) -> float:
    rows = source.execute(f"SELECT * FROM {table} WHERE {_LEFT[table].format(upload=repr(upload.hex))}")
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows.description))})"
    taken = -perf_counter()
    target.execute("BEGIN")
    # The search index is filled at once, which is the quicker way.
    target.execute("INSERT INTO activities_search_held VALUES (1)")
    taken += perf_counter()
    while batch := rows.fetchmany(_AT_ONCE):
        taken -= perf_counter()
        target.executemany(insert, batch)
        taken += perf_counter()
    taken -= perf_counter()
    target.execute("DELETE FROM activities_search_held")
    if table == "activities_activity":
        target.execute(
            "INSERT INTO activities_search (rowid, search_text)"
            " SELECT activity_id, search_text FROM activities_activity"
        )
    target.execute("COMMIT")
    return taken + perf_counter()


def _to_postgresql(upload: UUID, tables: Sequence[str]) -> float:
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    address = {name: parameters[name] for name in names if name in parameters}
    with psycopg.connect(**address) as source, psycopg.connect(**address, autocommit=True) as target:
        target.execute("CREATE SCHEMA bare")
        try:
            return sum(_fill_postgresql(source, target, table, upload) for table in tables)
        finally:
            target.execute("DROP SCHEMA bare CASCADE")


def _fill_postgresql(
    source: psycopg.Connection[Any], target: psycopg.Connection[Any], table: str, upload: UUID
) -> float:
    target.execute(f"CREATE TABLE bare.{table} (LIKE {table} INCLUDING ALL)".encode())
    names = [
        column.name for column in source.execute(f"SELECT * FROM {table} LIMIT 0".encode()).description or ()
    ]
    # As text, which is what COPY sends: nothing has to be made of the values.
    texts = ", ".join(f'"{name}"::text' for name in names)
    condition = _LEFT[table].format(upload=f"'{upload}'")
    with source.cursor(name="left") as rows, target.cursor() as cursor:
        rows.execute(f"SELECT {texts} FROM {table} WHERE {condition}".encode())
        columns = ", ".join(f'"{name}"' for name in names)
        taken = -perf_counter()
        with cursor.copy(f"COPY bare.{table} ({columns}) FROM STDIN".encode()) as copy:
            taken += perf_counter()
            while batch := rows.fetchmany(_AT_ONCE):
                taken -= perf_counter()
                for row in batch:
                    copy.write_row(row)
                taken += perf_counter()
            taken -= perf_counter()
    return taken + perf_counter()
