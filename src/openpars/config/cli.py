"""The command `openpars`."""

from importlib import import_module
from typing import Final

import click

from openpars import __version__

COMMANDS: Final = {
    "serve": "serve",
    "worker": "worker",
    "check": "check",
    "import": "import_",
    "export": "export",
    "template": "template",
    "createuser": "createuser",
    "key": "key",
    "backup": "backup",
    "restore": "restore",
    "rules": "rules",
    "rederive": "rederive",
    "passport": "passport",
}
"""Each command by its name, and the module in `commands` and the function in it that it is."""


class Commands(click.Group):
    """Loads a command when it is asked for: checking a file needs no framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names of all commands, in the order in which they are shown."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click calls it
        """Return a command by its name, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"openpars.config.commands.{name}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="openpars")
def main() -> None:
    """OpenPARS, an open Program and Activity Reporting System for continuing medical education.

    Every command that touches data takes --data DIR, the folder that holds the database; when the
    environment variable DATABASE_URL is set (postgresql://...), the database is there instead.
    """


if __name__ == "__main__":
    main()
