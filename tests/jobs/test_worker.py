"""Workers and jobs as real processes, killed for real."""

import os
import signal
import time

import pytest
from django.db import connection

from openpars.accounts.models import Accreditor
from openpars.jobs import queue
from openpars.jobs.leases import LOST
from openpars.jobs.models import Job, State
from tests.jobs.conftest import Yard, alive

pytestmark = pytest.mark.django_db(transaction=True)


def told(job: Job) -> tuple[str, int, int | None, str, int]:
    """What people see of it, and which attempt it is."""
    job.refresh_from_db()
    return job.state, job.done, job.total, job.stage, job.attempts


def test_a_job_is_done_and_says_how_far_it_is(yard: Yard) -> None:
    job = yard.ask("test.steps")
    yard.worker()
    yard.until(lambda: told(job) == (State.RUNNING, 0, 3, "Steps", 1))
    yard.go("go-0")
    yard.until(lambda: told(job) == (State.RUNNING, 1, 3, "Steps", 1))
    yard.go("go-1")
    yard.go("go-2")
    yard.until(lambda: told(job) == (State.DONE, 3, 3, "Steps", 1))
    assert (job.claim, job.lease_until, job.error, job.finished_at is None) == (None, None, "", False)


def test_a_job_that_is_cancelled_stops_between_two_batches(yard: Yard) -> None:
    job = yard.ask("test.steps")
    yard.worker()
    yard.until(lambda: yard.diary() == ["attempt-1"])
    assert queue.cancel(job.id)
    yard.until(lambda: told(job)[0] == State.CANCELLED)
    assert yard.diary() == ["attempt-1", "cleaned-up"]


def test_a_killed_worker_takes_its_jobs_process_along_and_another_does_the_job(yard: Yard) -> None:
    job = yard.ask("test.steps")
    first = yard.worker(lease=1)
    yard.until(lambda: told(job) == (State.RUNNING, 0, 3, "Steps", 1))
    yard.go("go-0")
    yard.until(lambda: told(job) == (State.RUNNING, 1, 3, "Steps", 1))
    first.kill()
    first.wait()
    yard.until(lambda: not alive(yard.pids()[0]))
    yard.worker()
    yard.until(lambda: yard.diary() == ["attempt-1", "attempt-2"])
    yard.go("go-1")
    yard.go("go-2")
    yard.until(lambda: told(job) == (State.DONE, 3, 3, "Steps", 2))


def test_a_job_whose_process_is_killed_is_tried_again_at_once_and_fails_in_words_after_three_times(
    yard: Yard,
) -> None:
    job = yard.ask("test.steps")
    worker = yard.worker()
    for attempt in (1, 2, 3):
        yard.until(lambda: yard.diary()[-1:] == [f"attempt-{attempt}"])  # noqa: B023 - asked at once
        os.kill(yard.pids()[-1], signal.SIGKILL)
    yard.until(lambda: told(job)[0] == State.FAILED)
    assert job.error == LOST.format(attempts=3)
    # What is asked for next is done as ever.
    after = yard.ask("test.add", number=1)
    yard.until(lambda: told(after)[0] == State.DONE)
    assert worker.poll() is None


def test_a_worker_that_is_told_to_end_gives_its_job_back(yard: Yard) -> None:
    job = yard.ask("test.steps")
    worker = yard.worker()
    yard.until(lambda: yard.diary() == ["attempt-1"])
    worker.terminate()
    assert worker.wait(timeout=5) == 0
    assert yard.diary() == ["attempt-1", "cleaned-up"]
    # Nothing went wrong, so the attempt does not count.
    assert (told(job)[0], job.attempts, job.claim, job.lease_until) == (State.QUEUED, 0, None, None)


def test_a_worker_ends_in_time_whatever_its_job_does(yard: Yard) -> None:
    job = yard.ask("test.deaf")
    worker = yard.worker()
    yard.until(lambda: yard.diary() == ["deaf"])
    worker.send_signal(signal.SIGINT)
    assert worker.wait(timeout=5) == 0
    assert not alive(yard.pids()[0])
    assert (told(job)[0], job.attempts) == (State.QUEUED, 0)


def test_two_workers_never_do_the_same_job(yard: Yard) -> None:
    jobs = [yard.ask("test.add", number=number) for number in range(20)]
    yard.worker()
    yard.worker()
    yard.until(lambda: Job.objects.filter(state=State.DONE).count() == len(jobs))
    assert sorted(yard.diary()) == sorted(f"job-{number}" for number in range(20))


def test_who_lost_the_lease_commits_nothing(yard: Yard) -> None:
    """The worker stands still, but its job goes on; meanwhile another worker takes the job."""
    job = yard.ask("test.steps")
    stopped = yard.worker(lease=1)
    yard.until(lambda: yard.diary() == ["attempt-1"])
    stopped.send_signal(signal.SIGSTOP)
    first = yard.pids()[0]
    yard.worker()
    yard.until(lambda: yard.diary() == ["attempt-1", "attempt-2"])
    stopped.send_signal(signal.SIGCONT)
    # It notices that the job has gone, and ends what it was doing.
    yard.until(lambda: not alive(first))
    for step in range(3):
        yard.go(f"go-{step}")
    yard.until(lambda: told(job)[0] == State.DONE)
    assert (job.attempts, stopped.poll()) == (2, None)


def test_the_lease_is_checked_inside_the_transaction_that_writes(yard: Yard) -> None:
    job = yard.ask("test.commit")
    if connection.vendor == "sqlite":
        pytest.skip("nobody can take a job while the transaction of another one is open")
    stopped = yard.worker(lease=1)
    yard.until(lambda: yard.diary() == ["attempt-1"])
    stopped.send_signal(signal.SIGSTOP)
    yard.worker()
    yard.until(lambda: yard.diary() == ["attempt-1", "attempt-2"])
    yard.go("go-1")
    yard.until(lambda: not alive(yard.pids()[0]) or "commits-1" in yard.diary())
    yard.go("go-2")
    yard.until(lambda: told(job)[0] == State.DONE)
    assert yard.diary() == ["attempt-1", "attempt-2", "commits-2"]
    assert list(Accreditor.objects.values_list("name", flat=True)) == ["By attempt 2"]


def test_a_transaction_longer_than_the_lease_loses_no_job(yard: Yard) -> None:
    job = yard.ask("test.commit")
    yard.worker(lease=1)
    yard.worker(lease=1)
    yard.until(lambda: yard.diary() == ["attempt-1"])
    time.sleep(2.5)  # longer than the lease, which is what this is about
    yard.go("go-1")
    yard.until(lambda: told(job)[0] == State.DONE)
    assert (job.attempts, yard.diary()) == (1, ["attempt-1", "commits-1"])


def test_a_worker_does_its_chores_and_one_that_breaks_stops_nothing(yard: Yard) -> None:
    job = yard.ask("test.steps")
    for step in range(3):
        yard.go(f"go-{step}")
    yard.worker()
    yard.until(lambda: told(job)[0] == State.DONE)
    assert (yard.folder / "data" / "chore").exists()
    assert "A chore could not be done" in (yard.folder / "log").read_text()
