"""What tests of CME Passport use."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def own_index(settings: Any, tmp_path: Path) -> Path:
    """A data folder of the test's own, so that no other test's index is in it."""
    settings.DATA = tmp_path
    return tmp_path / "passport-index"
