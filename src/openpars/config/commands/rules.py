"""`openpars rules`: the rulebook, for people and for programs."""

import json

import click

from openpars.rulebook import catalogue


@click.command()
@click.option("--as", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
def rules(form: str) -> None:
    """Print every field, vocabulary and rule: what an activity is, and what is checked at which stage."""
    if form == "json":
        click.echo(json.dumps(catalogue.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(catalogue.as_markdown().rstrip("\n"))
