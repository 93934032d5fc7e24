"""`openpars rederive`: judge what is stored by today's rulebook."""

import click

from openpars import clock
from openpars.config.starting import say, with_data


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what this rulebook has judged already.")
@with_data
def rederive(*, everything: bool) -> None:
    """Judge stored activities again, after an upgrade that changed the rulebook.

    Answers stay as they are, and the history tells of nothing; only how far they reach is found out anew.
    The site may go on running, and a run that was stopped goes on when it is started again.
    """
    from openpars.activities import rederiving  # noqa: PLC0415 - models load only after the settings are known

    done = max(rederiving.rederive(now=clock.now(), everything=everything), default=0)
    say(f"{done} activities are judged anew." if done else "Every activity is judged by this rulebook.")
