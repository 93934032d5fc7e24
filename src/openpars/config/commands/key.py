"""`openpars key`: keys by which other programs enter activities."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from openpars import clock
from openpars.config.one_provider import must_be_prepared, provider_numbered, provider_option
from openpars.config.starting import say, with_data

if TYPE_CHECKING:
    from openpars.accounts.models import ApiKey


@click.group()
def key() -> None:
    """Make, list and revoke the API keys by which other programs enter activities."""


@key.command()
@click.option("--as", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_data
def providers(*, form: str) -> None:
    """List the providers that keys can be made for: provider ID and name."""
    from openpars.accounts.models import Provider  # noqa: PLC0415 - models load once the settings are known

    must_be_prepared()
    found = list(Provider.objects.filter(sandbox_of=None).order_by("number").values("number", "name"))
    if form == "json":
        say(json.dumps(found, ensure_ascii=False, indent=1))
    for one in found if form == "text" else ():
        say(f"{one['number']}  {one['name']}")


@key.command()
@provider_option
@click.option("--name", required=True, help="What the key is for, such as “Learning system”.")
@click.option("--scopes", default="read", show_default=True, help="What it may: read,write,close.")
@click.option("--test", is_flag=True, help="A key that works on the provider's sandbox.")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it works, such as 2027-03-31."
)
@with_data
def create(*, provider_number: str, name: str, scopes: str, test: bool, expires: datetime | None) -> None:
    """Make a key for a provider. The last line is the key; it cannot be shown again."""
    from openpars.accounts import verbs  # noqa: PLC0415 - models load once the settings are known
    from openpars.accounts.actors import SYSTEM  # noqa: PLC0415
    from openpars.accounts.models import ApiKey  # noqa: PLC0415
    from openpars.accounts.refusals import Refused  # noqa: PLC0415

    provider = provider_numbered(provider_number)
    try:
        made, text = verbs.create_key(
            provider=provider,
            name=name,
            scopes=[scope for scope in scopes.split(",") if scope.strip()],
            kind=ApiKey.Kind.TEST if test else ApiKey.Kind.LIVE,
            last_day=expires.date() if expires else None,
            actor=SYSTEM,
        )
    except Refused as refusal:
        raise click.ClickException(refusal.message) from refusal
    place = f"the sandbox of {provider.name}" if made.is_test else provider.name
    say(f"{made} works on {place} and may {', '.join(made.scopes)}. Keep it like a password:")
    say(text)


@key.command(name="list")
@click.option("--provider", "provider_number", default="", help="Only the keys of the provider with this ID.")
@with_data
def list_keys(*, provider_number: str) -> None:
    """List the keys that were made, the newest first. The keys themselves are not kept."""
    from openpars.accounts.models import ApiKey  # noqa: PLC0415 - models load once the settings are known

    must_be_prepared()
    found = ApiKey.objects.select_related("provider__accreditor")
    if provider_number:
        found = found.filter(provider=provider_numbered(provider_number))
    for one in found:
        facts = (one.prefix, one.provider.number, one.kind, ",".join(one.scopes), _state(one), one.name)
        say("  ".join(facts))


@key.command()
@click.argument("prefix")
@with_data
def revoke(*, prefix: str) -> None:
    """Revoke a key by its PREFIX, the eight characters that `openpars key list` begins with."""
    from openpars.accounts import verbs  # noqa: PLC0415 - models load once the settings are known
    from openpars.accounts.actors import SYSTEM  # noqa: PLC0415
    from openpars.accounts.models import ApiKey  # noqa: PLC0415

    must_be_prepared()
    found = ApiKey.objects.filter(prefix=prefix).first()
    if found is None:
        message = f"There is no key with the prefix {prefix}. See: openpars key list"
        raise click.UsageError(message)
    verbs.revoke_key(found, actor=SYSTEM)
    say(f"{found} is revoked: it lets nobody in.")


def _state(one: ApiKey) -> str:
    """Say whether the key works, and until when."""
    if one.revoked_at is not None:
        zone = ZoneInfo(one.provider.accreditor.time_zone)
        return f"revoked {one.revoked_at.astimezone(zone).date()}"
    last_day = one.last_day
    if last_day is None:
        return "works"
    return f"expired {last_day}" if one.has_expired(now=clock.now()) else f"works until {last_day}"
