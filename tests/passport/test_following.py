"""The index becomes as the database is, whatever happens to either of them."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from tantivy import Query

from openpars import clock
from openpars.accounts.models import Provider
from openpars.accounts.verbs import sandboxes
from openpars.activities.models import Activity, Change
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.restore import restore
from openpars.config import archive
from openpars.passport import (
    documents,
    following,
    generations,
    listed,
    rebuilding,
    schema,
    store,
    sweeping,
    writing,
)
from openpars.passport.following import Follower
from openpars.passport.store import NoIndex
from tests import factories
from tests.activities.doing import common, edit
from tests.passport.indexing import catch_up, found, generation, indexed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen", "own_index")]

SOON = {"start_date": "2026-04-01", "end_date": "2026-04-02"}


def an_activity(of: Provider | None = None, **over: Any) -> Activity:
    """One that everybody may see."""
    return factories.activity(of or factories.provider(), **SOON | over)


@pytest.fixture
def follower() -> Iterator[Follower]:
    made = Follower()
    yield made
    made.close()


def test_without_an_index_there_is_none_and_the_first_turn_makes_it(follower: Follower) -> None:
    with pytest.raises(NoIndex):
        store.snapshot()
    activity = an_activity()
    catch_up(follower)
    assert indexed() == [activity.pk]


def test_it_follows_whatever_happens_to_an_activity(follower: Follower) -> None:
    catch_up(follower)
    activity = an_activity()
    how: dict[str, Any] = common(activity.provider)
    here, gone = [activity.pk], list[int]()

    def after(_: Any) -> list[int]:
        catch_up(follower)
        return indexed()

    assert after(None) == here
    assert after(edit(activity, {"title": "Stroke, the First Hour"})) == here
    assert (found("title", "stroke"), found("title", "sepsis")) == (here, gone)
    assert after(edit(activity, {"on_passport": False}, confirmed=("activity.off_passport",))) == gone
    assert after(edit(activity, {"on_passport": True})) == here
    assert after(delete([activity.pk], **how)) == gone
    assert after(restore([activity.pk], **how)) == here
    with clock.frozen(datetime.fromisoformat("2026-04-03T05:00:00Z")):
        how = common(activity.provider)
        assert after(close([activity.pk], **how)) == gone
        assert after(reopen([activity.pk], reason="A count was wrong.", **how)) == gone
        assert after(edit(activity, {"end_date": "2026-04-10"})) == here


def test_what_a_sandbox_holds_is_never_in_it(follower: Follower) -> None:
    provider = factories.provider()
    an_activity(sandboxes.of(provider))
    catch_up(follower)
    assert indexed() == []
    an_activity(sandboxes.of(provider))
    catch_up(follower)
    assert indexed() == []


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps come as often as they can."""
    monkeypatch.setattr(following, "_SWEEP", 0.0)
    monkeypatch.setattr(following, "_SHARE", 0)
    monkeypatch.setattr(following, "_PROVIDERS", 0.0)


@pytest.mark.usefixtures("at_once")
def test_what_changes_without_a_history_is_found_by_comparing(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "MARKS", 2)
    first, second, third = (an_activity(title=f"Sepsis, Part {number}") for number in range(3))
    ends_later = an_activity(title="Sepsis, Part 4", end_date="2026-04-05")
    catch_up(follower)
    everything = [first.pk, second.pk, third.pk, ends_later.pk]
    assert indexed() == everything
    # A provider is renamed.
    Provider.objects.filter(pk=second.provider_id).update(name="Quokka Medical School")
    follower()
    catch_up(follower)
    assert (found("provider", "quokka"), indexed()) == ([second.pk], everything)
    # The records are judged otherwise: as a new rulebook does, or a new time zone.
    rows = Activity._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {rows} SET complete_for = 1 WHERE activity_id = %s", [first.pk])
    follower()
    catch_up(follower)
    assert indexed() == everything[1:]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {rows} SET complete_for = 3 WHERE activity_id = %s", [first.pk])
    follower()
    catch_up(follower)
    assert indexed() == everything
    # Time passes, and no change is written.
    with clock.frozen(datetime.fromisoformat("2026-04-03T05:00:00Z")):
        follower()
        catch_up(follower)
        assert indexed() == [ends_later.pk]


