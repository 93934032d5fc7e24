"""The child process that reads files: what comes back, what it may not do, and how it ends."""

import json
import signal
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openpars.formats import bounds, child, child_process, wire
from openpars.formats.checking import Checked, check_rows
from openpars.formats.child import ChildFailed, check_in_child
from openpars.formats.recognise import open_file
from openpars.formats.rows import Kind, Limits, Unreadable
from openpars.rulebook.findings import Finding, Where
from openpars.rulebook.rules import finding

from .generators.workbooks import DRAFT, HEADINGS, lying_bomb, of_rows, two_corners

TODAY = date(2026, 3, 10)


def listed(folder: Path, data: bytes) -> Path:
    path = folder / "list"
    path.write_bytes(data)
    return path


def check(path: Path, **more: Any) -> list[Checked]:
    with check_in_child(path, today=TODAY, **more) as checking:
        return [row for batch in checking for row in batch]


def refused(path: Path, **more: Any) -> Finding:
    with pytest.raises(Unreadable) as refusal:
        check(path, **more)
    return refusal.value.finding


#: Seconds in which a child has begun, however busy the machine is.
PATIENCE = 60


class Player:
    """Lets a program of the test's own play the child, and remembers the process it ran in."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        environment, start = bounds.environment(), subprocess.Popen

        def remembered(*args: Any, **more: Any) -> subprocess.Popen[bytes]:
            self.processes.append(start(*args, **more))
            return self.processes[-1]

        home = f"{folder}:{environment['PYTHONPATH']}"
        monkeypatch.setattr(bounds, "environment", lambda: {**environment, "PYTHONPATH": home})
        monkeypatch.setattr(child, "_PROGRAM", "player")
        monkeypatch.setattr(subprocess, "Popen", remembered)

    def plays(self, code: str, *, seconds: int = PATIENCE) -> list[Checked]:
        """Run the code as the child, and return what is understood."""
        beginning = (
            "from openpars.formats import bounds, child_process, rows, wire\nsend = child_process._send\n"
        )
        (self.folder / "player.py").write_text(f"import os, signal, sys, time\n{beginning}{code}\n")
        return check(listed(self.folder, b"Title"), limits=Limits(seconds=seconds))


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    return Player(tmp_path, monkeypatch)


MIXED = (
    ("Record Action", "Activity ID", *HEADINGS, "Joint Provider 1", "Legacy: Hours", "Remarks"),
    ("", "", *DRAFT, "", "1.5", "x"),
    ("Add", "", *DRAFT, "B", "", ""),
    ("Change", "12", "", "Webinar", "soon", "2/30/2026", "S-3", "B" * 201, "(clear)", ""),
    ("Delete", "100000012", "", "", "", "", "", "", "", ""),
)


@pytest.mark.parametrize(
    "data",
    [
        of_rows(*MIXED, attributes={3: 'hidden="1"'}),
        "\n".join(
            "\t".join(row) for row in (*MIXED, ("one", "too", "few"), ("too", *MIXED[1], "many"))
        ).encode(),
        b'[{"title": "Sepsis", "colour": "red"}, {"activity_id": 100000012, "title": ["no"], "close": "maybe"}]',
    ],
)
def test_what_comes_back_is_what_was_found(tmp_path: Path, data: bytes) -> None:
    path = listed(tmp_path, data)
    reading = open_file(path)
    rows = list(check_rows(reading, today=TODAY))
    with check_in_child(path, today=TODAY) as checking:
        assert checking.layout == reading.layout
        assert [row for batch in checking for row in batch] == rows
    assert any(row.findings for row in rows)


def test_what_the_child_is_told(tmp_path: Path) -> None:
    data = of_rows(("Activity ID", "Was", "Physicians"), ("100000012", "Sepsis", "many"))
    mapping, fixes = {"was": "title"}, {2: {"physicians": "12"}}
    (row,) = check(listed(tmp_path, data), mapping=mapping, fixes=fixes)
    assert (row.answers, row.findings) == ({"title": "Sepsis", "physicians": 12}, ())
    (row,) = check(listed(tmp_path, data), kind=Kind.LEARNER_COUNTS)
    assert row.answers == {"physicians": None}


def test_rows_come_in_batches(tmp_path: Path) -> None:
    rows = "".join(f"Sepsis {number}\t3/4/2026\tS-{number}\n" for number in range(1201))
    with check_in_child(
        listed(tmp_path, f"Title\tStart Date\tInternal ID\n{rows}".encode()), today=TODAY
    ) as checking:
        batches = list(checking)
    assert [len(batch) for batch in batches] == [1000, 201]
    assert [row.number for batch in batches for row in batch] == list(range(2, 1203))


def test_a_place_that_is_not_the_rows_own_comes_back_whole(tmp_path: Path) -> None:
    layout = open_file(listed(tmp_path, of_rows(HEADINGS, DRAFT))).layout
    places = [
        None,
        Where(),
        Where("Activities", 2),
        Where("Activities", 2, "Activity Title", "A2"),
        Where("Activities", 2, "Another", "A2"),
        Where("Activities", 2, None, "A2"),
        Where("Activities", 2, "Activity Title"),
        Where("Activities", 2, None, "ZZ2"),
        Where("Activities", 3, "Activity Title", "A3"),
        Where("Other", 2, "Activity Title", "A2"),
    ]
    found = tuple(finding("file.row.hidden", where=place) for place in places)
    row = Checked(2, {}, findings=found)
    batch = wire.unpacked(wire.packed(wire.batch_of([row], layout)))
    assert isinstance(batch, wire.Batch)
    assert (wire.rows_in(batch, layout), len(batch.words)) == ([row], 1)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    assert refused(listed(tmp_path, b"")) == finding("file.empty")
    assert refused(listed(tmp_path, two_corners())).rule == "file.too_many_columns"
    # Here the first rows are good.
    text = b"[" + b'{"title": "Sepsis"}, ' * 1000 + b"nonsense]"
    assert refused(listed(tmp_path, text)).rule == "file.not_json"


def test_memory_is_bounded(tmp_path: Path) -> None:
    wide = ("Sepsis", *[""] * 3_998, "Chicago")
    path = listed(tmp_path, of_rows(("Title", *[""] * 3_998, "City"), *[wide] * 1_000))
    assert len(check(path)) == 1_000
    assert refused(path, limits=Limits(memory=100 * 1024**2)) == finding("file.too_much")


def test_an_archive_that_lies_about_its_size_takes_nothing_down(tmp_path: Path) -> None:
    path = listed(tmp_path, lying_bomb(200_000))
    assert refused(path) == finding("file.damaged", problem="a part of the workbook cannot be unpacked")


LOOK_AROUND = """
import json, resource
request = wire.request_in(sys.stdin.buffer.read())
bounds.limit(request.limits)
limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1] for name in ("AS", "CPU", "FSIZE", "CORE")]
try:
    with open(request.path, "w") as file:
        file.write("x")
    wrote = True
