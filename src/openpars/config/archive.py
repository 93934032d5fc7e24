"""Backup and restore: one zip file with every table as JSON lines, the same for SQLite and PostgreSQL.

    manifest.json          versions, migrations, per table its columns, rows and SHA-256, the stored files
    tables/<table>.jsonl   one row a line, an array in the order of the manifest's columns
    files/secret-key       so that links in letters already sent still work
    stored/<name>          a file of Django's storage, as it was uploaded

Writing and reading are streamed; neither needs more memory than a few hundred rows. The archive is read in
one transaction of the database (`write`) and written in one (`restore`).
"""

import hashlib
import json
import os
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, FileField, Model, QuerySet

from openpars import __version__
from openpars.accounts.models import Accreditor, Person
from openpars.activities import queries, writer
from openpars.activities.transactions import WritingTransaction
from openpars.clock import now
from openpars.config import stored_files, unfinished
from openpars.config.one_provider import is_prepared
from openpars.config.starting import prepare_database
from openpars.rulebook import VERSION as RULEBOOK

FORMAT = 1
_BATCH = 500
_SECRET_KEY = "secret-key"  # noqa: S105 - the name of a file

#: What reading a zip file raises that is damaged, encrypted or packed in a way of its own.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
    json.JSONDecodeError,
)

#: Tables that are made again by themselves: sessions (everybody signs in again) and Django's own lists.
_LEFT_OUT = {"sessions", "contenttypes", "auth"}

#: What is only under way: a job's lease is somebody's here and now, a plan is made of what is stored then, and calls
#: are counted for a minute. Files prepared to be downloaded are gone in a day, and can be asked for again.
_UNDER_WAY = {"jobs.job", "activities.plan", "activities.staged", "uploads.download", "api.callcount"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What was written or restored: numbers of rows and of uploaded files, and what the storage had lost."""

    rows: int
    files: int
    lost: Sequence[str] = ()


class NotReady(Exception):
    """There is no complete database to write."""


class DataHere(Exception):
    """The database to restore into is not empty, and nobody said it may be replaced."""


class Unusable(Exception):
    """The file cannot be restored; the message says why."""


def write(file: Path) -> Contents:
    """Write everything into a new `file`, readable by its owner only.

    The file appears under its name when it is complete. Raises NotReady before the first migration.
    """
    if not is_prepared():
        message = "This database is new, or of another version. Start the site once, then make the backup."
        raise NotReady(message)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                contents = _write_all(archive)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    return contents


def _write_all(archive: zipfile.ZipFile) -> Contents:
    with queries.one_moment():
        models = _kept(installed)
        tables = [_write_table(archive, model) for model in models]
        names = _file_names(models)
        migrations = _migrations()
        last_activity_id = writer.last_number()
    files = []
    key = settings.DATA / _SECRET_KEY
    if key.exists():
        archive.writestr(f"files/{_SECRET_KEY}", key.read_bytes())
        files.append(_SECRET_KEY)
    # A stored file never changes, so it need not be read at that same moment.
    stored, lost = stored_files.write(archive, names)
    manifest = {
        "format": FORMAT,
        "openpars": __version__,
        "rulebook": RULEBOOK,
        "made_at": now().isoformat(),
        "database": connection.vendor,
        "migrations": migrations,
        "tables": tables,
        "last_activity_id": last_activity_id,
        "files": files,
        "stored": stored,
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Contents(sum(table["rows"] for table in tables), len(stored), lost)


def _ours(apps: Apps) -> list[type[Model]]:
    """Every model whose rows are ours, the hidden many-to-many ones too, by table name."""
    found = apps.get_models(include_auto_created=True)
    ours = {model._meta.db_table: model for model in found if model._meta.app_label not in _LEFT_OUT}
    return [model for _, model in sorted(ours.items()) if model._meta.managed and not model._meta.proxy]


def _kept(apps: Apps) -> list[type[Model]]:
    """Those of our models whose rows a backup takes along."""
    return [model for model in _ours(apps) if model._meta.label_lower not in _UNDER_WAY]


def _file_names(models: Iterable[type[Model]]) -> list[str]:
    """The names of all files that rows of these models tell of, in the storage."""
    columns = [
        (model, field) for model in models for field in _columns(model) if isinstance(field, FileField)
    ]
    return [
        name
        for model, field in columns
        for name in QuerySet(model).order_by("pk").values_list(field.attname, flat=True)
        if name
    ]


def _columns(model: type[Model]) -> list["Field[Any, Any]"]:
    """The columns whose values are ours; those of the databases' own making are made anew."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, WritingTransaction)
    ]


