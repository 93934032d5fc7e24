"""`openpars backup`: everything in one file, while the site runs."""

from pathlib import Path

import click

from openpars.config.starting import say, with_data


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_data
def backup(file: Path) -> None:
    """Write all data into FILE, as they are at one moment. The site may go on running.

    FILE holds every table, the uploaded files and the secret key, readable by you alone: keep it as safe as the
    site itself. Plans of files that are not applied yet are left out: after a restore those files are read again.
    """
    from openpars.config import archive  # noqa: PLC0415 - models load only after the settings are known

    if file.exists():
        message = f"{file} is already there and stays as it is. Choose another name."
        raise click.ClickException(message)
    try:
        contents = archive.write(file)
    except archive.NotReady as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as problem:
        message = f"{file} cannot be written: {problem.strerror}."
        raise click.ClickException(message) from problem
    say(f"{contents.rows} rows and {contents.files} uploaded files are in {file}.")
    for name in contents.lost:
        click.echo(f"Not in it, because the storage has lost it: the uploaded file {name}", err=True)
