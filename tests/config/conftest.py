"""The command line as a process of its own, on a database of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest
from django.conf import settings

_names = count(1)
POSTGRES = "postgresql" in settings.DATABASES["default"]["ENGINE"]


@dataclass(frozen=True)
class Site:
    """A data folder and a database, and the command line pointed at them."""

    folder: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that works on this site."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENPARS_")}
        kept.pop("DATABASE_URL", None)
        kept |= {"DJANGO_SETTINGS_MODULE": "openpars.config.settings", "OPENPARS_DATA": str(self.folder)}
        return kept | ({"DATABASE_URL": self.database_url} if self.database_url else {})

    def openpars(self, *words: str, give: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `openpars WORDS...` to its end."""
        return subprocess.run(
            [*COMMAND, *words],
            env=self.environment | variables,
            input=give,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


COMMAND = (sys.executable, "-m", "openpars.config.cli")


@pytest.fixture(scope="session")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> "SiteMaker":
    return SiteMaker(tmp_path_factory)


class SiteMaker:
    """Makes empty sites, on the database the suite runs on or on SQLite."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self.factory = factory

    def __call__(self, *, postgres: bool = POSTGRES) -> Site:
        folder = self.factory.mktemp("site") / "data"
        if not postgres:
            return Site(folder, "")
        server = os.environ["DATABASE_URL"]
        name = f"command_{os.getpid()}_{next(_names)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return Site(folder, f"{server.rpartition('/')[0]}/{name}")


@dataclass
class Running:
    """A site that runs as a process."""

    site: Site
    process: subprocess.Popen[str]
    address: str
    log: Path
    #: What it had printed when `/healthz` first answered.
    printed: str = ""

    def wait(self) -> "Running":
        """Wait until it is healthy."""
        for _ in range(1200):
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urlopen(f"{self.address}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    self.printed = self.log.read_text()
                    return self
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send a signal; answers the seconds until the whole tree was gone."""
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        while _alive(self.process.pid) and time.monotonic() - start < 30:
            time.sleep(0.05)
        return time.monotonic() - start


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(site: Site, *words: str, log: Path) -> Running:
    """Start `openpars serve`."""
    port = free_port()
    with log.open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port), "--workers", "2", *words],
            env=site.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    return Running(site, process, f"http://127.0.0.1:{port}", log)


@pytest.fixture(scope="session")
def demo(new_site: SiteMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo site, running; the tests of one worker share it."""
    running = launch(new_site(), "--demo", log=tmp_path_factory.mktemp("log") / "demo.txt")
    try:
        yield running.wait()
    finally:
        running.stop()


PASSWORD = "correct horse battery staple"
FIRST = (
    *("createuser", "first@test.example", "--name", "First Person"),
    *("--accreditor", "Test Council", "--provider", "0000001", "--provider-name", "Test Clinic"),
)


@pytest.fixture(scope="session")
def in_use(new_site: SiteMaker) -> Site:
    """A site with one accreditor, one provider and one person."""
    site = new_site()
    done = site.openpars(*FIRST, "--password-stdin", give=f"{PASSWORD}\n")
    said = "first@test.example administers Test Council and Test Clinic.\n"
    assert (done.returncode, done.stdout) == (0, said), done
    return site


def asked(site: Site, code: str) -> str:
    """What a program says that runs on the site's data."""
    ready = "import django; django.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", ready + code],
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done
    return done.stdout


def lets_in(site: Site, text: str) -> str:
    """The provider that a key lets in at, or why not."""
    return asked(
        site,
        "from openpars import clock\n"
        "from openpars.accounts.authentication import NotSignedIn, caller_of\n"
        f"try: print(caller_of('Bearer {text}', now=clock.now()).provider.number)\n"
        "except NotSignedIn as refused: print(refused)\n",
    ).strip()


def sign_ins(printed: str) -> list[tuple[str, str]]:
    """The addresses and passwords in what the demo printed."""
    return re.findall(r"^demo sign-in: (\S+) (\S+)$", printed, flags=re.MULTILINE)
