"""A started server with a key of its demo's first provider, for programs that come from outside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.desk import HOME
from tests.journeys.running import running_site


@dataclass(frozen=True)
class Service:
    """Where a server is, and a key that may do everything."""

    address: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """What programs that call it are given."""
        return os.environ | {"OPENPARS": self.address, "OPENPARS_KEY": self.key}


@contextmanager
def serving(data: Path, *, test: bool = False) -> Iterator[Service]:
    """Run a server on demo data for the length of the block, with a live key or one for tests."""
    command = [str(Path(sys.executable).parent / "openpars"), "key", "create", "--data", str(data)]
    asked = ["--provider", HOME, "--name", "Learning system", "--scopes", "read,write,close"]
    with running_site(data) as site:
        told = subprocess.run(
            [*command, *asked, *(["--test"] if test else [])],
            env=site.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        yield Service(site.address, told.stdout.splitlines()[-1])
