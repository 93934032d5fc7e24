"""Background work done by the test itself, for tests of what the jobs do rather than of how workers work."""

from dataclasses import dataclass, field

from openpars.jobs import attempts, leases
from openpars.jobs.leases import Progress
from openpars.jobs.models import State


@dataclass
class Line:
    """A handler's line to nobody: it keeps what was told, and says what it was told to say."""

    cancel: bool = False
    told: list[Progress] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)
        self.progress = progress.after(self.progress)

    def cancelled(self) -> bool:
        return self.cancel


def work_off(line: Line | None = None) -> list[tuple[str, State]]:
    """Do everything that waits, here and now; answers each job's kind and how it ended.

    What a handler raises that is not its way to end a job fails the test.
    """
    ended = []
    while claim := leases.claim("this test"):
        used = line or Line()
        outcome = attempts.attempt(claim, used)
        assert outcome is not None, f"{claim.kind} lost its lease"
        attempts.settle(claim, outcome, used.progress)
        assert str(claim.job) not in outcome.error, "the handler broke; the log says how"
        ended.append((claim.kind, outcome.state))
    return ended