except OSError:
    wrote = False
own_session = os.getsid(0) == os.getpid()
send(wire.Broken(json.dumps([sorted(os.environ), limits, wrote, own_session, os.getcwd(), sys.stdin.read()])))
"""


def test_the_child_has_nothing_and_may_do_nothing(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("OPENPARS_SECRET_KEY", "secret")
    with pytest.raises(ChildFailed) as said:
        player.plays(LOOK_AROUND)
    names = {"LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    environment, *rest = json.loads(str(said.value))
    assert set(environment) - {"LC_CTYPE"} == names
    assert rest == [[2 * 1024**3, PATIENCE, 0, 0], False, True, "/", ""]


OPENED = "send(wire.Opened(rows.Layout('tab')))\n"


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.abort()",
        "os._exit(bounds.OUT_OF_MEMORY)",
        "time.sleep(60)",
        OPENED + "os.kill(os.getpid(), signal.SIGKILL)",
        OPENED + "sys.stdout.buffer.write(bytes(7)); sys.stdout.flush(); os.abort()",
        OPENED + "sys.stdout.buffer.write(bytes([0] * 7 + [9])); sys.stdout.flush(); time.sleep(60)",
        OPENED + "while True: send(wire.Batch([], [], [])); time.sleep(0.1)",
    ],
)
def test_the_death_of_the_child_and_its_silence_are_findings(player: Player, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        # Only one that would never end is not waited for.
        player.plays(code, seconds=2 if "time.sleep" in code else PATIENCE)
    assert refusal.value.finding == finding("file.too_much")
    assert [process.poll() is not None for process in player.processes] == [True]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_module", "the child that reads files ended with 1"),
        ("raise SystemExit(0)", "the child that reads files ended with 0"),
        (OPENED, "the child that reads files ended with 0"),
        ("send(wire.Done())", "the child began with Done"),
        ("send(wire.Broken('here'))", "here"),
        (
            "sys.stdout.buffer.write(bytes([0, 0, 1] + [0] * 5))",
            "the child’s message has 1,099,511,627,776 bytes",
        ),
    ],
)
def test_a_mistake_of_ours_is_not_blamed_on_the_file(player: Player, code: str, said: str) -> None:
    with pytest.raises(ChildFailed) as failure:
        player.plays(code)
    assert str(failure.value) == said


def test_an_unforeseen_error_comes_with_its_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As Rust's come to Python."""

    def stumble(error: BaseException) -> list[wire.Message]:
        def open_nothing(path: Path, **more: object) -> None:
            raise error

        monkeypatch.setattr(child_process, "open_file", open_nothing)
        return list(child_process._messages(wire.Request("x", TODAY, Limits())))

    (broken,) = stumble(KeyError("here"))
    assert isinstance(broken, wire.Broken)
    assert "KeyError: 'here'" in broken.trace
    assert stumble(PanicException()) == [
        wire.Refused(finding("file.damaged", problem="the workbook contradicts itself"))
    ]
    with pytest.raises(MemoryError):
        stumble(MemoryError())


def test_the_child_goes_with_whoever_asked(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_PROGRAM", "openpars.formats.child_process")
    rows = "".join(f"Sepsis {number}\t3/4/2026\n" for number in range(20_000))
    path = listed(player.folder, f"Title\tStart Date\n{rows}".encode())
    with check_in_child(path, today=TODAY) as checking:
        next(iter(checking))
        assert player.processes[0].poll() is None
    assert player.processes[0].returncode == -signal.SIGKILL
    with pytest.raises(ZeroDivisionError), check_in_child(path, today=TODAY):
        raise ZeroDivisionError
    assert player.processes[1].poll() is not None
