"""What is shown to developers runs as it stands, against a started server."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.api.serving import Service, serving

ROOT = Path(__file__).parents[2]

#: What the last line of an example says, in the order of the page.
PYTHON = {
    "me": r"Learning system works for .+",
    "create": r"\d{9} Ready to Close",
    "check": r"start_date: .+ \(activity\.date\.no_such_day\)",
    "put": r"\d{9} 1",
    "patch": r"\[\{.*'amount': 12500\}\]",
    "counts": r"Nothing is missing: it can be closed now\.",
    "close": r"Closed",
    "list": r"",
    "upload": r"applied",
    "changes": r"\d{9} (created|changed|closed) 2026-03-10T.+",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service"), test=True) as running:
        yield running


@pytest.fixture(scope="module")
def examples(service: Service) -> dict[str, str]:
    """The examples of the page as anybody sees them, by their names."""
    with urllib.request.urlopen(f"{service.address}/api/docs") as answer:
        page = answer.read().decode()
    found = re.findall(r'<code data-example="([^"]+)">(.*?)</code>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def test_every_example_is_there_in_curl_and_in_python(examples: dict[str, str]) -> None:
    folder = ROOT / "src/openpars/api/templates/api/examples"
    assert {name: text.strip() for name, text in examples.items()} == {
        path.name: path.read_text().strip() for path in folder.iterdir()
    }
    assert set(examples) == {f"{name}.{language}" for name in PYTHON for language in ("curl", "python")}


def test_every_example_runs(examples: dict[str, str], service: Service, tmp_path: Path) -> None:
    said = {}
    for name, text in examples.items():
        language = name.rpartition(".")[2]
        file = "openpars.py" if name == "me.python" else name
        (tmp_path / file).write_text(text)
        command = [sys.executable, file] if language == "python" else ["bash", "-e", file]
        done = subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env=service.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"
        said[name] = done.stdout.strip()
    for name, words in PYTHON.items():
        last = said[f"{name}.python"].rpartition("\n")[2]
        assert re.fullmatch(words, last), (name, last)
    statuses = {name: json.loads(said[f"{name}.curl"])["status"] for name in ("create", "patch", "close")}
    assert statuses == {"create": "Ready to Close", "patch": "Ready to Close", "close": "Closed"}
    assert json.loads(said["check.curl"])["status"] == 422


def test_the_script_registers_counts_and_closes(service: Service) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/register_activity.py"), service.address],
        check=False,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    number = re.fullmatch(r"Activity (\d{9}) is registered: Ready to Close\.", lines[1])
    assert number is not None, lines
    assert lines[0].startswith("Learning system works for ")
    assert lines[-2:] == ["40 physicians and 12 others took part.", f"Activity {number[1]} is Closed."]


def test_the_script_knows_no_address(service: Service) -> None:
    """Nothing but the address of the document."""
    script = (ROOT / "examples/register_activity.py").read_text()
    assert re.findall(r"/api/[\w/.{}-]*", script) == ["/api/v1/openapi.json"]