@pytest.mark.usefixtures("at_once")
def test_comparing_ends_where_it_finds_nothing_to_mend(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_activity()
    catch_up(follower)

    def commit(_: writing.Writing) -> None:
        raise AssertionError("there is nothing to commit")

    monkeypatch.setattr(writing.Writing, "commit", commit)
    for _ in range(3):
        follower()


def test_a_document_that_is_there_twice_is_there_once_after_comparing(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    follower.close()
    twice = writing.Writing(generation())
    twice.add(listed.those_of([activity.pk], now=clock.now()))
    twice.commit()
    del twice
    assert indexed() == [activity.pk, activity.pk]
    catch_up()
    assert indexed() == [activity.pk]


def test_changes_that_are_read_twice_do_no_harm(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    before = generations.followed(generation())
    assert before is not None
    edit(activity, {"title": "Stroke, the First Hour"})
    catch_up(follower)
    follower.close()
    # The process was killed after its commit, before it had noted how far it was.
    generations.note(generation(), before)
    name = store.snapshot().generation
    catch_up()
    assert (indexed(), found("title", "stroke")) == ([activity.pk], [activity.pk])
    assert store.snapshot().generation == name


def older_shape(folder: Path, name: str) -> None:
    other = f"0123456789abcdef-{name.partition('-')[2]}"
    (folder / name).rename(folder / other)
    (folder / "current").write_text(other)


def truncated(folder: Path, name: str) -> None:
    for path in (folder / name).glob("*.term"):
        os.truncate(path, path.stat().st_size // 2)


def garbage(folder: Path, name: str) -> None:
    for path in (folder / name).glob("*.idx"):
        content = bytearray(path.read_bytes())
        content[2:8] = b"\xff" * 6
        path.write_bytes(content)


def cut_off(folder: Path, name: str) -> None:
    shutil.copytree(folder / name, folder / f"{schema.SCHEMA_VERSION}-half")
    (folder / f"{schema.SCHEMA_VERSION}-half" / "followed").unlink()
    (folder / "current").write_text(f"{schema.SCHEMA_VERSION}-half")


def without_a_commit(folder: Path, name: str) -> None:
    (folder / name / "meta.json").unlink()


def without_a_part(folder: Path, name: str) -> None:
    for path in (folder / name).glob("*.store"):
        path.unlink()


def without_a_pointer(folder: Path, _: str) -> None:
    (folder / "current").unlink()


DAMAGE: tuple[Callable[[Path, str], Any], ...] = (
    older_shape,
    truncated,
    garbage,
    cut_off,
    lambda folder, name: (folder / name / "meta.json").write_text("{"),
    without_a_commit,
    without_a_part,
    lambda folder, name: (folder / name / "followed").write_text('{"cursor": "one"}'),
    lambda folder, _: (folder / "current").write_bytes(b"\xff../.."),
    without_a_pointer,
    lambda folder, name: shutil.rmtree(folder / name),
    lambda folder, _: shutil.rmtree(folder),
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_index_that_is_torn_or_of_an_older_shape_is_made_anew(
    own_index: Path, damage: Callable[[Path, str], Any]
) -> None:
    activity = an_activity()
    catch_up()
    before = store.snapshot().generation
    store._opened.snapshot = (
        None  # its files are mapped into memory: cut off there, they would end this process
    )
    damage(own_index, before)
    catch_up()
    assert indexed() == [activity.pk]
    assert store.snapshot().generation != before
    assert [path.name for path in own_index.iterdir() if path.is_dir()] == [store.snapshot().generation]


@pytest.mark.parametrize("damage", [DAMAGE[0], *DAMAGE[4:6], *DAMAGE[8:]])
def test_damage_is_mended_while_somebody_follows(
    follower: Follower, own_index: Path, damage: Callable[[Path, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_AGAIN", 0.0)
    activity = an_activity()
    catch_up(follower)
    damage(own_index, store.snapshot().generation)
    with pytest.raises(NoIndex):
        store.snapshot()
    catch_up(follower)
    assert indexed() == [activity.pk]


def test_who_reads_nonsense_has_it_looked_at(follower: Follower, own_index: Path) -> None:
    activity = an_activity()
    catch_up(follower)
    before = store.snapshot().generation
    with pytest.raises(ValueError, match="of the caller"), store.reading():
        raise ValueError("of the caller")
    assert not (own_index / store.DOUBTED).exists()
    with pytest.raises(NoIndex), store.reading():
        raise ValueError("Data corrupted: 'nonsense'")
    catch_up(follower)
    assert store.snapshot().generation == before
    follower.close()
    store._opened.snapshot = None
    garbage(own_index, before)
    with pytest.raises(NoIndex), store.reading() as snapshot:
        hits = snapshot.searcher.search(Query.term_query(snapshot.schema, "title", "sepsis")).hits
        assert not hits
    catch_up()
    assert indexed() == [activity.pk]


def test_after_a_backup_is_restored_the_index_is_as_the_database(follower: Follower, own_index: Path) -> None:
    kept = an_activity()
    backup = own_index.parent / "backup.zip"
    archive.write(backup)
    an_activity(title="Never happened")
    catch_up(follower)
    follower.close()
    archive.restore(backup, replace=True)
    catch_up(follower)
    assert indexed() == [kept.pk]


def test_a_cursor_that_is_given_a_second_time_is_not_taken_for_the_first(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    edit(activity, {"title": "Stroke, the First Hour"})
    catch_up(follower)
    follower.close()
    last = Change.objects.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activities_activity SET title = %s WHERE activity_id = %s",
            ["Delirium on the Ward", activity.pk],
        )
    note = generations.followed(generation())
    assert note is not None and note.cursor == last.pk
    generations.note(generation(), generations.Followed(note.cursor, note.sign.replace("2026", "2025")))
    catch_up(follower)
    assert (found("title", "stroke"), found("title", "delirium")) == ([], [activity.pk])


def test_a_backup_restored_under_a_follower_is_noticed(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    before = store.snapshot().generation
    follower._followed = generations.Followed(987_654_321, "")
    catch_up(follower)
    assert (indexed(), store.snapshot().generation != before) == ([activity.pk], True)


def test_one_follows_and_the_others_take_over(follower: Follower) -> None:
    other = Follower()
    activity = an_activity()
    catch_up(follower)
    assert other() == following._RESTING
    follower.close()
    edit(activity, {"title": "Stroke, the First Hour"})
    catch_up(other)
    assert found("title", "stroke") == [activity.pk]
    assert follower() == following._RESTING
    other.close()


def test_who_reads_sees_the_next_commit_and_the_next_generation(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    first = store.snapshot()
    assert store.snapshot() is first
    edit(activity, {"title": "Stroke, the First Hour"})
    catch_up(follower)
    second = store.snapshot()
    assert (second is first, second.generation == first.generation) == (False, True)
    generations.ask(store.WANTED)
    catch_up(follower)
    assert store.snapshot().generation != first.generation
    # Who had begun to read before goes on to the end.
    assert (first.searcher.num_docs, second.searcher.num_docs, indexed()) == (1, 1, [activity.pk])


def test_one_activity_that_cannot_be_indexed_stops_nothing(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    odd, plain = an_activity(), an_activity()

    def document(activity: Any) -> Any:
        if activity.activity_id == odd.pk:
            raise RuntimeError("nobody expects this")
        return documents.document(activity)

    monkeypatch.setattr("openpars.passport.writing.document", document)
    catch_up(follower)
    assert indexed() == [plain.pk]
    assert f"Activity {odd.pk} cannot be indexed" in caplog.text


def in_a_process(do: Callable[[], Any]) -> int:
    """Begin to do something in a process of its own, as a companion's; answers its number."""
    connection.close()
    number = os.fork()
    if number == 0:
        try:
            do()
        finally:
            os._exit(1)
    return number


def kill(number: int) -> None:
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def wait_until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "this did not come true"
        time.sleep(0.005)


def test_killed_in_the_middle_of_a_rebuild(own_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    activities = [an_activity(title=f"Sepsis, Part {number}") for number in range(5)]
    catch_up()
    before = store.snapshot().generation
    rows = listed.everything

    def endless(*, now: datetime) -> Iterator[Any]:
        yield from rows(now=now)
        time.sleep(60)

    def rebuild() -> None:
        monkeypatch.setattr(listed, "everything", endless)
        generations.ask(store.WANTED)
        Follower()()

    number = in_a_process(rebuild)
    wait_until(lambda: len([path for path in own_index.iterdir() if path.is_dir()]) == 2)
    assert store.snapshot().generation == before
    kill(number)
    catch_up()
    assert indexed() == [activity.pk for activity in activities]
    after = store.snapshot().generation
    assert after != before
    assert [path.name for path in own_index.iterdir() if path.is_dir()] == [after]


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_while_following(seed: int) -> None:
    random = Random(seed)
    activities = [an_activity(title=f"Sepsis, Part {number}") for number in range(3)]
    catch_up()

    def follow() -> None:
        follower = Follower()
        while True:
            follower()

    for round_ in range(4):
        number = in_a_process(follow)
        end = time.monotonic() + random.random() / 2
        while time.monotonic() < end:
            edit(random.choice(activities), {"title": f"Stroke {round_} {random.random()}"})
        kill(number)
    catch_up()
    assert indexed() == [activity.pk for activity in activities]
    titles = {one.activity_id: one.title for one in listed.everything(now=clock.now())}
    for activity_id, title in titles.items():
        assert activity_id in found("title", title.rpartition(".")[2]), title


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_many_writers_who_commit_in_any_order_while_somebody_follows(follower: Follower) -> None:
    provider = factories.provider()
    activities = [an_activity(provider, title=f"Sepsis, Part {number}") for number in range(6)]
    catch_up(follower)

    def save(activity: Activity, random: Random) -> None:
        try:
            for number in range(5):
                with transaction.atomic():
                    edit(activity, {"title": f"Title {activity.pk} x{number}"})
                    time.sleep(random.random() / 30)
        finally:
            connection.close()

    writers = [threading.Thread(target=save, args=(one, Random(one.pk))) for one in activities]
    for thread in writers:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        follower()
    catch_up(follower)
    ids = [activity.pk for activity in activities]
    assert (indexed(), found("title", "x4")) == (ids, ids)


def test_small_commits_do_not_pile_up(follower: Follower) -> None:
    activity = an_activity()
    catch_up(follower)
    for number in range(30):
        edit(activity, {"title": f"Sepsis {number}"})
        catch_up(follower)
    assert indexed() == [activity.pk]
    assert store.snapshot().searcher.num_segments <= 12
    assert len(list(generation().iterdir())) <= 150


def test_a_rebuild_reads_portion_by_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "PORTION", 2)
    activities = [an_activity(title=f"Sepsis, Part {number}") for number in range(5)]
    held = generations.hold()
    assert held is not None
    rebuilding.rebuild(held)
    held.let_go()
    assert indexed() == [activity.pk for activity in activities]


def test_comparing_goes_on_where_an_index_holds_very_many_that_nobody_may_see(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        an_activity(title=f"Sepsis, Part {number}")
    later = an_activity(title="Sepsis, Part 8", end_date="2026-04-05")
    catch_up(follower)
    monkeypatch.setattr(sweeping, "_MOST", 3)
    follower.close()
    with clock.frozen(clock.now() + timedelta(days=24)):
        catch_up(follower)
        assert indexed() == [later.pk]
