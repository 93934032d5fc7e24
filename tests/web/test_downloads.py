"""Files that are prepared by a worker: asked for, watched, downloaded, given up, forgotten."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from openpars import clock
from openpars.jobs import handlers
from openpars.jobs.models import Job
from openpars.jobs.models import State as JobState
from openpars.uploads import exporting, forgetting, marked, preparing
from openpars.uploads.models import Download, Upload
from openpars.uploads.states import DownloadState, State
from openpars.web.views.uploads import prepared
from tests import factories
from tests.web import drawn, uploading
from tests.web.desk import Desk, text
from tests.web.test_uploads import GOOD, PART, WRONG, cells, files, on, send, words
from tests.working import Line, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "kept_here")]
kept_here = files


@pytest.fixture
def desk() -> Desk:
    """An editor of a provider with two activities."""
    desk = Desk()
    for number in (1, 2):
        factories.activity(desk.provider, internal_id=f"A-{number}", title=f"Sepsis {number}")
    factories.activity(desk.provider, internal_id="B-1", title="Wounds")
    return desk


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of more than one activity are long."""
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 1)


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def asked_for(desk: Desk, address: str) -> Download:
    """Ask for a file that is not written at once."""
    answer = desk.get(address)
    download = Download.objects.latest("created_at", "pk")
    assert answer["Location"] == desk.url("download", download.pk)
    return download


def told(content: bytes, name: str) -> Any:
    """What a file says: of a workbook the cells of every sheet."""
    if not name.endswith(".xlsx"):
        return content
    book = load_workbook(BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


LONG: list[tuple[str, tuple[str, ...]]] = [
    *(("activities-export", (form,)) for form in ("xlsx", "tsv", "xml", "json", "dialect-json")),
    ("upload-template-filled", ("activities", "xlsx")),
    ("upload-template-filled", ("learner-counts", "tsv")),
]


@pytest.mark.parametrize(("name", "parts"), LONG)
def test_a_long_list_is_prepared_and_is_what_would_have_come_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, parts: tuple[str, ...]
) -> None:
    address = f"{desk.url(name, *parts)}?q=sepsis"
    at_once: Any = desk.get(address)
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 1)
    download = asked_for(desk, address)
    assert work_off() == [(preparing.PREPARE, JobState.DONE)]
    page = desk.get(desk.url("download", download.pk))
    [link] = drawn.read(text(page)).one("main").all("a", cls="usa-button")
    later: Any = desk.get(link.attributes["href"])
    said = ("Content-Disposition", "Content-Type")
    assert [later[header] for header in said] == [at_once[header] for header in said]
    assert told(content_of(later), download.file_name) == told(content_of(at_once), download.file_name)


def test_a_large_file_is_marked_by_a_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(desk, GOOD, WRONG)
    at_once: Any = desk.get(on(desk, upload, "upload-marked"))
    for limit in ("LARGE", "MANY"):
        with monkeypatch.context() as smaller:
            smaller.setattr(marked, limit, 0)
            download = asked_for(desk, on(desk, upload, "upload-marked"))
        work_off()
        later: Any = desk.get(desk.url("download-file", download.pk))
        assert later["Content-Disposition"] == 'attachment; filename="activities-marked.txt"'
        assert content_of(later) == (
            at_once := at_once if isinstance(at_once, bytes) else content_of(at_once)
        )
    assert on(desk, upload) in text(desk.get(desk.url("download", download.pk)))


def _gone(upload: Upload) -> None:
    upload.file.delete(save=False)


def _read_again(upload: Upload) -> None:
    Upload.objects.update(state=State.READING)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(_gone, "not kept any more"), (_read_again, "being read again"), (lambda _: None, "file is damaged")],
)
def test_a_file_that_cannot_be_marked_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Upload], None], says: str
) -> None:
    damaged = uploading.upload(
        desk.provider, layout=uploading.layout({"Action": "action"}), file_name="x.xlsx"
    )
    uploading.found(damaged, "activity.action.unknown", [2], path="action", value="x")
    monkeypatch.setattr(marked, "MANY", 0)
    download = asked_for(desk, on(desk, damaged, "upload-marked"))
    spoil(damaged)
    assert work_off() == [(preparing.PREPARE, JobState.FAILED)]
    page = words(desk.get(desk.url("download", download.pk)))
    assert "The file could not be prepared" in page and says in page


