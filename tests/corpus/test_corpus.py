"""What is told of each file that must fail and of each that must pass, within bounded time and memory."""

from pathlib import Path

import pytest

from openpars.formats.rows import Limits

from .must_fail import MUST_FAIL
from .must_pass import MUST_PASS
from .reading import check, forked

SECONDS = 20
MEMORY = 700 * 1024**2

#: These meet the limits of the child, or have gone after the process around it: they get a Python of their own.
HOSTILE = (
    "bomb-in-one-row.xlsx",
    "bomb-of-strings.xlsx",
    "billion-laughs.xml",
    "deep-outside.json",
    "external-entity.xml",
    "far-corner.xlsx",
    "first-and-last-cell.xlsx",
    "zip-bomb-that-lies.xlsx",
)


def test_there_are_many_files_and_each_is_another() -> None:
    assert (len(MUST_FAIL) >= 60, len(MUST_PASS) >= 30, MUST_FAIL.keys() & MUST_PASS.keys()) == (
        True,
        True,
        set(),
    )
    assert set(HOSTILE) <= MUST_FAIL.keys()


@pytest.mark.parametrize("name", [name for name in MUST_FAIL if name not in HOSTILE])
def test_a_file_that_must_fail(name: str, tmp_path: Path) -> None:
    file = MUST_FAIL[name]
    path = tmp_path / name
    path.write_bytes(file.content)
    with forked() as used:
        said = check(path, file.limits)
    assert (said.told, said.blocks) == (file.told, True)
    assert (used.seconds < SECONDS, used.memory < MEMORY) == (True, True), used


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_nobody_down(name: str, tmp_path: Path) -> None:
    file = MUST_FAIL[name]
    path = tmp_path / name
    path.write_bytes(file.content)
    assert check(path, file.limits).told == file.told


@pytest.mark.parametrize("name", MUST_PASS)
def test_a_file_that_must_pass(name: str, tmp_path: Path) -> None:
    file = MUST_PASS[name]
    path = tmp_path / name
    path.write_bytes(file.content)
    with forked() as used:
        said = check(path, Limits())
    assert (said.told, said.blocks) == (file.told, False)
    answers = [{key: value for key, value in row.answers.items() if value is not None} for row in said.rows]
    assert answers == list(file.says)
    assert [row.kept for row in said.rows] == [file.kept or {}] * len(said.rows)
    assert (used.seconds < SECONDS, used.memory < MEMORY) == (True, True), used
