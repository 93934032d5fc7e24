"""The command `openpars`."""

import click

from openpars import __version__
from openpars.config.commands.backup import backup
from openpars.config.commands.createuser import createuser
from openpars.config.commands.rederive import rederive
from openpars.config.commands.restore import restore
from openpars.config.commands.rules import rules
from openpars.config.commands.serve import serve
from openpars.config.commands.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="openpars")
def main() -> None:
    """OpenPARS, an open Program and Activity Reporting System for continuing medical education.

    Every command that touches data takes --data DIR, the folder that holds the database; when the
    environment variable DATABASE_URL is set (postgresql://...), the database is there instead.
    """


for command in (serve, worker, createuser, backup, restore, rules, rederive):
    main.add_command(command)


if __name__ == "__main__":
    main()
