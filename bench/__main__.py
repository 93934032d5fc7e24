"""`python -m bench [ONLY]`: run every bench, or the one of that name, on both databases.

Ends with 1 when a ratio is above its limit, or a bench fails.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import django

from bench import databases
from bench.report import Line, Report

_OURS = {
    *("__init__", "__main__", "databases", "report"),
    *("passport_activities", "passport_rebuild"),
    *("activity_files", "bare", "multiplied", "raw", "rival", "saver", "served", "upload_memory"),
}


def names() -> list[str]:
    """Return the names of all benches."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _OURS)


def main(only: str = "") -> int:
    """Run the benches and print a table; answers the exit code."""
    if only and only not in names():
        print(f"There is no bench {only}. There are: {', '.join(names())}", file=sys.stderr)
        return 2
    failed = False
    print(f"{'bench':<52} {'database':<11} {'ratio':>8} {'limit':>7}")
    for name in [only] if only else names():
        for database in databases.NAMES:
            with databases.environment(database) as variables:
                measured = _measure(name, database, os.environ | variables)
            failed |= not measured
    return int(failed)


def _measure(name: str, database: str, variables: Mapping[str, str]) -> bool:
    """Run one bench in a process of its own and print its lines as they come; say whether all of them hold."""
    command = [sys.executable, "-m", "bench", "--in", database, name]
    lines: list[Line] = []
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as running:
        for text in running.stdout or ():
            if text.startswith("{"):
                line = Line(**json.loads(text))
                lines.append(line)
                verdict = "holds" if line.holds else "TOO MUCH"
                print(
                    f"{line.name:<52} {line.database:<11} {line.ratio:>8.2f} {line.limit:>7.2f}  "
                    f"{verdict} ({line.note})",
                    flush=True,
                )
    finished = running.returncode == 0 and bool(lines)
    if not finished:
        print(f"{name:<52} {database:<11} did not finish")
    return finished and all(line.holds for line in lines)


def child(database: str, name: str) -> None:
    """Run one bench in this process, on the database the environment points at."""
    django.setup()
    from openpars.config.starting import prepare_database  # noqa: PLC0415 - needs the settings

    prepare_database()
    importlib.import_module(f"bench.{name}").run(Report(database))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in"]:
        child(sys.argv[2], sys.argv[3])
    else:
        sys.exit(main(*sys.argv[1:2]))
