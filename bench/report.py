"""What a bench hands over: ratios and the limits they are held against."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Line:
    """One ratio and what it may be at most."""

    name: str
    database: str
    ratio: float
    limit: float
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its limit."""
        return self.ratio <= self.limit


class Report:
    """Takes the ratios of one bench on one database, and prints each as a line of JSON for the parent."""

    def __init__(self, database: str) -> None:
        #: "sqlite" or "postgresql"
        self.database = database

    def ratio(self, name: str, measured: float, against: float, *, limit: float, note: str = "") -> None:
        """Hold `measured` against `against`, both in seconds; the quotient may be `limit` at most."""
        line = Line(
            name, self.database, measured / against, limit, note or f"{measured:.4f} / {against:.4f} s"
        )
        print(json.dumps(asdict(line)), flush=True)


def seconds(work: Callable[[], object], *, times: int = 5) -> float:
    """Return the median time of doing `work`, after doing it once unmeasured."""
    work()
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return median(taken)
