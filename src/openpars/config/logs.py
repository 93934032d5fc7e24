"""What is written to the log, and what must never be."""

import logging
import re

#: Addresses whose last part is a key: who knows it can accept an invitation or set a password.
_KEYS = re.compile(r"(/invitations/|/password/reset/key/|/confirm-email/)[^/\s?\"']+")


class WithoutKeys(logging.Formatter):
    """Leaves the keys out of the addresses that are logged when a page was refused or failed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines, without keys."""
        return _KEYS.sub(r"\1...", super().format(record))
