"""What is wrong with the data folder is said in a sentence that names it and says how to mend it."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from django.db import DatabaseError

from openpars.config.starting import plain_words
from tests.config.conftest import POSTGRES, Site, SiteMaker

OTHER = "or choose another folder with --data."
DAMAGED = (
    "the database in it is damaged (file is not a database). "
    "Restore the last backup into a new folder: openpars restore FILE --data FOLDER"
)


def _damaged(folder: Path) -> None:
    (folder / "openpars.sqlite3").write_bytes(b"no database " * 500)
    sqlite3.connect(folder / "openpars.sqlite3").execute("SELECT * FROM sqlite_master")


def _full(folder: Path) -> None:
    database = sqlite3.connect(folder / "openpars.sqlite3")
    database.execute("PRAGMA max_page_count = 2")
    database.execute("CREATE TABLE a (b)")
    database.execute("INSERT INTO a VALUES (zeroblob(100000))")


def _read_only(folder: Path) -> None:
    sqlite3.connect(folder / "openpars.sqlite3").execute("CREATE TABLE a (b)")
    uri = f"file:{folder}/openpars.sqlite3?mode=ro"
    sqlite3.connect(uri, uri=True).execute("CREATE TABLE c (d)")


def _not_there(folder: Path) -> None:
    sqlite3.connect(folder / "none" / "openpars.sqlite3")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (_damaged, DAMAGED),
        (_full, f"its disk is full. Make room there, {OTHER}"),
        (_read_only, f"this user may not write there. Give it to whoever starts OpenPARS, {OTHER}"),
        (_not_there, f"this user may not write there. Give it to whoever starts OpenPARS, {OTHER}"),
    ],
)
def test_what_sqlite_says(trouble: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException) as said, plain_words(tmp_path):
        try:
            trouble(tmp_path)
        except sqlite3.Error as problem:
            raise DatabaseError(str(problem)) from problem
    assert said.value.message == f"Cannot use the data folder {tmp_path}: {words}"


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        (errno.ENOSPC, "", f"its disk is full. Make room there, {OTHER}"),
        (errno.EACCES, "lock", f"this user may not write there. Give it to whoever starts OpenPARS, {OTHER}"),
        (errno.EROFS, "lock", f"its disk is read-only. Make it writable, {OTHER}"),
        (errno.EIO, "static", f"Input/output error ({{}}/static). Mend that, {OTHER}"),
        (errno.EMFILE, "", f"Too many open files. Mend that, {OTHER}"),
    ],
)
def test_what_the_system_says(number: int, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException) as said, plain_words(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / name) if name else None)
    assert said.value.message == f"Cannot use the data folder {tmp_path}: {words.format(tmp_path)}"


@pytest.mark.skipif(POSTGRES, reason="is about the file of SQLite")
def test_a_damaged_database_is_left_as_it_is(new_site: SiteMaker) -> None:
    site = new_site()
    site.folder.mkdir()
    file = site.folder / "openpars.sqlite3"
    file.write_bytes(b"no database " * 500)
    for command in (("serve",), ("createuser", "a@test.example"), ("backup", "b.zip"), ("rederive",)):
        done = site.openpars(*command)
        said = f"Error: Cannot use the data folder {site.folder}: {DAMAGED}\n"
        assert (done.returncode, done.stderr) == (1, said)
    assert file.read_bytes() == b"no database " * 500


def test_a_key_that_was_never_written_is_made_again(new_site: SiteMaker) -> None:
    """The disk was full, or the power went, between making the file and writing it."""
    site = new_site()
    site.folder.mkdir()
    key = site.folder / "secret-key"
    key.touch(mode=0o600)
    assert site.openpars("backup", "b.zip").stderr.startswith("Error: This database is new")
    assert (len(key.read_text()) > 50, [one.name for one in site.folder.glob("*secret*")]) == (
        True,
        ["secret-key"],
    )


def test_a_backup_that_cannot_be_written_names_the_file(in_use: Site) -> None:
    done = in_use.openpars("backup", "/dev/full/b.zip")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: /dev/full/b.zip cannot be written: Not a directory.\n",
    )
