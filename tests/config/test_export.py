"""`openpars export`, as a process of its own, on the demo."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.config.conftest import COMMAND, Running

PROVIDER = ("--provider", "9000001")


def exported(demo: Running, *options: str) -> list[dict[str, Any]]:
    """The activities that an export as JSON holds."""
    done = demo.site.openpars("export", *PROVIDER, "--as", "json", "-o", "-", *options)
    assert (done.returncode, done.stderr) == (0, ""), done
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("form", ["xlsx", "tsv", "xml", "json", "dialect-json"])
def test_what_is_exported_and_imported_changes_nothing(demo: Running, tmp_path: Path, form: str) -> None:
    file = tmp_path / "export"
    done = demo.site.openpars("export", *PROVIDER, "--as", form, "-o", str(file))
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), done
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    done = demo.site.openpars("import", str(file), *PROVIDER, "--as", "json")
    assert done.returncode == 0, done
    told = json.loads(done.stdout)
    assert (told["outcome"], told["counts"]["unchanged"], told["rows"] > 300) == (
        "unchanged",
        told["rows"],
        True,
    )


def test_an_export_holds_what_its_options_let_through(demo: Running) -> None:
    everything = exported(demo)
    closed = [one for one in everything if one["status"] == "Closed"]
    assert 0 < len(closed) < len(everything)
    assert exported(demo, "--status", "closed") == closed
    year = int(closed[0]["start_date"][:4])
    same_year = [one for one in everything if one["start_date"].startswith(f"{year}-")]
    assert exported(demo, "--year", str(year)) == same_year
    series = [one for one in everything if one["format"] == "RSS"]
    assert exported(demo, "--format", "rss") == series != []
    (one,) = exported(demo, "--search", str(closed[0]["activity_id"]))
    assert one == closed[0]
    ids = {one["activity_id"] for one in everything}
    done = demo.site.openpars("export", "--provider", "9000002", "--as", "json", "-o", "-")
    others = {one["activity_id"] for one in json.loads(done.stdout)}
    assert (len(others) > 0, ids & others) == (True, set())


def test_what_is_wrong_is_said_in_a_sentence(demo: Running, tmp_path: Path) -> None:
    for words, options in {
        "There is no provider 7": ("--provider", "7", "--as", "json", "-o", "-"),
        "is not one of 'xlsx'": (*PROVIDER, "--as", "pdf", "-o", "-"),
        "Invalid value for '--status'": (*PROVIDER, "--as", "json", "-o", "-", "--status", "done"),
        "cannot be written": (*PROVIDER, "--as", "json", "-o", str(tmp_path / "none" / "file")),
    }.items():
        done = demo.site.openpars("export", *options)
        assert (done.returncode > 0, words in done.stderr, "Traceback" in done.stderr) == (True, True, False)


def test_who_reads_only_the_beginning_is_told_nothing_more(demo: Running) -> None:
    with subprocess.Popen(
        [*COMMAND, "export", *PROVIDER, "--as", "json", "-o", "-"],
        env=demo.site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.read(1) == b"["
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == b""
