"""PostgreSQL is killed in the middle of a save: all or nothing is stored, and the site goes on by itself."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener, urlopen

import psycopg
import pytest

from tests import postgres
from tests.config.conftest import FIRST, PASSWORD, POSTGRES, Running, Site, launch

pytestmark = pytest.mark.skipif(not POSTGRES, reason="is about PostgreSQL")
ROOT = Path(__file__).parents[2]
AT_ONCE = 16


def post(browser: OpenerDirector, address: str, fields: dict[str, str]) -> int:
    """Post a form whose page is at the same address; answers the status, of the page it leads to."""
    with browser.open(address, timeout=20) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token
    try:
        data = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with browser.open(address, data=data, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


#: One activity of the provider that FIRST made; prints its ID.
ACTIVITY = """
import django
django.setup()
from openpars.accounts.models import Provider
from tests import factories
print(factories.activity(Provider.objects.get()).pk)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with one person and one activity, on a server of its own."""
    site = Site(tmp_path / "data", postgres.start())
    assert site.openpars(*FIRST, "--password-stdin", give=f"{PASSWORD}\n").returncode == 0
    return site


def test_a_killed_backend_leaves_all_or_nothing_and_the_site_recovers(site: Site, tmp_path: Path) -> None:
    activity_id = int(
        subprocess.check_output([sys.executable, "-c", ACTIVITY], env=site.environment, cwd=ROOT)
    )
    running = launch(site, log=tmp_path / "log.txt").wait()
    try:
        learners = f"{running.address}/providers/0000001/activities/{activity_id}/learners/"
        counts = {"physicians": "12345", "other_learners": "0"}
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        sign_in = {"login": "first@test.example", "password": PASSWORD}
        assert post(browser, f"{running.address}/account/login/", sign_in) == 200
        assert opened_at_once(browser, learners) == [200] * AT_ONCE
        save_while_killed(site.database_url, partial(post, browser, learners, counts))
        healthy_again(running)
        # Nobody meets a connection of before.
        assert opened_at_once(browser, learners) == [200] * AT_ONCE
        assert stored(site) == (activity_id, 1, 40, 1)
        assert post(browser, learners, counts) == 200
        assert stored(site) == (activity_id, 2, 12345, 2)
    finally:
        running.stop()


def opened_at_once(browser: OpenerDirector, address: str) -> list[int]:
    """The statuses of so many readings of a page that every connection of every worker is used."""

    def opened(_: int) -> int:
        try:
            with browser.open(address, timeout=20) as page:
                return int(page.status)
        except HTTPError as error:
            with error:
                return error.code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(opened, range(AT_ONCE)))


def save_while_killed(url: str, save: Callable[[], int]) -> None:
    """Kill the backend of a save that has written the activity and waits for the table of changes."""
    with (
        psycopg.connect(url, autocommit=True) as database,
        ThreadPoolExecutor(1) as pool,
        # Every connection breaks, this one too: the server starts anew when a backend is killed.
        pytest.raises(psycopg.OperationalError),
        psycopg.connect(url) as holder,
    ):
        holder.execute("LOCK TABLE activities_change IN ACCESS EXCLUSIVE MODE")
        saving = pool.submit(save)
        os.kill(waiting(database), signal.SIGKILL)
        assert saving.result(timeout=30) == 503


def stored(site: Site) -> tuple[int, ...]:
    """The activity's ID, revision and physicians, and the revision that its history has come to."""
    with psycopg.connect(site.database_url) as database:
        [row] = database.execute(
            "SELECT activity_id, activity.revision, physicians, max(change.revision)"
            " FROM activities_activity activity JOIN activities_change change USING (activity_id)"
            " GROUP BY activity_id"
        ).fetchall()
    return tuple(row)


def waiting(database: "psycopg.Connection[tuple[int]]") -> int:
    """The process of the server that waits to write a change, as soon as there is one."""
    for _ in range(200):
        found = database.execute(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%change%'"
        ).fetchone()
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError("No save waits.")


def healthy_again(running: Running) -> None:
    """Wait until the site reads its database again."""
    for _ in range(200):
        try:
            urlopen(f"{running.address}/healthz", timeout=20).close()
            return
        except HTTPError as error:
            error.close()
            time.sleep(0.05)
    raise AssertionError(running.log.read_text())
