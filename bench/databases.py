"""A new, empty database of each kind, as the environment variables that point a process at it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests import postgres

NAMES = ("sqlite", "postgresql")


@contextmanager
def environment(name: str) -> Iterator[dict[str, str]]:
    """Give the variables for a data folder that is gone afterwards, and a server when it takes one."""
    with tempfile.TemporaryDirectory(prefix="openpars-bench-") as folder:
        variables = {
            "OPENPARS_DATA": folder,
            "OPENPARS_SECRET_KEY": "a key for measuring only",
            "OPENPARS_HOSTS": "*",
            # A hundred thousand activities as XML are more than a site takes in as it comes.
            "OPENPARS_UPLOAD_MEGABYTES": "1000",
            "DJANGO_SETTINGS_MODULE": "openpars.config.settings",
        }
        if name == "postgresql":
            variables["DATABASE_URL"] = postgres.start()
        yield variables
