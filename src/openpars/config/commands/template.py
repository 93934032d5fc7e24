"""`openpars template`: a file to fill in."""

from pathlib import Path

import click

from openpars.config.starting import say
from openpars.formats import templates
from openpars.formats.rows import Kind


@click.command()
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.option(
    "--as",
    "form",
    type=click.Choice([form.value for form in templates.Form]),
    default="xlsx",
    show_default=True,
)
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def template(kind: str, form: str, out: Path) -> None:
    """Write an empty template into the file OUT: a workbook, tab-delimited text or XML.

    KIND is what its rows are about. No server and no database is needed.
    """
    if out.exists() and out.stat().st_size:
        message = f"{out} is already there and stays as it is. Choose another name."
        raise click.ClickException(message)
    try:
        with out.open("wb") as stream:
            templates.template(Kind(kind), templates.Form(form), stream)
    except OSError as problem:
        message = f"{out} cannot be written: {problem.strerror}."
        raise click.ClickException(message) from problem
    say(f"The template is in {out}.")
