"""The script that is shown to developers runs as it stands, against a started server."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import Service, serving

SCRIPT = Path(__file__).parents[3] / "examples/pars.sh"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service"), test=True) as running:
        yield running


def run(service: Service, **over: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(SCRIPT), service.address],
        check=False,
        env=service.environment | over,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_activity_is_added_counted_and_closed_with_curl(service: Service) -> None:
    done = run(service)
    assert done.returncode == 0, (done.stdout, done.stderr)
    added, counted, closed = done.stdout.splitlines()
    number = re.fullmatch(r"Activity (\d{9}) is added: Ready to Close\.", added)
    assert number is not None, added
    assert (counted, closed) == ("Its learners are counted: updated.", f"Activity {number[1]} is Closed.")


def test_a_problem_is_shown_in_its_words(service: Service) -> None:
    done = run(service, OPENPARS_KEY="openpars_test_none")
    assert (done.returncode, done.stdout) == (1, "")
    assert "add was answered with 401:" in done.stderr
    assert "The header Authorization holds no API key." in done.stderr
