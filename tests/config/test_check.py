"""`openpars check`: a file checked where there is neither a server nor a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from openpars.config.cli import COMMANDS, main
from openpars.rulebook.rules import finding

from ..formats.generators.workbooks import DRAFT, HEADINGS, of_rows, png

GOOD = of_rows(HEADINGS, DRAFT)
BAD = of_rows((*HEADINGS, "Remarks"), DRAFT, ("Asthma", "Webinar", "3/4/2026", "3/3/2026", "S-1", "x"))
COUNTS = b"Internal ID\tPhysicians\nS-1\t12\nS-1\tmany\n"


def run(folder: Path, data: bytes, *words: str) -> tuple[int, str]:
    """Check a file, and return the exit code and what was printed."""
    file = folder / "list.xlsx"
    file.write_bytes(data)
    result = CliRunner().invoke(main, ["check", str(file), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("data", "words", "summary", "rules"),
    [
        (GOOD, (), (0, "activities", "xlsx", 1), set()),
        (
            BAD,
            (),
            (1, "activities", "xlsx", 2),
            {
                ("file.column.unknown", "F1"),
                ("activity.format.unknown", "B3"),
                ("activity.end_date.before_start", "D3"),
                ("activity.repeated_in_file", "E3"),
            },
        ),
        (
            COUNTS,
            (),
            (1, "learner-counts", "tab", 2),
            {("activity.number.not_a_number", "B3"), ("activity.repeated_in_file", "A3")},
        ),
        (
            b"Internal ID\tCity\nS-1\tBonn\n",
            ("--kind", "learner-counts"),
            (0, "learner-counts", "tab", 1),
            set(),
        ),
        (png(), (), (2, None, None, 0), {("file.not_recognised", None)}),
        (of_rows(HEADINGS), (), (2, None, None, 0), {("file.no_rows", None)}),
    ],
)
def test_a_file_is_told_as_json(
    tmp_path: Path,
    data: bytes,
    words: tuple[str, ...],
    summary: tuple[int, str | None, str | None, int],
    rules: set[tuple[str, str | None]],
) -> None:
    code, output = run(tmp_path, data, "--as", "json", *words)
    said = json.loads(output)
    assert (code, said["kind"], said["layout"], said["rows"]) == summary
    found = [one for one in said["findings"] if one["stage"] in ("valid", "draft", "confirm")]
    assert {(one["rule"], one["where"] and one["where"]["cell"]) for one in found} == rules
    assert said.keys() == {"kind", "layout", "rows", "findings"}
    keys = {"rule", "stage", "blocks", "path", "value", "message", "mend", "pointer", "where"}
    assert all(one.keys() == keys for one in said["findings"])


def test_a_file_is_told_in_words(tmp_path: Path) -> None:
    code, output = run(tmp_path, BAD)
    lines = output.splitlines()
    assert lines[:2] == [
        "Activities F1, Remarks: Nobody knows the column “Remarks”; it is not read.",
        "    Say what it holds, or leave it: the other columns are read without it. "
        "(file.column.unknown: a warning you may let stand)",
    ]
    assert "Activities B3, Activity Format: “Webinar” is not one of the activity formats." in lines
    assert "Activities row 2: The number of credits is missing." in lines
    blocking = sum("has to be put right first" in line or "needed to be saved" in line for line in lines)
    assert (code, lines[-1]) == (1, f"2 rows, {len(lines) // 2} findings, {blocking} of them block.")
    assert run(tmp_path, b"") == (
        2,
        "The file is empty.\n"
        "    Check that you chose the right file, and that it was saved before you sent it. "
        "(file.empty: has to be put right first)\n",
    )


def test_what_a_file_says_does_not_reach_the_terminal_as_it_is(tmp_path: Path) -> None:
    _, output = run(tmp_path, b"Title\t\x1b]0;x\x07Evil\n" + b"Sepsis\tx\n" * 20)
    assert "\x1b" not in output
    assert "␛]0;x␇Evil" in output


def test_it_is_written_where_one_wants_it(tmp_path: Path) -> None:
    out = tmp_path / "findings.json"
    assert run(tmp_path, BAD, "--as", "json", "-o", str(out)) == (1, "")
    assert json.loads(out.read_text("utf-8"))["rows"] == 2


def test_the_own_workbook_comes_back_marked(tmp_path: Path) -> None:
    out = tmp_path / "marked.xlsx"
    assert run(tmp_path, BAD, "--as", "xlsx", "-o", str(out)) == (1, "")
    assert CalamineWorkbook.from_path(out).sheet_names == ["Activities", "Issues"]
    assert run(tmp_path, out.read_bytes()) == run(tmp_path, BAD)
    out.unlink()
    code, output = run(tmp_path, png(), "--as", "xlsx", "-o", str(out))
    assert (code, output.splitlines()[0]) == (2, finding("file.not_recognised").message)
    assert not out.exists()


@pytest.mark.parametrize(("data", "fits", "other"), [(BAD, "x.xlsx", "x.txt"), (COUNTS, "x.txt", "x.xlsx")])
def test_a_marked_file_is_what_its_name_says(tmp_path: Path, data: bytes, fits: str, other: str) -> None:
    code, output = run(tmp_path, data, "--as", "xlsx", "-o", str(tmp_path / other))
    assert (code, (tmp_path / other).exists(), f"write it to {fits}" in output) == (2, False, True)
    assert run(tmp_path, data, "--as", "xlsx", "-o", str(tmp_path / fits)) == (1, "")
    assert (tmp_path / fits).read_bytes().startswith(b"PK") == (data is BAD)


@pytest.mark.parametrize(
    "words",
    [("-o", "/dev/full"), ("--as", "json", "-o", "/dev/full"), ("--as", "xlsx", "-o", "/proc/x.xlsx")],
)
def test_what_cannot_be_written_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, output = run(tmp_path, BAD, *words)
    assert (code, output.startswith(f"Error: {words[-1]} cannot be written: ")) == (2, True)


@pytest.mark.parametrize(
    "words", [("--as", "xlsx"), ("--kind", "cakes"), ("no-such-file",), ("-o", "no/such/x")]
)
def test_a_wrong_command_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, output = run(tmp_path, GOOD, *words)
    assert (code, "Error: " in output) == (2, True)


def test_it_needs_no_framework_no_folder_and_no_database(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(GOOD)
    (tmp_path / "empty").mkdir()
    code = (
        "import sys\nfrom openpars.config.cli import main\n"
        "try: main(['check', sys.argv[1]])\n"
        "except SystemExit as end: print(end.code, [name for name in sys.modules if name.startswith('django')])"
    )
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(tmp_path / "empty"),
    }
    environment["DATABASE_URL"] = "postgresql://no-such-host/none"
    words = [sys.executable, "-c", code, str(tmp_path / "list.xlsx")]
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, cwd=tmp_path / "empty", check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    assert list((tmp_path / "empty").iterdir()) == []


def test_every_command_is_there_and_says_what_it_does() -> None:
    runner = CliRunner()
    shown = runner.invoke(main, ["--help"]).output
    for name in COMMANDS:
        assert f"\n  {name} " in shown
        assert runner.invoke(main, [name, "--help"]).exit_code == 0
    assert runner.invoke(main, ["no-such-command"]).exit_code == 2
