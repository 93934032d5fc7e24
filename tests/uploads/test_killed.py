"""Workers and their jobs killed with kill -9 wherever an upload stands: all or nothing, and the upload says which."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from openpars.accounts.models import Provider
from openpars.activities.models import Change, Plan
from openpars.jobs.leases import LOST
from openpars.jobs.models import Job
from openpars.jobs.models import State as JobState
from openpars.uploads import applying, preparing, queries, undoing
from openpars.uploads.exporting import Format
from openpars.uploads.models import Download, Upload
from openpars.uploads.preparing import Order, What
from openpars.uploads.states import DownloadState, State
from tests import factories
from tests.jobs.conftest import Yard, alive
from tests.jobs.conftest import yard as _yard
from tests.uploads import sending

pytestmark = pytest.mark.django_db(transaction=True)
yard = _yard

Seen = dict[str, tuple[str, int]]
BEFORE: Seen = {"A": ("Course A", 1), "D": ("Course D", 1)}
APPLIED: Seen = {"A": ("Course A, revised", 2), "B": ("Course B", 1)}
UNDONE: Seen = {"A": ("Course A", 3), "D": ("Course D", 3)}
"""What the provider has, by internal ID: title and revision."""

LIST = Order(What.LIST, "all.txt", "text/plain", Format.TAB.value, "activities")
"""Everything there is, as a file."""

OF_CHECKING = ("has-staged", "has-the-lease", "has-said-so", "has-committed")
OF_APPLYING = (
    "begins",
    "holds-the-locks",
    "has-written",
    "has-the-lease",
    "has-said-so",
    "discards",
    "has-committed",
)
OF_UNDOING = (
    "begins",
    "has-staged",
    "holds-the-locks",
    "has-written",
    "has-the-lease",
    "has-said-so",
    "discards",
    "has-committed",
)
OF_PREPARING = ("has-stored-the-file", "has-the-lease", "has-finished-the-file")
COMMITTED = ("discards", "has-committed")
"""Stages after everything was written."""


@dataclass
class Scene:
    """Providers with two activities each, and a worker that stops where it is told to."""

    yard: Yard
    provider: Provider | None = None

    def start(self) -> None:
        self.yard.worker(
            lease=1,  # a worker that is killed leaves its lease behind
            DJANGO_SETTINGS_MODULE="tests.uploads.site",
            TEST_STOPS=str(self.yard.folder),
            TEST_FILES=default_storage.path(""),
        )

    def planned(self) -> Upload:
        """An upload of a new provider that changes one activity, adds one, and deletes one."""
        self.provider = factories.provider()
        for name in "AD":
            factories.activity(self.provider, internal_id=name, title=f"Course {name}")
        rows = [
            sending.row("A", Activity_Title="Course A, revised"),
            sending.row("B"),
            sending.row("D", Record_Action="Delete"),
        ]
        upload = sending.send(self.provider, rows)
        # The worker may have been quicker than this process.
        assert self.ended(upload) == (State.PLANNED, JobState.DONE, 1)
        return upload

    def applied(self) -> Upload:
        """Such an upload, applied."""
        upload = self.planned()
        apply(upload)
        assert self.ended(upload) == (State.APPLIED, JobState.DONE, 1)
        self.yard.until(lambda: not Plan.objects.exists())
        return upload

    def seen(self) -> Seen:
        assert self.provider
        return {one.internal_id: (one.title, one.revision) for one in sending.stored(self.provider)}

    def stop_at(self, stage: str) -> None:
        """Let the next job stop at a stage."""
        draft = self.yard.folder / "draft"
        draft.write_text(stage)
        draft.rename(self.yard.folder / "stop-at")

    def stopped(self) -> int:
        """Wait until it has, and return its process."""
        self.yard.until(self._stops)
        (path,) = self._stops()
        path.unlink()
        return int(path.name.partition("-")[2])

    def _stops(self) -> list[Path]:
        return list(self.yard.folder.glob("stopped-*"))

    def kill(self, pid: int, victim: str) -> None:
        """Kill a job's process, or its worker, which takes the job along; another worker is there then."""
        if victim == "job":
            os.kill(pid, signal.SIGKILL)
            return
        worker = self.yard.workers[-1]
        worker.kill()
        worker.wait()
        self.yard.until(lambda: not alive(pid))
        self.start()

    def ended(self, upload: Upload | Download) -> tuple[str, str, int]:
        """Wait until the upload's job has ended; return the upload's state, the job's, and its attempts."""
        upload.refresh_from_db()
        over = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        self.yard.until(lambda: Job.objects.get(pk=upload.job).state in over)
        upload.refresh_from_db()
        job = Job.objects.get(pk=upload.job)
        return upload.state, job.state, job.attempts


