"""Settings of a worker's process in these tests: the test's own database and files, and stages to stop at."""

import os
from typing import Any

from tests.jobs.site import *  # noqa: F403
from tests.jobs.site import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.uploads.stopping.StoppingConfig"]
_files: Any = STORAGES["default"]
_files["OPTIONS"]["location"] = os.environ["TEST_FILES"]
