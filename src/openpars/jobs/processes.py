"""Processes that must not outlive the one that started them."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def end_with_parent(number: signal.Signals, *, parent: int | None = None) -> None:
    """Let the kernel send this process a signal when its parent has ended, however that happens.

    Linux only; elsewhere nothing happens. `parent` is who started it: if that has ended already, this
    process ends here.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