@pytest.fixture
def scene(yard: Yard) -> Scene:
    scene = Scene(yard)
    scene.start()
    return scene


def apply(upload: Upload) -> None:
    scope = sending.scope_of(upload.provider)
    applying.apply_plan(upload, good_rows_only=False, scope=scope, actor=factories.actor())


def undo(upload: Upload) -> None:
    undoing.undo_upload(upload, scope=sending.scope_of(upload.provider), actor=factories.actor())


def apply_killed(scene: Scene, stage: str, victim: str) -> None:
    upload = scene.planned()
    scene.stop_at(stage)
    apply(upload)
    pid = scene.stopped()
    upload.refresh_from_db()
    on_the_way = (State.APPLIED, APPLIED) if stage in COMMITTED else (State.APPLYING, BEFORE)
    assert (stage, upload.state, scene.seen()) == (stage, *on_the_way)
    scene.kill(pid, victim)
    # What is left of the plan is thrown away by a job of its own.
    attempts = 1 if stage == "discards" else 2
    assert (stage, *scene.ended(upload)) == (stage, State.APPLIED, JobState.DONE, attempts)
    assert scene.seen() == APPLIED
    assert [upload.counts[name] for name in ("added", "updated", "removed")] == [1, 1, 1]
    written = Change.objects.filter(upload=upload.pk).order_by("upload_row")
    assert list(written.values_list("upload_row", "verb")) == [(2, "save"), (3, "add"), (4, "delete")]
    scene.yard.until(lambda: not Plan.objects.exists())


def undo_killed(scene: Scene, stage: str, victim: str) -> None:
    upload = scene.applied()
    scene.stop_at(stage)
    undo(upload)
    pid = scene.stopped()
    upload.refresh_from_db()
    on_the_way = (State.UNDONE, UNDONE) if stage in COMMITTED else (State.UNDOING, APPLIED)
    assert (stage, upload.state, scene.seen()) == (stage, *on_the_way)
    scene.kill(pid, victim)
    assert (stage, *scene.ended(upload)) == (stage, State.UNDONE, JobState.DONE, 2)
    assert scene.seen() == UNDONE
    assert not Plan.objects.exists()


def test_apply_is_killed_at_any_stage(scene: Scene) -> None:
    for stage in OF_APPLYING:
        apply_killed(scene, stage, "job")


def test_undo_is_killed_at_any_stage(scene: Scene) -> None:
    for stage in OF_UNDOING:
        undo_killed(scene, stage, "job")


def test_the_worker_is_killed_with_its_job(scene: Scene) -> None:
    apply_killed(scene, "has-said-so", "worker")
    apply_killed(scene, "discards", "worker")
    undo_killed(scene, "has-said-so", "worker")


