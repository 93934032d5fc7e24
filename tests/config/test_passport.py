"""The index of CME Passport, by the command line and beside a site that runs."""

import re
import shutil
import signal
import time
from pathlib import Path

from tests.config.conftest import Running, Site, SiteMaker, launch


def up_to_date(site: Site) -> int:
    """Wait until all changes are in the index; answers how many activities are."""
    for _ in range(60):
        said = site.openpars("passport", "status")
        found = re.fullmatch(r"(\d+) activities, \d+\.\d MB\.\nAll changes are in it\.\n", said.stdout)
        if found:
            return int(found[1])
        time.sleep(0.2)
    raise AssertionError(said)


def test_a_site_that_runs_keeps_its_index_and_makes_it_anew_when_told(demo: Running) -> None:
    count = up_to_date(demo.site)
    assert count > 0
    (before,) = (path for path in (demo.site.folder / "passport-index").iterdir() if path.is_dir())
    said = demo.site.openpars("passport", "rebuild")
    assert (said.returncode, said.stdout) == (0, f"{count} activities are in the index of CME Passport.\n")
    assert not before.exists()


def test_without_a_worker_the_index_is_kept_all_the_same(new_site: SiteMaker, tmp_path: Path) -> None:
    running = launch(new_site(), "--demo", "--no-worker", log=tmp_path / "log.txt").wait()
    try:
        count = up_to_date(running.site)
    finally:
        assert running.stop(signal.SIGTERM) < 10
    assert running.process.returncode == 0, running.log.read_text()
    # Nobody follows any more; the command makes the index by itself.
    shutil.rmtree(running.site.folder / "passport-index")
    said = running.site.openpars("passport", "status")
    assert (said.returncode, said.stdout) == (
        1,
        "There is no index that this version can read. "
        "Start `openpars serve` or `openpars worker`, or make it with `openpars passport rebuild`.\n",
    )
    said = running.site.openpars("passport", "rebuild")
    assert said.stdout == f"{count} activities are in the index of CME Passport.\n", said
    assert up_to_date(running.site) == count


def test_before_the_first_start_there_is_nothing_to_make_it_of(new_site: SiteMaker) -> None:
    for word in ("rebuild", "status"):
        said = new_site().openpars("passport", word)
        assert (said.returncode, said.stderr) == (
            1,
            "Error: This database is new, or of another version. Start the site once, then try again.\n",
        )
