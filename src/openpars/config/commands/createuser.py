"""`openpars createuser`: somebody who can sign in; on an empty site, the first one and what they work for."""

from __future__ import annotations

import sys
from typing import Any

import click

from openpars.config.starting import alone, password_from, prepare_database, say, with_data

_PASSWORD = "OPENPARS_PASSWORD"  # noqa: S105 - the name of a variable
_ROLES = ("administrator", "editor", "viewer")


@click.command()
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", type=click.Choice(_ROLES), default="editor", show_default=True)
@click.option(
    "--provider", "provider_number", default="", help="7-digit ID of the provider they are a contact of."
)
@click.option(
    "--accreditor", "accreditor_name", default="", help="Name of the accreditor they work for instead."
)
@click.option("--provider-name", default="", help="On an empty site: the first provider's name.")
@click.option(
    "--time-zone", default="America/Chicago", show_default=True, help="On an empty site: the accreditor's."
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)
@with_data
def createuser(
    *,
    email: str,
    name: str,
    role: str,
    provider_number: str,
    accreditor_name: str,
    provider_name: str,
    time_zone: str,
    password_stdin: bool,
) -> None:
    """Add EMAIL as a contact of a provider, or as staff of an accreditor.

    On an empty site this makes the accreditor and the first provider as well, and EMAIL administers both:
    give --accreditor, --provider and --provider-name. The password is asked for, or comes from standard
    input or from the environment variable OPENPARS_PASSWORD. Somebody who can sign in already gets a
    further place and keeps their password.
    """
    from openpars.accounts import verbs  # noqa: PLC0415 - models load only after the settings are known
    from openpars.accounts.models import Person  # noqa: PLC0415
    from openpars.accounts.refusals import Refused  # noqa: PLC0415
    from openpars.accounts.roles import Role  # noqa: PLC0415

    with alone():
        prepare_database()
    try:
        if not verbs.is_set_up():
            made = verbs.set_up(
                accreditor_name=_asked(accreditor_name, "--accreditor", "Name of the accreditor"),
                provider_number=_asked(provider_number, "--provider", "7-digit ID of the first provider"),
                provider_name=_asked(provider_name, "--provider-name", "Name of the first provider"),
                time_zone=time_zone,
                email=email,
                name=_asked(name, "--name", "The person's name"),
                password=password_from(_PASSWORD, stdin=password_stdin),
            )
            say(f"{made.person.email} administers {made.accreditor.name} and {made.provider.name}.")
            return
        place = _place(provider_number, accreditor_name)
        person = Person.objects.filter(email=email.strip().lower()).first()
        if person is None:
            person = verbs.create_person(
                email=email,
                name=_asked(name, "--name", "The person's name"),
                password=password_from(_PASSWORD, stdin=password_stdin),
            )
        contact = verbs.add_contact(person=person, role=Role(role), **place)
    except Refused as refusal:
        raise click.ClickException(refusal.message) from refusal
    say(f"{person.email} can sign in: {contact.get_role_display().lower()} of {contact.organization}.")


def _asked(given: str, option: str, question: str) -> str:
    """An answer from the command line, else from the person in front of it."""
    if given.strip():
        return given
    if not sys.stdin.isatty():
        message = f"{question} is missing: give {option}."
        raise click.UsageError(message)
    return str(click.prompt(question))


def _place(provider_number: str, accreditor_name: str) -> dict[str, Any]:
    """The organization the options name, exactly one, as the keyword of the verbs."""
    from openpars.accounts.models import Accreditor, Provider  # noqa: PLC0415 - see above

    if bool(provider_number.strip()) == bool(accreditor_name.strip()):
        message = "Give either --provider NUMBER or --accreditor NAME."
        raise click.UsageError(message)
    if provider_number:
        provider = Provider.objects.filter(number=provider_number.strip()).first()
        if provider is None:
            message = f"There is no provider {provider_number}."
            raise click.ClickException(message)
        return {"provider": provider}
    accreditor = Accreditor.objects.filter(name__iexact=accreditor_name.strip()).first()
    if accreditor is None:
        message = f"There is no accreditor named {accreditor_name!r}."
        raise click.ClickException(message)
    return {"accreditor": accreditor}