def test_how_far_it_is_is_asked_for_until_it_is_there(desk: Desk, long_lists: None) -> None:
    download = asked_for(desk, desk.url("activities-export", "tsv"))
    where = desk.url("download-progress", download.pk)
    said = words(desk.get(desk.url("download", download.pk)))
    assert "Waiting for its turn" in said and "Look again" in said
    assert f'hx-get="{where}"' in text(desk.get(desk.url("download", download.pk)))
    Job.objects.update(stage=exporting.WRITING, done=2, total=3)
    part = drawn.read(text(desk.client.get(where, headers=PART)))  # type: ignore[arg-type]
    assert " ".join(part.text().split()) == "Writing the file 2 of 3 activities"
    page = desk.url("download", download.pk)
    assert desk.get(where)["Location"] == page
    assert desk.get(desk.url("download-file", download.pk))["Location"] == page
    line = Line()
    work_off(line)
    # Which columns are needed is looked for first.
    assert [asdict(one) for one in line.told] == [
        {"done": 3, "total": 3, "stage": exporting.COUNTING},
        {"done": 3, "total": 3, "stage": exporting.WRITING},
        {"done": 0, "total": None, "stage": preparing.KEEPING},
    ]
    assert desk.client.get(where, headers=PART)["HX-Refresh"] == "true"


def test_who_asks_twice_gets_one_file_and_nobody_has_all_workers(desk: Desk, long_lists: None) -> None:
    address = desk.url("activities-export", "tsv")
    first = asked_for(desk, address)
    assert asked_for(desk, address) == first
    other = Desk(role="viewer", at=desk.provider)
    second = asked_for(other, address)
    for form in ("xml", "json", "xlsx"):
        asked_for(desk, desk.url("activities-export", form))
    refused = desk.get(f"{address}?q=sepsis")
    assert refused["Location"] == desk.url("downloads")
    assert prepared.TOO_MANY in words(desk.get(refused["Location"]))
    assert Download.objects.count() == 5
    work_off()
    assert asked_for(desk, address) not in (first, second)


