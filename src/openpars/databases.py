"""What databases say by their errors."""

from django.db import OperationalError

#: What SQLite calls somebody else's lock, in the low byte of its codes.
_SQLITE_BUSY = {5, 6}


def is_busy(problem: BaseException | None) -> bool:
    """Say whether the database was kept busy by others for too long, or cannot be reached: waiting mends that."""
    if not isinstance(problem, OperationalError):
        return False
    # SQLite says by the same exception that a table is missing, which no waiting mends; PostgreSQL does not.
    code = getattr(problem.__cause__, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _SQLITE_BUSY