def _migrations() -> list[list[str]]:
    """The migrations this database has seen, as [app, name]."""
    return sorted([app, name] for app, name in MigrationExecutor(connection).loader.applied_migrations)


def _write_table(archive: zipfile.ZipFile, model: type[Model]) -> dict[str, Any]:
    columns = [field.attname for field in _columns(model)]
    digest, rows = hashlib.sha256(), 0
    # A plain QuerySet: managers of ours answer within a scope only.
    everything: Any = QuerySet(model).order_by("pk").values_list(*columns)
    with archive.open(f"tables/{model._meta.db_table}.jsonl", "w", force_zip64=True) as out:
        for row in everything.iterator(chunk_size=_BATCH):
            line = (
                json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True).encode()
                + b"\n"
            )
            digest.update(line)
            out.write(line)
            rows += 1
    return {
        "table": model._meta.db_table,
        "model": model._meta.label_lower,
        "columns": columns,
        "rows": rows,
        "sha256": digest.hexdigest(),
    }


def _plain(value: Any) -> Any:
    """A column's value as JSON; `_value` is the way back."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


def _value(field: "Field[Any, Any]", plain: Any) -> Any:
    """What the database driver takes for a plain value of this column."""
    kind = field.get_internal_type()
    if plain is None or kind == "JSONField":
        value = plain
    elif kind == "BinaryField":
        value = b64decode(plain)
    elif kind == "DurationField":
        value = timedelta(seconds=plain)
    else:
        value = field.to_python(plain)
    return field.get_db_prep_save(value, connection)


def restore(file: Path, *, replace: bool) -> Contents:
    """Bring back what `write` wrote, into this database and this storage.

    A backup of an earlier version is restored as that version and then migrated, which needs a database
    without tables. Raises Unusable, and DataHere unless `replace`; in both cases no data have changed.
    """
    with _opened(file) as (archive, manifest):
        apps = _migrate_to(manifest, replace=replace)
        models = {model._meta.db_table: model for model in _kept(apps)}
        if set(models) != {table["table"] for table in manifest["tables"]}:
            message = "its tables are not those of this version."
            raise Unusable(message)
        before = _file_names(_ours(apps))
        stored = manifest.get("stored", [])
        new = stored_files.put(archive, stored)
        try:
            _replace_rows(archive, manifest, models, everything=_ours(apps))
        except BaseException:
            stored_files.remove(new)
            raise
        stored_files.remove({*before} - {entry["name"] for entry in stored})
        prepare_database()
        if last := manifest["last_activity_id"]:
            writer.go_on_after(last)
        for name in manifest["files"]:
            _put_file(settings.DATA / name, archive.read(f"files/{name}"))
    return Contents(sum(table["rows"] for table in manifest["tables"]), len(stored))


def _replace_rows(
    archive: zipfile.ZipFile,
    manifest: dict[str, Any],
    models: dict[str, type[Model]],
    *,
    everything: list[type[Model]],
) -> None:
    """Put the rows of a backup in the place of all that are here, in one transaction. Raises Unusable."""
    try:
        with transaction.atomic():
            connection.check_constraints()
            _empty(everything)
            for table in manifest["tables"]:
                _read_table(archive, table, models[table["table"]])
            if upload := models.get("uploads_upload"):
                unfinished.let_go(upload)
            connection.check_constraints()
            _reset_sequences(list(models.values()))
    except (
        ValidationError,
        DatabaseError,
        ValueError,
        TypeError,
        ArithmeticError,
        RecursionError,
    ) as problem:
        message = f"its rows do not fit this version ({str(problem).strip().splitlines()[0]})."
        raise Unusable(message) from problem


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open a backup, read all of it once and compare it with its manifest, before anything is touched."""
    message = "it is not a backup of OpenPARS, or it is damaged."
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            manifest = json.loads(archive.read("manifest.json"))
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                raise Unusable("it is of a format this version does not know.")
            if not _has_shape(manifest):
                raise Unusable(message)
            _check(archive, manifest)
        except _UNREADABLE as problem:
            raise Unusable(message) from problem
        yield archive, manifest


