"""What holds in a child process that opens files of others: hard limits, nothing in its environment, a sure end."""

import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import openpars
from openpars.formats.rows import Limits

OUT_OF_MEMORY: Final = 3
"""How the child ends where Python ran out of memory; where a library did, it is killed."""
_OPEN_FILES: Final = 64
_PIPE: Final = 1 << 20
"""Bytes; as many as a process may ask for that has no special rights."""


def start(module: str) -> subprocess.Popen[bytes]:
    """Start a module of ours as a process of its own, with pipes to it and from it."""
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd="/",
        start_new_session=True,
        # A batch fits in, so that the child makes the next one while this one is looked at.
        pipesize=_PIPE,
    )


def environment() -> dict[str, str]:
    """Return the child's environment: nothing but what Python needs to start and to find this package."""
    home = str(Path(openpars.__file__).parent.parent)
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": home, "PYTHONDONTWRITEBYTECODE": "1"}


def end(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it may have started, and leave nothing of it behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def limit(limits: Limits, *, largest_file: int = 0) -> None:
    """Set limits, in the child itself, that nothing in this process can raise again; sizes are bytes."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, largest_file),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
