"""`openpars rederive`: judge what is stored by today's rulebook."""

import click

from openpars.config.starting import say, with_data


@click.command()
@with_data
def rederive() -> None:
    """Judge every stored activity again: after the rulebook changed, or an accreditor's time zone.

    Answers stay as they are, and the history tells of nothing; only how far they reach is found out anew.
    The site may go on running.
    """
    from openpars.activities.verbs.rederive import rederive as judge_again  # noqa: PLC0415 - needs the settings

    changed = judge_again()
    if changed:
        say(f"{changed} activities stand differently now.")
    else:
        say("Nothing to do: every activity stands as it should.")
