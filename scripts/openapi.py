"""Print the OpenAPI document of the web services: `.venv/bin/python -m scripts.openapi > docs/openapi.json`."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from openpars.api import openapi  # noqa: E402 - models load only after the settings are known

sys.stdout.write(openapi.as_text())
