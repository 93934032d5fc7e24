"""What is written to the log, and what must never be."""

import logging
import re

#: Addresses whose last part is a key: who knows it can accept an invitation or set a password.
_KEYS = re.compile(r"(/invitations/|/password/reset/key/|/confirm-email/)[^/\s?\"']+")
#: API keys, wherever a program puts them by mistake. What is left says which one has to be revoked.
_API_KEYS = re.compile(r"(openpars_(?:live|test)_[0-9a-z]{8})_[A-Za-z0-9_-]+")


class WithoutKeys(logging.Formatter):
    """Leaves the keys out of the addresses that are logged when a page was refused or failed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines, without keys."""
        return _API_KEYS.sub(r"\1...", _KEYS.sub(r"\1...", super().format(record)))
