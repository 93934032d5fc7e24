"""What is written down about a job, and who may write it."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from openpars.accounts.models import Accreditor
from openpars.jobs import handlers, leases, queue
from openpars.jobs.attempts import BROKEN
from openpars.jobs.handlers import UnknownKind
from openpars.jobs.leases import LOST, Claim, LeaseLost, Progress
from openpars.jobs.models import Job, State
from openpars.jobs.running import Cancelled, Failed, Running
from tests.working import Line, work_off

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    """What the room of the jobs was told when one of them was not done."""
    return []


@pytest.fixture
def ask(told: Told) -> Iterator[Callable[..., Job]]:
    """Asks for a job that is done by the function given."""

    def ask(handle: Callable[[Running], None] = lambda _: None, **args: Any) -> Job:
        handlers.register("test.ask", handle, ended=lambda job: told.append((job.state, job.error)))
        return queue.enqueue("test.ask", args)

    yield ask
    handlers._handlers.pop("test.ask", None)


def taken() -> Claim:
    claim = leases.claim("a worker")
    assert claim
    return claim


def run_out() -> None:
    """Let every lease have run out."""
    Job.objects.filter(state=State.RUNNING).update(lease_until=Now() - timedelta(seconds=1))


def facts(job: Job) -> dict[str, Any]:
    """What there is about a job, but for ids and times."""
    left_out = {"id", "claim", "created_at", "started_at", "heartbeat_at", "finished_at", "lease_until"}
    row = Job.objects.values().get(pk=job.pk)
    times = {name: row[name] is not None for name in ("claim", "lease_until", "finished_at")}
    return {name: value for name, value in row.items() if name not in left_out} | times


NEW = {
    "kind": "test.ask",
    "args": {"upload": 7},
    "state": "queued",
    "stage": "",
    "done": 0,
    "total": None,
    "error": "",
    "cancel_requested": False,
    "worker": "",
    "attempts": 0,
    "claim": False,
    "lease_until": False,
    "finished_at": False,
}


def test_the_life_of_a_job(ask: Callable[..., Job], told: Told) -> None:
    job = ask(upload=7)
    assert (facts(job), leases.waiting()) == (NEW, True)
    claim = taken()
    running = NEW | {"state": "running", "worker": "a worker", "attempts": 1}
    running |= {"claim": True, "lease_until": True}
    assert (facts(job), leases.waiting(), leases.claim("another")) == (running, False, None)
    assert (claim.job, claim.kind, claim.args, claim.attempt) == (job.id, "test.ask", {"upload": 7}, 1)
    assert (leases.look(claim), leases.renew(claim, Progress(2, 9, "Rows"))) == (False, True)
    assert facts(job) == running | {"done": 2, "total": 9, "stage": "Rows"}
    leases.done(claim, Progress(9, 9, "Rows"))
    over = running | {"state": "done", "done": 9, "total": 9, "stage": "Rows"}
    assert facts(job) == over | {"claim": False, "lease_until": False, "finished_at": True}
    assert (told, queue.cancel(job.id), leases.waiting()) == ([], False, False)


def test_only_work_that_somebody_can_do_is_asked_for_and_taken(ask: Callable[..., Job]) -> None:
    with pytest.raises(UnknownKind):
        queue.enqueue("test.nobody")
    ask()
    handlers._handlers.pop("test.ask")
    assert (leases.waiting(), leases.claim("a worker")) == (False, None)


def test_the_job_that_waited_longest_comes_first(ask: Callable[..., Job]) -> None:
    jobs = [ask(number=number) for number in range(3)]
    Job.objects.filter(pk=jobs[1].pk).update(created_at=Now() - timedelta(hours=1))
    assert [taken().args["number"] for _ in jobs] == [1, 0, 2]


def raising(problem: Exception) -> Callable[[Running], None]:
    def handle(job: Running) -> None:
        raise problem

    return handle


def test_how_a_handler_ends_a_job(ask: Callable[..., Job], told: Told) -> None:
    job = ask(lambda running: running.progress(3, 3, "Rows \x00\ud800"))
    assert work_off() == [("test.ask", State.DONE)]
    assert (facts(job)["done"], facts(job)["stage"]) == (3, "Rows ?")
    # No database takes every character that a file may hold.
    job = ask(raising(Failed("The file\x00 is gone.\ud800")))
    assert work_off() == [("test.ask", State.FAILED)]
    assert facts(job)["error"] == "The file is gone.?"
    job = ask(lambda running: raising(Cancelled())(running) if running.cancelled() else None)
    assert work_off(Line(cancel=True)) == [("test.ask", State.CANCELLED)]
    assert told == [(State.FAILED, "The file is gone.?"), (State.CANCELLED, "")]


def test_a_handler_that_breaks_fails_in_words(
    ask: Callable[..., Job], told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask(raising(KeyError("oops")))
    with pytest.raises(AssertionError, match="the handler broke"):
        work_off()
    assert told == [(State.FAILED, BROKEN.format(job=job.id))]
    assert "KeyError: 'oops'" in caplog.text


@pytest.mark.parametrize("problem", [LeaseLost(), OperationalError("gone")])
def test_an_attempt_without_the_lease_or_the_database_says_nothing(
    ask: Callable[..., Job], told: Told, problem: Exception
) -> None:
    """The lease runs out, and somebody does the job anew."""
    job = ask(raising(problem))
    with pytest.raises(AssertionError, match="lost its lease"):
        work_off()
    assert (facts(job)["state"], told) == (State.RUNNING, [])


def test_a_job_ends_even_when_its_room_cannot_take_note(
    ask: Callable[..., Job], caplog: pytest.LogCaptureFixture
) -> None:
    def ended(job: Job) -> None:
        Accreditor.objects.create(name="Half of it")
        raise RuntimeError

    job = ask()
    handlers.register("test.ask", lambda _: None, ended=ended)
    assert queue.cancel(job.id)
    assert (facts(job)["state"], Accreditor.objects.exists()) == (State.CANCELLED, False)
    assert "could not take note" in caplog.text


def test_cancelling(ask: Callable[..., Job], told: Told) -> None:
    waiting, running = ask(), ask()
    assert queue.cancel(waiting.id)
    assert (facts(waiting)["state"], told) == (State.CANCELLED, [(State.CANCELLED, "")])
    claim = taken()
    assert (claim.job, queue.cancel(running.id), leases.look(claim)) == (running.id, True, True)
    # Its worker is lost before it has heard.
    run_out()
    assert (leases.claim("another"), facts(running)["state"]) == (None, State.CANCELLED)
    assert (queue.cancel(running.id), queue.cancel(uuid4())) == (False, False)


def test_a_job_that_is_lost_three_times_fails(
    ask: Callable[..., Job], told: Told, settings: LazySettings
) -> None:
    job = ask()
    for attempt in (1, 2, 3):
        claim = taken()
        assert claim.attempt == attempt
        assert leases.renew(claim, Progress(attempt, 9, "Rows"))
        run_out()
    assert facts(job)["done"] == 3
    assert leases.claim("another") is None
    assert told == [(State.FAILED, LOST.format(attempts=3))]


def test_an_attempt_begins_from_nothing_and_one_given_back_was_none(ask: Callable[..., Job]) -> None:
    job = ask()
    claim = taken()
    leases.renew(claim, Progress(5, 9, "Rows"))
    leases.give_back(claim, counted=False)
    again = taken()
    assert (again.attempt, facts(job)["done"], facts(job)["stage"]) == (1, 0, "")
    leases.give_back(again, counted=True)
    assert taken().attempt == 2


def test_who_lost_the_lease_writes_nothing(ask: Callable[..., Job], told: Told) -> None:
    job = ask()
    lost = taken()
    run_out()
    taken()
    before = facts(job)
    deeds: list[Callable[[], Any]] = [
        lambda: leases.look(lost),
        lambda: leases.hold(lost),
        lambda: leases.done(lost, Progress()),
        lambda: leases.undone(lost, State.FAILED, "Words"),
        lambda: leases.give_back(lost, counted=True),
    ]
    for deed in deeds:
        with pytest.raises(LeaseLost):
            deed()
    assert not leases.renew(lost, Progress(9, 9, "Rows"))
    assert (facts(job), told) == (before, [])


def test_only_what_ended_long_ago_is_cleared_away(ask: Callable[..., Job], settings: LazySettings) -> None:
    old, new, waiting, running = ask(), ask(), ask(), ask()
    for job in (old, new):
        Job.objects.filter(pk=job.pk).update(state=State.DONE, finished_at=Now())
    long_ago = Now() - settings.JOB_KEPT - timedelta(minutes=1)
    Job.objects.filter(pk=old.pk).update(finished_at=long_ago)
    Job.objects.filter(pk__in=[waiting.pk, running.pk]).update(created_at=long_ago, started_at=long_ago)
    Job.objects.filter(pk=running.pk).update(state=State.RUNNING)
    assert leases.clear() == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk, running.pk}


@pytest.mark.parametrize(
    ("said", "before", "shown"),
    [
        (Progress(3, 9, "Rows"), Progress(), Progress(3, 9, "Rows")),
        (Progress(2, 9, "Rows"), Progress(3, 9, "Rows"), Progress(3, 9, "Rows")),
        (Progress(1, 9, "Letters"), Progress(3, 9, "Rows"), Progress(1, 9, "Letters")),
        (Progress(12, 9, "Rows"), Progress(3, 9, "Rows"), Progress(9, 9, "Rows")),
        (Progress(12, None, "Rows"), Progress(3, None, "Rows"), Progress(12, None, "Rows")),
        (Progress(-1, -1, "é" * 300), Progress(), Progress(0, 0, "é" * 200)),
    ],
)
def test_a_counter_never_goes_back_nor_beyond_all(said: Progress, before: Progress, shown: Progress) -> None:
    assert said.after(before) == shown


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_held_by_a_transaction_only(ask: Callable[..., Job]) -> None:
    ask()
    claim = taken()
    with pytest.raises(transaction.TransactionManagementError):
        leases.hold(claim)


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_a_job_while_a_transaction_holds_it(ask: Callable[..., Job]) -> None:
    """Even when the lease has run out; and the lease is fresh when the transaction ends."""
    ask()
    claim = taken()
    run_out()
    got: list[Any] = []

    def another() -> None:
        try:
            got.append((leases.renew(claim, Progress()), leases.claim("another")))
        except OperationalError as problem:
            got.append(str(problem))
        finally:
            connection.close()

    thread = threading.Thread(target=another)
    with transaction.atomic():
        leases.hold(claim)
        thread.start()
        if connection.vendor == "postgresql":
            thread.join(timeout=10)
            assert got == [(False, None)]
    thread.join(timeout=10)
    # On SQLite it waited until the transaction had ended, and renewed the lease then.
    assert got == [(connection.vendor == "sqlite", None)]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_take_each_job_once(ask: Callable[..., Job]) -> None:
    for number in range(20):
        ask(number=number)
    got: list[int] = []

    def work() -> None:
        while claim := leases.claim(threading.current_thread().name):
            got.append(claim.args["number"])
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(20))
