"""`openpars worker`: does what takes too long for a page."""

import click

from openpars.config.starting import alone, prepare_database, with_data


@click.command()
@click.option(
    "--beside", type=int, hidden=True, help="The `openpars serve` that started it and ends with it."
)
@click.option("--no-jobs", is_flag=True, hidden=True, help="Do only what every machine that answers needs.")
@with_data
def worker(*, beside: int | None, no_jobs: bool) -> None:
    """Do background work, such as reading files that were uploaded, until SIGTERM or Ctrl-C.

    `openpars serve` starts one by itself. On PostgreSQL any number of them may run, on any machine.
    """
    from openpars.jobs import worker as work  # noqa: PLC0415 - models load only after the settings are known

    if beside is None:
        with alone():
            prepare_database()
    if no_jobs:
        work.accompany(parent=beside)
    else:
        work.run(parent=beside)
