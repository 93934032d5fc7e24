"""SQL of our own lives in a few files, and each of them says here why it has to."""

import re
from pathlib import Path

import openpars

ROOT = Path(openpars.__file__).parent
RAW = re.compile(r"\.cursor\(|\.execute(?:many)?\(|\.raw\(|\.extra\(|\bRawSQL\b")

ALLOWED = {
    "activities/queries.py": "locks rows, which Django words too slowly or not at all",
    "activities/staging.py": "asks for thousands of rows of a plan at once",
    "activities/tables.py": "hands very many rows to the driver at once",
    "activities/trigrams.py": "asks the index of each database that Django does not know",
    "activities/writer.py": "writes activities, with a back end for each database",
    "api/limits.py": "counts a call in one statement, which Django cannot word",
    "config/archive.py": "reads and fills every table, whatever its model says",
    "config/health.py": "asks the database for a sign of life",
    "config/starting.py": "lets one process at a time prepare the database",
}


def test_raw_sql_lives_where_it_has_to() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts and RAW.search(path.read_text())
    }
    assert found == set(ALLOWED)