@pytest.mark.parametrize("when", ["waits", "runs"])
def test_it_can_be_given_up_by_who_asked_for_it_and_by_editors(
    desk: Desk, long_lists: None, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    viewer, another = (Desk(role="viewer", at=desk.provider) for _ in range(2))
    download = asked_for(viewer, viewer.url("activities-export", "tsv"))
    cancel, page = viewer.url("download-cancel", download.pk), viewer.url("download", download.pk)
    assert ("Cancel" in words(viewer.get(page)), "Cancel" in words(another.get(page))) == (True, False)
    assert another.post(cancel, {}).status_code == 403
    if when == "runs":
        count = exporting.count

        def given_up(*args: Any, **how: Any) -> int:
            assert desk.post(cancel, {})["Location"] == page
            return count(*args, **how)

        monkeypatch.setattr(exporting, "count", given_up)
        work_off(Line(cancel=True))
    else:
        viewer.post(cancel, {})
        work_off()
    assert "It was canceled" in words(viewer.get(page))
    assert Job.objects.get().state == JobState.CANCELLED
    assert kept_files(desk) == []
    viewer.post(cancel, {})
    assert "It was too late to cancel" in words(viewer.get(page))


def kept_files(desk: Desk) -> list[str]:
    """The prepared files of the provider that are in the storage."""
    folder = f"downloads/{desk.provider.pk}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def test_what_is_given_up_at_the_last_moment_is_not_kept(
    desk: Desk, long_lists: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = asked_for(desk, desk.url("activities-export", "tsv"))
    save = FileSystemStorage.save

    def given_up(*args: Any, **how: Any) -> str:
        kept = save(*args, **how)
        desk.post(desk.url("download-cancel", download.pk), {})
        return kept

    monkeypatch.setattr(FileSystemStorage, "save", given_up)
    work_off()
    download.refresh_from_db()
    assert (download.state, kept_files(desk)) == (DownloadState.CANCELLED, [])


def test_the_list_shows_what_there_is_and_for_how_long(desk: Desk, long_lists: None) -> None:
    assert "No file is kept at the moment" in words(desk.get(desk.url("downloads")))
    asked_for(desk, desk.url("activities-export", "tsv"))
    work_off()
    asked_for(desk, desk.url("upload-template-filled", "learner-counts", "xml"))
    shown = cells(desk.get(desk.url("downloads")))
    size = Download.objects.get(form="tsv").size
    assert size
    day, who = "Mar 10, 2026, 12:00 PM", "by Test Person"
    number = desk.provider.number
    assert [[one.replace("\xa0", " ") for one in row] for row in shown] == [
        ["Being prepared", f"learner-counts-{number}-2026-03-10.xml", "–", day + who, "–"],
        [
            "Ready",
            f"activities-{number}-2026-03-10.txt",
            f"{size / 1024:.1f} KB",
            day + who,
            "Mar 11, 2026, 12:00 PM",
        ],
    ]


def test_the_list_costs_the_same_however_long_it_is(desk: Desk, long_lists: None) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(desk.url("downloads"))
        return len(asked)

    asked_for(desk, desk.url("activities-export", "tsv"))
    cost()
    few = cost()
    for form in ("xml", "json", "xlsx"):
        asked_for(desk, desk.url("activities-export", form))
    assert cost() == few == 8


def test_a_prepared_file_is_forgotten_after_a_day(desk: Desk, long_lists: None) -> None:
    old = asked_for(desk, desk.url("activities-export", "tsv"))
    work_off()
    stuck = asked_for(desk, desk.url("activities-export", "xml"))
    now = clock.now()
    with clock.frozen(now + preparing.KEPT - timedelta(minutes=1)):
        forgetting.forget_downloads()
    assert set(Download.objects.all()) == {old, stuck}
    assert forgetting.forget_downloads in handlers.chores()
    with clock.frozen(now + preparing.KEPT + timedelta(minutes=1)):
        new = asked_for(desk, desk.url("activities-export", "json"))
        forgetting.forget_downloads()
        assert work_off() == [(preparing.PREPARE, JobState.DONE)]
    assert [one.pk for one in Download.objects.all()] == [new.pk]
    assert kept_files(desk) == [f"{new.pk}-1"]
    assert desk.get(desk.url("download", old.pk)).status_code == 404


def test_an_upload_that_is_forgotten_takes_its_prepared_files_along(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(desk, WRONG)
    monkeypatch.setattr(marked, "MANY", 0)
    asked_for(desk, on(desk, upload, "upload-marked"))
    work_off()
    assert forgetting.forget(upload)
    assert (Download.objects.count(), kept_files(desk)) == (0, [])


def test_a_file_that_is_lost_is_not_there(desk: Desk, long_lists: None) -> None:
    download = asked_for(desk, desk.url("activities-export", "tsv"))
    work_off()
    download.refresh_from_db()
    download.file.delete(save=False)
    assert desk.get(desk.url("download-file", download.pk)).status_code == 404


def test_nobody_reaches_another_providers_file(desk: Desk, long_lists: None) -> None:
    stranger = Desk()
    download = asked_for(desk, desk.url("activities-export", "tsv"))
    work_off()
    answers: list[HttpResponse] = []
    for name in ("download", "download-progress", "download-file"):
        answers.append(stranger.get(stranger.url(name, download.pk)))
    answers.append(stranger.post(stranger.url("download-cancel", download.pk), {}))
    assert [one.status_code for one in answers] == [404] * 4
    assert "No file is kept" in words(stranger.get(stranger.url("downloads")))
