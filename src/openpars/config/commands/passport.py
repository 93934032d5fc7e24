"""`openpars passport`: the index that CME Passport is searched by."""

import click

from openpars.config.one_provider import must_be_prepared
from openpars.config.starting import say, with_data


@click.group()
def passport() -> None:
    """Look after the index that CME Passport is searched by.

    It lies in the data folder, is kept by `openpars serve` and `openpars worker`, and can be made anew at any time.
    """


@passport.command()
@with_data
def rebuild() -> None:
    """Make the index anew. The site may go on running, and searches the one before meanwhile."""
    from openpars.passport import status as index  # noqa: PLC0415 - models load once the settings are known

    must_be_prepared()
    index.make_anew()
    say(f"{index.status().activities} activities are in the index of CME Passport.")


@passport.command()
@with_data
def status() -> None:
    """Say how many activities are in the index, whether it is up to date, and whether it is being followed."""
    from openpars.passport import status as index  # noqa: PLC0415 - models load once the settings are known

    must_be_prepared()
    found = index.status()
    if found.activities is None:
        say("There is no index that this version can read." + _mend(is_followed=found.is_followed))
        raise click.exceptions.Exit(1)
    say(f"{found.activities} activities, {found.size / 1e6:.1f} MB.")
    if found.is_up_to_date:
        say("All changes are in it.")
    else:
        say("There are changes that are not in it yet." + _mend(is_followed=found.is_followed))


def _mend(*, is_followed: bool) -> str:
    if is_followed:
        return " A process is working on it; look again in a moment."
    return " Start `openpars serve` or `openpars worker`, or make it with `openpars passport rebuild`."