def _has_shape(manifest: dict[str, Any]) -> bool:
    """Say whether the manifest has all its parts, each of its kind."""
    match manifest:
        case {
            "openpars": str(),
            "migrations": [*migrations],
            "tables": [*tables],
            "files": [*files],
            "last_activity_id": int(last),
        }:
            return (
                0 <= last <= queries.LAST_ID
                and all(isinstance(name, str) for name in files)
                and all(map(_is_migration, migrations))
                and all(map(_is_table, tables))
                and _are_stored(manifest.get("stored", []))
            )
    return False


def _is_migration(value: Any) -> bool:
    match value:
        case [str(), str()]:
            return True
    return False


def _is_table(value: Any) -> bool:
    match value:
        case {"table": str(), "columns": [*columns], "rows": int(), "sha256": str()}:
            return all(isinstance(name, str) for name in columns)
    return False


def _are_stored(value: Any) -> bool:
    return isinstance(value, list) and all(map(stored_files.is_entry, value))


def _check(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    if not set(manifest["files"]) <= {_SECRET_KEY}:
        message = "it holds a file that is none of ours."
        raise Unusable(message)
    for table in manifest["tables"]:
        digest = hashlib.sha256()
        with archive.open(f"tables/{table['table']}.jsonl") as lines:
            while block := lines.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != table["sha256"]:
            message = f"the table {table['table']} is damaged."
            raise Unusable(message)
    for name in manifest["files"]:
        archive.read(f"files/{name}")
    if lost := stored_files.damaged(archive, manifest.get("stored", [])):
        message = f"the uploaded file {lost} is damaged."
        raise Unusable(message)


def _migrate_to(manifest: dict[str, Any], *, replace: bool) -> Apps:
    """Give the database the tables the backup was made of; answers the models as they were then."""
    executor = MigrationExecutor(connection)
    theirs = {(app, name) for app, name in manifest["migrations"]}
    ours = {(app, name) for app, name in executor.loader.graph.nodes}
    if not theirs <= ours:
        message = f"it was made by OpenPARS {manifest['openpars']}, which is newer than this version."
        raise Unusable(message)
    applied = set(executor.loader.applied_migrations)
    if applied and theirs == ours:
        prepare_database()
        if not replace and (QuerySet(Person).exists() or QuerySet(Accreditor).exists()):
            raise DataHere
        return installed
    if applied:
        message = (
            f"it was made by OpenPARS {manifest['openpars']}, an earlier version. "
            "Restore it into a new data folder or a new database."
        )
        raise Unusable(message)
    if theirs == ours:
        prepare_database()
        return installed
    last = [key for key in theirs if not any(child in theirs for child in _children(executor, key))]
    state = executor.migrate(sorted(last))
    return state.apps


def _children(executor: MigrationExecutor, key: tuple[str, str]) -> set[tuple[str, str]]:
    """The migrations of the same app that build on this one."""
    node = executor.loader.graph.node_map[key]
    return {child.key for child in node.children if child.key[0] == key[0]}


def _empty(models: list[type[Model]]) -> None:
    tables = [model._meta.db_table for model in models] + ["django_session"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables):
            cursor.execute(statement)


def _read_table(archive: zipfile.ZipFile, table: dict[str, Any], model: type[Model]) -> None:
    fields = {field.attname: field for field in _columns(model)}
    if set(fields) != set(table["columns"]):
        message = f"the columns of {table['table']} are not those of this version."
        raise Unusable(message)
    columns = [fields[name] for name in table["columns"]]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in columns)
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {quote(table['table'])} ({names}) VALUES ({marks})"
    with archive.open(f"tables/{table['table']}.jsonl") as lines, connection.cursor() as cursor:
        while batch := [json.loads(line) for line in islice(lines, _BATCH)]:
            rows = [
                [_value(field, plain) for field, plain in zip(columns, row, strict=True)] for row in batch
            ]
            cursor.executemany(insert, rows)


def _reset_sequences(models: list[type[Model]]) -> None:
    """Let the next new row get a number above the restored ones (SQLite does so by itself)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _put_file(path: Path, content: bytes) -> None:
    handle: IO[bytes]
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
    partial.rename(path)
