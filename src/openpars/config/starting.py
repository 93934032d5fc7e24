"""From a folder name to a site that can work: settings, database tables, files for browsers."""

import errno
import fcntl
import hashlib
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
import django
import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from whitenoise.storage import MissingFileError

#: Any number will do, as long as every process of OpenPARS asks PostgreSQL for the same one.
_PREPARING = 7_277_001


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    envvar="OPENPARS_DATA",
    show_default=True,
    help="Folder of the database, the secret key and the files for browsers.",
)


def with_data(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --data, and open the site there before the command runs.

    What goes wrong with the folder or the database is said in a sentence, never as a stack trace.
    """

    @data_option
    @wraps(command)
    def wrapper(*, data: Path, **options: Any) -> None:
        with plain_words(data):
            open_site(data)
            command(**options)

    return wrapper


@contextmanager
def plain_words(data: Path) -> Iterator[None]:
    """Turn what a person can mend (a folder, an address, a database that is away) into one sentence."""
    try:
        yield
    except ImproperlyConfigured as problem:
        raise click.ClickException(str(problem)) from problem
    except DatabaseError as problem:
        reason = _reason_of_sqlite(problem)
        first_line = str(problem).strip().splitlines()[0]
        message = _about(data, reason) if reason else f"The database says: {first_line}"
        raise click.ClickException(message) from problem
    except BrokenPipeError:  # who read what we print has gone; click ends without a word
        raise
    except OSError as problem:
        at = f" ({problem.filename})" if problem.filename else ""
        reason = _REASONS.get(problem.errno or 0, f"{problem.strerror or problem}{at}. Mend that, {_OTHER}")
        raise click.ClickException(_about(data, reason)) from problem


_OTHER = "or choose another folder with --data."
_FULL = f"its disk is full. Make room there, {_OTHER}"
_NOT_OURS = f"this user may not write there. Give it to whoever starts OpenPARS, {_OTHER}"
_REASONS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EROFS: f"its disk is read-only. Make it writable, {_OTHER}",
}


def _about(data: Path, reason: str) -> str:
    return f"Cannot use the data folder {data.resolve()}: {reason}"


def _reason_of_sqlite(problem: BaseException | None) -> str:
    """Return what is wrong with the database file and how to mend it; nothing when it is something else."""
    while problem is not None and not isinstance(problem, sqlite3.Error):
        problem = problem.__cause__
    match getattr(problem, "sqlite_errorcode", 0) & 0xFF:  # the rest says in which place
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return _FULL
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return _NOT_OURS
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return (
                f"the database in it is damaged ({problem}). "
                "Restore the last backup into a new folder: openpars restore FILE --data FOLDER"
            )
    return ""


def open_site(data: Path) -> None:
    """Make the data folder (for its owner only) and load the settings for it."""
    os.umask(0o077)
    folder = data.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["OPENPARS_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpars.config.settings")
    with _alone(folder):  # the first start writes the secret key
        django.setup()
    _reach_server()


def _reach_server() -> None:
    """Say at once when a PostgreSQL server does not answer, and why; its pool would wait and not say."""
    if connection.vendor == "postgresql":
        with connection.wrap_database_errors:
            psycopg.connect(**connection.get_connection_params(), connect_timeout=5).close()


@contextmanager
def alone() -> Iterator[None]:
    """Keep other processes from preparing the same data folder or database, so that two may start at once."""
    with _alone(settings.DATA), _alone_on_server():
        yield


def prepare_database() -> None:
    """Run the migrations that are missing, and make the table that rate limits are counted in."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def forget_old_sessions() -> None:
    """Remove the sessions that have ended by themselves; the others stay."""
    call_command("clearsessions")


def collect_static_files() -> None:
    """Copy the files for browsers into the data folder, compressed, unless they are there already."""
    stamp = settings.DATA / "static" / ".collected"
    now = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except MissingFileError as problem:
        message = "The pages' style and scripts are not built here. Run `make setup`."
        raise click.ClickException(message) from problem
    stamp.write_text(now)


def _static_fingerprint() -> str:
    """A hash over name, size and age of every file that would be collected."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process of this machine prepares the same data folder."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_on_server() -> Iterator[None]:
    """Wait until no process on any machine prepares the same PostgreSQL database."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_PREPARING])


def say(*lines: str) -> None:
    """Print lines plainly and at once, so that whoever reads our output through a pipe sees them."""
    for line in lines:
        click.echo(line, color=False)
    sys.stdout.flush()


def password_from(variable: str, *, stdin: bool) -> str:
    """Read a password from the first line of standard input, from the environment, or by asking twice."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get(variable)
    if given:
        return given
    answer: Any = click.prompt("Password", hide_input=True, confirmation_prompt="The password again")
    return str(answer)
