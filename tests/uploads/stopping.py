"""Lets a worker's jobs stop where a test wants to kill them.

The test makes the file `stop-at`, with the name of a stage in it. The first process that comes there renames it to
`stopped-PID` and goes no further.
"""

import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.apps import AppConfig

STAGES = (
    "begins",
    "has-staged",
    "holds-the-locks",
    "has-written",
    "has-the-lease",
    "has-said-so",
    "has-committed",
    "has-stored-the-file",
    "has-finished-the-file",
)


class StoppingConfig(AppConfig):
    name = "tests.uploads"
    label = "stopping"

    def ready(self) -> None:
        """Let each stage be a place to stop."""
        from django.core.files.storage import FileSystemStorage  # noqa: PLC0415

        from openpars.activities import locks, staging, writer  # noqa: PLC0415 - models load only when apps are ready
        from openpars.activities.models import Plan  # noqa: PLC0415
        from openpars.activities.verbs import apply, undo  # noqa: PLC0415
        from openpars.jobs import handlers, leases  # noqa: PLC0415
        from openpars.uploads import preparing, telling  # noqa: PLC0415
        from openpars.uploads.models import Upload  # noqa: PLC0415
        from openpars.uploads.states import State  # noqa: PLC0415

        ends = (State.PLANNED, State.APPLIED, State.UNDONE)
        _stop("begins", apply, "apply", first=True)
        _stop("begins", undo, "undo", first=True)
        _stop("has-staged", writer, "stage")
        _stop("holds-the-locks", locks, "homes", when=lambda *_, **how: how["lock"])
        _stop("has-written", writer, "move_in")
        _stop("has-the-lease", leases, "hold")
        _stop("has-said-so", Upload, "save", when=lambda upload, **_: upload.state in ends)
        _stop("has-committed", telling, "when_long", first=True)
        _stop(
            "has-stored-the-file",
            FileSystemStorage,
            "save",
            when=lambda _, name, *__: name.startswith("downloads/"),
        )
        _stop("has-finished-the-file", preparing, "run")
        handlers.register(preparing.PREPARE, preparing.run, ended=preparing.ended)
        _stop(
            "discards", staging, "discard", first=True, when=lambda key: Plan.objects.filter(key=key).exists()
        )


def _stop(
    stage: str,
    owner: Any,
    name: str,
    *,
    first: bool = False,
    when: Callable[..., bool] = lambda *_, **__: True,
) -> None:
    """Make a function stop at a stage when it has done its work, or before it does anything."""
    plain = getattr(owner, name)

    @wraps(plain)
    def stopping(*args: Any, **how: Any) -> Any:
        if first and when(*args, **how):
            _stand_still(stage)
        answer = plain(*args, **how)
        if not first and when(*args, **how):
            _stand_still(stage)
        return answer

    setattr(owner, name, stopping)


def _stand_still(stage: str) -> None:
    order = Path(os.environ["TEST_STOPS"], "stop-at")
    if order.exists() and order.read_text() == stage:
        order.rename(order.with_name(f"stopped-{os.getpid()}"))
        while True:
            time.sleep(1)
