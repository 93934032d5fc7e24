"""The site's settings, in a folder of their own, for tests: on SQLite, or on a PostgreSQL started here.

`OPENPARS_TEST_DATABASE=postgres` chooses the second. A DATABASE_URL that is already there is used as it is.
"""

import os
import tempfile
from pathlib import Path

_data = tempfile.mkdtemp(prefix="openpars-test-")
os.environ["OPENPARS_DATA"] = _data
Path(_data, "static").mkdir()  # WhiteNoise warns where there is none
os.environ["OPENPARS_SECRET_KEY"] = "a key for tests only"
if os.environ.get("OPENPARS_TEST_DATABASE") == "postgres" and "DATABASE_URL" not in os.environ:
    from tests import postgres

    # Workers of one run inherit the address and share the server.
    os.environ["DATABASE_URL"] = postgres.start()

from openpars.config.settings import *  # noqa: E402, F403
from openpars.config.settings import DATABASES, STORAGES  # noqa: E402

if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {}
else:
    # A file, not memory, so that threads with connections of their own meet real locks.
    DATABASES["default"]["TEST"] = {"NAME": f"{_data}/test.sqlite3"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ALLOWED_HOSTS = ["*"]
# Tests of one process all come from one address, and the clock stands still.
PUBLIC_REQUESTS_PER_MINUTE = 1_000_000
