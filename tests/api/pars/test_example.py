"""The script that is shown to developers runs as it stands, against a started server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import HOME
from tests.journeys.running import running_site

SCRIPT = Path(__file__).parents[3] / "examples/pars.sh"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A site with demo data: what the script is given to find it, and a test key."""
    data = tmp_path_factory.mktemp("service")
    with running_site(data) as site:
        command = [str(Path(sys.executable).parent / "openpars"), "key", "create", "--data", str(data)]
        asked = ["--provider", HOME, "--name", "Learning system", "--scopes", "write,close", "--test"]
        made = subprocess.run(
            [*command, *asked], env=site.environment, check=True, capture_output=True, text=True, timeout=60
        )
        yield {"address": site.address, "OPENPARS_KEY": made.stdout.splitlines()[-1]}


def run(service: dict[str, str], **over: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | service | over
    return subprocess.run(
        ["bash", str(SCRIPT), given["address"]],
        check=False,
        env=given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_activity_is_added_counted_and_closed_with_curl(service: dict[str, str]) -> None:
    done = run(service)
    assert done.returncode == 0, (done.stdout, done.stderr)
    added, counted, closed = done.stdout.splitlines()
    number = re.fullmatch(r"Activity (\d{9}) is added: Ready to Close\.", added)
    assert number is not None, added
    assert (counted, closed) == ("Its learners are counted: updated.", f"Activity {number[1]} is Closed.")


def test_a_problem_is_shown_in_its_words(service: dict[str, str]) -> None:
    done = run(service, OPENPARS_KEY="openpars_test_none")
    assert (done.returncode, done.stdout) == (1, "")
    assert "add was answered with 401:" in done.stderr
    assert "The header Authorization holds no API key." in done.stderr
