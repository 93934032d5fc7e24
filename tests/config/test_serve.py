import os
import re
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.config.conftest import COMMAND, Running, Site, SiteMaker, free_port, launch, sign_ins


def page(browser: OpenerDirector, address: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
    """Open a page, or post a form to it; answers where we ended up and what it says."""
    data = urlencode(fields).encode() if fields else None
    with browser.open(address, data=data, timeout=20) as answer:
        return answer.url, answer.read().decode()


def test_the_demo_says_its_address_and_sign_ins_before_it_is_healthy(demo: Running) -> None:
    assert f"OpenPARS is at {demo.address}/" in demo.printed
    assert [email for email, _ in sign_ins(demo.printed)] == [
        "admin@demo.example",
        "editor@demo.example",
        "viewer@demo.example",
        "coordinator@demo.example",
        "accreditor@demo.example",
    ]
    assert "\x1b" not in demo.printed


def test_everybody_printed_can_sign_in(demo: Running) -> None:
    for email, password in sign_ins(demo.printed):
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        login, text = page(browser, f"{demo.address}/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert token, text
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        landed, text = page(browser, login, form)
        assert landed == f"{demo.address}/", text


@pytest.mark.parametrize("path", ["/account/login/", "/no-such-page/", "/healthz", "style"])
def test_every_answer_carries_the_headers_that_protect_people(demo: Running, path: str) -> None:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    if path == "style":
        found = re.search(r'href="(/static/[^"]+\.css)"', page(browser, f"{demo.address}/")[1])
        assert found
        path = found[1]
    try:
        answer = browser.open(f"{demo.address}{path}", timeout=20)
    except HTTPError as error:
        answer = error
    with answer:
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'self'" in policy
        assert not any("unsafe" in rule for rule in policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_what_serve_keeps_is_for_its_owner_only(demo: Running) -> None:
    folder = demo.site.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


def test_a_taken_port_is_said_plainly(demo: Running, new_site: SiteMaker) -> None:
    port = demo.address.rpartition(":")[2]
    done = new_site().openpars("serve", "--port", port)
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: Cannot listen on port {port} of 127.0.0.1: it is taken. "
        "Stop what is using it, or choose another with --port.\n",
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # the addresses under test
def test_the_demo_stays_on_this_machine(new_site: SiteMaker, host: str) -> None:
    site = new_site()
    done = site.openpars("serve", "--demo", "--host", host, "--port", str(free_port()))
    assert (done.returncode, "--demo listens on this machine only" in done.stderr) == (2, True), done
    assert not site.folder.exists()


def test_demo_data_are_served_as_a_demo_only(demo: Running) -> None:
    done = demo.site.openpars("serve", "--port", str(free_port()))
    assert (done.returncode, "Start with --demo" in done.stderr) == (1, True), done


def test_a_site_in_use_is_never_filled_with_demo_data(in_use: Site) -> None:
    done = in_use.openpars("serve", "--demo", "--port", str(free_port()))
    assert (done.returncode, "not the demo" in done.stderr) == (1, True), done


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_signal_ends_the_whole_tree_within_ten_seconds(
    new_site: SiteMaker, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    running = launch(new_site(), log=tmp_path / "log.txt").wait()
    assert running.stop(number) < 10
    assert running.process.returncode == code, running.log.read_text()


def workers_beside(running: Running) -> list[int]:
    """The workers that this `openpars serve` has started."""
    words = f"\0worker\0--beside\0{running.process.pid}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # gone meanwhile
            if path.read_bytes().endswith(words):
                found.append(int(path.parent.name))
    return found


def test_a_worker_is_kept_beside_the_site(new_site: SiteMaker, tmp_path: Path) -> None:
    running = launch(new_site(), log=tmp_path / "log.txt").wait()
    try:
        (first,) = workers_beside(running)
        os.kill(first, signal.SIGKILL)
        end = time.monotonic() + 20
        while workers_beside(running) in ([], [first]) and time.monotonic() < end:
            time.sleep(0.05)
        (second,) = workers_beside(running)
        assert second != first
    finally:
        assert running.stop() < 10
    assert "The worker ended with -9; another one starts in 0.5 s\n" in running.log.read_text()
    assert workers_beside(running) == []


def test_a_site_can_leave_background_work_to_others(new_site: SiteMaker, tmp_path: Path) -> None:
    running = launch(new_site(), "--no-worker", log=tmp_path / "log.txt").wait()
    try:
        assert workers_beside(running) == []
    finally:
        running.stop()


def test_a_worker_on_its_own_makes_what_it_needs_and_ends_when_told(
    new_site: SiteMaker, tmp_path: Path
) -> None:
    site, log = new_site(), tmp_path / "log.txt"
    with log.open("w") as out:
        worker = subprocess.Popen(
            [*COMMAND, "worker"],
            env=site.environment | {"OPENPARS_LOG_LEVEL": "INFO"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 30
        while " activities\n" not in log.read_text() and time.monotonic() < end:
            time.sleep(0.05)
        worker.terminate()
        assert worker.wait(timeout=5) == 0, log.read_text()
    finally:
        worker.kill()
        worker.wait()
    told = r"Worker (\S+) starts\nThe index of CME Passport is made anew: 0 activities\nWorker \1 ends\n"
    assert re.fullmatch(told, log.read_text()), log.read_text()


def test_two_that_start_at_once_make_one_site(new_site: SiteMaker, tmp_path: Path) -> None:
    site = new_site()
    both = [launch(site, log=tmp_path / f"{number}.txt") for number in (1, 2)]
    try:
        for running in both:
            running.wait()
    finally:
        for running in both:
            running.stop()


#: Stores a session that has ended and one that has not, before the argument `add`; prints what is there.
SESSIONS = """
import django, sys
django.setup()
from datetime import timedelta
from django.contrib.sessions.models import Session
from django.utils.timezone import now
if sys.argv[1] == "add":
    for key, days in (("ended", -1), ("going on", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now() + timedelta(days=days))
print(sorted(Session.objects.values_list("session_key", flat=True)))
"""


def test_sessions_that_ended_are_gone_after_a_start(in_use: Site, tmp_path: Path) -> None:
    def sessions(word: str) -> str:
        command = [sys.executable, "-c", SESSIONS, word]
        return subprocess.check_output(command, env=in_use.environment, text=True).strip()

    assert sessions("add") == "['ended', 'going on']"
    launch(in_use, log=tmp_path / "log.txt").wait().stop()
    assert sessions("see") == "['going on']"
