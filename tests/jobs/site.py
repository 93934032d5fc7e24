"""Settings of a worker's process in these tests: the test's own database, and handlers that obey the test."""

import os
from datetime import timedelta

from openpars.config.settings import *  # noqa: F403
from openpars.config.settings import DATABASES, INSTALLED_APPS

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs.apps.ObedientConfig"]
JOB_LEASE = timedelta(seconds=float(os.environ["TEST_LEASE"]))
JOB_POLL = 0.05