def test_checking_is_killed_at_any_stage(scene: Scene) -> None:
    for stage in OF_CHECKING:
        upload = scene.planned()
        facts = _found(upload)
        scene.stop_at(stage)
        applying.plan_again(upload, scope=sending.scope_of(upload.provider))
        pid = scene.stopped()
        upload.refresh_from_db()
        state = State.PLANNED if stage in COMMITTED else State.READING
        assert (stage, upload.state, scene.seen()) == (stage, state, BEFORE)
        scene.kill(pid, "job")
        assert (stage, *scene.ended(upload)) == (stage, State.PLANNED, JobState.DONE, 2)
        assert (_found(upload), scene.seen()) == (facts, BEFORE)
        # What the killed one had planned so far is gone.
        assert [plan.key for plan in Plan.objects.all()] == [upload.plan]
        apply(upload)
        assert (stage, *scene.ended(upload)) == (stage, State.APPLIED, JobState.DONE, 1)
        assert scene.seen() == APPLIED
        scene.yard.until(lambda: not Plan.objects.exists())


def test_preparing_a_file_is_killed_at_any_stage(scene: Scene) -> None:
    provider = factories.provider()
    factories.activity(provider, internal_id="A")
    whole = sending.exported(provider, Format.TAB)
    for stage in OF_PREPARING:
        scene.stop_at(stage)
        download = preparing.prepare(LIST, scope=sending.scope_of(provider), actor=factories.actor())
        pid = scene.stopped()
        download.refresh_from_db()
        is_ready = stage == "has-finished-the-file"
        assert (stage, download.state == DownloadState.READY) == (stage, is_ready)
        scene.kill(pid, "job")
        assert (stage, *scene.ended(download)) == (stage, DownloadState.READY, JobState.DONE, 2)
        assert (stage, stored(download)) == (stage, whole)
        kept = default_storage.listdir(f"downloads/{provider.pk}")[1]
        assert (stage, kept) == (stage, [f"{download.pk}-{1 if is_ready else 2}"])
        download.file.delete(save=False)


def test_a_file_whose_preparing_is_killed_again_and_again_says_so_and_leaves_nothing_behind(
    scene: Scene,
) -> None:
    provider = factories.provider()
    scene.stop_at("has-stored-the-file")
    download = preparing.prepare(LIST, scope=sending.scope_of(provider), actor=factories.actor())
    for attempt in (1, 2, 3):
        pid = scene.stopped()
        if attempt < 3:
            scene.stop_at("has-stored-the-file")
        os.kill(pid, signal.SIGKILL)
    assert scene.ended(download) == (DownloadState.FAILED, JobState.FAILED, 3)
    assert download.problem == LOST.format(attempts=3)
    scene.yard.until(lambda: default_storage.listdir(f"downloads/{provider.pk}")[1] == [])


def stored(download: Download) -> bytes:
    with default_storage.open(str(download.file.name)) as file:
        return bytes(file.read())


def _found(upload: Upload) -> list[Any]:
    return [upload.counts, sending.results(upload), sending.found(upload), queries.rows(upload).count()]


@pytest.mark.parametrize(
    ("deed", "back", "seen"),
    [(apply, State.PLANNED, BEFORE), (undo, State.APPLIED, APPLIED)],
    ids=["apply", "undo"],
)
def test_what_is_killed_again_and_again_fails_in_words_and_can_be_tried_once_more(
    scene: Scene, deed: Any, back: State, seen: Seen
) -> None:
    upload = scene.planned() if deed is apply else scene.applied()
    scene.stop_at("has-written")
    deed(upload)
    for attempt in (1, 2, 3):
        pid = scene.stopped()
        if attempt < 3:
            scene.stop_at("has-written")
        os.kill(pid, signal.SIGKILL)
    assert scene.ended(upload) == (back, JobState.FAILED, 3)
    assert (upload.problem, scene.seen()) == (LOST.format(attempts=3), seen)
    scene.yard.until(
        lambda: {plan.key for plan in Plan.objects.all()} == ({upload.plan} if deed is apply else set())
    )
    deed(upload)
    assert scene.ended(upload)[:2] == (State.APPLIED if deed is apply else State.UNDONE, JobState.DONE)
    assert (upload.problem, scene.seen()) == ("", APPLIED if deed is apply else UNDONE)
