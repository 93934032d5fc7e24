"""The doors an activity comes in by. The history says for each change which one it was."""

from enum import StrEnum


class Door(StrEnum):
    """Where a verb was called from."""

    FORM = "form"
    FILE = "file"
    SERVICE = "service"
    COMMAND = "command"
    SYSTEM = "system"
