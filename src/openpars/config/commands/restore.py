"""`openpars restore`: the site as it was when a backup was made."""

from pathlib import Path

import click

from openpars.config.starting import say, with_data


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away the data that are there.")
@with_data
def restore(file: Path, *, replace: bool) -> None:
    """Bring back the data in FILE, into an empty folder or database, SQLite or PostgreSQL.

    Stop the site first. Either everything in FILE is restored, or nothing is changed.
    """
    from openpars.config import archive  # noqa: PLC0415 - models load only after the settings are known

    try:
        contents = archive.restore(file, replace=replace)
    except archive.DataHere as problem:
        message = "There are data here already, and they stay as they are. Add --replace to throw them away."
        raise click.ClickException(message) from problem
    except archive.Unusable as problem:
        message = f"{file} cannot be restored: {problem}"
        raise click.ClickException(message) from problem
    say(
        f"{contents.rows} rows and {contents.files} uploaded files of {file} are restored. Everybody signs in again."
    )
